"""Text on and around pictures, with Pillow and the fonts that matplotlib ships."""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from . import theme
from .theme import Pixels
from .tiles import rgb

Label = tuple[int, str]
"""A pixel position along one edge and the text that belongs there."""


@dataclass(frozen=True)
class Note:
    """One line of text; `anchor` as in Pillow, e.g. "mm" centre, "lm" left middle, "rm" right middle."""

    x: int
    y: int
    text: str
    anchor: str = "mm"
    size: int = theme.TEXT
    face: str = theme.REGULAR
    colour: str = theme.INK


def write(picture: Pixels, notes: Iterable[Note]) -> Pixels:
    """A copy of the picture (H, W, 1 | 3), as RGB, with the notes on it."""
    image = Image.fromarray(np.ascontiguousarray(rgb(picture)))
    draw = ImageDraw.Draw(image)
    for note in notes:
        font = theme.font(note.size, note.face)
        draw.text((note.x, note.y), note.text, note.colour, font, note.anchor)
    return np.array(image)


def width_of(text: str, size: int = theme.TEXT, face: str = theme.REGULAR) -> int:
    """Pixels that a line of text takes."""
    return int(np.ceil(theme.font(size, face).getlength(text)))


def shorten(text: str, room: int, size: int = theme.TEXT, face: str = theme.REGULAR) -> str:
    """`text`, or as much of it as fits into `room` pixels, with an ellipsis."""
    if width_of(text, size, face) <= room:
        return text
    while text and width_of(text + "…", size, face) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def typed(text: str, columns: int, most: int) -> list[str]:
    """The first `most` lines of a text as they stand on a page of so many columns; its own line breaks are kept."""
    lines = [
        part
        for line in text.expandtabs(4).split("\n")
        for part in (textwrap.wrap(line, columns, drop_whitespace=False) or [""])
    ]
    return ["".join(sign if sign.isprintable() else " " for sign in line) for line in lines[:most]]


def page(lines: Sequence[str], columns: int, size: int = theme.SMALL) -> Pixels:
    """Lines of at most `columns` characters in a font of equal widths, as RGB."""
    pitch = size + 6
    white = np.full((max(1, len(lines)) * pitch, width_of("m" * columns, size, theme.MONO), 3), 255, np.uint8)
    return write(white, [Note(0, row * pitch, line, "la", size, theme.MONO) for row, line in enumerate(lines)])


def pad(picture: Pixels, top: int = 0, right: int = 0, bottom: int = 0, left: int = 0) -> Pixels:
    """White space around (H, W, 1 | 3), as RGB."""
    return np.pad(rgb(picture), ((top, bottom), (left, right), (0, 0)), constant_values=255)


def annotate(
    picture: Pixels, left: Sequence[Label] = (), top: Sequence[Label] = (), bottom: Sequence[Label] = (),
    size: int = theme.TEXT, colour: str = theme.INK,
) -> Pixels:  # fmt: skip
    """Labels outside the edges; the picture grows by what they need."""
    space = 12
    height, width = picture.shape[:2]
    margin = max((width_of(text, size) for _, text in left), default=-space) + space
    head = size + space if top else 0
    foot = size + space if bottom else 0
    # A label centred near a corner may stick out sideways.
    overhang = max((x + width_of(text, size) // 2 + 1 - width for x, text in (*top, *bottom)), default=0)
    notes = [Note(margin - space, head + y, text, "rm", size, colour=colour) for y, text in left]
    notes += [Note(margin + x, head - space // 2, text, "md", size, colour=colour) for x, text in top]
    notes += [Note(margin + x, head + height + space // 2, text, "ma", size, colour=colour) for x, text in bottom]
    return write(pad(picture, head, max(overhang, 0), foot, margin), notes)


def titled(picture: Pixels, title: str, subtitle: str) -> Pixels:
    """A bold title, a grey line beneath, and the margin that all pictures share."""
    margin = theme.MARGIN
    head = margin + theme.TITLE + 12 + theme.TEXT + 22
    needed = max(width_of(title, theme.TITLE, theme.BOLD), width_of(subtitle)) - picture.shape[1]
    notes = [
        Note(margin, margin, title, "la", theme.TITLE, theme.BOLD),
        Note(margin, margin + theme.TITLE + 12, subtitle, "la", colour=theme.MUTED),
    ]
    return write(pad(picture, head, margin + max(0, needed), margin, margin), notes)
