"""Coloured shapes, and sentences that say what they are in many ways."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from latent_atlas.drawing.canvas import Canvas, Points, box, mirrored, oval

COLOURS = {
    "red": (222, 40, 44), "orange": (246, 140, 30), "yellow": (248, 222, 50), "green": (44, 160, 66),
    "cyan": (48, 200, 214), "blue": (44, 78, 214), "purple": (136, 60, 176), "pink": (246, 128, 180),
}  # fmt: skip
SHAPES = ("circle", "square", "triangle", "star", "heart", "cross")
SIZES = ("small", "large")
GROUNDS = ("dark", "light")
GROUPS = {"colour": list(COLOURS), "shape": list(SHAPES), "size": list(SIZES), "background": list(GROUNDS)}
NAMES = [f"{colour} {shape}" for colour in COLOURS for shape in SHAPES]

_NOUNS = {
    "circle": ("circle", "disc", "round spot"), "square": ("square", "box"), "triangle": ("triangle",),
    "star": ("star", "five-pointed star"), "heart": ("heart", "heart shape"), "cross": ("cross", "plus sign"),
}  # fmt: skip
_SIZE_WORDS = {"small": ("small", "little", "tiny"), "large": ("large", "big", "huge")}
_GROUND_WORDS = {"dark": ("dark", "black"), "light": ("light", "pale")}
_SENTENCES = (
    "a {colour} {noun}",
    "a {size} {colour} {noun}",
    "this picture shows a {colour} {noun}",
    "there is a {size} {noun} that is {colour}",
    "the {noun} is {colour}",
    "the {noun} in this image is {size} and {colour}",
    "a {noun} drawn in {colour} on a {ground} background",
    "one {size} {colour} {noun} on {ground} ground",
    "a {colour} {noun} {place}",
    "we see a {noun}, coloured {colour}, {place}",
    "a {noun} of {colour} colour in front of a {ground} background",
    "on the {ground} background sits a {size} {colour} {noun}",
    "{colour} {noun}, {size}",
    "somebody painted a {size} {noun} in {colour} {place}",
)

Generator = np.random.Generator


@dataclass(frozen=True)
class Scene:
    """What is in a picture."""

    colour: str
    shape: str
    size: str
    ground: str
    x: float  # of the shape's middle, 0 to 1
    y: float

    def attributes(self) -> NDArray[np.uint8]:
        """0 or 1 for each name of each group of `GROUPS`."""
        true = {"colour": self.colour, "shape": self.shape, "size": self.size, "background": self.ground}
        return np.array([name == true[group] for group, names in GROUPS.items() for name in names], np.uint8)


def scene(name: str, rng: Generator) -> Scene:
    """A scene with the colour and shape of ``name`` (one of `NAMES`), all else being drawn."""
    colour, shape = name.split()
    size = SIZES[rng.integers(2)]
    room = 0.24 if size == "small" else 0.33
    x, y = rng.uniform(room, 1 - room, 2)
    return Scene(colour, shape, size, GROUNDS[rng.integers(2)], float(x), float(y))


def draw(what: Scene, side: int, rng: Generator) -> NDArray[np.uint8]:
    """The picture, (1, side, side, 3)."""
    canvas = Canvas(side, 4)
    level = rng.uniform(8, 58) if what.ground == "dark" else rng.uniform(196, 250)
    canvas.pixels[:] = np.clip(level + rng.normal(0, 7, 3), 0, 255)
    canvas.pixels += ((canvas.y - 0.5) * rng.uniform(-26, 26))[..., None]
    radius = rng.uniform(0.18, 0.22) if what.size == "small" else rng.uniform(0.27, 0.32)
    turn = rng.uniform(-0.3, 0.3)
    points = outline(what.shape) @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    mask = canvas.mask(points * radius + [what.x, what.y])
    colour = np.clip(np.array(COLOURS[what.colour]) + rng.normal(0, 7, 3), 0, 255)
    canvas.paint(mask, colour)
    canvas.shade(mask, 1.08 - 0.22 * (canvas.y - what.y) / (2 * radius) - 0.1 * (canvas.x - what.x))
    return canvas.finish()[None]


def outline(shape: str) -> Points:
    """A closed outline within a circle of radius 1."""
    if shape == "circle":
        return 0.95 * oval((0, 0), 1, 1, 49)
    if shape == "square":
        return box(-0.85, -0.85, 0.85, 0.85)
    if shape == "triangle":
        return np.array([(0, -1.05), (1.05, 0.8), (-1.05, 0.8)])
    if shape == "star":
        angles = np.arange(10) * np.pi / 5 - np.pi / 2
        radii = np.where(np.arange(10) % 2, 0.45, 1.12)
        return np.stack([radii * np.cos(angles), radii * np.sin(angles)], 1)
    if shape == "heart":
        t = np.linspace(0, 2 * np.pi, 60, endpoint=False)
        x = 16 * np.sin(t) ** 3
        y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
        return np.stack([x, y + 2], 1) / 15.5
    arm, reach = 0.34, 1.02
    half = [(arm, -reach), (arm, -arm), (reach, -arm), (reach, arm), (arm, arm), (arm, reach)]
    return mirrored(half, 0.0)


def sentences(what: Scene, count: int, rng: Generator) -> list[str]:
    """Different sentences, all true, and all naming colour and shape."""
    chosen = rng.permutation(len(_SENTENCES))[:count]
    true = {
        "on the left": what.x < 0.42, "on the right": what.x > 0.58,
        "at the top": what.y < 0.42, "at the bottom": what.y > 0.58,
    }  # fmt: skip
    words: dict[str, Sequence[str]] = {
        "noun": _NOUNS[what.shape],
        "size": _SIZE_WORDS[what.size],
        "ground": _GROUND_WORDS[what.ground],
        "place": [place for place in true if true[place]] or ["in the middle"],
    }
    written = []
    for place in chosen:
        said = {name: choices[int(rng.integers(len(choices)))] for name, choices in words.items()}
        written.append(_SENTENCES[place].format(colour=what.colour, **said).replace("a orange", "an orange"))
    return written
