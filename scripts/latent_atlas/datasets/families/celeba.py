"""What the two editions of CelebA have in common: crop, resize, classes and card."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from latent_atlas import datasets, io
from latent_atlas.datasets.families import attributes
from latent_atlas.datasets.imaging.decode import Form
from latent_atlas.datasets.imaging.stream import Bad, decode_into
from latent_atlas.datasets.obtaining.zips import ZipIndex
from latent_atlas.datasets.processed.arrays import ArrayFile
from latent_atlas.datasets.processed.card import write_card
from latent_atlas.errors import AtlasError

_WIDTH, _HEIGHT = 178, 218  # of the aligned pictures
_CROPS = {
    # Side, left and top. 148 centred is what most published 64x64 figures use (PyTorch-VAE, and torchvision's
    # CenterCrop(148)); 108 that of the DCGAN code and LynnHo's; 160 that of compare_gan.
    148: (15, 35),
    108: (35, 55),
    160: (9, 29),
    178: (0, 20),
}


class Options(datasets.Options):
    """What ``params.yaml`` may say of CelebA."""

    size: int = Field(default=64, ge=16, le=178, description="side of the prepared images, in pixels")
    crop: Literal[108, 148, 160, 178] = Field(
        default=148,
        description="side of the centred square that is kept of the 178x218 pictures; Fréchet distances "
        "of different crops do not compare",
    )
    label_attributes: list[str] = Field(
        default=["Male", "Smiling"],
        min_length=1,
        max_length=5,
        description="attributes whose combinations are the classes of the judge",
    )
    max_corrupt: float = Field(default=0.0, ge=0, le=1, description="fraction of the pictures that may be unreadable")

    @field_validator("label_attributes")
    @classmethod
    def _each_once(cls, names: list[str]) -> list[str]:
        if len(set(names)) != len(names):
            raise ValueError("names an attribute twice; name each once")
        return names


def prepare(
    options: Options,
    pictures: ZipIndex,
    table: tuple[list[str], list[str], NDArray[np.uint8]],
    splits: Mapping[str, range],
    scale: float,
    card: Mapping[str, Any],
    folder: Path,
    progress: datasets.Progress,
) -> None:
    """Writes the standard form.

    Args:
        options: of the source.
        pictures: the archive; its pictures are those of the table in the order of their names.
        table: file names, attribute names, values; see `attributes.parse`.
        splits: which pictures, counted from 0, go where.
        scale: size of the pictures against 178x218.
        card: what the source says of itself.
        folder: the processed folder.
        progress: is told how far it is.
    """
    files, names, values = table
    entries = pictures.in_order(".jpg")
    last = max(rows.stop for rows in splits.values())
    if len(entries) < last or len(files) < last:
        raise AtlasError(
            f"{pictures.path}: {len(entries):,} pictures and {len(files):,} rows of attributes for {last:,}"
        )
    for name, file in zip(pictures.names(entries[:last]), files, strict=False):
        if Path(name).name != file:
            raise AtlasError(f"{pictures.path}: {name!r} stands where {file!r} should")
    labels, label_names = attributes.classes(values, names, options.label_attributes, "label_attributes")
    left, top = _CROPS[options.crop]
    box = tuple(round(edge * scale) for edge in (left, top, left + options.crop, top + options.crop))
    form = Form(options.size, options.size, 3, crop=(box[0], box[1], box[2], box[3]))
    bad = Bad(str(pictures.path), options.max_corrupt, last)
    for name, rows in splits.items():
        with ArrayFile(folder / f"{name}_images.npy", (options.size, options.size, 3), np.uint8) as array:
            kept = decode_into(
                array, entries[rows.start : rows.stop], pictures.read, pictures.name, form, bad, progress
            )
        io.save_array(folder / f"{name}_labels.npy", labels[rows.start : rows.stop][kept])
        io.save_array(folder / f"{name}_attributes.npy", values[rows.start : rows.stop][kept])
    write_card(
        folder,
        {
            **card,
            "licence": "non-commercial research only, no redistribution",
            "citation": "Liu, Z., Luo, P., Wang, X. and Tang, X. (2015), Deep learning face attributes "
            "in the wild, ICCV",
            "label_names": label_names,
            **attributes.card(names),
            **bad.card(),
            "processing": f"centre crop of {options.crop} of the aligned 178x218 pictures"
            f"{'' if scale == 1 else f', here at {scale:g} of that size: pixels {box}'}, "
            f"to {options.size}x{options.size} with an antialiased bicubic filter (Pillow)",
        },
    )
