"""The contact sheet: one picture by which a person sees what a dataset holds, and whether it is right."""

import functools
import importlib.util
import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from latent_atlas.datasets import processed

_COLUMNS = 14
_ROWS = 20  # classes shown at most
_GAP = 4
_SIZE = 13  # of the letters, in pixels
_INK, _PAPER = (40, 40, 48), (255, 255, 255)


def write(folder: Path) -> None:
    """Draws ``contact_sheet.png`` in a processed folder: classes by rows, pairs, captions, photographs, or a page."""
    dataset = processed.load(folder)
    if dataset.kind == "text":
        sheet = _page(dataset)
    elif dataset.kind == "photos":
        sheet = _rows([[_thumbnail(photo, 160)] for photo in dataset.photos().values()], list(dataset.photos()), 4)
    elif "captions_per_image" in dataset.card:
        sheet = _captions(dataset)
    elif "pairs" in dataset.card:
        sheet = _stack([_classes(dataset), _pairs(dataset)])
    else:
        sheet = _classes(dataset)
    sheet.save(folder / "contact_sheet.png", optimize=True)


def _classes(dataset: processed.Dataset) -> Image.Image:
    split = dataset.split("train")
    head = np.asarray(split.labels[:100_000])
    if not dataset.label_names:
        return _rows([[_enlarge(split.images[row])] for row in range(min(_COLUMNS * 8, len(split)))], None, _COLUMNS)
    shown = [label for label in range(len(dataset.label_names)) if (head == label).any()][:_ROWS]
    rows = [[_enlarge(split.images[row]) for row in np.flatnonzero(head == label)[:_COLUMNS]] for label in shown]
    return _rows(rows, [dataset.label_names[label] for label in shown], 1)


def _pairs(dataset: processed.Dataset) -> Image.Image:
    inputs, targets = dataset.pairs("train")
    count = min(_COLUMNS, len(inputs))
    rows = [[_enlarge(side[row]) for row in range(count)] for side in (inputs, targets)]
    return _rows(rows, ["paired: input", "target"], 1)


def _captions(dataset: processed.Dataset, count: int = 24) -> Image.Image:
    pictures, texts = [], []
    for name in ("train", "held_out") if dataset.has("held_out_images") else ("train",):
        split, captions = dataset.split(name), dataset.captions(name)
        for row in range(min(count if name == "train" else count // 3, len(split))):
            mark = "(held out) " if name == "held_out" else ""
            pictures.append([_enlarge(split.images[row])])
            texts.append(mark + captions.one(row, 0))
    return _rows(pictures, texts, 2, width=420)


def _page(dataset: processed.Dataset, lines: int = 40, columns: int = 100) -> Image.Image:
    """The first lines, read back from the numbers, and all characters of the vocabulary."""
    beginning = "".join(dataset.vocabulary[place] for place in dataset.text("train")[: lines * columns])
    shown = [part for line in beginning.split("\n") for part in (textwrap.wrap(line, columns) or [""])][:lines]
    characters = " ".join(character for character in dataset.vocabulary if not character.isspace())
    shown += ["", f"{len(dataset.vocabulary)} different characters:"]
    shown += textwrap.wrap(characters, columns, max_lines=8, placeholder=" …")
    font, height = _font("DejaVuSansMono"), _SIZE + 5
    page = Image.new("RGB", (round(columns * font.getlength("m")) + 6 * _GAP, (len(shown) + 1) * height), _PAPER)
    draw = ImageDraw.Draw(page)
    for place, line in enumerate(shown):
        draw.text((3 * _GAP, place * height + height // 2), line, _INK, font)
    return page


def _rows(
    rows: Sequence[Sequence[Image.Image]], names: Sequence[str] | None, columns: int, width: int = 120
) -> Image.Image:
    """Rows of pictures with a name at the left of each, laid out in so many columns."""
    font = _font()
    margin = width if names else 0
    cell = max(sum(picture.width + _GAP for picture in row) for row in rows) + margin
    height = max(picture.height for row in rows for picture in row) + _GAP
    lines = -(-len(rows) // columns)
    sheet = Image.new("RGB", (columns * cell + _GAP, lines * height + _GAP), _PAPER)
    draw = ImageDraw.Draw(sheet)
    for place, row in enumerate(rows):
        left, top = place % columns * cell + _GAP, place // columns * height + _GAP
        text_left = left + (row[0].width + 2 * _GAP if columns > 1 else 0)  # a caption stands right of its picture
        if names:
            draw.multiline_text((text_left, top + 2), _wrap(names[place], font, width - 12), _INK, font, spacing=2)
        left += margin if columns == 1 else 0
        for picture in row:
            sheet.paste(picture, (left, top))
            left += picture.width + _GAP
    return sheet


def _wrap(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    lines = [""]
    for word in text.replace("_", " ").split():
        longer = f"{lines[-1]} {word}".strip()
        lines = [*lines[:-1], longer] if font.getlength(longer) <= width else [*lines, word]
    return "\n".join(lines[:4])


@functools.cache
def _font(name: str = "DejaVuSans") -> ImageFont.FreeTypeFont:
    """Of those that matplotlib ships: the same everywhere, and they know more scripts than Pillow's own."""
    package = importlib.util.find_spec("matplotlib")
    assert package is not None and package.origin is not None
    path = Path(package.origin).parent / f"mpl-data/fonts/ttf/{name}.ttf"
    return ImageFont.truetype(str(path), _SIZE, layout_engine=ImageFont.Layout.BASIC)  # without optional libraries


def _stack(sheets: Sequence[Image.Image]) -> Image.Image:
    stacked = Image.new("RGB", (max(s.width for s in sheets), sum(s.height for s in sheets)), _PAPER)
    top = 0
    for sheet in sheets:
        stacked.paste(sheet, (0, top))
        top += sheet.height
    return stacked


def _enlarge(pixels: NDArray[np.uint8], least: int = 56) -> Image.Image:
    """At a size that can be seen: whole pixels when enlarged, antialiased when reduced."""
    picture = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else np.asarray(pixels)).convert("RGB")
    if max(picture.size) > 2 * least:
        return _thumbnail(pixels, 2 * least)
    factor = -(-least // max(picture.size))
    return picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)


def _thumbnail(pixels: NDArray[np.uint8], most: int) -> Image.Image:
    picture = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else np.asarray(pixels)).convert("RGB")
    picture.thumbnail((most, most), Image.Resampling.LANCZOS)
    return picture
