"""One picture file of any kind to one array of a fixed form."""

import io
import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from latent_atlas.io import one_line

SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".pgm", ".ppm")
# Not all that Pillow can open: EPS, for one, starts another program.
_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "PPM")

Image.init()  # plugins are loaded here, once, and not by whichever thread comes first
warnings.filterwarnings("ignore", module=r"PIL\.")  # about odd tags; and for size, `most_pixels` is the bound


class BadImageError(Exception):
    """A file that gives no picture; the message says why, as what follows the file's name."""


@dataclass(frozen=True)
class Form:
    """What every picture is made into."""

    height: int
    width: int
    channels: Literal[1, 3]
    fit: Literal["crop", "pad", "stretch"] = "crop"  # what happens to other proportions
    crop: tuple[int, int, int, int] | None = None  # left, top, right, bottom, in pixels, instead of a fit
    least_side: int = 1  # pixels; smaller pictures are bad
    most_pixels: int = 40_000_000  # larger pictures are bad: a malicious file of some bytes may hold gigabytes
    photographs: bool = False  # honour the camera's orientation, and decode large JPEGs at a fraction of their size
    halves: bool = False  # a picture holds two, side by side


def standardise(data: bytes, form: Form) -> NDArray[np.uint8]:
    """(1, height, width, channels), or 2 of two halves; antialiased bicubic when the size changes.

    The first picture of an animation; transparent pixels over white; 16-bit greys to 8 bits. BadImageError: the bytes
    are not a picture, are cut off, or are a picture out of bounds.
    """
    picture, row = read(data, form), (1, form.height, form.width, form.channels)
    sides = [np.asarray(fit(side, form)).reshape(row) for side in (_halves(picture) if form.halves else [picture])]
    return np.concatenate(sides) if form.halves else sides[0]


def read(data: bytes, form: Form) -> Image.Image:
    """The whole picture in mode L or RGB."""
    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=_FORMATS)
        size = f"has {image.width}x{image.height} pixels"
        if image.width * image.height > form.most_pixels:
            raise BadImageError(f"{size}, more than the {form.most_pixels:,} allowed")
        if min(image.size) < form.least_side:
            raise BadImageError(f"{size}, less than {form.least_side} a side")
        mode = "L" if form.channels == 1 else "RGB"
        if form.photographs:
            image.draft(mode, (4 * form.width, 4 * form.height))
            ImageOps.exif_transpose(image, in_place=True)
        return _convert(image, mode)
    except BadImageError:
        raise
    except UnidentifiedImageError:
        raise BadImageError(_guess(data)) from None
    except Image.DecompressionBombError:
        raise BadImageError(f"has more pixels than the {form.most_pixels:,} allowed") from None
    except Exception as error:  # Pillow's decoders raise errors of every kind on damaged files
        raise BadImageError(f"cannot be decoded ({one_line(error)[:100]})") from None


def fit(image: Image.Image, form: Form) -> Image.Image:
    """Cut, padded or stretched to the form's size."""
    size, bicubic = (form.width, form.height), Image.Resampling.BICUBIC
    if form.crop:
        if form.crop[2] > image.width or form.crop[3] > image.height:
            raise BadImageError(f"has {image.width}x{image.height} pixels, too few for the crop {form.crop}")
        same = form.crop[2] - form.crop[0] == form.width
        return image.crop(form.crop) if same else image.resize(size, bicubic, form.crop)
    if image.size == size:
        return image
    if form.fit == "stretch":
        return image.resize(size, bicubic)
    if form.fit == "pad":
        return ImageOps.pad(image, size, bicubic, color="white")
    return ImageOps.fit(image, size, bicubic)


def _halves(picture: Image.Image) -> list[Image.Image]:
    middle = picture.width // 2
    if picture.width % 2 or min(middle, picture.height) < 2:
        raise BadImageError(f"has {picture.width}x{picture.height} pixels, which is not two halves side by side")
    return [picture.crop((left, 0, left + middle, picture.height)) for left in (0, middle)]


def _convert(image: Image.Image, mode: str) -> Image.Image:
    if image.mode in ("I;16", "I;16B", "I;16L", "I;16N", "I"):
        image = Image.fromarray((np.clip(np.asarray(image, np.int64), 0, 65535) // 257).astype(np.uint8))
    elif image.mode == "F":
        raise BadImageError("has floating-point pixels, whose range is not known; save it with 8 or 16 bits")
    elif "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    if image.mode != mode:
        return image.convert(mode)
    image.load()
    return image


def _guess(data: bytes) -> str:
    if not data:
        return "is empty"
    if data[:1000].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return "is a web page under a picture's name"
    return "is not a picture of a known kind"
