"""Accuracies and the use of classes, by hand."""

import numpy as np
import pytest

from latent_atlas.errors import TooFewError
from latent_atlas.metrics.labels import (
    accuracy,
    accuracy_of_logits,
    label_entropy,
    modes_covered,
    transfer_accuracy,
)


def test_accuracy_by_hand():
    assert accuracy(np.array([0, 1, 2, 2]), np.array([0, 1, 1, 2])) == 0.75


def test_accuracy_of_logits_takes_the_largest():
    logits = np.array([[-3.0, -1.0, -2.0], [9.0, 0.0, 0.0], [0.0, 0.0, 1e-9]])
    assert accuracy_of_logits(logits, np.array([1, 0, 0])) == pytest.approx(2 / 3)


def test_transfer_accuracy_compares_columns():
    # Two images of class 0, three targets; three of the four transfers to other classes arrive.
    assert transfer_accuracy(np.array([[0, 1, 2], [0, 1, 1]]), np.array([0, 0])) == pytest.approx(3 / 4)
    assert transfer_accuracy(np.array([[0, 0, 0]]), np.array([1])) == pytest.approx(1 / 2)


def test_a_transfer_to_the_own_class_is_a_reconstruction_and_does_not_count():
    right, wrong = np.array([[0, 2, 1], [2, 1, 0]]), np.array([[1, 2, 1], [2, 0, 0]])
    for table in (right, wrong):  # only the own columns, 0 and 1, differ
        assert transfer_accuracy(table, np.array([0, 1])) == 0.0
    with pytest.raises(TooFewError, match="at least 2 classes"):
        transfer_accuracy(np.array([[0], [0]]), np.array([0, 0]))


def test_a_class_counts_from_a_tenth_of_the_uniform_share():
    # 4 classes: the threshold is a share of 1/40.
    predictions = np.array([0] * 77 + [1] * 2 + [2] + [3] * 0)
    assert modes_covered(predictions, 4) == 0.5  # 2/80 is just enough, 1/80 is not
    assert modes_covered(np.arange(4), 4) == 1.0
    assert modes_covered(np.zeros(100, int), 4) == 0.25


def test_entropy_by_hand():
    assert label_entropy(np.tile(np.arange(10), 7), 10) == pytest.approx(1.0, abs=1e-15)
    assert label_entropy(np.full(50, 3), 10) == 0.0
    assert label_entropy(np.array([0, 1] * 8), 4) == pytest.approx(0.5, rel=1e-14)  # log 2 / log 4
    assert label_entropy(np.array([0, 0, 0, 1]), 2) == pytest.approx(0.811278124459, rel=1e-10)


@pytest.mark.parametrize("classes", range(2, 40))
def test_entropy_never_leaves_its_range(classes):
    assert 0.0 <= label_entropy(np.arange(classes), classes) <= 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: accuracy(np.array([0, 1]), np.array([0])), "different lengths"),
        (lambda: accuracy(np.array([0.0]), np.array([0])), "predictions: expected integers"),
        (lambda: accuracy(np.array([0]), np.array([-1])), "labels: labels count from 0"),
        (lambda: accuracy_of_logits(np.zeros((1, 3)), np.array([3])), "no column"),
        (lambda: accuracy_of_logits(np.full((1, 3), np.nan), np.array([1])), "logits: contains NaN"),
        (lambda: transfer_accuracy(np.array([0, 1]), np.array([0, 1])), r"shape \(k, L\)"),
        (lambda: transfer_accuracy(np.zeros((2, 3), int), np.zeros(3, int)), "different lengths"),
        (lambda: modes_covered(np.array([4]), 4), "class 4 is not among 4"),
        (lambda: label_entropy(np.array([0]), 1), "at least 2 classes"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_nothing_has_no_accuracy():
    with pytest.raises(TooFewError, match="needs at least 1 of predictions"):
        accuracy(np.array([], int), np.array([], int))
