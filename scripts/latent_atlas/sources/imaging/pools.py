"""Workers that share a long task: processes where they can be forked, threads elsewhere."""

import gc
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from latent_atlas.errors import AtlasError

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")

_work: Callable[[Any], Any] | None = None  # what forked workers do: they inherit it, so it need not be picklable


def workers() -> int:
    """How many workers there are: the cores this process may use, or what `LATENT_ATLAS_WORKERS` says."""
    wanted = os.environ.get("LATENT_ATLAS_WORKERS", "")
    if wanted.isdigit() and int(wanted) > 0:
        return int(wanted)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_flight() -> int:
    """How many tasks `in_order` has begun, and not yet handed over, at most."""
    return 4 * workers() + 1  # enough to keep every worker busy while this process waits for its turn


def in_order(work: Callable[[_Task], _Result], tasks: Iterable[_Task]) -> Iterator[_Result]:
    """Yields ``work(task)`` for all, in order, few of them in memory; AtlasError: a worker was killed."""
    count = workers()
    if count == 1:
        yield from map(work, tasks)
        return
    waiting: deque[Future[_Result]] = deque()
    pool, call = _pool(count, work)
    try:
        for task in tasks:
            waiting.append(pool.submit(call, task))
            if len(waiting) == in_flight():
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        what = "a worker was killed, most likely for want of memory; set a smaller number"
        raise AtlasError(f"LATENT_ATLAS_WORKERS: {what}") from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _pool(count: int, work: Callable[[_Task], _Result]) -> tuple[Executor, Callable[[_Task], _Result]]:
    """Forking is safe on Linux as long as this process has one thread, which a step has.

    Pillow decodes without holding Python's lock, so threads do nearly as well (three quarters of bare Pillow's
    speed, where processes reach nine tenths); drawing is Python's own work, and gains nothing from them.
    """
    if sys.platform != "linux":
        return ThreadPoolExecutor(count), work
    global _work  # noqa: PLW0603  # see there
    _work = work
    context = multiprocessing.get_context("fork")
    return ProcessPoolExecutor(count, context, initializer=_settle), _inherited


def _inherited(task: Any) -> Any:
    assert _work is not None
    return _work(task)


def _settle() -> None:
    """What a worker does first: leaves interrupts to its parent, and what they share as it is.

    Collecting garbage writes into every object, and each page that is written becomes the worker's own.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
