"""The standard form of an image dataset on disk.

A processed folder holds, for each split (train, validation, test):

- ``<split>_images.npy``: uint8 (n, height, width, channels), read through a memory map;
- ``<split>_labels.npy``: int32 (n,), where the dataset has classes;

and ``card.json``, the data card: name, source, licence, citation, label names, how it was made, and for each array
its shape, SHA-256 and class counts. The prepare step adds ``contact_sheet.png`` for the eye.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas import io
from latent_atlas.errors import AtlasError
from latent_atlas.model import DataSpec

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Split:
    """Images and their labels, row by row. Labels are zeros where the dataset has no classes."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.images)

    def head(self, count: int) -> "Split":
        """The first ``count`` rows; splits are shuffled, so these are as good a draw as any."""
        return Split(self.images[:count], self.labels[:count])


@dataclass(frozen=True)
class Dataset:
    """A processed folder, opened."""

    path: Path
    card: dict[str, Any]

    @property
    def label_names(self) -> list[str]:
        """The name of each class, in label order; empty where there are none."""
        return list(self.card["label_names"])

    @property
    def spec(self) -> DataSpec:
        """Shape and number of classes, which is all a model may know."""
        height, width, channels = self.card["arrays"]["train_images"]["shape"][1:]
        return DataSpec((height, width, channels), len(self.label_names))

    def split(self, name: str) -> Split:
        """One split, memory-mapped.

        Raises:
            AtlasError: an array is missing, or is not what the data card says.
        """
        images = io.load_array(self.path / f"{name}_images.npy")
        if list(images.shape) != self.card["arrays"][f"{name}_images"]["shape"] or images.dtype != np.uint8:
            raise AtlasError(f"{self.path}/{name}_images.npy: not the array that card.json describes; prepare again")
        if not self.label_names:
            return Split(images, np.zeros(len(images), np.int32))
        labels = io.load_array(self.path / f"{name}_labels.npy")
        if labels.shape != images.shape[:1]:
            raise AtlasError(f"{self.path}/{name}_labels.npy: {len(labels)} labels for {len(images)} images")
        return Split(images, labels)


def load(path: Path) -> Dataset:
    """Opens a processed folder."""
    return Dataset(path, io.load_json(path / "card.json"))


def write_card(folder: Path, card: dict[str, Any]) -> None:
    """Adds to ``card`` what can be read off the arrays in ``folder``, and writes it."""
    arrays = {}
    for path in sorted(folder.glob("*.npy")):
        array = io.load_array(path)
        entry: dict[str, Any] = {"shape": list(array.shape), "dtype": str(array.dtype), "sha256": io.sha256(path)}
        if path.stem.endswith("_labels"):
            counts = np.bincount(array, minlength=len(card["label_names"]))
            entry["class_counts"] = dict(zip(card["label_names"], counts.tolist(), strict=True))
        arrays[path.stem] = entry
    io.save_json(folder / "card.json", {**card, "arrays": arrays})
