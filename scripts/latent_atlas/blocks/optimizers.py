"""Optimizers: how they are built, and one step of gradient descent with them."""

from typing import TYPE_CHECKING

from latent_atlas.backend import keras, tf

if TYPE_CHECKING:
    from keras.optimizers import Optimizer

    from latent_atlas.model import Tensor


def adam(learning_rate: float, *networks: "keras.Model", **settings: float) -> "Optimizer":
    """Adam (Kingma & Ba 2015) for all weights of the networks; ``settings`` are beta_1, beta_2 and epsilon."""
    return _built(keras.optimizers.Adam(learning_rate, **settings), *networks)


def adam_each(learning_rate: float, networks: "dict[str, keras.Model]", **settings: float) -> "dict[str, Optimizer]":
    """An Adam of its own for each network, by the network's name."""
    return {name: adam(learning_rate, network, **settings) for name, network in networks.items()}


def rmsprop(learning_rate: float, *networks: "keras.Model") -> "Optimizer":
    """RMSprop (Tieleman & Hinton 2012) for all weights of the networks."""
    return _built(keras.optimizers.RMSprop(learning_rate), *networks)


def descend(
    optimizer: "Optimizer",
    tape: "tf.GradientTape",
    loss: "Tensor",
    *networks: "keras.Model",
    when: "Tensor | None" = None,
) -> None:
    """Takes one step down a loss with the networks that the optimizer was built for, and no others.

    Weights that the loss does not depend on, such as those of layers not grown yet, stay as they are. Where ``when``,
    bool (), is false, neither weights nor the optimizer's averages change.
    """
    variables = _weights(*networks)
    gradients = tape.gradient(loss, variables)
    used = [pair for pair in zip(gradients, variables, strict=True) if pair[0] is not None]

    def apply() -> "Tensor":
        optimizer.apply(*zip(*used, strict=True))
        return tf.constant(True)

    if when is None:
        apply()
    else:
        tf.cond(when, apply, lambda: tf.constant(False))


def decayed(optimizer: "Optimizer", learning_rate: float, steps: int) -> None:
    """Sets the learning rate for its next step: constant for half of ``steps``, then linear to zero."""
    share = tf.cast(tf.convert_to_tensor(optimizer.iterations), tf.float32) / steps
    optimizer.learning_rate.assign(learning_rate * tf.minimum(1.0, 2.0 * (1.0 - share)))


def reset(optimizer: "Optimizer") -> None:
    """Sets averages and step count to zero; the learning rate stays."""
    for variable in optimizer.variables:
        if variable is not optimizer.learning_rate:
            variable.assign(tf.zeros(variable.shape, variable.dtype))


def _built(optimizer: "Optimizer", *networks: "keras.Model") -> "Optimizer":
    """Builds it before training, so that a checkpoint can restore it."""
    optimizer.build(_weights(*networks))
    return optimizer


def _weights(*networks: "keras.Model") -> "list[keras.Variable]":
    """Those that training changes."""
    return [variable for network in networks for variable in network.trainable_variables]
