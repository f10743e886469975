"""The plane of largest variance (principal components), fitted once and used for many point clouds."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Plane:
    """mean (d,), basis (d, 2) with orthonormal columns, explained (2,): share of the variance, 0-1."""

    mean: Floats
    basis: Floats
    explained: Floats

    def project(self, points: NDArray[Any]) -> Floats:
        """(n, d) -> (n, 2).

        Rounded to six digits of the largest value: the last bits depend on the number of BLAS threads.
        """
        flat = (np.asarray(points, np.float64) - self.mean) @ self.basis
        unit = 10.0 ** (np.ceil(np.log10(np.abs(flat).max(initial=1e-12))) - 6)
        rounded: Floats = np.round(flat / unit) * unit
        return rounded


def fit_plane(points: NDArray[Any]) -> Plane:
    """The first two principal components of points (n, d); the largest loading of each is positive."""
    points = np.asarray(points, np.float64)
    mean = points.mean(axis=0)
    centred = points - mean
    # The right singular vectors are those of the covariance too, which is small when n is large.
    tall = centred.shape[0] > centred.shape[1]
    _, values, vectors = np.linalg.svd(centred.T @ centred if tall else centred, full_matrices=False)
    variances = values if tall else values**2
    basis = np.zeros((points.shape[1], 2))
    explained = np.zeros(2)
    kept = min(2, len(vectors))
    basis[:, :kept] = vectors[:kept].T
    if variances.sum() > 0:
        explained[:kept] = variances[:kept] / variances.sum()
    largest = basis[np.abs(basis).round(9).argmax(axis=0), [0, 1]]
    return Plane(mean, basis * np.where(largest < 0, -1.0, 1.0), explained)
