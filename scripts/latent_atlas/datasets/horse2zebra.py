"""Horses and zebras of 256x256, unpaired (Zhu, Park, Isola & Efros 2017); on request with paired maps."""

from pathlib import Path

import numpy as np
from pydantic import Field

from latent_atlas import datasets, io
from latent_atlas.datasets.families import pairs
from latent_atlas.datasets.imaging.decode import Form
from latent_atlas.datasets.imaging.stream import Bad, decode_into
from latent_atlas.datasets.obtaining import File, obtain
from latent_atlas.datasets.obtaining.zips import ZipIndex
from latent_atlas.datasets.processed.arrays import ArrayFile
from latent_atlas.datasets.processed.card import write_card

ARCHIVE = File(
    "cyclegan/horse2zebra.zip",
    "a74d9d392eecca9966b51287a76ca126af473d9de4f3e8fc0e9cda08fa1730a1",
    116867962,
    (f"{pairs.CYCLEGAN}/horse2zebra.zip",),
)
_VALIDATION = 0.05  # of the training pictures


class Options(datasets.Options):
    """What ``params.yaml`` may say of horses and zebras."""

    size: int = Field(default=256, ge=32, le=256, description="side of the prepared images, in pixels")
    paired_maps: pairs.Edition | None = Field(
        default=None, description="which edition of the maps to add as aligned pairs, for the paired task"
    )
    seed: int = Field(default=0, ge=0, description="seed of the shuffle within each split")


def fetch(options: Options, raw: Path, progress: datasets.Progress) -> None:
    """Downloads the horses and zebras, and the maps if they are wanted."""
    obtain(ARCHIVE, raw, progress)
    if options.paired_maps:
        obtain(pairs.MAPS[options.paired_maps], raw, progress)


def prepare(options: Options, raw: Path, processed: Path, progress: datasets.Progress) -> None:
    """Resizes; the published test set, and a twentieth of each kind's training pictures for validation."""
    generator = np.random.default_rng(options.seed)
    form = Form(options.size, options.size, 3)
    with ZipIndex(raw / "horse2zebra.zip") as archive:
        everything = archive.in_order(".jpg")
        names = list(archive.names(everything))
        rows: dict[str, list[tuple[int, int]]] = {"train": [], "validation": [], "test": []}
        for label, side in enumerate("AB"):
            for part in ("train", "test"):
                chosen = everything[[f"{part}{side}/" in name for name in names]]
                kept = round(_VALIDATION * len(chosen)) if part == "train" else 0
                rows["validation"] += [(int(entry), label) for entry in chosen[len(chosen) - kept :]]
                rows[part] += [(int(entry), label) for entry in chosen[: len(chosen) - kept]]
        for split, pictures in rows.items():
            order = np.array(pictures, np.int32)[generator.permutation(len(pictures))]
            bad = Bad(str(archive.path), 0.0, len(order))
            with ArrayFile(processed / f"{split}_images.npy", (options.size, options.size, 3), np.uint8) as array:
                decode_into(array, order[:, 0], archive.read, archive.name, form, bad, progress)
            io.save_array(processed / f"{split}_labels.npy", order[:, 1])
    if options.paired_maps:
        edition = options.paired_maps
        with ZipIndex(raw / Path(pairs.MAPS[edition].name).name) as archive:
            pairs.write_maps(archive, edition, options.size, options.seed, processed, "pair_images", progress)
    write_card(
        processed,
        {
            "name": "Horse to zebra" + (", with paired maps" if options.paired_maps else ""),
            "source": pairs.CYCLEGAN,
            "licence": "ImageNet terms: research use",
            "citation": "Zhu, J.-Y., Park, T., Isola, P. and Efros, A. A. (2017), Unpaired image-to-image "
            "translation using cycle-consistent adversarial networks, ICCV",
            "label_names": ["horse", "zebra"],
            **({"pairs": pairs.alternating("pair_images")} if options.paired_maps else {}),
            "processing": f"256x256 to {options.size}x{options.size}, antialiased bicubic filter (Pillow)",
            "split": "the published test set; validation is the last twentieth of each kind; shuffled with "
            f"seed {options.seed}",
        },
    )
