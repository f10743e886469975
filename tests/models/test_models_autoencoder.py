"""The one-class autoencoder: what its score is, and that it never meets the class that is held out."""

import numpy as np
import pytest

from latent_atlas.backend import keras, tf
from latent_atlas.model import DataSpec
from latent_atlas.models.autoencoder import Autoencoder


def build() -> Autoencoder:
    keras.utils.set_random_seed(0)
    settings = Autoencoder.Settings(steps=1, batch_size=6, learning_rate=0.01, width=2, held_out_label=1)
    return Autoencoder(settings, DataSpec.of_images((16, 16, 1), labels=3))


def images(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((6, 16, 16, 1), np.float32)


def one_class(model: Autoencoder) -> list[np.ndarray]:
    networks = [model.networks[f"one_class_{part}"] for part in ("encoder", "decoder")]
    return [v.numpy() for network in networks for v in network.weights] + [
        v.numpy() for v in model.optimizers["one_class"].variables
    ]


def train(given: np.ndarray, labels: list[int]) -> tuple[Autoencoder, dict[str, float]]:
    model = build()
    step = tf.function(model.train_step)
    losses = step({"images": tf.constant(given), "labels": tf.constant(labels)}, tf.constant([0, 0]))
    return model, {name: float(value) for name, value in losses.items()}


def test_score_is_the_squared_error_summed_over_pixels() -> None:
    model = build()
    codes = model.networks["one_class_encoder"]([images()], training=False)
    decoded = tf.sigmoid(model.networks["one_class_decoder"]([codes], training=False)).numpy()
    wanted = ((images() - decoded) ** 2).sum(axis=(1, 2, 3))
    assert model.anomaly_score(tf.constant(images())).numpy() == pytest.approx(wanted, rel=1e-5)


def test_score_does_not_contain_the_entropy_of_grey() -> None:
    """An image that is reconstructed exactly scores 0, be it black or grey."""
    model = build()
    for variable in model.networks["one_class_decoder"].weights:
        variable.assign(tf.zeros_like(variable))
    assert model.anomaly_score(tf.fill((1, 16, 16, 1), 0.5)).numpy() == pytest.approx([0.0])


def test_images_held_out_change_neither_weights_nor_statistics() -> None:
    labels, other = [0, 1, 2, 1, 0, 2], images()
    other[[1, 3]] = images(seed=1)[[1, 3]]
    (one, losses), (two, again) = train(images(), labels), train(other, labels)
    assert all(np.array_equal(a, b) for a, b in zip(one_class(one), one_class(two), strict=True))
    assert losses["one_class_loss"] == again["one_class_loss"]
    assert losses["reconstruction_loss"] != again["reconstruction_loss"]


def test_a_batch_of_nothing_else_is_skipped() -> None:
    untouched = one_class(build())
    model, losses = train(images(), [1] * 6)
    assert losses["one_class_loss"] == 0.0 and losses["reconstruction_loss"] > 0
    assert all(np.array_equal(a, b) for a, b in zip(one_class(model), untouched, strict=True))
    moved, _ = train(images(), [1, 1, 0, 1, 1, 2])
    assert any((a != b).any() for a, b in zip(one_class(moved), untouched, strict=True))
    assert all(np.isfinite(array).all() for array in one_class(moved))
