"""The standard form of a dataset on disk, and how to read it.

A processed folder holds arrays, and ``card.json``, the data card: name, source, licence, citation, label
names, how it was made, and for each array its shape, type, SHA-256 and class counts. ``contact_sheet.png`` is
for the eye. Which arrays there are follows from the card's ``kind``.

``images``: for each split (train, validation, test, and for captions perhaps ``held_out``)

- ``<split>_images.npy``: uint8 (n, height, width, channels), read through a memory map;
- ``<split>_labels.npy``: int32 (n,), where the dataset has classes;
- ``<split>_attributes.npy``: uint8 (n, attributes), 0 or 1, where it has attributes. Their names are in the
  card, and so are ``attribute_groups``: attributes of which an image has at most one, such as hair colours;
- ``<split>_captions.npy``: uint8, all captions end to end in UTF-8, and ``<split>_caption_offsets.npy``:
  int64 (n * captions_per_image + 1,), where they begin;
- whatever ``pairs`` in the card points at: for each side (``inputs``, ``targets``) an array, its first row
  and its step. The maps, for one, alternate: photograph, map, photograph, map.

``text``: ``<split>_text.npy``: uint8 or uint16 (n,), places in the card's ``vocabulary`` of characters.

``photos``: ``photo_<name>.npy``: uint8 (height, width, 3), each of its own size, listed under ``photos`` with
a role; and, where asked for, ``<network>.weights.h5``.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from latent_atlas import io
from latent_atlas.datasets.processed.captions import Captions
from latent_atlas.datasets.processed.card import read_card
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


class Pairs(NamedTuple):
    """Aligned images, row by row: what a paired translation is given, and what it should answer."""

    inputs: NDArray[np.uint8]
    targets: NDArray[np.uint8]


@dataclass(frozen=True)
class Dataset:
    """A processed folder, opened."""

    path: Path
    card: dict[str, Any]

    @property
    def kind(self) -> str:
        """``images``, ``text`` or ``photos``."""
        return str(self.card.get("kind", "images"))

    @property
    def label_names(self) -> list[str]:
        """The name of each class, in label order; empty where there are none."""
        return list(self.card["label_names"])

    @property
    def attribute_names(self) -> list[str]:
        """The name of each column of the attributes; empty where there are none."""
        return list(self.card.get("attribute_names", []))

    @property
    def attribute_groups(self) -> dict[str, list[str]]:
        """Attributes that exclude each other, by what they describe: ``{"colour": ["red", ...], ...}``."""
        return dict(self.card.get("attribute_groups", {}))

    @property
    def spec(self) -> DataSpec:
        """Shape and number of classes, which is all a model may know."""
        if self.kind != "images":
            raise AtlasError(f"{self.path}: holds {self.kind}, and this model learns from images; name another dataset")
        height, width, channels = self.card["arrays"]["train_images"]["shape"][1:]
        return DataSpec((height, width, channels), len(self.label_names), len(self.attribute_names))

    def has(self, array: str) -> bool:
        """Whether there is an array of that name, such as ``held_out_images``."""
        return array in self.card["arrays"]

    def array(self, name: str) -> NDArray[Any]:
        """One array, memory-mapped.

        Raises:
            AtlasError: the dataset has none of that name, or it is not what the data card says.
        """
        if not self.has(name):
            raise AtlasError(f"{self.path}: has no {name}; name a dataset that has")
        array, entry = io.load_array(self.path / f"{name}.npy"), self.card["arrays"][name]
        if list(array.shape) != entry["shape"] or str(array.dtype) != entry["dtype"]:
            raise AtlasError(f"{self.path}/{name}.npy: not the array that card.json describes; prepare again")
        return array

    def split(self, name: str) -> Split:
        """Images and labels of one split, memory-mapped.

        Raises:
            AtlasError: an array is missing, or is not what the data card says.
        """
        images = self.array(f"{name}_images")
        if not self.label_names:
            return Split(images, np.zeros(len(images), np.int32))
        return Split(images, self._beside(f"{name}_labels", images))

    def attributes(self, name: str) -> NDArray[np.uint8]:
        """uint8 (n, attributes) of 0 and 1, row by row with the split's images."""
        return self._beside(f"{name}_attributes", self.array(f"{name}_images"))

    def captions(self, name: str) -> Captions:
        """The captions of one split, image by image."""
        text, offsets = self.array(f"{name}_captions"), self.array(f"{name}_caption_offsets")
        captions = Captions(text, offsets, int(self.card["captions_per_image"]))
        if len(captions) != len(self.array(f"{name}_images")) or int(offsets[-1]) != len(text):
            raise AtlasError(f"{self.path}/{name}_captions.npy: does not match the images; prepare again")
        return captions

    def pairs(self, name: str) -> Pairs:
        """The aligned images of one split, memory-mapped: sketch and photograph, map and aerial photograph.

        Raises:
            AtlasError: the dataset's domains are not paired.
        """
        if "pairs" not in self.card:
            raise AtlasError(f"{self.path}: its two domains are not paired; name a dataset whose card has pairs")
        sides = [self.card["pairs"][side] for side in ("inputs", "targets")]
        inputs, targets = (self.array(f"{name}_{side['array']}")[side["first"] :: side["step"]] for side in sides)
        if len(inputs) != len(targets):
            raise AtlasError(f"{self.path}: {len(inputs)} inputs for {len(targets)} targets; prepare again")
        return Pairs(inputs, targets)

    def text(self, name: str) -> NDArray[np.unsignedinteger[Any]]:
        """(n,) places in `vocabulary`, in reading order."""
        return self.array(f"{name}_text")

    @property
    def vocabulary(self) -> list[str]:
        """The characters of a text, in code point order; a text's numbers are places in this list."""
        return list(self.card["vocabulary"])

    def photos(self, role: str | None = None) -> dict[str, NDArray[np.uint8]]:
        """uint8 (height, width, 3) by name: all, or those of a role (photo, texture, content, style)."""
        names = [photo["name"] for photo in self.card["photos"] if role in (None, photo["role"])]
        return {name: self.array(f"photo_{name}") for name in names}

    def _beside(self, name: str, images: NDArray[np.uint8]) -> NDArray[Any]:
        array = self.array(name)
        if len(array) != len(images):
            raise AtlasError(f"{self.path}/{name}.npy: {len(array)} rows for {len(images)} images; prepare again")
        return array


def load(path: Path) -> Dataset:
    """Opens a processed folder.

    Raises:
        AtlasError: there is no data card, or it lacks what is needed to read the arrays.
    """
    return Dataset(path, read_card(path))
