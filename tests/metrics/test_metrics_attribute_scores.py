"""Accuracies of attributes and the effect of adding one, by hand."""

import numpy as np
import pytest

from latent_atlas.metrics.attribute_scores import attribute_accuracy, attribute_effect, majority_accuracy


def test_accuracy_by_hand():
    logits = np.array([[2.0, -1.0], [0.5, 3.0], [-4.0, 0.1]])
    attributes = np.array([[1, 0], [0, 1], [0, 1]], np.uint8)
    assert attribute_accuracy(logits, attributes) == pytest.approx(5 / 6)
    assert attribute_accuracy(logits, attributes.astype(bool)) == pytest.approx(5 / 6)
    assert attribute_accuracy(np.zeros((1, 2)), np.array([[0, 1]])) == 0.5  # 0 is no yes


def test_the_majority_answers_each_attribute_by_its_share():
    attributes = np.array([[1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 0, 1]], np.uint8)
    assert majority_accuracy(attributes) == pytest.approx((1 + 0.75 + 0.5) / 3)


def test_effect_by_hand():
    before, after = np.array([[0.1, 0.2], [0.3, 0.0]]), np.array([[0.9, 0.2], [0.7, 0.5]])
    assert attribute_effect(before, after) == pytest.approx((0.8 + 0.0 + 0.4 + 0.5) / 4)
    assert attribute_effect(after, before) == -attribute_effect(before, after)
    assert attribute_effect(before, before) == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: attribute_accuracy(np.zeros((2, 3)), np.zeros((2, 2))), "different shapes"),
        (lambda: attribute_accuracy(np.zeros((2, 2)), np.full((2, 2), 2)), "attributes: must be 0 or 1"),
        (lambda: attribute_accuracy(np.full((1, 1), np.nan), np.zeros((1, 1))), "attribute logits: contains NaN"),
        (lambda: majority_accuracy(np.zeros(3)), r"shape \(n, d\)"),
        (lambda: attribute_effect(np.zeros((2, 2)), np.zeros((3, 2))), "different shapes"),
        (lambda: attribute_effect(np.zeros((1, 1)), np.full((1, 1), 1.5)), "after: probabilities must lie in"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()
