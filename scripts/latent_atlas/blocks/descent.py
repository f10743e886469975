"""Gradient descent for the networks that share a loss: their optimizer, and one step of it."""

from typing import TYPE_CHECKING

from latent_atlas.backend import keras

if TYPE_CHECKING:
    from latent_atlas.backend import tf
    from latent_atlas.model import Tensor


def adam(
    learning_rate: float, *networks: "keras.Model", beta_1: float = 0.9, beta_2: float = 0.999
) -> "keras.optimizers.Optimizer":
    """Adam (Kingma & Ba 2015), built for all weights of the networks, so that a checkpoint can restore it."""
    optimizer = keras.optimizers.Adam(learning_rate, beta_1, beta_2)
    optimizer.build(weights(*networks))
    return optimizer


def descend(
    optimizer: "keras.optimizers.Optimizer", tape: "tf.GradientTape", loss: "Tensor", *networks: "keras.Model"
) -> None:
    """Moves the networks that the optimizer was built for, and no others, down a loss."""
    variables = weights(*networks)
    optimizer.apply(tape.gradient(loss, variables), variables)


def weights(*networks: "keras.Model") -> "list[keras.Variable]":
    """Those that training changes."""
    return [variable for network in networks for variable in network.trainable_variables]
