"""Optimizers: how they are built, and one step of gradient descent with them.

Keras writes an update as a dozen operations over each weight and its averages. TensorFlow has the same update as one
operation, which is what is used here: the arithmetic is the same, the memory is passed over once.
"""

from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from latent_atlas.backend import keras, tf

if TYPE_CHECKING:
    from keras.optimizers import Optimizer

    from latent_atlas.model import ScheduledSettings, Tensor

    Rate: TypeAlias = float | keras.optimizers.schedules.LearningRateSchedule


def scheduled(settings: "ScheduledSettings", learning_rate: float | None = None, updates: int = 1) -> "Rate":
    """A learning rate, by default that of the settings, which rises and falls linearly as they say.

    It rises over the share ``warm_up`` of the run, stays, and falls over its last share ``decay``. ``updates`` is how
    often the optimizer updates its weights in one train step.
    """
    rate = settings.learning_rate if learning_rate is None else learning_rate
    if not settings.warm_up and not settings.decay:
        return rate
    return _trapezoid()(rate, settings.steps * updates, settings.warm_up, settings.decay)


def adam(learning_rate: "Rate", *networks: "keras.Model", **settings: float) -> "Optimizer":
    """Adam (Kingma & Ba 2015) for all weights of the networks; ``settings`` are beta_1, beta_2 and epsilon."""
    return _built(_adam()(learning_rate, **settings), *networks)


def adam_each(learning_rate: "Rate", networks: "dict[str, keras.Model]", **settings: float) -> "dict[str, Optimizer]":
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
    bool (), is false, neither weights nor the optimizer's averages change, and no gradient is computed.
    """

    def step() -> "Tensor":
        variables = _weights(*networks)
        gradients = tape.gradient(loss, variables)
        used = [pair for pair in zip(gradients, variables, strict=True) if pair[0] is not None]
        optimizer.apply(*zip(*used, strict=True))
        return tf.constant(True)

    if when is None:
        step()
    else:
        tf.cond(when, step, lambda: tf.constant(False))


def reset(optimizer: "Optimizer") -> None:
    """Sets averages and step count to zero; the learning rate stays."""
    for variable in optimizer.variables:
        if variable is not optimizer.learning_rate:
            variable.assign(tf.zeros(variable.shape, variable.dtype))


@cache
def _trapezoid() -> "type[keras.optimizers.schedules.LearningRateSchedule]":
    class Trapezoid(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
        """A learning rate that rises linearly, stays, and falls linearly to zero."""

        def __init__(self, rate: float, updates: int, warm_up: float, decay: float) -> None:
            self._rate, self._updates, self._warm_up, self._decay = rate, updates, warm_up, decay

        def __call__(self, update: "Tensor") -> "Tensor":
            share = tf.cast(update, tf.float32) / self._updates
            factor = tf.ones(())
            if self._decay:
                factor = tf.minimum(factor, (1.0 - share) / self._decay)
            if self._warm_up:
                factor *= tf.minimum(1.0, (share + 1 / self._updates) / self._warm_up)
            return self._rate * factor

        def get_config(self) -> dict[str, float]:
            return {"rate": self._rate, "updates": self._updates, "warm_up": self._warm_up, "decay": self._decay}

    return Trapezoid


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
