"""Training at lower precision and on several devices. Models know nothing of either: their networks are changed.

Both change the last bits of results and are settings of an experiment. No GPU has run them yet; the tests use two
parts of a CPU as devices.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from latent_atlas.backend import keras, tf

if TYPE_CHECKING:
    from latent_atlas.model import Model, Settings, Tensor

_POLICY = "mixed_bfloat16"  # the range of float32, so losses need no scaling


@contextmanager
def precision(settings: "Settings") -> "Iterator[None]":
    """Inside it, layers are built to compute in bfloat16 if the settings say so. Weights are float32 always."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(_POLICY if settings.mixed_precision else before)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def accelerate(model: "Model", settings: "Settings", devices: Sequence[str]) -> None:
    """Changes the networks of a model before its first step.

    With ``mixed_precision`` they still give float32, and their last layers compute in it: losses and images need its
    digits. On several ``devices`` each call is split into equal parts of the batch, one for each device; weights,
    optimizers and losses stay on the first, where gradients are added up. So a step is the same function of the whole
    batch, but that batch normalisation, and whatever else looks across a batch, sees a part at a time.
    """
    for network in model.networks.values():
        if settings.mixed_precision:
            _end_in_float32(network)
            network.call = _as_float32(network.call)
        if len(devices) > 1:
            network.call = _split(network.call, devices)


def _end_in_float32(network: "keras.Model") -> None:
    for output in tf.nest.flatten(getattr(network, "outputs", None) or []):
        last = output._keras_history.operation  # Keras has no public way back from an output to its layer
        if isinstance(last, keras.Model):
            _end_in_float32(last)
        elif isinstance(last, keras.layers.Layer):
            last.dtype_policy = "float32"


def _as_float32(call: "Callable[..., Any]") -> "Callable[..., Any]":
    def cast(tensor: "Tensor") -> "Tensor":
        return tf.cast(tensor, tf.float32) if tensor.dtype.is_floating else tensor

    return lambda *arguments, **named: tf.nest.map_structure(cast, call(*arguments, **named))


def _split(call: "Callable[..., Any]", devices: Sequence[str]) -> "Callable[..., Any]":
    count = len(devices)

    def run(*arguments: Any, **named: Any) -> Any:
        rows = tf.nest.flatten(arguments)[0].shape[0]
        if rows is None or rows % count:
            return call(*arguments, **named)

        values = tf.nest.flatten((arguments, named))
        parts = [tf.split(value, count) if _has_rows(value, rows) else [value] * count for value in values]
        outputs = []
        for device, part in zip(devices, zip(*parts, strict=True), strict=True):
            given = tf.nest.pack_sequence_as((arguments, named), part)
            with tf.device(device):
                outputs.append(call(*given[0], **given[1]))
        return tf.nest.map_structure(lambda *parts: tf.concat(parts, axis=0), *outputs)

    return run


def _has_rows(value: Any, rows: int) -> bool:
    return tf.is_tensor(value) and value.shape.rank and value.shape[0] == rows
