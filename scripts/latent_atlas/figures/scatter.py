"""Point clouds: latent codes and the judge's features, in two dimensions; material -> drawing."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from . import plotting, theme
from .material import Drawing, Material, require
from .projection import Floats, Plane, fit_plane

LEGEND_CLASSES = 20  # more classes than this share colours and get no legend
BESIDE = 12  # letters: longer names stand above the plot, where there is room for them


def latent_map(material: Material) -> Drawing:
    """test_codes (n, d), coloured by test_labels (n,) if present; d > 2 is projected to two dimensions."""
    codes = np.asarray(material["test_codes"], np.float64).reshape(len(material["test_codes"]), -1)
    require(len(codes), 3, "test images")
    if codes.shape[1] == 2:
        points, names, detail = codes, ("z1", "z2"), f"{len(codes):,} test images"
    else:
        plane = fit_plane(codes)
        points, names = plane.project(codes), component_names(plane)
        detail = f"{len(codes):,} test images, {codes.shape[1]} latent dimensions projected to 2"
    with plotting.chart(height=900, width=1100) as figure:
        axes = figure.subplots()
        if "test_labels" in material:
            _by_class(axes, points, material["test_labels"], material)
        else:
            axes.scatter(points[:, 0], points[:, 1], s=_size(len(points)), color=theme.ACCENT, alpha=0.7, linewidths=0)
        low, high = square(points)
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
        axes.set(xlabel=names[0], ylabel=names[1])
        body = plotting.rasterise(figure)
    return Drawing(body, detail)


def component_names(plane: Plane) -> tuple[str, str]:
    """Axis labels that say how much of the variance each direction explains."""
    first, second = (f"component {i + 1} ({share:.0%} of the variance)" for i, share in enumerate(plane.explained))
    return first, second


def _size(count: int) -> float:
    """Area of a point in square points: smaller the more there are."""
    return float(np.clip(14_000 / max(count, 1), 3, 22))


def _by_class(axes: Axes, points: Floats, labels: NDArray[Any], material: Material) -> None:
    labels = np.asarray(labels).astype(int)[: len(points)]
    present = [int(label) for label in np.unique(labels)]
    order = np.random.default_rng(0).permutation(len(points))  # so that no class hides another
    colours = np.array([theme.class_colour(label) for label in labels])[order]
    axes.scatter(points[order, 0], points[order, 1], s=_size(len(points)), c=colours, alpha=0.8, linewidths=0)
    names = [material.name_of(label) for label in present]
    if len(present) > LEGEND_CLASSES:
        return
    handles = [
        Line2D([], [], marker="o", linestyle="", color=theme.class_colour(label), markersize=7) for label in present
    ]
    longest = max(map(len, names))
    if longest > BESIDE:
        axes.legend(handles, names, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, handletextpad=0.2)
    else:
        axes.legend(handles, names, title="class", loc="center left", bbox_to_anchor=(1, 0.5), handletextpad=0.2)
    if longest <= 2:  # short names fit beside the points, for those who cannot tell the colours
        for label, name in zip(present, names, strict=True):
            x, y = np.median(points[labels == label], axis=0)
            halo = [withStroke(linewidth=4, foreground="white")]
            axes.text(x, y, name, weight="bold", size="large", ha="center", va="center", path_effects=halo)


def feature_map(material: Material) -> Drawing:
    """reference_features, sample_features and, if there, test_features (n, d), in the plane of the reference."""
    reference = material["reference_features"]
    require(len(reference), 3, "training images")
    plane = fit_plane(reference)
    background = plane.project(reference)
    groups = {"real, held out": ("test_features", theme.ACCENT), "generated": ("sample_features", theme.CONTRAST)}
    shown = {name: (plane.project(material[key]), c) for name, (key, c) in groups.items() if key in material}
    low, high = square(np.concatenate([background, *(points for points, _ in shown.values())]))
    across, up = component_names(plane)
    with plotting.chart(height=700 if len(shown) > 1 else 900) as figure:
        row = figure.subplots(1, len(shown), sharex=True, sharey=True, squeeze=False)[0]
        for axes, (name, (points, colour)) in zip(row, shown.items(), strict=True):
            size = _size(max(len(points), len(background)))
            for cloud, paint, label in ((background, "#c4c4c4", "real, reference"), (points, colour, name)):
                axes.scatter(cloud[:, 0], cloud[:, 1], s=size, color=paint, alpha=0.6, linewidths=0, label=label)
            axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal", xlabel=across)
            axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, markerscale=2, handletextpad=0.1)
        row[0].set_ylabel(up)
        body = plotting.rasterise(figure)
    return Drawing(body, "features of the judge")


def square(points: Floats) -> tuple[Floats, Floats]:
    """Lower left and upper right corner (2,) of a square around points (n, 2), with a little room."""
    low, high = points.min(axis=0), points.max(axis=0)
    reach = max(float((high - low).max()), 1e-9) * 0.54
    return (low + high) / 2 - reach, (low + high) / 2 + reach
