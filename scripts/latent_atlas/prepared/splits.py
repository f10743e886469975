"""Which row goes where: a function of the labels and a seed."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int32]

THREE = {"train": 0.8, "validation": 0.1, "test": 0.1}


def split_rows(labels: NDArray[np.integer], fractions: Mapping[str, float], seed: int) -> dict[str, Rows]:
    """Row numbers of each split: every class is divided in the same proportions, then each split is shuffled.

    ``labels`` (n,) are all zeros where there are no classes; ``fractions`` add up to 1. Where all classes are so small
    that a split would get nothing, only the whole is divided in those proportions.
    """
    generator = np.random.default_rng(seed)
    shares = np.array(list(fractions.values()))
    bounds = np.cumsum(shares)[:-1]
    classes = [generator.permutation(np.flatnonzero(labels == label).astype(np.int32)) for label in np.unique(labels)]
    divided = [np.split(rows, np.round(bounds * len(rows)).astype(int)) for rows in classes]
    parts = [np.concatenate(rows) for rows in zip(*divided, strict=True)]
    if not all(len(rows) for rows in parts):
        given: list[list[np.int32]] = [[] for _ in shares]
        for count, row in enumerate(np.concatenate(classes), 1):  # to the split that lacks most
            given[int(np.argmax(shares * count - [len(rows) for rows in given]))].append(row)
        parts = [np.array(rows, np.int32) for rows in given]
    return {name: generator.permutation(rows) for name, rows in zip(fractions, parts, strict=True)}


def shuffled(first: int, last: int, seed: int) -> Rows:
    """The row numbers from ``first`` to ``last`` (exclusive) in an order that the seed decides."""
    return np.random.default_rng(seed).permutation(np.arange(first, last, dtype=np.int32))
