"""CelebA: 202,599 aligned faces with 40 attributes (Liu, Luo, Wang & Tang 2015), officially partitioned."""

from pathlib import Path

from pydantic import Field

from latent_atlas import datasets
from latent_atlas.datasets.families import attributes
from latent_atlas.datasets.families import celeba as family
from latent_atlas.datasets.obtaining import File, obtain_all
from latent_atlas.datasets.obtaining.zips import ZipIndex

_DRIVE = "https://drive.usercontent.google.com/download?id={}&export=download&confirm=t"
_MIRROR = "https://graal.ift.ulaval.ca/public/celeba"
_ADVICE = (
    "Google Drive allows so many downloads a day and then shows a page; try tomorrow, or get it in a browser "
    "from https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html"
)
PICTURES = File(
    "celeba/img_align_celeba.zip",
    "46fb89443c578308acf364d7d379fe1b9efb793042c0af734b6112e4fd3a8c74",
    1443490838,
    (_DRIVE.format("0B7EVK8r0v71pZjFTYXZWM3FlRnM"), f"{_MIRROR}/img_align_celeba.zip"),
    _ADVICE,
)
TABLE = File(
    "celeba/list_attr_celeba.txt",
    "f0e5da289d5ccf75ffe8811132694922b60f2af59256ed362afa03fefba324d0",
    26721026,
    (_DRIVE.format("0B7EVK8r0v71pblRyaVFSWGxPY0U"), f"{_MIRROR}/list_attr_celeba.txt"),
    _ADVICE,
)
# The official partition (list_eval_partition.txt) is by number: nothing else needs downloading.
PARTITION = {"train": range(162_770), "validation": range(162_770, 182_637), "test": range(182_637, 202_599)}


class Options(family.Options):
    """What ``params.yaml`` may say of the whole CelebA."""

    train_images: int = Field(
        default=162_770, ge=1_000, le=162_770, description="how many of the training pictures, from the first"
    )


def fetch(options: Options, raw: Path, progress: datasets.Progress) -> None:
    """Downloads the pictures (1.4 GB) and the table of attributes."""
    obtain_all([TABLE, PICTURES], raw, progress)


def prepare(options: Options, raw: Path, processed: Path, progress: datasets.Progress) -> None:
    """Crops, resizes, and keeps the official partition."""
    table = attributes.parse((raw / "list_attr_celeba.txt").read_bytes(), str(raw / "list_attr_celeba.txt"))
    card = {
        "name": "CelebA",
        "source": "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
        "split": f"the official partition; of its training pictures the first {options.train_images:,}; "
        "in file order, which is arbitrary",
    }
    with ZipIndex(raw / "img_align_celeba.zip") as pictures:
        splits = {**PARTITION, "train": range(options.train_images)}
        family.prepare(options, pictures, table, splits, 1.0, card, processed, progress)
