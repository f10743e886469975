"""Many drawings on all cores, the same whatever their number."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas.datasets import Progress
from latent_atlas.datasets.imaging.pools import in_order

_CHUNK = 25  # drawings

Draw = Callable[..., NDArray[np.uint8]]


def draw_all(
    draw: Draw, arguments: Sequence[tuple[Any, ...]], seed: Sequence[int], progress: Progress
) -> Iterator[NDArray[np.uint8]]:
    """Yields ``draw(*arguments[row], generator)`` for each row, stacked by the chunk.

    The generator of each row depends on ``seed`` and the row alone.
    """

    def chunk(start: int) -> NDArray[np.uint8]:
        rows = range(start, min(start + _CHUNK, len(arguments)))
        return np.stack([draw(*arguments[row], np.random.default_rng([*seed, row])) for row in rows])

    done = 0
    for drawings in in_order(chunk, range(0, len(arguments), _CHUNK)):
        done += len(drawings)
        progress.update(done, len(arguments), "drawing")
        yield drawings
