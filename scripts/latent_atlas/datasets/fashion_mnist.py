"""Fashion-MNIST: 70,000 garments, 28x28, in the very form of MNIST (Xiao, Rasul & Vollgraf 2017)."""

from pathlib import Path

from latent_atlas import datasets
from latent_atlas.datasets.families import mnist
from latent_atlas.datasets.obtaining import obtain_all

LABELS = (
    "T-shirt",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
_SHA256 = (
    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
)
_SIZES = (26421880, 29515, 4422102, 5148)
_HOSTS = (
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
)
FILES = mnist.files("fashion_mnist", _HOSTS, _SHA256, _SIZES)


class Options(mnist.Options):
    """What ``params.yaml`` may say of Fashion-MNIST."""


def fetch(options: Options, raw: Path, progress: datasets.Progress) -> None:
    """Downloads the four idx files."""
    obtain_all(FILES, raw, progress)


def prepare(options: Options, raw: Path, processed: Path, progress: datasets.Progress) -> None:
    """Unpacks; 55,000 / 5,000 / 10,000."""
    card = {
        "name": "Fashion-MNIST",
        "source": "https://github.com/zalandoresearch/fashion-mnist",
        "licence": "MIT",
        "citation": "Xiao, H., Rasul, K. and Vollgraf, R. (2017), Fashion-MNIST: a novel image dataset for "
        "benchmarking machine learning algorithms, arXiv:1708.07747",
    }
    mnist.prepare(options, raw, processed, LABELS, card)
