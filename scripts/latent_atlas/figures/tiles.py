"""Images into grids: pure arrays, whole-number scaling, no smoothing when images are enlarged."""

from collections.abc import Sequence

import numpy as np
from PIL import Image
from skimage.util import montage

from .theme import Pixels

LEGIBLE = 56  # pixels: an image is never shown smaller than this in a PNG grid of up to 20 columns
TARGET = 1300  # pixels: the widest that a grid is made by enlarging


def check_images(images: Pixels, name: str = "images") -> Pixels:
    """Return `images` if they are uint8 (n, H, W, 1 | 3); a ValueError that names them otherwise."""
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise ValueError(f"{name}: expected uint8 (n, H, W, 1 or 3), got {images.dtype} {images.shape}")
    return images


def tile(images: Pixels, rows: int, cols: int, gap: int = 4, scale: int = 1, background: int = 255) -> Pixels:
    """Lay images out row by row: uint8 (n, H, W, C), n <= rows * cols; places left over stay background.

    ``gap`` pixels lie between neighbours (none around the grid), after enlarging every image ``scale`` times. Returns
    uint8 (rows * H * scale + (rows - 1) * gap, cols * W * scale + (cols - 1) * gap, C).
    """
    images = enlarge(check_images(images), scale)
    count, *_, channels = images.shape
    if count > rows * cols:
        raise ValueError(f"{count} images do not fit into {rows} x {cols}")
    fill = [background] * channels
    grid = montage(images, fill, grid_shape=(rows, cols), padding_width=gap, channel_axis=-1)
    return grid[gap : grid.shape[0] - gap, gap : grid.shape[1] - gap]  # without the gap around the grid


def table(cells: Pixels, gap: int = 4) -> Pixels:
    """cells (rows, columns, H, W, C) as one grid."""
    rows, cols = cells.shape[:2]
    return tile(cells.reshape(-1, *cells.shape[2:]), rows, cols, gap)


def enlarge(images: Pixels, factor: int) -> Pixels:
    """(..., H, W, C) -> (..., H * factor, W * factor, C): each pixel becomes a square."""
    if factor == 1:
        return images
    return images.repeat(factor, axis=-3).repeat(factor, axis=-2)


def reduce(images: Pixels, factor: int) -> Pixels:
    """(..., H, W, C) -> (..., H // factor, W // factor, C): the mean of each square, less the remainder."""
    if factor == 1:
        return images
    height, width = (side // factor * factor for side in images.shape[-3:-1])
    total = np.full((), factor**2 // 2, np.uint32)  # half a unit: the division below then rounds
    for y, x in np.ndindex(factor, factor):
        total = total + images[..., y:height:factor, x:width:factor, :]
    return (total // factor**2).astype(np.uint8)


def legible(images: Pixels, cols: int, target: int = TARGET, least: int = LEGIBLE) -> Pixels:
    """Scale images (..., H, W, C) by a whole number so that `cols` of them come close to `target` pixels.

    Never below `least` pixels a side by shrinking, and always at least that by enlarging.
    """
    height, width = images.shape[-3:-1]
    side = min(height, width)
    factor = max(target // (cols * width), -(-least // side), 1)
    if factor > 1:
        return enlarge(images, factor)
    return reduce(images, max(1, min(-(-cols * width // target), side // least)))


def resized(images: Pixels, size: tuple[int, int]) -> Pixels:
    """uint8 (n, h, w, C) -> (n, *size, C or 3), unchanged if they have the size (height, width)."""
    if images.shape[1:3] == size:
        return images
    pictures = (Image.fromarray(image) for image in rgb(images))
    return np.stack([np.array(picture.resize(size[::-1], Image.Resampling.LANCZOS)) for picture in pictures])


def rgb(picture: Pixels) -> Pixels:
    """(..., 1 | 3) -> (..., 3)."""
    return np.broadcast_to(picture, (*picture.shape[:-1], 3)) if picture.shape[-1] == 1 else picture


def centres(count: int, size: int, gap: int) -> list[int]:
    """Pixel centres of `count` cells of `size` pixels, `gap` apart."""
    return [i * (size + gap) + size // 2 for i in range(count)]


def spread(length: int, most: int) -> np.ndarray:
    """At most `most` indices into range(length), evenly spread, both ends included."""
    return np.arange(length) if length <= most else np.linspace(0, length - 1, most).round().astype(int)


def arrange(pictures: Sequence[Pixels], cols: int, gap: int, background: int = 255) -> Pixels:
    """Pictures (H, W, 1 | 3) of any sizes in rows of `cols`, in cells as large as the largest -> RGB."""
    cols = min(cols, len(pictures))
    height = max(p.shape[0] for p in pictures)
    width = max(p.shape[1] for p in pictures)
    cells = np.full((len(pictures), height, width, 3), background, np.uint8)
    for cell, picture in zip(cells, pictures, strict=True):
        cell[: picture.shape[0], : picture.shape[1]] = picture
    return tile(cells, -(-len(pictures) // cols), cols, gap, background=background)
