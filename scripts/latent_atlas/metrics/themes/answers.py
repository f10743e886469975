"""How often classifiers are right."""

import numpy as np

from latent_atlas.metrics.attribute_scores import attribute_accuracy, majority_accuracy
from latent_atlas.metrics.checks import Array
from latent_atlas.metrics.entries import Arrays, Direction, Measure, Metric, Metrics, Theme
from latent_atlas.metrics.labels import accuracy_of_logits

_ACCURACY = Metric(
    "accuracy", "Accuracy", Direction.UP,
    "Share of test images whose class is named correctly. Where images have attributes, the share of right answers "
    "over all attributes.",
    tolerance=(0.1, 0.0), digits=3,
)  # fmt: skip
_MAJORITY = Metric(
    "accuracy_majority", "… of the majority", Direction.NONE,
    "The same for giving each attribute always its more frequent answer: what is right without looking at the image.",
    tolerance=(0.1, 0.0), digits=3, alone="Accuracy, majority",
)  # fmt: skip
_ROTATIONS = Metric(
    "rotation_accuracy", "Accuracy, rotations", Direction.UP,
    "A judge without classes learns to tell by how much an image was turned. Each test image is turned by 0, 90, 180 "
    "and 270 degrees; this is the share of right answers. Guessing gives 0.25: then the judge's features mean little.",
    tolerance=(0.1, 0.0), digits=3,
)  # fmt: skip


def _classes(logits: Array, labels: Array) -> float:
    return accuracy_of_logits(logits, labels[: len(logits)])


def _attributes(arrays: Arrays) -> Metrics:
    logits = arrays["test_attribute_logits"]
    wanted = arrays["test_attributes"][: len(logits)]
    return {"accuracy": attribute_accuracy(logits, wanted), "accuracy_majority": majority_accuracy(wanted)}


def _rotations(logits: Array) -> float:
    """Of logits (4, n, 4), the first axis being the true rotation."""
    return accuracy_of_logits(logits.reshape(-1, 4), np.repeat(np.arange(4), logits.shape[1]))


MEASURES = (
    Measure.of(_classes, ("test_logits", "test_labels"), _ACCURACY),
    Measure(("test_attribute_logits", "test_attributes"), _attributes, (_ACCURACY, _MAJORITY)),
    Measure.of(_rotations, ("test_rotation_logits",), _ROTATIONS),
)

THEME = Theme(
    "classification",
    "Classification",
    "How often the class named is right. The judges of all other models are such classifiers.",
    MEASURES,
)
