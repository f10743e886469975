"""Two pictures drawn as styles: brush strokes along a current, and stained glass."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.spatial import cKDTree

Pixels = NDArray[np.uint8]

_NIGHT = np.array(
    [(12, 24, 84), (28, 66, 148), (64, 124, 186), (150, 190, 200), (240, 214, 110), (250, 176, 40)], float
)
_GLASS = np.array(
    [(190, 22, 34), (226, 120, 20), (244, 202, 48), (30, 130, 70), (20, 70, 170), (92, 40, 130), (120, 196, 220)], float
)


def brush_strokes(side: int = 512, seed: int = 0) -> Pixels:
    """Short thick strokes that follow whirls, yellow where a whirl is, blue between them: (side, side, 3)."""
    generator = np.random.default_rng(seed)
    whirls = generator.uniform(0, 1, (7, 2))
    image = Image.new("RGB", (2 * side, 2 * side), tuple(int(c) for c in _NIGHT[1]))
    draw = ImageDraw.Draw(image)
    for start in generator.uniform(-0.05, 1.05, (9000, 2)):
        near = np.exp(-np.sum((start - whirls) ** 2, 1).min() / 0.008)
        wave = 0.5 + 0.5 * np.sin(9 * start[1] + 4 * np.sin(5 * start[0]))
        place = np.clip(1.9 * wave + 3.4 * near + generator.normal(0, 0.45), 0, len(_NIGHT) - 1.01)
        shade = _NIGHT[int(place)] * (1 - place % 1) + _NIGHT[int(place) + 1] * (place % 1) + generator.normal(0, 10, 3)
        line, at = [], start
        for _ in range(6):
            line.append(tuple(at * 2 * side))
            at = at + 0.011 * _current(at, whirls)
        draw.line(line, tuple(int(c) for c in np.clip(shade, 0, 255)), width=max(1, side // 50), joint="curve")
    return np.asarray(image.resize((side, side), Image.Resampling.LANCZOS))


def stained_glass(side: int = 512, seed: int = 0) -> Pixels:
    """Panes of glass in strong colours, held by dark lead: (side, side, 3)."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side] / side
    points = generator.uniform(-0.1, 1.1, (260, 2))
    distances, nearest = cKDTree(points).query(np.stack([y, x], -1), 2)
    colours = _GLASS[generator.integers(len(_GLASS), size=len(points))] + generator.normal(0, 14, (len(points), 3))
    lead = np.clip((distances[..., 1] - distances[..., 0]) / 0.012, 0, 1)[..., None] ** 2
    light = 1.1 - 4 * distances[..., :1] + 0.06 * np.sin(90 * x + 30 * y)[..., None]
    return np.clip(colours[nearest[..., 0]] * light * lead + 18 * (1 - lead), 0, 255).astype(np.uint8)


def _current(at: NDArray[np.float64], whirls: NDArray[np.float64]) -> NDArray[np.float64]:
    """The direction of the strokes at a place: around each whirl, and from left to right where there is none."""
    away = at - whirls
    strength = np.exp(-np.sum(away**2, 1) / 0.02)[:, None]
    flow = np.array([1.0, 0.35 * np.sin(8 * at[0])]) * 0.45 + np.sum(strength * away[:, ::-1] * (-1, 1), 0) * 14
    return flow / (np.linalg.norm(flow) + 1e-9)
