"""Plain and striped horses in a landscape, and a line drawing of each scene."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageChops, ImageFilter

from latent_atlas.drawing.canvas import Canvas, Field, Mask, Painter, Points, clouds, curve, limb

_COATS = ((96, 56, 30), (140, 84, 44), (52, 38, 34), (178, 128, 76), (150, 150, 150), (222, 214, 200), (118, 60, 36))
_GROUNDS = ((112, 150, 62), (142, 168, 78), (190, 168, 96), (206, 178, 120), (164, 132, 84), (98, 132, 74))
_SKIES = (
    ((120, 176, 232), (206, 228, 246)),
    ((168, 200, 226), (232, 236, 232)),
    ((236, 156, 96), (250, 220, 160)),
    ((94, 132, 200), (190, 210, 236)),
    ((190, 196, 204), (222, 224, 226)),
)

_BODY = (
    (0.71, 0.46), (0.62, 0.35), (0.5, 0.365), (0.4, 0.37), (0.27, 0.335), (0.185, 0.38), (0.165, 0.47), (0.22, 0.56),
    (0.4, 0.585), (0.58, 0.605), (0.69, 0.56),
)  # fmt: skip

Generator = np.random.Generator


def draw(striped: bool, size: int, rng: Generator) -> NDArray[np.uint8]:
    """The scene and its line drawing, (2, size, size, 3)."""
    scene = _Scene(Canvas(size, max(2, 144 // size)), rng)
    scene.landscape()
    scene.horse(striped)
    return np.stack([scene.canvas.finish(), scene.sketch(size)])


@dataclass
class _Scene(Painter):
    lines: list[tuple[Mask, float]] = field(default_factory=list)  # outlines for the drawing, with their strength

    def landscape(self) -> None:
        """Sky, perhaps sun, clouds, hills and trees, and the ground with its tufts."""
        canvas = self.canvas
        self.horizon = self.between(0.42, 0.6)
        high, low = np.asarray(_SKIES[self.rng.integers(len(_SKIES))], np.float32)
        canvas.pixels[:] = high + np.clip(canvas.y / self.horizon, 0, 1)[..., None] * (low - high)
        if self.rng.random() < 0.4:
            sun = canvas.disc((self.between(0.1, 0.9), self.between(0.08, 0.25)), self.between(0.04, 0.07))
            self._add(sun, np.array((255, 244, 190)), 0.5)
        for _ in range(int(self.rng.integers(0, 3))):
            x, y, wide = self.between(0.1, 0.9), self.between(0.06, 0.25), self.between(0.08, 0.16)
            puffs = self._discs(x, y, wide, ((-0.8, 0.1, 0.45), (0, -0.1, 0.6), (0.8, 0.1, 0.45)))
            self._add(puffs, np.array((250, 250, 250)), 0.35)
        ground = self.one(_GROUNDS, 7)
        if self.rng.random() < 0.65:
            hills = self._land(self.horizon - self.rng.uniform(0.02, 0.17, 6))
            self._add(hills, ground * self.between(0.55, 0.8) + np.array((20, 30, 45)), 0.6)
        plain = self._land(self.horizon + self.rng.uniform(-0.015, 0.015, 4))
        self._add(plain, ground, 0.8)
        canvas.shade(plain, 0.8 + 0.3 * clouds(canvas, self.rng, 9) + 0.12 * (canvas.y - self.horizon))
        for _ in range(int(self.rng.integers(0, 4))):
            self._tree()
        tufts = []
        for _ in range(26):
            x, y = self.between(0, 1), self.between(self.horizon + 0.04, 1)
            tufts += [[(x, y), (x + dx, y - 0.03)] for dx in (-0.012, 0.0, 0.012)]
        canvas.paint(canvas.strokes(tufts, 0.008), ground * self.between(0.6, 0.85), 0.8)

    def _land(self, heights: NDArray[np.float64]) -> Mask:
        """All below a smooth line through these heights, (n,)."""
        edge = curve(np.stack([np.linspace(-0.1, 1.1, len(heights)), heights], 1), closed=False)
        return self.canvas.mask(np.concatenate([edge, [(1.1, 1.1), (-0.1, 1.1)]]))

    def _discs(self, x: float, y: float, scale: float, discs: Sequence[tuple[float, float, float]]) -> Mask:
        """The union of discs around a place: for each how far to the right, how far below, and its radius."""
        return _union([self.canvas.disc((x + dx * scale, y + dy * scale), r * scale) for dx, dy, r in discs])

    def _tree(self) -> None:
        canvas = self.canvas
        x, base, tall = (self.between(0.03, 0.97), self.horizon + self.between(0.0, 0.04), self.between(0.1, 0.24))
        self._add(canvas.stroke([(x, base), (x, base - tall * 0.6)], 0.022), np.array((84, 60, 42)), 0.5)
        green = self.one(((52, 96, 48), (80, 112, 52), (104, 120, 60)), 7)
        if self.rng.random() < 0.5:  # flat, as in the savanna
            crown = canvas.disc((x, base - tall * 0.8), tall * 0.7, tall * 0.22)
        else:
            crown = self._discs(x, base, tall, ((-0.2, -0.65, 0.26), (0.2, -0.68, 0.26), (0, -0.9, 0.3)))
        self._add(crown, green, 0.6)

    def _add(self, mask: Mask, colour: NDArray[np.floating], line: float) -> None:
        """Paints a thing, hides the lines of what is behind it, and draws its own."""
        self.canvas.paint(mask, colour)
        self.lines = [(before - mask, strength) for before, strength in self.lines]
        self.lines.append((_outline(mask), line))

    def horse(self, striped: bool) -> None:
        """The animal, seen from its side: far legs, tail, near parts, mane, hooves, eye."""
        canvas = self.canvas
        self.scale, self.way = self.between(0.58, 0.84), 1 if self.rng.random() < 0.5 else -1
        self.foot = np.array([self.between(0.44, 0.56), max(self.horizon + 0.2, self.between(0.76, 0.96))])
        coat = np.array((238, 234, 224)) if striped else self.one(_COATS, 8)
        dark = np.array((34, 28, 28)) if striped else coat * self.between(0.35, 0.8)
        shadow = canvas.disc((self.foot[0], self.foot[1]), 0.33 * self.scale, 0.035 * self.scale)
        canvas.shade(shadow, 0.62)
        stride = self.rng.uniform(-0.09, 0.09, 4)
        far = [self._leg(0.6, 0.52, stride[0], False), self._leg(0.29, 0.5, stride[1], True)]
        near = [self._leg(0.66, 0.52, stride[2], False), self._leg(0.23, 0.48, stride[3], True)]
        turn = self.between(-0.25, 0.35) if self.rng.random() < 0.7 else self.between(0.9, 1.45)  # or grazing
        neck = self._turned([(0.63, 0.43), (0.72, 0.31), (0.81, 0.17)], turn)
        head = self._turned([(0.79, 0.15), (0.87, 0.225), (0.945, 0.31)], turn * 0.75, turn)
        ear = self._turned([(0.775, 0.15), (0.77, 0.05), (0.81, 0.11)], turn * 0.75, turn)
        nose = curve(head[-1] + 0.036 * np.array([(-1, 0), (0, -1), (1, 0), (0, 1)]))
        parts = {
            "far": self._mask(*far),
            "near": self._mask(*near),
            "body": self._mask(curve(_BODY)),
            "neck": self._mask(limb(neck, [0.235, 0.17, 0.125])),
            "head": self._mask(limb(head, [0.125, 0.11, 0.07]), ear, nose),
        }
        line = curve([(0.185, 0.375), (0.13, 0.47), (0.11 + self.between(-0.05, 0.03), 0.72)], closed=False, steps=4)
        tail = self._mask(limb(line, [0.03, 0.035, 0.04, 0.05, 0.055, 0.06, 0.055, 0.04, 0.015]))
        whole = _union([*parts.values(), tail])
        self.lines = [(before - whole, strength) for before, strength in self.lines]
        canvas.paint(parts["far"], coat * 0.68)
        canvas.paint(tail, dark)
        near_parts = _union([parts[name] for name in ("near", "body", "neck", "head")])
        canvas.paint(near_parts, coat)
        u, v = self._local()
        canvas.shade(near_parts, np.clip(1.28 - 0.75 * v, 0.75, 1.1))
        if striped:
            self._stripes(parts, neck, head, u, v, dark)
        mane_line = np.add(neck, (-0.055, -0.055) if turn < 0.6 else (0.03, -0.085))
        mane = self._mask(limb(mane_line, [0.06, 0.075, 0.05]))
        canvas.paint(mane, dark)
        muzzle = canvas.disc(tuple(self._place(head[-1:])[0]), 0.036 * self.scale)
        canvas.paint(muzzle, dark, 0.75)
        eye = self._place(np.asarray(head[:1]) + 0.35 * (np.asarray(head[1:2]) - np.asarray(head[:1])))[0]
        canvas.paint(canvas.disc((eye[0], eye[1] - 0.01), 0.014 * self.scale + 0.002), (14, 12, 12))
        hooves = (np.concatenate([leg[4:6], leg[5:3:-1] - (0, 0.03)]) for leg in (*far, *near))
        canvas.paint(self._mask(*hooves), (40, 34, 32))
        self.lines += [(_outline(whole), 1.0), (_outline(_union([near_parts, mane])), 1.0), (_outline(mane), 0.7)]

    def _leg(self, x: float, y: float, stride: float, hind: bool) -> Points:
        """An outline of ten points; the fifth and sixth are the corners of the hoof."""
        knee = (x + stride * 0.6 + (-0.035 if hind else 0.01), 0.73)
        ankle = (x + stride, 0.88)
        line = [(x, y), ((x + knee[0]) / 2 + (0.012 if hind else 0), (y + knee[1]) / 2), knee, ankle]
        outline = limb(line, [0.15 if hind else 0.12, 0.1 if hind else 0.085, 0.06, 0.05])
        left, right = (ankle[0] - 0.026, 0.945), (ankle[0] + 0.032, 0.945)
        corners = [right, left] if outline[3, 0] > outline[4, 0] else [left, right]
        return np.concatenate([outline[:4], corners, outline[4:]])

    def _turned(self, points: ArrayLike, angle: float, first: float | None = None) -> Points:
        """Points turned around the root of the neck; the head then turns back a little around its own end."""
        p, root = np.asarray(points, np.float64), np.array([0.65, 0.44])
        if first is None:
            return _rotate(p, root, angle)
        return _rotate(_rotate(p, np.array([0.8, 0.16]), angle - first), root, first)

    def _place(self, points: ArrayLike) -> Points:
        """From the horse's coordinates, facing right, to the canvas."""
        centred = np.asarray(points, np.float64) - [0.5, 0.96]
        placed: Points = centred * [self.scale * self.way, self.scale] + self.foot
        return placed

    def _mask(self, *shapes: ArrayLike) -> Mask:
        """Polygons in the horse's coordinates."""
        return self.canvas.mask(*map(self._place, shapes))

    def _local(self) -> tuple[Field, Field]:
        u = (self.canvas.x - self.foot[0]) / (self.scale * self.way) + 0.5
        return u.astype(np.float32), ((self.canvas.y - self.foot[1]) / self.scale + 0.96).astype(np.float32)

    def _stripes(
        self, parts: dict[str, Mask], neck: Points, head: Points, u: Field, v: Field, dark: NDArray[np.float64]
    ) -> None:
        canvas, shift = self.canvas, self.between(0, 1)
        bend = np.where(u < 0.36, (0.36 - u) * 1.6 * (v - 0.3), 0)
        fields = {
            "body": (u + 0.12 * (v - 0.45) + bend) * self.between(10.5, 12.5),
            "neck": _along(neck, u, v) * 13,
            "head": _along(head, u, v) * 15,
            "near": v * 13,
            "far": v * 13,
        }
        covered = Mask(Image.new("L", parts["body"].image.size))
        for name in ("head", "neck", "body", "near", "far"):
            part, covered = parts[name] - covered, _union([covered, parts[name]])
            wave = np.sin(2 * np.pi * (fields[name] + shift)) > (0.05 if name != "near" else 0.25)
            stripes = part.field() * wave
            canvas.paint(stripes, dark, 0.65 if name == "far" else 1.0)
            self.lines.append((_outline(Mask(Image.fromarray((stripes * 255).astype(np.uint8)))), 0.35))

    def sketch(self, size: int) -> NDArray[np.uint8]:
        """Dark lines on white."""
        paper = Canvas(size, self.canvas.side // size)
        paper.pixels[:] = 255
        for mask, strength in self.lines:
            paper.paint(mask, (20, 20, 24), strength)
        return paper.finish()


def _rotate(points: Points, centre: Points, angle: float) -> Points:
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    turned: Points = (points - centre) @ turn + centre
    return turned


def _along(line: Points, u: Field, v: Field) -> Field:
    """How far a place is along a limb, in its own length units."""
    start, end = np.asarray(line)[0], np.asarray(line)[-1]
    direction = (end - start) / np.linalg.norm(end - start)
    along: Field = (u - start[0]) * direction[0] + (v - start[1]) * direction[1]
    return along


def _union(masks: Iterable[Mask]) -> Mask:
    return Mask(reduce(ImageChops.lighter, (mask.image for mask in masks)))


def _outline(mask: Mask) -> Mask:
    """A line of two places of the raster along the edge."""
    line = Image.new("L", mask.image.size)
    left, top, right, bottom = mask.image.getbbox() or (0, 0, 1, 1)
    box = (left - 2, top - 2, right + 2, bottom + 2)
    part = mask.image.crop(box)  # the filters are slow, and what is drawn is often small
    edge = ImageChops.difference(part.filter(ImageFilter.MaxFilter(3)), part.filter(ImageFilter.MinFilter(3)))
    line.paste(edge, box[:2])
    return Mask(line)
