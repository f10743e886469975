"""The evidence lower bound of a Gaussian encoder and a Bernoulli decoder, with or without a condition."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from latent_atlas.backend import tf
from latent_atlas.blocks.losses import (
    bernoulli_log_likelihood,
    gaussian_log_density,
    kl_to_standard_normal,
    reparameterize,
)

if TYPE_CHECKING:
    import keras

    from latent_atlas.model import Tensor


def elbo_terms(
    encoder: "keras.Model",
    decoder: "keras.Model",
    images: "Tensor",
    condition: "list[Tensor]",
    seed: "Tensor",
    training: bool,
    log_likelihood: "Callable[[Tensor, Tensor], Tensor]" = bernoulli_log_likelihood,
) -> "dict[str, Tensor]":
    """KL and one-sample log p(x|z), each (n,) in nats.

    ``condition`` is ``[labels]``, or empty without labels; ``log_likelihood`` takes the decoder's logits and images.
    """
    posterior = encoder([images, *condition], training=training)
    latents = reparameterize(posterior["mean"], posterior["log_variance"], seed)
    logits = decoder([latents, *condition], training=training)
    return {
        "kl": kl_to_standard_normal(posterior["mean"], posterior["log_variance"]),
        "log_likelihood": log_likelihood(logits, images),
    }


def log_weight(
    encoder: "keras.Model", decoder: "keras.Model", images: "Tensor", condition: "list[Tensor]", seed: "Tensor"
) -> "Tensor":
    """log p(x|z) + log p(z) - log q(z|x) for one z ~ q(z|x) each, (n,) (Burda et al. 2016, eq. 8)."""
    posterior = encoder([images, *condition], training=False)
    latents = reparameterize(posterior["mean"], posterior["log_variance"], seed)
    logits = decoder([latents, *condition], training=False)
    prior = gaussian_log_density(latents, tf.zeros_like(latents), tf.zeros_like(latents))
    proposal = gaussian_log_density(latents, posterior["mean"], posterior["log_variance"])
    return bernoulli_log_likelihood(logits, images) + prior - proposal


def binarize(images: "Tensor", seed: "Tensor") -> "Tensor":
    """A Bernoulli draw with the grey levels as probabilities (dynamic binarisation)."""
    return tf.cast(tf.random.stateless_uniform(tf.shape(images), seed) < images, tf.float32)
