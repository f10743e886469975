"""How much images differ from each other: a generator that draws one image again and again has none."""

import numpy as np

from latent_atlas.errors import TooFewError
from latent_atlas.metrics.checks import Array, Floats, as_labels, check_images, check_same

_BLOCK = 256


def diversity(images: Array, real: Array, labels: Array | None = None, real_labels: Array | None = None) -> float:
    """How much images differ, as a share of how much real ones do: near 1 when all is well, 0 if all are one.

    The ratio, >= 0, of two means over pixels of the standard deviation over images: uint8 (n, H, W, C) and (m, H, W,
    C). With labels (n,) and (m,), both or none, it is the deviation from the mean of an image's own class (pooled over
    classes), so that a model asked for every class cannot hide that it has a single image of each. TooFewError: the
    real images do not differ, for instance because there is only one of each class.
    """
    check_same("image shapes", images=images.shape[1:], real=real.shape[1:])
    scale = _deviation("real", real, real_labels)
    if scale == 0.0:
        among = "" if real_labels is None else ", within a class"
        raise TooFewError(f"needs at least 2 different real images{among}, there are none")
    return _deviation("images", images, labels) / scale


def _deviation(name: str, images: Array, labels: Array | None) -> float:
    check_images(name, images)
    classes = np.zeros(len(images), np.int64) if labels is None else as_labels(f"labels of {name}", labels)
    check_same("lengths", images=len(images), labels=len(classes))
    squares = np.zeros(images.shape[1:])
    for label in np.unique(classes):
        squares += _squares(images[classes == label])
    return float(np.sqrt(squares / len(images)).mean())


def _squares(images: Array) -> Floats:
    """Sum of squared deviations from the mean image, (H, W, C). Exact for uint8: all sums are whole numbers."""
    total, of_squares = np.zeros(images.shape[1:]), np.zeros(images.shape[1:])
    for start in range(0, len(images), _BLOCK):
        block = images[start : start + _BLOCK].astype(np.float64)
        total += block.sum(axis=0)
        of_squares += (block**2).sum(axis=0)
    return np.maximum(of_squares - total**2 / len(images), 0.0)
