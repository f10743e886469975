"""Optimizers: how they are built, and one step of gradient descent with them.

Keras writes an update as a dozen operations over each weight and its averages. TensorFlow has the same update as one
operation, which is what is used here: the arithmetic is the same, the memory is passed over once.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from latent_atlas.backend import keras, tf

if TYPE_CHECKING:
    from keras.optimizers import Optimizer

    from latent_atlas.model import Tensor


def adam(learning_rate: float, *networks: "keras.Model", **settings: float) -> "Optimizer":
    """Adam (Kingma & Ba 2015) for all weights of the networks; ``settings`` are beta_1, beta_2 and epsilon."""
    return _built(_adam()(learning_rate, **settings), *networks)


def adam_each(learning_rate: float, networks: "dict[str, keras.Model]", **settings: float) -> "dict[str, Optimizer]":
    """An Adam of its own for each network, by the network's name."""
    return {name: adam(learning_rate, network, **settings) for name, network in networks.items()}


def rmsprop(learning_rate: float, *networks: "keras.Model") -> "Optimizer":
    """RMSprop (Tieleman & Hinton 2012) for all weights of the networks."""
    return _built(_rmsprop()(learning_rate), *networks)


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


def decayed(optimizer: "Optimizer", learning_rate: float, steps: int, warm_up: float = 0.0) -> None:
    """Sets the learning rate for its next step: constant for half of ``steps``, then linear to zero.

    Before that it rises linearly, over the share ``warm_up`` of the steps.
    """
    share = tf.cast(tf.convert_to_tensor(optimizer.iterations), tf.float32) / steps
    rate = learning_rate * tf.minimum(1.0, 2.0 * (1.0 - share))
    if warm_up:
        rate *= tf.minimum(1.0, (share + 1 / steps) / warm_up)
    optimizer.learning_rate.assign(rate)


def reset(optimizer: "Optimizer") -> None:
    """Sets averages and step count to zero; the learning rate stays."""
    for variable in optimizer.variables:
        if variable is not optimizer.learning_rate:
            variable.assign(tf.zeros(variable.shape, variable.dtype))


@cache
def _adam() -> "type[keras.optimizers.Adam]":
    class Adam(keras.optimizers.Adam):  # type: ignore[misc]
        """Keras' Adam, its update as one operation."""

        def update_step(self, gradient: "Tensor", variable: Any, learning_rate: "Tensor") -> None:
            step = tf.cast(self.iterations + 1, variable.dtype)
            index = self._get_variable_index(variable)
            betas = {f"beta{i}": tf.cast(beta, variable.dtype) for i, beta in ((1, self.beta_1), (2, self.beta_2))}
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=self._momentums[index].value.handle,
                v=self._velocities[index].value.handle,
                lr=tf.cast(learning_rate, variable.dtype),
                epsilon=self.epsilon,
                grad=gradient,
                **betas,
                **{f"{name}_power": beta**step for name, beta in betas.items()},
            )

    return Adam


@cache
def _rmsprop() -> "type[keras.optimizers.RMSprop]":
    class RMSprop(keras.optimizers.RMSprop):  # type: ignore[misc]
        """Keras' RMSprop, its update as one operation."""

        def build(self, variables: "list[keras.Variable]") -> None:
            if not self.built:
                super().build(variables)
                self._steps_taken = self.add_optimizer_variables(variables, "step_taken")

        def update_step(self, gradient: "Tensor", variable: Any, learning_rate: "Tensor") -> None:
            index = self._get_variable_index(variable)
            tf.raw_ops.ResourceApplyRMSProp(
                var=variable.handle,
                ms=self._velocities[index].value.handle,
                mom=self._steps_taken[index].value.handle,
                lr=tf.cast(learning_rate, variable.dtype),
                rho=self.rho,
                momentum=0.0,
                epsilon=self.epsilon,
                grad=gradient,
            )

    return RMSprop


def _built(optimizer: "Optimizer", *networks: "keras.Model") -> "Optimizer":
    """Builds it before training, so that a checkpoint can restore it."""
    optimizer.build(_weights(*networks))
    return optimizer


def _weights(*networks: "keras.Model") -> "list[keras.Variable]":
    """Those that training changes."""
    return [variable for network in networks for variable in network.trainable_variables]
