"""The flowers of the public host: a tar archive of pictures, labels in a MATLAB file, captions made of names."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scipy.io
from sources_support import Silent, encoded, picture

from latent_atlas import prepared
from latent_atlas.errors import AtlasError
from latent_atlas.prepared.splits import THREE
from latent_atlas.sources import oxford_flowers

COUNT = 408  # four of each kind
Prepare = Callable[[], prepared.Dataset]


def write_pictures(path: Path, count: int = COUNT, first: str = "jpg/image_00001.jpg", link: bool = False) -> None:
    """An archive as the host gives it, of pictures whose grey is their number."""
    with tarfile.open(path, "w:gz") as tar:
        for number in range(1, count + 1):
            shade = picture(number, 24, 20).point(lambda _, number=number: number % 256)
            data = encoded(shade, "PNG")
            entry = tarfile.TarInfo(first if number == 1 else f"jpg/image_{number:05d}.jpg")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
        if link:
            entry = tarfile.TarInfo("jpg/image_99999.jpg")
            entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(entry)


@pytest.fixture
def raw(place: Path) -> Path:
    folder = place / "raw"
    folder.mkdir()
    write_pictures(folder / "102flowers.tgz", link=True)
    labels = (np.arange(COUNT) % 102 + 1).astype(np.uint8)
    scipy.io.savemat(folder / "imagelabels.mat", {"labels": labels[None]}, do_compression=True)
    return folder


@pytest.fixture
def prepare(place: Path, raw: Path, progress: Silent) -> Prepare:
    def run() -> prepared.Dataset:
        folder = place / "processed"
        folder.mkdir()
        oxford_flowers.prepare(oxford_flowers.Options(source="oxford_flowers", size=16), raw, folder, progress)
        return prepared.load(folder)

    return run


def test_pictures_labels_and_names_stay_together(prepare: Prepare):
    data = prepare()
    found = set()
    for name in THREE:
        split = data.split(name)
        for row, label in enumerate(split["labels"]):
            number = int(split["images"][row].mean())  # modulo 256
            assert label in {(number + more - 1) % 102 for more in (0, 256)}
            kind = data.names("labels")[label]
            assert all(kind in sentence for sentence in split["captions"].of(row))
            assert len(set(split["captions"].of(row))) == 5
            found.add(label)
    assert len(found) == 102 and data.names("labels")[53] == "sunflower"
    assert sum(len(data.split(name)["labels"]) for name in THREE) == COUNT  # and not what the link points to
    assert sorted(path.name for path in data.path.iterdir() if not path.name.endswith(".npy")) == ["card.json"]


def test_an_archive_that_is_cut_off_is_named(raw: Path, prepare: Prepare):
    path = raw / "102flowers.tgz"
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(AtlasError, match=r"102flowers\.tgz: is damaged or cut off .*; fetch it again"):
        prepare()


def test_an_entry_that_climbs_out_is_refused(raw: Path, prepare: Prepare):
    write_pictures(raw / "102flowers.tgz", first="../image_00001.jpg")
    with pytest.raises(AtlasError, match=r"102flowers\.tgz: entry '\.\./image_00001\.jpg' climbs out"):
        prepare()


def test_labels_of_other_pictures_are_refused(raw: Path, prepare: Prepare):
    write_pictures(raw / "102flowers.tgz", count=COUNT - 1)
    with pytest.raises(AtlasError, match=r"has 407 pictures, and imagelabels\.mat 408 labels"):
        prepare()


@pytest.mark.parametrize("content", [b"<html>sign in</html>", b""])
def test_a_file_without_labels_is_named(raw: Path, prepare: Prepare, content: bytes):
    (raw / "imagelabels.mat").write_bytes(content)
    with pytest.raises(AtlasError, match=r"imagelabels\.mat: holds no labels \(.*\); fetch it again"):
        prepare()
