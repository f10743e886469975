"""The latent plane for the pointer: a sprite of all decoded grid points, and what the script must know."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas.figures import theme
from latent_atlas.figures.tiles import reduce, table, tile
from latent_atlas.latents import QUANTILES
from latent_atlas.report.gather import Result, Section
from latent_atlas.report.media import Medium, picture

_ACROSS, _GAP = 5, 8  # planes in a row of the sprite, and pixels between them
_MOST_PIXELS = 8_000_000  # of a sprite: phones refuse larger ones
_MOST_CODES = 2000
_LEGEND_CLASSES = 20
_SCALE = 10_000  # positions are whole numbers: ten-thousandths of the prior's probability
_STEPS = 90  # of the table from probability to latent


@dataclass(frozen=True)
class Explorer:
    """One latent plane, or one for each condition shown."""

    name: str  # of the array: manifold, or latent_torus, which closes on itself in both directions
    sprite: Medium
    conditions: list[str]  # empty where nothing steers the decoder
    legend: list[tuple[str, str]]  # class and colour of the codes
    latents: int | None
    data: dict[str, Any]


def explorer(result: Result, section: Section) -> Explorer | None:
    """What the page needs to explore the experiment's manifold, or its torus; None if it has neither."""
    name = next((name for name in ("manifold", "latent_torus") if name in result.arrays), None)
    planes: NDArray[Any] = result.arrays[name] if name else np.empty(0)
    if name is None or planes.ndim not in (5, 6) or planes.dtype != np.uint8 or planes.shape[-1] not in (1, 3):
        return None
    steered = planes.ndim == 6
    planes = planes if steered else planes[None]
    while planes[..., 0].size > _MOST_PIXELS and min(planes.shape[3:5]) >= 32:
        planes = reduce(planes, 2)
    count, rows, columns, height, width = planes.shape[:5]
    across = min(_ACROSS, count)
    tiled = np.stack([table(plane, gap=0) for plane in planes])
    codes = _codes(result) if name == "manifold" else []
    classes = sorted({code[2] for code in codes if code[2] >= 0})
    low, high = QUANTILES
    quantiles = [NormalDist().inv_cdf(low + (high - low) * i / _STEPS) for i in range(_STEPS + 1)]
    return Explorer(
        name=name,
        sprite=picture(tile(tiled, -(-count // across), across, gap=_GAP)),
        conditions=_conditions(result, count) if steered else [],
        legend=[(section.name_of(label), theme.class_colour(label)) for label in classes[:_LEGEND_CLASSES]],
        latents=result.latents,
        data={
            "rows": rows, "columns": columns, "width": width, "height": height, "across": across, "gap": _GAP,
            "low": low, "high": high, "latents": [round(value, 4) for value in quantiles],
            "scale": _SCALE, "codes": codes, "labelled": steered and result.condition == "labels",
            "torus": name == "latent_torus",
            "colours": [theme.class_colour(label) for label in range(max(classes, default=-1) + 1)],
        },
    )  # fmt: skip


def _conditions(result: Result, count: int) -> list[str]:
    """A name for each plane."""
    names = [str(name) for name in result.arrays.get("condition_names", [])]
    return [names[place] if place < len(names) else str(place) for place in range(count)]


def _codes(result: Result) -> list[list[int]]:
    """[probability of z1, probability of z2, class] of each test image, if codes are points of the plane."""
    codes = result.arrays.get("test_codes")
    if codes is None or codes.ndim != 2 or codes.shape[1] != 2:
        return []
    labels = result.arrays.get("test_labels", np.full(len(codes), -1))
    below = NormalDist().cdf
    return [
        [round(below(float(x)) * _SCALE), round(below(float(y)) * _SCALE), int(label)]
        for (x, y), label in list(zip(codes, labels, strict=False))[:_MOST_CODES]
    ]
