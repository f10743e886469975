"""A user's own images, of any size and mode, in a folder or a zip; the folders in it become classes.

Two classes are also two domains, and pictures that hold two images side by side become pairs. Folders may say which
split they are for, as those for the authors' code of CycleGAN and pix2pix do: trainA, trainB, testA, testB, or train,
val and test, perhaps with classes in them.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator

from latent_atlas import io, sources
from latent_atlas.columns import Column
from latent_atlas.errors import AtlasError
from latent_atlas.prepared.captions import captions_entry, write_captions
from latent_atlas.prepared.card import write_card
from latent_atlas.prepared.domains import DOMAINS, alternating, two_domains
from latent_atlas.prepared.splits import THREE, split_rows
from latent_atlas.sources.imaging.decode import SUFFIXES, Form
from latent_atlas.sources.imaging.stream import Bad, decode_into
from latent_atlas.sources.obtaining import local
from latent_atlas.sources.obtaining.zips import ZipIndex

_LEAST = 10  # images, so that each split has one
_SIDES = range(8, 513)
_PARTS = {"train": "train", "val": "validation", "test": "test"}
_GIVEN = re.compile(r"(train|val|test)(?:([AB])|/(.+))?")


class Options(local.Options):
    """What ``params.yaml`` may say of a folder of images. ``path`` is the folder, or a zip of it."""

    size: int | list[int] = Field(
        default=64, description="side of the prepared images, or [height, width], in pixels, 8 to 512 each"
    )
    channels: Literal[1, 3] = Field(default=3, description="1 for grey levels, 3 for colour")
    fit: Literal["crop", "pad", "stretch"] = Field(
        default="crop", description="images of other proportions: cut to the centre, white margins, or distortion"
    )
    captions: bool = Field(
        default=False, description="beside each image stands a .txt file of the same name with a caption on each line"
    )
    pairs: Literal["left_to_right", "right_to_left"] | None = Field(
        default=None, description="each picture holds two of one size side by side, input and target in this direction"
    )
    least_side: int = Field(default=8, ge=1, description="images with fewer pixels a side are left out as bad")
    most_pixels: int = Field(default=40_000_000, ge=1, description="images with more pixels are left out as bad")
    max_corrupt: float = Field(
        default=0.01, ge=0, lt=1, description="fraction of the images that may be left out as bad before it is an error"
    )

    @field_validator("size", mode="plain")
    @classmethod
    def _is_a_size(cls, size: Any) -> int | list[int]:
        sides = size if isinstance(size, list) and len(size) == 2 else [size]
        if not all(type(side) is int and side in _SIDES for side in sides):
            raise ValueError("must be a side or [height, width], whole numbers from 8 to 512")
        return size

    @model_validator(mode="after")
    def _has_captions_or_pairs(self) -> Self:
        if self.captions and self.pairs:
            raise ValueError("captions and pairs exclude each other")
        return self

    @property
    def shape(self) -> tuple[int, int, Literal[1, 3]]:
        """Height, width and channels of the prepared images."""
        height, width = [self.size] * 2 if isinstance(self.size, int) else self.size
        return height, width, self.channels


def columns(options: Options) -> dict[str, Column]:
    """Images, labels if at least two folders hold some, domains if two do: found without decoding one.

    If ``path`` is not there (it may be on another machine), all of them are promised, so that nothing is refused too
    early: what the data card says in the end decides.
    """
    if options.pairs:
        return two_domains(options.shape, "pairs")
    found, classes = {"images": Column("images", options.shape)}, _count_classes(options)
    if classes != 1:
        found["labels"] = Column("labels", (), None)
    if classes in (None, 2):
        found |= {name: Column("images", options.shape, order=name) for name in DOMAINS}
    if options.captions:
        found["captions"] = Column("captions", None, None)
    return found


def fetch(options: Options, raw: Path, progress: sources.Progress) -> None:
    """Copies the zip, or packs the folder into one; refuses archives with unsafe entries."""
    path = local.locate(options)
    target = raw / "images.zip"
    if path.is_dir():
        local.pack_folder(path, target, (*SUFFIXES, ".txt") if options.captions else SUFFIXES, progress)
    else:
        with ZipIndex(path):
            local.copy_file(path, target)
    with ZipIndex(target, options.path) as archive:
        if not len(archive.in_order(*SUFFIXES)):
            raise AtlasError(f"{options.path}: holds no images; files ending in {', '.join(SUFFIXES)} are looked for")


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """Decodes, resizes, and splits every class 80 : 10 : 10."""
    form = Form(
        *options.shape,
        fit=options.fit,
        least_side=options.least_side,
        most_pixels=options.most_pixels,
        photographs=True,
        halves=options.pairs is not None,
    )
    entries: dict[str, dict[str, Any]] = {"images": {"kind": "images"}}
    with ZipIndex(raw / "images.zip", options.path) as archive:
        pictures = archive.in_order(*SUFFIXES)
        if len(pictures) < _LEAST:
            raise AtlasError(f"{options.path}: holds {len(pictures)} images; at least {_LEAST} are needed")
        labels, label_names, parts = _labels(archive, pictures)
        if options.pairs:
            labels, label_names = np.zeros_like(labels), ["left", "right"]
        captions = _captions(archive, pictures) if options.captions else []
        bad = Bad(options.path, len(pictures), options.max_corrupt)
        rows_of = _divided(labels, parts, options.seed)
        for name, rows in rows_of.items():
            kept = decode_into(processed / f"{name}_images.npy", archive, pictures[rows], form, bad, progress)
            rows_of[name] = rows[kept]
            if not kept.any():
                raise AtlasError(f"{options.path}: too few images for a {name} split; give more of each class")
            of_images = np.tile(np.array([0, 1], np.int32), kept.sum()) if options.pairs else labels[rows_of[name]]
            if label_names:
                io.save_array(processed / f"{name}_labels.npy", of_images)
            if options.captions:
                write_captions(processed, name, (captions[row] for row in rows_of[name]))
    if label_names:
        entries["labels"] = {"kind": "labels", "names": label_names}
    if len(label_names) == len(DOMAINS):
        entries |= {name: {"kind": "images", "order": name, **entry} for name, entry in DOMAINS.items()}
    if options.pairs:
        sides = alternating("images", "input", "target", first=int(options.pairs == "right_to_left"))
        entries |= {name: {"kind": "images", "order": "pairs", **entry} for name, entry in sides.items()}
    if options.captions:
        entries["captions"] = captions_entry((captions[row] for row in rows_of["train"]), len(captions[0]))
    height, width, channels = options.shape
    about = {
        **local.about(options),
        **bad.about(),
        "processing": f"{options.fit} to {width}x{height}, {channels} channels, "
        "antialiased bicubic filter (Pillow); first picture of animations, transparency over white, "
        "camera orientation honoured",
        "split": "as the folders say, and what they leave open: "
        f"every class 80:10:10 after a shuffle with seed {options.seed}",
    }
    write_card(processed, about, entries)


def _count_classes(options: Options) -> int | None:
    """How many classes there are, 1 for images without; None if that cannot be known."""
    path = options.located
    if path.is_dir():
        return len(set(_places(name for name, _ in local.files(path, SUFFIXES, one_each=True))[1])) or 1
    if path.is_file():
        with ZipIndex(path, options.path) as archive:
            return len(set(_places(archive.names(archive.in_order(*SUFFIXES)))[1])) or 1
    return None


def _places(names: Iterable[str]) -> tuple[dict[str, int], list[str], list[str]]:
    """The folders of images, numbered; for each its class, and the split it is for (train if it does not say).

    The class is what is left of the folder's path after what all have in common, and after the split.
    """
    places: dict[str, int] = {}
    for name in names:
        places.setdefault(name.rpartition("/")[0], len(places))
    paths = [folder.split("/") for folder in places]
    common = 0
    while len(paths) > 1 and len({tuple(each[: common + 1]) for each in paths}) == 1:
        common += 1
    short = ["/".join(each[common:]) or "." for each in paths]
    given = [match for match in map(_GIVEN.fullmatch, short) if match]
    if len(given) < len(short) or not any(match[1] == "train" for match in given):
        return places, short, ["train"] * len(short)
    return places, [match[2] or match[3] or "." for match in given], [_PARTS[match[1]] for match in given]


def _labels(archive: ZipIndex, pictures: NDArray[np.int32]) -> tuple[NDArray[np.int32], list[str], NDArray[np.str_]]:
    """The class of each image, the names of the classes (none if there is one), the split that each image is for."""
    names = list(archive.names(pictures))
    places, classes, parts = _places(names)
    of_image = np.array([places[name.rpartition("/")[0]] for name in names], np.int32)
    found = sorted(set(classes))
    if len({name.casefold() for name in found}) < len(found):
        raise AtlasError(
            f"{archive.called}: folders in it differ only in capitals; rename them, or they would be two classes"
        )
    labels = np.array([found.index(name) for name in classes], np.int32)[of_image]
    return labels, found if len(found) > 1 else [], np.array(parts)[of_image]


def _divided(labels: NDArray[np.int32], parts: NDArray[np.str_], seed: int) -> dict[str, NDArray[np.int32]]:
    """The rows of each split: a split that no folder is for gets a tenth of the images for training."""
    missing = [name for name in THREE if name != "train" and name not in parts]
    shares = {"train": 1 - sum(THREE[name] for name in missing), **{name: THREE[name] for name in missing}}
    training = np.flatnonzero(parts == "train").astype(np.int32)
    found = {name: training[rows] for name, rows in split_rows(labels[training], shares, seed).items()}
    generator = np.random.default_rng(seed)
    given = {name: np.flatnonzero(parts == name).astype(np.int32) for name in THREE if name not in found}
    return found | {name: generator.permutation(rows) for name, rows in given.items()}


def _captions(archive: ZipIndex, pictures: NDArray[np.int32]) -> list[list[str]]:
    """As many captions for each image as the longest file has, shorter ones repeated from their beginning."""
    stems = {name.rpartition(".")[0]: row for row, name in enumerate(archive.names(pictures))}
    captions: list[list[str]] = [[] for _ in pictures]
    texts = archive.in_order(".txt")
    for entry, name in zip(texts, archive.names(texts), strict=True):
        row = stems.get(name.rpartition(".")[0])
        if row is None:
            raise AtlasError(
                f"{archive.called}: {name!r} has captions for an image that is not there; add it or remove them"
            )
        try:
            lines = [line.strip() for line in archive.read(entry).decode("utf-8-sig").splitlines()]
        except UnicodeDecodeError:
            raise AtlasError(f"{archive.called}: {name!r} is not UTF-8; save it as UTF-8") from None
        except ValueError as error:
            raise AtlasError(f"{archive.called}: {name!r} {error}") from None
        captions[row] = [line for line in lines if line]
    for row, lines in enumerate(captions):
        if not lines:
            missing = archive.name(pictures[row])
            raise AtlasError(f"{archive.called}: {missing!r} has no captions; add a .txt file beside it")
    most = max(len(lines) for lines in captions)
    return [[lines[place % len(lines)] for place in range(most)] for lines in captions]
