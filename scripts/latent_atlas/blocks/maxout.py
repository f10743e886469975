"""Perceptrons with maxout units (Goodfellow et al. 2013), the discriminators of the first adversarial networks."""

from typing import TYPE_CHECKING

from latent_atlas.backend import keras, ops

if TYPE_CHECKING:
    from keras import Initializer, KerasTensor


def maxout(
    x: "KerasTensor", units: int, pieces: int, initializer: "str | Initializer" = "glorot_uniform"
) -> "KerasTensor":
    """Each unit is the largest of ``pieces`` linear functions of x."""
    x = keras.layers.Dense(units * pieces, kernel_initializer=initializer)(x)
    return ops.max(keras.layers.Reshape((units, pieces))(x), axis=-1)
