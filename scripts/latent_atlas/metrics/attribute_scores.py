"""Yes-or-no attributes: how well a judge names them, and whether a change made to images brings them about."""

import numpy as np

from latent_atlas.metrics.checks import Array, Floats, as_rows, check_same


def attribute_accuracy(logits: Array, attributes: Array) -> float:
    """Share of right answers over all images and attributes, in [0, 1]; a logit above 0 says yes.

    ``logits`` (n, a) of any real dtype; ``attributes`` (n, a) of 0 and 1, or bool.
    """
    rows, present = as_rows("attribute logits", logits), _as_flags(attributes)
    check_same("shapes", logits=rows.shape, attributes=present.shape)
    return float(((rows > 0) == present).mean())


def majority_accuracy(attributes: Array) -> float:
    """The same for one who knows nothing of the image and gives each attribute its more frequent answer."""
    shares = _as_flags(attributes).mean(axis=0)
    return float(np.maximum(shares, 1 - shares).mean())


def attribute_effect(before: Array, after: Array) -> float:
    """How much more probable the judge finds an attribute, on average over images and over attributes.

    Probabilities (n, a) of an attribute in an image without it and in the changed image. In [-1, 1]; 0: no change.
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
