"""Layers in cheaper forms: they give what Keras' own give, and so do their gradients."""

from functools import partial
from typing import Any

import numpy as np
import pytest

from latent_atlas.backend import keras, tf
from latent_atlas.blocks import fast_layers

STRIDED: dict[str, Any] = {"strides": 2, "padding": "same", "dtype": "float64"}


def upsampled(channels: int, side: int) -> Any:
    convolution = keras.layers.Conv2D(channels, side, padding="same", dtype="float64")
    return keras.Sequential([keras.layers.UpSampling2D(dtype="float64"), convolution])


def derivatives(layer: Any, x: Any, weights: Any = 1.0, **calling: Any) -> list[Any]:
    """The output, its first gradients, and second ones, which penalties on a gradient need."""
    variables = [x, *(weight.value for weight in layer.trainable_weights)]
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, **calling)
            loss = tf.reduce_sum(weights * tf.sin(y))
        first = tape.gradient(loss, variables)
        squared = tf.reduce_sum(first[0] ** 2)
    return [y, *first, *outer.gradient(squared, variables)]


@pytest.mark.parametrize(("fast", "plain", "larger"), [
    (partial(fast_layers.UpsampledConvolution, side=3), partial(upsampled, side=3), 2),
    (partial(fast_layers.UpsampledConvolution, side=5), partial(upsampled, side=5), 2),
    *((partial(fast_layers.StridedConvolution, side=side),
       partial(keras.layers.Conv2D, kernel_size=side, **STRIDED), 0.5) for side in (2, 3, 4, 5, 7)),
    *((partial(fast_layers.TransposedConvolution, side=side),
       partial(keras.layers.Conv2DTranspose, kernel_size=side, **STRIDED), 2) for side in (2, 3, 4, 5)),
])  # fmt: skip
@pytest.mark.parametrize("channels", [1, 3, 6])
@pytest.mark.parametrize("shape", [(2, 8, 12, 3), (3, 14, 14, 1), (2, 6, 6, 7)])
def test_a_convolution_in_another_form(
    fast: Any, plain: Any, larger: float, channels: int, shape: tuple[int, ...]
) -> None:
    numbers = np.random.default_rng(0)
    x = tf.constant(numbers.standard_normal(shape))
    layers = fast(channels, dtype="float64"), plain(channels)  # so that rounding hides nothing
    for layer in layers:
        layer.build(shape)
    weights = [0.1 * numbers.standard_normal(layers[0].kernel.shape), np.arange(channels)]
    found = []
    for layer in layers:
        layer.set_weights(weights)
        found.append(derivatives(layer, x))
    assert found[0][0].shape == layers[0].compute_output_shape(shape)
    assert found[0][0].shape == (shape[0], int(larger * shape[1]), int(larger * shape[2]), channels)
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


def test_a_strided_convolution_takes_odd_sides() -> None:
    x = np.random.default_rng(0).standard_normal((2, 7, 9, 3)).astype(np.float32)
    layer, plain = fast_layers.StridedConvolution(5, 4), keras.layers.Conv2D(5, 4, 2, "same")
    plain.build(x.shape)
    layer.build(x.shape)
    layer.set_weights(plain.get_weights())
    np.testing.assert_allclose(layer(x), plain(x), atol=1e-5)


@pytest.mark.parametrize(("channels", "side"), [(1, 3), (6, 3), (1, 5), (6, 5)])
def test_the_upsampled_convolution_is_upsampling_and_a_convolution(channels: int, side: int) -> None:
    x = np.random.default_rng(0).standard_normal((2, 7, 5, 3)).astype(np.float32)  # odd sides
    layer = fast_layers.UpsampledConvolution(channels, side)
    plain = keras.layers.Conv2D(channels, side, padding="same")
    found = layer(x)
    layer.bias.assign(np.arange(channels))
    plain.build((2, 14, 10, 3))
    plain.set_weights(layer.get_weights())
    found, expected = layer(x), plain(x.repeat(2, axis=1).repeat(2, axis=2))
    assert found.shape == layer.compute_output_shape(x.shape) == (2, 14, 10, channels)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_dropout_leaves_out_a_share_and_keeps_the_mean() -> None:
    keras.utils.set_random_seed(0)
    layer, x = fast_layers.Dropout(0.3), tf.ones((101, 103))  # an odd number: a part of the last word is not used
    first, second = layer(x, training=True).numpy(), layer(x, training=True).numpy()
    assert set(np.unique(first).round(4)) == {0.0, np.float32(1 / (1 - 77 / 256)).round(4)}
    assert abs((first == 0).mean() - 0.3) < 0.02 and abs(first.mean() - 1) < 0.03
    assert 0.3 < ((first == 0) != (second == 0)).mean() < 0.54  # 2 * 0.3 * 0.7 were they independent
    assert (layer(x, training=False).numpy() == 1).all()
    assert (fast_layers.Dropout(0.0)(x, training=True).numpy() == 1).all()


@pytest.mark.parametrize("shape", [(6, 5), (4, 6, 8, 3), (1, 1, 1, 2)])
@pytest.mark.parametrize("settings", [{"momentum": 0.9}, {"center": False, "scale": False, "epsilon": 1e-5}])
def test_batch_normalization_in_one_operation(shape: tuple[int, ...], settings: dict[str, Any]) -> None:
    numbers = np.random.default_rng(0)
    x = tf.constant(numbers.normal(3.0, 2.0, shape), tf.float32)
    layers = [each.BatchNormalization(**settings) for each in (fast_layers, keras.layers)]
    for layer in layers:
        layer.build(shape)
    weights = [numbers.uniform(0.5, 1.5, each.shape) for each in layers[0].weights]
    found: list[list[Any]] = []
    for layer in layers:
        layer.set_weights(weights)
        found.append([*derivatives(layer, x, training=True), *layer.get_weights(), layer(x)])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=2e-4)
    assert not np.allclose(layers[0].moving_mean, weights[-2])


def test_batch_normalization_computes_in_bfloat16() -> None:
    x = np.random.default_rng(0).normal(size=(64, 4, 4, 3)).astype(np.float32)
    layer = fast_layers.BatchNormalization(dtype="mixed_bfloat16")
    y = layer(x, training=True)
    assert y.dtype == tf.bfloat16
    np.testing.assert_allclose(tf.cast(y, tf.float32), keras.layers.BatchNormalization()(x, training=True), atol=0.05)


@pytest.mark.parametrize("shape", [(1, 6, 8, 3), (4, 5, 3, 2)])
def test_instance_normalization_is_keras_own(shape: tuple[int, ...]) -> None:
    numbers = np.random.default_rng(0)
    x, weights = (tf.constant(numbers.normal(3.0, 2.0, shape)) for _ in range(2))
    plain = keras.layers.GroupNormalization(-1, epsilon=1e-5, center=False, scale=False, dtype="float64")
    layers = fast_layers.InstanceNormalization(1e-5, dtype="float64"), plain
    found = [derivatives(layer, x, weights) for layer in layers]
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)
