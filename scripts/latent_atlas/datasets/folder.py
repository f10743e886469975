"""A user's own images, of any size and mode, in a folder or a zip; the folders in it become classes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from latent_atlas import datasets, io
from latent_atlas.datasets.families import captioned
from latent_atlas.datasets.imaging.decode import SUFFIXES, Form
from latent_atlas.datasets.imaging.stream import Bad, decode_into
from latent_atlas.datasets.obtaining import local
from latent_atlas.datasets.obtaining.zips import ZipIndex
from latent_atlas.datasets.processed.arrays import ArrayFile
from latent_atlas.datasets.processed.card import write_card
from latent_atlas.datasets.processed.splits import THREE, split_rows
from latent_atlas.errors import AtlasError

_LEAST = 10  # images, so that each split has one


class Options(local.Options):
    """What ``params.yaml`` may say of a folder of images. ``path`` is the folder, or a zip of it."""

    size: int = Field(default=64, ge=8, le=512, description="side of the prepared images, in pixels")
    channels: Literal[1, 3] = Field(default=3, description="1 for grey levels, 3 for colour")
    fit: Literal["crop", "pad", "stretch"] = Field(
        default="crop",
        description="images that are not square: cut to the centre, white margins, or distortion",
    )
    captions: bool = Field(
        default=False,
        description="beside each image stands a .txt file of the same name with a caption on each line",
    )
    least_side: int = Field(default=8, ge=1, description="images with fewer pixels a side are left out as bad")
    most_pixels: int = Field(default=40_000_000, ge=1, description="images with more pixels are left out as bad")
    max_corrupt: float = Field(
        default=0.01,
        ge=0,
        lt=1,
        description="fraction of the images that may be left out as bad before it is an error",
    )


def fetch(options: Options, raw: Path, progress: datasets.Progress) -> None:
    """Copies the zip, or packs the folder into one; refuses archives with unsafe entries."""
    path = local.locate(options.path)
    target = raw / "images.zip"
    if path.is_dir():
        local.pack_folder(path, target, (*SUFFIXES, ".txt") if options.captions else SUFFIXES, progress)
    else:
        with ZipIndex(path):
            local.copy_file(path, target)
    with ZipIndex(target, options.path) as archive:
        if not len(archive.in_order(*SUFFIXES)):
            raise AtlasError(f"{options.path}: holds no images; files ending in {', '.join(SUFFIXES)} are looked for")


def prepare(options: Options, raw: Path, processed: Path, progress: datasets.Progress) -> None:
    """Decodes, resizes, and splits every class 80 : 10 : 10."""
    form = Form(
        options.size,
        options.size,
        options.channels,
        options.fit,
        None,
        options.least_side,
        options.most_pixels,
        True,
    )
    with ZipIndex(raw / "images.zip", options.path) as archive:
        pictures = archive.in_order(*SUFFIXES)
        if len(pictures) < _LEAST:
            raise AtlasError(f"{options.path}: holds {len(pictures)} images; at least {_LEAST} are needed")
        labels, label_names = _labels(archive, pictures, options.path)
        captions = _captions(archive, pictures, options.path) if options.captions else []
        bad = Bad(options.path, options.max_corrupt, len(pictures))
        rows_of = split_rows(labels, THREE, options.seed)
        for name, rows in rows_of.items():
            shape = (options.size, options.size, options.channels)
            with ArrayFile(processed / f"{name}_images.npy", shape, np.uint8) as array:
                kept = decode_into(array, pictures[rows], archive.read, archive.name, form, bad, progress)
            rows_of[name] = rows[kept]
            if not kept.any():
                raise AtlasError(f"{options.path}: too few images for a {name} split; give more of each class")
            if label_names:
                io.save_array(processed / f"{name}_labels.npy", labels[rows_of[name]])
            if options.captions:
                captioned.write(processed, name, (captions[row] for row in rows_of[name]))
    extra = captioned.card((captions[row] for row in rows_of["train"]), len(captions[0])) if options.captions else {}
    write_card(
        processed,
        {
            **local.card(options),
            "label_names": label_names,
            **extra,
            **bad.card(),
            "processing": f"{options.fit} to {options.size}x{options.size}, {options.channels} channels, "
            "antialiased bicubic filter (Pillow); first picture of animations, transparency over white, "
            "camera orientation honoured",
            "split": f"every class 80:10:10 after a shuffle with seed {options.seed}",
        },
    )


def _labels(archive: ZipIndex, pictures: NDArray[np.int32], path: str) -> tuple[NDArray[np.int32], list[str]]:
    """The folder of each image, less what all have in common. No classes if that leaves a single one."""
    places: dict[str, int] = {}
    of_image = np.empty(len(pictures), np.int32)
    for row, name in enumerate(archive.names(pictures)):
        folder = name.rpartition("/")[0]
        of_image[row] = places.setdefault(folder, len(places))
    common = _common([folder.split("/") for folder in places])
    short = ["/".join(folder.split("/")[common:]) or "." for folder in places]
    names = sorted(short)
    if len(names) == 1:
        return np.zeros(len(pictures), np.int32), []
    if len({name.casefold() for name in names}) < len(names):
        raise AtlasError(f"{path}: folders in it differ only in capitals; rename them, or they would be two classes")
    return np.array([names.index(name) for name in short], np.int32)[of_image], names


def _common(paths: Sequence[Sequence[str]]) -> int:
    """How many first parts all paths share."""
    shared = 0
    for parts in zip(*paths, strict=False):
        if len(set(parts)) > 1:
            break
        shared += 1
    return shared


def _captions(archive: ZipIndex, pictures: NDArray[np.int32], path: str) -> list[list[str]]:
    """As many captions for each image as the longest file has, shorter ones repeated from their beginning."""
    stems = {name.rpartition(".")[0]: row for row, name in enumerate(archive.names(pictures))}
    captions: list[list[str]] = [[] for _ in pictures]
    texts = archive.in_order(".txt")
    for entry, name in zip(texts, archive.names(texts), strict=True):
        row = stems.get(name.rpartition(".")[0])
        if row is None:
            raise AtlasError(f"{path}: {name!r} has captions for an image that is not there; add it or remove them")
        try:
            lines = [line.strip() for line in archive.read(int(entry)).decode("utf-8-sig").splitlines()]
        except UnicodeDecodeError:
            raise AtlasError(f"{path}: {name!r} is not UTF-8; save it as UTF-8") from None
        captions[row] = [line for line in lines if line]
    for row, lines in enumerate(captions):
        if not lines:
            raise AtlasError(f"{path}: {archive.name(int(pictures[row]))!r} has no captions; add a .txt file beside it")
    most = max(len(lines) for lines in captions)
    return [[lines[place % len(lines)] for place in range(most)] for lines in captions]
