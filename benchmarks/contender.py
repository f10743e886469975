"""One contender of a race, in a process of its own: reads how many steps to run, and answers with the seconds."""

import sys
import time
from collections.abc import Callable

import numpy as np

from latent_atlas import backend, check, models, params, prepared, weights
from latent_atlas.backend import tf
from latent_atlas.training.batches import Batches
from latent_atlas.training.loop import compile_step


def main() -> None:
    way, scale, key = sys.argv[1:]
    here = check.everything(params.read(), scale)
    settings = models.settings(here, key)
    data = prepared.load(here.processed(here.experiments[key].dataset))
    if way == "ours":
        backend.configure(settings.threads, here.seed, settings.deterministic)
    model = weights.build(weights.describe(here, key, data.spec))
    run = (
        ours(model, settings, data) if way == "ours" else keras_way(here.experiments[key].model, model, settings, data)
    )
    print(sum(network.count_params() for network in model.networks.values()), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        run(int(line))
        print(time.perf_counter() - start, flush=True)


def ours(model: models.Model, settings: models.Settings, data: prepared.Dataset) -> Callable[[int], None]:
    """The step that training runs, with its batches, and with the losses read after each step."""
    window = getattr(settings, "window", 0)
    batches = Batches(data, model.columns(settings), settings.images_per_step, 0, window)
    step, done = compile_step(model, settings, batches, data.spec), iter(range(10**9))

    def run(steps: int) -> None:
        for _ in range(steps):
            index = next(done)
            losses = step(batches[index], np.array([0, index], np.int32))
            [float(loss) for loss in losses.values()]

    return run


def keras_way(
    name: str, model: models.Model, settings: models.Settings, data: prepared.Dataset
) -> Callable[[int], None]:
    """``fit`` over a shuffled `tf.data.Dataset` held in memory."""
    import keras_way as ways

    peer, split = ways.PEERS[name](model, settings), data.split("train")
    columns = {column: np.asarray(split[column]) for column in model.columns(settings)}
    columns["images"] = columns["images"].astype(np.float32) / 255
    peer.compile()
    rows = tf.data.Dataset.from_tensor_slices(columns).shuffle(10_000).repeat()
    batches = rows.batch(settings.images_per_step, drop_remainder=True).prefetch(tf.data.AUTOTUNE)
    return lambda steps: peer.fit(batches, steps_per_epoch=steps, epochs=1, verbose=0) and None


if __name__ == "__main__":
    main()
