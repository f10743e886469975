"""Watches the losses of a run for what a model declares to be signs of failure: see `model.Alarm`.

What is found follows from the history alone, so whoever reads ``history.csv`` finds what the run itself found.
"""

from collections.abc import Sequence
from typing import NamedTuple

from latent_atlas.model import Alarm, Model, Settings

_PATIENCE = 0.1  # share of the run that a loss must stay beyond its bound


class Finding(NamedTuple):
    """A problem, and when it was there."""

    problem: str
    first_step: int  # when the loss went beyond its bound
    last_step: int

    def __str__(self) -> str:
        return f"{self.problem} (steps {self.first_step:,} to {self.last_step:,})"


def findings(
    alarms: Sequence[Alarm], columns: Sequence[str], rows: Sequence[Sequence[float]], steps: int
) -> list[Finding]:
    """Every stretch of the run in which an alarm rang, alarm by alarm.

    Args:
        alarms: of the model.
        columns: names of the losses; an alarm whose loss is not among them is silent.
        rows: step, images seen, then the losses, as in ``history.csv``.
        steps: of the whole run, of which a loss must be beyond its bound for a tenth.
    """
    found = []
    for alarm in alarms:
        if alarm.loss not in columns:
            continue
        place, first, last = 2 + list(columns).index(alarm.loss), None, 0
        for row in [*rows, None]:
            if row is not None and row[0] > alarm.warm_up * steps and not alarm.below <= row[place] <= alarm.above:
                first, last = int(row[0]) if first is None else first, int(row[0])
                continue
            if first is not None and last - first >= _PATIENCE * steps:
                found.append(Finding(alarm.problem, first, last))
            first = None
    return found


def ringing(
    alarms: Sequence[Alarm], columns: Sequence[str], rows: Sequence[Sequence[float]], steps: int
) -> list[Finding]:
    """What is found in the history so far, and still holds at its last row."""
    return [finding for finding in findings(alarms, columns, rows, steps) if finding.last_step == int(rows[-1][0])]


def summary(
    model: Model, settings: Settings, columns: Sequence[str], rows: Sequence[Sequence[float]]
) -> list[str] | None:
    """What went wrong in a whole run, a sentence each; None if nothing watched it."""
    if not model.alarms or settings.on_instability == "ignore":
        return None
    return [str(finding) for finding in findings(model.alarms, columns, rows, settings.steps)]
