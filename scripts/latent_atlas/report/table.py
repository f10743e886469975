"""The comparison tables: per dataset and question, experiments by metrics, the best of each column marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from latent_atlas.report.gather import Dataset, Result
from latent_atlas.report.glossary import THEMES, Among, Direction, Metric, define, is_count, theme_of


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
    """One question, the columns that answer it, and the experiments that have at least one of them."""

    key: str
    title: str
    introduction: str
    columns: list[Metric]
    rows: list[Row]
    note: str


def tables(dataset: Dataset) -> list[Table]:
    """Every table that the dataset's experiments have numbers for."""
    names = list(dict.fromkeys(name for result in dataset.results for name in result.metrics))
    found = []
    for theme in THEMES:
        columns = [metric for metric in theme.metrics if metric.name in names]
        found.append(_table(theme.key, theme.title, theme.introduction, columns, dataset))
    others = [define(name) for name in names if theme_of(name) == "other" and not is_count(name)]
    found.append(_table("other", "Other measures", "", others, dataset))
    return [table for table in found if table.columns]


def _table(key: str, title: str, introduction: str, columns: list[Metric], dataset: Dataset) -> Table:
    results = [r for r in dataset.results if any(metric.name in r.metrics for metric in columns)]
    best = {metric.name: _best(metric, results, dataset) for metric in columns}
    rows = [
        Row(result, [
            Cell(value, metric.text(value), result.key in best[metric.name])
            for metric in columns
            for value in [result.metrics.get(metric.name)]
        ])
        for result in results
    ]  # fmt: skip
    return Table(key, title, introduction, columns, rows, _note(key, results))


def _best(metric: Metric, results: Sequence[Result], dataset: Dataset) -> set[str]:
    """The keys of the best experiments in a column; none where nothing can be compared."""
    rivals = [result for result in _comparable(metric, results, dataset) if metric.name in result.metrics]
    if metric.direction is Direction.NONE or len(rivals) < 2:
        return set()
    cost = {result.key: _cost(metric.direction, result.metrics[metric.name]) for result in rivals}
    least = min(cost.values())
    return {key for key, value in cost.items() if value == least}


def _cost(direction: Direction, value: float) -> float:
    return {Direction.UP: -value, Direction.DOWN: value, Direction.ONE: abs(value - 1.0)}[direction]


def _comparable(metric: Metric, results: Sequence[Result], dataset: Dataset) -> Sequence[Result]:
    having = [result for result in results if metric.name in result.metrics]
    match metric.among:
        case Among.UNENLARGED:
            return [] if dataset.enlarged else having
        case Among.UNLABELLED:
            return [result for result in having if not result.conditional]
        case Among.SAME_LABELS:
            return having if len({result.conditional for result in having}) == 1 else []
        case Among.SAME_JUDGE:
            judged = {(result.experiment.judge, result.metrics.get("frechet_n")) for result in having}
            return having if len(judged) == 1 else []
        case Among.ALL:
            return having


def _note(key: str, results: Sequence[Result]) -> str:
    """Who judged, and how many images were compared."""
    if key != "generation":
        return ""
    judges = sorted({result.experiment.judge for result in results if "frechet" in result.metrics})
    counts = sorted({int(r.metrics["frechet_n"]) for r in results if "frechet_n" in r.metrics})
    if not judges:
        return ""
    by = f"The judge is {' or '.join(judges)}"
    return f"{by}; {' or '.join(f'{count:,}' for count in counts)} images on each side." if counts else f"{by}."
