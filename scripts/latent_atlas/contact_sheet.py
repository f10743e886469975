"""The contact sheet: one picture by which a person sees what a dataset holds, and whether it is right."""

import textwrap
from pathlib import Path

import numpy as np
from PIL import Image

from latent_atlas import prepared
from latent_atlas.figures import theme
from latent_atlas.figures.lettering import Note, annotate, pad, shorten, width_of, write
from latent_atlas.figures.theme import Pixels
from latent_atlas.figures.tiles import arrange, centres, legible, rgb, tile
from latent_atlas.prepared import Dataset

_COLUMNS = 14
_ROWS = 20  # classes shown at most
_GAP = 4
_ROOM = 300  # pixels for a name beside a row
_LINE = theme.SMALL + 5


def draw(folder: Path) -> None:
    """Draws ``contact_sheet.png`` in a prepared folder: whatever its columns call for, one below the other."""
    dataset = prepared.load(folder)
    columns = dataset.spec.columns
    others = [name for name, column in columns.items() if column.kind == "images" and name != "images"]
    rows = [name for name in others if "label" not in dataset.entry(name)]
    parts = []
    if "images" in columns:
        parts.append(_captions(dataset) if "captions" in columns else _images(dataset))
    if rows:
        parts.append(_rows({name: np.asarray(dataset.split("train")[name][:_COLUMNS]) for name in rows}))
    if dataset.pictures():
        parts.append(_pictures(dataset))
    if "text" in columns:
        parts.append(_page(dataset))
    theme.write_png(folder / "contact_sheet.png", pad(arrange(parts, 1, 2 * _GAP), *[3 * _GAP] * 4))


def _images(dataset: Dataset) -> Pixels:
    """A row for each class, or many rows where there are none."""
    split, names = dataset.split("train"), dataset.names("labels")
    if not names:
        images = legible(np.asarray(split["images"][: 8 * _COLUMNS]), _COLUMNS)
        return tile(images, -(-len(images) // _COLUMNS), _COLUMNS, _GAP)
    head = np.asarray(split["labels"][:100_000])
    found = {name: np.flatnonzero(head == label)[:_COLUMNS] for label, name in enumerate(names)}
    shown = [(name, rows) for name, rows in found.items() if len(rows)][:_ROWS]
    return _rows({name: split["images"][rows] for name, rows in shown})


def _rows(rows: dict[str, Pixels]) -> Pixels:
    """Rows of images of one shape, the name at the left of each."""
    enlarged = [legible(images, _COLUMNS) for images in rows.values()]
    grid = arrange([tile(images, 1, _COLUMNS, _GAP) for images in enlarged], 1, _GAP)
    places = centres(len(rows), enlarged[0].shape[1], _GAP)
    names = [shorten(name.replace("_", " "), _ROOM) for name in rows]
    return annotate(grid, left=list(zip(places, names, strict=True)))


def _captions(dataset: Dataset, count: int = 24, width: int = 480) -> Pixels:
    """Images, each with its first sentence."""
    cells = []
    for name in ("train", "held_out") if dataset.has_split("held_out") else ("train",):
        split = dataset.split(name).head(count if name == "train" else count // 3)
        mark = "(held out) " if name == "held_out" else ""
        for row, image in enumerate(legible(np.asarray(split["images"]), _COLUMNS)):
            cells.append(_beside(image, mark + split["captions"].one(row, 0), width))
    return arrange(cells, 2, _GAP)


def _beside(image: Pixels, text: str, width: int) -> Pixels:
    letters = max(10, int(width / width_of("n", theme.SMALL)))
    lines = textwrap.wrap(text, letters, max_lines=3, placeholder=" …")
    height, left = image.shape[0], image.shape[1] + 2 * _GAP
    notes = [Note(left, place * _LINE, line, "la", theme.SMALL) for place, line in enumerate(lines)]
    return write(pad(image, right=width, bottom=max(0, len(lines) * _LINE - height)), notes)


def _pictures(dataset: Dataset, side: int = 240) -> Pixels:
    """Pictures, each with its name below."""
    cells = []
    for name in dataset.pictures():
        image = Image.fromarray(np.asarray(rgb(dataset.picture(name))))
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        picture = pad(np.asarray(image), bottom=_LINE)
        cells.append(write(picture, [Note(0, image.height, name.replace("_", " "), "la", theme.SMALL)]))
    return arrange(cells, 5, 2 * _GAP)


def _page(dataset: Dataset, lines: int = 40, columns: int = 100) -> Pixels:
    """The first lines, read back from the numbers, and all characters of the vocabulary."""
    vocabulary = dataset.entry("text")["vocabulary"]
    beginning = "".join(vocabulary[place] for place in dataset.split("train")["text"][: lines * columns])
    shown = [part for line in beginning.split("\n") for part in (textwrap.wrap(line, columns) or [""])][:lines]
    characters = " ".join(character for character in vocabulary if not character.isspace())
    shown += ["", f"{len(vocabulary)} different characters:"]
    shown += textwrap.wrap(characters, columns, max_lines=8, placeholder=" …")
    width = max(width_of(line, theme.SMALL) for line in shown)
    page = np.full((len(shown) * _LINE, width + 1, 3), 255, np.uint8)
    return write(page, [Note(0, place * _LINE, line, "la", theme.SMALL) for place, line in enumerate(shown)])
