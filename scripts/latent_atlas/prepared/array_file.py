"""Arrays written row by row, with as little in memory as one batch of rows."""

from pathlib import Path
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray


class ArrayFile:
    """An ``.npy`` file that grows.

    It is written through a plain file, not through a memory map, whose written pages would count as resident
    memory until the kernel found time for them. The number of rows need not be known beforehand: NumPy leaves
    room for it in the header, which is written again at the end. The bytes are those that ``np.save`` writes.
    """

    def __init__(self, path: Path, row: tuple[int, ...], dtype: type[np.generic]) -> None:
        """Rows have shape ``row``; ``()`` for a plain list of numbers."""
        self.row = row
        self._path, self._dtype = path, np.dtype(dtype)
        self._rows = 0
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        self._file = self._path.open("wb")
        self._write_header()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        assert self._file is not None
        with self._file:
            if kind is None:
                self._file.seek(0)
                self._write_header()

    def __len__(self) -> int:
        return self._rows

    def append(self, rows: NDArray[Any]) -> None:
        """Adds rows (n, ...) at the end."""
        assert self._file is not None and rows.shape[1:] == self.row and rows.dtype == self._dtype
        self._file.write(np.ascontiguousarray(rows).data)
        self._rows += len(rows)

    def _write_header(self) -> None:
        assert self._file is not None
        np.lib.format.write_array_header_1_0(
            self._file, {"descr": self._dtype.str, "fortran_order": False, "shape": (self._rows, *self.row)}
        )
