"""Checks that an experiment's model can be resumed, and that all its noise follows from the seed.

Trains it for a few steps three times: without a stop, stopped half-way and resumed from the checkpoint, and with other
random numbers drawn beforehand. All three must end with the same bytes. The data must have been prepared; nothing is
written to ``results/``.
"""

import argparse
import io
import sys
import tempfile
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas import backend, check, models, params, prepared, step
from latent_atlas.backend import tf
from latent_atlas.errors import AtlasError
from latent_atlas.params import Params
from latent_atlas.training import loop
from latent_atlas.training.beginning import begin
from latent_atlas.training.checkpoints import Checkpoints

_STEPS = 6

Arrays = dict[str, NDArray[Any]]


class StopAfter(step.Progress):
    """Progress that ends the run, as Ctrl-C does, in the step after ``last``."""

    def __init__(self, last: int) -> None:
        super().__init__(sys.stderr, "check_model")
        self.last = last

    def update(self, done: int, total: int, unit: str, detail: str = "") -> None:
        if done > self.last:
            raise KeyboardInterrupt


def trained(here: Params, key: str, folder: Path, last: int = _STEPS, draws: int = 0) -> Arrays:
    """The weights and losses after training, and what it would be resumed with; stops after ``last`` steps."""
    settings = models.settings(here, key).model_copy(update={"steps": _STEPS, "frames": 2})
    data = prepared.load(here.processed(here.experiments[key].dataset))
    backend.configure(settings.threads, here.seed, settings.deterministic, settings.devices)
    model, batches = begin(here, key, settings, data)
    np.random.random(draws)  # noqa: NPY002  # the state of which is global
    tf.random.normal((draws,))
    checkpoints = Checkpoints(folder, key)
    record = loop.train(model, settings, here.seed, batches, data.spec, dict, checkpoints, 0.0, StopAfter(last))
    saved = {name: variable.numpy() for name, variable in model.saved().items()}
    return {**saved, "the losses": np.array(record.rows)}


def differing(one: Arrays, other: Arrays) -> str:
    """The names of the arrays that are not the same, the first of them; empty if there are none."""
    names = [name for name in one if one[name].tobytes() != other[name].tobytes()]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiment", help="a key of experiments in params.yaml")
    parser.add_argument("--scale", choices=params.SCALES, help="default: the scale that params.yaml names")
    arguments = parser.parse_args()
    key = arguments.experiment
    try:
        here = check.everything(params.read(), arguments.scale)
        params.choice(f"{params.FILE}: experiments", key, list(here.experiments))
        with tempfile.TemporaryDirectory() as scratch, redirect_stdout(io.StringIO()):
            folders = [Path(scratch) / name for name in ("whole", "parts", "other")]
            whole = trained(here, key, folders[0])
            with suppress(KeyboardInterrupt):
                trained(here, key, folders[1], last=_STEPS // 2)
            resumed, other = trained(here, key, folders[1]), trained(here, key, folders[2], draws=1000)
    except AtlasError as error:
        sys.exit(f"check_model: {error}")
    problems = [
        f"check_model: {key}: {what}, these differ: {names}; {advice}"
        for what, names, advice in (
            ("after a stop and a new start", differing(whole, resumed), "draw all noise from the `seed` of train_step, "
             "and name variables beyond networks and optimizers in state()"),
            ("when other random numbers are drawn before training", differing(whole, other),
             "draw all noise from the `seed` of train_step"),
        )
        if names
    ]  # fmt: skip
    if problems:
        sys.exit("\n".join(problems))
    print(f"{key}: {len(whole) - 1} arrays are the same after a stop and a new start, and whatever was drawn before")


if __name__ == "__main__":
    main()
