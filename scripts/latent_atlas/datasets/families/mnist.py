"""What MNIST and what came in its form have in common: four files, and how they are split."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import Field

from latent_atlas import datasets
from latent_atlas.datasets.families import idx
from latent_atlas.datasets.obtaining import File
from latent_atlas.datasets.processed.card import write_card
from latent_atlas.datasets.processed.splits import shuffled

NAMES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


class Options(datasets.Options):
    """What ``params.yaml`` may say of them."""

    seed: int = Field(default=0, ge=0, description="seed of the shuffle within each split")


def files(folder: str, hosts: Sequence[str], sha256: Sequence[str], sizes: Sequence[int]) -> list[File]:
    """The four files of a mirror's ``folder``, in the order of ``NAMES``."""
    return [
        File(f"{folder}/{name}", digest, size, tuple(f"{host}/{name}" for host in hosts))
        for name, digest, size in zip(NAMES, sha256, sizes, strict=True)
    ]


def prepare(options: Options, raw: Path, folder: Path, label_names: Sequence[str], card: Mapping[str, str]) -> None:
    """The official test set, and the last 5,000 training images for validation.

    Rows are shuffled within each split: the first half of MNIST's test set is known to be the easier one, and
    what looks at the head of a split should not see that.
    """
    seed = options.seed
    images, labels = idx.open_pair(raw / NAMES[0], raw / NAMES[1], len(label_names))
    last = len(images) - 5000
    idx.write_split(folder, "train", images, labels, shuffled(0, last, seed))
    idx.write_split(folder, "validation", images, labels, shuffled(last, len(images), seed))
    images, labels = idx.open_pair(raw / NAMES[2], raw / NAMES[3], len(label_names))
    idx.write_split(folder, "test", images, labels, shuffled(0, len(images), seed))
    write_card(
        folder,
        {
            **card,
            "label_names": list(label_names),
            "processing": "none: 28x28 grey levels as published",
            "split": "the official test set; validation is the last 5,000 of the 60,000 training images; "
            f"shuffled within each split with seed {seed}",
        },
    )
