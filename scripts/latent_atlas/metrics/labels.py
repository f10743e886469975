"""Labels against labels: accuracy, and how evenly a generator uses the classes."""

import numpy as np

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


def transfer_accuracy(predictions: Array) -> float:
    """Share of transfers the judge takes for the class they were transferred to, in [0, 1].

    Args:
        predictions: the judge's classes, integers from 0, shape (k, L); column j was transferred to class j.

    Raises:
        ValueError: not a non-empty integer table.
    """
    table = np.asarray(predictions)
    if table.ndim != 2:
        raise ValueError(f"transfer predictions: expected shape (k, L), got {table.shape}")
    return accuracy(table.ravel(), np.tile(np.arange(table.shape[1]), len(table)))


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
    shares = _shares(predictions, classes)
    shares = shares[shares > 0.0]
    # Rounding can leave 1 + 1e-16, or -0.0, at the two ends.
    return float(np.clip(-(shares * np.log(shares)).sum() / np.log(classes), 0.0, 1.0)) + 0.0


def _shares(predictions: Array, classes: int) -> Floats:
    found = as_labels("predictions", predictions)
    if found.max() >= classes:
        raise ValueError(f"predictions: class {found.max()} is not among {classes} classes")
    return np.bincount(found, minlength=classes) / len(found)
