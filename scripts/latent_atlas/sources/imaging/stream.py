"""Many picture files to one array on disk: decoded in parallel, in order, with little in memory."""

import mmap
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latent_atlas.errors import AtlasError
from latent_atlas.prepared.array_file import ArrayFile
from latent_atlas.sources import Progress
from latent_atlas.sources.imaging.decode import BadImageError, Form, standardise
from latent_atlas.sources.imaging.pools import in_flight, in_order
from latent_atlas.sources.obtaining.zips import ZipIndex

_LISTED = 100  # bad files named in the data card
_CHUNK_BYTES = 1 << 19
_LARGEST_CHUNK = 64  # files


@dataclass
class Bad:
    """Files left out: how many of how many, and the first of them."""

    archive: str
    total: int
    allowed: float = 0.0  # as a fraction of the total
    count: int = 0
    listed: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, reason: str) -> None:
        """Counts one more; AtlasError: that is more than allowed."""
        self.count += 1
        if len(self.listed) < _LISTED:
            self.listed[name] = reason
        if self.count > self.allowed * self.total:
            first, why = next(iter(self.listed.items()))
            others = f" (and {self.count - 1} more so far)" if self.count > 1 else ""
            raise AtlasError(
                f"{self.archive}: {first!r} {why}{others}; repair or remove it, "
                f"or increase max_corrupt ({self.allowed:g} of {self.total:,})"
            )

    def about(self) -> dict[str, object]:
        """For the data card."""
        return {"left_out": {"count": self.count, "of": self.total, "files": self.listed}}


def decode_into(
    path: Path, archive: ZipIndex, files: NDArray[np.int32], form: Form, bad: Bad, progress: Progress
) -> NDArray[np.bool_]:
    """Decodes pictures and writes them to the array ``path`` in their order, whatever the number of workers.

    The array is uint8 (rows, height, width, channels); ``files`` are the pictures' numbers in the archive, and ``bad``
    collects what cannot be decoded. Returns for each file whether it is in the array. AtlasError: more files are bad
    than ``bad`` allows.
    """
    row = (form.height, form.width, form.channels)
    each = 2 if form.halves else 1
    length = int(np.clip(_CHUNK_BYTES // (int(np.prod(row)) * each), 1, _LARGEST_CHUNK))
    # Memory that workers fill and this process reads: pipes would copy every pixel four times.
    shape = (in_flight(), length * each, *row)
    slots = np.frombuffer(mmap.mmap(-1, int(np.prod(shape))), np.uint8).reshape(shape)

    def decode(start: int) -> list[str]:
        """Fills a slot with the rows of those that can be decoded; for each file what is wrong with it, or nothing."""
        slot, filled, reasons = slots[start // length % len(slots)], 0, []
        for file in files[start : start + length]:
            try:
                slot[filled : filled + each] = standardise(archive.read(int(file)), form)
                filled += each
                reasons.append("")
            except (BadImageError, ValueError) as error:
                reasons.append(str(error))
        return reasons

    kept = np.zeros(len(files), bool)
    done = 0
    with ArrayFile(path, row, np.uint8) as array:
        for reasons in in_order(decode, range(0, len(files), length)):
            array.append(slots[done // length % len(slots)][: reasons.count("") * each])
            for place, reason in enumerate(reasons, done):
                kept[place] = not reason
                if reason:
                    bad.add(archive.name(int(files[place])), reason)
            done += len(reasons)
            progress.update(done, len(files), "image")
    return kept
