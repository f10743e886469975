"""PCA as the yardstick of an autoencoder: the best any linear code of the same width can do."""

import numpy as np
from numpy.typing import NDArray

from latent_atlas.metrics.checks import Array, Floats, check_images, check_same, unit
from latent_atlas.metrics.threads import one_thread

_MOST_IMAGES = 10_000
_MOST_VALUES = 2**26  # pixel values fitted at once: 0.5 GB as float64, which large colour images reach first
_BLOCK = 256


def pca_mse(train_images: Array, test_images: Array, components: int) -> float:
    """Mean squared error of test images rebuilt from their first principal components, as `images.mse`.

    Fitted on at most 10,000 training images taken at even steps (fewer if they are large); they may be memory-mapped,
    and only what is used is read. More components than there are images or pixels are cut to what there is. An
    autoencoder with a linear decoder cannot beat it on the images it was fitted on: Baldi and Hornik, "Neural networks
    and principal component analysis", 1989.
    """
    from sklearn.decomposition import PCA

    check_images("train_images", train_images)
    check_images("test_images", test_images)
    check_same("image shapes", train=train_images.shape[1:], test=test_images.shape[1:])
    if components < 1:
        raise ValueError(f"components must be at least 1, got {components}")
    pixels = int(np.prod(train_images.shape[1:]))
    count = min(len(train_images), _MOST_IMAGES, max(_MOST_VALUES // pixels, 1))
    rows = _rows(train_images[even_indices(len(train_images), count)])
    with one_thread():
        pca = PCA(n_components=min(components, *rows.shape), copy=False, random_state=0).fit(rows)
        squares = 0.0
        for start in range(0, len(test_images), _BLOCK):
            block = _rows(test_images[start : start + _BLOCK])
            squares += float(((block - pca.inverse_transform(pca.transform(block))) ** 2).sum())
    return squares / test_images.size


def even_indices(length: int, count: int) -> NDArray[np.int64]:
    """`count` different indices into `length` items at even steps, ascending; count <= length."""
    return np.arange(count, dtype=np.int64) * length // count


def _rows(images: Array) -> Floats:
    return unit(images).reshape(len(images), -1)
