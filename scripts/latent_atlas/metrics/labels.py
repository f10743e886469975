"""Labels against labels: accuracy, and how evenly a generator uses the classes."""

import numpy as np
from scipy.special import entr

from latent_atlas.errors import TooFewError
from latent_atlas.metrics.checks import Array, Floats, as_labels, as_rows, check_same

_COVERED_SHARE = 0.1  # of the uniform share: a judge's stray errors should not count as a mode


def accuracy(predictions: Array, labels: Array) -> float:
    """Share of predictions equal to the label, in [0, 1].

    Args:
        predictions, labels: integers from 0, shape (n,), n >= 1.

    Raises:
        ValueError: not label vectors, or of different lengths.
    """
    found, wanted = as_labels("predictions", predictions), as_labels("labels", labels)
    check_same("lengths", predictions=len(found), labels=len(wanted))
    return float((found == wanted).mean())


def accuracy_of_logits(logits: Array, labels: Array) -> float:
    """Share of rows whose largest logit is at the label, in [0, 1]; ties go to the lower class.

    Args:
        logits: any real dtype, shape (n, k): logits, log-probabilities or probabilities.
        labels: integers from 0, shape (n,).

    Raises:
        ValueError: wrong shapes or lengths, logits not finite, or a label without a column.
    """
    rows, wanted = as_rows("logits", logits), as_labels("labels", labels)
    if wanted.max() >= rows.shape[1]:
        raise ValueError(f"labels: {wanted.max()} has no column in logits of {rows.shape[1]} classes")
    return accuracy(rows.argmax(axis=1), wanted)


def transfer_accuracy(predictions: Array, own: Array) -> float:
    """Share of transfers to other classes that the judge takes for the class they were transferred to, in [0, 1].

    Args:
        predictions: the judge's classes, integers from 0, shape (k, L); column j was transferred to class j.
        own: the classes of the images transferred, integers from 0, shape (k,). Their own column is a
            reconstruction and does not count.

    Raises:
        TooFewError: there is no other class.
        ValueError: not an integer table, or labels of another length.
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
    """Share of the classes that a generator produces, in [0, 1].

    A class counts once it has at least a tenth of the share 1 / classes that an even generator would give it.

    Args:
        predictions: the judge's classes of the samples, integers in [0, classes), shape (n,).
        classes: how many there are, >= 1.

    Raises:
        ValueError: not labels, or a label outside the classes.
    """
    shares = _shares(predictions, classes)
    return float((shares >= _COVERED_SHARE / classes).mean())


def label_entropy(predictions: Array, classes: int) -> float:
    """Entropy of the classes a generator produces over the most it could be, log(classes).

    Args:
        predictions: the judge's classes of the samples, integers in [0, classes), shape (n,).
        classes: how many there are, >= 2.

    Returns:
        A number in [0, 1]: 0 if all samples are one class, 1 if all classes are equally frequent.

    Raises:
        ValueError: not labels, a label outside the classes, or fewer than two classes.
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
