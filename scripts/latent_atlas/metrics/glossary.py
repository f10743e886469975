"""Every metric there is, by theme. A new one is an entry in a file of ``themes``; nothing else needs to know it."""

from collections.abc import Iterable

from latent_atlas.metrics.entries import Direction, Metric, Theme
from latent_atlas.metrics.themes import (
    alarms,
    answers,
    bounds,
    codes_in_use,
    content,
    generation,
    language,
    painting,
    reconstruction,
    super_resolution,
    translation,
)

_MODULES = (
    generation,
    content,
    bounds,
    reconstruction,
    codes_in_use,
    translation,
    super_resolution,
    painting,
    answers,
    alarms,
    language,
)
THEMES: tuple[Theme, ...] = tuple(module.THEME for module in _MODULES)
MEASURES = tuple(measure for theme in THEMES for measure in theme.measures)
_BY_NAME = {metric.name: metric for theme in THEMES for metric in theme.metrics}


def define(name: str) -> Metric:
    """The metric of that name, or a plain one for a name that no theme has, such as one of a user's own code."""
    return _BY_NAME.get(name) or Metric(name, name, Direction.NONE, "")


def is_known(name: str) -> bool:
    """Whether a theme has the metric."""
    return name in _BY_NAME


def in_order(names: Iterable[str]) -> list[str]:
    """Names in the order of the themes; unknown ones after them, in alphabetical order."""
    place = {name: index for index, name in enumerate(_BY_NAME)}
    return sorted(names, key=lambda name: (place.get(name, len(place)), name))
