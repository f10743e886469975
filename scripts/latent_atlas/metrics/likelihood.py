"""Bounds on the log-likelihood, averaged over a test set."""

from latent_atlas.metrics.checks import Array, as_vector


def mean_bound(name: str, nats_per_image: Array) -> float:
    """Mean of a per-image bound in nats.

    The ELBO (Kingma and Welling, "Auto-encoding variational Bayes", 2014) or the tighter bound from several
    weighted samples (Burda et al., "Importance weighted autoencoders", 2016).

    Args:
        name: what to call the array in an error.
        nats_per_image: lower bounds on log p(x), any real dtype, shape (n,), n >= 1; higher is better.

    Raises:
        ValueError: wrong shape, or a value that is not finite (one image of probability 0 is a broken model).
    """
    return float(as_vector(name, nats_per_image).mean())
