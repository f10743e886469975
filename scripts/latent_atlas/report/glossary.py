"""What each metric means: ``assets/glossary.toml``. One not listed there is shown plainly, by its name."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any


class Direction(Enum):
    """Which way is better; the value is the mark in a table's head."""

    UP = "↑"
    DOWN = "↓"
    ONE = "→ 1"
    NONE = ""

    @property
    def words(self) -> str:
        """For those who cannot see an arrow."""
        return {"↑": "higher is better", "↓": "lower is better", "→ 1": "1 is best"}.get(self.value, "")


class Among(Enum):
    """Between which experiments on one dataset a metric may be compared."""

    ALL = ""
    SAME_JUDGE = "comparable only between experiments with the same judge and the same number of images"
    SAME_LABELS = "comparable only between models that are all given the label, or all not"
    UNLABELLED = (
        "comparable only between models that are not given the label: where the decoder knows it, a good code"
        " leaves the class out"
    )
    UNENLARGED = "not comparable on scans that were enlarged"


@dataclass(frozen=True)
class Metric:
    """A metric in words. ``digits`` are decimals; None means four significant ones."""

    name: str
    title: str
    direction: Direction
    unit: str
    digits: int | None
    sentence: str
    among: Among = Among.ALL
    alone: str = ""  # its title where no neighbouring column explains it

    @property
    def full_title(self) -> str:
        """A title that needs no table around it."""
        return self.alone or self.title

    def text(self, value: float | None) -> str:
        """A value as the tables print it."""
        if value is None:
            return "–"
        if self.digits is None:
            shown = f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
        else:
            shown = f"{value:,.{self.digits}f}"
        return shown.replace("-", "\N{MINUS SIGN}") if shown.startswith("-") else shown


@dataclass(frozen=True)
class Theme:
    """Metrics that answer one question, hence one table."""

    key: str
    title: str
    introduction: str
    metrics: tuple[Metric, ...]


def _read() -> tuple[tuple[Theme, ...], tuple[Metric, ...]]:
    content = tomllib.loads(Path(__file__).with_name("assets").joinpath("glossary.toml").read_text("utf-8"))
    themes = (
        Theme(key, table["title"], table["introduction"], _metrics(table["metrics"]))
        for key, table in content["tables"].items()
    )
    return tuple(themes), _metrics(content["counts"])


def _metrics(entries: dict[str, dict[str, Any]]) -> tuple[Metric, ...]:
    return tuple(
        Metric(
            name,
            entry["title"],
            Direction[entry.get("better", "none").upper()],
            entry.get("unit", ""),
            entry["digits"],
            entry["sentence"],
            Among[entry.get("among", "all").upper()],
            entry.get("alone", ""),
        )
        for name, entry in entries.items()
    )


THEMES, _COUNTS = _read()
_BY_NAME = {metric.name: metric for metric in (*(m for theme in THEMES for m in theme.metrics), *_COUNTS)}


def define(name: str) -> Metric:
    """The metric of that name, or a plain one for a name nobody has described."""
    return _BY_NAME.get(name) or Metric(name, name, Direction.NONE, "", None, "")


def is_count(name: str) -> bool:
    """Whether it only says how another metric was measured, and is told in a note instead of a column."""
    return any(metric.name == name for metric in _COUNTS)


def theme_of(name: str) -> str:
    """The key of the table a metric belongs to; ``other`` for one nobody has described."""
    return next((theme.key for theme in THEMES if any(m.name == name for m in theme.metrics)), "other")


def in_order(names: Iterable[str]) -> list[str]:
    """Names in the order of the tables; those that nobody has described after them, by name."""
    place = {name: index for index, name in enumerate(_BY_NAME)}
    return sorted(names, key=lambda name: (place.get(name, len(place)), name))
