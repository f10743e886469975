"""Images from captions, as grids; material -> drawing."""

import textwrap
from collections.abc import Callable, Sequence

import numpy as np

from . import theme
from .lettering import Note, annotate, pad, shorten, width_of, write
from .material import Drawing, Material
from .theme import Pixels
from .tiles import arrange, centres, legible, rgb, tile

GAP = 4  # pixels between images
LETTERS, LINES = 34, 5  # of a caption beside its images
FRAME = 3  # pixels


def draws(images: str, captions: str, notes: str = "") -> Callable[[Material], Drawing]:
    """The figure of ``images`` (captions, draws, H, W, C), each row beside its caption (captions,) str.

    What ``notes`` (captions,) str say of a caption stands under it.
    """

    def draw(material: Material) -> Drawing:
        cells, sentences = material[images], material[captions]
        remarks = material[notes] if notes else [""] * len(sentences)
        body = _beside(cells, [[str(sentence)] for sentence in sentences], [str(remark) for remark in remarks])
        return Drawing(body, "one caption a row; each column has the same latent")

    return draw


def paths(material: Material) -> Drawing:
    """caption_paths (lines, stops, H, W, C), caption_path_ends (lines, 2) str: one latent a row."""
    ends = [[str(first), f"→ {last}"] for first, last in material["caption_path_ends"]]
    return Drawing(_beside(material["caption_paths"], ends), "one latent a row; the embedding moves in equal steps")


def words(material: Material) -> Drawing:
    """word_changes (rows, columns, H, W, C): one latent and one caption with two words changed.

    word_change_new (rows, columns) bool says which two words stand together in no training caption: those are framed.
    """
    cells = rgb(legible(material["word_changes"], material["word_changes"].shape[1], theme.WIDTH)).copy()
    columns, rows = material["word_change_columns"], material["word_change_rows"]
    for row, column in np.argwhere(material["word_change_new"]):
        cell = cells[row, column]
        inner = cell[FRAME:-FRAME, FRAME:-FRAME].copy()
        cell[:] = theme.triple(theme.CONTRAST)
        cell[FRAME:-FRAME, FRAME:-FRAME] = inner
    grid = tile(cells.reshape(-1, *cells.shape[2:]), len(rows), len(columns), GAP)
    left = list(zip(centres(len(rows), cells.shape[2], GAP), map(str, rows), strict=True))
    headings = [shorten(str(column), cells.shape[3]) for column in columns]
    top = list(zip(centres(len(columns), cells.shape[3], GAP), headings, strict=True))
    framed = " · framed: never together in training" if material["word_change_new"].any() else ""
    return Drawing(annotate(grid, left, top), f"“{material['word_change_caption'][0]}”, one latent{framed}")


def _beside(cells: Pixels, texts: Sequence[Sequence[str]], remarks: Sequence[str] = ()) -> Pixels:
    """Rows of images (rows, columns, H, W, C), each with its text at the left and a grey remark under that."""
    blocks = [
        [line for text in each for line in textwrap.wrap(text, LETTERS, max_lines=LINES, placeholder=" …")]
        for each in texts
    ]
    greys = [textwrap.wrap(remark, LETTERS, max_lines=3, placeholder=" …") for remark in remarks or [""] * len(texts)]
    pitch = theme.SMALL + 5
    room = max(width_of(line, theme.SMALL) for lines in (*blocks, *greys) for line in lines) + 4 * GAP
    cells = legible(cells, cells.shape[1], theme.WIDTH - room)
    rows = []
    for images, lines, grey in zip(cells, blocks, greys, strict=True):
        strip = pad(tile(images, 1, len(images), GAP), left=room)
        strip = pad(strip, bottom=max(0, pitch * (len(lines) + len(grey)) - len(strip)))
        rows.append(
            write(strip, [
                Note(0, place * pitch, line, "la", theme.SMALL, colour=theme.INK if place < len(lines) else theme.MUTED)
                for place, line in enumerate((*lines, *grey))
            ])
        )  # fmt: skip
    return arrange(rows, 1, 2 * GAP)
