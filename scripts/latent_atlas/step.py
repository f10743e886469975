"""What every step script has in common: its command line, its log, its progress, and how it fails.

A step says little on the terminal (what runs, how far it is, what is left) and everything in
``logs/<scale>/<step>/<name>.log``, where the messages of libraries go too. A problem that the user can correct is one
line. Anything else is a bug: the traceback goes to the log, its last lines and the log's path to the terminal.
"""

import argparse
import gc
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from latent_atlas import checked, io, params
from latent_atlas.errors import AtlasError

_SECONDS_BETWEEN_LINES = 10.0
_WAITING = "process {} is at work on the same; waiting for it to end"


class Progress:
    """Reports how far a step is: a line when it has news, but no more than one in ten seconds."""

    def __init__(self, terminal: TextIO, title: str) -> None:
        self._terminal, self._title = terminal, title
        self._start = self._last = time.monotonic()
        self._first: tuple[int, float] | None = None  # the first count seen: what came before it was not work

    def say(self, text: str) -> None:
        """Prints one line on the terminal."""
        print(f"{self._title}: {text}", file=self._terminal, flush=True)

    def update(self, done: int, total: int, unit: str, detail: str = "") -> None:
        """Reports that ``done`` of ``total`` are done, with an estimate of the time left."""
        now = time.monotonic()
        if self._first is None:
            self._first = (done, now)
        if now - self._last < _SECONDS_BETWEEN_LINES or done == self._first[0]:
            return
        self._last = now
        left = (now - self._first[1]) / (done - self._first[0]) * (total - done)
        self.say(f"{100 * done // total:3d}% ({unit} {done:,} of {total:,}, about {_duration(left)} left){detail}")

    @property
    def seconds(self) -> float:
        """Since the step began."""
        return time.monotonic() - self._start

    def finish(self) -> None:
        """Says that the step is done and how long it took."""
        self.say(f"done in {_duration(self.seconds)}")


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


Main = Callable[[params.Params, str, Progress], None]


def run(main: Main, description: str | None, target: str | None = None) -> None:
    """Runs one step script; ``description`` is for ``--help``.

    ``main`` is given the checked parameters, the key that the positional argument names, and a progress reporter.
    ``target`` is whose key it is (``dataset`` or ``experiment``), or None if there is none.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--scale", required=True, choices=params.SCALES, help="which section of params.yaml holds")
    if target:
        parser.add_argument("target", metavar=target, help=f"a key of {target}s in params.yaml")
    arguments = parser.parse_args()
    step = Path(sys.argv[0]).stem
    name = arguments.target if target else step
    log = log_path(arguments.scale, step, name)
    terminal = os.fdopen(os.dup(2), "w")
    label = f"{step} {name}" if target else step
    progress = Progress(terminal, label)
    try:
        checked.ensure(arguments.scale)
        here = params.load(arguments.scale)
        known = list(here.datasets if target == "dataset" else here.experiments)
        if target and arguments.target not in known:
            raise AtlasError(f"params.yaml: {target}s: has no {arguments.target!r}; there are {', '.join(known)}")
        _redirect(log)
        io.sweep()
        lock = io.LOCKS / f"{arguments.scale}-{step}-{name}"
        with io.lock(lock, lambda holder: progress.say(_WAITING.format(holder))):
            main(here, name, progress)
        progress.finish()
        io.save_json(cost_path(arguments.scale, step, name), _cost(progress.seconds))
    except AtlasError as error:
        print(f"{label}: {error}", file=terminal, flush=True)
        sys.exit(1)
    except KeyboardInterrupt:
        print(f"{label}: interrupted; the same command resumes it", file=terminal, flush=True)
        sys.exit(130)
    except Exception:
        traceback.print_exc()
        _show_end(log, terminal)
        sys.exit(1)
    finally:
        gc.freeze()  # else Python examines every object once more before it ends: with TensorFlow, half a second


def log_path(scale: str, step: str, name: str) -> Path:
    """Where a step's log is."""
    return Path("logs") / scale / step / f"{name}.log"


def cost_path(scale: str, step: str, name: str) -> Path:
    """Where it is noted what a step took: beside its log, for it is no result."""
    return log_path(scale, step, name).with_suffix(".cost.json")


def _cost(seconds: float) -> dict[str, float]:
    """``seconds`` by the clock, ``cpu_seconds`` of all cores, ``memory_mb`` at most; child processes included.

    Measured here, since Snakemake's ``benchmark`` would measure under one engine only.
    """
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes there, kilobytes elsewhere
    return {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(sum(each.ru_utime + each.ru_stime for each in both), 2),
        "memory_mb": round(max(each.ru_maxrss for each in both) / unit),
    }


def _redirect(log: Path) -> None:
    """Points standard output and error, also those of C++ libraries and child processes, at the log."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    except OSError as error:
        raise io.cannot_write(error, log) from None
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # the last lines outlive a kill


def _show_end(log: Path, terminal: TextIO, lines: int = 12) -> None:
    end = log.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()[-lines:] if log.exists() else []
    print("\n".join([f"  | {line}" for line in end] + [f"the whole log: {log}"]), file=terminal, flush=True)
