"""Faces with attributes, drawn by code: hair, glasses, smile, beard, hat and so on, all independent."""

from pathlib import Path

import numpy as np
from pydantic import Field, field_validator

from latent_atlas import datasets, io
from latent_atlas.datasets.drawing import faces
from latent_atlas.datasets.drawing.many import draw_all
from latent_atlas.datasets.families import attributes, drawn
from latent_atlas.datasets.processed.arrays import ArrayFile
from latent_atlas.datasets.processed.card import write_card


class Options(drawn.Options):
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
            if name not in faces.ATTRIBUTES or names.count(name) > 1:
                raise ValueError(f"{name!r} is no attribute, or stands twice; allowed: {', '.join(faces.ATTRIBUTES)}")
        return names


def fetch(options: Options, raw: Path, progress: datasets.Progress) -> None:
    """Nothing to obtain."""
    drawn.fetch(options, raw)


def prepare(options: Options, raw: Path, processed: Path, progress: datasets.Progress) -> None:
    """Draws."""
    label_names: list[str] = []
    for (name, count), seed in zip(drawn.split_counts(options.images).items(), drawn.seeds(options), strict=False):
        generator = np.random.default_rng(seed)
        values = np.stack([faces.attributes(generator) for _ in range(count)])
        labels, label_names = attributes.classes(values, faces.ATTRIBUTES, options.label_attributes, "label_attributes")
        with ArrayFile(processed / f"{name}_images.npy", (options.size, options.size, 3), np.uint8) as array:
            for chunk in draw_all(faces.draw, [(row, options.size) for row in values], seed, progress):
                array.append(chunk)
        io.save_array(processed / f"{name}_labels.npy", labels)
        io.save_array(processed / f"{name}_attributes.npy", values)
    write_card(
        processed,
        {
            **drawn.CARD,
            "name": "Drawn faces",
            "label_names": label_names,
            **attributes.card(faces.ATTRIBUTES),
            "processing": f"{options.size}x{options.size}, drawn larger and averaged",
            "split": f"80:10:10 of {options.images} drawings, seed {options.seed}",
        },
    )
