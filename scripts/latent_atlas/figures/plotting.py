"""Charts: matplotlib figures as pixels, in the atlas's style and without the user's own matplotlibrc."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontEntry, fontManager

from .theme import BLUES, BOLD, INK, MUTED, REGULAR, SMALL, TEXT, WIDTH, Pixels, font_path

DPI = 150
FAMILY = "Latent Atlas Sans"

# A name of its own: "DejaVu Sans" might find the system's copy, another version of it.
for _face, _weight in ((REGULAR, 400), (BOLD, 700)):
    fontManager.ttflist.append(FontEntry(fname=font_path(_face), name=FAMILY, weight=_weight, size="scalable"))


def points(pixels: int) -> float:
    """A size in pixels as matplotlib counts it."""
    return pixels * 72 / DPI


_RC: dict[str, Any] = {
    "font.family": FAMILY,
    **dict.fromkeys(("font.size", "axes.titlesize", "axes.labelsize"), points(TEXT)),
    **dict.fromkeys(("xtick.labelsize", "ytick.labelsize", "legend.fontsize"), points(SMALL)),
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.titlecolor"), INK),
    **dict.fromkeys(("axes.edgecolor", "xtick.color", "ytick.color"), MUTED),
    **dict.fromkeys(("axes.grid", "axes.axisbelow", "axes.unicode_minus"), True),
    **dict.fromkeys(("axes.spines.top", "axes.spines.right", "legend.frameon"), False),
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "grid.color": "#ececec",
    "lines.linewidth": 1.8,
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
    canvas.draw()  # type: ignore[no-untyped-call]
    rgba = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    return rgba[..., :3].copy()
