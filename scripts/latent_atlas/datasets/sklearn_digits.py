"""The 1,797 handwritten digits that ship with scikit-learn: 8x8 scans (Alpaydin & Kaynak 1998), enlarged.

They are the UCI test set "Optical Recognition of Handwritten Digits": real handwriting of 13 people, 16 grey
levels.
"""

from pathlib import Path

import numpy as np
from PIL import Image
from pydantic import Field

from latent_atlas import datasets, io
from latent_atlas.datasets.processed.card import write_card
from latent_atlas.datasets.processed.splits import split_rows


class Options(datasets.Options):
    """What ``params.yaml`` may say of the embedded digits."""

    size: int = Field(default=28, ge=8, le=128, description="side of the enlarged images, in pixels")
    seed: int = Field(default=0, ge=0, description="seed of the shuffle before the split")


def fetch(options: Options, raw: Path, progress: datasets.Progress) -> None:
    """Copies the digits out of scikit-learn, as they are."""
    from sklearn.datasets import load_digits  # slow to import, and only needed here

    digits = load_digits()
    io.save_array(raw / "images.npy", digits.images.astype(np.uint8))  # 0..16
    io.save_array(raw / "labels.npy", digits.target.astype(np.int32))


def prepare(options: Options, raw: Path, processed: Path, progress: datasets.Progress) -> None:
    """Enlarges to ``size`` with an antialiasing filter and splits, class by class, 60 : 10 : 30."""
    images, labels = io.load_array(raw / "images.npy"), io.load_array(raw / "labels.npy")
    large = np.stack([_enlarge(image, options.size) for image in images])
    fractions = {"train": 0.6, "validation": 0.1, "test": 0.3}
    for name, rows in split_rows(np.asarray(labels), fractions, options.seed).items():
        io.save_array(processed / f"{name}_images.npy", large[rows, :, :, None])
        io.save_array(processed / f"{name}_labels.npy", labels[rows])
    write_card(
        processed,
        {
            "name": "Optical recognition of handwritten digits",
            "source": "embedded in scikit-learn",
            "licence": "CC BY 4.0",
            "citation": "Alpaydin, E. and Kaynak, C. (1998), Optical Recognition of Handwritten Digits, UCI",
            "label_names": [str(digit) for digit in range(10)],
            "processing": f"8x8 scans of 17 grey levels to {options.size}x{options.size}, Lanczos filter",
            "split": f"stratified 60:10:30 after a shuffle with seed {options.seed}",
        },
    )


def _enlarge(image: np.ndarray, size: int) -> np.ndarray:
    scan = Image.fromarray(np.round(image * (255 / 16)).astype(np.uint8))
    return np.asarray(scan.resize((size, size), Image.Resampling.LANCZOS))
