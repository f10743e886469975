"""The user's own files.

What ``path`` holds is copied to the raw folder once, so that later steps see one unchanging thing. Both
engines run ``fetch`` again when its parameters change, but neither looks into ``path``: ``revision`` is there
to be raised when the files have changed.
"""

import os
import shutil
import stat
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from latent_atlas import datasets
from latent_atlas.errors import AtlasError


class Options(datasets.Options):
    """What every source of the user's own files lets ``params.yaml`` say."""

    path: str = Field(min_length=1, description="file or folder; ~ and paths relative to params.yaml are understood")
    revision: int = Field(
        default=0,
        ge=0,
        description="raise it when what `path` holds has changed: both engines then fetch it again",
    )
    name: str = Field(default="", description="the dataset's name in the report")
    licence: str = Field(default="not stated", description="for the data card")
    citation: str = Field(default="", description="for the data card")
    seed: int = Field(default=0, ge=0, description="seed of the shuffle before the split")


def card(options: Options) -> dict[str, str]:
    """The part of the data card that the user knows."""
    return {
        "name": options.name or Path(options.path).stem,
        "source": f"the user's own, {options.path}, revision {options.revision}",
        "licence": options.licence,
        "citation": options.citation,
    }


def locate(path: str) -> Path:
    """The user's file or folder.

    Raises:
        AtlasError: there is none.
    """
    located = Path(path).expanduser()
    if not located.exists():
        raise AtlasError(f"{path}: no such file or folder; mend `path` in params.yaml (it is relative to that file)")
    return located


def inside(folder: str, name: str) -> Path:
    """A file in the user's folder.

    Raises:
        AtlasError: there is none.
    """
    path = locate(folder) / name
    if not path.is_file():
        raise AtlasError(f"{path}: no such file; mend `path` or the file's name in params.yaml")
    return path


def copy_file(origin: Path, target: Path) -> None:
    """Copies the content, not the permissions or times.

    Raises:
        AtlasError: it cannot be read.
    """
    try:
        shutil.copyfile(origin, target)
    except PermissionError:
        raise AtlasError(f"{origin}: cannot be read; mend its permissions") from None


def pack_folder(folder: Path, target: Path, suffixes: tuple[str, ...], progress: datasets.Progress) -> None:
    """Packs the files with those suffixes into one uncompressed zip, always the same for the same files.

    One file instead of a hundred thousand is quicker to copy, to hash and to track. Links to files are
    followed, links to folders and hidden files are not.
    """
    files = sorted(_files(folder, suffixes), key=lambda file: file[0].encode("utf-8"))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for done, (name, path) in enumerate(files, 1):
            entry = zipfile.ZipInfo(name)  # of 1980, whatever the file's own date
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            entry.create_system = 3
            try:
                with path.open("rb") as reading, archive.open(entry, "w", force_zip64=True) as writing:
                    shutil.copyfileobj(reading, writing, 1 << 20)
            except (PermissionError, FileNotFoundError) as error:
                raise AtlasError(f"{path}: cannot be read ({error.strerror}); mend or remove it") from None
            progress.update(done, len(files), "file")


def _files(folder: Path, suffixes: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "__MACOSX"))]
        for name in names:
            path = Path(place) / name
            if name.startswith(".") or not name.lower().endswith(suffixes) or not path.is_file():
                continue
            relative = path.relative_to(folder).as_posix()
            try:
                relative.encode("utf-8")
            except UnicodeEncodeError:
                raise AtlasError(f"{folder}: the file name {relative!r} is not UTF-8; rename it") from None
            yield unicodedata.normalize("NFC", relative), path
