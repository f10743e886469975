"""What a generator by styles can do (Karras et al. 2019), as grids of images; material -> drawing."""

import matplotlib
import numpy as np

from . import theme
from .lettering import Note, annotate, pad, write
from .material import Drawing, Material
from .tiles import centres, legible, rgb, table, tile

GAP = 4  # pixels between images
APART = 24  # between groups of them
MIXED_ROWS = 3  # of each range of layers
RANGES = ("coarse", "middle", "fine")


def truncation(material: Material) -> Drawing:
    """truncation_sweep (n, psis, H, W, C), truncation_psis (psis,): one image a row, further from the mean style."""
    images, psis = material["truncation_sweep"], material["truncation_psis"]
    cells = legible(images, images.shape[1])
    grid = table(cells, GAP)
    names = [f"ψ = {psi:.2g}".replace("-", "\N{MINUS SIGN}") for psi in psis]
    body = annotate(grid, bottom=list(zip(centres(len(psis), cells.shape[3], GAP), names, strict=True)))
    return Drawing(body, "ψ = 0 is the mean style, 1 the style as drawn, negative its opposite")


def mixing(material: Material) -> Drawing:
    """style_mixing (ranges, rows, columns, H, W, C) between its sources, one block of rows for each range of layers.

    style_mixing_layers (ranges, 2) says which layers took the column's style; a range may be empty.
    """
    mixed, layers = material["style_mixing"], material["style_mixing_layers"]
    rows, columns = material["style_mixing_rows"][:MIXED_ROWS], material["style_mixing_columns"]
    names = zip(RANGES, layers, mixed[:, :MIXED_ROWS], strict=True)
    blocks = [(name, span, block) for name, span, block in names if span[1] > span[0]]
    count = 1 + len(columns)
    columns, rows, *tables = (
        legible(images, count, theme.WIDTH) for images in (columns, rows, *(block for *_, block in blocks))
    )
    side = columns.shape[2]
    sources = pad(tile(columns, 1, len(columns), GAP), left=side + APART, bottom=APART)
    parts, notes, y = [sources], [], len(sources)
    for (name, (first, last), _), cells in zip(blocks, tables, strict=True):
        grid = np.concatenate([pad(tile(rows, len(rows), 1, GAP), right=APART), rgb(table(cells, GAP))], axis=1)
        middle = y + grid.shape[0] // 2
        notes += [(middle - 14, name), (middle + 14, " to ".join(_sides(first, last)))]
        parts.append(pad(grid, bottom=APART))
        y += len(parts[-1])
    body = annotate(np.concatenate(parts)[:-APART], left=notes)
    return Drawing(body, "the column's style in the layers named, the row's in all others")


def _sides(first: int, last: int) -> list[str]:
    """The sizes at the ends of a range of layers, two layers to each size from 4x4; one if they are the same."""
    sides = sorted({4 * 2 ** (layer // 2) for layer in (first, last - 1)})
    return [f"{side}×{side}" for side in sides]


def noise(material: Material) -> Drawing:
    """noise_draws (n, draws, H, W, C) and noise_deviation (n, H, W): one style a row, then where the noise shows."""
    draws, deviation = material["noise_draws"], material["noise_deviation"]
    most = max(float(deviation.max()), 1e-6)
    shades = matplotlib.colormaps[theme.BLUES](np.linspace(0, 1, 256))[:, :3]
    palette = np.round(shades * 255).astype(np.uint8)
    maps = palette[np.clip(np.round(deviation / most * 255), 0, 255).astype(int)]
    cells = legible(np.concatenate([rgb(draws), maps[:, None]], axis=1), draws.shape[1] + 1, theme.WIDTH)
    side = cells.shape[3]
    grid = np.concatenate([pad(table(cells[:, :-1], GAP), right=APART), table(cells[:, -1:], GAP)], axis=1)
    wide = grid.shape[1]
    top = [((wide - side - APART) // 2, "the same style, fresh noise"), (wide - side // 2, "deviation")]
    bar = np.tile(palette[np.linspace(0, 255, side).astype(int)], (theme.SMALL, 1, 1))
    foot = np.full((2 * theme.SMALL + 24, wide, 3), 255, np.uint8)
    foot[12 : 12 + theme.SMALL, -side:] = bar
    numbers = 2 * theme.SMALL + 20
    ends = ((wide - side, "0", "ls"), (wide, f"{most:.2g}", "rs"))
    foot = write(foot, [Note(x, numbers, text, to, theme.SMALL, colour=theme.MUTED) for x, text, to in ends])
    body = annotate(np.concatenate([grid, foot]), top=top)
    return Drawing(body, "the last column: standard deviation of each pixel, in [0, 1], over many draws")
