"""Several models on the same images, one row each."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from .captions import titled
from .grids import COLUMNS, compared
from .style import Pixels, write_png
from .tiles import check_images, rgb


def side_by_side(
    path: Path,
    originals: Pixels,
    rows: Mapping[str, Pixels],
    title: str = "The same test images through each model",
    subtitle: str = "",
) -> None:
    """Write a PNG: originals (n, H, W, C) on top, each model's versions of them beneath, named on the left.

    Models may differ in image size and channels; all are brought to the originals' size.
    """
    size = check_images(originals, "originals").shape[1:3]
    table = {"original": originals, **{name: _resized(images, size) for name, images in rows.items()}}
    picture = titled(compared(table, blocks=1), title, subtitle or f"first {COLUMNS} test images")
    write_png(path, picture)


def _resized(images: Pixels, size: tuple[int, int]) -> Pixels:
    """uint8 (n, h, w, C) -> (n, *size, C or 3)."""
    if check_images(images).shape[1:3] == size:
        return images
    pictures = (Image.fromarray(image) for image in rgb(images[:COLUMNS]))
    return np.stack([np.array(p.resize(size[::-1], Image.Resampling.LANCZOS)) for p in pictures])
