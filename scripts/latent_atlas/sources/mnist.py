"""MNIST: 70,000 handwritten digits, 28x28 (LeCun, Bottou, Bengio & Haffner 1998); or Fashion-MNIST in its very form."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from latent_atlas import sources
from latent_atlas.columns import Column, DataSpec
from latent_atlas.prepared.card import entries, write_card
from latent_atlas.prepared.splits import shuffled
from latent_atlas.sources.imaging import idx_files
from latent_atlas.sources.obtaining import RemoteFile, obtain

_NAMES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
DIGITS = tuple(str(digit) for digit in range(10))
CITATION = (
    "LeCun, Y., Bottou, L., Bengio, Y. and Haffner, P. (1998), Gradient-based learning applied to document "
    "recognition, Proceedings of the IEEE 86(11)"
)


@dataclass(frozen=True)
class _Edition:
    files: tuple[RemoteFile, ...]
    labels: tuple[str, ...]
    about: dict[str, str]


def _files(folder: str, hosts: tuple[str, ...], *known: tuple[str, int]) -> tuple[RemoteFile, ...]:
    """The four files of a mirror's ``folder``: SHA-256 and size of each, in the order of ``_NAMES``."""
    return tuple(
        RemoteFile(f"{folder}/{name}", sha256, size, tuple(f"{host}/{name}" for host in hosts))
        for name, (sha256, size) in zip(_NAMES, known, strict=True)
    )


EDITIONS = {
    "digits": _Edition(
        _files(
            "mnist",
            ("https://storage.googleapis.com/cvdf-datasets/mnist", "https://ossci-datasets.s3.amazonaws.com/mnist"),
            ("440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609", 9912422),
            ("3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c", 28881),
            ("8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6", 1648877),
            ("f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6", 4542),
        ),
        DIGITS,
        {
            "name": "MNIST",
            "source": "http://yann.lecun.com/exdb/mnist/, by way of its mirrors",
            "licence": "CC BY-SA 3.0",
            "citation": CITATION,
        },
    ),
    "fashion": _Edition(
        _files(
            "fashion_mnist",
            (
                "https://storage.googleapis.com/tensorflow/tf-keras-datasets",
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
            ),
            ("3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26421880),
            ("a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29515),
            ("346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4422102),
            ("67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5148),
        ),
        ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
        {
            "name": "Fashion-MNIST",
            "source": "https://github.com/zalandoresearch/fashion-mnist",
            "licence": "MIT",
            "citation": "Xiao, H., Rasul, K. and Vollgraf, R. (2017), Fashion-MNIST: a novel image dataset for "
            "benchmarking machine learning algorithms, arXiv:1708.07747",
        },
    ),
}


class Options(sources.Options):
    """What ``params.yaml`` may say of MNIST."""

    edition: Literal["digits", "fashion"] = Field(
        default="digits", description="handwritten digits, or the ten kinds of garments of Fashion-MNIST"
    )
    seed: int = Field(default=0, ge=0, description="seed of the shuffle within each split")


def columns(options: Options) -> dict[str, Column]:
    """Images and ten classes."""
    return dict(DataSpec.of_images((28, 28, 1), 10).columns)


def fetch(options: Options, raw: Path, progress: sources.Progress) -> None:
    """Downloads the four idx files."""
    for file in EDITIONS[options.edition].files:
        obtain(file, raw, progress)


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """The official test set, and the last 5,000 training images for validation: 55,000 / 5,000 / 10,000.

    Rows are shuffled within each split: the first half of MNIST's test set is known to be the easier one, and
    what looks at the head of a split should not see that.
    """
    seed, edition = options.seed, EDITIONS[options.edition]
    images, labels = idx_files.open_pair(raw / _NAMES[0], raw / _NAMES[1], len(edition.labels))
    last = len(images) - 5000
    idx_files.write_split(processed, "train", images, labels, shuffled(0, last, seed))
    idx_files.write_split(processed, "validation", images, labels, shuffled(last, len(images), seed))
    images, labels = idx_files.open_pair(raw / _NAMES[2], raw / _NAMES[3], len(edition.labels))
    idx_files.write_split(processed, "test", images, labels, shuffled(0, len(images), seed))
    about = {
        **edition.about,
        "processing": "none: 28x28 grey levels as published",
        "split": "the official test set; validation is the last 5,000 of the 60,000 training images; "
        f"shuffled within each split with seed {seed}",
    }
    write_card(processed, about, entries(columns(options), labels={"names": list(edition.labels)}))
