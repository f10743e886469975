"""A small canvas in unit coordinates: (0, 0) is the top left corner, (1, 1) the bottom right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageChops, ImageDraw

Points = NDArray[np.float64]
Field = NDArray[np.floating[Any]]  # (side, side)


class Mask:
    """Where a shape is: 8 bits of cover at each place. Paint touches only the box around it."""

    def __init__(self, image: Image.Image) -> None:
        """An image of mode L."""
        self.image = image

    def __and__(self, other: "Mask") -> "Mask":
        """Where both are."""
        return Mask(ImageChops.multiply(self.image, other.image))

    def __sub__(self, other: "Mask") -> "Mask":
        """Where this is and the other is not."""
        return Mask(ImageChops.multiply(self.image, ImageChops.invert(other.image)))

    def field(self) -> Field:
        """0 to 1."""
        return np.asarray(self.image, np.float32) / 255


class Canvas:
    """Masks of shapes on a square raster, and colours laid through them."""

    def __init__(self, size: int, supersampling: int) -> None:
        """A picture of ``size`` pixels a side, drawn so many times larger."""
        self.size, self.side, self._times = size, size * supersampling, supersampling
        self.pixels = np.zeros((self.side, self.side, 3), np.float32)
        axis = ((np.arange(self.side) + 0.5) / self.side).astype(np.float32)
        self.x, self.y = np.meshgrid(axis, axis)

    def mask(self, *shapes: ArrayLike) -> Mask:
        """The union of polygons, each (n, 2)."""
        image = Image.new("L", (self.side, self.side))
        draw = ImageDraw.Draw(image)
        for shape in shapes:
            draw.polygon((np.asarray(shape) * self.side).ravel().tolist(), fill=255)
        return Mask(image)

    def strokes(self, lines: Sequence[ArrayLike], width: float) -> Mask:
        """Lines of one width with round ends, each (n, 2)."""
        image = Image.new("L", (self.side, self.side))
        draw = ImageDraw.Draw(image)
        thick = max(1, round(width * self.side))
        half = (thick - 1) / 2
        for line in lines:
            corners = (np.asarray(line, np.float64) * self.side).tolist()
            draw.line([tuple(corner) for corner in corners], fill=255, width=thick, joint="curve")
            for x, y in (corners[0], corners[-1]):
                draw.ellipse((x - half, y - half, x + half, y + half), fill=255)
        return Mask(image)

    def stroke(self, points: ArrayLike, width: float) -> Mask:
        """One line."""
        return self.strokes([points], width)

    def disc(self, centre: tuple[float, float], radius: float, tall: float | None = None) -> Mask:
        """A disc, or an ellipse whose vertical radius is ``tall``."""
        image = Image.new("L", (self.side, self.side))
        (x, y), side, tall = centre, self.side, radius if tall is None else tall
        box = ((x - radius) * side, (y - tall) * side, (x + radius) * side, (y + tall) * side)
        ImageDraw.Draw(image).ellipse(box, fill=255)
        return Mask(image)

    def paint(self, mask: Mask | Field, colour: ArrayLike, strength: float = 1.0) -> None:
        """Lays a colour over what is there, or a field of greys, or a picture of the canvas' size."""
        alpha, place = self._inside(mask)
        colour = np.asarray(colour, np.float32)
        colour = colour[..., None] if colour.ndim == 2 else colour
        region = self.pixels[place]
        region += (alpha * strength)[..., None] * ((colour[place] if colour.ndim == 3 else colour) - region)

    def shade(self, mask: Mask | Field, factor: float | Field) -> None:
        """Multiplies what is under the mask."""
        alpha, place = self._inside(mask)
        change = factor[place] - 1 if isinstance(factor, np.ndarray) else np.float32(factor - 1)
        self.pixels[place] *= (1 + alpha * change)[..., None]

    def _inside(self, mask: Mask | Field) -> tuple[Field, tuple[slice, slice]]:
        """A mask's values in the smallest box around it, and that box."""
        if not isinstance(mask, Mask):
            return mask, (slice(None), slice(None))
        box = mask.image.getbbox() or (0, 0, 0, 0)
        values = np.asarray(mask.image.crop(box), np.float32) / 255
        return values, (slice(box[1], box[3]), slice(box[0], box[2]))

    def finish(self) -> NDArray[np.uint8]:
        """(size, size, 3): every pixel is the mean of those drawn for it."""
        blocks: NDArray[np.float32] = self.pixels.reshape(self.size, self._times, self.size, self._times, 3)
        means: NDArray[np.float32] = np.round(blocks.mean((1, 3)))
        return np.clip(means, 0, 255).astype(np.uint8)


@dataclass
class Painter:
    """A canvas, and the chance that decides what comes onto it."""

    canvas: Canvas
    rng: np.random.Generator

    def between(self, low: float, high: float) -> float:
        """A number drawn evenly."""
        return float(self.rng.uniform(low, high))

    def about(self, colour: ArrayLike, spread: float) -> Points:
        """A colour near that one, (3,)."""
        return np.clip(np.asarray(colour, np.float64) + self.rng.normal(0, spread, 3), 0, 255)

    def one(self, colours: ArrayLike, spread: float) -> Points:
        """A colour near one of those, (3,)."""
        choices = np.asarray(colours, np.float64)
        return self.about(choices[self.rng.integers(len(choices))], spread)


def curve(points: ArrayLike, closed: bool = True, steps: int = 8) -> Points:
    """A smooth line through the points (Catmull-Rom)."""
    p = np.asarray(points, np.float64)
    ends = (p[-1:], p[:2]) if closed else (2 * p[:1] - p[1:2], 2 * p[-1:] - p[-2:-1])
    p = np.concatenate([ends[0], p, ends[1]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None, None]
    a, b, c, d = p[:-3], p[1:-2], p[2:-1], p[3:]
    line = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    line = line.swapaxes(0, 1).reshape(-1, 2)
    return line if closed else np.concatenate([line, p[-2:-1]])


def mirrored(right: ArrayLike, axis: float = 0.5) -> Points:
    """A closed outline from its right half, given from top to bottom."""
    half = np.asarray(right, np.float64)
    left = half[::-1].copy()
    left[:, 0] = 2 * axis - left[:, 0]
    return np.concatenate([half, left])


def box(left: float, top: float, right: float, bottom: float) -> Points:
    """The corners of a rectangle."""
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64)


def oval(centre: ArrayLike, width: float, height: float, steps: int) -> Points:
    """Points on an ellipse of these half axes, the first one again at the end."""
    angles = np.linspace(0, 2 * np.pi, steps)
    return np.asarray(centre) + np.stack([width * np.cos(angles), height * np.sin(angles)], 1)


def closed(points: ArrayLike) -> Points:
    """A line that ends where it began."""
    line = np.asarray(points, np.float64)
    return np.concatenate([line, line[:1]])


def limb(points: ArrayLike, widths: Sequence[float]) -> Points:
    """A tapering outline around a line: at each point so wide."""
    line = np.asarray(points, np.float64)
    along = np.gradient(line, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], 1) / np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    half = np.asarray(widths)[:, None] / 2
    return np.concatenate([line + across * half, (line - across * half)[::-1]])


def clouds(canvas: Canvas, generator: np.random.Generator, cells: int) -> Field:
    """Smooth noise between 0 and 1 over the canvas."""
    coarse = Image.fromarray(generator.random((cells, cells), dtype=np.float32))
    smooth: Field = np.asarray(coarse.resize((canvas.side, canvas.side), Image.Resampling.BICUBIC))
    return np.clip(smooth, 0, 1)
