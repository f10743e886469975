"""Precision, recall, density and coverage of generated against real features.

Each set is turned into a manifold: the union of balls around its points that reach to the k-th nearest
neighbour within the set.

- precision, recall: Kynkäänniemi et al., "Improved precision and recall metric for assessing generative
  models", 2019: the share of fakes inside the real manifold, and of reals inside the fake one;
- density, coverage: Naeem et al., "Reliable fidelity and diversity metrics for generative models", 2020:
  how many real balls a fake lies in, over k; and the share of real balls that hold a fake.

Balls are open, as in Naeem's reference code: a generator that only repeats one image has balls of radius 0
and must not be credited with recall, and a set measured against itself has density exactly 1.
"""

from collections.abc import Iterator

import numpy as np
from scipy.spatial.distance import cdist

from latent_atlas.metrics.checks import Array, Floats, as_rows, check_same

_BLOCK = 1024  # rows of the distance matrix held at once: 10,000 against 10,000 takes 80 MB, not 800


def prdc(real: Array, fake: Array, k: int = 5) -> dict[str, float]:
    """Precision, recall, density and coverage, by Euclidean distance in feature space: (n, d) and (m, d), n and m > k.

    All four depend on the number of rows: use as many fakes as reals, and compare only at equal n and k. The k-th
    neighbour sets a ball's radius, the point itself not counted; k >= 1.

    `precision`, `recall`, `coverage` lie in [0, 1], `density` >= 0, all higher for better. Between two large samples of
    one distribution density is 1 and coverage 1 - 2^-k in expectation, at k = 5 about 0.97.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    real_rows, fake_rows = as_rows("real features", real, k + 1), as_rows("fake features", fake, k + 1)
    check_same("widths", real=real_rows.shape[1], fake=fake_rows.shape[1])
    real_radii, fake_radii = neighbour_radii(real_rows, k), neighbour_radii(fake_rows, k)

    fakes_inside = memberships = 0
    recalled = np.zeros(len(real_rows), dtype=bool)
    covered = np.zeros(len(real_rows), dtype=bool)
    for block, distance in _distances(fake_rows, real_rows):
        in_real_ball = distance < real_radii
        fakes_inside += int(in_real_ball.any(axis=1).sum())
        memberships += int(in_real_ball.sum())
        covered |= in_real_ball.any(axis=0)
        recalled |= (distance < fake_radii[block, np.newaxis]).any(axis=0)
    return {
        "precision": fakes_inside / len(fake_rows),
        "recall": float(recalled.mean()),
        "density": memberships / (k * len(fake_rows)),
        "coverage": float(covered.mean()),
    }


def neighbour_radii(rows: Floats, k: int) -> Floats:
    """Distance (n,) from each row (n, d) to its k-th nearest other row; duplicates are neighbours at 0."""
    # Position 0 of the sorted distances is the row itself, hence position k.
    return np.concatenate([np.partition(distance, k, axis=1)[:, k] for _, distance in _distances(rows, rows)])


def _distances(rows: Floats, others: Floats) -> Iterator[tuple[slice, Floats]]:
    """Euclidean distances of `rows` to `others` by blocks of rows.

    By differences, not by |a|^2 + |b|^2 - 2ab: the expansion is faster, but rounds the distance between equal
    points to something above 0, and equal points are just what a collapsed generator produces.
    """
    for start in range(0, len(rows), _BLOCK):
        block = slice(start, min(start + _BLOCK, len(rows)))
        yield block, cdist(rows[block], others)
