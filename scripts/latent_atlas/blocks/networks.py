"""Convolutional encoders and decoders for any square image whose side halves to at most seven."""

from typing import TYPE_CHECKING

from latent_atlas.backend import keras
from latent_atlas.model import DataSpec

if TYPE_CHECKING:
    from keras import KerasTensor, Model


def stages(side: int) -> int:
    """How often a side is halved on the way to the code: 28 -> 14 -> 7 is 2, 64 -> ... -> 4 is 4."""
    count = 0
    while side > 7 and side % 2 == 0:
        side, count = side // 2, count + 1
    return count


def label_input(data: DataSpec) -> "tuple[KerasTensor, KerasTensor]":
    """An input for int32 labels (n,) and its one-hot encoding (n, labels)."""
    label = keras.Input((), dtype="int32", name="label")
    return label, keras.ops.one_hot(label, data.labels)


def conv_encoder(
    data: DataSpec, width: int, outputs: dict[str, int], conditional: bool, batch_norm: bool = False
) -> "Model":
    """Image (and label) to dense heads: strided convolutions, one hidden layer, a linear layer per head.

    The label joins after the convolutions: before them it would cost a plane per class at full resolution.
    """
    image = keras.Input(data.shape, name="image")
    x = image
    for stage in range(stages(data.shape[0])):
        x = keras.layers.Conv2D(width * min(2**stage, 8), 4, 2, "same", use_bias=not batch_norm)(x)
        x = _activate(x, batch_norm)
    x = keras.layers.Flatten()(x)
    inputs = [image]
    if conditional:
        label, one_hot = label_input(data)
        inputs.append(label)
        x = keras.layers.Concatenate()([x, one_hot])
    x = _activate(keras.layers.Dense(8 * width, use_bias=not batch_norm)(x), batch_norm)
    heads = {name: keras.layers.Dense(units, name=name)(x) for name, units in outputs.items()}
    return keras.Model(inputs, heads, name="encoder")


def conv_decoder(data: DataSpec, width: int, latent_dim: int, conditional: bool, batch_norm: bool = False) -> "Model":
    """Latent (and label) to image logits, shape (n, height, width, channels): the encoder's mirror image."""
    latent = keras.Input((latent_dim,), name="latent")
    inputs, x = [latent], latent
    if conditional:
        label, one_hot = label_input(data)
        inputs.append(label)
        x = keras.layers.Concatenate()([x, one_hot])
    count = stages(data.shape[0])
    side, channels = data.shape[0] >> count, width * min(2 ** (count - 1), 8)
    x = _activate(keras.layers.Dense(8 * width, use_bias=not batch_norm)(x), batch_norm)
    x = _activate(keras.layers.Dense(side * side * channels, use_bias=not batch_norm)(x), batch_norm)
    x = keras.layers.Reshape((side, side, channels))(x)
    for stage in reversed(range(count - 1)):
        x = keras.layers.Conv2DTranspose(width * min(2**stage, 8), 4, 2, "same", use_bias=not batch_norm)(x)
        x = _activate(x, batch_norm)
    logits = keras.layers.Conv2DTranspose(data.shape[2], 4, 2, "same", name="logits")(x)
    return keras.Model(inputs, logits, name="decoder")


def _activate(x: "KerasTensor", batch_norm: bool) -> "KerasTensor":
    return keras.layers.ReLU()(keras.layers.BatchNormalization()(x) if batch_norm else x)
