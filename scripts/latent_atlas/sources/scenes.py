"""Plain and striped horses in varied landscapes, unpaired, and line drawings of them for the paired task."""

from pathlib import Path

import numpy as np
from pydantic import Field

from latent_atlas import io, sources
from latent_atlas.columns import ROWS, Column
from latent_atlas.drawing import animals, dataset
from latent_atlas.prepared.card import entries, write_card
from latent_atlas.prepared.domains import DOMAINS, two_domains

fetch = dataset.fetch


class Options(dataset.Options):
    """What ``params.yaml`` may say of the scenes."""

    images: int = Field(default=1200, ge=100, le=1_000_000, description="scenes in all, half of them of each kind")
    size: int = Field(default=64, ge=32, le=256, description="side of the images, in pixels")


def columns(options: Options) -> dict[str, Column]:
    """Scenes of two kinds, each kind as a domain, and sketches as inputs with the scenes as targets."""
    return two_domains((options.size, options.size, 3), ROWS)


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """Draws scenes and sketches."""
    for name, count, seed in options.splits():
        labels = dataset.balanced(count, 2, np.random.default_rng(seed))
        paths = [processed / f"{name}_images.npy", processed / f"{name}_inputs.npy"]
        dataset.draw_into(paths, animals.draw, [(bool(label), options.size) for label in labels], seed, progress)
        io.save_array(processed / f"{name}_labels.npy", labels)
    about = {
        **dataset.ABOUT,
        "name": "Horses, plain and striped",
        "processing": f"{options.size}x{options.size}, drawn larger and averaged",
        "split": f"80:10:10 of {options.images} drawings, kinds balanced, seed {options.seed}",
    }
    pairs = {"inputs": {"what": "sketch"}, "targets": {"array": "images", "what": "scene"}}
    names = {"labels": {"names": ["plain", "striped"]}}
    write_card(processed, about, entries(columns(options), **names, **DOMAINS, **pairs))
