"""The 1,797 handwritten digits that ship with scikit-learn: 8x8 scans (Alpaydin & Kaynak 1998), enlarged.

They are the UCI test set "Optical Recognition of Handwritten Digits": real handwriting of 13 people, 17 grey levels.
"""

from pathlib import Path

import numpy as np
from PIL import Image
from pydantic import Field

from latent_atlas import io, sources
from latent_atlas.columns import Column, DataSpec
from latent_atlas.prepared.card import entries, write_card
from latent_atlas.prepared.splits import split_rows

_SIDE = 8  # of the scans
_FRACTIONS = {"train": 0.6, "validation": 0.1, "test": 0.3}


class Options(sources.Options):
    """What ``params.yaml`` may say of the embedded digits."""

    size: int = Field(default=28, ge=8, le=128, description="side of the enlarged images, in pixels")
    seed: int = Field(default=0, ge=0, description="seed of the shuffle before the split")


def columns(options: Options) -> dict[str, Column]:
    """Images and ten classes."""
    return dict(DataSpec.of_images((options.size, options.size, 1), 10).columns)


def fetch(options: Options, raw: Path, progress: sources.Progress) -> None:
    """Copies the digits out of scikit-learn, as they are."""
    from sklearn.datasets import load_digits  # slow to import, and only needed here

    digits = load_digits()
    io.save_array(raw / "images.npy", digits.images.astype(np.uint8))  # 0..16
    io.save_array(raw / "labels.npy", digits.target.astype(np.int32))


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """Enlarges to ``size`` with an antialiasing filter and splits, class by class, 60 : 10 : 30."""
    images, labels = io.load_array(raw / "images.npy"), io.load_array(raw / "labels.npy")
    scans = [Image.fromarray(np.round(image * (255 / 16)).astype(np.uint8)) for image in images]
    size = (options.size, options.size)
    large = np.stack([np.asarray(scan.resize(size, Image.Resampling.LANCZOS)) for scan in scans])
    for name, rows in split_rows(np.asarray(labels), _FRACTIONS, options.seed).items():
        io.save_array(processed / f"{name}_images.npy", large[rows, :, :, None])
        io.save_array(processed / f"{name}_labels.npy", labels[rows])
    about = {
        "name": "Optical recognition of handwritten digits",
        "source": "embedded in scikit-learn",
        "licence": "CC BY 4.0",
        "citation": "Alpaydin, E. and Kaynak, C. (1998), Optical Recognition of Handwritten Digits, UCI",
        **({"enlarged": {"from": [_SIDE, _SIDE], "to": list(size)}} if options.size > _SIDE else {}),
        "processing": f"8x8 scans of 17 grey levels to {options.size}x{options.size}, Lanczos filter",
        "split": f"stratified 60:10:30 after a shuffle with seed {options.seed}",
    }
    names = [str(digit) for digit in range(10)]
    write_card(processed, about, entries(columns(options), labels={"names": names}))
