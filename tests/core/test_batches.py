"""Training reads batches straight from the memory map, so a dataset may be larger than the memory."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from latent_atlas import io
from latent_atlas.datasets import processed
from latent_atlas.errors import AtlasError
from latent_atlas.training.batches import Batches

MB = 1 << 20
ROWS, SHAPE = 90_000, (64, 64, 3)  # 1.1 GB


@pytest.fixture
def large(tmp_path: Path) -> processed.Dataset:
    """More than a gigabyte of images that takes no room on the disk: the file is one hole."""
    with (tmp_path / "train_images.npy").open("wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": (ROWS, *SHAPE)}
        np.lib.format.write_array_header_1_0(file, header)
        file.truncate(file.tell() + ROWS * int(np.prod(SHAPE)))
    arrays = {"train_images": {"shape": [ROWS, *SHAPE], "dtype": "uint8"}}
    io.save_json(tmp_path / "card.json", {"arrays": arrays, "label_names": []})
    return processed.load(tmp_path)


def private_memory() -> int:
    """Bytes of this process that are not pages of files, which the kernel drops when it needs room."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) * 1024


def test_memory_does_not_grow_with_the_dataset(large: processed.Dataset):
    batches = Batches(large.split("train"), 64, seed=0)
    tracemalloc.start()
    before = private_memory()
    shapes = {batches[step][0].shape for step in range(600)}  # 38,400 images, 470 MB of them
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert shapes == {(64, *SHAPE)}
    assert peak < 16 * MB  # two batches, and the order of an epoch
    assert private_memory() - before < 32 * MB


def test_a_batch_larger_than_the_dataset_is_refused(large: processed.Dataset):
    with pytest.raises(AtlasError, match="batch_size 90001 is more than the 90000 training images"):
        Batches(large.split("train"), ROWS + 1, seed=0)


IMAGES = {"train_images": {"shape": [1, 8, 8, 1], "dtype": "uint8"}}


@pytest.mark.parametrize(("card", "problem"), [
    ([], "whole"),
    ({"arrays": IMAGES}, "label_names"),
    ({"arrays": {}, "label_names": []}, "no train_images of four dimensions"),
    ({"arrays": {"train_images": {"shape": [1, 8], "dtype": "uint8"}}, "label_names": []}, "four dimensions"),
    ({"arrays": {"train_images": {"dtype": "uint8"}}, "label_names": []}, "arrays.train_images.shape"),
    ({"arrays": IMAGES, "label_names": [1]}, "label_names.0"),
    ({"arrays": IMAGES, "label_names": [], "kind": "music"}, "kind"),
    ({"arrays": IMAGES, "label_names": [], "pairs": {"inputs": {"array": "images", "first": 0, "step": 0}}}, "pairs"),
    ({"arrays": {}, "label_names": [], "kind": "photos", "photos": ["cat"]}, "photos.0"),
])  # fmt: skip
def test_a_card_from_a_stranger_is_read_with_care(card: object, problem: str, tmp_path: Path):
    io.save_json(tmp_path / "card.json", card)
    with pytest.raises(AtlasError, match=f"not a data card .*{problem}.*prepare again"):
        processed.load(tmp_path)
