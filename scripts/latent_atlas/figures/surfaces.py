"""The images over a surface in latent space: a plane, or a torus where there are too many dimensions for one.

Each function takes the material and returns the finished picture (H, W, 3). Arrays are (rows, cols, H, W, C), or
(labels, rows, cols, H, W, C) for models that labels steer; row 0 is the top of the picture.
"""

import numpy as np

from . import style
from .captions import Note, annotate, pad, titled, write
from .material import Material
from .style import Pixels
from .tiles import arrange, legible, spread, tile

QUANTILES = (0.05, 0.95)  # of the normal prior, at the edges of a manifold
PANEL_POINTS = 10  # a side, for one label among several
APART = 24  # pixels between the panels of labels

Tick = tuple[float, str]
"""A place along an edge, in images from the first one's centre, and what is written there."""


def manifold(material: Material) -> Pixels:
    """`manifold` over the latent plane: the highest z2 on top, the lowest z1 on the left."""
    images = material["manifold"]
    low, high = QUANTILES
    if images.ndim == 5:
        last_row, last_col = images.shape[0] - 1, images.shape[1] - 1
        places = [((q - low) / (high - low), f"{q:.2f}") for q in np.linspace(low, high, 7)]
        left, bottom = [((1 - at) * last_row, text) for at, text in places], [(at * last_col, t) for at, t in places]
        body, detail = _surface(images, left, bottom, "z2 ↑", "z1 →"), "axes: quantiles of the normal prior"
    else:
        body = _panels(images, material)
        detail = f"in every panel z1 to the right, z2 upwards, from quantile {low} to {high} of the normal prior"
    return titled(body, "The latent plane", material.subtitle(detail))


def torus(material: Material) -> Pixels:
    """`latent_torus` over a closed surface of draws from the prior: the angle u grows downwards, v to the right."""
    images = material["latent_torus"]
    if images.ndim == 5:
        left, bottom = ([(turn * side / 4, f"{90 * turn}°") for turn in range(4)] for side in images.shape[:2])
        body, detail = _surface(images, left, bottom, "u ↓", "v →"), "each edge goes on at the opposite one"
    else:
        body, detail = _panels(images, material), "in every panel, each edge goes on at the opposite one"
    return titled(body, "A torus of draws from the prior", material.subtitle(detail))


def _surface(images: Pixels, left: list[Tick], bottom: list[Tick], up: str, across: str) -> Pixels:
    """images (rows, cols, H, W, C) with ticks and the names of the axes."""
    rows, cols = images.shape[:2]
    cells = legible(images.reshape(-1, *images.shape[2:]), cols)
    grid = tile(cells, rows, cols, gap=0)
    height, width = cells.shape[1:3]
    beside = [(round(at * height) + height // 2, text) for at, text in left]
    beneath = [(round(at * width) + width // 2, text) for at, text in bottom]
    body = annotate(grid, beside, bottom=beneath, size=style.SMALL, colour=style.MUTED)
    return annotate(body, [(grid.shape[0] // 2, up)], bottom=[(body.shape[1] - grid.shape[1] // 2, across)])


def _panels(images: Pixels, material: Material) -> Pixels:
    """One small surface per label; large ones are thinned out rather than shrunk, so digits stay legible."""
    rows, cols = (spread(length, PANEL_POINTS) for length in images.shape[1:3])
    across = min(5, len(images))
    head = style.TEXT + 12
    panels = []
    for label, plane in enumerate(images[:, rows][:, :, cols]):
        cells = legible(plane.reshape(-1, *plane.shape[2:]), len(cols) * across, least=28)
        panel = pad(tile(cells, len(rows), len(cols), gap=0), top=head)
        name = Note(0, head // 2, material.name_of(label), "lm", style.TEXT, bold=True)
        panels.append(write(panel, [name]))
    return arrange(panels, across, APART)
