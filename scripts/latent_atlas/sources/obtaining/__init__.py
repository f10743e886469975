"""Files from elsewhere: each is known by its SHA-256, and several places are tried for it.

In this order: a copy placed by hand in ``.atlas/downloads``, the mirror, then the public hosts. A partial download
stays in ``.atlas/downloads`` and is resumed by the next run, from whichever host.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from latent_atlas import io
from latent_atlas.errors import AtlasError
from latent_atlas.sources import Progress
from latent_atlas.sources.obtaining import transfer

MIRROR = "LATENT_ATLAS_MIRROR"
KEEP = "LATENT_ATLAS_KEEP"  # a folder where what is obtained is left too, so that it becomes a mirror


@dataclass(frozen=True)
class RemoteFile:
    """A file that is known by its content."""

    name: str  # folder and file name, as in a mirror
    sha256: str  # or its MD5, where that is all that the publisher gives
    size: int  # bytes
    hosts: tuple[str, ...] = ()  # whole URLs, tried in this order
    advice: str = ""  # what to do if no host gives it; a full sentence without its stop


def obtain(file: RemoteFile, raw: Path, progress: Progress, last: Callable[[Path], None] | None = None) -> Path:
    """Puts ``file`` into the folder ``raw`` under its own name and returns its path there.

    ``last`` is tried when all else has failed: it puts the file at the path it is given, or raises
    `transfer.RefusalError`. AtlasError: no place gives a file of that SHA-256; the message says what each answered.
    """
    target = _obtain(file, raw, progress, last)
    if keep := os.environ.get(KEEP, ""):
        kept = Path(keep) / file.name
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(target, kept)
    return target


def _obtain(file: RemoteFile, raw: Path, progress: Progress, last: Callable[[Path], None] | None) -> Path:
    target = raw / PurePosixPath(file.name).name
    by_hand, mirror = io.WORK / "downloads" / file.name, os.environ.get(MIRROR, "")
    copies = {str(by_hand): by_hand} if by_hand.exists() else {}
    urls, answers = {url: url for url in file.hosts}, []
    if "://" in mirror:
        urls = {MIRROR: f"{mirror.rstrip('/')}/{file.name}"} | urls
    elif mirror and not Path(mirror).is_dir():
        answers.append(f"{MIRROR} names {mirror}, which is no folder")
    elif mirror:
        copies[MIRROR] = Path(mirror) / file.name
    for shown, origin in copies.items():
        if not (problem := _copy(origin, target, file.sha256)):
            return target
        answers.append(f"{shown} {problem}")
    part = Path(f"{by_hand}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    with io.lock(io.LOCKS / "downloads" / file.name, lambda holder: None):  # who wants the same file takes turns
        for shown, url in urls.items():
            try:
                transfer.download(url, part, file.size, file.sha256, f"{target.name} from {shown}", progress)
            except transfer.RefusalError as refusal:
                answers.append(f"{shown} {refusal}")
                progress.say(f"{target.name}: {shown} {refusal}")
                continue
            shutil.move(part, target)
            return target
    if last:
        try:
            last(target)
            return target
        except transfer.RefusalError as refusal:
            answers.append(str(refusal))
    answers += [file.advice] if file.advice else []
    if not file.hosts and not last:
        answers.append("it has no public host")
    if not mirror:
        answers.append(f"set {MIRROR} to a folder or URL that holds {file.name}")
    answers.append(
        f"or place the file by hand as {by_hand} ({transfer.algorithm(file.sha256)} {file.sha256}) and run again"
    )
    raise AtlasError(f"{file.name}: cannot be obtained: {'; '.join(answers)}")


def fetching(*files: RemoteFile) -> Callable[[Any, Path, Progress], None]:
    """The ``fetch`` of a source that obtains these files, whatever its options."""

    def fetch(options: Any, raw: Path, progress: Progress) -> None:
        for file in files:
            obtain(file, raw, progress)

    return fetch


def _copy(origin: Path, target: Path, sha256: str) -> str:
    """Copies a file that is checked while it is read. Returns what is wrong with it, or nothing."""
    digest = hashlib.new(transfer.algorithm(sha256))
    try:
        with origin.open("rb") as reading, target.open("wb") as writing:
            while block := reading.read(1 << 20):
                digest.update(block)
                writing.write(block)
    except (FileNotFoundError, NotADirectoryError):
        return "does not hold it"
    except (PermissionError, IsADirectoryError) as error:
        return f"cannot be read ({error.strerror})"
    if digest.hexdigest() == sha256:
        return ""
    target.unlink()
    return f"holds another file ({digest.name} {digest.hexdigest()[:12]}..., expected {sha256[:12]}...)"
