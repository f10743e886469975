"""Estimates what a scale costs, without its data: times a few train steps of every experiment on random columns.

A step is timed after two that compile and warm up; of models whose steps are not all alike (StyleGAN, SRGAN) one of the
dearest. Multiplied by the steps of ``params.yaml`` this is the time of the trainings on this machine, at the most.
Each experiment has a process of its own, which ends after a limit. Models that paint, which need pretrained networks,
are left out. The rate of a large matrix product is measured beside them, to carry the estimate over to another
processor.
"""

import argparse
import multiprocessing
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import numpy as np

from latent_atlas import backend, check, models, params, sources, weights
from latent_atlas.backend import tf
from latent_atlas.columns import Column, DataSpec
from latent_atlas.errors import AtlasError
from latent_atlas.model import Before, Model, Paints, Settings
from latent_atlas.training.batches import Batch, Batches
from latent_atlas.training.train_steps import TrainSteps

_WORDS = 20  # of a caption, where only the files say how long captions are
_DIFFERENT = 100  # classes, words or characters, likewise

# Models whose steps are not all alike, and how they are taken to the phase that costs the most.
_LAST_PHASE: dict[str, Callable[[Any], Any]] = {
    "stylegan": lambda model: model.seen.assign(10**9),
    "srgan": lambda model: model.optimizers["content"].iterations.assign(10**9),
}


def known(column: Column) -> Column:
    """The column, with guesses for what is not known before its files are read."""
    shape, size = (_WORDS,) if column.shape is None else column.shape, column.size
    return replace(column, shape=shape, size=_DIFFERENT if size is None else size)


def promised(here: params.Params, dataset: str) -> DataSpec:
    """The columns that a dataset will have, as far as its options tell."""
    options = sources.options(here, dataset)
    columns = sources.find(options.source).columns(options)
    return DataSpec({name: known(column) for name, column in columns.items()})


def random_batch(model: Model, settings: Settings, data: DataSpec) -> Batch:
    """As `Batches` gives it."""
    generator, rows = np.random.default_rng(0), settings.images_per_step
    batch: Batch = {}
    for name in model.columns(settings):
        column = data[name]
        shape = (rows, *(column.shape or ()))
        if column.kind == "text":
            window = settings.window  # type: ignore[attr-defined]
            batch |= {name: generator.integers(column.size, size=(rows, window + 1), dtype=np.int32)}
            batch |= {f"{name}_begins": np.array(False)}
        elif column.kind == "images":
            batch[name] = generator.integers(256, size=shape, dtype=np.uint8)
        elif column.kind == "attributes":
            batch[name] = generator.integers(2, size=shape, dtype=np.uint8)
        else:
            batch[name] = generator.integers(column.size, size=shape, dtype=np.int32)
    return batch


def to_last_phase(name: str, model: Model) -> None:
    """Takes a model whose steps are not all alike to the phase that costs the most."""
    if name in _LAST_PHASE:
        _LAST_PHASE[name](model)


def seconds_a_step(here: params.Params, key: str, steps: int) -> tuple[float, int]:
    """The median over some steps of an experiment, and how many parameters it has."""
    entry, settings = here.experiments[key], models.settings(here, key)
    data = promised(here, entry.dataset)
    model = weights.build(weights.describe(here, key, data))
    if entry.teacher is not None:
        model.prepare(Before(weights.build(weights.describe(here, entry.teacher, data))))
    to_last_phase(entry.model, model)
    batch = random_batch(model, settings, data)
    train_steps = TrainSteps(model, settings, cast(Batches, defaultdict(lambda: batch)), data, 0)
    times = []
    for index in range(steps + 2):
        start = time.perf_counter()
        train_steps(index, 1)
        times.append(time.perf_counter() - start)
    return statistics.median(times[2:]), sum(network.count_params() for network in model.networks.values())


def product_rate(side: int = 2048) -> float:
    """Operations in a second of a float32 matrix product."""
    matrix = tf.random.stateless_normal((side, side), [0, 0])
    times = []
    for _ in range(8):
        start = time.perf_counter()
        tf.linalg.matmul(matrix, matrix).numpy()
        times.append(time.perf_counter() - start)
    return 2 * side**3 / min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", choices=params.SCALES, default="full", help="default: full")
    parser.add_argument("--steps", type=int, default=3, help="steps that are timed (default: 3)")
    parser.add_argument("--threads", type=int, default=2, help="default: 2")
    parser.add_argument("--limit", type=float, default=10, help="minutes for an experiment at the most (default: 10)")
    parser.add_argument("experiments", nargs="*", help="default: all that need no pretrained network")
    arguments = parser.parse_args()
    try:
        here = check.everything(params.read(), arguments.scale)
        for key in arguments.experiments:
            params.choice("budget", key, here.experiments)
        processor = arguments.threads, here.seed, True
        backend.configure(*processor)
        print(f"{arguments.threads} threads: {product_rate() / 1e9:.0f} billion operations a second in a product\n")
        print("| experiment | parameters | steps | s a step | hours |\n|---|---|---|---|---|")
        for key in arguments.experiments or here.experiments:
            settings = models.settings(here, key)
            if issubclass(models.find(here.experiments[key].model), Paints):
                continue
            with multiprocessing.get_context("spawn").Pool(1, backend.configure, processor) as pool:
                try:
                    found = pool.apply_async(seconds_a_step, (here, key, arguments.steps))
                    seconds, parameters = found.get(60 * arguments.limit)
                except multiprocessing.TimeoutError:
                    print(
                        f"| `{key}` | | {settings.steps:,} | not timed within {arguments.limit:g} minutes | |",
                        flush=True,
                    )
                    continue
            hours = seconds * settings.steps / 3600
            print(f"| `{key}` | {parameters:,} | {settings.steps:,} | {seconds:.3f} | {hours:,.1f} |", flush=True)
    except AtlasError as error:
        sys.exit(f"budget: {error}")


if __name__ == "__main__":
    main()
