"""Bounds on the log-likelihood, averaged over a test set."""

from latent_atlas.metrics.checks import Array, as_vector


def mean_bound(name: str, nats_per_image: Array) -> float:
    """Mean of a bound per image on log p(x) in nats, (n,); ``name`` is what to call the array in an error.

    The ELBO (Kingma and Welling, "Auto-encoding variational Bayes", 2014) or the tighter bound from several weighted
    samples (Burda et al., "Importance weighted autoencoders", 2016). One infinite value (an image of probability 0) is
    a broken model, and an error.
    """
    return float(as_vector(name, nats_per_image).mean())
