"""Files from elsewhere: each is known by its SHA-256, and several places are tried for it.

In this order: a copy placed by hand in ``.atlas/downloads``, the mirror, then the public hosts. A partial
download stays in ``.atlas/downloads`` and is gone on with by the next run, from whichever host.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from latent_atlas import io
from latent_atlas.datasets import Progress
from latent_atlas.datasets.obtaining import transfer
from latent_atlas.errors import AtlasError

MIRROR = "LATENT_ATLAS_MIRROR"


@dataclass(frozen=True)
class File:
    """A file that is known by its content."""

    name: str  # folder and file name, as in a mirror
    sha256: str
    size: int  # bytes
    hosts: tuple[str, ...] = ()  # whole URLs, tried in this order
    advice: str = ""  # what to do if no host gives it; a full sentence without its stop


def obtain(file: File, raw: Path, progress: Progress) -> Path:
    """Puts ``file`` into the folder ``raw`` under its own name and returns its path there.

    Raises:
        AtlasError: no place gives a file of that SHA-256. The message says what each answered.
    """
    target = raw / PurePosixPath(file.name).name
    by_hand = io.WORK / "downloads" / file.name
    answers = []
    if by_hand.exists():
        problem = _copy(by_hand, target, file)
        if not problem:
            return target
        answers.append(f"{by_hand} {problem}")
    mirror = os.environ.get(MIRROR, "")
    if mirror and "://" not in mirror:
        problem = _copy(Path(mirror) / file.name, target, file)
        if not problem:
            return target
        answers.append(f"{MIRROR} {problem}")
    urls = [(MIRROR, f"{mirror.rstrip('/')}/{file.name}")] if "://" in mirror else []
    urls += [(url, url) for url in file.hosts]
    with _locked(by_hand) as part:
        for shown, url in urls:
            try:
                transfer.download(url, part, file.size, file.sha256, f"{target.name} from {shown}", progress)
            except transfer.RefusalError as refusal:
                answers.append(f"{shown} {refusal}")
                progress.say(f"{target.name}: {shown} {refusal}")
                continue
            _move(part, target)
            return target
    raise AtlasError(_message(file, answers, by_hand))


def obtain_all(files: Sequence[File], raw: Path, progress: Progress) -> list[Path]:
    """`obtain` for each file."""
    return [obtain(file, raw, progress) for file in files]


def _message(file: File, answers: list[str], by_hand: Path) -> str:
    advice = [file.advice] if file.advice else []
    if not file.hosts:
        advice.append("it has no public host")
    if not os.environ.get(MIRROR):
        advice.append(f"set {MIRROR} to a folder or URL that holds {file.name}")
    advice.append(f"or place the file by hand as {by_hand} (sha256 {file.sha256}) and run again")
    return f"{file.name}: cannot be obtained: {'; '.join([*answers, *advice])}"


def _copy(origin: Path, target: Path, file: File) -> str:
    """Copies a file that is checked while it is read. Returns what is wrong with it, or nothing."""
    digest = hashlib.sha256()
    try:
        with origin.open("rb") as reading, target.open("wb") as writing:
            while block := reading.read(1 << 20):
                digest.update(block)
                writing.write(block)
    except (FileNotFoundError, NotADirectoryError):
        return "does not hold it"
    except (PermissionError, IsADirectoryError) as error:
        return f"cannot be read ({error.strerror})"
    if digest.hexdigest() == file.sha256:
        return ""
    target.unlink()
    return f"holds another file (sha256 {digest.hexdigest()[:12]}..., expected {file.sha256[:12]}...)"


def _move(origin: Path, target: Path) -> None:
    try:
        origin.replace(target)
    except OSError:  # another file system
        shutil.copyfile(origin, target)
        origin.unlink()


@contextmanager
def _locked(path: Path) -> Iterator[Path]:
    """Yields the path of the partial download; two runs that want the same file take turns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{path}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Path(f"{path}.part")
