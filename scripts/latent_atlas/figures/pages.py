"""Figures of what is written or painted: each function takes the material and returns the drawing."""

import numpy as np

from . import theme
from .lettering import Note, annotate, pad, page, typed, write
from .material import Drawing, Material
from .theme import Pixels
from .tiles import arrange, centres, check_images, legible, tile

TEXTS = 3  # beside each other at each temperature
PROMPT = 60  # of what they go on from: characters at most, the last
LETTERS, LINES = 40, 16  # of each text: columns, and lines at most
APART = 28  # pixels between texts
PICTURES = 4  # beside each other


def written(material: Material) -> Drawing:
    """written_text (temperatures, texts) str, written_temperatures (temperatures,): a block for each temperature.

    written_prompt (1,) str is what all of them go on from.
    """
    head = theme.TEXT + 16
    blocks = []
    for texts, temperature in zip(material["written_text"], material["written_temperatures"], strict=True):
        pages = [page(typed(str(text), LETTERS, LINES), LETTERS) for text in texts[:TEXTS]]
        block = pad(arrange(pages, TEXTS, APART), top=head)
        blocks.append(write(block, [Note(0, 0, f"temperature {temperature:.2g}", "la", theme.TEXT, theme.BOLD)]))
    prompt = " ".join(str(material["written_prompt"][0]).split())[-PROMPT:]
    detail = f"each goes on from “{prompt}”" if prompt else "each goes on from white space"
    return Drawing(arrange(blocks, 1, APART), detail)


def pictures(material: Material) -> Drawing:
    """pictures (n, H, W, 3): at their own proportions; what each was made from at its left, if that is known."""
    images = check_images(material["pictures"], "pictures")
    size = f"{images.shape[2]} × {images.shape[1]} pixels"
    if "picture_sources" in material:
        rows = np.concatenate([material["picture_sources"], images[:, None]], axis=1)
        cells = legible(rows, rows.shape[1], theme.WIDTH)
        names = [[*row, "result"] for row in material["picture_source_names"]]
        return Drawing(arrange([_row(*row) for row in zip(cells, names, strict=True)], 1, 12), size)
    across = min(PICTURES, int(np.ceil(np.sqrt(len(images)))))
    cells = legible(images, across, theme.WIDTH)
    return Drawing(tile(cells, -(-len(images) // across), across, gap=12), size)


def _row(cells: Pixels, names: list[str]) -> Pixels:
    """Pictures (k, H, W, 3) beside each other with a name above each."""
    return annotate(
        tile(cells, 1, len(cells), gap=12),
        top=[
            (x, name.replace("_", " ")) for x, name in zip(centres(len(cells), cells.shape[2], 12), names, strict=True)
        ],
    )
