"""Ten kinds of garments drawn by code, in the form and with the class names of Fashion-MNIST."""

from pathlib import Path

import numpy as np

from latent_atlas import datasets, io
from latent_atlas.datasets.drawing import garments
from latent_atlas.datasets.drawing.many import draw_all
from latent_atlas.datasets.families import drawn
from latent_atlas.datasets.processed.arrays import ArrayFile
from latent_atlas.datasets.processed.card import write_card


class Options(drawn.Options):
    """What ``params.yaml`` may say of the garments."""


def fetch(options: Options, raw: Path, progress: datasets.Progress) -> None:
    """Nothing to obtain."""
    drawn.fetch(options, raw)


def prepare(options: Options, raw: Path, processed: Path, progress: datasets.Progress) -> None:
    """Draws."""
    kinds = list(garments.KINDS)
    for (name, count), seed in zip(drawn.split_counts(options.images).items(), drawn.seeds(options), strict=False):
        labels = drawn.balanced(count, len(kinds), np.random.default_rng(seed))
        with ArrayFile(processed / f"{name}_images.npy", (garments.SIZE, garments.SIZE, 1), np.uint8) as array:
            for chunk in draw_all(garments.draw, [(kinds[label],) for label in labels], seed, progress):
                array.append(chunk)
        io.save_array(processed / f"{name}_labels.npy", labels)
    write_card(
        processed,
        {
            **drawn.CARD,
            "name": "Garments",
            "label_names": kinds,
            "processing": "28x28 grey levels, drawn at 5 times the size",
            "split": f"80:10:10 of {options.images} drawings, classes balanced, seed {options.seed}",
        },
    )
