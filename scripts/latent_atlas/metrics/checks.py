"""The checks that all measures share: a wrong array is named in an error instead of giving a strange number.

They are few and our own because loading scikit-learn for its ``check_array`` takes seconds, which most experiments do
not need otherwise.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas.errors import TooFewError

Array = NDArray[Any]
Floats = NDArray[np.float64]


def as_rows(name: str, array: Array, least: int = 1) -> Floats:
    """Finite float64 rows (n, d), d >= 1, of an array of any real dtype; TooFewError below ``least`` rows."""
    rows = np.asarray(array, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise ValueError(f"{name}: expected shape (n, d) with d >= 1, got {rows.shape}")
    if len(rows) < least:
        raise TooFewError(f"needs at least {least} rows of {name}, there are {len(rows)}")
    if not np.isfinite(rows).all():
        raise ValueError(f"{name}: contains NaN or infinite values")
    return rows


def as_vector(name: str, array: Array) -> Floats:
    """A finite float64 vector (n,); TooFewError if it is empty."""
    vector = np.asarray(array, dtype=np.float64)
    if vector.shape == (0,):
        raise TooFewError(f"needs at least 1 value of {name}, there is none")
    if vector.ndim != 1:
        raise ValueError(f"{name}: expected shape (n,), got {vector.shape}")
    if not np.isfinite(vector).all():
        raise ValueError(f"{name}: contains NaN or infinite values")
    return vector


def mean_of(name: str, array: Array) -> float:
    """The mean of a finite vector (n,), n >= 1: one image of probability 0, say, is a broken model and an error."""
    return float(as_vector(name, array).mean())


def as_labels(name: str, array: Array) -> NDArray[np.int64]:
    """Class labels (n,), integers from 0, as int64; TooFewError if there is none."""
    labels = np.asarray(array)
    if labels.shape == (0,):
        raise TooFewError(f"needs at least 1 of {name}, there is none")
    if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"{name}: expected integers of shape (n,), got {labels.dtype} {labels.shape}")
    if labels.min() < 0:
        raise ValueError(f"{name}: labels count from 0, got {labels.min()}")
    return labels.astype(np.int64)


def check_images(name: str, images: Array) -> None:
    """Accepts images (n, H, W, C), uint8 or floats; `unit` checks the range of floats as it reads them."""
    if images.ndim == 4 and len(images) == 0:
        raise TooFewError(f"needs at least 1 image of {name}, there is none")
    if images.ndim != 4 or images.size == 0:
        raise ValueError(f"{name}: expected non-empty images of shape (n, H, W, C), got {images.shape}")
    if images.dtype != np.uint8 and not np.issubdtype(images.dtype, np.floating):
        raise ValueError(f"{name}: expected uint8 or floats in [0, 1], got {images.dtype}")


def check_same(what: str, **sizes: int | tuple[int, ...]) -> None:
    """Raises ValueError, naming each array and its size, unless all sizes are equal."""
    if len(set(sizes.values())) > 1:
        listing = ", ".join(f"{name} has {size}" for name, size in sizes.items())
        raise ValueError(f"different {what}: {listing}")


def unit(images: Array) -> Floats:
    """Images as float64 in [0, 1]: uint8 divided by 255, floats as they are if they lie in [0, 1]."""
    values = np.asarray(images, dtype=np.float64)
    if images.dtype == np.uint8:
        return values / 255.0
    # Written so that NaN, which compares false with everything, is refused too.
    if not (values.min() >= 0.0 and values.max() <= 1.0):
        raise ValueError(f"float images must lie in [0, 1], got [{values.min()}, {values.max()}]")
    return values
