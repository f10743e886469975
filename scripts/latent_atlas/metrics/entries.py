"""What a metric is: its words, how it may be compared, and the measure that computes it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from latent_atlas.metrics.checks import Array

Metrics = dict[str, float]
Arrays = Mapping[str, Array]


class Direction(Enum):
    """Which way is better; the value is the mark in a table's head."""

    UP = "↑"
    DOWN = "↓"
    ONE = "→ 1"
    NONE = ""  # a value to compare others with

    @property
    def words(self) -> str:
        """For those who cannot see an arrow."""
        return {"↑": "higher is better", "↓": "lower is better", "→ 1": "1 is best"}.get(self.value, "")


class Among(Enum):
    """What experiments on one dataset must share if a metric is to rank them; the value is in words."""

    JUDGE = "are measured by the same judge on the same number of images"
    CONDITION = "are given the same input (labels, captions or neither)"
    LATENTS = "have the same number of latents"
    UNSTEERED = "are given neither labels nor captions"  # a code that comes with a label need not hold the label
    REAL_DETAIL = "learn from images that were not enlarged"


@dataclass(frozen=True)
class Metric:
    """One number, explained for someone who meets it for the first time.

    ``tolerance`` says how far a value may be from the maintainers' reference: the larger of an absolute and a relative
    distance. It allows for the spread between seeds of one model, because a training run amplifies a last bit: between
    two kinds of processor adversarial training moved Fréchet distances by up to 64%, or from 3.5 to 8.3, an accuracy by
    0.09, recall by 0.18, density by 24%.
    """

    name: str
    title: str
    direction: Direction
    meaning: str
    tolerance: tuple[float, float] = (0.15, 0.15)
    digits: int | None = None  # decimals; None: four significant digits
    unit: str = ""
    among: tuple[Among, ...] = ()
    alone: str = ""  # its title where no neighbouring column explains it
    note: bool = False  # it only says how another metric was measured, and is told in a note instead of a column

    @property
    def full_title(self) -> str:
        """A title that needs no table around it."""
        return self.alone or self.title

    @property
    def comparison(self) -> str:
        """Between which experiments it is compared, in a sentence; empty if between all."""
        shared = " and ".join(among.value for among in self.among)
        return f"The best is marked among models that {shared}." if shared else ""

    def text(self, value: float | None) -> str:
        """A value as tables print it."""
        if value is None:
            return "–"
        if self.digits is None:
            shown = f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
        else:
            shown = f"{value:,.{self.digits}f}"
        return shown.replace("-", "\N{MINUS SIGN}") if shown.startswith("-") else shown

    def allowed(self, value: float) -> float:
        """How far another value may be from this one."""
        absolute, relative = self.tolerance
        return max(absolute, relative * abs(value))


class Measure(NamedTuple):
    """A function from arrays to metrics. It is called if all that it needs is there."""

    needs: tuple[str, ...]
    function: Callable[[Arrays], Metrics]
    metrics: tuple[Metric, ...]  # it may leave out some
    uses: tuple[str, ...] = ()  # arrays that it uses if they are there

    @classmethod
    def of(cls, function: Callable[..., float], needs: tuple[str, ...], metric: Metric) -> "Measure":
        """A measure of one metric: a function of the arrays that it needs, in their order."""
        return cls(needs, lambda arrays: {metric.name: function(*(arrays[name] for name in needs))}, (metric,))

    def applies(self, names: Iterable[str]) -> bool:
        """Whether arrays of these names allow the measure."""
        return set(self.needs).issubset(names)

    @property
    def title(self) -> str:
        """What it measures, for a note; values that only help to read others are not listed."""
        ranked = [metric for metric in self.metrics if metric.direction is not Direction.NONE]
        return ", ".join(metric.full_title for metric in ranked or self.metrics)


@dataclass(frozen=True)
class Theme:
    """Metrics that answer one question, hence one table of the report."""

    key: str
    title: str
    introduction: str
    measures: tuple[Measure, ...]

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """In the order of the columns; each once, though two measures may give it."""
        return tuple(dict.fromkeys(metric for measure in self.measures for metric in measure.metrics))
