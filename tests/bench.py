"""Prints how fast each experiment of a scale trains and, where it decodes, draws images: medians on this machine.

Needs prepared data: run `make` first. Writes nothing.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "scripts"))

import numpy as np

from latent_atlas import backend, check, models, params, prepared, weights
from latent_atlas.compiled import Compiled
from latent_atlas.conditions import Conditions
from latent_atlas.errors import AtlasError
from latent_atlas.model import Decodes
from latent_atlas.training.batches import Batches
from latent_atlas.training.loop import compile_step

_IMAGES = 512


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", choices=params.SCALES, help="default: the scale that params.yaml names")
    parser.add_argument("--steps", type=int, default=30, help="timed train steps (default: 30)")
    arguments = parser.parse_args()
    try:
        checked = check.everything(params.read(), arguments.scale)
        backend.configure(1, checked.seed, True)
        print(f"{'experiment':<24}{'ms a step':>12}{'images/s trained':>18}{'images/s drawn':>16}")
        for experiment in checked.experiments.values():
            print(_row(checked, experiment, arguments.steps), flush=True)
    except AtlasError as error:
        sys.exit(f"bench: {error}")


def _row(checked: params.Params, experiment: params.Experiment, steps: int) -> str:
    data, settings = prepared.load(checked.processed(experiment.dataset)), models.settings(checked, experiment.key)
    model = weights.build(weights.describe(checked, experiment.key, data.spec))
    batches = Batches(data, model.columns(settings), settings.images_per_step, checked.seed)
    step = compile_step(model, settings, batches, data.spec)
    seconds = _median(lambda index: step(batches[index], np.array([0, index], np.int32)), steps)
    row = f"{experiment.key:<24}{1000 * seconds:>12.1f}{settings.images_per_step / seconds:>18,.0f}"
    if isinstance(model, Decodes):
        decode = Compiled(model.decode)
        latents = np.zeros((_IMAGES, model.latent_dim), np.float32)
        conditions = Conditions(model, data, 1).draw(_IMAGES)
        drawn = _median(lambda _: decode(latents, *conditions), 3)
        row += f"{_IMAGES / drawn:>16,.0f}"
    return row


def _median(function: Callable[[int], object], runs: int) -> float:
    function(0)  # traces and compiles
    times = []
    for index in range(1, runs + 1):
        start = time.perf_counter()
        function(index)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    main()
