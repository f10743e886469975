"""Many picture files to one array on disk: decoded in parallel, in order, with little in memory.

Threads, not processes: Pillow decodes and resizes without holding Python's lock, results need no copying
between processes, and an interruption leaves nothing running.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from latent_atlas.datasets import Progress
from latent_atlas.datasets.imaging.decode import BadImageError, Form, standardise
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


def workers() -> int:
    """How many files are decoded at once: the cores this process may use, or `LATENT_ATLAS_WORKERS`."""
    wanted = os.environ.get("LATENT_ATLAS_WORKERS", "")
    if wanted.isdigit() and int(wanted) > 0:
        return int(wanted)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def decode_into(
    array: ArrayFile,
    files: NDArray[np.int64],
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
        read: gives a file's bytes; raises ValueError if it cannot. Called from several threads.
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

    def decode(chunk: NDArray[np.int64]) -> list[NDArray[np.uint8] | str]:
        results: list[NDArray[np.uint8] | str] = []
        for file in chunk:
            try:
                results.append(make(read(int(file))))
            except (BadImageError, ValueError) as error:
                results.append(str(error))
        return results

    kept = np.zeros(len(files), bool)
    done = 0
    for results in _in_order(decode, files, _chunk_length(array)):
        good = [rows for rows in results if not isinstance(rows, str)]
        if good:
            array.append(np.stack(good) if good[0].ndim == 3 else np.concatenate(good))
        for offset, rows in enumerate(results):
            if isinstance(rows, str):
                bad.add(name(int(files[done + offset])), rows)
            else:
                kept[done + offset] = True
        done += len(results)
        progress.update(done, len(files), "image")
    return kept


def _chunk_length(array: ArrayFile) -> int:
    return int(np.clip(_CHUNK_BYTES // array.row_bytes, 1, _LARGEST_CHUNK))


def _in_order(
    decode: Callable[[NDArray[np.int64]], list[NDArray[np.uint8] | str]],
    files: NDArray[np.int64],
    length: int,
) -> Iterator[list[NDArray[np.uint8] | str]]:
    count = workers()
    waiting: deque[Future[list[NDArray[np.uint8] | str]]] = deque()
    with ThreadPoolExecutor(count) as pool:
        try:
            for start in range(0, len(files), length):
                waiting.append(pool.submit(decode, files[start : start + length]))
                if len(waiting) > 2 * count:  # enough to keep every worker busy, and no more in memory
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
