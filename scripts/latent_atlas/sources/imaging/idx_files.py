"""The idx format of MNIST and its relatives: a header with the dimensions, then bytes, usually gzipped."""

import gzip
import math
import os
import struct
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas import io
from latent_atlas.errors import AtlasError
from latent_atlas.prepared.array_file import ArrayFile
from latent_atlas.prepared.splits import Rows

_BYTE = 0x08  # the only element type that images and labels come in
_DIMENSIONS = (1, 3, 4)
_ROWS = 4096
_DEFLATE_LIMIT = 1100  # gzip never compresses by more than this


def opened(path: Path) -> NDArray[np.uint8]:
    """An idx file of unsigned bytes, memory-mapped: rows are read from disk when they are asked for.

    A gzipped file is decompressed to a scratch file that has no name and vanishes with the array. AtlasError: missing,
    cut off, or not an idx file of bytes.
    """
    shape, zipped = header(path)
    start = 4 + 4 * len(shape)
    expected = start + math.prod(shape)
    with _decompressed(path, expected) if zipped else path.open("rb") as file:
        found = file.seek(0, os.SEEK_END)
        if found != expected:
            raise AtlasError(f"{path}: its header promises {expected:,} bytes, but it has {found:,}; obtain it again")
        return np.memmap(file, np.uint8, "r", start, shape)


def header(path: Path) -> tuple[tuple[int, ...], bool]:
    """The dimensions that an idx file states, and whether it is gzipped; AtlasError as for `opened`."""
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
        with _unpacking(path), gzip.open(path) if zipped else path.open("rb") as file:
            beginning = file.read(4 + 4 * max(_DIMENSIONS))
        zeros, kind, dimensions = struct.unpack(">HBB", beginning[:4])
        shape = struct.unpack_from(f">{dimensions}L", beginning, 4) if dimensions in _DIMENSIONS else ()
    except (FileNotFoundError, IsADirectoryError):
        raise AtlasError(f"{path}: no such file") from None
    except struct.error:
        raise AtlasError(f"{path}: too short for an idx file; obtain it again") from None
    if zeros != 0 or kind != _BYTE or not shape or 0 in shape:
        raise AtlasError(f"{path}: not an idx file of unsigned bytes with 1, 3 or 4 dimensions")
    return shape, zipped


@contextmanager
def _unpacking(path: Path) -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        reason = "cut off" if isinstance(error, EOFError) else "damaged"
        raise AtlasError(f"{path}: the gzip file is {reason} ({error}); obtain it again") from None


def _decompressed(path: Path, expected: int) -> Any:
    if expected > path.stat().st_size * _DEFLATE_LIMIT:
        raise AtlasError(f"{path}: its header promises more than the file can hold; obtain it again")
    (io.WORK / "tmp").mkdir(parents=True, exist_ok=True)
    scratch = tempfile.TemporaryFile(dir=io.WORK / "tmp")  # noqa: SIM115  # closed once it is mapped
    with _unpacking(path), gzip.open(path) as packed:
        while block := packed.read(1 << 20):
            scratch.write(block)
            if scratch.tell() > expected:
                raise AtlasError(f"{path}: holds more than its header promises; obtain it again")
    return scratch


def open_pair(images: Path, labels: Path, classes: int | None = None) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Images and their labels; AtlasError: they are of different counts, or a label is out of range."""
    pictures, names = opened(images), opened(labels)
    if pictures.ndim == 1 or (pictures.ndim == 4 and pictures.shape[3] not in (1, 3)):
        raise AtlasError(f"{images}: has dimensions {pictures.shape}, but images have 3, or 4 with 1 or 3 channels")
    if names.ndim != 1:
        raise AtlasError(f"{labels}: has dimensions {names.shape}, but labels have 1")
    if len(pictures) != len(names):
        raise AtlasError(f"{labels}: {len(names):,} labels for the {len(pictures):,} images of {images.name}")
    values = np.array(names, np.int32)
    if classes is not None and values.max() >= classes:
        raise AtlasError(f"{labels}: holds the label {values.max()}, but there are names for {classes} classes only")
    return pictures, values


def image_shape(shape: tuple[int, ...], transpose: bool = False) -> tuple[int, int, int]:
    """Height, width and channels of the images of an idx file of these dimensions."""
    height, width, channels = (*shape[1:], 1)[:3]
    return (width, height, channels) if transpose else (height, width, channels)


def write_split(
    folder: Path, name: str, images: NDArray[np.uint8], labels: NDArray[np.int32], rows: Rows, transpose: bool = False
) -> None:
    """Writes ``<name>_images.npy`` and ``<name>_labels.npy``."""
    shape = image_shape(images.shape, transpose)
    with ArrayFile(folder / f"{name}_images.npy", shape, np.uint8) as array:
        for start in range(0, len(rows), _ROWS):
            block = images[rows[start : start + _ROWS]]
            array.append((block.swapaxes(1, 2) if transpose else block).reshape(-1, *shape))
    io.save_array(folder / f"{name}_labels.npy", labels[rows])
