"""A prepared dataset on disk, and how to read it, column by column.

A prepared folder holds arrays, and ``card.json``, the data card: name, source, licence, citation, how it was made, for
each array its shape, type and SHA-256, and the columns: see `latent_atlas.columns`. ``contact_sheet.png`` shows some
of the content.

A column named c of kind images, labels or attributes is ``<split>_<c>.npy`` for each split (train, validation, test,
and for captions perhaps ``held_out``), or a part of another array where its entry in the card says so: ``array``, and
either ``first`` and ``step``, or ``label``. Captions are ``<split>_<c>.npy``, all sentences end to end in UTF-8, and
``<split>_<c>_offsets.npy``, int64, where they begin. A text is ``<split>_<c>.npy``, places in the ``vocabulary`` of its
entry. A picture is ``<c>.npy``, without splits; a network is the file its entry names.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas import io
from latent_atlas.columns import ROWS, Column, DataSpec
from latent_atlas.errors import AtlasError
from latent_atlas.prepared.captions import Captions
from latent_atlas.prepared.card import read_card


class Chosen:
    """Some rows of an array, read from disk when they are asked for."""

    def __init__(self, array: NDArray[Any], rows: NDArray[np.int64]) -> None:
        self.array, self._rows = array, rows
        self.shape, self.dtype = (len(rows), *array.shape[1:]), array.dtype

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> NDArray[Any]:
        return self.array[self._rows[index]]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self.array[self._rows], dtype)


@dataclass(frozen=True)
class Dataset:
    """A prepared folder, opened."""

    path: Path
    card: dict[str, Any]

    @cached_property
    def spec(self) -> DataSpec:
        """The columns: all that a model may know."""
        return DataSpec({name: Column.from_json(entry) for name, entry in self.card["columns"].items()})

    def entry(self, column: str) -> dict[str, Any]:
        """What the card says of a column: beside `Column`'s fields its names, groups, words, vocabulary, role, ..."""
        columns = self.card["columns"]
        if column not in columns:
            raise AtlasError(f"{self.path}: has no column {column!r}; its columns: {', '.join(columns) or 'none'}")
        return dict(columns[column])

    def names(self, column: str) -> list[str]:
        """The names of a column's classes, attributes or characters; empty where it has none, or is not there."""
        entry = self.card["columns"].get(column, {})
        return list(entry.get("names", entry.get("vocabulary", [])))

    @property
    def text(self) -> str:
        """The name of its column of kind text."""
        return next(name for name, column in self.spec.columns.items() if column.kind == "text")

    @cached_property
    def vocabulary(self) -> NDArray[np.str_]:
        """The characters of its text by number, (n,)."""
        return np.array(self.names(self.text))

    def numbers(self, text: str) -> NDArray[np.int32]:
        """The characters of a text by their numbers, (n,), composed (NFC) as they are in the dataset.

        Raises:
            AtlasError: one is not in the vocabulary.
        """
        place = {character: number for number, character in enumerate(self.vocabulary.tolist())}
        text = unicodedata.normalize("NFC", text)
        if unknown := sorted(set(text) - place.keys()):
            known = "".join(sign for sign in place if sign.isprintable())[:200]
            raise AtlasError(f"{''.join(unknown)!r} is not in the text; its characters are {known}")
        return np.array([place[character] for character in text], np.int32)

    def split(self, name: str) -> "Split":
        """The columns of one split."""
        return Split(self, name)

    def has_split(self, name: str) -> bool:
        """Whether there is a split of that name, such as ``held_out``."""
        return any(array.startswith(f"{name}_") for array in self.card["arrays"])

    def array(self, name: str) -> NDArray[Any]:
        """One array, memory-mapped; AtlasError if there is none, or it is not what the data card says."""
        if name not in self.card["arrays"]:
            raise AtlasError(f"{self.path}: has no array {name!r}; prepare again")
        array, entry = io.load_array(self.path / f"{name}.npy"), self.card["arrays"][name]
        if list(array.shape) != entry["shape"] or str(array.dtype) != entry["dtype"]:
            raise AtlasError(f"{self.path}/{name}.npy: not the array that card.json describes; prepare again")
        return array

    def picture(self, column: str) -> NDArray[np.uint8]:
        """A column of kind picture: uint8 (height, width, 3)."""
        self.entry(column)
        return self.array(column)

    def pictures(self, role: str | None = None) -> list[str]:
        """The columns of kind picture: all, or those of a role (photo, texture, content, style)."""
        found = [(name, entry) for name, entry in self.card["columns"].items() if entry["kind"] == "picture"]
        return [name for name, entry in found if role in (None, entry.get("role"))]

    def network(self, column: str) -> Path:
        """The file of a network's weights; AtlasError if it is missing, or not the one that was prepared."""
        entry = self.entry(column)
        path = self.path / entry["file"]
        if not path.is_file() or io.sha256(path) != entry["sha256"]:
            raise AtlasError(f"{path}: not the weights that card.json describes; prepare again")
        return path


@dataclass(frozen=True)
class Split(Mapping[str, Any]):
    """The columns of a split by name: arrays, memory-mapped, or `Captions`. Rows of one order stay together."""

    dataset: Dataset
    name: str
    most: int | None = None  # rows of each order, from the first; None for all

    def head(self, count: int) -> "Split":
        """The first ``count`` rows of each order; splits are shuffled, so these are as good a draw as any."""
        return Split(self.dataset, self.name, count if self.most is None else min(count, self.most))

    def __contains__(self, name: object) -> bool:
        return name in list(self)

    def __iter__(self) -> Iterator[str]:
        columns = self.dataset.spec.columns.items()
        return iter(name for name, column in columns if column.kind not in ("picture", "network"))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def rows(self) -> int:
        """How many rows the columns of the order ``rows`` have; 0 without such a column."""
        column = next((name for name in self if self.dataset.spec[name].order == ROWS), None)
        return len(self[column]) if column else 0

    def __getitem__(self, column: str) -> Any:
        """One column; AtlasError: there is none, an array is missing, or arrays do not belong together."""
        entry, kind = self.dataset.entry(column), self.dataset.spec[column].kind if column in self.dataset.spec else ""
        if kind == "captions":
            return self._captions(column, entry)[: self.most]
        if kind == "text":
            return self.dataset.array(f"{self.name}_{column}")
        array = self.dataset.array(f"{self.name}_{entry.get('array', column)}")
        if "label" in entry:
            labels = self._beside(f"{self.name}_labels", len(array))
            return Chosen(array, np.flatnonzero(labels == entry["label"])[: self.most])
        if "first" in entry:
            array = array[entry["first"] :: entry["step"]]
        elif "array" not in entry and column != "images" and "images" in self and entry["order"] == ROWS:
            self._beside(f"{self.name}_{column}", len(self.dataset.array(self._array_of("images"))))
        return array[: self.most]

    def _array_of(self, column: str) -> str:
        return f"{self.name}_{self.dataset.entry(column).get('array', column)}"

    def _captions(self, column: str, entry: dict[str, Any]) -> Captions:
        text, offsets = (self.dataset.array(f"{self.name}_{column}{end}") for end in ("", "_offsets"))
        captions = Captions(text, offsets, int(entry["per_image"]), tuple(entry["words"]), int(entry["shape"][0]))
        images = len(self.dataset.array(self._array_of("images"))) if "images" in self else len(captions)
        if len(captions) != images or int(offsets[-1]) != len(text):
            raise AtlasError(f"{self.dataset.path}/{self.name}_{column}.npy: does not match the images; prepare again")
        return captions

    def _beside(self, name: str, rows: int) -> NDArray[Any]:
        array = self.dataset.array(name)
        if len(array) != rows:
            raise AtlasError(f"{self.dataset.path}/{name}.npy: {len(array)} rows for {rows} images; prepare again")
        return array


def load(path: Path) -> Dataset:
    """Opens a prepared folder; AtlasError: there is no data card, or it lacks what is needed to read the arrays."""
    return Dataset(path, read_card(path))
