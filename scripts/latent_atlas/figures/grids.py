"""Figures made of images: each function takes the material and returns the finished picture (H, W, 3)."""

from collections.abc import Mapping

import numpy as np

from . import style
from .captions import Note, annotate, pad, shorten, titled, width_of, write
from .material import Material
from .style import Pixels
from .tiles import arrange, centres, check_images, legible, rgb, spread, tile

GAP = 4  # pixels between images
COLUMNS = 10
BLOCKS = 3  # of rows in a figure that compares rows


# ------------------------------------------------------------ shared shapes


def compared(rows: Mapping[str, Pixels], columns: int = COLUMNS, blocks: int = BLOCKS) -> Pixels:
    """Rows of images that belong together column by column, named on the left, in up to `blocks` blocks."""
    rows = {name: check_images(images, name) for name, images in rows.items()}
    count = min(len(images) for images in rows.values())
    blocks = min(blocks, max(1, count // columns))
    columns = min(columns, count)
    pictures = []
    for block in range(blocks):
        chosen = slice(block * columns, (block + 1) * columns)
        cells = legible(np.concatenate([rgb(images[chosen]) for images in rows.values()]), COLUMNS)
        places = centres(len(rows), cells.shape[1], GAP)
        pictures.append(annotate(tile(cells, len(rows), columns, GAP), list(zip(places, rows, strict=True))))
    return arrange(pictures, 1, 5 * GAP)


def headed(cells: Pixels, columns: list[str]) -> Pixels:
    """A table of images: cells (rows, columns, H, W, C) with a name over each column."""
    cells = legible(cells, max(cells.shape[1], COLUMNS))
    rows, cols, _, width = cells.shape[:4]
    grid = tile(cells.reshape(-1, *cells.shape[2:]), rows, cols, GAP)
    names = [shorten(name, width + GAP, style.SMALL) for name in columns]
    return annotate(grid, top=list(zip(centres(cols, width, GAP), names, strict=True)), size=style.SMALL)


# ------------------------------------------------------------------ figures


def reconstructions(material: Material) -> Pixels:
    """test_images, test_reconstructions (n, H, W, C): pairs, the original above."""
    rows = {"original": material["test_images"], "reconstruction": material["test_reconstructions"]}
    return titled(compared(rows), "Test images and their reconstructions", material.subtitle())


def denoising(material: Material) -> Pixels:
    """noisy_images, denoised_images, test_images (n, H, W, C): triples."""
    rows = {
        "with noise": material["noisy_images"],
        "denoised": material["denoised_images"],
        "original": material["test_images"],
    }
    return titled(compared(rows), "Removing noise", material.subtitle("test images"))


def samples(material: Material) -> Pixels:
    """samples (n, H, W, C): one row for each of sample_labels (n,) if present, else a 10 x 10 grid."""
    images = check_images(material["samples"], "samples")
    if "sample_labels" in material:
        body, detail = _samples_by_label(images, material), "one row for each class asked for"
    else:
        chosen = images[: COLUMNS * COLUMNS]
        cols = min(COLUMNS, len(chosen))
        body = tile(legible(chosen, COLUMNS), -(-len(chosen) // cols), cols, GAP)
        detail = "drawn at random, not selected"
    return titled(body, "Generated images", material.subtitle(detail))


def _samples_by_label(images: Pixels, material: Material) -> Pixels:
    wanted = material["sample_labels"]
    present = np.unique(wanted)
    present = present[spread(len(present), 2 * COLUMNS)]
    cells = legible(images, COLUMNS)
    rows = [tile(cells[wanted == label][:COLUMNS], 1, COLUMNS, GAP) for label in present]
    places = centres(len(rows), cells.shape[1], GAP)
    names = [material.name_of(int(label)) for label in present]
    return annotate(arrange(rows, 1, GAP), list(zip(places, names, strict=True)))


def interpolations(material: Material) -> Pixels:
    """interpolations (r, steps, H, W, C): each row goes from one point of the latent space to another."""
    cells = material["interpolations"]
    body = headed(cells, [f"{share:.0%}" for share in np.linspace(0, 1, cells.shape[1])])
    detail = material.subtitle("straight lines between codes of test images; above: how far along the way")
    return titled(body, "Morphs from one image to another", detail)


def style_transfer(material: Material) -> Pixels:
    """transfer_sources (k, H, W, C), transfers (k, L, H, W, C): each source, then itself as every label."""
    sources, transfers = material["transfer_sources"], material["transfers"]
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
    top = [(x, shorten(name, width + GAP, style.SMALL)) for x, name in zip(places, names, strict=True)]
    body = annotate(grid, top=[(width // 2, shorten("source", width + apart)), *top], size=style.SMALL)
    return titled(body, "The same style in every class", material.subtitle("the columns name the class asked for"))


# ----------------------------------------------------------------- mistakes


def mistakes(material: Material) -> Pixels:
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
    captions = [
        (material.name_of(int(labels[i])), f"→ {material.name_of(int(guesses[i]))} ({sure[i]:.0%})") for i in wrong[:40]
    ]
    body = _captioned(images[wrong[:40]], captions) if len(wrong) else np.full((80, 900, 3), 255, np.uint8)
    return titled(body, "Mistakes", material.subtitle(total, "true class → answer (probability)"))


def _captioned(images: Pixels, captions: list[tuple[str, str]]) -> Pixels:
    """Images with two lines of text beneath each, in as many columns as fit."""
    text = max(width_of(line, style.SMALL) for lines in captions for line in lines)
    across = max(1, min(COLUMNS, style.WIDTH // (text + 4 * GAP)))
    cells = legible(images, across, target=style.WIDTH - 4 * GAP * across)
    count, height, width = cells.shape[:3]
    cols = min(count, across)
    room, line = max(width, text) + 4 * GAP, style.SMALL + 5
    pitch = height + 2 * line + 6 * GAP
    canvas = np.full((-(-count // cols) * pitch - 4 * GAP, cols * room - 4 * GAP, 3), 255, np.uint8)
    notes = []
    for index, (cell, lines) in enumerate(zip(cells, captions, strict=True)):
        y, x = index // cols * pitch, index % cols * room
        canvas[y : y + height, x : x + width] = cell
        notes += [Note(x, y + height + GAP + k * line, text, "la", style.SMALL) for k, text in enumerate(lines)]
    return write(canvas, notes)
