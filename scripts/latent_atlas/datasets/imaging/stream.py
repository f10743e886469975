"""Many picture files to one array on disk: decoded in parallel, in order, with little in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from latent_atlas.datasets import Progress
from latent_atlas.datasets.imaging.decode import BadImageError, Form, standardise
from latent_atlas.datasets.imaging.pools import in_order
from latent_atlas.datasets.processed.arrays import ArrayFile
from latent_atlas.errors import AtlasError

_LISTED = 100  # bad files named in the data card
_CHUNK_BYTES = 1 << 20
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
) -> NDArray[np.bool_]:
    """Decodes ``files`` and appends them to ``array`` in their order, whatever the number of workers.

    Args:
        array: rows (height, width, channels) of the form; more of them if a function makes several of a file.
        files: numbers by which ``read`` and ``name`` know the files.
        read: gives a file's bytes; raises ValueError if it cannot. Called by several workers.
        name: gives a file's name, for messages.
        form: what the pictures become, or a function of a file's bytes that gives rows.
        bad: collects what cannot be decoded.
        progress: is told how far it is.

    Returns:
        For each file whether it is in the array.

    Raises:
        AtlasError: more files are bad than ``bad`` allows.
    """
    make = (lambda data: standardise(data, form)) if isinstance(form, Form) else form

    def decode(chunk: NDArray[np.int32]) -> tuple[NDArray[np.uint8] | None, list[str]]:
        """The rows of those that can be decoded, and for each file what is wrong with it, or nothing."""
        rows, reasons = [], []
        for file in chunk:
            try:
                rows.append(make(read(int(file))))
                reasons.append("")
            except (BadImageError, ValueError) as error:
                reasons.append(str(error))
        return (np.concatenate(rows) if rows and rows[0].ndim == 4 else np.stack(rows)) if rows else None, reasons

    length = int(np.clip(_CHUNK_BYTES // array.row_bytes, 1, _LARGEST_CHUNK))
    kept = np.zeros(len(files), bool)
    done = 0
    for rows, reasons in in_order(decode, (files[start : start + length] for start in range(0, len(files), length))):
        if rows is not None:
            array.append(rows)
        for place, reason in enumerate(reasons, done):
            kept[place] = not reason
            if reason:
                bad.add(name(int(files[place])), reason)
        done += len(reasons)
        progress.update(done, len(files), "image")
    return kept
