"""The order of training images: a function of the seed and the step alone, so a resumed run sees the same one."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas.datasets.processed import Dataset, Split
from latent_atlas.errors import AtlasError
from latent_atlas.model import Model


def training_split(data: Dataset, model: Model) -> Split:
    """The training images with what supervises the model: labels, or attributes in their place."""
    split = data.split("train")
    if model.supervision == "labels":
        return split
    return Split(split.images, data.attributes("train"))  # type: ignore[arg-type]  # uint8 in place of int32


class Batches:
    """Random access to the batch of any step. Reads straight from the memory map.

    Every epoch is a fresh permutation; what does not fill a batch at its end is left out.
    """

    def __init__(self, split: Split, batch_size: int, seed: int) -> None:
        if batch_size > len(split):
            raise AtlasError(f"params.yaml: batch_size {batch_size} is more than the {len(split)} training images")
        self._split, self._size, self._seed = split, batch_size, seed
        self._per_epoch = len(split) // batch_size
        self._epoch, self._order = -1, np.empty(0, np.int64)

    def __getitem__(self, step: int) -> tuple[NDArray[np.uint8], NDArray[Any]]:
        """Images (batch, height, width, channels) and labels (batch, ...) of a step, counted from 0."""
        epoch, position = divmod(step, self._per_epoch)
        if epoch != self._epoch:
            self._epoch = epoch
            self._order = np.random.default_rng([self._seed, epoch]).permutation(len(self._split))
        rows = self._order[position * self._size : (position + 1) * self._size]
        return self._split.images[rows], np.asarray(self._split.labels[rows])
