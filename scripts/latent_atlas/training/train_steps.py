"""The train steps of a model, several in each call of its graph.

A call costs a millisecond or so whatever it computes: Python looks up all variables, and one core waits. The steps of
small models take no longer than that. The graph takes its steps one after another, so the bytes of a result do not
depend on how many are in a call.
"""

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from latent_atlas.backend import tf
from latent_atlas.columns import DataSpec
from latent_atlas.model import Model, Settings
from latent_atlas.training.batches import Batches

if TYPE_CHECKING:
    from latent_atlas.model import Batch, Tensor

_MOST = 16  # steps in a call
_SECONDS = 0.25  # that a call may take, for progress is shown and signals are obeyed between calls


class TrainSteps:
    """Runs train steps, each with the batch and the seed that belong to its number."""

    def __init__(self, model: Model, settings: Settings, batches: Batches, data: DataSpec, seed: int) -> None:
        self._model, self._batches, self._data, self._seed = model, batches, data, seed
        self._names: list[str] = []
        self._at_once = 1
        # XLA compiles the step alone: its loops need lengths that are known in advance.
        self._step = tf.function(self.step, jit_compile=True, autograph=False) if settings.xla else self.step
        columns = {name: tf.TensorSpec((None, *array.shape), array.dtype) for name, array in batches[0].items()}
        signature = [columns, tf.TensorSpec((None, 2), tf.int32)]
        run = tf.function(self._loop, input_signature=signature, autograph=False)
        self._run = run if model.traced else self._one_by_one

    def begin(self) -> None:
        """Gives the model the first batch before its first step."""
        self._model.begin(self._as_input(self._batches[0]))

    def __call__(self, first: int, most: int) -> list[dict[str, float]]:
        """The losses of the n steps from ``first`` on, counted from 0; as many as take a short time.

        Args:
            first: the number of steps before.
            most: n is at most this, and at least 1.
        """
        start = time.monotonic()
        numbers = range(first, first + min(most, self._at_once))
        rows = [self._batches[number] for number in numbers]
        batches = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
        seeds = np.array([(self._seed, number) for number in numbers], np.int32)
        losses = np.asarray(self._run(batches, seeds), np.float64).tolist()
        fitting = int(_SECONDS * len(numbers) / (time.monotonic() - start))
        self._at_once = max(1, min(_MOST, 2 * self._at_once, fitting))
        return [dict(zip(self._names, step, strict=True)) for step in losses]

    def _loop(self, batches: "Batch", seeds: "Tensor") -> "Tensor":
        count = tf.shape(seeds)[0]

        def body(index: "Tensor", rows: "tf.TensorArray") -> "tuple[Tensor, tf.TensorArray]":
            return index + 1, rows.write(index, self._losses(batches, seeds, index))

        start = tf.constant(0), tf.TensorArray(tf.float32, size=count)
        return tf.while_loop(lambda index, _: index < count, body, start, parallel_iterations=1)[1].stack()

    def _one_by_one(self, batches: "Batch", seeds: "Tensor") -> "list[Tensor]":
        return [self._losses(batches, seeds, index) for index in range(len(seeds))]

    def _losses(self, batches: "Batch", seeds: "Tensor", index: "Tensor") -> "Tensor":
        losses = self._step({name: batch[index] for name, batch in batches.items()}, seeds[index])
        self._names = list(losses)
        return tf.stack([tf.cast(loss, tf.float32) for loss in losses.values()])

    def step(self, batch: "Batch", seed: "Tensor") -> "dict[str, Tensor]":
        """One train step, on a batch as it is stored; returns its losses."""
        return self._model.train_step(self._as_input(batch), seed)

    def _as_input(self, batch: "dict[str, Any]") -> "Batch":
        """The columns as models are given them: images float32 in [0, 1], attributes float32, the others as on disk."""
        kinds = {name: self._data[name].kind if name in self._data else "" for name in batch}
        return {name: _as_input(array, kinds[name]) for name, array in batch.items()}


def _as_input(array: "Any", kind: str) -> "Tensor":
    if kind in ("images", "picture"):
        return tf.cast(array, tf.float32) / 255.0
    return tf.cast(array, tf.float32) if kind == "attributes" else tf.convert_to_tensor(array)
