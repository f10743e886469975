"""Figures about yes-or-no attributes: adding them, and how well they are named; material -> drawing."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas.metrics.attribute_scores import attribute_accuracy, attribute_effect, majority_accuracy

from . import plotting, theme
from .lettering import Note, annotate, pad, write
from .material import Drawing, Material
from .theme import Pixels
from .tiles import arrange, centres, legible, rgb, table

GAP = 4  # pixels between images
APART = 12  # between a source and what becomes of it
MOST_ROWS = 3  # of one attribute
ROWS = 30  # in all, when attributes are many
LINE = 30  # pixels a row of a chart takes


def arithmetic(material: Material) -> Drawing:
    """attribute_arithmetic (attributes, k, stops, H, W, C): each attribute's vector added to k images without it.

    attribute_sources (attributes, k, H, W, C) are those images, attribute_steps (stops,) how many vectors are added.
    """
    changed, sources = material["attribute_arithmetic"], material["attribute_sources"]
    names, steps = _names(material), material["attribute_steps"]
    across = 1 if len(names) <= 4 else 2
    rows = min(MOST_ROWS, max(1, ROWS // len(names)), changed.shape[1])
    cells = np.concatenate([sources[:, :rows, None], changed[:, :rows]], axis=2)
    cells = legible(cells, across * cells.shape[2], theme.WIDTH + 100)
    width = cells.shape[4]
    heads = ["source", *(f"{step:+.2g}" if step else "0" for step in steps)]
    places = centres(len(heads), width, GAP)
    top = [(x + APART * (place > 0), head) for place, (x, head) in enumerate(zip(places, heads, strict=True))]
    room = theme.TEXT + 14
    panels = []
    for name, block in zip(names, cells, strict=True):
        grid = np.concatenate([pad(table(block[:, :1], GAP), right=APART), rgb(table(block[:, 1:], GAP))], axis=1)
        panels.append(write(pad(grid, top=room), [Note(0, room // 2, f"+ {name}", "lm", theme.TEXT, theme.BOLD)]))
    columns = [panels[first::across] for first in range(across)]
    stacked = [annotate(arrange(column, 1, APART), top=top, size=theme.SMALL, colour=theme.MUTED) for column in columns]
    detail = "above: how many attribute vectors are added to the code; 0 is the reconstruction"
    return Drawing(arrange(stacked, across, 4 * APART), detail)


def effect(material: Material) -> Drawing:
    """attribute_before, attribute_after (n, attributes): how probable the judge finds what was added."""
    before, after = material["attribute_before"], material["attribute_after"]
    body = _two_points(
        _names(material),
        {"reconstruction of images without it": before.mean(axis=0), "after adding its vector": after.mean(axis=0)},
        "mean probability of the attribute according to the judge",
    )
    details = [f"{len(before):,} test images each", f"mean rise {attribute_effect(before, after):.2f}"]
    if "attribute_step" in material:
        details.insert(0, f"vectors added: {float(material['attribute_step']):g}, chosen on validation images")
    return Drawing(body, " · ".join(details))


def accuracy(material: Material) -> Drawing:
    """test_attribute_logits, test_attributes (n, attributes): share correct, beside the more frequent answer's."""
    logits, present = material["test_attribute_logits"], np.asarray(material["test_attributes"])
    columns = [slice(place, place + 1) for place in range(present.shape[1])]
    correct = np.array([attribute_accuracy(logits[:, one], present[:, one]) for one in columns])
    majority = np.array([majority_accuracy(present[:, one]) for one in columns])
    body = _two_points(
        _names(material),
        {"always the more frequent answer": majority, "this classifier": correct},
        "share of test images named correctly",
    )
    return Drawing(body, f"{correct.mean():.1%} correct on average, {majority.mean():.1%} by the more frequent answer")


def _two_points(names: list[str], values: Mapping[str, NDArray[Any]], unit: str) -> Pixels:
    """A row for each attribute with two points: shares (attributes,) by what they are."""
    first, second = values.values()
    places = np.arange(len(names))
    with plotting.chart(height=180 + LINE * len(names)) as figure:
        axes = figure.subplots()
        axes.hlines(places, first, second, color=theme.FAINT, linewidth=3, zorder=1)
        for (label, shares), colour in zip(values.items(), (theme.ACCENT, theme.CONTRAST), strict=True):
            axes.scatter(shares, places, s=44, color=colour, label=label, zorder=2)
        axes.set_yticks(places, names)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.grid(False, axis="y")
        axes.set_xlim(-0.02, 1.02)
        axes.set_xlabel(unit)
        axes.set_ylabel("attribute")
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
        return plotting.rasterise(figure)


def _names(material: Material) -> list[str]:
    """As words: CelebA writes underscores."""
    return [str(name).replace("_", " ") for name in material["attribute_names"]]
