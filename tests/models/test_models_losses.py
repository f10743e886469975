"""Every loss against its formula, worked out by hand or literally in NumPy."""

import math

import numpy as np
import pytest

from latent_atlas.backend import keras, tf
from latent_atlas.blocks import adversarial, losses, variational
from latent_atlas.model import DataSpec
from latent_atlas.models import lsgan, stylegan
from latent_atlas.models.vae import VAE

LOGITS = np.array([[-2.0], [0.0], [3.0]], np.float32)
OTHERS = np.array([[1.0], [-1.0], [0.5]], np.float32)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x.astype(np.float64)))


def normals(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def test_non_saturating_losses_are_the_logarithms_of_the_paper() -> None:
    real, fake = sigmoid(LOGITS), sigmoid(OTHERS)
    wanted = -np.log(real).mean() - np.log(1 - fake).mean()
    assert adversarial.non_saturating_discriminator_loss(LOGITS, OTHERS).numpy() == pytest.approx(wanted, rel=1e-6)
    assert adversarial.non_saturating_generator_loss(OTHERS).numpy() == pytest.approx(-np.log(fake).mean(), rel=1e-6)


def test_a_discriminator_that_guesses_costs_log_four() -> None:
    nothing = np.zeros((5, 1), np.float32)
    assert adversarial.non_saturating_discriminator_loss(nothing, nothing).numpy() == pytest.approx(math.log(4))


def test_least_squares() -> None:
    assert adversarial.least_squares_discriminator_loss(LOGITS, OTHERS).numpy() == pytest.approx(
        0.5 * (9 + 1 + 4) / 3 + 0.5 * (1 + 1 + 0.25) / 3
    )
    assert lsgan.generator_loss(OTHERS).numpy() == pytest.approx(0.5 * (0 + 4 + 0.25) / 3)


def test_logistic_losses_and_r1() -> None:
    wanted = np.log1p(np.exp(OTHERS)).mean() + np.log1p(np.exp(-LOGITS)).mean()
    assert stylegan.discriminator_loss(LOGITS, OTHERS).numpy() == pytest.approx(wanted, rel=1e-6)
    assert stylegan.generator_loss(OTHERS).numpy() == pytest.approx(np.log1p(np.exp(-OTHERS)).mean(), rel=1e-6)
    gradients = normals(3, 4, 4, 2)
    assert adversarial.r1_penalty(gradients).numpy() == pytest.approx(
        (gradients**2).sum(axis=(1, 2, 3)).mean(), rel=1e-6
    )


def test_binary_cross_entropy_bears_large_logits() -> None:
    assert losses.binary_cross_entropy(tf.constant([[200.0], [-200.0]]), 0.0).numpy() == pytest.approx(100.0)


def test_kl_divergence_closed_form() -> None:
    mean, log_variance = np.array([[0.0, 2.0]], np.float32), np.array([[0.0, math.log(4)]], np.float32)
    assert losses.kl_to_standard_normal(mean, log_variance).numpy() == pytest.approx([0.5 * (4 + 4 - 1 - math.log(4))])
    assert losses.kl_to_standard_normal(0 * mean, 0 * log_variance).numpy() == pytest.approx([0.0])


def test_kl_divergence_is_the_mean_difference_of_log_densities() -> None:
    mean, log_variance = np.float32([[0.5, -1.0]]), np.float32([[0.3, -0.7]])
    z = mean + np.exp(0.5 * log_variance) * normals(200_000, 2)
    zeros = np.zeros_like(z)
    ratio = losses.gaussian_log_density(z, mean, log_variance) - losses.gaussian_log_density(z, zeros, zeros)
    assert np.mean(ratio) == pytest.approx(losses.kl_to_standard_normal(mean, log_variance).numpy()[0], abs=0.01)


def test_gaussian_log_density() -> None:
    found = losses.gaussian_log_density(
        np.float32([[1.0, 2.0]]), np.float32([[0.0, 2.0]]), np.float32([[0.0, math.log(9)]])
    )
    assert found.numpy() == pytest.approx([-0.5 - math.log(2 * math.pi) - math.log(3)], rel=1e-6)


def test_bernoulli_likelihood_is_a_sum_over_pixels() -> None:
    logits, images = normals(2, 3, 3, 1), (normals(2, 3, 3, 1, seed=1) > 0).astype(np.float32)
    p = sigmoid(logits)
    wanted = (images * np.log(p) + (1 - images) * np.log(1 - p)).sum(axis=(1, 2, 3))
    assert losses.bernoulli_log_likelihood(logits, images).numpy() == pytest.approx(wanted, rel=1e-5)
    even = losses.bernoulli_log_likelihood(0 * logits, images).numpy()
    assert even == pytest.approx(9 * math.log(0.5), rel=1e-6)


def test_gaussian_likelihood_has_the_most_probable_variance() -> None:
    means, images = (
        sigmoid(normals(4, 5, 5, 3)).astype(np.float32),
        sigmoid(normals(4, 5, 5, 3, seed=1)).astype(np.float32),
    )
    squares = (images - means).astype(np.float64) ** 2

    def likelihood(variance: float) -> np.ndarray:
        return -0.5 * (squares / variance + math.log(2 * math.pi * variance)).sum(axis=(1, 2, 3))

    found = losses.gaussian_log_likelihood(means, images).numpy()
    assert found == pytest.approx(likelihood(squares.mean()), rel=1e-5)
    assert all(found.sum() > likelihood(squares.mean() * factor).sum() for factor in (0.8, 0.95, 1.05, 1.2))


def test_gaussian_likelihood_of_a_perfect_reconstruction_is_finite() -> None:
    same = np.full((2, 3, 3, 1), 0.5, np.float32)
    assert np.isfinite(losses.gaussian_log_likelihood(same, same).numpy()).all()


def test_reparameterisation_has_the_posterior_mean_and_deviation() -> None:
    mean, log_variance = np.full((50_000, 2), 3, np.float32), np.full((50_000, 2), math.log(0.25), np.float32)
    z = losses.reparameterize(mean, log_variance, [0, 0]).numpy()
    assert z.mean(axis=0) == pytest.approx([3, 3], abs=0.02)
    assert z.std(axis=0) == pytest.approx([0.5, 0.5], abs=0.01)


class Fixed:
    """Stands in for an encoder, or for a decoder that ignores the code: then log p(x) is known."""

    def __init__(self, outputs: object) -> None:
        self.outputs = outputs

    def __call__(self, inputs: list, training: bool) -> object:
        return self.outputs


def test_bound_is_exact_where_the_decoder_ignores_the_code() -> None:
    logits, images = normals(3, 2, 2, 1), (normals(3, 2, 2, 1, seed=1) > 0).astype(np.float32)
    prior = {"mean": tf.zeros((3, 4)), "log_variance": tf.zeros((3, 4))}
    exact = losses.bernoulli_log_likelihood(logits, images).numpy()
    encoder, decoder = Fixed(prior), Fixed(tf.constant(logits))
    assert variational.log_weight(encoder, decoder, images, [], [0, 1]).numpy() == pytest.approx(exact, rel=1e-5)
    terms = variational.elbo_terms(encoder, decoder, images, [], [0, 1], training=False)
    assert (terms["log_likelihood"] - terms["kl"]).numpy() == pytest.approx(exact, rel=1e-5)


def test_mean_log_weight_is_the_elbo() -> None:
    draws = 20_000
    logits, images = np.repeat(normals(1, 2, 2, 1), draws, axis=0), np.ones((draws, 2, 2, 1), np.float32)
    posterior = {"mean": tf.constant(draws * [[0.4, -0.8]]), "log_variance": tf.constant(draws * [[-0.5, 0.2]])}
    encoder, decoder = Fixed(posterior), Fixed(tf.constant(logits))
    terms = variational.elbo_terms(encoder, decoder, images, [], [0, 0], training=False)
    elbo = (terms["log_likelihood"] - terms["kl"]).numpy()[0]
    weights = variational.log_weight(encoder, decoder, images, [], [0, 1]).numpy().astype(np.float64)
    assert weights.mean() == pytest.approx(elbo, abs=0.02)
    # The importance-weighted bound approaches the true log likelihood, which lies above.
    true = losses.bernoulli_log_likelihood(logits[:1], images[:1]).numpy()[0]
    assert np.log(np.exp(weights).mean()) == pytest.approx(true, abs=0.05)
    assert true > elbo + 0.1


def test_binarisation_draws_grey_levels_as_probabilities() -> None:
    drawn = variational.binarize(tf.fill((1, 100, 100, 1), 0.3), [0, 0]).numpy()
    assert set(np.unique(drawn)) == {0.0, 1.0}
    assert drawn.mean() == pytest.approx(0.3, abs=0.02)


def test_diversity_is_one_for_equals_and_nothing_for_copies() -> None:
    images = tf.constant(sigmoid(normals(16, 4, 4, 1)).astype(np.float32))
    assert adversarial.diversity(images, images).numpy() == pytest.approx(1.0, abs=1e-4)
    assert adversarial.diversity(tf.repeat(images[:1], 16, axis=0), images).numpy() == pytest.approx(0.0, abs=1e-6)


def test_one_image_of_each_class_is_no_diversity() -> None:
    images = tf.random.stateless_uniform((16, 4, 4, 1), (1, 2))
    labels = tf.constant([0, 1] * 8)
    collapsed = tf.tile(images[:2], (8, 1, 1, 1))
    assert adversarial.diversity(collapsed, images).numpy() > 0.5
    assert adversarial.diversity(collapsed, images, labels).numpy() == pytest.approx(0.0, abs=1e-3)
    assert adversarial.diversity(images, images, labels).numpy() == pytest.approx(1.0, abs=1e-4)
    alone = adversarial.diversity(collapsed, images, tf.range(16)).numpy()
    assert alone == pytest.approx(1.0)  # one image of each class: nothing to compare, no alarm


def test_kl_weight_multiplies_the_kl_term_alone() -> None:
    """A step of gradient descent on kl_weight KL - log p(x|z) is a line in kl_weight, whose slope is that on KL."""
    images, seed = sigmoid(normals(4, 16, 16, 3)).astype(np.float32), tf.constant([0, 1])

    def step(kl_weight: float) -> tuple[np.ndarray, dict]:
        keras.utils.set_random_seed(0)
        settings = VAE.Settings(
            steps=1, batch_size=4, learning_rate=1, latent_dim=3, width=2, likelihood="gaussian", kl_weight=kl_weight
        )
        vae = VAE(settings, DataSpec.of_images((16, 16, 3)))
        vae.optimizers["vae"] = keras.optimizers.SGD(1.0)
        before = vae.encoder.get_layer("mean").kernel.numpy()
        logged = vae.train_step({"images": images}, seed)
        logged = {name: float(value) for name, value in logged.items()}
        return before - vae.encoder.get_layer("mean").kernel.numpy(), logged

    (none, logged), (one, _), (four, same) = step(0.0), step(1.0), step(4.0)
    assert four - none == pytest.approx(4 * (one - none), rel=1e-3, abs=1e-4)
    assert np.abs(one - none).max() > 0.01
    assert logged["negative_elbo"] == pytest.approx(logged["kl"] - logged["log_likelihood"])
    assert same["negative_elbo"] == pytest.approx(logged["negative_elbo"])  # it is the ELBO that is logged
