"""Losses and log densities that several models share. Sums over pixels and latents, never means: the papers' form."""

import math
from typing import TYPE_CHECKING

from latent_atlas.backend import tf

if TYPE_CHECKING:
    from latent_atlas.model import Tensor


def bernoulli_log_likelihood(logits: "Tensor", images: "Tensor") -> "Tensor":
    """log p(x|z) of Bernoulli pixels, summed over pixels: (n,), nats per image (Kingma & Welling 2014, app. C.1)."""
    cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=images, logits=logits)
    return -tf.reduce_sum(cross_entropy, axis=(1, 2, 3))


def gaussian_log_likelihood(means: "Tensor", images: "Tensor") -> "Tensor":
    """Log p(x|z) of Gaussian pixels with one variance for all, summed over pixels: (n,), nats per image.

    The variance is the one under which the batch is most probable, its mean squared error (Rybkin et al. 2021, eq. 8;
    Dai & Wipf 2019, section 2): the weight between reconstruction and KL needs no tuning.
    """
    squares = (images - means) ** 2
    variance = tf.maximum(tf.reduce_mean(squares), 1e-6)
    return -0.5 * tf.reduce_sum(squares / variance + tf.math.log(2 * math.pi * variance), axis=(1, 2, 3))


def kl_to_standard_normal(mean: "Tensor", log_variance: "Tensor") -> "Tensor":
    """KL(N(mean, exp(log_variance)) || N(0, I)), summed over latents: (n,), nats (Kingma & Welling 2014, app. B)."""
    return 0.5 * tf.reduce_sum(mean**2 + tf.exp(log_variance) - 1.0 - log_variance, axis=1)


def gaussian_log_density(x: "Tensor", mean: "Tensor", log_variance: "Tensor") -> "Tensor":
    """log N(x; mean, exp(log_variance)), summed over the last axis."""
    quadratic = (x - mean) ** 2 * tf.exp(-log_variance)
    return -0.5 * tf.reduce_sum(quadratic + log_variance + math.log(2 * math.pi), axis=-1)


def reparameterize(mean: "Tensor", log_variance: "Tensor", seed: "Tensor") -> "Tensor":
    """z = mean + sigma * epsilon with epsilon ~ N(0, I) (Kingma & Welling 2014, section 2.4)."""
    return mean + tf.exp(0.5 * log_variance) * tf.random.stateless_normal(tf.shape(mean), seed)


def binary_cross_entropy(logits: "Tensor", target: float) -> "Tensor":
    """Mean cross-entropy of logits against one target for all: the half of a GAN's loss for one kind of image."""
    return tf.reduce_mean(
        tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.fill(tf.shape(logits), target), logits=logits)
    )
