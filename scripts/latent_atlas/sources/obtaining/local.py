"""The user's own files.

What ``path`` holds is copied to the raw folder once, so that later steps see one unchanging thing. Both engines run
``fetch`` again when its parameters change, but neither looks into ``path``: the user raises ``revision`` when the files
have changed.
"""

import os
import shutil
import stat
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from latent_atlas import sources
from latent_atlas.errors import AtlasError


class Options(sources.Options):
    """What every source of the user's own files lets ``params.yaml`` say."""

    path: str = Field(min_length=1, description="file or folder; ~ and paths relative to params.yaml are understood")
    revision: int = Field(
        default=0, ge=0, description="raise it when what `path` holds has changed: both engines then fetch it again"
    )
    name: str = Field(default="", description="the dataset's name in the report")
    licence: str = Field(default="not stated", description="for the data card")
    citation: str = Field(default="", description="for the data card")
    seed: int = Field(default=0, ge=0, description="seed of the shuffle before the split")

    @property
    def located(self) -> Path:
        """Where the user's file or folder should be."""
        return Path(self.path).expanduser()

    def advice(self, where: str) -> str:
        """What has been copied does not change with the files."""
        return f" (what is read is a copy: after a change set `revision: {self.revision + 1}` in {where})"


def about(options: Options) -> dict[str, str]:
    """The part of the data card that the user knows."""
    return {
        "name": options.name or Path(options.path).stem,
        "source": f"the user's own, {options.path}, revision {options.revision}",
        "licence": options.licence,
        "citation": options.citation,
    }


def locate(options: Options) -> Path:
    """The user's file or folder; AtlasError: there is none."""
    if not options.located.exists():
        advice = "correct `path` in params.yaml (it is relative to that file)"
        raise AtlasError(f"{options.path}: no such file or folder; {advice}")
    return options.located


def copy_file(origin: Path, target: Path) -> None:
    """Copies the content, not the permissions or times; AtlasError: it is not there, or cannot be read."""
    try:
        shutil.copyfile(origin, target)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise AtlasError(f"{origin}: no such file; correct its name or `path` in params.yaml") from None
    except PermissionError:
        raise AtlasError(f"{origin}: cannot be read; correct its permissions") from None


def pack_folder(folder: Path, target: Path, suffixes: tuple[str, ...], progress: sources.Progress) -> None:
    """Packs the files with those suffixes into one uncompressed zip, always the same for the same files.

    One file instead of a hundred thousand is quicker to copy, to hash and to track. Links to files are followed, links
    to folders and hidden files are not.
    """
    found = sorted(files(folder, suffixes), key=lambda file: file[0].encode("utf-8"))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for done, (name, path) in enumerate(found, 1):
            entry = zipfile.ZipInfo(name)  # of 1980, whatever the file's own date
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            entry.create_system = 3
            try:
                with path.open("rb") as reading, archive.open(entry, "w", force_zip64=True) as writing:
                    shutil.copyfileobj(reading, writing, 1 << 20)
            except (PermissionError, FileNotFoundError) as error:
                raise AtlasError(f"{path}: cannot be read ({error.strerror}); repair or remove it") from None
            progress.update(done, len(found), "file")


def files(folder: Path, suffixes: tuple[str, ...], one_each: bool = False) -> Iterator[tuple[str, Path]]:
    """The files with those suffixes, hidden ones left out: the path inside the folder, and the whole path.

    With ``one_each`` one of each folder in it, which is found at once.
    """
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
            if one_each:
                break
