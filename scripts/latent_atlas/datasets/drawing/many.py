"""Many drawings to arrays on disk, on all cores, the same whatever their number."""

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas.datasets import Progress
from latent_atlas.datasets.imaging.stream import workers

_CHUNK = 25  # drawings

Draw = Callable[..., NDArray[np.uint8]]


def draw_all(
    draw: Draw, arguments: Sequence[tuple[Any, ...]], seed: Sequence[int], progress: Progress
) -> Iterator[NDArray[np.uint8]]:
    """Yields ``draw(*arguments[row], generator)`` for each row, stacked by the chunk.

    The generator of each row depends on ``seed`` and the row alone. Drawing is Python's own work, which
    threads cannot share: hence processes.
    """
    chunks = [range(start, min(start + _CHUNK, len(arguments))) for start in range(0, len(arguments), _CHUNK)]
    tasks = [(draw, [arguments[row] for row in chunk], list(seed), chunk.start) for chunk in chunks]
    count = min(workers(), len(tasks))
    if count < 2:
        yield from _reported(map(_draw_chunk, tasks), len(arguments), progress)
        return
    # Forking a process that has one thread is safe, and saves each worker the imports.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(count, context, initializer=_leave_interrupts_to_the_parent) as pool:
        try:
            yield from _reported(pool.map(_draw_chunk, tasks), len(arguments), progress)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _draw_chunk(task: tuple[Draw, list[tuple[Any, ...]], list[int], int]) -> NDArray[np.uint8]:
    draw, arguments, seed, start = task
    return np.stack(
        [draw(*a, np.random.default_rng([*seed, start + row])) for row, a in enumerate(arguments)]
    )


def _reported(
    chunks: Iterator[NDArray[np.uint8]], total: int, progress: Progress
) -> Iterator[NDArray[np.uint8]]:
    done = 0
    for chunk in chunks:
        done += len(chunk)
        progress.update(done, total, "drawing")
        yield chunk


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
