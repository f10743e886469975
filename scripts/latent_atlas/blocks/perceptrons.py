"""The perceptrons of the first adversarial networks: rectifiers in the generator, maxout units in the discriminator.

Weights begin as in the authors' code (Goodfellow et al. 2014, ``mnist.yaml``), uniform on +-0.05 in the generator and
on +-0.005 in the discriminator. With Keras's larger weights the discriminator recognises the first generated images at
once, by their grey, and the generator collapses to one black image for all latents.

Layers that see a label alone begin ``LABEL_GAIN`` times larger, because a one-hot vector has length 1 where latents and
digits have about 10. Without it both networks learn to use the label only late and slowly.
"""

from typing import TYPE_CHECKING

from latent_atlas.backend import keras, ops

if TYPE_CHECKING:
    from keras import KerasTensor

LABEL_GAIN = 10.0

_DRAWS, _JUDGES = 0.05, 0.005


def rectifiers(x: "KerasTensor", units: int, gain: float = 1.0) -> "KerasTensor":
    """A layer of the generator, (n, units)."""
    return keras.layers.Dense(units, "relu", kernel_initializer=_uniform(gain * _DRAWS))(x)


def image(x: "KerasTensor", shape: tuple[int, int, int]) -> "KerasTensor":
    """The generator's last layer: pixels in [0, 1], (n, height, width, channels)."""
    height, width, channels = shape
    x = keras.layers.Dense(height * width * channels, "sigmoid", kernel_initializer=_uniform(_DRAWS))(x)
    return keras.layers.Reshape(shape, name="image")(x)


def maxout(x: "KerasTensor", units: int, pieces: int, gain: float = 1.0) -> "KerasTensor":
    """A layer of the discriminator, (n, units): each unit is the largest of ``pieces`` linear functions of x.

    Source: Goodfellow et al. 2013, section 3.
    """
    x = keras.layers.Dense(units * pieces, kernel_initializer=_uniform(gain * _JUDGES))(x)
    return ops.max(keras.layers.Reshape((units, pieces))(x), axis=-1)


def logits(x: "KerasTensor") -> "KerasTensor":
    """The discriminator's last layer, (n, 1)."""
    return keras.layers.Dense(1, kernel_initializer=_uniform(_JUDGES), name="logits")(x)


def _uniform(bound: float) -> "keras.Initializer":
    return keras.initializers.RandomUniform(-bound, bound)
