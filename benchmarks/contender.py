"""One contender of a race, in a process of its own: reads how many steps to run, and answers with the seconds.

Its first line has the number of parameters, and the seconds that the arithmetic of our step would take at the rate of a
large matrix product, or 0.

Its arguments are the way (``ours``, ``keras`` or ``torch``), the name of a class in keras_way.py and torch_way.py, the
scale, the experiment, and how many cores of the processor it may use.
"""

import importlib
import itertools
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from arithmetic import operations
from budget import product_rate, to_last_phase

from latent_atlas import backend, check, models, params, prepared, weights
from latent_atlas.backend import tf
from latent_atlas.training.batches import Batches
from latent_atlas.training.train_steps import TrainSteps

Run = Callable[[int], None]  # runs so many steps
Contest = tuple[dict[str, Any], Run]  # networks, and what trains them
Columns = dict[str, np.ndarray]


def main() -> None:
    way, peer, scale, key, cores = sys.argv[1:]
    if hasattr(os, "sched_setaffinity"):  # Linux
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(cores)])
    if way != "ours":
        importlib.import_module("tensorflow")  # before the atlas does, which chooses other kernels
    if way == "torch":
        sys.modules["triton"] = None  # type: ignore[assignment]  # its LLVM cannot be loaded beside TensorFlow's
    here = check.everything(params.read(), scale)
    settings = models.settings(here, key)
    data = prepared.load(here.processed(here.experiments[key].dataset))
    if way == "ours":
        backend.configure(settings.threads, here.seed, settings.deterministic)
    model = weights.build(weights.describe(here, key, data.spec))
    to_last_phase(here.experiments[key].model, model)
    fastest = 0.0
    if way == "ours":
        networks, (run, count) = model.networks, ours(model, settings, data)
        fastest = count / product_rate() if count else 0.0
    elif way == "keras":
        networks, run = keras_way(peer, model, settings, data)
    else:
        networks, run = torch_way(peer, model, settings, data, int(cores))
    print(sum(network.count_params() for network in networks.values()), fastest, flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        run(int(line))
        print(time.perf_counter() - start, flush=True)


def ours(model: models.Model, settings: models.Settings, data: prepared.Dataset) -> tuple[Run, int]:
    """The steps that training runs, with their batches, and with the losses read after each call; see `operations`."""
    batches = Batches(data, model.columns(settings), settings.images_per_step, 0, getattr(settings, "window", 0))
    train_steps, done = TrainSteps(model, settings, batches, data.spec, 0), 0

    def run(steps: int) -> None:
        nonlocal done
        until = done + steps
        while done < until:
            done += len(train_steps(done, until - done))

    batch = {name: tf.constant(column) for name, column in batches[0].items()}
    return run, operations(lambda: train_steps.step(batch, tf.constant([0, 0]))) if model.traced else 0


def keras_way(peer_class: str, model: models.Model, settings: models.Settings, data: prepared.Dataset) -> Contest:
    """A class of keras_way.py over shuffled `tf.data.Dataset`s held in memory, one for each order.

    Runs the function that ``fit`` calls for each step: ``fit`` itself would fill the shuffle buffer anew in each block.
    """
    import keras_way as ways

    peer, orders = getattr(ways, peer_class)(model, settings), _orders(model, settings, data)
    shuffled = (tf.data.Dataset.from_tensor_slices(columns).shuffle(10_000).repeat() for columns in orders)
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


def torch_way(
    peer_class: str, model: models.Model, settings: models.Settings, data: prepared.Dataset, cores: int
) -> Contest:
    """A class of torch_way.py over tensors in memory, of which each batch is gathered in a shuffled order.

    Of the two layouts that PyTorch has for images, the one that runs a few steps faster.
    """
    import torch
    import torch_way as ways

    torch.set_num_threads(cores)
    orders = [
        {name: torch.from_numpy(values) for name, values in each.items()} for each in _orders(model, settings, data)
    ]
    for columns in orders:
        for name, values in columns.items():
            if data.spec[name].kind == "images":
                columns[name] = values.permute(0, 3, 1, 2).contiguous()

    def contest(layout: Any) -> Contest:
        peer = getattr(ways, peer_class)(model, settings)
        for network in peer.networks.values():
            network.to(memory_format=layout)
        batches = zip(*(ways.shuffled(columns, settings.images_per_step, layout) for columns in orders), strict=True)

        def run(steps: int) -> None:
            for parts in itertools.islice(batches, steps):
                losses = peer.step({name: part[name] for part in parts for name in part})
            [loss.item() for loss in losses.values()]

        run(2)
        return peer.networks, run

    def seconds(entry: Contest) -> float:
        start = time.perf_counter()
        entry[1](5)
        return time.perf_counter() - start

    return min((contest(layout) for layout in (torch.contiguous_format, torch.channels_last)), key=seconds)


def _orders(model: models.Model, settings: models.Settings, data: prepared.Dataset) -> list[Columns]:
    """The columns of each order that the model reads, images as numbers in [0, 1], text cut into windows."""
    split = data.split("train")
    orders: dict[str, Columns] = {}
    for name in model.columns(settings):
        column, values = data.spec[name], np.asarray(split[name])
        if column.kind == "images":
            values = values.astype(np.float32) / 255
        if column.kind == "text":
            length = settings.window + 1  # type: ignore[attr-defined]
            values = values[: len(values) // length * length].reshape(-1, length).astype(np.int32)
        orders.setdefault(column.order, {})[name] = values
    return list(orders.values())


if __name__ == "__main__":
    main()
