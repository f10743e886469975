"""Precision, recall, density, coverage: a literal loop, cases known by hand, expectations, refusals."""

import numpy as np
import pytest

from latent_atlas.errors import TooFewError
from latent_atlas.metrics import prdc as module
from latent_atlas.metrics.prdc import neighbour_radii, prdc


def normal(n: int, d: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d))


def literally(real: np.ndarray, fake: np.ndarray, k: int) -> dict[str, float]:
    """The papers' definitions, one comparison at a time."""

    def radius(points, index):
        others = [np.linalg.norm(points[index] - p) for at, p in enumerate(points) if at != index]
        return sorted(others)[k - 1]

    real_radii = [radius(real, i) for i in range(len(real))]
    fake_radii = [radius(fake, j) for j in range(len(fake))]
    inside = [[np.linalg.norm(r - f) < radius_ for r, radius_ in zip(real, real_radii, strict=True)] for f in fake]
    recalled = [any(np.linalg.norm(r - f) < rad for f, rad in zip(fake, fake_radii, strict=True)) for r in real]
    return {
        "precision": sum(any(row) for row in inside) / len(fake),
        "recall": sum(recalled) / len(real),
        "density": sum(sum(row) for row in inside) / (k * len(fake)),
        "coverage": sum(any(row[i] for row in inside) for i in range(len(real))) / len(real),
    }


@pytest.mark.parametrize(("n", "m", "k", "shift"), [(40, 30, 1, 0.0), (40, 30, 3, 0.8), (25, 45, 5, 1.5)])
def test_agrees_with_a_literal_loop(n, m, k, shift):
    real, fake = normal(n, 2), normal(m, 2, 1) * 0.7 + shift
    expected = literally(real, fake, k)
    assert len(set(expected.values())) > 1  # a case in which the four can be told apart
    assert prdc(real, fake, k) == pytest.approx(expected, abs=1e-12)


def test_blocks_do_not_change_the_result(monkeypatch):
    real, fake = normal(50, 3), normal(41, 3, 1) + 0.5
    whole = prdc(real, fake)
    monkeypatch.setattr(module, "_BLOCK", 7)
    assert prdc(real, fake) == whole


def test_by_hand():
    # Reals at 0, 1, 10: radii 1, 1, 9. Fakes at 0.5, 12, 100: radii 11.5, 11.5, 88.
    real, fake = np.array([[0.0], [1.0], [10.0]]), np.array([[0.5], [12.0], [100.0]])
    np.testing.assert_array_equal(neighbour_radii(real, 1), [1.0, 1.0, 9.0])
    # 0.5 lies in the first two real balls (it is 9.5 from the third), 12 in the third, 100 in none.
    assert prdc(real, fake, k=1) == pytest.approx(
        {"precision": 2 / 3, "recall": 1.0, "density": 3 / 3, "coverage": 1.0}
    )


def test_a_set_against_itself():
    a = normal(200, 4)
    assert prdc(a, a, k=5) == {"precision": 1.0, "recall": 1.0, "density": 1.0, "coverage": 1.0}


def test_far_apart_sets_share_nothing():
    assert set(prdc(normal(30, 4), normal(30, 4, 1) + 1000.0).values()) == {0.0}


def test_one_distribution_gives_the_expected_density_and_coverage():
    found = prdc(normal(1500, 3), normal(1500, 3, 1), k=3)
    assert found["density"] == pytest.approx(1.0, abs=0.05)
    assert found["coverage"] == pytest.approx(1 - 2**-3, abs=0.03)


def test_a_generator_repeating_one_real_image_is_precise_but_neither_recalls_nor_covers():
    real = normal(300, 4)
    found = prdc(real, np.repeat(real[:1], 300, axis=0))
    assert found["precision"] == 1.0
    assert found["recall"] == 0.0
    assert found["coverage"] < 0.1


def test_half_the_modes_give_half_the_recall_and_coverage():
    modes = np.repeat([[0.0, 0.0], [100.0, 0.0]], 200, axis=0)
    real, fake = normal(400, 2) + modes, normal(400, 2, 1) + modes[:200].repeat(2, axis=0)
    found = prdc(real, fake)
    assert found["precision"] > 0.9
    assert 0.4 < found["recall"] <= 0.5
    assert 0.4 < found["coverage"] <= 0.5


@pytest.mark.parametrize(
    ("real", "fake", "k", "message"),
    [
        (normal(9, 2), normal(9, 3), 5, "widths"),
        (normal(9, 2), normal(9, 2), 0, "k must be at least 1"),
        (normal(9, 2), np.full((9, 2), np.nan), 5, "fake features: contains NaN"),
    ],
)
def test_refusals(real, fake, k, message):
    with pytest.raises(ValueError, match=message):
        prdc(real, fake, k)


def test_the_kth_neighbour_needs_more_than_k_rows():
    with pytest.raises(TooFewError, match="needs at least 6 rows of real features, there are 5"):
        prdc(normal(5, 2), normal(9, 2), 5)
    with pytest.raises(TooFewError, match="needs at least 6 rows of fake features, there are 5"):
        prdc(normal(9, 2), normal(5, 2), 5)
