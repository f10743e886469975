"""The article's VAE/GAN: what each network descends, and how many inner steps there are."""

from typing import Any

import numpy as np
import pytest

from latent_atlas.backend import keras, tf
from latent_atlas.errors import AtlasError
from latent_atlas.model import DataSpec
from latent_atlas.models.cvae_gan_article import CVAEGANArticle

DATA = DataSpec.of_images((16, 16, 1), labels=3)
BATCH = 4


def build(**settings: Any) -> CVAEGANArticle:
    keras.utils.set_random_seed(0)
    chosen = {"steps": 1, "batch_size": BATCH, "learning_rate": 0.001, "width": 4, "dropout": 0.0, **settings}
    return CVAEGANArticle(CVAEGANArticle.Settings(**chosen), DATA)


def batch(model: CVAEGANArticle) -> dict[str, Any]:
    rows = model.settings.images_per_step
    images = np.random.default_rng(0).random((rows, 16, 16, 1), np.float32)
    return {"images": tf.constant(images), "labels": tf.constant(np.arange(rows, dtype=np.int32) % 3)}


def step(model: CVAEGANArticle) -> dict[str, float]:
    return {name: float(value) for name, value in model.train_step(batch(model), tf.constant([0, 0])).items()}


@pytest.mark.parametrize(("bounds", "discriminator", "encoder_decoder"), [
    ({}, 1, 3),  # guessing, L_GAN is far below both of the article's bounds
    ({"strong": -1.0}, 3, 3),  # never below: all steps of the discriminator
    ({"weak": -1.0}, 1, 1),  # always above: one step of encoder and decoder
    ({"inner_steps": 2}, 1, 2),
])  # fmt: skip
def test_inner_steps(bounds: dict[str, Any], discriminator: int, encoder_decoder: int) -> None:
    losses = step(build(**bounds))
    assert losses["discriminator_steps"] == discriminator
    assert losses["encoder_decoder_steps"] == encoder_decoder


def test_a_discriminator_that_guesses_costs_log_2_for_each_image() -> None:
    model, logits = build(), tf.zeros((BATCH, 1))
    assert float(model._gan_loss(logits, logits, logits)) == pytest.approx(BATCH * np.log(2) / 256, rel=1e-5)
    assert float(model._gan_loss(logits + 9, logits - 9, logits - 9)) < 1e-4  # it is right everywhere


def test_the_decoder_climbs_the_gan_loss_and_the_encoder_does_not_see_it() -> None:
    model = build(gamma=0.0, prior_weight=0.0, decoder_rate=0.01, learning_rate=0.01)
    model._metric_loss = lambda real, reconstructed: 0.0 * tf.reduce_sum(reconstructed)  # type: ignore[method-assign]
    before = {name: [w.numpy() for w in network.weights] for name, network in model.networks.items()}
    images, labels, seed = batch(model)["images"][:BATCH], batch(model)["labels"][:BATCH], tf.constant([1, 2])
    costs = [float(model._encoder_decoder_step(images, labels, seed)[2]) for _ in range(5)]
    assert costs[-1] > costs[0]
    moved = {
        name: any((w.numpy() != old).any() for w, old in zip(network.weights, before[name], strict=True))
        for name, network in model.networks.items()
    }
    assert moved == {"encoder": False, "decoder": True, "discriminator": False}


def test_the_discriminator_descends_the_gan_loss_alone() -> None:
    model = build()
    before = [w.numpy() for network in (model.encoder, model.decoder) for w in network.weights]
    images, labels, seed = batch(model)["images"][:BATCH], batch(model)["labels"][:BATCH], tf.constant([1, 2])
    costs = [float(model._discriminator_step(images, labels, seed)) for _ in range(8)]
    assert costs[-1] < costs[0]
    after = [w.numpy() for network in (model.encoder, model.decoder) for w in network.weights]
    assert all((old == new).all() for old, new in zip(before, after, strict=True))


def test_both_forms_of_the_learned_metric_are_least_where_the_images_agree() -> None:
    real = tf.constant(np.random.default_rng(0).standard_normal((BATCH, 6)), tf.float32)
    for form in ("cross_entropy", "squared"):
        metric = build(metric_loss=form)._metric_loss
        assert float(metric(real, real)) < float(metric(real, real + 0.1)) < float(metric(real, real + 0.5))


def test_the_log_variance_is_kept_within_two() -> None:
    model = build()
    for weight in model.encoder.get_layer("log_variance").weights:
        weight.assign(tf.fill(weight.shape, 50.0))
    _, log_variance, *_ = model._draw(batch(model)["images"], batch(model)["labels"], tf.constant([0, 0]))
    assert float(tf.reduce_max(tf.abs(log_variance))) <= 2.0


def test_images_whose_sides_are_no_multiples_of_four_are_refused() -> None:
    with pytest.raises(AtlasError, match="multiples of 4"):
        CVAEGANArticle.check(build().settings, DataSpec.of_images((30, 28, 1), labels=3))
