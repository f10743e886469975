"""Oxford-102: 8,189 flowers of 102 kinds (Nilsback & Zisserman 2008), with captions (Reed et al. 2016)."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from latent_atlas import io, sources
from latent_atlas.columns import Column, DataSpec
from latent_atlas.errors import AtlasError
from latent_atlas.prepared.captions import captions_entry, write_captions
from latent_atlas.prepared.card import entries, write_card
from latent_atlas.prepared.splits import THREE, split_rows
from latent_atlas.sources.imaging.decode import Form
from latent_atlas.sources.imaging.stream import Bad, decode_into
from latent_atlas.sources.obtaining import RemoteFile, fetching
from latent_atlas.sources.obtaining.zips import ZipIndex

ARCHIVE = RemoteFile(
    "flowers_captions/oxford102_flowers64_text_c10.zip",
    "d350af07f62660bd6b3268fbe415ef4cc71700aa626fd994bcedbd061fd72896",
    17320886,
    advice="the captions were only ever shared by hand (https://github.com/reedscot/icml2016), hence only "
    "mirrors have this file; `source: folder` with `captions: true` takes pictures and captions of your own",
)
_CLASSES, _PER_IMAGE = 102, 10
_CAPTIONS = re.compile(r".*class_(\d{5})/(image_\d{5})\.txt")


class Options(sources.Options):
    """What ``params.yaml`` may say of the flowers."""

    size: int = Field(default=64, ge=16, le=64, description="side of the prepared images, in pixels; the files have 64")
    seed: int = Field(default=0, ge=0, description="seed of the shuffle before the split")


def columns(options: Options) -> dict[str, Column]:
    """Images with classes and captions."""
    images = DataSpec.of_images((options.size, options.size, 3), _CLASSES)
    return {**images.columns, "captions": Column("captions", None, None)}


fetch = fetching(ARCHIVE)


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """Decodes, and splits every kind 80 : 10 : 10; Reed et al. kept 20 whole kinds for the test."""
    form = Form(options.size, options.size, 3)
    with ZipIndex(raw / "oxford102_flowers64_text_c10.zip") as archive:
        pictures = archive.in_order(".jpg")
        labels, captions = _captions(archive, pictures)
        bad = Bad(archive.called, len(pictures))
        rows_of = split_rows(labels, THREE, options.seed)
        for name, rows in rows_of.items():
            decode_into(processed / f"{name}_images.npy", archive, pictures[rows], form, bad, progress)
            io.save_array(processed / f"{name}_labels.npy", labels[rows])
            write_captions(processed, name, (captions[row] for row in rows))
    about = {
        "name": "Oxford-102 flowers with captions",
        "source": "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/, https://github.com/reedscot/icml2016",
        "licence": "research use",
        "citation": "Nilsback, M.-E. and Zisserman, A. (2008), Automated flower classification over a "
        "large number of classes, ICVGIP; Reed, S. et al. (2016), Learning deep representations of "
        "fine-grained visual descriptions, CVPR",
        "processing": f"64x64 as distributed, made {options.size}x{options.size}",
        "split": f"every class 80:10:10 after a shuffle with seed {options.seed}",
    }
    more = {
        "labels": {"names": [f"class {label + 1:03d}" for label in range(_CLASSES)]},
        "captions": captions_entry((captions[row] for row in rows_of["train"]), _PER_IMAGE),
    }
    write_card(processed, about, entries(columns(options), **more))


def _captions(archive: ZipIndex, pictures: NDArray[np.int32]) -> tuple[NDArray[np.int32], list[list[str]]]:
    """Class and captions of each picture, by its name."""
    rows = {Path(name).stem: row for row, name in enumerate(archive.names(pictures))}
    labels = np.full(len(pictures), -1, np.int32)
    captions: list[list[str]] = [[] for _ in pictures]
    texts = archive.in_order(".txt")
    for entry, name in zip(texts, archive.names(texts), strict=True):
        match = _CAPTIONS.fullmatch(name)
        if not match or match[2] not in rows:
            raise AtlasError(f"{archive.called}: {name!r} has captions for a picture that is not there")
        text = archive.read(entry).decode("utf-8", errors="replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) != _PER_IMAGE:
            raise AtlasError(f"{archive.called}: {name!r} has {len(lines)} captions instead of {_PER_IMAGE}")
        labels[rows[match[2]]], captions[rows[match[2]]] = int(match[1]) - 1, lines
    if (labels < 0).any():
        missing = archive.name(int(pictures[int(np.argmin(labels))]))
        raise AtlasError(f"{archive.called}: {missing!r} has no captions; add them or remove the picture")
    return labels, captions
