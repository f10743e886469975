"""Fréchet distance between two sets of features, each summed up as a Gaussian.

    d^2 = |m1 - m2|^2 + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2)

Dowson and Landau, "The Fréchet distance between multivariate normal distributions", 1982; used to
judge generators by Heusel et al., "GANs trained by a two time-scale update rule", 2017 (there
with Inception features, hence FID; here with the features of each dataset's own judge, so not comparable with
a FID).
"""

from collections.abc import Mapping

import numpy as np
import scipy.linalg

from latent_atlas.metrics.checks import Array, Floats, as_rows, check_same


def frechet_distance(first: Array, second: Array) -> float:
    """Squared Fréchet distance, >= 0, between Gaussians fitted to two sets of features; 0 is best, symmetric.

    Features (n, d) and (m, d), n and m >= 2; fewer rows than columns are allowed (singular covariance). Covariances are
    the unbiased ones (divided by n - 1). The estimate has a positive bias that falls with n: compare only distances
    taken with equal n. In squared feature units.
    """
    a, b = as_rows("first features", first, least=2), as_rows("second features", second, least=2)
    check_same("widths", first=a.shape[1], second=b.shape[1])
    cov_a, cov_b = (np.atleast_2d(np.cov(rows, rowvar=False)) for rows in (a, b))
    return frechet_gaussians(a.mean(axis=0), cov_a, b.mean(axis=0), cov_b)


def frechet_at_one_n(sets: Mapping[str, Array], reference: Array) -> tuple[dict[str, float], int]:
    """The distance of each set of features to the reference, by name, all from the first n rows; and that n.

    n is the size of the smallest set: the estimate's bias depends on it.
    """
    count = min(map(len, sets.values()))
    return {name: frechet_distance(rows[:count], reference) for name, rows in sets.items()}, count


def frechet_gaussians(mean1: Floats, cov1: Floats, mean2: Floats, cov2: Floats) -> float:
    """That, >= 0, of N(mean1, cov1) and N(mean2, cov2): (d,) and positive semi-definite (d, d), of any rank."""
    # With S = F F^T the trace of (S1 S2)^(1/2) is the sum of the singular values of F1^T F2. Unlike a matrix
    # square root of the product S1 S2, this never leaves the real numbers, and it takes no root of a rounding
    # error.
    overlap = scipy.linalg.svdvals(_factor(cov1).T @ _factor(cov2)).sum()
    gap = mean1 - mean2
    distance = gap @ gap + np.trace(cov1) + np.trace(cov2) - 2.0 * overlap
    return max(float(distance), 0.0)  # equal Gaussians come out at about -1e-13 as often as at +1e-13


def _factor(cov: Floats) -> Floats:
    """F (d, rank) with F F^T = cov, from the symmetric eigendecomposition; rank 0 gives no columns."""
    values, vectors = scipy.linalg.eigh(cov)
    # Eigenvalues that are rounding, of either sign, belong to directions in which the data do not vary.
    keep = values > len(values) * np.finfo(np.float64).eps * max(values[-1], 0.0)
    return np.asarray(vectors[:, keep] * np.sqrt(values[keep]))
