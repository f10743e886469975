"""A model's abilities as functions from arrays to arrays: compiled once, run in batches of bounded size."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas.backend import tf
from latent_atlas.model import Writes
from latent_atlas.prepared import Dataset

if TYPE_CHECKING:
    from latent_atlas.model import Tensor

_BATCH = 256
_OPENING, _PROMPT = 1000, 200  # characters in which a prompt is looked for, and of the prompt


class Compiled:
    """``function`` of tensors that share their first axis, run over arrays of any length."""

    def __init__(self, function: "Callable[..., Tensor]") -> None:
        self._function = tf.function(
            lambda *tensors: function(*map(_as_input, tensors)), reduce_retracing=True, autograph=False
        )

    def __call__(self, *arrays: NDArray[Any]) -> NDArray[Any]:
        """Runs on all rows; uint8 images become float32 in [0, 1] on the way in."""
        # One graph for any number of rows; without this there would be one for whole batches and one for what is left.
        self._function.get_concrete_function(*(tf.TensorSpec((None, *a.shape[1:]), a.dtype) for a in arrays))
        starts = range(0, len(arrays[0]), _BATCH)
        chunks = [self._function(*(tf.constant(a[start : start + _BATCH]) for a in arrays)) for start in starts]
        return np.concatenate([chunk.numpy() for chunk in chunks])


class Writer:
    """A model that writes, over strings."""

    def __init__(self, model: Writes, data: Dataset, length: int) -> None:
        """``length`` characters are written each time."""
        self._data = data
        self._write = tf.function(lambda prompts, heat, seed: model.write(prompts, heat, seed, length), autograph=False)

    def opening(self, text: NDArray[np.integer]) -> NDArray[np.int32]:
        """A prompt out of a text: the end of its first paragraphs or lines, so that what follows begins anew."""
        start = "".join(self._data.vocabulary[text[:_OPENING]])
        line_break = "\n\n" if "\n\n" in start else "\n"
        end = start.rindex(line_break) + len(line_break) if line_break in start else _OPENING
        return np.asarray(text[:end][-_PROMPT:], np.int32)

    def __call__(
        self, prompt: NDArray[np.int32], texts: int, temperature: float, seed: NDArray[np.int32]
    ) -> NDArray[np.str_]:
        """Goes on from a prompt, characters by number (p,), in some texts (texts,)."""
        prompts = tf.constant(np.tile(prompt, (texts, 1)))
        numbers = self._write(prompts, tf.constant(temperature, tf.float32), tf.constant(seed)).numpy()
        return np.array(["".join(line) for line in self._data.vocabulary[numbers]])


def _as_input(tensor: "Tensor") -> "Tensor":
    return tf.cast(tensor, tf.float32) / 255.0 if tensor.dtype == tf.uint8 else tensor
