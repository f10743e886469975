"""Which points of a latent space are drawn."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

QUANTILES = (0.05, 0.95)  # of the normal prior, at the edges of a plane
_PLANE_UP_TO = 16  # latents


def plane(rows: int, columns: int, latent_dim: int) -> NDArray[np.float32]:
    """A grid over the first two latents at the normal quantiles `QUANTILES`, the others at 0.

    Equal steps of probability, not of distance: each cell holds the same share of the prior. The first latent grows to
    the right, the second upwards; float32 (rows, columns, latent_dim). A space of one latent gives one row.
    """
    if latent_dim == 1:
        rows = 1
    grid = np.zeros((rows, columns, latent_dim), np.float32)
    grid[:, :, 0] = _quantiles(columns)
    if latent_dim > 1:
        grid[:, :, 1] = _quantiles(rows)[::-1, None]
    return grid


def torus(rows: int, columns: int, latent_dim: int) -> NDArray[np.float32]:
    """A closed surface of typical draws: z = (a cos u + b sin u + c cos v + d sin v) / sqrt 2, a to d ~ N(0, I).

    Every point is a draw from N(0, I), and neighbours are alike. In many dimensions nearly all of the prior lies at a
    distance of sqrt(latent_dim) from the origin, where a plane through the origin never comes. Always the same float32
    (rows, columns, latent_dim).
    """
    a, b, c, d = np.random.default_rng(0).standard_normal((4, 1, 1, latent_dim), np.float32)
    u, v = np.meshgrid(np.arange(rows) / rows, np.arange(columns) / columns, indexing="ij")
    u, v = (2 * np.pi * angle[..., None] for angle in (u, v))
    return ((a * np.cos(u) + b * np.sin(u) + c * np.cos(v) + d * np.sin(v)) / np.sqrt(2)).astype(np.float32)


def has_plane(latent_dim: int) -> bool:
    """Whether the plane shows what such a space holds; beyond, the torus does."""
    return latent_dim <= _PLANE_UP_TO


def surface(rows: int, columns: int, latent_dim: int) -> NDArray[np.float32]:
    """The two-dimensional part of a latent space that is drawn, (rows, columns, latent_dim)."""
    return (plane if has_plane(latent_dim) else torus)(rows, columns, latent_dim)


def _quantiles(count: int) -> NDArray[np.float32]:
    return np.array([NormalDist().inv_cdf(p) for p in np.linspace(*QUANTILES, count)], np.float32)


def to_uint8(images: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Images in [0, 1] to 0..255, rounded."""
    return np.round(np.clip(images, 0.0, 1.0) * 255).astype(np.uint8)
