"""One contender of a race, in a process of its own: reads how many steps to run, and answers with the seconds.

Its arguments are ``ours`` or the name of a class in keras_way.py, the scale, and the experiment.
"""

import itertools
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
    run = ours(model, settings, data) if way == "ours" else keras_way(way, model, settings, data)
    print(sum(network.count_params() for network in model.networks.values()), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        run(int(line))
        print(time.perf_counter() - start, flush=True)


def ours(model: models.Model, settings: models.Settings, data: prepared.Dataset) -> Callable[[int], None]:
    """The step that training runs, with its batches, and with the losses read after each step."""
    batches = Batches(data, model.columns(settings), settings.images_per_step, 0)
    step, indices = compile_step(model, settings, batches, data.spec), itertools.count()

    def run(steps: int) -> None:
        for index in itertools.islice(indices, steps):
            losses = step(batches[index], np.array([0, index], np.int32))
            [float(loss) for loss in losses.values()]

    return run


def keras_way(
    peer_class: str, model: models.Model, settings: models.Settings, data: prepared.Dataset
) -> Callable[[int], None]:
    """``fit`` of a class of keras_way.py over a shuffled `tf.data.Dataset` held in memory."""
    import keras_way as ways

    peer, split = getattr(ways, peer_class)(model, settings), data.split("train")
    columns = {column: np.asarray(split[column]) for column in model.columns(settings)}
    columns["images"] = columns["images"].astype(np.float32) / 255
    peer.compile()
    rows = tf.data.Dataset.from_tensor_slices(columns).shuffle(10_000).repeat()
    batches = rows.batch(settings.images_per_step, drop_remainder=True).prefetch(tf.data.AUTOTUNE)
    return lambda steps: peer.fit(batches, steps_per_epoch=steps, epochs=1, verbose=0) and None


if __name__ == "__main__":
    main()
