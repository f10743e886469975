"""Portraits with known attributes, in colour."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_atlas.drawing.canvas import Canvas, Mask, Painter, Points, box, closed, clouds, curve, mirrored, oval

_HAIR_COLOURS = {
    "Black_Hair": (28, 24, 26), "Blond_Hair": (226, 184, 96), "Brown_Hair": (106, 66, 38),
    "Gray_Hair": (168, 168, 172), "Red_Hair": (178, 72, 32),
}  # fmt: skip
HAIR = tuple(_HAIR_COLOURS)
ATTRIBUTES = (
    *HAIR, "Bangs", "Beard", "Blue_Eyes", "Earrings", "Eyeglasses", "Long_Hair", "Open_Mouth", "Smiling",
    "Wearing_Hat",
)  # fmt: skip
_CHANCES = {
    "Bangs": 0.4, "Beard": 0.25, "Blue_Eyes": 0.4, "Earrings": 0.25, "Eyeglasses": 0.5, "Long_Hair": 0.45,
    "Open_Mouth": 0.4, "Smiling": 0.5, "Wearing_Hat": 0.2,
}  # fmt: skip
_SKINS = ((252, 222, 196), (240, 198, 164), (222, 172, 130), (188, 132, 92), (142, 94, 62), (98, 64, 44))

Generator = np.random.Generator


def attributes(rng: Generator) -> NDArray[np.uint8]:
    """A draw of all attributes, (14,) of 0 and 1: independent of each other but for the hair colours."""
    hair = HAIR[rng.integers(len(HAIR))]
    drawn = {name: bool(rng.random() < chance) for name, chance in _CHANCES.items()}
    return np.array([name == hair if name in HAIR else drawn[name] for name in ATTRIBUTES], np.uint8)


def draw(values: NDArray[np.uint8], size: int, rng: Generator) -> NDArray[np.uint8]:
    """The portrait, (1, size, size, 3)."""
    canvas = Canvas(size, max(2, 128 // size))
    _Portrait(canvas, rng, dict(zip(ATTRIBUTES, values.astype(bool).tolist(), strict=True))).draw()
    return canvas.finish()[None]


@dataclass
class _Portrait(Painter):
    has: dict[str, bool]

    def draw(self) -> None:
        """From back to front."""
        self.x = 0.5 + self.between(-0.03, 0.03)  # the middle of the face
        self.y = 0.53 + self.between(-0.02, 0.02)
        self.wide, self.tall = self.between(0.2, 0.245), self.between(0.27, 0.31)
        self.skin = self.one(_SKINS, 5)
        self.hair = self.about(next(colour for name, colour in _HAIR_COLOURS.items() if self.has[name]), 6)
        self._background()
        if self.has["Long_Hair"]:
            self._long_hair()
        self._body()
        self._head()
        self._mouth()
        if self.has["Beard"]:
            self._beard()
        self._eyes()
        self._top_of_hair()
        if self.has["Earrings"]:
            self._earrings()
        if self.has["Eyeglasses"]:
            self._glasses()
        if self.has["Wearing_Hat"]:
            self._hat()
        self.canvas.pixels *= (0.96 + 0.08 * clouds(self.canvas, self.rng, 3))[..., None]

    def _at(self, points: object) -> Points:
        """From face coordinates: (0, 0) is its middle, (1, 1) half a width and half a height away."""
        return np.asarray(points, np.float64) * [self.wide, self.tall] + [self.x, self.y]

    def _mask(self, points: object) -> Mask:
        """A polygon in face coordinates."""
        return self.canvas.mask(self._at(points))

    def _background(self) -> None:
        colour = np.clip(self.rng.uniform(70, 215, 3), 0, 255)
        slope = 1.12 - 0.35 * self.canvas.y + self.between(-0.2, 0.2) * (self.canvas.x - 0.5)
        self.canvas.pixels[:] = np.clip(colour * slope[..., None], 0, 255)

    def _strands(self, mask: Mask) -> None:
        """Hair: its colour, lighter above, in strands."""
        wave = np.sin(self.canvas.x * 95 + 9 * clouds(self.canvas, self.rng, 4)) * 0.09
        light = 1.16 - 0.4 * np.abs(self.canvas.y - 0.3) + wave
        self.canvas.paint(mask, np.clip((self.hair + 8) * light[..., None], 0, 255))

    def _long_hair(self) -> None:
        length, width = self.between(0.95, 1.6), self.between(1.28, 1.5)
        upper = [(0, -1.32), (0.75, -1.2), (width * 0.93, -0.5), (width, 0.3)]
        self._strands(self._mask(curve(mirrored([*upper, (width * 1.02, length), (0.55, length + 0.1)], 0.0))))

    def _body(self) -> None:
        canvas, clothes = self.canvas, self.rng.uniform(30, 230, 3)
        canvas.paint(self._mask([(-0.45, 0.5), (0.45, 0.5), (0.5, 1.5), (-0.5, 1.5)]), self.skin * 0.84)
        wide = self.between(1.6, 2.0)
        half = [(0.42, 1.24), (wide * 0.75, 1.4), (wide, 1.75), (wide, 2.6)]
        shoulders = self._mask(curve(mirrored(half, 0.0), steps=6))
        canvas.paint(shoulders, clothes)
        canvas.shade(shoulders, 1.15 - 0.5 * np.abs(canvas.x - self.x))
        depth = self.between(0.16, 0.4)
        collar = canvas.disc((self.x, self.y + 1.22 * self.tall), 0.5 * self.wide, depth * self.tall)
        canvas.paint(collar, self.skin * 0.86)

    def _head(self) -> None:
        canvas, jaw = self.canvas, self.between(0.62, 0.8)
        for side in (-1, 1):
            place = (self.x + side * self.wide, self.y + 0.02)
            canvas.paint(canvas.disc(place, 0.13 * self.wide + 0.008, 0.2 * self.tall), self.skin * 0.9)
        half = [(0, -1.05), (0.6, -0.95), (0.96, -0.5), (1.0, 0.05), (0.9, 0.5), (jaw, 0.78), (0.3, 1.02), (0, 1.05)]
        face = canvas.mask(curve(self._at(mirrored(half, 0.0))))
        canvas.paint(face, self.skin)
        x, y = canvas.x - self.x, canvas.y - self.y
        canvas.shade(face, 1.1 - 0.16 * ((x / self.wide) ** 2 + ((y + 0.05) / self.tall) ** 2))
        for side in (-1, 1):  # cheeks
            distance = ((x - side * 0.55 * self.wide) / 0.09) ** 2 + ((y - 0.33 * self.tall) / 0.07) ** 2
            canvas.paint(face.field() * np.exp(-distance), np.clip(self.skin * [1.02, 0.78, 0.74], 0, 255), 0.45)
        nose = curve(self._at([(0.05, -0.1), (0.16, 0.24), (0.0, 0.33), (-0.14, 0.27)]), closed=False)
        canvas.paint(canvas.stroke(nose, 0.013), self.skin * 0.72, 0.8)

    def _mouth(self) -> None:
        canvas, smiling = self.canvas, self.has["Smiling"]
        width = self.between(0.44, 0.54) if smiling else self.between(0.26, 0.34)
        bend = self.between(0.15, 0.2) if smiling else self.between(-0.04, 0.0)
        middle = 0.55
        x = np.linspace(-1, 1, 13)
        line = np.stack([width * x, middle + bend * (0.5 - x**2)], 1)
        lips = np.clip(self.skin * [0.84, 0.5, 0.5], 0, 255)
        if self.has["Open_Mouth"]:
            depth = self.between(0.16, 0.22)
            upper = np.subtract(line, (0, 0.02))
            lower = np.stack([width * x, middle + bend * (0.5 - x**2) + depth * (1 - x**2)], 1)
            shape = np.concatenate([upper, lower[::-1]])
            opening = self._mask(shape)
            canvas.paint(opening, (96, 28, 30))
            teeth = np.concatenate([upper, np.add(upper, (0, depth * 0.42))[::-1]])
            canvas.paint(self._mask(teeth) & opening, (246, 244, 238))
            canvas.paint(canvas.stroke(closed(self._at(shape)), 0.016), lips)
        else:
            canvas.paint(canvas.stroke(self._at(np.add(line, (0, 0.045))), 0.028), lips, 0.75)
            canvas.paint(canvas.stroke(self._at(line), 0.014), lips * 0.62)

    def _beard(self) -> None:
        outer = self._mask(curve(mirrored([(0.98, 0.0), (0.98, 0.42), (0.78, 0.86), (0.3, 1.16), (0, 1.2)], 0.0)))
        above = self._mask(mirrored([(1.2, -0.5), (1.2, 0.1), (0.72, 0.3), (0.3, 0.36)], 0.0))
        mouth = self.canvas.disc((self.x, self.y + 0.6 * self.tall), 0.4 * self.wide, 0.19 * self.tall)
        self._strands(outer - above - mouth)

    def _eyes(self) -> None:
        canvas, apart, high = self.canvas, self.between(0.4, 0.46), self.between(-0.16, -0.1)
        colour = (70, 120, 190) if self.has["Blue_Eyes"] else (84, 52, 30)
        self.eyes = apart, high
        brow = self.hair * (0.6 if self.has["Gray_Hair"] else 0.62 if self.has["Blond_Hair"] else 0.75)
        lift = self.between(0.0, 0.06)
        for side in (-1, 1):
            x, y = self._at((side * apart, high))
            canvas.paint(canvas.disc((x, y), 0.049, 0.026), (248, 246, 244))
            canvas.paint(canvas.disc((x, y), 0.024, 0.026), self.about(colour, 6))
            canvas.paint(canvas.disc((x, y), 0.011), (12, 10, 12))
            canvas.paint(canvas.disc((x - 0.008, y - 0.009), 0.006), (255, 255, 255))
            lid = curve([(x - 0.052, y + 0.004), (x, y - 0.03), (x + 0.052, y + 0.004)], closed=False)
            canvas.paint(canvas.stroke(lid, 0.013), self.skin * 0.35)
            up = high - lift
            arch = [(apart - 0.24, up - 0.26), (apart, up - 0.34), (apart + 0.26, up - 0.25)]
            points = self._at(np.multiply(arch, (side, 1)))
            canvas.paint(canvas.stroke(curve(points, closed=False), 0.022), brow, 0.9)

    def _top_of_hair(self) -> None:
        volume = self.between(1.22, 1.4)
        side = self.between(-0.25, 0.15) if self.has["Long_Hair"] else self.between(-0.45, -0.2)
        part = self.between(-0.5, 0.5)
        half = [(0, -volume), (0.65, -volume * 0.94), (1.1, -0.72), (1.13, side)]
        outer = mirrored(half, 0.0)
        if self.has["Bangs"]:
            low = self.between(-0.46, -0.38)
            inner = [(-0.9, low - 0.1), (-0.5, low), (0.0, low + 0.04), (0.5, low), (0.9, low - 0.1)]
        else:
            inner = [(-0.86, -0.5), (-0.5, -0.78), (part, -0.93), (0.5, -0.78), (0.86, -0.5)]
        right = curve(outer[: len(half)], closed=False)
        left = curve(outer[len(half) :], closed=False)
        self._strands(self._mask(np.concatenate([right, [(0.97, side), *inner[::-1], (-0.97, side)], left])))

    def _earrings(self) -> None:
        gold = (250, 208, 70) if self.rng.random() < 0.7 else (225, 232, 240)
        for side in (-1, 1):
            x, y = self._at((side * 1.08, 0.36))
            self.canvas.paint(self.canvas.disc((x, y), 0.03), (60, 45, 20))
            self.canvas.paint(self.canvas.disc((x, y), 0.024), gold)

    def _glasses(self) -> None:
        canvas, (apart, high) = self.canvas, self.eyes
        colour = np.array(((22, 22, 26), (120, 30, 30), (40, 60, 120), (90, 60, 30))[self.rng.integers(4)])
        round_ones = self.rng.random() < 0.5
        width, height = self.between(0.082, 0.094), self.between(0.062, 0.076)
        lenses = []
        for side in (-1, 1):
            x, y = self._at((side * (apart + 0.02), high + 0.02))
            if round_ones:
                ring = oval((x, y), width, width * 0.92, 25)
            else:
                corners = mirrored([(width, -height), (width * 0.9, height)], 0.0)
                ring = closed(np.add(corners, (x, y)))
            lenses.append(ring)
            canvas.paint(canvas.mask(ring), (235, 245, 255), 0.16)
            ear = self._at((side * 1.02, high - 0.02))
            canvas.paint(canvas.stroke([(x + side * width, y - 0.01), tuple(ear)], 0.016), colour)
        canvas.paint(canvas.strokes(lenses, 0.02), colour)
        left, right = self._at((-(apart + 0.02), high)), self._at((apart + 0.02, high))
        canvas.paint(canvas.stroke([(left[0] + width, left[1]), (right[0] - width, right[1])], 0.018), colour)

    def _hat(self) -> None:
        canvas, colour = self.canvas, self.rng.uniform(30, 230, 3)
        line = -0.62
        if self.rng.random() < 0.5:  # a brimmed hat
            dome = [(-0.95, line), (-0.85, -1.35), (-0.3, -1.52), (0.3, -1.52), (0.85, -1.35), (0.95, line)]
            crown = canvas.mask(curve(self._at(dome), closed=False))
            canvas.paint(crown, colour)
            canvas.shade(crown, 1.2 - 0.9 * np.abs(canvas.x - self.x + 0.05))
            band = [(-0.97, line - 0.22), (0.97, line - 0.22), (0.98, line), (-0.98, line)]
            canvas.paint(self._mask(band), colour * 0.45)
            brim = canvas.disc((self.x, self.y + line * self.tall), 1.62 * self.wide, 0.13 * self.tall)
            canvas.paint(brim, colour * 0.85)
        else:  # a knitted one
            dome = [(-1.14, line), (-1.1, -1.0), (-0.62, -1.46), (0, -1.58), (0.62, -1.46), (1.1, -1.0), (1.14, line)]
            wool = canvas.mask(curve(self._at(dome), closed=False))
            canvas.paint(wool, colour)
            ribs = 0.92 + 0.14 * np.sin(canvas.x * 120)
            canvas.shade(wool, ribs)
            edge = self._mask(box(-1.18, line - 0.24, 1.18, line + 0.06))
            canvas.paint(edge, np.clip(colour * 1.25 + 15, 0, 255))
            canvas.shade(edge, ribs)
            canvas.paint(canvas.disc((self.x, self.y - 1.62 * self.tall), 0.05), np.clip(colour * 1.3 + 25, 0, 255))
