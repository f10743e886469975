"""The real datasets: counts and balances are the published ones."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from sources_support import Build

from latent_atlas.prepared import Dataset
from latent_atlas.prepared.splits import THREE
from latent_atlas.sources import mnist

pytestmark = pytest.mark.mirror


@pytest.fixture
def real(build: Build, mirror: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    monkeypatch.setenv("LATENT_ATLAS_MIRROR", str(mirror))
    return build


def sizes(data: Dataset) -> list[int]:
    return [data.split(name).rows for name in THREE]


def balance(data: Dataset, *names: str) -> list[int]:
    return sum(np.bincount(data.split(name)["labels"], minlength=len(data.names("labels"))) for name in names).tolist()


def test_mnist(real: Build):
    data = real("mnist")
    assert sizes(data) == [55_000, 5_000, 10_000] and data.spec.shape == (28, 28, 1)
    assert balance(data, "train", "validation") == [
        5923,
        6742,
        5958,
        6131,
        5842,
        5421,
        5918,
        6265,
        5851,
        5949,
    ]
    assert balance(data, "test") == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    # Mean and deviation that everybody normalises MNIST with.
    pixels = np.concatenate([data.split("train")["images"], data.split("validation")["images"]]) / np.float32(255)
    assert abs(pixels.mean() - 0.1307) < 1e-4 and abs(pixels.std() - 0.3081) < 1e-4


def test_fashion_mnist(real: Build):
    data = real("mnist", edition="fashion")
    assert sizes(data) == [55_000, 5_000, 10_000]
    assert balance(data, "train", "validation") == [6000] * 10 and balance(data, "test") == [1000] * 10


def test_celeba_10k(real: Build):
    data = real("celeba_10k")
    assert sizes(data) == [8_000, 1_000, 1_000] and data.spec.shape == (64, 64, 3)
    assert len(data.names("attributes")) == 40 and data.card["left_out"]["count"] == 0
    values = np.concatenate([data.split(name)["attributes"] for name in THREE])
    share = dict(zip(data.names("attributes"), values.mean(0), strict=True))
    # The whole set has 41.7% men and 48.2% smiles.
    assert abs(share["Male"] - 0.417) < 0.01 and abs(share["Smiling"] - 0.482) < 0.01
    male = data.split("train")["attributes"][:, data.names("attributes").index("Male")]
    np.testing.assert_array_equal(data.split("train")["labels"] >= 2, male == 1)


def test_oxford_flowers(real: Build):
    data = real("oxford_flowers", edition="described")
    assert sum(sizes(data)) == 8_189 and len(data.names("labels")) == 102
    counts = balance(data, *THREE)
    assert min(counts) == 40 and max(counts) == 258
    assert sum(len(data.split(name)["captions"]) * 10 for name in THREE) == 81_890
    assert all(data.split("train")["captions"].one(row, 9) for row in range(0, 6000, 500))


def test_maps(real: Build):
    data = real("maps", size=64)
    assert sizes(data) == [360, 40, 100]
    inputs, targets = (data.split("test")[name] for name in ("inputs", "targets"))
    assert len(inputs) == len(targets) == 50
    assert inputs.mean() > 180 > targets.mean()  # maps are bright, photographs are not
    assert balance(data, *THREE) == [250, 250]


def test_tiny_shakespeare(real: Build):
    data = real("tiny_shakespeare")
    assert sum(len(data.split(name)["text"]) for name in THREE) == 1_115_394
    assert len(data.entry("text")["vocabulary"]) == 65
    assert len(data.split("train")["text"]) == 1_003_854  # the usual nine tenths


def test_imdb(real: Build):
    data = real("imdb")
    assert data.card["reviews"] == {"train": 22_500, "validation": 2_500, "test": 25_000}
    assert len(data.entry("text")["vocabulary"]) == 128 and data.card["replaced"] < 1e-4 * len(
        data.split("train")["text"]
    )


def test_photographs_and_networks(real: Build):
    data = real("sample_photos", pictures=True, networks=["mobilenet_v2", "vgg19_shallow"])
    assert len(data.pictures("content")) == 6 and len(data.pictures("style")) == 8  # with two that are drawn
    assert data.network("vgg19_shallow").stat().st_size == 9_338_600


def test_own_text_in_russian(real: Build, mirror: Path):
    data = real("text", path=str(mirror / "text/Pushkin_Onegin.txt"))
    assert "ж" in data.entry("text")["vocabulary"] and data.card["replaced"] == 0


def test_the_mirror_holds_what_the_sources_know(mirror: Path):
    listed = dict(reversed(line.split()) for line in (mirror / "SHA256SUMS").read_text().splitlines())
    for edition in mnist.EDITIONS.values():
        for file in edition.files:
            assert listed[file.name] == file.sha256
            assert hashlib.sha256((mirror / file.name).read_bytes()).hexdigest() == file.sha256
