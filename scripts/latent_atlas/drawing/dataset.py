"""What the datasets drawn by code have in common: their options, their splits, and drawing on all cores."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from latent_atlas import io, sources
from latent_atlas.prepared.array_file import ArrayFile
from latent_atlas.prepared.splits import THREE
from latent_atlas.sources.imaging.pools import in_order

ABOUT = {"source": "drawn by the code of Latent Atlas", "licence": "that of Latent Atlas", "citation": "none needed"}
_CHUNK = 25  # drawings


class Options(sources.Options):
    """What every drawn source lets ``params.yaml`` say."""

    images: int = Field(
        default=3000, ge=100, le=1_000_000, description="drawings in all, before the split 80 : 10 : 10"
    )
    seed: int = Field(default=0, ge=0, description="seed of everything random in the drawings")

    def splits(self, **more: int) -> list[tuple[str, int, tuple[int, int]]]:
        """The name, number of drawings and seed of each split; ``more`` are splits beyond the usual three."""
        counts = {name: round(self.images * part) for name, part in THREE.items() if name != "train"}
        counts = {"train": self.images - sum(counts.values()), **counts, **more}
        return [(name, count, (self.seed, place)) for place, (name, count) in enumerate(counts.items())]


def fetch(options: Options, raw: Path, progress: sources.Progress) -> None:
    """There is nothing to obtain: notes what will be drawn."""
    io.save_json(raw / "drawn_by_code.json", options.model_dump())


def balanced(count: int, classes: int, generator: np.random.Generator) -> NDArray[np.int32]:
    """Labels in random order, each class as often as the others, give or take one."""
    return generator.permutation(np.arange(count) % classes).astype(np.int32)


def draw_into(
    paths: Sequence[Path],
    draw: Callable[..., NDArray[np.uint8]],
    arguments: Sequence[tuple[Any, ...]],
    seed: Sequence[int],
    progress: sources.Progress,
) -> None:
    """Writes a row of each of the arrays ``paths`` for each of the ``arguments``, whatever the number of workers.

    ``draw(*arguments[row], generator)`` gives a row of each array, (paths, height, width, channels). The generator
    depends on ``seed``, which is that of the split, and the row alone.
    """

    def chunk(start: int) -> NDArray[np.uint8]:
        rows = range(start, min(start + _CHUNK, len(arguments)))
        return np.stack([draw(*arguments[row], np.random.default_rng([*seed, row])) for row in rows])

    with ExitStack() as stack:
        arrays: list[ArrayFile] = []
        done = 0
        for drawings in in_order(chunk, range(0, len(arguments), _CHUNK)):
            arrays = arrays or [stack.enter_context(ArrayFile(path, drawings.shape[2:], np.uint8)) for path in paths]
            for array, rows in zip(arrays, drawings.swapaxes(0, 1), strict=True):
                array.append(rows)
            done += len(drawings)
            progress.update(done, len(arguments), "drawing")
