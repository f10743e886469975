"""Snapshots of a training run as frames of images and text.

Every generator yields uint8 (H, W, 3) frames of one size, one per snapshot; beneath the picture a strip says the step
and shows how far the training has come. Each takes the snapshots by name: `steps` (F,), and its own.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas.figures import theme
from latent_atlas.figures.lettering import Note, pad, page, shorten, typed, write
from latent_atlas.figures.theme import Pixels
from latent_atlas.figures.tiles import arrange, enlarge, reduce, spread, tile

Snapshots = Mapping[str, NDArray[Any]]

WIDTH = 560  # small pictures are enlarged up to this
WIDEST = 1280  # large ones reduced to this
BAR, STRIP = 4, 40  # height of the progress bar, and of the strip with it
ROOM = 190  # pixels of the strip for the step
PANEL_POINTS = 6  # a side, for one condition among several
GAP, APART = 4, 12  # pixels between images, and between panels
RULE = "\N{BOX DRAWINGS LIGHT HORIZONTAL}" * 24  # between texts
LETTERS, LINES = 72, 8  # of each text: columns, and lines at most


def surfaces(snapshots: Snapshots) -> Iterator[Pixels]:
    """manifold_frames (F, rows, cols, H, W, C), row 0 on top: the tiled surface.

    With conditions, (F, conditions, rows, cols, H, W, C), a small surface for each, five in a row; fewer of their
    images are shown, so that they stay legible.
    """
    if snapshots["manifold_frames"].ndim == 6:
        return with_strips(snapshots, (_fitted(_tiled(plane)) for plane in snapshots["manifold_frames"]))
    return with_strips(snapshots, (_fitted(_panels(planes, snapshots)) for planes in snapshots["manifold_frames"]))


def surfaces_under(snapshots: Snapshots, condition: int) -> Iterator[Pixels]:
    """manifold_frames (F, conditions, rows, cols, H, W, C): the surface under one condition."""
    planes = (_fitted(_tiled(planes[condition])) for planes in snapshots["manifold_frames"])
    return with_strips(snapshots, planes, str(snapshots["condition_names"][condition]))


def translations(snapshots: Snapshots) -> Iterator[Pixels]:
    """translation_frames (F, k, columns, H, W, C): k rows, a source first and then what becomes of it."""
    count = snapshots["translation_frames"].shape[1]
    across = 1 if count <= 3 else 2
    for_one = -(-count // across)

    def picture(rows: Pixels) -> Pixels:
        parts = [rows[first : first + for_one] for first in range(0, count, for_one)]
        return arrange([_tiled(part, GAP) for part in parts], across, APART)

    caption = "source → translation" if snapshots["translation_frames"].shape[2] == 2 else ""
    return with_strips(snapshots, (_fitted(picture(rows)) for rows in snapshots["translation_frames"]), caption)


def texts(snapshots: Snapshots) -> Iterator[Pixels]:
    """text_frames (F, texts) str: the texts below each other, line by line."""
    pages = [[typed(str(text), LETTERS, LINES) for text in texts] for texts in snapshots["text_frames"]]
    room = max(len(lines) for texts in pages for lines in texts)

    def picture(texts: list[list[str]]) -> Pixels:
        blocks = [page([*lines, *[""] * (room - len(lines))], LETTERS) for lines in texts]
        between = page([RULE], LETTERS)
        parts = [part for block in blocks for part in (between, block)][1:]
        return pad(np.concatenate(parts), *4 * [APART])

    return with_strips(snapshots, map(picture, pages))


def pictures(snapshots: Snapshots) -> Iterator[Pixels]:
    """picture_frames (F, n, H, W, 3): the pictures beside each other."""
    across = int(np.ceil(np.sqrt(snapshots["picture_frames"].shape[1])))
    return with_strips(snapshots, (_fitted(arrange(each, across, APART)) for each in snapshots["picture_frames"]))


def with_strips(snapshots: Snapshots, pictures: Iterator[Pixels], caption: str = "") -> Iterator[Pixels]:
    """Each picture (H, W, 1 | 3) over a progress bar, "step 1,234" and a caption -> (H + STRIP, W, 3)."""
    last = max(int(snapshots["steps"][-1]), 1)
    middle = BAR + (STRIP - BAR) // 2
    for picture, step in zip(pictures, snapshots["steps"], strict=True):
        width = picture.shape[1]
        strip = np.full((STRIP, width, 3), 255, np.uint8)
        strip[:BAR] = theme.triple(theme.FAINT)
        strip[:BAR, : round(width * int(step) / last)] = theme.triple(theme.INK)
        notes = [
            Note(8, middle, f"step {step:,}", "lm"),
            Note(width - 8, middle, shorten(caption, width - ROOM), "rm"),
        ]
        yield np.concatenate([np.broadcast_to(picture, (*picture.shape[:2], 3)), write(strip, notes)])


def _panels(planes: Pixels, snapshots: Snapshots) -> Pixels:
    """(conditions, rows, cols, H, W, C) -> a small surface for each condition with its name."""
    rows, cols = (spread(length, PANEL_POINTS) for length in planes.shape[1:3])
    head = theme.TEXT + 10
    panels = []
    for name, plane in zip(snapshots["condition_names"], planes[:, rows][:, :, cols], strict=True):
        grid = _tiled(plane)
        grid = reduce(grid, -(-grid.shape[1] * min(5, len(planes)) // WIDEST))
        panels.append(write(pad(grid, top=head), [Note(0, head // 2, shorten(str(name), grid.shape[1]), "lm")]))
    return arrange(panels, 5, APART)


def _tiled(plane: Pixels, gap: int = 0) -> Pixels:
    """(rows, cols, H, W, C) as one picture."""
    return tile(plane.reshape(-1, *plane.shape[2:]), plane.shape[0], plane.shape[1], gap)


def _fitted(picture: Pixels) -> Pixels:
    width = picture.shape[1]
    return reduce(enlarge(picture, max(1, WIDTH // width)), -(-width // WIDEST))
