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
    reconstruction,
    super_resolution,
    translation,
)

THEMES: tuple[Theme, ...] = (
    generation.THEME,
    content.THEME,
    bounds.THEME,
    reconstruction.THEME,
    codes_in_use.THEME,
    translation.THEME,
    super_resolution.THEME,
    answers.THEME,
    alarms.THEME,
    language.THEME,
)
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
