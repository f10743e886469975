"""Trains a model: the same loop for all, resumable at any step, with the same bytes at the end."""

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas.columns import DataSpec
from latent_atlas.errors import AtlasError
from latent_atlas.model import Model, Settings
from latent_atlas.step import Progress
from latent_atlas.training.batches import Batches
from latent_atlas.training.cameras import schedule
from latent_atlas.training.checkpoints import Checkpoints
from latent_atlas.training.stability import Finding, ringing
from latent_atlas.training.train_steps import TrainSteps

_HISTORY_ROWS = 200


@dataclass
class Record:
    """What a run has produced so far."""

    step: int = 0  # optimizer steps done
    columns: list[str] = field(default_factory=list)  # names of the losses
    rows: list[list[float]] = field(default_factory=list)  # step, images seen, mean of each loss since the last row
    sums: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))  # of the losses since the last row
    snapshot_steps: list[int] = field(default_factory=list)
    snapshots: dict[str, list[NDArray[Any]]] = field(default_factory=dict)

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """For a checkpoint."""
        return {
            "step": np.array(self.step),
            "columns": np.array(self.columns, dtype=np.str_),
            "rows": np.array(self.rows, dtype=np.float64),
            "sums": self.sums,
            "snapshot_steps": np.array(self.snapshot_steps, dtype=np.int64),
            **{f"snapshot/{name}": np.stack(values) for name, values in self.snapshots.items()},
        }

    def film(self) -> dict[str, NDArray[Any]]:
        """The snapshots: the steps at which they were taken, and each array of them stacked."""
        frames = {name: np.stack(values) for name, values in self.snapshots.items()}
        return {"steps": np.array(self.snapshot_steps), **frames}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> "Record":
        """From a checkpoint."""
        return cls(
            step=int(arrays["step"]),
            columns=arrays["columns"].tolist(),
            rows=arrays["rows"].tolist(),
            sums=arrays["sums"],
            snapshot_steps=arrays["snapshot_steps"].tolist(),
            snapshots={name[9:]: list(array) for name, array in arrays.items() if name.startswith("snapshot/")},
        )


def train(
    model: Model,
    settings: Settings,
    seed: int,
    batches: Batches,
    data: DataSpec,
    camera: Callable[[], dict[str, NDArray[Any]]],
    checkpoints: Checkpoints,
    checkpoint_seconds: float,
    progress: Progress,
) -> Record:
    """Runs ``settings.steps`` train steps, from the newest checkpoint if there is one.

    SIGTERM and SIGINT end it after the steps under way, with a checkpoint.

    Raises:
        AtlasError: a loss stopped being a number, or an alarm rang and the settings say to stop.
        KeyboardInterrupt: a signal ended it.
    """
    steps = TrainSteps(model, settings, batches, data, seed)
    stored = checkpoints.restore(model)
    record = Record.from_arrays(stored) if stored else Record()
    if record.step:
        print(f"resumed after step {record.step:,}")
    else:
        steps.begin()
    due = schedule(settings.steps, settings.frames)
    every = max(1, settings.steps // _HISTORY_ROWS)
    stop = _stop_on_signals()
    saved_at = time.monotonic()

    if record.step == 0:
        _snapshot(record, camera)
    while record.step < settings.steps:
        until_due = next(step for step in due if step > record.step) - record.step
        for losses in steps(record.step, until_due):
            record.step += 1
            if _note(record, losses, every, settings):
                _watch(model, record, settings)
        if record.step in due:
            _snapshot(record, camera)
        progress.update(record.step, settings.steps, "step")
        stopping = stop.is_set() and record.step < settings.steps
        if stopping or time.monotonic() - saved_at > checkpoint_seconds:
            checkpoints.save(record.step, model, record.as_arrays())
            saved_at = time.monotonic()
        if stopping:
            raise KeyboardInterrupt
    return record


def _note(record: Record, losses: dict[str, float], every: int, settings: Settings) -> bool:
    """Adds the losses of a step; true when that completed a row of the history."""
    if not record.columns:
        record.columns, record.sums = list(losses), np.zeros(len(losses))
    record.sums = record.sums + np.array([losses[name] for name in record.columns])
    last = record.rows[-1][0] if record.rows else 0
    if record.step % every and record.step != settings.steps:
        return False
    means = record.sums / (record.step - last)
    record.sums = np.zeros_like(means)
    record.rows.append([record.step, record.step * settings.images_per_step, *means.tolist()])
    print(f"step {record.step:,}: " + ", ".join(f"{n} {v:.4g}" for n, v in zip(record.columns, means, strict=True)))
    for name, mean in zip(record.columns, means, strict=True):
        if not np.isfinite(mean):
            raise AtlasError(f"training diverged: {name} is {mean} at step {record.step:,}; lower learning_rate")
    return True


def _watch(model: Model, record: Record, settings: Settings) -> None:
    """Says which alarms ring, once when they begin, and stops the run if the settings say so."""
    if settings.on_instability == "ignore":
        return
    before = {(f.problem, f.first_step) for f in _ringing(model, record.columns, record.rows[:-1], settings)}
    for finding in _ringing(model, record.columns, record.rows, settings):
        if (finding.problem, finding.first_step) in before:
            continue
        if settings.on_instability == "stop":
            raise AtlasError(f"training is unstable: {finding}; change the settings, or on_instability to flag")
        print(f"unstable: {finding}")


def _ringing(model: Model, columns: list[str], rows: list[list[float]], settings: Settings) -> list[Finding]:
    return ringing(model.alarms, columns, rows, settings.steps) if rows else []


def _snapshot(record: Record, camera: Callable[[], dict[str, NDArray[Any]]]) -> None:
    for name, array in camera().items():
        record.snapshots.setdefault(name, []).append(array)
    record.snapshot_steps.append(record.step)


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
