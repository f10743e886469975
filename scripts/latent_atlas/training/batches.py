"""The order of training rows: a function of the seed and the step alone, so a resumed run sees the same one."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas import io
from latent_atlas.columns import ROWS, Column
from latent_atlas.errors import AtlasError
from latent_atlas.prepared import Dataset

Batch = dict[str, NDArray[Any]]

_READ_BEFORE_RELEASE = 10  # steps


class Batches:
    """Random access to the batch of any step, a dictionary of the columns that a model reads, from the memory map.

    Columns of one order are read in one permutation, fresh for every epoch; what does not fill a batch at its end is
    left out. A text is read by contiguous windows: row i of a batch goes on where row i of the batch before ended. A
    picture is whole in every batch; networks are in none.
    """

    def __init__(self, data: Dataset, columns: Sequence[str], rows: int, seed: int, window: int = 0) -> None:
        """``rows`` are those of a batch, ``window`` the characters of a text that a step learns to predict."""
        split = data.split("train")
        self._specs = {name: data.spec[name] for name in columns if data.spec[name].kind != "network"}
        self._columns: dict[str, Any] = {
            name: data.picture(name) if spec.kind == "picture" else split[name] for name, spec in self._specs.items()
        }
        self._rows, self._seed, self._window = rows, seed, window
        self._orders: dict[str, _Order] = {}
        for name, spec in self._specs.items():
            if spec.kind == "text":
                self._check_text(len(self._columns[name]))
            elif spec.kind != "picture" and spec.order not in self._orders:
                self._orders[spec.order] = _Order(spec.order, len(self._columns[name]), rows, seed)

    def __getitem__(self, step: int) -> Batch:
        """The columns of a step, counted from 0; each (rows, ...), captions int32 (rows, words)."""
        if step % _READ_BEFORE_RELEASE == 0:
            for column in self._columns.values():
                io.release(getattr(column, "array", column))
        chosen = {name: order.rows(step) for name, order in self._orders.items()}
        batch: Batch = {}
        for name, spec in self._specs.items():
            batch |= self._read(name, spec, chosen, step)
        return batch

    def _read(self, name: str, spec: Column, chosen: dict[str, NDArray[np.int64]], step: int) -> Batch:
        column = self._columns[name]
        if spec.kind == "picture":
            return {name: np.asarray(column)}
        if spec.kind == "text":
            return self._read_text(name, column, step)
        rows = chosen[spec.order]
        if spec.kind == "captions":
            generator = np.random.default_rng([self._seed, step, *name.encode()])
            return {name: column.numbers(rows, generator.integers(column.per_image, size=len(rows)))}
        return {name: np.asarray(column[rows])}

    def _read_text(self, name: str, text: NDArray[Any], step: int) -> Batch:
        length = (len(text) - 1) // self._rows  # of the part that each row of a batch reads
        epoch, window = divmod(step, length // self._window)
        spare = length - length // self._window * self._window
        start = int(np.random.default_rng([self._seed, epoch]).integers(spare + 1)) + window * self._window
        places = np.arange(self._rows)[:, None] * length + start + np.arange(self._window + 1)
        return {name: text[places].astype(np.int32), f"{name}_begins": np.array(window == 0)}

    def _check_text(self, characters: int) -> None:
        if self._rows * self._window >= characters:
            raise AtlasError(
                f"params.yaml: batch_size {self._rows} with a window of {self._window} needs more than "
                f"{self._rows * self._window:,} characters, and the training text has {characters:,}"
            )


class _Order:
    """A fresh permutation of some rows for every epoch."""

    def __init__(self, name: str, count: int, batch: int, seed: int) -> None:
        if batch > count:
            raise AtlasError(f"params.yaml: batch_size {batch} is more than the {count} training images")
        self._key = [seed] if name == ROWS else [seed, *name.encode()]
        self._count, self._batch, self._epoch, self._order = count, batch, -1, np.empty(0, np.int64)

    def rows(self, step: int) -> NDArray[np.int64]:
        epoch, place = divmod(step, self._count // self._batch)
        if epoch != self._epoch:
            self._epoch = epoch
            self._order = np.random.default_rng([self._key[0], epoch, *self._key[1:]]).permutation(self._count)
        return self._order[place * self._batch : (place + 1) * self._batch]
