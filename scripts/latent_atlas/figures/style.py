"""The look of every picture, kept in one place. Sizes are pixels of pictures about 1200 px wide.

Only fonts that matplotlib ships are used, and the user's matplotlibrc is ignored, so that the same
arrays give the same bytes wherever they are drawn.
"""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontEntry, fontManager
from numpy.typing import NDArray
from PIL import Image, ImageFont

Pixels = NDArray[np.uint8]
"""A picture (H, W, 1 | 3) or several (..., H, W, 1 | 3), 0-255."""

# ------------------------------------------------------------------ colours

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


# -------------------------------------------------------------------- sizes

WIDTH = 1200  # of charts
MARGIN = 28  # white space around every picture
TITLE, TEXT, SMALL = 28, 20, 17  # font sizes
DPI = 150

# -------------------------------------------------------------------- fonts

FAMILY = "Latent Atlas Sans"
_FONT_FILES = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}


def _font_path(bold: bool) -> str:
    return str(Path(matplotlib.get_data_path(), "fonts", "ttf", _FONT_FILES[bold]))


# A name of its own: "DejaVu Sans" might find the system's copy, another version of it.
for _bold, _weight in ((False, 400), (True, 700)):
    _entry = FontEntry(_font_path(_bold), FAMILY, "normal", "normal", _weight, "normal", "scalable")
    fontManager.ttflist.append(_entry)


@functools.cache
def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The Pillow font of `size` pixels; basic layout, which needs no optional library."""
    return ImageFont.truetype(_font_path(bold), size, layout_engine=ImageFont.Layout.BASIC)


# ------------------------------------------------------------------- charts


def _points(pixels: int) -> float:
    return pixels * 72 / DPI


_RC: dict[str, Any] = {
    "font.family": FAMILY,
    "font.size": _points(TEXT),
    "axes.titlesize": _points(TEXT),
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": _points(TEXT),
    "xtick.labelsize": _points(SMALL),
    "ytick.labelsize": _points(SMALL),
    "legend.fontsize": _points(SMALL),
    "legend.frameon": False,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.edgecolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#ececec",
    "lines.linewidth": 1.8,
    "axes.unicode_minus": True,
    "figure.facecolor": "white",
    "figure.dpi": DPI,
    "image.cmap": BLUES,
}


@contextmanager
def chart(height: int, width: int = WIDTH) -> Iterator[Figure]:
    """An empty figure of width x height pixels; draw on it, then `rasterise` it, inside the block."""
    with matplotlib.style.context(["default", _RC]):
        figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, layout="constrained")
        FigureCanvasAgg(figure)
        yield figure


def rasterise(figure: Figure) -> Pixels:
    """The figure as pixels (H, W, 3)."""
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


# ---------------------------------------------------------------------- PNG


def write_png(path: Path, picture: Pixels) -> None:
    """Write (H, W, 1 | 3) as PNG without any metadata; grey pictures take one channel."""
    grey = bool((picture == picture[..., :1]).all())
    Image.fromarray(picture[..., 0] if grey else picture).save(path, format="PNG")
