"""The look of every picture, kept in one place. Sizes are pixels of pictures about 1200 px wide.

Only fonts that matplotlib ships are used, so that the same arrays give the same bytes wherever they are drawn.
matplotlib itself is not loaded here: an animation has no need of it, and loading it takes longer than drawing one.
"""

import functools
import importlib.util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFont

Pixels = NDArray[np.uint8]
"""A picture (H, W, 1 | 3) or several (..., H, W, 1 | 3), 0-255."""

# Petroff's ten-colour cycle (arXiv:2107.02270), optimised for colour-vision deficiencies.
CLASSES = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6",
    "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)  # fmt: skip
ACCENT, CONTRAST = "#1f6fb4", "#d95f02"  # for two groups; apart in hue and in lightness
INK, MUTED, FAINT = "#222222", "#666666", "#dddddd"  # neutral, so that grey pictures stay grey
BLUES = "Blues"


def class_colour(index: int) -> str:
    """The colour of class `index`; the cycle repeats after ten."""
    return CLASSES[index % len(CLASSES)]


def triple(colour: str) -> tuple[int, int, int]:
    """'#rrggbb' -> (r, g, b), each 0-255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


WIDTH = 1200  # of charts
MARGIN = 28  # white space around every picture
TITLE, TEXT, SMALL = 28, 20, 17  # font sizes

REGULAR, BOLD, MONO = "DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono"


def font_path(face: str) -> str:
    """The file of a font, inside matplotlib."""
    package = importlib.util.find_spec("matplotlib")
    assert package and package.origin
    return str(Path(package.origin).parent / "mpl-data" / "fonts" / "ttf" / f"{face}.ttf")


@functools.cache
def font(size: int, face: str = REGULAR) -> ImageFont.FreeTypeFont:
    """The Pillow font of `size` pixels; basic layout, which needs no optional library."""
    return ImageFont.truetype(font_path(face), size, layout_engine=ImageFont.Layout.BASIC)


def write_png(path: Path, picture: Pixels) -> None:
    """Write (H, W, 1 | 3) as PNG without any metadata; grey pictures take one channel."""
    grey = bool((picture == picture[..., :1]).all())
    Image.fromarray(picture[..., 0] if grey else picture).save(path, format="PNG")
