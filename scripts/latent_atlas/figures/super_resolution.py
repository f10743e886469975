"""Enlarged images beside the truth, and what near to it means; material -> drawing."""

import numpy as np

from latent_atlas.metrics.frechet import frechet_distance
from latent_atlas.metrics.images import mse, psnr
from latent_atlas.metrics.sharpness import sharpness

from . import plotting, theme
from .lettering import Note, annotate, pad, write
from .material import Drawing, Material, require
from .theme import Pixels
from .tiles import arrange, centres, legible, rgb

IMAGES = {"bicubic_images": "bicubic", "srresnet_images": "SRResNet", "translated_ab": "SRGAN"}
FEATURES = ("bicubic_features", "srresnet_features", "srgan_features")  # in the same order
GAP = 4  # pixels between images
SHOWN, ACROSS = 8, 2  # images, and how many of them share a row of the figure
COLOURS = (theme.MUTED, theme.ACCENT, theme.CONTRAST)
PLACES = ((-10, -6, "right"), (-10, -6, "right"), (10, -6, "left"), (0, 12, "center"))  # of names beside their points


def enlargements(material: Material) -> Drawing:
    """translation_sources_ab (n, h, w, C) and its enlargements (n, H, W, C): a row of pictures for each image."""
    truth, small = material["translation_truth_ab"][:SHOWN], material["translation_sources_ab"][:SHOWN]
    factor = truth.shape[1] // small.shape[1]
    columns = {"source": small.repeat(factor, axis=1).repeat(factor, axis=2)}
    columns |= {words: material[name][:SHOWN] for name, words in IMAGES.items()} | {"truth": truth}
    across = min(ACROSS, len(truth))
    table = np.stack([rgb(images) for images in columns.values()], axis=1)
    cells = legible(table, across * len(columns), theme.WIDTH + 100)
    rows = [
        _row(row, [f"{psnr(image[None], wanted[None]):.1f} dB" for image in pictures[1:-1]])
        for row, pictures, wanted in zip(cells, table, rgb(truth), strict=True)
    ]
    top = list(zip(centres(len(columns), cells.shape[3], GAP), columns, strict=True))
    parts = [annotate(arrange(rows[first::across], 1, GAP), top=top) for first in range(across)]
    return Drawing(arrange(parts, across, 6 * GAP), "test images, not selected; beneath: PSNR")


def _row(cells: Pixels, scores: list[str]) -> Pixels:
    """Pictures (5, H, W, 3) beside each other, a score beneath each but the first and the last."""
    _, height, width, _ = cells.shape
    places = centres(len(cells), width, GAP)[1:-1]
    notes = [Note(x, height + GAP, text, "ma", theme.SMALL) for x, text in zip(places, scores, strict=True)]
    return write(pad(arrange(list(cells), len(cells), GAP), bottom=theme.SMALL + 3 * GAP), notes)


def trade_off(material: Material) -> Drawing:
    """Distortion against perception (Blau & Michaeli 2018): images (n, H, W, C) and the judge's features (n, d)."""
    truth, real = material["translation_truth_ab"], material["test_features"]
    require(len(real), 2, "test images")
    images = [material[name] for name in IMAGES]
    errors = [255 * np.sqrt(mse(each, truth)) for each in images]
    perceived = {
        "Fréchet distance (0: real images)": ([frechet_distance(material[f], real) for f in FEATURES], 0.0),
        "amount of fine detail (1: real images)": ([sharpness(each, truth) for each in images], 1.0),
    }
    with plotting.chart(height=620) as figure:
        for axes, (label, (values, ideal)) in zip(figure.subplots(1, 2), perceived.items(), strict=True):
            points = [*zip(IMAGES.values(), errors, values, COLOURS, strict=True), ("truth", 0.0, ideal, theme.INK)]
            for (name, x, y, colour), (right, up, side) in zip(points, PLACES, strict=True):
                axes.scatter([x], [y], s=90, color=colour, zorder=3)
                axes.annotate(name, (x, y), (right, up), textcoords="offset points", ha=side, color=colour)
            axes.plot(errors, values, color=theme.FAINT, zorder=1)
            axes.axhline(ideal, color=theme.MUTED, linewidth=1.2, linestyle="--")
            axes.margins(0.16, 0.14)
            axes.set_xlabel("root mean square error of pixels, 0 to 255")
            axes.set_ylabel(label)
        body = plotting.rasterise(figure)
    ratios = ", ".join(f"{name} {psnr(each, truth):.1f} dB" for name, each in zip(IMAGES.values(), images, strict=True))
    return Drawing(body, f"{len(truth):,} test images; PSNR: {ratios}; dashed: real images")
