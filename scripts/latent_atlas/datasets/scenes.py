"""Plain and striped horses in varied landscapes, unpaired, and line drawings of them for the paired task."""

from pathlib import Path

import numpy as np
from pydantic import Field

from latent_atlas import datasets, io
from latent_atlas.datasets.drawing import horses
from latent_atlas.datasets.drawing.many import draw_all
from latent_atlas.datasets.families import drawn
from latent_atlas.datasets.processed.arrays import ArrayFile
from latent_atlas.datasets.processed.card import write_card


class Options(drawn.Options):
    """What ``params.yaml`` may say of the scenes."""

    images: int = Field(default=1200, ge=100, le=1_000_000, description="scenes in all, half of them of each kind")
    size: int = Field(default=64, ge=32, le=256, description="side of the images, in pixels")


def fetch(options: Options, raw: Path, progress: datasets.Progress) -> None:
    """Nothing to obtain."""
    drawn.fetch(options, raw)


def prepare(options: Options, raw: Path, processed: Path, progress: datasets.Progress) -> None:
    """Draws scenes and sketches."""
    shape = (options.size, options.size, 3)
    for (name, count), seed in zip(drawn.split_counts(options.images).items(), drawn.seeds(options), strict=False):
        labels = drawn.balanced(count, 2, np.random.default_rng(seed))
        arguments = [(bool(label), options.size) for label in labels]
        with (
            ArrayFile(processed / f"{name}_images.npy", shape, np.uint8) as images,
            ArrayFile(processed / f"{name}_sketches.npy", shape, np.uint8) as sketches,
        ):
            for chunk in draw_all(horses.draw, arguments, seed, progress):
                images.append(chunk[:, 0])
                sketches.append(chunk[:, 1])
        io.save_array(processed / f"{name}_labels.npy", labels)
    write_card(
        processed,
        {
            **drawn.CARD,
            "name": "Horses, plain and striped",
            "label_names": ["plain", "striped"],
            "pairs": {
                "inputs": {"array": "sketches", "first": 0, "step": 1, "what": "sketch"},
                "targets": {"array": "images", "first": 0, "step": 1, "what": "scene"},
            },
            "processing": f"{options.size}x{options.size}, drawn larger and averaged",
            "split": f"80:10:10 of {options.images} drawings, kinds balanced, seed {options.seed}",
        },
    )
