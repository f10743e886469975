"""Training reads batches straight from the memory map, so a dataset may be larger than the memory."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from latent_atlas import io, prepared
from latent_atlas.errors import AtlasError
from latent_atlas.prepared.captions import captions_entry, write_captions
from latent_atlas.prepared.card import write_card
from latent_atlas.training.batches import Batches

MB = 1 << 20
ROWS, SHAPE = 90_000, (64, 64, 3)  # 1.1 GB
IMAGES = {"kind": "images", "shape": [64, 64, 3], "size": 0, "order": "rows"}


@pytest.fixture
def large(tmp_path: Path) -> prepared.Dataset:
    """More than a gigabyte of images that takes no room on the disk: the file is one hole."""
    with (tmp_path / "train_images.npy").open("wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": (ROWS, *SHAPE)}
        np.lib.format.write_array_header_1_0(file, header)
        file.truncate(file.tell() + ROWS * int(np.prod(SHAPE)))
    arrays = {"train_images": {"shape": [ROWS, *SHAPE], "dtype": "uint8"}}
    io.save_json(tmp_path / "card.json", {"arrays": arrays, "columns": {"images": IMAGES}})
    return prepared.load(tmp_path)


def memory(kind: str) -> int:
    """Bytes of this process: ``VmRSS`` counts pages of files too, ``RssAnon`` does not."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{kind}:")[2].split()[0]) * 1024


def test_memory_does_not_grow_with_the_dataset(large: prepared.Dataset):
    batches = Batches(large, ("images",), 64, seed=0)
    tracemalloc.start()
    before, private = memory("VmRSS"), memory("RssAnon")
    shapes, most = set(), 0
    for step in range(600):  # 38,400 images, 470 MB of them
        shapes.add(batches[step]["images"].shape)
        most = max(most, memory("VmRSS"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert shapes == {(64, *SHAPE)}
    assert peak < 16 * MB  # two batches, and the order of an epoch
    assert memory("RssAnon") - private < 32 * MB
    assert most - before < 100 * MB  # 10 batches, with the pages around each image


def test_a_batch_larger_than_the_dataset_is_refused(large: prepared.Dataset):
    with pytest.raises(AtlasError, match="batch_size 90001 is more than the 90000 training images"):
        Batches(large, ("images",), ROWS + 1, seed=0)


ARRAYS = {"train_images": {"shape": [1, 64, 64, 3], "dtype": "uint8"}}


@pytest.mark.parametrize(("card", "problem"), [
    ([], "whole"),
    ({"arrays": ARRAYS}, "columns"),
    ({"arrays": {"train_images": {"dtype": "uint8"}}, "columns": {}}, "arrays.train_images.shape"),
    ({"arrays": ARRAYS, "columns": {"images": {**IMAGES, "kind": "music"}}}, "columns.images.kind"),
    ({"arrays": ARRAYS, "columns": {"images": {**IMAGES, "shape": [8, 8]}}}, "a height, a width and channels"),
    ({"arrays": ARRAYS, "columns": {"images": {**IMAGES, "names": [1]}}}, "columns.images.names.0"),
    ({"arrays": ARRAYS, "columns": {"images": {**IMAGES, "first": 0}}}, "has no step"),
    ({"arrays": ARRAYS, "columns": {"images": {**IMAGES, "first": 0, "step": 0}}}, "columns.images.step"),
    ({"arrays": ARRAYS, "columns": {"cat": "a picture"}}, "columns.cat"),
    (
        {"arrays": {}, "columns": {"vgg": {**IMAGES, "kind": "network", "file": "../vgg.h5", "sha256": "0"}}},
        "a file in the folder itself",
    ),
])  # fmt: skip
def test_a_card_from_a_stranger_is_read_with_care(card: object, problem: str, tmp_path: Path):
    io.save_json(tmp_path / "card.json", card)
    with pytest.raises(AtlasError, match=f"not a data card .*{problem}.*prepare again"):
        prepared.load(tmp_path)


def dataset(folder: Path, columns: dict, **arrays: np.ndarray) -> prepared.Dataset:
    for name, array in arrays.items():
        io.save_array(folder / f"{name}.npy", array)
    write_card(folder, {"name": "test"}, columns)
    return prepared.load(folder)


def test_domains_have_orders_of_their_own(tmp_path: Path):
    images = np.arange(24, dtype=np.uint8).reshape(24, 1, 1, 1)
    labels = (np.arange(24) % 3 == 0).astype(np.int32)  # 16 of the one, 8 of the other
    sides = {
        name: {"kind": "images", "array": "images", "label": i, "order": name} for i, name in enumerate(("a", "b"))
    }
    data = dataset(
        tmp_path,
        {"images": {"kind": "images"}, "labels": {"kind": "labels", "names": ["no", "yes"]}, **sides},
        train_images=images,
        train_labels=labels,
    )
    assert [len(data.split("train")[name]) for name in ("a", "b")] == [16, 8]
    batches = Batches(data, ("a", "b"), 4, seed=0)
    seen = [batches[step] for step in range(4)]
    assert sorted(int(v) for batch in seen for v in batch["a"].ravel()) == [v for v in range(24) if v % 3]
    assert all((batch["b"] % 3 == 0).all() for batch in seen)
    assert (seen[0]["b"] != seen[2]["b"]).any()  # a new epoch of the shorter domain, in another order


def test_aligned_columns_stay_together(tmp_path: Path):
    views = {
        name: {"kind": "images", "array": "images", "first": i, "step": 2} for i, name in enumerate(("one", "two"))
    }
    images = np.arange(20, dtype=np.uint8).reshape(20, 1, 1, 1)
    data = dataset(tmp_path, {"images": {"kind": "images", "order": "all"}, **views}, train_images=images)
    batch = Batches(data, ("one", "two"), 5, seed=0)[0]
    np.testing.assert_array_equal(batch["one"] + 1, batch["two"])


def test_text_goes_on_from_batch_to_batch(tmp_path: Path):
    text = np.arange(101, dtype=np.uint8)
    data = dataset(tmp_path, {"text": {"kind": "text", "vocabulary": [chr(i) for i in range(101)]}}, train_text=text)
    batches = Batches(data, ("text",), 2, seed=0, window=12)  # each row reads 50 characters: 4 windows
    first, *rest = (batches[step] for step in range(9))
    assert first["text"].shape == (2, 13)
    for before, batch in zip([first, *rest], rest, strict=False):
        goes_on = (batch["text"][:, 0] == before["text"][:, -1]).all()
        assert goes_on == (not batch["text_begins"])
    assert [bool(batch["text_begins"]) for batch in (first, *rest)] == [step % 4 == 0 for step in range(9)]
    with pytest.raises(AtlasError, match="needs more than 160 characters, and the training text has 101"):
        Batches(data, ("text",), 2, seed=0, window=80)


def test_captions_are_numbers_of_words(tmp_path: Path):
    sentences = [["a red circle", "one circle, red"], ["a blue square", "the square is blue"]]
    for split in ("train", "test"):
        write_captions(tmp_path, split, sentences)
    entry = captions_entry(sentences, 2)
    images = np.zeros((2, 1, 1, 1), np.uint8)
    data = dataset(tmp_path, {"images": {"kind": "images"}, "captions": entry}, train_images=images, test_images=images)
    spec = data.spec["captions"]
    assert (spec.shape, spec.size) == ((4,), 8 + 2)
    captions = data.split("test")["captions"]
    assert captions.one(1, 1) == "the square is blue"
    known = captions.tokenise(["a CIRCLE!", "a purple circle", "", "red " * 50])
    assert known.shape == (4, 4)
    assert (known[0][2:] == 0).all()
    assert known[1][1] == 1  # a word never seen
    assert (known[2] == 0).all()
    assert len(set(known[3])) == 1  # what is too long is cut off
    batch = Batches(data, ("images", "captions"), 2, seed=0)[0]
    assert batch["captions"].dtype == np.int32
    assert batch["captions"].shape == (2, 4)
