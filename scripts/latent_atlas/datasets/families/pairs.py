"""Two domains, as CycleGAN and pix2pix learn from them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from latent_atlas import datasets
from latent_atlas.datasets.imaging.decode import BadImageError, Form, fit, read
from latent_atlas.datasets.imaging.stream import Bad, decode_into
from latent_atlas.datasets.obtaining import File
from latent_atlas.datasets.obtaining.zips import ZipIndex
from latent_atlas.datasets.processed.arrays import ArrayFile
from latent_atlas.errors import AtlasError

CYCLEGAN = "http://efrosgans.eecs.berkeley.edu/cyclegan/datasets"

Edition = Literal["excerpt", "whole"]

MAPS: dict[Edition, File] = {
    "excerpt": File(
        "maps/maps_pix2pix_train200_val50.zip",
        "f8d2aeb7dc3018c3497d897d91d6a7d749446c8a8a120bf45756c260275b0816",
        26916625,
        advice="only mirrors have this excerpt of the maps; `edition: whole` downloads all of them (1.5 GB)",
    ),
    "whole": File(
        "cyclegan/maps.zip",
        "639534f69dbf9f36bef8d6292a7698006361221f83f0285d7c9ca78afe6e8a9e",
        1476754427,
        (f"{CYCLEGAN}/maps.zip",),
    ),
}
# Beginnings of the names of a split's pictures: one where both sides are in a picture, else one for each
# side. In both editions the aerial photograph is the first.
_TRAIN: dict[Edition, Sequence[str]] = {"excerpt": ["maps/train/"], "whole": ["maps/trainA/", "maps/trainB/"]}
_TEST: dict[Edition, Sequence[str]] = {"excerpt": ["maps/val/"], "whole": ["maps/testA/", "maps/testB/"]}
_VALIDATION: dict[Edition, int] = {"excerpt": 20, "whole": 96}  # pairs taken from the end of the training set

MAP_LABELS = ["aerial photograph", "map"]


def alternating(array: str) -> dict[str, Any]:
    """For the data card: pairs whose rows alternate in an array.

    From map to photograph is the harder direction, and the one whose figures are published most.
    """
    return {
        "inputs": {"array": array, "first": 1, "step": 2, "what": "map"},
        "targets": {"array": array, "first": 0, "step": 2, "what": "aerial photograph"},
    }


def write_maps(
    archive: ZipIndex,
    edition: Edition,
    size: int,
    seed: int,
    folder: Path,
    stem: str,
    progress: datasets.Progress,
) -> dict[str, int]:
    """Writes ``<split>_<stem>.npy``: aerial photograph, map, aerial photograph, map, ...

    Returns:
        the number of pairs in each split.
    """
    train, test = _files(archive, _TRAIN[edition]), _files(archive, _TEST[edition])
    kept = len(train) - _VALIDATION[edition]
    form, counts = Form(size, size, 3), {}
    for split, files in {"train": train[:kept], "validation": train[kept:], "test": test}.items():
        order = np.random.default_rng(seed).permutation(len(files))
        flat = files[order].reshape(-1)
        with ArrayFile(folder / f"{split}_{stem}.npy", (size, size, 3), np.uint8) as array:
            make, rows_each = (halves(form), 2) if files.shape[1] == 1 else (form, 1)
            bad = Bad(str(archive.path), 0.0, len(flat))
            decode_into(array, flat, archive.read, archive.name, make, bad, progress, rows_each)
        counts[split] = len(files)
    return counts


def halves(form: Form) -> Callable[[bytes], NDArray[np.uint8]]:
    """A function from the bytes of a picture with two halves side by side to both of them, (2, h, w, c)."""

    def both(data: bytes) -> NDArray[np.uint8]:
        picture = read(data, form)
        middle = picture.width // 2
        if picture.width % 2 or min(middle, picture.height) < 2:
            raise BadImageError(f"has {picture.width}x{picture.height} pixels, which is not two halves side by side")
        sides = [picture.crop((left, 0, left + middle, picture.height)) for left in (0, middle)]
        return np.stack([np.asarray(fit(side, form)) for side in sides])

    return both


def _files(archive: ZipIndex, prefixes: Sequence[str]) -> NDArray[np.int32]:
    """(pairs, sides): the entries of a split."""
    everything = archive.in_order(".jpg", ".png")
    names = list(archive.names(everything))
    sides = [everything[[name.startswith(prefix) for name in names]] for prefix in prefixes]
    if not len(sides[0]) or len({len(side) for side in sides}) > 1:
        raise AtlasError(f"{archive.path}: has {' and '.join(str(len(side)) for side in sides)} pictures in {prefixes}")
    return np.stack(sides, axis=1)
