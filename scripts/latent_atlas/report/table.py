"""The comparison tables: per dataset and theme, experiments by metrics, the best of those that compete marked."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from latent_atlas.metrics.entries import Among, Direction, Metric
from latent_atlas.metrics.glossary import THEMES, define, is_known
from latent_atlas.report.gather import Result, Section


@dataclass(frozen=True)
class Cell:
    """One number, as it is and as it is printed."""

    value: float | None
    text: str
    best: bool


@dataclass(frozen=True)
class Row:
    """One experiment."""

    result: Result
    cells: list[Cell]


@dataclass(frozen=True)
class Table:
    """One theme, its metrics, and the experiments that have at least one of them."""

    key: str
    title: str
    introduction: str
    columns: list[Metric]
    rows: list[Row]
    note: str


def tables(section: Section) -> list[Table]:
    """Every table that the dataset's experiments have numbers for."""
    names = list(dict.fromkeys(name for result in section.results for name in result.metrics))
    found = []
    for theme in THEMES:
        columns = [metric for metric in theme.metrics if metric.name in names and not metric.note]
        found.append(_table(theme.key, theme.title, theme.introduction, columns, section))
    others = [define(name) for name in names if not is_known(name)]
    found.append(_table("other", "Other measures", "", others, section))
    return [table for table in found if table.columns]


def _table(key: str, title: str, introduction: str, columns: list[Metric], section: Section) -> Table:
    results = [r for r in section.results if any(metric.name in r.metrics for metric in columns)]
    best = {metric.name: _best(metric, results, section) for metric in columns}

    def cell(metric: Metric, result: Result) -> Cell:
        value = result.metrics.get(metric.name)
        return Cell(value, metric.text(value), result.key in best[metric.name])

    rows = [Row(result, [cell(metric, result) for metric in columns]) for result in results]
    return Table(key, title, introduction, columns, rows, _note(key, results))


def _best(metric: Metric, results: Sequence[Result], section: Section) -> set[str]:
    """The keys of the best experiments in a column: of each group that competes, if it has at least two members."""
    groups: dict[Hashable, dict[str, float]] = {}
    for result in results:
        if metric.name in result.metrics and _competes(metric, result, section):
            shared = tuple(_shared(among, result) for among in metric.among)
            groups.setdefault(shared, {})[result.key] = _cost(metric.direction, result.metrics[metric.name])
    rivals = (costs for costs in groups.values() if len(costs) > 1)
    return {key for costs in rivals for key, cost in costs.items() if cost == min(costs.values())}


def _cost(direction: Direction, value: float) -> float:
    return {Direction.UP: -value, Direction.DOWN: value, Direction.ONE: abs(value - 1.0)}[direction]


def _competes(metric: Metric, result: Result, section: Section) -> bool:
    """Whether the metric can rank the experiment at all."""
    if metric.direction is Direction.NONE or (Among.REAL_DETAIL in metric.among and section.enlarged):
        return False
    return not (Among.UNSTEERED in metric.among and result.condition)


def _shared(among: Among, result: Result) -> Hashable:
    """What must be equal for two experiments to compete."""
    match among:
        case Among.JUDGE:
            return result.experiment.judge, result.metrics.get("frechet_n")
        case Among.CONDITION:
            return result.condition
        case Among.LATENTS:
            return result.latents
    return None


def _note(key: str, results: Sequence[Result]) -> str:
    """Who judged, and how many images were compared."""
    judges = sorted({result.experiment.judge for result in results if "frechet" in result.metrics})
    if key != "generation" or not judges:
        return ""
    counts = sorted({int(r.metrics["frechet_n"]) for r in results if "frechet_n" in r.metrics})
    by = f"The judge is {' or '.join(judges)}"
    return f"{by}; {' or '.join(f'{count:,}' for count in counts)} images on each side." if counts else f"{by}."
