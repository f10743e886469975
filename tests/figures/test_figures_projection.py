"""The principal plane, on clouds whose plane is known."""

import numpy as np

from latent_atlas.figures.projection import fit_plane


def test_known_plane() -> None:
    rng = np.random.default_rng(0)
    points = np.zeros((400, 5))
    points[:, 3] = rng.normal(0, 10, 400)
    points[:, 1] = rng.normal(0, 2, 400)
    plane = fit_plane(points + 7)
    np.testing.assert_allclose(np.abs(plane.basis[3, 0]), 1, atol=0.01)
    np.testing.assert_allclose(np.abs(plane.basis[1, 1]), 1, atol=0.01)
    np.testing.assert_allclose(plane.explained, [100 / 104, 4 / 104], atol=0.02)
    flat = plane.project(points + 7)
    assert flat.shape == (400, 2)
    np.testing.assert_allclose(flat.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(flat[:, 0].std(), points[:, 3].std(), rtol=0.01)


def test_wide_and_tall_agree() -> None:
    points = np.random.default_rng(1).normal(size=(12, 12)) * np.arange(1, 13)
    tall, wide = fit_plane(np.vstack([points, points])), fit_plane(points)
    np.testing.assert_allclose(tall.basis, wide.basis, atol=1e-9)
    np.testing.assert_allclose(tall.explained, wide.explained, atol=1e-9)


def test_degenerate_clouds() -> None:
    assert fit_plane(np.ones((5, 8))).project(np.ones((3, 8))).tolist() == [[0, 0]] * 3
    assert fit_plane(np.arange(4.0)[:, None]).project(np.zeros((2, 1))).shape == (2, 2)


def test_rounding_removes_the_last_bits() -> None:
    points = np.random.default_rng(2).normal(size=(50, 6))
    plane = fit_plane(points)
    once, again = plane.project(points), plane.project(points * (1 + 1e-15))
    np.testing.assert_array_equal(once, again)
