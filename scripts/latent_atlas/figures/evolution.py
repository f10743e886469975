"""Snapshots of a training run into video frames: the latent plane, or the feature space, as it forms.

Every generator yields uint8 (H, W, 3) frames of one size, one per snapshot; beneath the picture a strip
says the step and shows how far the training has come.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import style
from .captions import Note, shorten, width_of, write
from .projection import fit_plane
from .style import Pixels
from .tiles import arrange, enlarge, reduce, spread, tile

WIDTH = 560  # small pictures are enlarged up to this
WIDEST = 1280  # large ones reduced to this
BAR, STRIP = 4, 40  # height of the progress bar, and of the strip with it
PANEL_POINTS = 6  # a side, for one label among several
SCATTER = 560  # side of the plane of a feature map
LEGEND, WIDE_LEGEND = 150, 320  # width of its legend, and the most it may take for long names
LEGEND_CLASSES = 20


def animate(snapshots: Mapping[str, NDArray[Any]], label: int | None, label_names: Sequence[str]) -> Iterator[Pixels]:
    """The frames that the snapshots call for.

    Args:
        snapshots: `steps` (F,) and either `images` uint8 (F, rows, cols, H, W, C) or
            (F, labels, rows, cols, H, W, C), or `features` (F, n, d) with `labels` (n,).
        label: draw only this label's images; None draws all labels side by side.
    """
    steps = snapshots["steps"]
    if "features" in snapshots:
        return feature_frames(snapshots["features"], snapshots["labels"], steps, label_names)
    images = snapshots["images"]
    if images.ndim == 6:
        return manifold_frames(images, steps)
    if label is None:
        return all_label_frames(images, steps, label_names)
    return label_frames(images, steps, label, label_names)


# ------------------------------------------------------------------- images


def manifold_frames(images: Pixels, steps: NDArray[Any], caption: str = "") -> Iterator[Pixels]:
    """images (F, rows, cols, H, W, C), row 0 on top -> frames of the tiled plane."""
    for plane, step in zip(images, steps, strict=True):
        yield _with_strip(_fitted(_tiled(plane)), int(step), int(steps[-1]), caption)


def label_frames(images: Pixels, steps: NDArray[Any], label: int, label_names: Sequence[str] = ()) -> Iterator[Pixels]:
    """images (F, labels, rows, cols, H, W, C) -> frames of one label's plane."""
    return manifold_frames(images[:, label], steps, _name(label, label_names))


def all_label_frames(images: Pixels, steps: NDArray[Any], label_names: Sequence[str]) -> Iterator[Pixels]:
    """images (F, labels, rows, cols, H, W, C) -> frames with a small plane per label, five in a row.

    The planes are thinned out rather than shrunk, so that single images stay legible.
    """
    rows, cols = (spread(length, PANEL_POINTS) for length in images.shape[2:4])
    head = style.TEXT + 10
    for labels, step in zip(images, steps, strict=True):
        panels = []
        for label, plane in enumerate(labels[:, rows][:, :, cols]):
            grid = _tiled(plane)
            grid = reduce(grid, -(-grid.shape[1] * min(5, len(labels)) // WIDEST))
            panel = np.full((grid.shape[0] + head, grid.shape[1], 3), 255, np.uint8)
            panel[head:] = grid
            panels.append(write(panel, [Note(0, head // 2, _name(label, label_names), "lm", style.TEXT)]))
        yield _with_strip(_fitted(arrange(panels, 5, 12)), int(step), int(steps[-1]), "")


def _tiled(plane: Pixels) -> Pixels:
    """(rows, cols, H, W, C) -> (rows * H, cols * W, C)."""
    return tile(plane.reshape(-1, *plane.shape[2:]), plane.shape[0], plane.shape[1], gap=0)


def _fitted(picture: Pixels) -> Pixels:
    width = picture.shape[1]
    return reduce(enlarge(picture, max(1, WIDTH // width)), -(-width // WIDEST))


def _name(label: int, label_names: Sequence[str]) -> str:
    return str(label_names[label]) if label < len(label_names) else f"label {label}"


# ---------------------------------------------------------------- the strip


def _with_strip(picture: Pixels, step: int, last: int, caption: str) -> Pixels:
    """The picture (H, W, 1 | 3) over a progress bar, "step 1,234" and a caption -> (H + STRIP, W, 3)."""
    height, width = picture.shape[:2]
    frame = np.full((height + STRIP, width, 3), 255, np.uint8)
    frame[:height] = picture
    frame[height : height + BAR] = style.triple(style.FAINT)
    frame[height : height + BAR, : round(width * step / max(last, 1))] = style.triple(style.INK)
    middle = height + BAR + (STRIP - BAR) // 2
    notes = [
        Note(8, middle, f"step {step:,}", "lm", style.TEXT),
        Note(width - 8, middle, shorten(caption, width // 2), "rm", style.TEXT),
    ]
    return write(frame, notes)


# ----------------------------------------------------------------- features


def feature_frames(
    features: NDArray[Any], labels: NDArray[Any], steps: NDArray[Any], label_names: Sequence[str]
) -> Iterator[Pixels]:
    """features (F, n, d), labels (n,) -> scatter plots in the principal plane of the last snapshot."""
    plane = fit_plane(features[-1])
    flat = np.stack([plane.project(snapshot) for snapshot in features])  # (F, n, 2)
    # One scale for all frames, so that growth is seen as growth; a few stray points may leave the picture.
    low, high = np.quantile(flat[-1], [0.005, 0.995], axis=0)
    centre, reach = (low + high) / 2, max(float((high - low).max()), 1e-9) * 0.56
    places = np.round((flat - centre) / reach * SCATTER) + SCATTER  # at twice the size, for smooth edges
    classes = labels.astype(int)
    order = np.random.default_rng(0).permutation(len(classes))  # so that no class hides another
    colours = np.array([style.triple(style.class_colour(label)) for label in classes], np.uint8)[order]
    legend = _legend(classes, label_names)
    radius = 7 if len(classes) <= 1500 else 5
    for snapshot, step in zip(places[:, order], steps, strict=True):
        picture = np.concatenate([_scatter(snapshot, colours, radius), legend], axis=1)
        yield _with_strip(picture, int(step), int(steps[-1]), "features in the final principal plane")


def _scatter(places: NDArray[np.float64], colours: Pixels, radius: int) -> Pixels:
    """places (n, 2): x right, y up, in pixels of a plane of 2 * SCATTER -> (SCATTER, SCATTER, 3)."""
    side = 2 * SCATTER
    reach = np.arange(-radius, radius + 1)
    dy, dx = (axis.ravel() for axis in np.meshgrid(reach, reach))
    disc = dx**2 + dy**2 <= radius**2
    inside = ((places >= radius) & (places < side - radius)).all(axis=1)
    x, y = places[inside].astype(int).T
    canvas = np.full((side, side, 3), 255, np.uint8)
    canvas[(side - 1 - y)[:, None] + dy[disc], x[:, None] + dx[disc]] = colours[inside][:, None]
    return reduce(canvas, 2)


def _legend(classes: NDArray[np.int_], label_names: Sequence[str]) -> Pixels:
    """(SCATTER, width, 3): a dot and a name per class."""
    names = {int(label): _name(int(label), label_names) for label in np.unique(classes)}
    if len(names) > LEGEND_CLASSES:
        return np.full((SCATTER, LEGEND, 3), 255, np.uint8)
    longest = max(width_of(name, style.SMALL) for name in names.values())
    width = min(max(LEGEND, longest + 40), WIDE_LEGEND)
    line = min(32, SCATTER // len(names))
    notes = []
    for row, (label, name) in enumerate(names.items()):
        y = 20 + row * line
        notes.append(Note(16, y, "●", "mm", style.TEXT, colour=style.class_colour(label)))
        notes.append(Note(32, y, shorten(name, width - 36, style.SMALL), "lm", style.SMALL))
    return write(np.full((SCATTER, width, 3), 255, np.uint8), notes)
