"""The zip reader against Python's own, and against archives that are malicious or broken."""

import io
import random
import stat
import struct
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest

from latent_atlas.errors import AtlasError
from latent_atlas.sources.obtaining import zips
from latent_atlas.sources.obtaining.zips import ZipIndex


def archive(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", method) as file:
        warnings.simplefilter("ignore")  # of two entries with one name
        for name, content in entries:
            file.writestr(name, content)
    return path


def test_it_reads_what_zipfile_writes(tmp_path: Path):
    content = {f"folder/{n:03d}.bin": random.Random(n).randbytes(n * 37) for n in range(60)} | {
        "файл é.txt": b"text",
        "empty": b"",
    }
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        path = archive(tmp_path / f"{method}.zip", *content.items(), ("folder/", b""), method=method)
        with ZipIndex(path) as index:
            assert {index.name(e): index.read(e) for e in range(len(index))} == content
            names = [index.name(int(e)) for e in index.in_order()]
            assert names == sorted(content, key=str.encode)
            assert [index.name(int(e)) for e in index.in_order(".txt")] == ["файл é.txt"]


def test_it_reads_zip64_and_streamed_entries(tmp_path: Path):
    path = tmp_path / "large.zip"
    with zipfile.ZipFile(path, "w") as file, file.open("a.bin", "w", force_zip64=True) as entry:
        entry.write(b"abc" * 1000)

    class OneWay(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    stream = OneWay()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("b.bin", b"xyz" * 1000)
    (tmp_path / "streamed.zip").write_bytes(stream.getvalue())
    for name, content in (("large.zip", b"abc" * 1000), ("streamed.zip", b"xyz" * 1000)):
        with ZipIndex(tmp_path / name) as index:
            assert index.read(0) == content


def test_more_entries_than_16_bits_count(tmp_path: Path):
    path = archive(tmp_path / "many.zip", *((f"{n}", b"") for n in range(66_000)), method=zipfile.ZIP_STORED)
    with ZipIndex(path) as index:
        assert len(index) == 66_000 and index.name(65_999) == "65999"


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("../outside.png", "climbs out"),
        ("a/../../outside.png", "climbs out"),
        ("a\\..\\..\\outside.png", "climbs out"),
        ("/etc/outside.png", "absolute"),
        ("C:\\outside.png", "absolute"),
        ("\\outside.png", "absolute"),
        (link("picture.png"), "symbolic link"),
    ],
)
def test_unsafe_entries_are_refused_by_name(tmp_path: Path, entry: str | zipfile.ZipInfo, reason: str):
    path = archive(tmp_path / "bad.zip", ("fine.png", b"1"), (entry, b"2"))
    with pytest.raises(AtlasError, match=reason) as refused:
        ZipIndex(path)
    assert "bad.zip" in str(refused.value) and "\n" not in str(refused.value)
    assert sorted(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (("Cat.png", "cat.png"), "only in capitals"),
        (("a/x.png", "A/X.PNG"), "only in capitals"),
        (("x.png", "x.png"), "twice"),
    ],
)
def test_names_that_collide_are_refused(tmp_path: Path, names: tuple[str, str], reason: str):
    path = archive(tmp_path / "bad.zip", *((name, b"1") for name in names))
    with pytest.raises(AtlasError, match=reason):
        ZipIndex(path)


def test_a_bomb_is_not_unfolded(tmp_path: Path):
    path = archive(tmp_path / "bomb.zip", ("bomb.png", bytes(zips.LARGEST + 1)))
    with ZipIndex(path) as index, pytest.raises(ValueError, match="more than the"):
        index.read(0)


def test_an_entry_that_says_less_than_it_holds_is_caught(tmp_path: Path):
    path = archive(tmp_path / "liar.zip", ("liar.png", bytes(1_000_000)))
    data = bytearray(path.read_bytes())
    place = data.find(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<L", 10)
    path.write_bytes(data)
    with ZipIndex(path) as index, pytest.raises(ValueError, match="damaged"):
        index.read(0)


def test_damage_anywhere_is_an_error_and_never_wrong_data(tmp_path: Path):
    content = {f"{n}.bin": random.Random(n).randbytes(200) for n in range(8)}
    whole = archive(tmp_path / "whole.zip", *content.items()).read_bytes()
    chance = np.random.default_rng(0)
    path = tmp_path / "damaged.zip"
    for trial in range(400):
        data = bytearray(whole)
        if trial % 4 == 0:
            data = data[: chance.integers(1, len(data))]
        else:
            data[chance.integers(len(data))] ^= 1 << int(chance.integers(8))
        path.write_bytes(data)
        try:
            with ZipIndex(path) as index:
                for entry in range(len(index)):
                    try:
                        read = index.read(entry)
                    except ValueError:
                        continue
                    assert read in content.values() or index.name(entry) not in content
        except AtlasError as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize("content", [b"", b"PK", b"<!DOCTYPE html><html>sign in</html>", bytes(100_000)])
def test_what_is_no_archive_is_said_to_be_none(tmp_path: Path, content: bytes):
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(AtlasError, match=r"x\.zip: not a whole zip archive"):
        ZipIndex(tmp_path / "x.zip")


def test_encryption_and_odd_methods_are_named(tmp_path: Path):
    path = archive(tmp_path / "odd.zip", ("a.png", b"1" * 100), method=zipfile.ZIP_LZMA)
    with pytest.raises(AtlasError, match="method 14"):
        ZipIndex(path)
    data = bytearray(archive(path, ("a.png", b"1")).read_bytes())
    data[data.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(AtlasError, match="encrypted"):
        ZipIndex(path)
