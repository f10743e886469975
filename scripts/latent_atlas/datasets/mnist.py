"""MNIST: 70,000 handwritten digits, 28x28 (LeCun, Bottou, Bengio & Haffner 1998)."""

from pathlib import Path

from latent_atlas import datasets
from latent_atlas.datasets.families import mnist as family
from latent_atlas.datasets.obtaining import obtain_all

_SHA256 = (
    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
)
_SIZES = (9912422, 28881, 1648877, 4542)
_HOSTS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist",
    "https://ossci-datasets.s3.amazonaws.com/mnist",
)
FILES = family.files("mnist", _HOSTS, _SHA256, _SIZES)


class Options(family.Options):
    """What ``params.yaml`` may say of MNIST."""


def fetch(options: Options, raw: Path, progress: datasets.Progress) -> None:
    """Downloads the four idx files, byte for byte those of 1998."""
    obtain_all(FILES, raw, progress)


def prepare(options: Options, raw: Path, processed: Path, progress: datasets.Progress) -> None:
    """Unpacks; 55,000 / 5,000 / 10,000."""
    card = {
        "name": "MNIST",
        "source": "http://yann.lecun.com/exdb/mnist/, by way of its mirrors",
        "licence": "CC BY-SA 3.0",
        "citation": "LeCun, Y., Bottou, L., Bengio, Y. and Haffner, P. (1998), Gradient-based learning "
        "applied to document recognition, Proceedings of the IEEE 86(11)",
    }
    family.prepare(options, raw, processed, [str(digit) for digit in range(10)], card)
