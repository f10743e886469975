"""What the steps took on this machine: a page of its own, for no run of another machine could have its bytes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from latent_atlas import environment, io
from latent_atlas.errors import AtlasError
from latent_atlas.figures import plotting, theme
from latent_atlas.params import Params
from latent_atlas.report.media import Medium, picture
from latent_atlas.step import cost_path
from latent_atlas.steps import STEPS

_ASSETS = Path(__file__).parent / "assets"
_KEYS = ("seconds", "cpu_seconds", "memory_mb")
_ROW = 34  # pixels of a bar


@dataclass(frozen=True)
class Cost:
    """What one step of one dataset or experiment took."""

    key: str
    step: str
    seconds: float
    cpu_seconds: float
    memory_mb: float


def costs(params: Params) -> list[Cost]:
    """Those that are noted, datasets first, each key's steps in their order."""
    found = []
    for key in (*params.datasets, *params.experiments):
        for step in STEPS:
            noted = _noted(cost_path(params.scale, step, key))
            if noted:
                found.append(Cost(key, step, *(noted[name] for name in _KEYS)))
    return found


def build(params: Params) -> str:
    """The page."""
    found = costs(params)
    templates = Environment(
        loader=FileSystemLoader(_ASSETS, encoding="utf-8"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    return templates.get_template("cost.html.j2").render(
        scale=params.scale,
        costs=found,
        total=sum(cost.seconds for cost in found),
        total_cpu=sum(cost.cpu_seconds for cost in found),
        most=max((cost.memory_mb for cost in found), default=0),
        chart=_chart(found) if found else None,
        machine=environment.machine(),
    )


def _chart(found: list[Cost]) -> Medium:
    """Bars of seconds, a row for each dataset and experiment, a colour for each step."""
    keys = list(dict.fromkeys(cost.key for cost in found))
    taken = {(cost.key, cost.step): cost.seconds for cost in found}
    with plotting.chart(height=160 + _ROW * len(keys), width=theme.WIDTH) as figure:
        axes = figure.subplots()
        begun = dict.fromkeys(keys, 0.0)
        for place, step in enumerate(STEPS):
            widths = [taken.get((key, step), 0.0) for key in keys]
            if any(widths):
                axes.barh(keys, widths, left=list(begun.values()), color=theme.class_colour(place), label=step)
                begun = {key: begun[key] + width for key, width in zip(keys, widths, strict=True)}
        axes.invert_yaxis()
        axes.set_xlabel("seconds by the clock")
        axes.set_ylabel("dataset or experiment")
        axes.legend(loc="lower right")
        return picture(plotting.rasterise(figure))


def _noted(path: Path) -> Mapping[str, float]:
    """What a step noted; nothing if it has not, or if the note is damaged: a cost is no result."""
    try:
        content = io.load_json(path)
    except AtlasError:
        return {}
    sound = isinstance(content, dict) and all(
        isinstance(content.get(name), int | float) and math.isfinite(content[name]) for name in _KEYS
    )
    return content if sound else {}
