"""Maps: aerial photographs of New York and the street maps of them (Isola, Zhu, Zhou & Efros 2017).

The same arrays serve the paired task (pix2pix) and, the pairing ignored, the unpaired one (CycleGAN).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from latent_atlas import io, sources
from latent_atlas.columns import Column
from latent_atlas.errors import AtlasError
from latent_atlas.prepared.card import entries, write_card
from latent_atlas.prepared.domains import DOMAINS, alternating, two_domains
from latent_atlas.sources.imaging.decode import Form
from latent_atlas.sources.imaging.stream import Bad, decode_into
from latent_atlas.sources.obtaining import RemoteFile, obtain
from latent_atlas.sources.obtaining.zips import ZipIndex

CYCLEGAN = "http://efrosgans.eecs.berkeley.edu/cyclegan/datasets"

Edition = Literal["excerpt", "whole"]

FILES: dict[Edition, RemoteFile] = {
    "excerpt": RemoteFile(
        "maps/maps_pix2pix_train200_val50.zip",
        "f8d2aeb7dc3018c3497d897d91d6a7d749446c8a8a120bf45756c260275b0816",
        26916625,
        advice="only mirrors have this excerpt of the maps; `edition: whole` downloads all of them (1.5 GB)",
    ),
    "whole": RemoteFile(
        "cyclegan/maps.zip",
        "639534f69dbf9f36bef8d6292a7698006361221f83f0285d7c9ca78afe6e8a9e",
        1476754427,
        (f"{CYCLEGAN}/maps.zip",),
    ),
}


# Beginnings of the names of the pictures for training and test: one where both sides are in a picture, else one for
# each side, the aerial photograph first; and how many pairs are taken from the end of the training set for validation.
_LAYOUTS: dict[Edition, tuple[tuple[str, ...], tuple[str, ...], int]] = {
    "excerpt": (("maps/train/",), ("maps/val/",), 20),
    "whole": (("maps/trainA/", "maps/trainB/"), ("maps/testA/", "maps/testB/"), 96),
}


class Options(sources.Options):
    """What ``params.yaml`` may say of the maps."""

    edition: Edition = Field(default="excerpt", description="200 + 50 pairs, or all 1,096 + 1,098 of CycleGAN's")
    size: int = Field(default=256, ge=32, le=600, description="side of the prepared images, in pixels")
    seed: int = Field(default=0, ge=0, description="seed of the shuffle within each split")


def columns(options: Options) -> dict[str, Column]:
    """Photographs and maps: each as a domain, and in pairs."""
    return two_domains((options.size, options.size, 3), "pairs")


def fetch(options: Options, raw: Path, progress: sources.Progress) -> None:
    """Downloads one archive."""
    obtain(FILES[options.edition], raw, progress)


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """Takes the halves apart, resizes, and keeps some training pairs for validation."""
    counts = write_pairs(raw, options.edition, options.size, options.seed, processed, "images", progress)
    for split, count in counts.items():
        io.save_array(processed / f"{split}_labels.npy", np.tile(np.array([0, 1], np.int32), count))
    about = {
        "name": "Maps",
        "source": "http://efrosgans.eecs.berkeley.edu/pix2pix/datasets/",
        "licence": "rights unclear (imagery of Google Maps)",
        "citation": "Isola, P., Zhu, J.-Y., Zhou, T. and Efros, A. A. (2017), Image-to-image translation "
        "with conditional adversarial networks, CVPR",
        "processing": f"600x600 to {options.size}x{options.size}, antialiased bicubic filter (Pillow)",
        "split": f"the published one, in pairs: {counts}; validation is the end of the training set; "
        f"shuffled pair by pair with seed {options.seed}",
    }
    names = {"labels": {"names": ["aerial photograph", "map"]}}
    write_card(processed, about, entries(columns(options), **names, **DOMAINS, **alternating("images")))


def write_pairs(
    raw: Path, edition: Edition, size: int, seed: int, folder: Path, column: str, progress: sources.Progress
) -> dict[str, int]:
    """Writes ``<split>_<column>.npy``: photograph, map, photograph, map, ...; returns the pairs in each split."""
    (for_training, for_test, validation), counts = _LAYOUTS[edition], {}
    with ZipIndex(raw / Path(FILES[edition].name).name) as archive:
        train, test = _files(archive, for_training), _files(archive, for_test)
        kept = len(train) - validation
        form = Form(size, size, 3, halves=len(for_training) == 1)
        for split, files in {"train": train[:kept], "validation": train[kept:], "test": test}.items():
            flat = files[np.random.default_rng(seed).permutation(len(files))].reshape(-1)
            bad = Bad(archive.called, len(flat))
            decode_into(folder / f"{split}_{column}.npy", archive, flat, form, bad, progress)
            counts[split] = len(files)
    return counts


def _files(archive: ZipIndex, prefixes: Sequence[str]) -> NDArray[np.int32]:
    """(pairs, sides): the entries of a split."""
    everything = archive.in_order(".jpg", ".png")
    names = list(archive.names(everything))
    sides = [everything[[name.startswith(prefix) for name in names]] for prefix in prefixes]
    if not len(sides[0]) or len({len(side) for side in sides}) > 1:
        counts = " and ".join(str(len(side)) for side in sides)
        raise AtlasError(f"{archive.called}: has {counts} pictures in {' and '.join(prefixes)}")
    return np.stack(sides, axis=1)
