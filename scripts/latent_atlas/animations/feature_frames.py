"""Snapshots of a judge's features as frames: where it sees the same images as its training goes on."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from latent_atlas.animations.frames import Snapshots, with_strips
from latent_atlas.figures import theme
from latent_atlas.figures.lettering import Note, shorten, width_of, write
from latent_atlas.figures.projection import fit_plane
from latent_atlas.figures.theme import Pixels
from latent_atlas.figures.tiles import reduce

SIDE = 560  # of the plane
LEGEND, WIDE_LEGEND = 150, 320  # width of the legend, and the most it may take for long names
LEGEND_CLASSES = 20


def features(snapshots: Snapshots) -> Iterator[Pixels]:
    """feature_frames (F, n, d) as points in the principal plane of the last snapshot.

    feature_labels (n,), if there, colours them, and label_names (classes,) names the colours.
    """
    plane = fit_plane(snapshots["feature_frames"][-1])
    flat = np.stack([plane.project(snapshot) for snapshot in snapshots["feature_frames"]])  # (F, n, 2)
    # One scale for all frames, so that growth is seen as growth; a few stray points may leave the picture.
    low, high = np.quantile(flat[-1], [0.005, 0.995], axis=0)
    centre, reach = (low + high) / 2, max(float((high - low).max()), 1e-9) * 0.56
    places = np.round((flat - centre) / reach * SIDE) + SIDE  # at twice the size, for smooth edges
    count = flat.shape[1]
    order = np.random.default_rng(0).permutation(count)  # so that no class hides another
    colours = np.tile(np.array(theme.triple(theme.ACCENT), np.uint8), (count, 1))
    beside: list[Pixels] = []
    if "feature_labels" in snapshots:
        classes = snapshots["feature_labels"].astype(int)
        colours = np.array([theme.triple(theme.class_colour(label)) for label in classes], np.uint8)
        beside = _legend(classes, snapshots["label_names"].tolist() if "label_names" in snapshots else [])
    radius = 7 if count <= 1500 else 5
    pictures = (
        np.concatenate([_scatter(snapshot, colours[order], radius), *beside], axis=1) for snapshot in places[:, order]
    )
    return with_strips(snapshots, pictures, "features in the final principal plane")


def _scatter(places: NDArray[np.float64], colours: Pixels, radius: int) -> Pixels:
    """places (n, 2): x right, y up, in pixels of a plane of 2 * SIDE -> (SIDE, SIDE, 3)."""
    side = 2 * SIDE
    reach = np.arange(-radius, radius + 1)
    dy, dx = (axis.ravel() for axis in np.meshgrid(reach, reach))
    disc = dx**2 + dy**2 <= radius**2
    inside = ((places >= radius) & (places < side - radius)).all(axis=1)
    x, y = places[inside].astype(int).T
    sheet = np.full((side, side, 3), 255, np.uint8)
    sheet[(side - 1 - y)[:, None] + dy[disc], x[:, None] + dx[disc]] = colours[inside][:, None]
    return reduce(sheet, 2)


def _legend(classes: NDArray[np.int_], label_names: list[str]) -> list[Pixels]:
    """A dot and a name per class, (SIDE, width, 3); none where there are too many classes."""
    labels = np.unique(classes).tolist()
    if len(labels) > LEGEND_CLASSES:
        return []
    names = [label_names[label] if label < len(label_names) else str(label) for label in labels]
    width = min(max(LEGEND, max(width_of(name, theme.SMALL) for name in names) + 40), WIDE_LEGEND)
    line = min(32, SIDE // len(labels))
    notes = []
    for row, (label, name) in enumerate(zip(labels, names, strict=True)):
        y = 20 + row * line
        notes.append(Note(16, y, "●", colour=theme.class_colour(label)))
        notes.append(Note(32, y, shorten(name, width - 36, theme.SMALL), "lm", theme.SMALL))
    return [write(np.full((SIDE, width, 3), 255, np.uint8), notes)]
