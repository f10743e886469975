"""Image against image: squared and absolute error, PSNR, SSIM, and bicubic enlargement to measure super-resolution by.

Images are (n, H, W, C), uint8 or floats in [0, 1], and two sets are of one shape; everything is computed on [0, 1] in
float64.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from latent_atlas.errors import TooFewError
from latent_atlas.metrics.checks import Array, Floats, check_images, check_same, unit

PSNR_CEILING = 100.0  # dB; the best a non-identical pair of 8-bit images up to about 220x220x3 can reach
_BLOCK = 256  # images converted to float64 at once, so that a large test set need not fit in memory as floats
_SSIM_WINDOW = 11  # pixels: the reach of the Gaussian below


def mse_per_image(first: Array, second: Array) -> Floats:
    """Mean squared error of each pair of images, over pixels and channels: float64 (n,), in [0, 1]."""
    return np.concatenate([((a - b) ** 2).mean(axis=(1, 2, 3)) for a, b in _pairs(first, second)])


def mse(first: Array, second: Array) -> float:
    """Mean squared error over images, pixels and channels, in [0, 1]."""
    return float(mse_per_image(first, second).mean())


def l1(first: Array, second: Array) -> float:
    """Mean absolute error over images, pixels and channels, in [0, 1]."""
    return float(np.concatenate([np.abs(a - b).mean(axis=(1, 2, 3)) for a, b in _pairs(first, second)]).mean())


def nearest_l1(first: Array, second: Array) -> float:
    """Mean over the images of ``first`` of the mean absolute error to the most similar image of ``second``.

    Args:
        first, second: images (n, H, W, C) and (m, H, W, C), uint8 or floats in [0, 1].

    Returns:
        A number in [0, 1].

    Raises:
        ValueError: not images, different shapes, or floats outside [0, 1].
    """
    check_images("first", first)
    check_images("second", second)
    check_same("shapes of an image", first=first.shape[1:], second=second.shape[1:])
    others = unit(second).astype(np.float32)
    return float(np.mean([np.abs(others - unit(one).astype(np.float32)).mean(axis=(1, 2, 3)).min() for one in first]))


def psnr(first: Array, second: Array) -> float:
    """Mean over images of the peak signal-to-noise ratio, 10 log10(1 / MSE), in [0, PSNR_CEILING] dB.

    The mean of ratios, as super-resolution papers report it, not the ratio of the mean error. An identical pair,
    infinite by the formula, counts as `PSNR_CEILING`, so that one perfect image cannot make the mean infinite.
    """
    error = np.maximum(mse_per_image(first, second), 10.0 ** (-PSNR_CEILING / 10.0))
    return float((-10.0 * np.log10(error)).mean())


def ssim(first: Array, second: Array) -> float:
    """Mean over images of the structural similarity, in [-1, 1]; 1 for identical images.

    Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004, equation 13, with the
    paper's settings: Gaussian window of sigma 1.5, population covariances, averaged over channels. TooFewError: a side
    is shorter than the window of 11 pixels.
    """
    from skimage.metrics import structural_similarity

    check_images("first", first)
    if min(first.shape[1:3]) < _SSIM_WINDOW:
        raise TooFewError(f"needs images of at least {_SSIM_WINDOW} pixels a side, got {first.shape[1:3]}")
    settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    similarity: Callable[..., float] = partial(structural_similarity, data_range=1.0, channel_axis=-1, **settings)
    pairs = (pair for blocks in _pairs(first, second) for pair in zip(*blocks, strict=True))
    return float(np.mean([similarity(*pair) for pair in pairs]))


def enlarge_bicubic(images: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Enlarges uint8 images to (n, height, width, C) by cubic convolution, the "bicubic" of the papers.

    Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = -0.5. Pillow has it;
    scikit-image's order 3 is a cubic spline, another filter under the same name. The new size is not smaller.
    """
    from PIL import Image

    check_images("images", images)
    if images.dtype != np.uint8:
        raise ValueError(f"images: expected uint8, got {images.dtype}")
    if height < images.shape[1] or width < images.shape[2]:
        raise ValueError(f"cannot enlarge {images.shape[1:3]} to ({height}, {width})")
    large = np.empty((len(images), height, width, images.shape[3]), dtype=np.uint8)
    for index, channel in np.ndindex(len(images), images.shape[3]):
        plane = Image.fromarray(np.ascontiguousarray(images[index, :, :, channel]))
        large[index, :, :, channel] = np.asarray(plane.resize((width, height), Image.Resampling.BICUBIC))
    return large


def psnr_bicubic(small: NDArray[np.uint8], truth: Array) -> float:
    """PSNR of bicubic enlargement of uint8 ``small`` to ``truth``, which super-resolution has to beat."""
    check_images("truth", truth)
    return psnr(enlarge_bicubic(small, *truth.shape[1:3]), truth)


def _pairs(first: Array, second: Array) -> Iterator[tuple[Floats, Floats]]:
    """Both sets on [0, 1], a block of images at a time."""
    check_images("first", first)
    check_images("second", second)
    check_same("shapes", first=first.shape, second=second.shape)
    for start in range(0, len(first), _BLOCK):
        yield unit(first[start : start + _BLOCK]), unit(second[start : start + _BLOCK])
