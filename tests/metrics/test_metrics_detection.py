"""AUROC against counting pairs."""

import numpy as np
import pytest

from latent_atlas.errors import TooFewError
from latent_atlas.metrics.detection import auroc


def test_agrees_with_counting_pairs_ties_included():
    rng = np.random.default_rng(0)
    scores, flags = rng.integers(0, 12, 80).astype(float), rng.random(80) < 0.3
    scores[flags] += 2
    pairs = [(a, b) for a in scores[flags] for b in scores[~flags]]
    expected = sum((a > b) + 0.5 * (a == b) for a, b in pairs) / len(pairs)
    assert any(a == b for a, b in pairs)
    assert auroc(scores, flags) == pytest.approx(expected, rel=1e-12)


def test_perfect_reversed_and_blind():
    scores, flags = np.arange(10.0), np.arange(10) >= 7
    assert auroc(scores, flags) == 1.0
    assert auroc(-scores, flags) == 0.0
    assert auroc(np.zeros(10), flags) == 0.5
    assert auroc(scores, flags.astype(np.int64)) == 1.0


def test_only_the_order_counts():
    rng = np.random.default_rng(1)
    scores, flags = rng.normal(size=60), rng.random(60) < 0.5
    assert auroc(np.exp(3 * scores), flags) == auroc(scores, flags)


@pytest.mark.parametrize(
    ("scores", "flags", "message"),
    [
        (np.arange(3.0), np.array([0, 1, 2]), "must be true or false"),
        (np.arange(3.0), np.array([True, False]), "different shapes"),
        (np.array([0.0, np.nan]), np.array([True, False]), "scores: contains NaN"),
        (np.zeros((2, 2)), np.array([[True, False]] * 2), r"scores: expected shape \(n,\)"),
    ],
)
def test_refusals(scores, flags, message):
    with pytest.raises(ValueError, match=message):
        auroc(scores, flags)


@pytest.mark.parametrize(("flag", "kind"), [(True, "anomalies"), (False, "normal")])
def test_one_kind_alone_cannot_be_ranked(flag, kind):
    with pytest.raises(TooFewError, match=f"needs both anomalies and normal images, all are {kind}"):
        auroc(np.arange(3.0), np.array([flag] * 3))
