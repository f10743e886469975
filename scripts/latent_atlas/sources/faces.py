"""Faces with attributes, drawn by code: hair, glasses, smile, beard, hat and so on, all independent."""

from pathlib import Path

import numpy as np
from pydantic import Field, field_validator

from latent_atlas import io, sources
from latent_atlas.columns import Column, DataSpec
from latent_atlas.drawing import dataset, portraits
from latent_atlas.prepared.card import entries, write_card
from latent_atlas.sources import celeba

fetch = dataset.fetch


class Options(dataset.Options):
    """What ``params.yaml`` may say of the drawn faces."""

    size: int = Field(default=32, ge=16, le=128, description="side of the images, in pixels")
    label_attributes: list[str] = Field(
        default=["Eyeglasses", "Smiling"],
        min_length=1,
        max_length=5,
        description="attributes whose combinations are the classes of the judge",
    )

    @field_validator("label_attributes")
    @classmethod
    def _known(cls, names: list[str]) -> list[str]:
        for name in names:
            if name not in portraits.ATTRIBUTES or names.count(name) > 1:
                allowed = ", ".join(portraits.ATTRIBUTES)
                raise ValueError(f"{name!r} is no attribute, or stands twice; allowed: {allowed}")
        return names


def columns(options: Options) -> dict[str, Column]:
    """Images, the combinations of some attributes as classes, and all attributes."""
    shape, labels = (options.size, options.size, 3), 2 ** len(options.label_attributes)
    return dict(DataSpec.of_images(shape, labels, len(portraits.ATTRIBUTES)).columns)


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """Draws."""
    label_names: list[str] = []
    for name, count, seed in options.splits():
        generator = np.random.default_rng(seed)
        values = np.stack([portraits.attributes(generator) for _ in range(count)])
        labels, label_names = celeba.classes(values, portraits.ATTRIBUTES, options.label_attributes)
        path = processed / f"{name}_images.npy"
        dataset.draw_into([path], portraits.draw, [(row, options.size) for row in values], seed, progress)
        io.save_array(processed / f"{name}_labels.npy", labels)
        io.save_array(processed / f"{name}_attributes.npy", values)
    about = {
        **dataset.ABOUT,
        "name": "Drawn faces",
        "processing": f"{options.size}x{options.size}, drawn larger and averaged",
        "split": f"80:10:10 of {options.images} drawings, seed {options.seed}",
    }
    write_card(processed, about, entries(columns(options), **celeba.named(label_names, portraits.ATTRIBUTES)))
