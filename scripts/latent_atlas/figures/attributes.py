"""Figures about yes-or-no attributes: adding them, and how well they are named. Material -> picture (H, W, 3)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import canvas, style
from .captions import Note, annotate, pad, titled, write
from .material import Material
from .style import Pixels
from .tiles import arrange, centres, legible, rgb, tile

GAP = 4  # pixels between images
APART = 12  # between a source and what becomes of it
MOST_ROWS = 3  # of one attribute
ROWS = 30  # in all, when attributes are many
LINE = 30  # pixels a row of a chart takes


def arithmetic(material: Material) -> Pixels:
    """attribute_arithmetic (attributes, k, stops, H, W, C): each attribute's vector added to k images without it.

    attribute_sources (attributes, k, H, W, C) are those images, attribute_steps (stops,) how many vectors are added.
    """
    changed, sources = material["attribute_arithmetic"], material["attribute_sources"]
    names, steps = _names(material), material["attribute_steps"]
    across = 1 if len(names) <= 4 else 2
    rows = min(MOST_ROWS, max(1, ROWS // len(names)), changed.shape[1])
    cells = np.concatenate([sources[:, :rows, None], changed[:, :rows]], axis=2)
    cells = legible(cells, across * cells.shape[2], style.WIDTH + 100)
    width = cells.shape[4]
    heads = ["source", *(f"{step:+.2g}" if step else "0" for step in steps)]
    places = centres(len(heads), width, GAP)
    top = [(x + APART * (place > 0), head) for place, (x, head) in enumerate(zip(places, heads, strict=True))]
    room = style.TEXT + 14
    panels = []
    for name, block in zip(names, cells, strict=True):
        source = tile(block[:, 0], rows, 1, GAP)
        path = tile(block[:, 1:].reshape(-1, *block.shape[2:]), rows, len(steps), GAP)
        grid = np.concatenate([pad(source, right=APART), rgb(path)], axis=1)
        panels.append(write(pad(grid, top=room), [Note(0, room // 2, f"+ {name}", "lm", style.TEXT, bold=True)]))
    columns = [panels[first::across] for first in range(across)]
    stacked = [annotate(arrange(column, 1, APART), top=top, size=style.SMALL, colour=style.MUTED) for column in columns]
    detail = "above: how many attribute vectors are added to the code; 0 is the reconstruction"
    return titled(arrange(stacked, across, 4 * APART), "Arithmetic with attributes", material.subtitle(detail))


def effect(material: Material) -> Pixels:
    """attribute_before, attribute_after (n, attributes): how probable the judge finds what was added."""
    before, after = (material[f"attribute_{when}"].mean(axis=0) for when in ("before", "after"))
    body = _two_points(
        _names(material),
        {"reconstruction of images without it": before, "after adding its vector": after},
        "mean probability of the attribute according to the judge",
    )
    details = [f"{len(material['attribute_before']):,} test images each", f"mean rise {(after - before).mean():.2f}"]
    if "attribute_step" in material:
        details.insert(0, f"vectors added: {float(material['attribute_step']):g}, chosen on validation images")
    return titled(body, "Does the judge see the attribute that was added?", material.subtitle(*details))


def accuracy(material: Material) -> Pixels:
    """test_attribute_logits, test_attributes (n, attributes): share correct, beside the more frequent answer's."""
    present = material["test_attributes"].astype(bool)
    correct = ((material["test_attribute_logits"] > 0) == present).mean(axis=0)
    majority = np.maximum(present.mean(axis=0), 1 - present.mean(axis=0))
    body = _two_points(
        _names(material),
        {"always the more frequent answer": majority, "this classifier": correct},
        "share of test images named correctly",
    )
    detail = f"{correct.mean():.1%} correct on average, {majority.mean():.1%} by the more frequent answer"
    return titled(body, "How well each attribute is named", material.subtitle(detail))


def _two_points(names: list[str], values: Mapping[str, NDArray[Any]], unit: str) -> Pixels:
    """A row for each attribute: where it was and where it came to, shares (attributes,) by what they are."""
    first, second = values.values()
    places = np.arange(len(names))
    with canvas.chart(height=180 + LINE * len(names)) as figure:
        axes = figure.subplots()
        axes.hlines(places, first, second, color=style.FAINT, linewidth=3, zorder=1)
        for (label, shares), colour in zip(values.items(), (style.ACCENT, style.CONTRAST), strict=True):
            axes.scatter(shares, places, s=44, color=colour, label=label, zorder=2)
        axes.set_yticks(places, names)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.grid(False, axis="y")
        axes.set_xlim(-0.02, 1.02)
        axes.set_xlabel(unit)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
        return canvas.rasterise(figure)


def _names(material: Material) -> list[str]:
    """As words: CelebA writes underscores."""
    return [str(name).replace("_", " ") for name in material["attribute_names"]]
