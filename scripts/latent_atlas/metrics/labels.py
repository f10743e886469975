"""Labels against labels: accuracy, and how evenly a generator uses the classes."""

import numpy as np
from scipy.special import entr

from latent_atlas.errors import TooFewError
from latent_atlas.metrics.checks import Array, Floats, as_labels, as_rows, check_same

_COVERED_SHARE = 0.1  # of the uniform share: a judge's stray errors should not count as a mode


def accuracy(predictions: Array, labels: Array) -> float:
    """Share of predictions (n,) equal to the label (n,), in [0, 1]."""
    found, wanted = as_labels("predictions", predictions), as_labels("labels", labels)
    check_same("lengths", predictions=len(found), labels=len(wanted))
    return float((found == wanted).mean())


def accuracy_of_logits(logits: Array, labels: Array) -> float:
    """Share of rows (n, k) of logits or probabilities that are largest at the label (n,); ties: the lower class."""
    rows, wanted = as_rows("logits", logits), as_labels("labels", labels)
    if wanted.max() >= rows.shape[1]:
        raise ValueError(f"labels: {wanted.max()} has no column in logits of {rows.shape[1]} classes")
    return accuracy(rows.argmax(axis=1), wanted)


def transfer_accuracy(predictions: Array, own: Array) -> float:
    """Share of transfers to other classes that the judge takes for the class they were transferred to, in [0, 1].

    ``predictions`` (k, L): the judge's classes; column j was transferred to class j. ``own`` (k,): the classes of the
    images transferred; their own column is a reconstruction and does not count. TooFewError: there is no other class.
    """
    table, sources = np.asarray(predictions), as_labels("transfer labels", own)
    if table.ndim != 2:
        raise ValueError(f"transfer predictions: expected shape (k, L), got {table.shape}")
    check_same("lengths", transfer_predictions=len(table), transfer_labels=len(sources))
    targets = np.broadcast_to(np.arange(table.shape[1]), table.shape)
    others = targets != sources[:, None]
    if not others.any():
        raise TooFewError("needs at least 2 classes, there is 1")
    return accuracy(table[others], targets[others])


def modes_covered(predictions: Array, classes: int) -> float:
    """Share of the classes that a generator produces, in [0, 1]; ``predictions`` (n,) are the judge's.

    A class counts once it has at least a tenth of the share 1 / classes that an even generator would give it.
    """
    shares = _shares(predictions, classes)
    return float((shares >= _COVERED_SHARE / classes).mean())


def label_entropy(predictions: Array, classes: int) -> float:
    """Entropy of the classes a generator produces over the most it could be, log(classes); classes >= 2.

    ``predictions`` (n,) are the judge's. In [0, 1]: 0 if all samples are one class, 1 if all are equally frequent.
    """
    if classes < 2:
        raise ValueError(f"label entropy needs at least 2 classes, got {classes}")
    # Rounding can leave 1 + 1e-16.
    return min(float(entr(_shares(predictions, classes)).sum() / np.log(classes)), 1.0)


def _shares(predictions: Array, classes: int) -> Floats:
    found = as_labels("predictions", predictions)
    if found.max() >= classes:
        raise ValueError(f"predictions: class {found.max()} is not among {classes} classes")
    return np.bincount(found, minlength=classes) / len(found)
