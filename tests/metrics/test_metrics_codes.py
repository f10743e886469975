"""Neighbours, linear probe, clustering and active units."""

import warnings
from collections import Counter

import numpy as np
import pytest

from latent_atlas.errors import TooFewError
from latent_atlas.metrics.codes import active_units, clustering_scores, knn_accuracy, linear_probe_accuracy


def blobs(n: int, classes: int, spread: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Codes around `classes` points of a circle of radius 1."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, n)
    angle = 2 * np.pi * labels / classes
    return np.stack([np.cos(angle), np.sin(angle)], axis=1) + spread * rng.normal(size=(n, 2)), labels


def test_knn_agrees_with_a_literal_vote():
    train, labels = blobs(120, 4, 0.6, 0)
    test, wanted = blobs(50, 4, 0.6, 1)
    right = 0
    for code, label in zip(test, wanted, strict=True):
        nearest = np.argsort(np.linalg.norm(train - code, axis=1))[:5]
        votes = Counter(labels[nearest].tolist())
        right += min(c for c in votes if votes[c] == max(votes.values())) == label
    assert 0.3 < right / 50 < 0.9  # neither trivial nor hopeless
    assert knn_accuracy(train, labels, test, wanted) == right / 50


def test_separated_classes_are_found_by_all():
    train, labels = blobs(200, 3, 0.05, 0)
    test, wanted = blobs(100, 3, 0.05, 1)
    assert knn_accuracy(train, labels, test, wanted) == 1.0
    assert linear_probe_accuracy(train, labels, test, wanted) == 1.0
    assert clustering_scores(test, wanted) == pytest.approx({"nmi": 1.0, "ari": 1.0})


def test_labels_without_relation_to_the_codes_give_chance():
    rng = np.random.default_rng(0)
    train, test = rng.normal(size=(1000, 3)), rng.normal(size=(1000, 3))
    labels, wanted = rng.integers(0, 4, 1000), rng.integers(0, 4, 1000)
    assert knn_accuracy(train, labels, test, wanted) == pytest.approx(0.25, abs=0.05)
    assert linear_probe_accuracy(train, labels, test, wanted) == pytest.approx(0.25, abs=0.05)
    scores = clustering_scores(test, wanted)
    assert scores["nmi"] < 0.02
    assert abs(scores["ari"]) < 0.02


def test_a_ring_is_for_neighbours_not_for_a_line():
    rng = np.random.default_rng(0)
    angle, labels = rng.uniform(0, 2 * np.pi, 600), rng.integers(0, 2, 600)
    codes = (1 + labels[:, np.newaxis]) * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    split = codes[:400], labels[:400], codes[400:], labels[400:]
    assert knn_accuracy(*split) > 0.98
    assert linear_probe_accuracy(*split) < 0.7


def test_the_probe_does_not_depend_on_the_scale_of_a_dimension():
    train, labels = blobs(200, 3, 0.5, 0)
    test, wanted = blobs(100, 3, 0.5, 1)
    scale = np.array([1e-4, 1e3])
    plain = linear_probe_accuracy(train, labels, test, wanted)
    assert linear_probe_accuracy(train * scale + 7, labels, test * scale + 7, wanted) == plain


def test_clusters_by_hand():
    codes, labels = np.array([[0.0], [0.0], [9.0], [9.1], [30.0]]), np.array([0, 0, 1, 1, 1])
    # k = 2 puts 30 alone: clusters {0, 0, 9, 9.1} and {30}. Pairs together in both: (0,0), (9, 9.1) = 2; in
    # the clusters 6, in the labels 1 + 3 = 4, of 10: ARI = (2 - 24/10) / ((6 + 4) / 2 - 24/10).
    assert clustering_scores(codes, labels)["ari"] == pytest.approx((2 - 2.4) / (5 - 2.4))


def test_a_collapsed_encoder_scores_nothing_and_warns_of_nothing():
    labels = np.tile(np.arange(4), 10)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert clustering_scores(np.ones((40, 2)), labels) == pytest.approx({"nmi": 0.0, "ari": 0.0}, abs=1e-12)


def test_the_same_twice_in_any_float_type():
    codes, labels = blobs(300, 5, 0.7, 0)
    assert clustering_scores(codes, labels) == clustering_scores(codes, labels)
    single = codes.astype(np.float32)
    assert clustering_scores(single, labels) == clustering_scores(single.astype(np.float64), labels)


def test_active_units_counts_variances_above_a_hundredth():
    # +-a has variance a^2: 0.25, 0.0121, 0.0081, 0; and a large mean is not activity.
    means = np.array([[0.5, 0.11, 0.09, 5.0], [-0.5, -0.11, -0.09, 5.0]]).repeat(10, axis=0)
    assert active_units(means) == 2
    assert isinstance(active_units(means), int)


@pytest.mark.parametrize("function", [knn_accuracy, linear_probe_accuracy])
def test_refusals_of_classifiers(function):
    codes, labels = blobs(20, 2, 0.1, 0)
    with pytest.raises(ValueError, match="different widths"):
        function(codes, labels, codes[:, :1], labels)
    with pytest.raises(ValueError, match="lengths: train_codes has 20, train_labels has 19"):
        function(codes, labels[:-1], codes, labels)
    with pytest.raises(ValueError, match="lengths: test_codes has 20, test_labels has 19"):
        function(codes, labels, codes, labels[:-1])
    with pytest.raises(ValueError, match="test_codes: contains NaN"):
        function(codes, labels, codes * np.nan, labels)
    with pytest.raises(ValueError, match="train_labels: expected integers"):
        function(codes, labels + 0.5, codes, labels)


def test_too_few():
    codes, labels = blobs(20, 2, 0.1, 0)
    with pytest.raises(TooFewError, match="needs at least 5 rows of train_codes, there are 4"):
        knn_accuracy(codes[:4], labels[:4], codes, labels)
    with pytest.raises(TooFewError, match="at least 2 classes"):
        linear_probe_accuracy(codes, np.zeros(20, int), codes, labels)
    with pytest.raises(TooFewError, match="needs codes of at least 2 classes"):
        clustering_scores(codes, np.zeros(20, int))
    with pytest.raises(TooFewError, match="needs at least 3 rows of codes, there are 2"):
        clustering_scores(codes[:2], np.array([0, 1, 2]))
    with pytest.raises(TooFewError, match="needs at least 2 rows of code_means, there are 1"):
        active_units(codes[:1])


def test_clusters_are_compared_with_as_many_labels():
    codes, labels = blobs(20, 2, 0.1, 0)
    with pytest.raises(ValueError, match="different lengths"):
        clustering_scores(codes, labels[:-1])
