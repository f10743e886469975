"""All that is known of an experiment, by name: what it made, what its judge says of real images, the real images.

Figures, metrics and the report ask for arrays by name alone. `test_<column>` are the rows of the test split that the
experiment was sampled on, `train_<column>` the whole training split; both come from the prepared data through memory
maps, and are not copied into results; a text is whole in both. ``label_names``, ``attribute_names`` and
``text_vocabulary`` come from the data card. Everything else is what samplers gave.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas import io, prepared
from latent_atlas.params import Params

SAMPLES, VERDICT = "samples.npz", "verdict.npz"

_HEADS = {"test": True, "train": False}  # whether a split is cut to as many rows as are sampled
_NAMES = {"label_names": "labels", "attribute_names": "attributes", "text_vocabulary": "text"}
_KINDS = ("images", "labels", "attributes", "text")


class Evidence(Mapping[str, NDArray[Any]]):
    """Arrays by name; those of the prepared data are opened when they are asked for."""

    def __init__(self, stored: Mapping[str, NDArray[Any]], data: prepared.Dataset, samples: int) -> None:
        self._stored, self._data, self._samples = dict(stored), data, samples
        self._columns = [name for name, column in data.spec.columns.items() if column.kind in _KINDS]

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name in self._stored:
            return self._stored[name]
        if name in _NAMES and _NAMES[name] in self._columns:
            return np.array(self._data.names(_NAMES[name]), dtype=np.str_)
        split, _, column = name.partition("_")
        if split not in _HEADS or column not in self._columns:
            raise KeyError(name)
        rows = self._data.split(split)
        return (rows.head(self._samples) if _HEADS[split] else rows)[column]

    def __iter__(self) -> Iterator[str]:
        yield from self._stored
        yield from (name for name, column in _NAMES.items() if column in self._columns)
        yield from (f"{split}_{column}" for split in _HEADS for column in self._columns)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def load(params: Params, key: str) -> Evidence:
    """The evidence of an experiment; AtlasError names a file that is missing or damaged."""
    entry = params.experiments[key]
    stored = io.load_arrays(params.folder(key) / SAMPLES)
    if entry.judge != key:
        stored |= io.load_arrays(params.folder(entry.judge) / VERDICT)
    return Evidence(stored, prepared.load(params.processed(entry.dataset)), params.evaluation.samples)
