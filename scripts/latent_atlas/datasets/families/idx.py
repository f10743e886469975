"""The idx format of MNIST and its relatives: a header with the dimensions, then bytes, usually gzipped."""

import gzip
import math
import os
import struct
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas import io
from latent_atlas.datasets.processed.arrays import ArrayFile
from latent_atlas.datasets.processed.splits import Rows
from latent_atlas.errors import AtlasError

_BYTE = 0x08  # the only element type that images and labels come in
_ROWS = 4096
_DEFLATE_LIMIT = 1100  # nothing that was gzipped grows more than this


class IdxFile:
    """An idx file of unsigned bytes, opened; rows are read from disk when they are asked for."""

    def __init__(self, path: Path) -> None:
        """Unpacks a gzipped file to a scratch file that has no name and vanishes with this object.

        Raises:
            AtlasError: missing, cut off, or not an idx file of bytes.
        """
        self._path = path
        try:
            with path.open("rb") as file:
                zipped = file.read(2) == b"\x1f\x8b"
            self._file = self._unpack() if zipped else path.open("rb")
            self.shape, self._start = self._header()
        except (FileNotFoundError, IsADirectoryError):
            raise AtlasError(f"{path}: no such file") from None
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            reason = "cut off" if isinstance(error, EOFError) else "damaged"
            raise AtlasError(f"{path}: the gzip file is {reason} ({error}); obtain it again") from None
        expected = self._start + math.prod(self.shape)
        found = self._file.seek(0, os.SEEK_END)
        if found != expected:
            raise AtlasError(f"{path}: its header promises {expected:,} bytes, but it has {found:,}; obtain it again")

    def __len__(self) -> int:
        return self.shape[0]

    def rows(self, chosen: NDArray[np.int32]) -> NDArray[np.uint8]:
        """Those rows, (n, ...) in the order asked for."""
        length = math.prod(self.shape[1:])
        parts = (os.pread(self._file.fileno(), length, self._start + int(row) * length) for row in chosen)
        return np.frombuffer(b"".join(parts), np.uint8).reshape(len(chosen), *self.shape[1:])

    def _unpack(self) -> Any:
        (io.WORK / "tmp").mkdir(parents=True, exist_ok=True)
        scratch = tempfile.TemporaryFile(dir=io.WORK / "tmp")  # noqa: SIM115  # closed with this object
        limit = self._path.stat().st_size * _DEFLATE_LIMIT
        with gzip.open(self._path, "rb") as packed:
            total = 0
            while block := packed.read(1 << 20):
                scratch.write(block)
                total += len(block)
                if total == len(block):
                    expected = _expected(block)
                    if expected > limit:
                        raise AtlasError(
                            f"{self._path}: its header promises more than the file can hold; obtain it again"
                        )
                if total > expected:
                    raise AtlasError(f"{self._path}: unfolds to more than its header promises; obtain it again")
        return scratch

    def _header(self) -> tuple[tuple[int, ...], int]:
        self._file.seek(0)
        try:
            zeros, kind, dimensions = struct.unpack(">HBB", self._file.read(4))
            shape = struct.unpack(f">{dimensions}L", self._file.read(4 * dimensions))
        except struct.error:
            raise AtlasError(f"{self._path}: too short for an idx file; obtain it again") from None
        if zeros != 0 or kind != _BYTE or dimensions not in (1, 3, 4) or 0 in shape:
            raise AtlasError(f"{self._path}: not an idx file of unsigned bytes with 1, 3 or 4 dimensions")
        return shape, 4 + 4 * dimensions


def _expected(beginning: bytes) -> int:
    """How long the header says the whole file is."""
    dimensions = beginning[3] if len(beginning) > 3 else 0
    if len(beginning) < 4 + 4 * dimensions:
        return len(beginning)
    shape: tuple[int, ...] = struct.unpack(f">{dimensions}L", beginning[4 : 4 + 4 * dimensions])
    return 4 + 4 * dimensions + math.prod(shape)


def open_pair(images: Path, labels: Path, classes: int | None = None) -> tuple[IdxFile, NDArray[np.int32]]:
    """Images and their labels.

    Raises:
        AtlasError: they are of different counts, or a label is out of range.
    """
    pictures, names = IdxFile(images), IdxFile(labels)
    if len(pictures.shape) == 1 or (len(pictures.shape) == 4 and pictures.shape[3] not in (1, 3)):
        raise AtlasError(f"{images}: has dimensions {pictures.shape}, but images have 3, or 4 with 1 or 3 channels")
    if len(names.shape) != 1:
        raise AtlasError(f"{labels}: has dimensions {names.shape}, but labels have 1")
    if len(pictures) != len(names):
        raise AtlasError(f"{labels}: {len(names):,} labels for the {len(pictures):,} images of {images.name}")
    values = names.rows(np.arange(len(names), dtype=np.int32)).astype(np.int32) if len(names) else np.empty(0, np.int32)
    if classes is not None and values.max() >= classes:
        raise AtlasError(f"{labels}: holds the label {values.max()}, but there are names for {classes} classes only")
    return pictures, values


def write_split(
    folder: Path, name: str, images: IdxFile, labels: NDArray[np.int32], rows: Rows, transpose: bool = False
) -> None:
    """Writes ``<name>_images.npy`` and ``<name>_labels.npy``."""
    height, width, *channels = images.shape[1:]
    if transpose:
        height, width = width, height
    with ArrayFile(folder / f"{name}_images.npy", (height, width, *(channels or [1])), np.uint8) as array:
        for start in range(0, len(rows), _ROWS):
            block = images.rows(rows[start : start + _ROWS])
            array.append((block.swapaxes(1, 2) if transpose else block).reshape(-1, height, width, *(channels or [1])))
    io.save_array(folder / f"{name}_labels.npy", labels[rows])
