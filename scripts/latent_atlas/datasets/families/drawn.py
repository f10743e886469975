"""What the sources that are drawn by code have in common."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from latent_atlas import datasets, io
from latent_atlas.datasets.processed.splits import THREE

CARD = {
    "source": "drawn by the code of Latent Atlas",
    "licence": "that of Latent Atlas",
    "citation": "none needed",
}


class Options(datasets.Options):
    """What every drawn source lets ``params.yaml`` say."""

    images: int = Field(
        default=3000, ge=100, le=1_000_000, description="drawings in all, before the split 80 : 10 : 10"
    )
    seed: int = Field(default=0, ge=0, description="seed of all that is drawn by lot")


def fetch(options: datasets.Options, raw: Path) -> None:
    """There is nothing to obtain: notes what will be drawn."""
    io.save_json(raw / "drawn_by_code.json", options.model_dump())


def split_counts(images: int) -> dict[str, int]:
    """Drawings of each split."""
    counts = {name: round(images * part) for name, part in THREE.items() if name != "train"}
    return {"train": images - sum(counts.values()), **counts}


def balanced(count: int, classes: int, generator: np.random.Generator) -> NDArray[np.int32]:
    """Labels in random order, each class as often as the others, give or take one."""
    return generator.permutation(np.arange(count) % classes).astype(np.int32)


def seeds(options: Options) -> Iterator[tuple[int, int]]:
    """A seed for each split."""
    return ((options.seed, place) for place in range(100))
