"""The only door to disk: every file is written whole or not at all, and the same content gives the same bytes.

Work in progress lives in ``.atlas/tmp``, never beside the results: a killed job must leave nothing in ``data/``
or ``results/`` that a later run, or a hash of the folder, could mistake for a result.
"""

import csv
import errno
import fcntl
import hashlib
import io
import json
import mmap
import os
import shutil
import socket
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas.errors import AtlasError

WORK = Path(".atlas")
LOCKS = WORK / "locks"
_DAMAGED = (
    *(OSError, EOFError, ValueError, KeyError, RecursionError, NotImplementedError, MemoryError, zipfile.BadZipFile),
)


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yields a scratch path with the suffix of ``path``; on success it becomes ``path``, on failure it is gone."""
    scratch = _scratch() / path.name
    try:
        yield scratch
        _publish(scratch, path)
    except OSError as error:
        raise cannot_write(error, path) from error
    finally:
        shutil.rmtree(scratch.parent, ignore_errors=True)


@contextmanager
def atomic_directory(path: Path) -> Iterator[Path]:
    """Yields an empty scratch directory; on success it replaces ``path`` as a whole, on failure it is gone."""
    with atomic_file(path) as scratch:
        scratch.mkdir()
        yield scratch


def _scratch() -> Path:
    try:
        (WORK / "tmp").mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=WORK / "tmp", prefix=f"{socket.gethostname()}-{os.getpid()}-"))
    except OSError as error:
        raise cannot_write(error, WORK / "tmp") from error


def sweep() -> None:
    """Removes what processes of this machine that were killed have left in ``.atlas/tmp``."""
    here = socket.gethostname()
    for folder in (WORK / "tmp").glob("*-*-*"):
        host, process, _ = folder.name.rsplit("-", 2)
        if host == here and not is_alive(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


def is_alive(process: int) -> bool:
    """Whether there is a process of that number on this machine."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # of another user
    return True


@contextmanager
def lock(path: Path, blocked: Callable[[str], None]) -> Iterator[None]:
    """Holds the lock file ``path`` for this process alone; the system releases it however the process ends.

    The file is made if it is missing, and names the process that holds it. If another one does, ``blocked`` is called
    with its number; if that returns, this waits.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    except OSError as error:
        raise cannot_write(error, path) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            blocked(file.read().strip() or "unknown")
            fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _publish(scratch: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    for file in [scratch, *scratch.rglob("*")] if scratch.is_dir() else [scratch]:
        _fsync(file)
    if path.is_dir() and not path.is_symlink():  # os.replace does not replace a directory that holds files
        os.replace(path, scratch.parent / "replaced")
    try:
        os.replace(scratch, path)
    except OSError as error:
        if error.errno != errno.EXDEV:  # results/ may be a mount of its own: copy beside, then rename there
            raise
        beside = path.parent / f".{path.name}.part"
        try:
            _copy(scratch, beside)
            os.replace(beside, path)
        finally:
            remove(beside)
    _fsync(path.parent)


def _copy(source: Path, target: Path) -> None:
    """Unlike `shutil.copytree`, stops at the first error and says which."""
    if not source.is_dir():
        shutil.copyfile(source, target)
        return
    target.mkdir()
    for entry in source.iterdir():
        _copy(entry, target / entry.name)


def remove(path: Path) -> None:
    """Removes a file or a folder with all that is in it; it need not be there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def cannot_write(error: OSError, path: Path) -> AtlasError:
    """What to tell the user when the system refuses to write ``path``."""
    full = errno.ENOSPC if " requested and " in str(error) else 0  # what NumPy says of a disk that is full
    reason = {
        errno.ENOSPC: "the disk is full; free some space and run the same command again",
        errno.EACCES: "no permission to write there",
        errno.EPERM: "no permission to write there",
        errno.EROFS: "the folder is read-only",
    }.get(error.errno or full, error.strerror or str(error))
    return AtlasError(f"{path}: cannot be written: {reason}")


def save_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Writes arrays to an uncompressed ``.npz`` whose bytes depend on nothing but the arrays.

    `numpy.savez` asks for the long form of every entry, whose header is not the same in all versions of Python.
    """
    with atomic_file(path) as scratch, zipfile.ZipFile(scratch, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            content = np.asarray(array, order="C")
            entry = zipfile.ZipInfo(f"{name}.npy")  # of 1980
            entry.file_size = content.nbytes + 1024  # an upper bound, by which the form is chosen
            with archive.open(entry, "w") as file:
                np.lib.format.write_array(file, content, allow_pickle=False)


def load_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Reads every array of an ``.npz``. Pickled objects are refused: such a file could run code.

    AtlasError: the file is missing, is not an archive of arrays, or its content does not match its checksums.
    """
    with _reading(path, "a readable archive of arrays"), np.load(path, allow_pickle=False) as archive:
        if not isinstance(archive, np.lib.npyio.NpzFile):
            raise ValueError("a single array, not an archive of named arrays")
        _refuse_bombs(archive.zip)  # type: ignore[arg-type]  # None only once it is closed
        return {name: archive[name] for name in archive.files}


@contextmanager
def _reading(path: Path, what: str) -> Iterator[None]:
    """Turns whatever reading a damaged file raises into one line: the readers of arrays raise errors of many kinds."""
    try:
        yield
    except FileNotFoundError:
        raise AtlasError(f"{path}: no such file; the step that makes it has not run") from None
    except _DAMAGED as error:
        raise AtlasError(f"{path}: not {what} ({one_line(error)}); delete it and rerun") from None


def _refuse_bombs(archive: zipfile.ZipFile) -> None:
    """Ours are never compressed, so no archive of a few bytes may fill the memory."""
    for entry in archive.infolist():
        if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
            raise ValueError(f"{entry.filename} is compressed")


def load_array(path: Path) -> NDArray[Any]:
    """Opens one ``.npy`` as a read-only memory map: nothing is read until it is indexed."""
    with _reading(path, "a readable array"):
        return np.load(path, mmap_mode="r", allow_pickle=False)


def release(array: NDArray[Any]) -> None:
    """Takes what was read of a memory map out of the memory of this process; the system still has it at hand.

    The kernel counts such pages as the process's own until something else needs the room.
    """
    mapped = getattr(array, "_mmap", None)  # NumPy has no public name for it
    if mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Writes one ``.npy``."""
    with atomic_file(path) as scratch, scratch.open("wb") as file:
        np.save(file, np.asarray(array, order="C"), allow_pickle=False)


def save_json(path: Path, content: Any) -> None:
    """Writes JSON with sorted keys; numbers that are not finite are refused, for JSON has no word for them."""
    save_text(path, json.dumps(content, indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n")


def load_json(path: Path) -> Any:
    """Reads JSON; AtlasError if the file is missing or is not JSON."""
    with _reading(path, "readable JSON"):
        return json.loads(path.read_text(encoding="utf-8"))


def save_text(path: Path, text: str) -> None:
    """Writes UTF-8 with line feeds, whatever the locale."""
    with atomic_file(path) as scratch:
        scratch.write_text(text, encoding="utf-8", newline="\n")


def save_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Writes a CSV; floats keep nine significant digits, enough to tell any two float32 apart."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([f"{cell:.9g}" if isinstance(cell, float) else cell for cell in row] for row in rows)
    save_text(path, buffer.getvalue())


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def one_line(error: BaseException) -> str:
    """What an error says, without line breaks; its kind if it says nothing."""
    return " ".join(str(error).split())[:200] or type(error).__name__
