"""Sharpness of images relative to real ones, so that "VAEs are blurry" is a number."""

import numpy as np
from scipy.ndimage import laplace

from latent_atlas.errors import TooFewError
from latent_atlas.metrics.checks import Array, Floats, check_images, check_same, unit

_BLOCK = 256
_GREY_LEVEL = 1.0 / 255.0


def sharpness(images: Array, real: Array) -> float:
    """How sharp images are, as a share of the sharpness of real ones: 1 = as sharp, below 1 blurred.

    The ratio, >= 0, of the two means of `sharpness_per_image`, of images of one size, as sharpness is counted per
    pixel. Above 1 means more fine detail than real images have, which is as often noise as detail: read it together
    with the Fréchet distance. TooFewError: no real image has any contrast.
    """
    check_images("images", images)
    check_images("real", real)
    check_same("image shapes", images=images.shape[1:], real=real.shape[1:])
    scale = float(sharpness_per_image(real).mean())
    if scale == 0.0:
        raise TooFewError("needs real images of more than a single colour, there are none")
    return float(sharpness_per_image(images).mean()) / scale


def sharpness_per_image(images: Array) -> Floats:
    """Root of the variance of the Laplacian over the variance of the image: float64 (n,), in [0, 8).

        s(x) = sqrt( sum_c Var(laplacian x_c) / sum_c Var(x_c) )

    The variance of the Laplacian is a standard focus measure (Pech-Pacheco et al., "Diatom autofocusing in brightfield
    microscopy", 2000; see Pertuz et al., "Analysis of focus measure operators", 2013), but it grows with contrast.
    Divided by the variance it does not: by Parseval the quotient is the mean of |frequency|^4 under the image's own
    power spectrum, so brightness and contrast cancel and only the scale of the detail is left. The root makes it
    proportional to squared frequency. Near 8 for a one-pixel chequerboard; 0 for a single colour.
    """
    check_images("images", images)
    return np.concatenate([_block(unit(images[at : at + _BLOCK])) for at in range(0, len(images), _BLOCK)])


def _block(x: Floats) -> Floats:
    # Only along height and width; borders repeat the edge pixel, which adds no edge of its own.
    response = laplace(x, mode="nearest", axes=(1, 2))
    contrast = x.var(axis=(1, 2)).sum(axis=-1)
    # Below one grey level of contrast there is rounding, not detail; the floor also settles 0 / 0 as 0.
    return np.asarray(np.sqrt(response.var(axis=(1, 2)).sum(axis=-1) / np.maximum(contrast, _GREY_LEVEL**2)))
