"""The optimizers take the steps that Keras' own would take."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from latent_atlas.blocks import optimizers
from latent_atlas.model import ScheduledSettings


def _network() -> keras.Model:
    keras.utils.set_random_seed(0)
    image = keras.Input((6,))
    return keras.Model(image, keras.layers.Dense(2)(keras.layers.Dense(5, "tanh")(image)))


@pytest.mark.parametrize(
    ("ours", "plain"),
    [
        (lambda network: optimizers.adam(0.01, network, beta_1=0.5), keras.optimizers.Adam(0.01, beta_1=0.5)),
        (lambda network: optimizers.rmsprop(0.01, network), keras.optimizers.RMSprop(0.01)),
    ],
    ids=["adam", "rmsprop"],
)
def test_many_steps_are_those_of_keras(ours, plain) -> None:
    networks = _network(), _network()
    ours = ours(networks[0])
    plain.build(networks[1].trainable_variables)
    begun = [weight.numpy() for weight in networks[0].trainable_variables]
    generator = np.random.default_rng(0)
    for _ in range(20):
        images = tf.constant(generator.standard_normal((8, 6), np.float32))
        for network, optimizer in zip(networks, (ours, plain), strict=True):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((network(images) - 1.0) ** 2)
            optimizers.descend(optimizer, tape, loss, network)
    for mine, theirs, before in zip(*(n.trainable_variables for n in networks), begun, strict=True):
        np.testing.assert_allclose(mine.numpy(), theirs.numpy(), rtol=1e-4, atol=1e-6)
        assert np.abs(mine.numpy() - before).max() > 0.01


@pytest.mark.parametrize("when", [False, True])
def test_a_skipped_update_costs_no_gradient(when: bool) -> None:
    asked = []

    @tf.custom_gradient
    def spied(x):
        def gradient(upstream):
            tf.py_function(lambda: asked.append(1), [], [])
            return upstream

        return tf.identity(x), gradient

    network = _network()
    optimizer = optimizers.adam(0.01, network)
    before = network.trainable_variables[0].numpy()

    @tf.function
    def step(chosen):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(spied(network(tf.ones((8, 6)))) ** 2)
        optimizers.descend(optimizer, tape, loss, network, when=chosen)

    step(tf.constant(when))
    assert bool(asked) == when
    assert np.array_equal(network.trainable_variables[0].numpy(), before) != when
    assert int(optimizer.iterations) == int(when)


@pytest.mark.parametrize(
    ("schedule", "updates", "expected"),
    [
        ({"decay": 0.5}, 1, [0.1, 0.1, 0.1, 0.1, 0.1, 0.075, 0.05, 0.025]),
        ({"decay": 0.5}, 2, [0.1] * 9 + [0.0875, 0.075, 0.0625, 0.05, 0.0375, 0.025, 0.0125]),
        ({"warm_up": 0.25, "decay": 0.25}, 1, [0.05, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.05]),
        ({}, 1, [0.1] * 8),
    ],
)
def test_learning_rates_rise_and_fall(schedule: dict[str, float], updates: int, expected: list[float]) -> None:
    settings = ScheduledSettings(steps=8, batch_size=1, learning_rate=0.1, **schedule)
    network = _network()
    optimizer = optimizers.adam(optimizers.scheduled(settings, updates=updates), network)
    rates = []
    for _ in expected:
        rates.append(float(optimizer.learning_rate))
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(network(tf.ones((1, 6))) ** 2)
        optimizers.descend(optimizer, tape, loss, network)
    assert rates == pytest.approx(expected)
