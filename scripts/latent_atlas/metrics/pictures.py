"""Measures of pictures that were optimised."""

import numpy as np

from latent_atlas.metrics.checks import Array, as_vector


def gain(after: Array, before: Array) -> float:
    """The least ratio of some positive numbers (n,) or one to those they are compared with."""
    above, below = (as_vector(name, np.atleast_1d(a)) for name, a in (("after", after), ("before", before)))
    if below.min() <= 0:
        raise ValueError(f"before: expected positive numbers, got {below.min()}")
    return float((above / below).min())


def seam_contrast(changes: Array, rows: Array, columns: Array) -> float:
    """Mean absolute step across border lines over that across all others; 1 where borders are not to be seen.

    Args:
        changes: (n, h, w, c), what was added to the pictures.
        rows: the first row after each horizontal border.
        columns: the first column after each vertical border.
    """
    borders, others = [], []
    for axis, places in ((1, rows), (2, columns)):
        steps = np.abs(np.diff(changes, axis=axis)).mean(axis=tuple({0, 1, 2, 3} - {axis}))
        at = np.isin(np.arange(1, len(steps) + 1), places)
        borders.append(steps[at])
        others.append(steps[~at])
    ratios = [b.mean() / max(o.mean(), 1e-9) for b, o in zip(borders, others, strict=True) if len(b)]
    return float(np.mean(ratios))
