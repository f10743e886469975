"""Horses and zebras of 256x256, unpaired (Zhu, Park, Isola & Efros 2017); on request with paired maps."""

from pathlib import Path

import numpy as np
from pydantic import Field

from latent_atlas import io, sources
from latent_atlas.columns import Column
from latent_atlas.prepared.card import entries, write_card
from latent_atlas.prepared.domains import DOMAINS, alternating, two_domains
from latent_atlas.sources import maps
from latent_atlas.sources.imaging.decode import Form
from latent_atlas.sources.imaging.stream import Bad, decode_into
from latent_atlas.sources.obtaining import RemoteFile, obtain
from latent_atlas.sources.obtaining.zips import ZipIndex

ARCHIVE = RemoteFile(
    "cyclegan/horse2zebra.zip",
    "a74d9d392eecca9966b51287a76ca126af473d9de4f3e8fc0e9cda08fa1730a1",
    116867962,
    (f"{maps.CYCLEGAN}/horse2zebra.zip",),
)
_VALIDATION = 0.05  # of the training pictures


class Options(sources.Options):
    """What ``params.yaml`` may say of horses and zebras."""

    size: int = Field(default=256, ge=32, le=256, description="side of the prepared images, in pixels")
    paired_maps: maps.Edition | None = Field(
        default=None, description="which edition of the maps to add as aligned pairs, for the paired task"
    )
    seed: int = Field(default=0, ge=0, description="seed of the shuffle within each split")


def columns(options: Options) -> dict[str, Column]:
    """Horses and zebras, each as a domain, and perhaps the maps as pairs."""
    return two_domains((options.size, options.size, 3), "pairs" if options.paired_maps else "")


def fetch(options: Options, raw: Path, progress: sources.Progress) -> None:
    """Downloads the horses and zebras, and the maps if they are wanted."""
    obtain(ARCHIVE, raw, progress)
    if options.paired_maps:
        obtain(maps.FILES[options.paired_maps], raw, progress)


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
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
                last = len(chosen) - (round(_VALIDATION * len(chosen)) if part == "train" else 0)
                rows[part] += [(int(entry), label) for entry in chosen[:last]]
                rows["validation"] += [(int(entry), label) for entry in chosen[last:]]
        for split, pictures in rows.items():
            order = np.array(pictures, np.int32)[generator.permutation(len(pictures))]
            bad = Bad(archive.called, len(order))
            decode_into(processed / f"{split}_images.npy", archive, order[:, 0], form, bad, progress)
            io.save_array(processed / f"{split}_labels.npy", order[:, 1])
    if options.paired_maps:
        maps.write_pairs(raw, options.paired_maps, options.size, options.seed, processed, "pair_images", progress)
    about = {
        "name": "Horse to zebra" + (", with paired maps" if options.paired_maps else ""),
        "source": maps.CYCLEGAN,
        "licence": "ImageNet terms: research use",
        "citation": "Zhu, J.-Y., Park, T., Isola, P. and Efros, A. A. (2017), Unpaired image-to-image "
        "translation using cycle-consistent adversarial networks, ICCV",
        "processing": f"256x256 to {options.size}x{options.size}, antialiased bicubic filter (Pillow)",
        "split": "the published test set; validation is the last twentieth of each kind; shuffled with "
        f"seed {options.seed}",
    }
    labels = {"labels": {"names": ["horse", "zebra"]}}
    write_card(processed, about, entries(columns(options), **labels, **DOMAINS, **alternating("pair_images")))
