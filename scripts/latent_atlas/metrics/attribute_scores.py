"""Yes-or-no attributes: how well a judge names them, and whether a change made to images brings them about."""

import numpy as np

from latent_atlas.metrics.checks import Array, Floats, as_rows, check_same


def attribute_accuracy(logits: Array, attributes: Array) -> float:
    """Share of correct answers over all images and attributes, in [0, 1]; a logit above 0 says yes.

    Args:
        logits: any real dtype, shape (n, a).
        attributes: 0 or 1 (or bool), shape (n, a).

    Raises:
        ValueError: wrong shapes, logits not finite, or attributes other than 0 and 1.
    """
    rows, present = as_rows("attribute logits", logits), _as_flags(attributes)
    check_same("shapes", logits=rows.shape, attributes=present.shape)
    return float(((rows > 0) == present).mean())


def majority_accuracy(attributes: Array) -> float:
    """The same for one who knows nothing of the image and gives each attribute its more frequent answer.

    Args:
        attributes: 0 or 1 (or bool), shape (n, a).

    Raises:
        ValueError: wrong shape, or values other than 0 and 1.
    """
    shares = _as_flags(attributes).mean(axis=0)
    return float(np.maximum(shares, 1 - shares).mean())


def attribute_effect(before: Array, after: Array) -> float:
    """How much more probable the judge finds an attribute, on average over images and over attributes.

    Args:
        before, after: probabilities, shape (n, a): of an attribute in an image without it, and in the changed image.

    Returns:
        A number in [-1, 1]; 0 if the change does nothing.

    Raises:
        ValueError: wrong or different shapes, or values outside [0, 1].
    """
    first, second = _as_probabilities("before", before), _as_probabilities("after", after)
    check_same("shapes", before=first.shape, after=second.shape)
    return float((second - first).mean())


def _as_flags(attributes: Array) -> Floats:
    flags = as_rows("attributes", attributes)
    if not np.isin(flags, (0, 1)).all():
        raise ValueError("attributes: must be 0 or 1")
    return flags


def _as_probabilities(name: str, array: Array) -> Floats:
    rows = as_rows(name, array)
    if rows.min() < 0 or rows.max() > 1:
        raise ValueError(f"{name}: probabilities must lie in [0, 1], got [{rows.min()}, {rows.max()}]")
    return rows
