"""Convolutional encoders, decoders and classifiers for images of any sides that can be halved down to 4 to 8."""

from typing import TYPE_CHECKING

from latent_atlas.backend import keras
from latent_atlas.blocks import layers
from latent_atlas.errors import AtlasError
from latent_atlas.model import DataSpec

if TYPE_CHECKING:
    from keras import KerasTensor, Model

_SMALLEST, _LARGEST = 4, 8  # sides of the smallest feature maps


def stages(data: DataSpec) -> int:
    """How often both sides are halved between image and code: 2 for 28x28 (to 7x7) and 28x32, 4 for 64x64 (to 4x4)."""
    (height, width, _), count = data.shape, 0
    while height % 2 == 0 and width % 2 == 0 and min(height, width) >= 2 * _SMALLEST:
        height, width, count = height // 2, width // 2, count + 1
    return count


def smallest(data: DataSpec) -> tuple[int, int]:
    """Height and width of the feature maps after all `stages`."""
    return data.shape[0] >> stages(data), data.shape[1] >> stages(data)


def check_sides(data: DataSpec) -> None:
    """Refuses images that the networks of this module cannot be built for.

    Raises:
        AtlasError: the sides cannot be halved, or not down to 8.
    """
    if not stages(data) or max(smallest(data)) > _LARGEST:
        height, width, _ = data.shape
        raise AtlasError(
            f"needs sides that halve to between {_SMALLEST} and {_LARGEST}, such as 28, 32 or 64, and the images are "
            f"{height}x{width}; set `size` in the dataset's entry"
        )


def label_input(labels: int) -> "tuple[KerasTensor, KerasTensor]":
    """An input for int32 labels (n,) below ``labels``, and its one-hot encoding (n, labels)."""
    label = keras.Input((), dtype="int32", name="label")
    return label, keras.ops.one_hot(label, labels)


def conv_encoder(
    data: DataSpec, width: int, outputs: dict[str, int], labels: int = 0, batch_norm: bool = False
) -> "Model":
    """Images to dense heads: strided convolutions, one hidden layer, a linear layer per head.

    With ``labels`` it is also given a label for each image, which joins after the convolutions: before them it would
    cost a plane per class at full resolution.
    """
    image = keras.Input(data.shape, name="image")
    inputs, x = [image], image
    for stage in range(stages(data)):
        x = layers.strided_convolution(x, width * min(2**stage, 8), 4, use_bias=not batch_norm)
        x = _activate(x, batch_norm)
    x = _join_label(inputs, keras.layers.Flatten()(x), labels)
    x = _activate(keras.layers.Dense(8 * width, use_bias=not batch_norm)(x), batch_norm)
    heads = {name: keras.layers.Dense(units, name=name)(x) for name, units in outputs.items()}
    return keras.Model(inputs, heads, name="encoder")


def conv_decoder(data: DataSpec, width: int, latent_dim: int, labels: int = 0, batch_norm: bool = False) -> "Model":
    """Latents (and labels, if any) to image logits (n, height, width, channels): the mirror image of the encoder."""
    latent = keras.Input((latent_dim,), name="latent")
    inputs = [latent]
    x = _join_label(inputs, latent, labels)
    count, sides = stages(data), smallest(data)
    channels = width * min(2 ** (count - 1), 8)
    x = _activate(keras.layers.Dense(8 * width, use_bias=not batch_norm)(x), batch_norm)
    x = _activate(keras.layers.Dense(sides[0] * sides[1] * channels, use_bias=not batch_norm)(x), batch_norm)
    x = keras.layers.Reshape((*sides, channels))(x)
    for stage in reversed(range(count - 1)):
        x = layers.transposed_convolution(x, width * min(2**stage, 8), 4, use_bias=not batch_norm)
        x = _activate(x, batch_norm)
    logits = layers.transposed_convolution(x, data.shape[2], 4, name="logits")
    return keras.Model(inputs, logits, name="decoder")


def conv_classifier(data: DataSpec, width: int, feature_dim: int, dropout: float, answers: int) -> "Model":
    """Images to ``logits`` (n, answers), ``features`` (n, feature_dim), and ``maps``, those of each convolution.

    3x3 convolutions with ReLU and max pooling, dropout, one hidden layer.
    """
    image = keras.Input(data.shape, name="image")
    x, maps = image, []
    for stage in range(stages(data)):
        x = keras.layers.Conv2D(width * min(2**stage, 8), 3, padding="same", activation="relu")(x)
        maps.append(x)
        x = keras.layers.MaxPooling2D()(x)
    x = layers.dropout(keras.layers.Flatten()(x), dropout)
    features = keras.layers.Dense(feature_dim, "relu", name="features")(x)
    logits = keras.layers.Dense(answers, name="logits")(features)
    return keras.Model(image, {"logits": logits, "features": features, "maps": maps}, name="classifier")


def _join_label(inputs: "list[KerasTensor]", x: "KerasTensor", labels: int) -> "KerasTensor":
    if not labels:
        return x
    label, one_hot = label_input(labels)
    inputs.append(label)
    return keras.layers.Concatenate()([x, one_hot])


def _activate(x: "KerasTensor", batch_norm: bool) -> "KerasTensor":
    return keras.layers.ReLU()(layers.batch_norm(x) if batch_norm else x)
