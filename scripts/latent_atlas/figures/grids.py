"""Figures made of images: each function takes the material and returns the finished picture (H, W, 3)."""

from collections.abc import Mapping

import numpy as np

from . import style
from .captions import Note, annotate, pad, shorten, titled, width_of, write
from .material import Material
from .style import Pixels
from .tiles import arrange, centres, check_images, enlarge, legible, reduce, rgb, spread, tile

GAP = 4  # pixels between images
COLUMNS = 10
BLOCKS = 3  # of rows in a figure that compares rows
QUANTILES = (0.05, 0.95)  # of the normal prior, at the edges of a manifold
PANEL_POINTS = 10  # a side, in the manifold of one label among several


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


def headed(cells: Pixels, rows: list[str], columns: list[str]) -> Pixels:
    """A table of images: cells (rows, columns, H, W, C), names on the left (maybe none) and on top."""
    cells = legible(cells, max(cells.shape[1], COLUMNS))
    shape = cells.shape
    grid = tile(cells.reshape(-1, *shape[2:]), shape[0], shape[1], GAP)
    left = list(zip(centres(shape[0], shape[2], GAP), rows, strict=False))
    names = [shorten(name, shape[3] + GAP, style.SMALL) for name in columns]
    return annotate(grid, left, list(zip(centres(shape[1], shape[3], GAP), names, strict=False)), size=style.SMALL)


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
        rows = -(-len(chosen) // COLUMNS)
        body, detail = tile(legible(chosen, COLUMNS), rows, COLUMNS, GAP), "drawn at random, not selected"
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
    shares = [f"{share:.0%}" for share in np.linspace(0, 1, cells.shape[1])]
    body = headed(cells, [], shares)
    return titled(body, "From one image to another through latent space", material.subtitle("share of the way on top"))


def style_transfer(material: Material) -> Pixels:
    """transfer_sources (k, H, W, C) and transfers (k, L, H, W, C): each source, then itself as every label."""
    sources, transfers = material["transfer_sources"], material["transfers"]
    count = min(len(sources), COLUMNS)
    cells = legible(np.concatenate([sources[:count, None], transfers[:count]], axis=1), 1 + transfers.shape[1])
    gap, height, width = GAP, *cells.shape[2:4]
    source = tile(cells[:, 0], count, 1, gap)
    targets = tile(cells[:, 1:].reshape(-1, *cells.shape[2:]), count, transfers.shape[1], gap)
    apart = 6 * gap  # sets the sources off from what was made of them
    grid = np.concatenate([pad(source, right=apart), rgb(targets)], axis=1)
    names = [material.name_of(label) for label in range(transfers.shape[1])]
    places = [width + apart + x for x in centres(len(names), width, gap)]
    top = [(x, shorten(name, width + gap, style.SMALL)) for x, name in zip(places, names, strict=True)]
    body = annotate(grid, top=[(width // 2, shorten("source", width + apart)), *top], size=style.SMALL)
    return titled(body, "The same style in every class", material.subtitle("the columns name the class asked for"))


# ----------------------------------------------------------------- manifold


def manifold(material: Material) -> Pixels:
    """manifold (rows, cols, H, W, C), or (labels, rows, cols, H, W, C): the images over the latent plane.

    Row 0 is the top of the picture, the highest z2; column 0 the lowest z1.
    """
    images = material["manifold"]
    prior = "axes: quantiles of the normal prior"
    if images.ndim == 5:
        body, detail = _plane(images), prior
    else:
        body, detail = _panels(images, material), f"one panel per class, {prior}"
    return titled(body, "The latent plane", material.subtitle(detail))


def _plane(images: Pixels) -> Pixels:
    rows, cols = images.shape[:2]
    cells = legible(images.reshape(-1, *images.shape[2:]), cols)
    grid = tile(cells, rows, cols, gap=0)
    height, width = cells.shape[1:3]
    left = [(round((1 - at) * (rows - 1) * height) + height // 2, f"{q:.2f}") for at, q in _ticks()]
    bottom = [(round(at * (cols - 1) * width) + width // 2, f"{q:.2f}") for at, q in _ticks()]
    body = annotate(grid, left, bottom=bottom, size=style.SMALL, colour=style.MUTED)
    return annotate(body, [(grid.shape[0] // 2, "z2 ↑")], bottom=[(body.shape[1] - grid.shape[1] // 2, "z1 →")])


def _ticks() -> list[tuple[float, float]]:
    """(position 0-1 from first to last image, quantile)."""
    low, high = QUANTILES
    return [((q - low) / (high - low), q) for q in np.linspace(low, high, 7)]


def _panels(images: Pixels, material: Material) -> Pixels:
    """One small manifold per label; large ones are thinned out rather than shrunk, so digits stay legible."""
    rows, cols = (spread(length, PANEL_POINTS) for length in images.shape[1:3])
    across = min(5, len(images))
    panels = []
    for label, plane in enumerate(images[:, rows][:, :, cols]):
        cells = plane.reshape(-1, *plane.shape[2:])
        cells = reduce(cells, max(1, cells.shape[2] * len(cols) * across // 1600))
        cells = enlarge(cells, max(1, 1300 // (cells.shape[2] * len(cols) * across)))
        grid = tile(cells, len(rows), len(cols), gap=0)
        low, high = (f"{q:.2f}" for q in QUANTILES)
        side, end = grid.shape[:2]
        ends = [(width_of(low, style.SMALL) // 2, low), (end - width_of(high, style.SMALL) // 2, high)]
        panel = annotate(
            grid,
            left=[(style.SMALL // 2 + 2, high), (side // 2, "z2 ↑"), (side - style.SMALL // 2 - 2, low)],
            bottom=[ends[0], (end // 2, "z1 →"), ends[1]],
            size=style.SMALL,
            colour=style.MUTED,
        )
        name = Note(panel.shape[1] - end, 2, material.name_of(label), "la", style.TEXT, bold=True)
        panels.append(write(pad(panel, top=style.TEXT + 10), [name]))
    return arrange(panels, across, 6 * GAP)


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
    cells = legible(images, 12)
    count, height, width = cells.shape[:3]
    room = max(width, max(width_of(line, style.SMALL) for lines in captions for line in lines)) + 16
    cols = max(1, min(count, 1240 // room))
    line = style.SMALL + 5
    pitch = height + 2 * line + 18
    canvas = np.full((-(-count // cols) * pitch, cols * room, 3), 255, np.uint8)
    notes = []
    for index, (cell, lines) in enumerate(zip(cells, captions, strict=True)):
        y, x = index // cols * pitch, index % cols * room
        canvas[y : y + height, x : x + width] = cell
        notes += [Note(x, y + height + 4 + k * line, text, "la", style.SMALL) for k, text in enumerate(lines)]
    return write(canvas, notes)
