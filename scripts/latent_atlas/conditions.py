"""What steers a model: nothing, labels or captions; and how such conditions are drawn, shown and named."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas.model import Model
from latent_atlas.prepared import Dataset, Split

Arrays = tuple[NDArray[Any], ...]  # what `encode` and `decode` are given beside images or latents: one array or none


class Conditions:
    """The conditions of one model on one dataset."""

    def __init__(self, model: Model, data: Dataset, shown: int, split: str = "test") -> None:
        """``shown`` is how many conditions get a picture of their own; captions are taken from ``split``."""
        self.column = model.condition
        self._data, self._split = data, data.split(split)
        self._shown = min(shown, self._count) if self.column else 1

    @property
    def _count(self) -> int:
        if self.column == "labels":
            return self._data.spec.labels
        return len(self._split["captions"]) if self.column == "captions" else 1

    def of(self, rows: Split) -> Arrays:
        """The condition of each row of a split; for captions the first of each image."""
        if self.column == "labels":
            return (np.asarray(rows["labels"]),)
        if self.column == "captions":
            return (rows["captions"].numbers(range(len(rows["captions"])), np.zeros(len(rows["captions"]), int)),)
        return ()

    def draw(self, count: int) -> Arrays:
        """Conditions to generate with, each as often as the others: labels 0, 1, 2, ... in turn, captions in turn."""
        if self.column == "labels":
            return (np.arange(count, dtype=np.int32) % self._data.spec.labels,)
        if self.column == "captions":
            captions, (rows, choices) = self._split["captions"], self._turns(count)
            return (captions.numbers(rows, choices),)
        return ()

    def drawn_captions(self, count: int) -> list[str]:
        """The sentences behind `draw`, where captions steer."""
        captions, (rows, choices) = self._split["captions"], self._turns(count)
        return [captions.one(int(row), int(choice)) for row, choice in zip(rows, choices, strict=True)]

    def drawn_labels(self, count: int) -> NDArray[np.int32]:
        """The classes of the images that the captions of `draw` belong to, where captions steer."""
        rows, _ = self._turns(count)
        return np.asarray(self._split["labels"])[rows]

    def shown(self) -> Arrays:
        """The conditions that get a picture of their own, one array (k, ...); nothing without a condition."""
        return self.draw(self._shown)

    def names(self) -> list[str]:
        """The names of those shown; empty without a condition."""
        if self.column == "labels":
            return self._data.names("labels")[: self._shown]
        return self.drawn_captions(self._shown) if self.column == "captions" else []

    def groups(self, rows: Split, count: int) -> NDArray[np.int64]:
        """Numbers of the groups (count,) within which images may be mixed: those of one label, where labels steer."""
        return np.asarray(rows["labels"][:count], np.int64) if self.column == "labels" else np.zeros(count, np.int64)

    def _turns(self, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        captions = self._split["captions"]
        place = np.arange(count)
        return place % len(captions), place // len(captions) % captions.per_image


def repeated(conditions: Arrays, times: int) -> Arrays:
    """Each condition so many times in a row."""
    return tuple(np.repeat(array, times, axis=0) for array in conditions)
