"""Pictures that keep their own size and proportions."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from latent_atlas.sources.imaging.decode import BadImageError, Form, read

_LEAST = 16  # pixels a side


def reduced(data: bytes, longest: int) -> NDArray[np.uint8]:
    """(height, width, 3), reduced to at most ``longest`` pixels a side if it is larger, antialiased (Lanczos).

    Raises:
        BadImageError: the bytes are not a picture, or one whose other side would be too short.
    """
    image = read(data, Form(longest, longest, 3, most_pixels=200_000_000, photographs=True))
    width, height = image.size
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    if min(image.size) < _LEAST:
        raise BadImageError(
            f"has {width}x{height} pixels, reduced {image.width}x{image.height}, and at least {_LEAST} a side are "
            "needed; cut it, or set a larger longest_side"
        )
    return np.asarray(image)
