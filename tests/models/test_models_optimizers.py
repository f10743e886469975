"""The optimizers take the steps that Keras' own would take."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from latent_atlas.blocks import optimizers


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
