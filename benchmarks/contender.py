"""One contender of a race, in a process of its own: reads how many steps to run, and answers with the seconds.

Its arguments are ``ours`` or the name of a class in keras_way.py, the scale, the experiment, and how many cores of the
processor it may use.
"""

import importlib
import itertools
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from budget import to_last_phase

from latent_atlas import backend, check, models, params, prepared, weights
from latent_atlas.backend import tf
from latent_atlas.training.batches import Batches
from latent_atlas.training.loop import compile_step

Contest = tuple[dict[str, Any], Callable[[int], None]]  # networks, and what runs so many steps


def main() -> None:
    way, scale, key, cores = sys.argv[1:]
    if hasattr(os, "sched_setaffinity"):  # Linux
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(cores)])
    if way != "ours":
        importlib.import_module("tensorflow")  # before the atlas does, which chooses other kernels
    here = check.everything(params.read(), scale)
    settings = models.settings(here, key)
    data = prepared.load(here.processed(here.experiments[key].dataset))
    if way == "ours":
        backend.configure(settings.threads, here.seed, settings.deterministic)
    model = weights.build(weights.describe(here, key, data.spec))
    to_last_phase(here.experiments[key].model, model)
    networks, run = ours(model, settings, data) if way == "ours" else keras_way(way, model, settings, data)
    print(sum(network.count_params() for network in networks.values()), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        run(int(line))
        print(time.perf_counter() - start, flush=True)


def ours(model: models.Model, settings: models.Settings, data: prepared.Dataset) -> Contest:
    """The step that training runs, with its batches, and with the losses read after each step."""
    batches = Batches(data, model.columns(settings), settings.images_per_step, 0, getattr(settings, "window", 0))
    step, indices = compile_step(model, settings, batches, data.spec), itertools.count()

    def run(steps: int) -> None:
        for index in itertools.islice(indices, steps):
            losses = step(batches[index], np.array([0, index], np.int32))
            [float(loss) for loss in losses.values()]

    return model.networks, run


def keras_way(peer_class: str, model: models.Model, settings: models.Settings, data: prepared.Dataset) -> Contest:
    """A class of keras_way.py over shuffled `tf.data.Dataset`s held in memory, one for each order.

    Runs the function that ``fit`` calls for each step: ``fit`` itself would fill the shuffle buffer anew in each block.
    """
    import keras_way as ways

    peer, split = getattr(ways, peer_class)(model, settings), data.split("train")
    orders: dict[str, dict[str, Any]] = {}
    for name in model.columns(settings):
        column, values = data.spec[name], np.asarray(split[name])
        if column.kind == "images":
            values = values.astype(np.float32) / 255
        if column.kind == "text":
            length = settings.window + 1  # type: ignore[attr-defined]
            values = values[: len(values) // length * length].reshape(-1, length).astype(np.int32)
        orders.setdefault(column.order, {})[name] = values
    shuffled = (tf.data.Dataset.from_tensor_slices(columns).shuffle(10_000).repeat() for columns in orders.values())
    rows = tf.data.Dataset.zip(*shuffled).map(lambda *parts: {name: part[name] for part in parts for name in part})
    batches = rows.batch(settings.images_per_step, drop_remainder=True).prefetch(tf.data.AUTOTUNE)
    peer.compile()
    peer.make_train_function()
    iterator = iter(batches)

    def run(steps: int) -> None:
        for _ in range(steps):
            losses = peer.train_function(iterator)
        [float(loss) for loss in losses.values()]

    return peer.networks, run


if __name__ == "__main__":
    main()
