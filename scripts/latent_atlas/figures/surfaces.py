"""The images over a surface in latent space: a plane, or a torus where there are too many dimensions for one.

Each function takes the material and returns the drawing. Arrays are (rows, cols, H, W, C), or (conditions, rows,
cols, H, W, C) with `condition_names` (conditions,) for models that are steered; row 0 is the top of the picture.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas.latents import QUANTILES

from . import theme
from .lettering import Note, annotate, pad, shorten, write
from .material import Drawing, Material
from .theme import Pixels
from .tiles import arrange, legible, spread, table

PANEL_POINTS = 10  # a side, for one condition among several
APART = 24  # pixels between the panels of conditions

Tick = tuple[float, str]
"""A place along an edge, in images from the first one's centre, and what is written there."""


def manifold(material: Material) -> Drawing:
    """`manifold` over the latent plane: the highest z2 on top, the lowest z1 on the left."""
    images = material["manifold"]
    low, high = QUANTILES
    if images.ndim == 5:
        last_row, last_col = images.shape[0] - 1, images.shape[1] - 1
        places = [((q - low) / (high - low), f"{q:.2f}") for q in np.linspace(low, high, 7)]
        left, bottom = [((1 - at) * last_row, text) for at, text in places], [(at * last_col, t) for at, t in places]
        return Drawing(_surface(images, left, bottom, "z2 ↑", "z1 →"), "axes: quantiles of the normal prior")
    detail = f"in every panel z1 to the right, z2 upwards, from quantile {low} to {high} of the normal prior"
    return Drawing(_panels(images, material["condition_names"]), detail)


def torus(material: Material) -> Drawing:
    """`latent_torus` over a closed surface of draws from the prior: the angle u grows downwards, v to the right."""
    images = material["latent_torus"]
    if images.ndim == 5:
        left, bottom = ([(turn * side / 4, f"{90 * turn}°") for turn in range(4)] for side in images.shape[:2])
        return Drawing(_surface(images, left, bottom, "u ↓", "v →"), "opposite edges are neighbours")
    return Drawing(_panels(images, material["condition_names"]), "in every panel, opposite edges are neighbours")


def _surface(images: Pixels, left: list[Tick], bottom: list[Tick], up: str, across: str) -> Pixels:
    """images (rows, cols, H, W, C) with ticks and the names of the axes."""
    cells = legible(images, images.shape[1])
    grid = table(cells, gap=0)
    height, width = cells.shape[2:4]
    beside = [(round(at * height) + height // 2, text) for at, text in left]
    beneath = [(round(at * width) + width // 2, text) for at, text in bottom]
    body = annotate(grid, beside, bottom=beneath, size=theme.SMALL, colour=theme.MUTED)
    return annotate(body, [(grid.shape[0] // 2, up)], bottom=[(body.shape[1] - grid.shape[1] // 2, across)])


def _panels(images: Pixels, names: NDArray[Any]) -> Pixels:
    """One small surface for each condition; fewer of its images are shown, so that they stay legible."""
    rows, cols = (spread(length, PANEL_POINTS) for length in images.shape[1:3])
    across = min(5, len(images))
    head = theme.TEXT + 12
    panels = []
    for name, plane in zip(names, images[:, rows][:, :, cols], strict=True):
        panel = pad(table(legible(plane, len(cols) * across, least=28), gap=0), top=head)
        text = shorten(str(name), panel.shape[1], face=theme.BOLD)
        panels.append(write(panel, [Note(0, head // 2, text, "lm", theme.TEXT, theme.BOLD)]))
    return arrange(panels, across, APART)
