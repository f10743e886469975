"""Which row goes where: a function of the labels and a seed."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int32]

THREE = {"train": 0.8, "validation": 0.1, "test": 0.1}


def split_rows(labels: NDArray[np.integer], fractions: Mapping[str, float], seed: int) -> dict[str, Rows]:
    """Row numbers of each split: every class is divided in the same proportions, then each split is shuffled.

    Args:
        labels: (n,); all zeros where there are no classes.
        fractions: of each split, adding up to 1.
        seed: of the shuffle.
    """
    generator = np.random.default_rng(seed)
    bounds = np.cumsum(list(fractions.values()))
    parts: dict[str, list[Rows]] = {name: [] for name in fractions}
    for label in np.unique(labels):
        rows = generator.permutation(np.flatnonzero(labels == label).astype(np.int32))
        for name, part in zip(fractions, np.split(rows, np.round(bounds[:-1] * len(rows)).astype(int)), strict=True):
            parts[name].append(part)
    return {name: generator.permutation(np.concatenate(rows)) for name, rows in parts.items()}


def shuffled(first: int, last: int, seed: int) -> Rows:
    """The row numbers from ``first`` to ``last`` (exclusive) in an order that the seed decides."""
    return np.random.default_rng(seed).permutation(np.arange(first, last, dtype=np.int32))
