"""Many picture files to one array on disk: decoded in parallel, in order, with little in memory."""

import mmap
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from latent_atlas.datasets import Progress
from latent_atlas.datasets.imaging.decode import BadImageError, Form, standardise
from latent_atlas.datasets.imaging.pools import in_flight, in_order
from latent_atlas.datasets.processed.arrays import ArrayFile
from latent_atlas.errors import AtlasError

_LISTED = 100  # bad files named in the data card
_CHUNK_BYTES = 1 << 19
_LARGEST_CHUNK = 64  # files


@dataclass
class Bad:
    """Files left out: how many of how many, and the first of them."""

    archive: str
    allowed: float  # as a fraction of the total
    total: int = 0
    count: int = 0
    listed: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, reason: str) -> None:
        """Counts one more.

        Raises:
            AtlasError: that is more than allowed.
        """
        self.count += 1
        if len(self.listed) < _LISTED:
            self.listed[name] = reason
        if self.count > self.allowed * self.total:
            first, why = next(iter(self.listed.items()))
            others = f" (and {self.count - 1} more so far)" if self.count > 1 else ""
            raise AtlasError(
                f"{self.archive}: {first!r} {why}{others}; mend or remove it, "
                f"or let max_corrupt ({self.allowed:g} of {self.total:,}) be larger"
            )

    def card(self) -> dict[str, object]:
        """For the data card."""
        return {"left_out": {"count": self.count, "of": self.total, "files": self.listed}}


def decode_into(
    array: ArrayFile,
    files: NDArray[np.int32],
    read: Callable[[int], bytes],
    name: Callable[[int], str],
    form: Form | Callable[[bytes], NDArray[np.uint8]],
    bad: Bad,
    progress: Progress,
    rows_each: int = 1,
) -> NDArray[np.bool_]:
    """Decodes ``files`` and appends them to ``array`` in their order, whatever the number of workers.

    Args:
        array: rows (height, width, channels) of the form.
        files: numbers by which ``read`` and ``name`` know the files.
        read: gives a file's bytes; raises ValueError if it cannot. Called by several workers.
        name: gives a file's name, for messages.
        form: what the pictures become, or a function of a file's bytes that gives its rows.
        bad: collects what cannot be decoded.
        progress: is told how far it is.
        rows_each: rows that a file gives.

    Returns:
        For each file whether it is in the array.

    Raises:
        AtlasError: more files are bad than ``bad`` allows.
    """
    make = (lambda data: standardise(data, form)) if isinstance(form, Form) else form

    length = int(np.clip(_CHUNK_BYTES // (array.row_bytes * rows_each), 1, _LARGEST_CHUNK))
    slots = _shared(in_flight(), length * rows_each, array.row)

    def decode(start: int) -> list[str]:
        """Fills a slot with the rows of those that can be decoded; for each file what is wrong with it, or nothing."""
        slot, filled, reasons = slots[start // length % len(slots)], 0, []
        for file in files[start : start + length]:
            try:
                slot[filled : filled + rows_each] = make(read(int(file)))
                filled += rows_each
                reasons.append("")
            except (BadImageError, ValueError) as error:
                reasons.append(str(error))
        return reasons

    kept = np.zeros(len(files), bool)
    done = 0
    for reasons in in_order(decode, range(0, len(files), length)):
        array.append(slots[done // length % len(slots)][: reasons.count("") * rows_each])
        for place, reason in enumerate(reasons, done):
            kept[place] = not reason
            if reason:
                bad.add(name(int(files[place])), reason)
        done += len(reasons)
        progress.update(done, len(files), "image")
    return kept


def _shared(slots: int, rows: int, row: tuple[int, ...]) -> NDArray[np.uint8]:
    """Memory (slots, rows, *row) that workers fill and this process reads: pipes would copy every pixel four times."""
    shape = (slots, rows, *row)
    return np.frombuffer(mmap.mmap(-1, int(np.prod(shape))), np.uint8).reshape(shape)
