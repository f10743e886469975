"""Maps: aerial photographs of New York and the street maps of them (Isola, Zhu, Zhou & Efros 2017).

The same arrays serve the paired task (pix2pix) and, the pairing ignored, the unpaired one (CycleGAN).
"""

from pathlib import Path

import numpy as np
from pydantic import Field

from latent_atlas import datasets, io
from latent_atlas.datasets.families import pairs
from latent_atlas.datasets.obtaining import obtain
from latent_atlas.datasets.obtaining.zips import ZipIndex
from latent_atlas.datasets.processed.card import write_card


class Options(datasets.Options):
    """What ``params.yaml`` may say of the maps."""

    edition: pairs.Edition = Field(default="excerpt", description="200 + 50 pairs, or all 1,096 + 1,098 of CycleGAN's")
    size: int = Field(default=256, ge=32, le=600, description="side of the prepared images, in pixels")
    seed: int = Field(default=0, ge=0, description="seed of the shuffle within each split")


def fetch(options: Options, raw: Path, progress: datasets.Progress) -> None:
    """Downloads one archive."""
    obtain(pairs.MAPS[options.edition], raw, progress)


def prepare(options: Options, raw: Path, processed: Path, progress: datasets.Progress) -> None:
    """Takes the halves apart, resizes, and keeps some training pairs for validation."""
    with ZipIndex(raw / Path(pairs.MAPS[options.edition].name).name) as archive:
        counts = pairs.write_maps(archive, options.edition, options.size, options.seed, processed, "images", progress)
    for split, count in counts.items():
        io.save_array(processed / f"{split}_labels.npy", np.tile(np.array([0, 1], np.int32), count))
    write_card(
        processed,
        {
            "name": "Maps",
            "source": "http://efrosgans.eecs.berkeley.edu/pix2pix/datasets/",
            "licence": "rights unclear (imagery of Google Maps)",
            "citation": "Isola, P., Zhu, J.-Y., Zhou, T. and Efros, A. A. (2017), Image-to-image translation "
            "with conditional adversarial networks, CVPR",
            "label_names": pairs.MAP_LABELS,
            "pairs": pairs.alternating("images"),
            "processing": f"600x600 to {options.size}x{options.size}, antialiased bicubic filter (Pillow)",
            "split": f"the published one, in pairs: {counts}; validation is the end of the training set; "
            f"shuffled pair by pair with seed {options.seed}",
        },
    )
