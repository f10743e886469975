"""A user's own idx files and texts."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from sources_support import Build

from latent_atlas.errors import AtlasError


def write_idx(path: Path, array: np.ndarray, kind: int = 8) -> bytes:
    data = struct.pack(f">HBB{array.ndim}L", 0, kind, array.ndim, *array.shape) + array.tobytes()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return data


@pytest.fixture
def letters(place: Path) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (100, 6, 5), dtype=np.uint8)
    labels = (np.arange(100) % 4).astype(np.uint8)
    write_idx(place / "images.gz", images)
    write_idx(place / "labels", labels)
    return images, labels


def test_idx_files(build: Build, letters: tuple[np.ndarray, np.ndarray]):
    data = build("idx", path=".", images="images.gz", labels="labels", label_names=list("abcd"))
    images, labels = letters
    known = {image.tobytes(): label for image, label in zip(images, labels, strict=True)}
    total = 0
    for name in ("train", "validation", "test"):
        split = data.split(name)
        total += split.rows
        assert all(
            known[image.tobytes()] == label for image, label in zip(split["images"], split["labels"], strict=True)
        )
    assert total == 100 and data.spec.shape == (6, 5, 1) and data.names("labels") == list("abcd")


def test_idx_files_with_a_test_set_turned(build: Build, place: Path, letters: tuple[np.ndarray, np.ndarray]):
    write_idx(place / "t-images", letters[0][:20])
    write_idx(place / "t-labels", letters[1][:20])
    data = build(
        "idx",
        path=".",
        images="images.gz",
        labels="labels",
        test_images="t-images",
        test_labels="t-labels",
        transpose=True,
    )
    assert data.split("test").rows == 20 and data.split("train").rows + data.split("validation").rows == 100
    turned = {image.T.tobytes() for image in letters[0]}
    assert data.spec.shape == (5, 6, 1) and all(image.tobytes() in turned for image in data.split("test")["images"])


def test_broken_idx_files(build: Build, place: Path, letters: tuple[np.ndarray, np.ndarray]):
    def attempt(match: str, **options: object) -> None:
        with pytest.raises(AtlasError, match=match) as refused:
            build("idx", **{"path": ".", "images": "images.gz", "labels": "labels", **options})
        assert "\n" not in str(refused.value)
        assert not (place / "data/processed").exists()

    whole = (place / "images.gz").read_bytes()
    for cut in (1, 5, 20, len(whole) // 2, len(whole) - 3):
        (place / "cut.gz").write_bytes(whole[:cut])
        attempt(r"cut\.gz: ", images="cut.gz")
    (place / "cut.gz").write_bytes(whole[: len(whole) // 2])
    attempt("the gzip file is cut off", images="cut.gz")
    write_idx(place / "fewer", letters[1][:-1])
    attempt("99 labels for the 100 images", labels="fewer")
    write_idx(place / "floats", letters[0], kind=0x0D)
    attempt("not an idx file of unsigned bytes", images="floats")
    (place / "short").write_bytes(b"\0\0\x08\x03\0\0")
    attempt("too short", images="short")
    (place / "liar").write_bytes(struct.pack(">HBB3L", 0, 8, 3, 60000, 28, 28) + b"few")
    attempt("promises 47,040,016 bytes, but it has 19", images="liar")
    (place / "bomb.gz").write_bytes(gzip.compress(struct.pack(">HBB3L", 0, 8, 3, 1, 28, 28) + bytes(10_000_000)))
    attempt("more than its header promises", images="bomb.gz")
    (place / "huge.gz").write_bytes(gzip.compress(struct.pack(">HBB3L", 0, 8, 3, 2**31, 28, 28)))
    attempt("more than the file can hold", images="huge.gz")
    attempt("holds the label 3, but label_names names 2", label_names=["a", "b"])
    attempt("nothing: no such file", labels="nothing")
    with pytest.raises(ValidationError, match="go together"):
        build("idx", path=".", images="images.gz", labels="labels", test_images="images.gz")
    attempt("have 3, or 4", images="labels")


RUSSIAN = "Мой дядя самых честных правил,\r\nКогда не в шутку занемог,\r\n" * 60


def test_a_russian_text(build: Build, place: Path):
    (place / "onegin.txt").write_bytes(b"\xef\xbb\xbf" + RUSSIAN.replace("й", "и\u0306").encode())
    data = build("text", path="onegin.txt")
    written = "".join(
        "".join(np.array(data.entry("text")["vocabulary"])[data.split(name)["text"]])
        for name in ("train", "validation", "test")
    )
    assert written == RUSSIAN.replace("\r\n", "\n")
    assert (
        list(data.spec.columns) == ["text"]
        and data.entry("text")["vocabulary"] == sorted(set(written))
        and data.card["replaced"] == 0
    )
    lengths = [len(data.split(name)["text"]) for name in ("train", "validation", "test")]
    assert lengths[1] == lengths[2] == round(0.05 * sum(lengths))


def test_rare_characters_give_way(build: Build, place: Path):
    (place / "t.txt").write_text("abcdefghijklmnopqrs \n" * 100 + "ЖЙЩ", encoding="utf-8")
    data = build("text", path="t.txt", vocabulary=20)
    assert len(data.entry("text")["vocabulary"]) == 20 and data.entry("text")["vocabulary"][-1] == "\ufffd"
    assert data.card["replaced"] == 100 + 100 + 3  # the two rarest of the 21 frequent ones, and the Cyrillic


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "utf-16"])
def test_text_that_is_not_utf8(build: Build, place: Path, encoding: str):
    (place / "old.txt").write_bytes(b"" if encoding == "utf-16" else b"fine\nfine\n")
    with (place / "old.txt").open("ab") as file:
        file.write(RUSSIAN.encode(encoding))
    line = 1 if encoding == "utf-16" else 3
    with pytest.raises(AtlasError, match=rf"text\.txt: line {line} is not UTF-8.*save the file as UTF-8") as refused:
        build("text", path="old.txt")
    assert ("UTF-16" in str(refused.value)) == (encoding == "utf-16")
    assert not (place / "data/processed").exists()


def test_texts_that_cannot_do(build: Build, place: Path):
    (place / "short.txt").write_text("too short")
    with pytest.raises(AtlasError, match=r"short\.txt: holds 9 characters; at least 1000"):
        build("text", path="short.txt")
    with pytest.raises(AtlasError, match="is a folder"):
        build("text", path=".")


def test_long_lines_are_read_in_pieces(build: Build, place: Path):
    text = "ж" * 3_000_000
    (place / "long.txt").write_text(text + "\n" + "ab" * 1000, encoding="utf-8")
    data = build("text", path="long.txt", vocabulary=16)
    assert sum(len(data.split(name)["text"]) for name in ("train", "validation", "test")) == 3_002_001
