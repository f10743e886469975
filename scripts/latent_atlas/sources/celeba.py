"""CelebA: 202,599 aligned faces with 40 attributes (Liu, Luo, Wang & Tang 2015), officially partitioned."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from latent_atlas import io, sources
from latent_atlas.columns import Column, DataSpec
from latent_atlas.errors import AtlasError
from latent_atlas.prepared.card import entries, write_card
from latent_atlas.sources.imaging.decode import Form
from latent_atlas.sources.imaging.stream import Bad, decode_into
from latent_atlas.sources.obtaining import RemoteFile, fetching
from latent_atlas.sources.obtaining.zips import ZipIndex

_DRIVE = "https://drive.usercontent.google.com/download?id={}&export=download&confirm=t"
_MIRROR = "https://graal.ift.ulaval.ca/public/celeba"
_ADVICE = (
    "Google Drive allows so many downloads a day and then shows a page; try tomorrow, or get it in a browser "
    "from https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html"
)
PICTURES, TABLE = (
    RemoteFile(f"celeba/{name}", sha256, size, (_DRIVE.format(number), f"{_MIRROR}/{name}"), _ADVICE)
    for name, number, size, sha256 in (
        ("img_align_celeba.zip", "0B7EVK8r0v71pZjFTYXZWM3FlRnM", 1443490838,
         "46fb89443c578308acf364d7d379fe1b9efb793042c0af734b6112e4fd3a8c74"),
        ("list_attr_celeba.txt", "0B7EVK8r0v71pblRyaVFSWGxPY0U", 26721026,
         "f0e5da289d5ccf75ffe8811132694922b60f2af59256ed362afa03fefba324d0"),
    )
)  # fmt: skip
# The official partition (list_eval_partition.txt) is by number: nothing else needs downloading.
PARTITION = {"train": range(162_770), "validation": range(162_770, 182_637), "test": range(182_637, 202_599)}
_ATTRIBUTES = 40
_CROPS = {
    # Side, left and top in the pictures of 178x218. 148 centred is what most published 64x64 figures use (PyTorch-VAE,
    # and torchvision's CenterCrop(148)); 108 that of the DCGAN code and LynnHo's; 160 that of compare_gan.
    148: (15, 35),
    108: (35, 55),
    160: (9, 29),
    178: (0, 20),
}
_HAIR = ("Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair", "Red_Hair")


class Faces(sources.Options):
    """What ``params.yaml`` may say of both editions of CelebA."""

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


class Options(Faces):
    """What ``params.yaml`` may say of the whole CelebA."""

    train_images: int = Field(
        default=162_770, ge=1_000, le=162_770, description="how many of the training pictures, from the first"
    )


def columns(options: Faces) -> dict[str, Column]:
    """Images, the combinations of some attributes as classes, and all attributes."""
    shape = (options.size, options.size, 3)
    return dict(DataSpec.of_images(shape, 2 ** len(options.label_attributes), _ATTRIBUTES).columns)


fetch = fetching(TABLE, PICTURES)


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """Crops, resizes, and keeps the official partition."""
    table = parse((raw / "list_attr_celeba.txt").read_bytes(), str(raw / "list_attr_celeba.txt"))
    about = {
        "name": "CelebA",
        "source": "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
        "split": f"the official partition; of its training pictures the first {options.train_images:,}; "
        "in file order, which is arbitrary",
    }
    with ZipIndex(raw / "img_align_celeba.zip") as pictures:
        splits = {**PARTITION, "train": range(options.train_images)}
        write(options, pictures, table, splits, 1.0, about, processed, progress)


def write(
    options: Faces,
    pictures: ZipIndex,
    table: tuple[list[str], list[str], NDArray[np.uint8]],
    splits: Mapping[str, range],
    scale: float,
    about: Mapping[str, Any],
    folder: Path,
    progress: sources.Progress,
) -> None:
    """Writes the prepared form of either edition.

    The pictures of the archive are those of the ``table`` (see `parse`) in the order of their names. ``splits`` are
    which pictures, counted from 0, go where; ``scale`` is the size of the pictures against 178x218; ``about`` what the
    edition says of itself.
    """
    files, names, values = table
    found = pictures.in_order(".jpg")
    last = max(rows.stop for rows in splits.values())
    if len(found) < last or len(files) < last:
        raise AtlasError(
            f"{pictures.called}: {len(found):,} pictures and {len(files):,} rows of attributes for {last:,}"
        )
    for name, file in zip(pictures.names(found[:last]), files, strict=False):
        if Path(name).name != file:
            raise AtlasError(f"{pictures.called}: {name!r} stands where {file!r} should")
    labels, label_names = classes(values, names, options.label_attributes)
    left, top = _CROPS[options.crop]
    box = tuple(round(edge * scale) for edge in (left, top, left + options.crop, top + options.crop))
    form = Form(options.size, options.size, 3, crop=(box[0], box[1], box[2], box[3]))
    bad = Bad(pictures.called, last, options.max_corrupt)
    for name, rows in splits.items():
        chosen = slice(rows.start, rows.stop)
        kept = decode_into(folder / f"{name}_images.npy", pictures, found[chosen], form, bad, progress)
        io.save_array(folder / f"{name}_labels.npy", labels[chosen][kept])
        io.save_array(folder / f"{name}_attributes.npy", values[chosen][kept])
    about = {
        **about,
        "licence": "non-commercial research only, no redistribution",
        "citation": "Liu, Z., Luo, P., Wang, X. and Tang, X. (2015), Deep learning face attributes in the wild, ICCV",
        **bad.about(),
        "processing": f"centre crop of {options.crop} of the aligned 178x218 pictures"
        f"{'' if scale == 1 else f', here at {scale:g} of that size: pixels {box}'}, "
        f"to {options.size}x{options.size} with an antialiased bicubic filter (Pillow)",
    }
    write_card(folder, about, entries(columns(options), **named(label_names, names)))


def parse(table: bytes, path: str) -> tuple[list[str], list[str], NDArray[np.uint8]]:
    """CelebA's ``list_attr_celeba.txt``: a count, the names, then a file name and -1 or 1 for each attribute.

    The count is not relied on: excerpts keep that of the whole. Returns file names (n), attribute names (a), and values
    (n, a) of 0 and 1. AtlasError: a line does not have that form.
    """
    lines = table.decode("utf-8", errors="replace").splitlines()
    names = [name for line in lines[1:2] for name in line.split()]
    rows = [line for line in lines[2:] if line.strip()]
    values = np.empty((len(rows), len(names)), np.uint8)
    files = []
    for number, line in enumerate(rows):
        file, *cells = line.split()
        if len(cells) != len(names) or not set(cells) <= {"-1", "1"}:
            raise AtlasError(f"{path}: line {number + 3} is not a file name with {len(names)} times -1 or 1")
        files.append(file)
        values[number] = [cell == "1" for cell in cells]
    return files, names, values


def classes(
    attributes: NDArray[np.uint8], names: Sequence[str], chosen: Sequence[str]
) -> tuple[NDArray[np.int32], list[str]]:
    """One class for each combination of the chosen attributes, so that a plain classifier can judge.

    Of ``attributes`` (n, a) of 0 and 1 and their a ``names``, those ``chosen`` make the classes, the first being the
    most significant. Returns labels (n,), and a name for each class: ``not Male, Smiling``. AtlasError: no such
    attribute.
    """
    for name in chosen:
        if name not in names:
            raise AtlasError(f"params.yaml: label_attributes: no attribute {name!r}; allowed: {', '.join(names)}")
    weights = 2 ** np.arange(len(chosen), dtype=np.int32)[::-1]
    labels = attributes[:, [list(names).index(name) for name in chosen]] @ weights
    parts = [[f"not {name}", name] for name in chosen]
    return labels.astype(np.int32), [", ".join(combination) for combination in itertools.product(*parts)]


def named(label_names: Sequence[str], names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What the data card says of both columns. A face has at most one hair colour, labelling errors aside."""
    hair = [name for name in names if name in _HAIR]
    groups = {"hair colour": hair} if len(hair) > 1 else {}
    return {"labels": {"names": list(label_names)}, "attributes": {"names": list(names), "groups": groups}}
