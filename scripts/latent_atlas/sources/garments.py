"""Ten kinds of garments drawn by code, in the form and with the class names of Fashion-MNIST."""

from pathlib import Path

import numpy as np

from latent_atlas import io, sources
from latent_atlas.columns import Column, DataSpec
from latent_atlas.drawing import clothes, dataset
from latent_atlas.prepared.card import entries, write_card

fetch = dataset.fetch


class Options(dataset.Options):
    """What ``params.yaml`` may say of the garments."""


def columns(options: Options) -> dict[str, Column]:
    """Images and classes."""
    return dict(DataSpec.of_images((clothes.SIZE, clothes.SIZE, 1), len(clothes.KINDS)).columns)


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """Draws."""
    kinds = list(clothes.KINDS)
    for name, count, seed in options.splits():
        labels = dataset.balanced(count, len(kinds), np.random.default_rng(seed))
        path = processed / f"{name}_images.npy"
        dataset.draw_into([path], clothes.draw, [(kinds[label],) for label in labels], seed, progress)
        io.save_array(processed / f"{name}_labels.npy", labels)
    about = {
        **dataset.ABOUT,
        "name": "Garments",
        "processing": "28x28 grey levels, drawn at 5 times the size",
        "split": f"80:10:10 of {options.images} drawings, classes balanced, seed {options.seed}",
    }
    write_card(processed, about, entries(columns(options), labels={"names": kinds}))
