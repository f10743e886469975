"""Figures made of images: each function takes the material and returns the drawing."""

import textwrap
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from . import theme
from .lettering import Note, annotate, pad, page, shorten, width_of, write
from .material import Drawing, Material, require
from .theme import Pixels
from .tiles import arrange, centres, check_images, legible, resized, rgb, spread, tile

GAP = 4  # pixels between images
COLUMNS = 10
BLOCKS = 3  # of rows in a figure that compares rows
CAPTIONED = 24  # images with a caption beneath
LETTERS, LINES = 24, 4  # of a caption: columns, and lines at most
MISTAKES = 40


# ------------------------------------------------------------ shared shapes


def compared(rows: Mapping[str, Pixels], columns: int = COLUMNS, blocks: int = BLOCKS) -> Pixels:
    """Rows of images that belong together column by column, named on the left, in up to `blocks` blocks.

    Rows may differ in the size of their images and in channels; all are brought to the size of the first.
    """
    rows = {name: check_images(images, name) for name, images in rows.items()}
    size = next(iter(rows.values())).shape[1:3]
    count = min(len(images) for images in rows.values())
    blocks = min(blocks, max(1, count // columns))
    columns = min(columns, count)
    pictures = []
    for block in range(blocks):
        chosen = slice(block * columns, (block + 1) * columns)
        cells = legible(np.concatenate([rgb(resized(images[chosen], size)) for images in rows.values()]), COLUMNS)
        places = centres(len(rows), cells.shape[1], GAP)
        pictures.append(annotate(tile(cells, len(rows), columns, GAP), list(zip(places, rows, strict=True))))
    return arrange(pictures, 1, 5 * GAP)


def headed(cells: Pixels, columns: list[str]) -> Pixels:
    """A table of images: cells (rows, columns, H, W, C) with a name over each column."""
    cells = legible(cells, max(cells.shape[1], COLUMNS))
    rows, cols, _, width = cells.shape[:4]
    grid = tile(cells.reshape(-1, *cells.shape[2:]), rows, cols, GAP)
    names = [shorten(name, width + GAP, theme.SMALL) for name in columns]
    return annotate(grid, top=list(zip(centres(cols, width, GAP), names, strict=True)), size=theme.SMALL)


# ------------------------------------------------------------------ figures


def reconstructions(material: Material) -> Drawing:
    """test_images, test_reconstructions (n, H, W, C): pairs, the original above."""
    rows = {"original": material["test_images"], "reconstruction": material["test_reconstructions"]}
    return Drawing(compared(rows), "test images")


def denoising(material: Material) -> Drawing:
    """noisy_images, denoised_images, test_images (n, H, W, C): triples."""
    rows = {
        "with noise": material["noisy_images"],
        "denoised": material["denoised_images"],
        "original": material["test_images"],
    }
    return Drawing(compared(rows), "test images")


def translations(way: str) -> Callable[[Material], Drawing]:
    """The figure of one way, ab or ba, from translation_sources_<way>, translated_<way> (n, H, W, C).

    Below them translation_truth_<way> and cycled_<way>, there and back, where they are known.
    """

    def draw(material: Material) -> Drawing:
        names = {
            "source": f"translation_sources_{way}",
            "translated": f"translated_{way}",
            "truth": f"translation_truth_{way}",
            "there and back": f"cycled_{way}",
        }
        return Drawing(
            compared({row: material[name] for row, name in names.items() if name in material}), "test images"
        )

    return draw


def samples(material: Material) -> Drawing:
    """samples (n, H, W, C): one row for each of sample_labels (n,) if present, else a 10 x 10 grid.

    Where captions were asked for, sample_captions (n,) str, each image stands above its own.
    """
    images = check_images(material["samples"], "samples")
    if "sample_labels" in material:
        return Drawing(_samples_by_label(images, material), "one row for each class asked for")
    if "sample_captions" in material:
        return _under_captions(images, material["sample_captions"])
    chosen = images[: COLUMNS * COLUMNS]
    cols = min(COLUMNS, len(chosen))
    return Drawing(tile(legible(chosen, COLUMNS), -(-len(chosen) // cols), cols, GAP), "drawn at random, not selected")


def held_out_samples(material: Material) -> Drawing:
    """held_out_samples (n, H, W, C) above held_out_captions (n,) str."""
    return _under_captions(material["held_out_samples"], material["held_out_captions"])


def _under_captions(images: Pixels, captions: NDArray[np.str_]) -> Drawing:
    lines = [
        textwrap.wrap(str(caption), LETTERS, max_lines=LINES, placeholder=" …") for caption in captions[:CAPTIONED]
    ]
    return Drawing(_captioned(images[:CAPTIONED], lines), "beneath each image the caption asked for")


def _samples_by_label(images: Pixels, material: Material) -> Pixels:
    wanted = material["sample_labels"]
    present = np.unique(wanted)
    present = present[spread(len(present), 2 * COLUMNS)]
    cells = legible(images, COLUMNS)
    rows = [tile(cells[wanted == label][:COLUMNS], 1, COLUMNS, GAP) for label in present]
    places = centres(len(rows), cells.shape[1], GAP)
    names = [material.name_of(int(label)) for label in present]
    return annotate(arrange(rows, 1, GAP), list(zip(places, names, strict=True)))


def interpolations(material: Material) -> Drawing:
    """interpolations (r, steps, H, W, C): each row goes from one point of the latent space to another."""
    cells = material["interpolations"]
    body = headed(cells, [f"{share:.0%}" for share in np.linspace(0, 1, cells.shape[1])])
    return Drawing(body, "straight lines between codes of test images; above: how far along the line")


def style_transfer(material: Material) -> Drawing:
    """transfer_sources (k, H, W, C), transfers (k, L, H, W, C): each source, then its code under every label.

    transfer_labels (k,), the sources' own labels, are written on the left if they are known.
    """
    sources, transfers = material["transfer_sources"], material["transfers"]
    require(transfers.shape[1], 2, "classes")
    count = min(len(sources), COLUMNS)
    cells = np.concatenate([sources[:count, None], transfers[:count]], axis=1)
    cells = legible(cells, max(cells.shape[1], COLUMNS))
    width = cells.shape[3]
    source = tile(cells[:, 0], count, 1, GAP)
    targets = tile(cells[:, 1:].reshape(-1, *cells.shape[2:]), count, transfers.shape[1], GAP)
    apart = 6 * GAP  # sets the sources off from what was made of them
    grid = np.concatenate([pad(source, right=apart), rgb(targets)], axis=1)
    names = [material.name_of(label) for label in range(transfers.shape[1])]
    places = [width + apart + x for x in centres(len(names), width, GAP)]
    top = [(x, shorten(name, width + GAP, theme.SMALL)) for x, name in zip(places, names, strict=True)]
    own = material["transfer_labels"][:count] if "transfer_labels" in material else ()
    left = list(
        zip(centres(len(own), cells.shape[2], GAP), (material.name_of(int(label)) for label in own), strict=True)
    )
    body = annotate(grid, left, [(width // 2, shorten("source", width + apart)), *top], size=theme.SMALL)
    return Drawing(body, "the columns name the class asked for")


# ----------------------------------------------------------------- mistakes


def mistakes(material: Material) -> Drawing:
    """test_images (n, ...), test_logits (n, L), test_labels (n,): what was misread, the surest first."""
    images = check_images(material["test_images"], "test_images")
    count = min(len(images), len(material["test_logits"]))
    logits = np.asarray(material["test_logits"][:count], np.float64)
    labels = np.asarray(material["test_labels"][:count]).astype(int)
    chances = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    guesses, sure = logits.argmax(axis=1), chances.max(axis=1)
    wrong = np.flatnonzero(guesses != labels)
    wrong = wrong[np.argsort(-sure[wrong], kind="stable")]
    total = f"{len(wrong):,} of {count:,} test images misread"
    shown = wrong[:MISTAKES]
    captions = [
        [material.name_of(int(labels[i])), f"→ {material.name_of(int(guesses[i]))} ({sure[i]:.0%})"] for i in shown
    ]
    body = _captioned(images[shown], captions) if len(wrong) else page(["There are none."], columns=60)
    return Drawing(body, f"{total} · true class → answer (probability)")


def _captioned(images: Pixels, captions: Sequence[Sequence[str]]) -> Pixels:
    """Images with lines of text beneath each, in as many columns as fit."""
    text = max(width_of(line, theme.SMALL) for lines in captions for line in lines)
    across = max(1, min(COLUMNS, theme.WIDTH // (text + 4 * GAP)))
    cells = legible(images, across, target=theme.WIDTH - 4 * GAP * across)
    count, height, width = cells.shape[:3]
    cols = min(count, across)
    room, line = max(width, text) + 4 * GAP, theme.SMALL + 5
    pitch = height + max(map(len, captions)) * line + 6 * GAP
    sheet = np.full((-(-count // cols) * pitch - 4 * GAP, cols * room - 4 * GAP, 3), 255, np.uint8)
    notes = []
    for index, (cell, lines) in enumerate(zip(cells, captions, strict=True)):
        y, x = index // cols * pitch, index % cols * room
        sheet[y : y + height, x : x + width] = cell
        notes += [Note(x, y + height + GAP + k * line, text, "la", theme.SMALL) for k, text in enumerate(lines)]
    return write(sheet, notes)
