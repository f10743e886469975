"""Fréchet distance: closed forms, an independent implementation, degenerate sets, refusals."""

import numpy as np
import pytest
import scipy.linalg

from latent_atlas.errors import TooFewError
from latent_atlas.metrics.frechet import frechet_distance, frechet_gaussians


def normal(n: int, d: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d))


def by_matrix_root(a: np.ndarray, b: np.ndarray) -> float:
    """The formula as the reference implementations write it: scipy's root of the product."""
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = np.real(scipy.linalg.sqrtm(cov_a @ cov_b))
    gap = a.mean(axis=0) - b.mean(axis=0)
    return float(gap @ gap + np.trace(cov_a) + np.trace(cov_b) - 2 * np.trace(root))


def test_one_dimension_is_the_difference_of_means_and_of_deviations():
    # W2 between N(1, 2^2) and N(4, 7^2): (1 - 4)^2 + (2 - 7)^2.
    value = frechet_gaussians(np.array([1.0]), np.array([[4.0]]), np.array([4.0]), np.array([[49.0]]))
    assert value == pytest.approx(34.0, rel=1e-12)


def test_commuting_covariances_add_up_over_the_shared_axes():
    axes = np.linalg.qr(normal(4, 4))[0]
    first, second = np.array([1.0, 4.0, 9.0, 0.0]), np.array([4.0, 1.0, 0.0, 25.0])
    value = frechet_gaussians(
        np.zeros(4), axes @ np.diag(first) @ axes.T, np.full(4, 2.0), axes @ np.diag(second) @ axes.T
    )
    expected = 4 * 2.0**2 + ((np.sqrt(first) - np.sqrt(second)) ** 2).sum()
    assert value == pytest.approx(expected, rel=1e-12)


def test_small_true_variances_count():
    # Deviations 1 and 1e-3 against 1 and 3e-3: a direction a million times weaker is data, not rounding.
    value = frechet_gaussians(np.zeros(2), np.diag([1.0, 1e-6]), np.zeros(2), np.diag([1.0, 9e-6]))
    assert value == pytest.approx(4e-6, rel=1e-9)


def test_non_commuting_two_by_two_closed_form():
    # For 2x2 matrices tr sqrt(M) = sqrt(tr M + 2 sqrt(det M)), here with M = A B.
    a, b = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([[5.0, -2.0], [-2.0, 1.0]])
    assert not np.allclose(a @ b, b @ a)
    root = np.sqrt(np.trace(a @ b) + 2 * np.sqrt(np.linalg.det(a) * np.linalg.det(b)))
    value = frechet_gaussians(np.zeros(2), a, np.zeros(2), b)
    assert value == pytest.approx(np.trace(a) + np.trace(b) - 2 * root, rel=1e-12)


def test_agrees_with_scipys_matrix_root():
    a, b = normal(300, 12) @ normal(12, 12, 1), normal(250, 12, 2) @ normal(12, 12, 3) + 0.5
    assert frechet_distance(a, b) == pytest.approx(by_matrix_root(a, b), rel=1e-9)


@pytest.mark.parametrize(("rows", "columns"), [(400, 8), (10, 60)], ids=["full rank", "rank deficient"])
def test_identical_sets_are_at_distance_zero(rows, columns):
    a = normal(rows, columns) * 100
    assert 0.0 <= frechet_distance(a, a) < 1e-8


def test_rounding_never_makes_it_negative():
    sets = [normal(30, 5, seed) for seed in range(40)]
    assert min(frechet_distance(a, a) for a in sets) == 0.0
    assert max(frechet_distance(a, a) for a in sets) < 1e-12


@pytest.mark.parametrize("rows", [5, 400])
def test_a_shift_alone_is_its_squared_length(rows):
    a, shift = normal(rows, 20), normal(1, 20, 1)[0]
    assert frechet_distance(a, a + shift) == pytest.approx(shift @ shift, rel=1e-9)


@pytest.mark.parametrize("rows", [5, 400])
def test_a_scale_alone(rows):
    a = normal(rows, 20) - 0.3
    mean, spread = a.mean(axis=0), np.trace(np.cov(a, rowvar=False))
    assert frechet_distance(a, 3 * a) == pytest.approx(4 * (mean @ mean + spread), rel=1e-9)


def test_disjoint_subspaces_leave_no_overlap():
    a, b = np.zeros((6, 10)), np.zeros((7, 10))
    a[:, :3], b[:, 5:8] = normal(6, 3), normal(7, 3, 1)
    gap = a.mean(axis=0) - b.mean(axis=0)
    expected = gap @ gap + a.var(axis=0, ddof=1).sum() + b.var(axis=0, ddof=1).sum()
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-12)


def test_a_collapsed_generator_has_a_finite_distance():
    a, point = normal(50, 6), np.full((50, 6), 2.0)
    gap = a.mean(axis=0) - 2.0
    assert frechet_distance(a, point) == pytest.approx(gap @ gap + a.var(axis=0, ddof=1).sum(), rel=1e-12)
    assert frechet_distance(point, point) == 0.0


def test_symmetric_and_unmoved_by_rotation():
    a, b = normal(100, 5), normal(80, 5, 1) ** 3
    turn = np.linalg.qr(normal(5, 5, 2))[0]
    assert frechet_distance(b, a) == pytest.approx(frechet_distance(a, b), rel=1e-10)
    assert frechet_distance(a @ turn, b @ turn) == pytest.approx(frechet_distance(a, b), rel=1e-10)


def test_float32_features_are_measured_in_float64():
    a, b = (normal(200, 5) + 1000).astype(np.float32), (normal(200, 5, 1) + 1000).astype(np.float32)
    assert frechet_distance(a, b) == frechet_distance(a.astype(np.float64), b.astype(np.float64))


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (normal(9, 3), normal(9, 4), "widths: first has 3, second has 4"),
        (normal(9, 3), np.full((9, 3), np.nan), "second features: contains NaN"),
        (np.full((9, 3), np.inf), normal(9, 3), "first features: contains NaN or infinite"),
        (normal(9, 3)[0], normal(9, 3), r"first features: expected shape \(n, d\)"),
        (np.zeros((9, 0)), np.zeros((9, 0)), "d >= 1"),
    ],
)
def test_refusals(first, second, message):
    with pytest.raises(ValueError, match=message):
        frechet_distance(first, second)


def test_one_row_has_no_covariance():
    with pytest.raises(TooFewError, match="needs at least 2 rows of first features, there are 1"):
        frechet_distance(normal(1, 3), normal(9, 3))
    with pytest.raises(TooFewError, match="needs at least 2 rows of second features, there are 1"):
        frechet_distance(normal(9, 3), normal(1, 3))
