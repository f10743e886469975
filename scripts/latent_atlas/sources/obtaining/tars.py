"""Tar archives, which can be read only from the first file to the last."""

import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from latent_atlas.errors import AtlasError
from latent_atlas.sources import Progress
from latent_atlas.sources.obtaining.zips import LARGEST


def files(
    archive: Path, wanted: Callable[[str], bool], largest: int, count: int, progress: Progress
) -> Iterator[tuple[str, bytes]]:
    """Name and content of the regular files of a tar archive, compressed or not, whose names are ``wanted``.

    Nothing is unpacked. ``count`` is how many are expected, for the progress.

    Raises:
        AtlasError: the archive is damaged, or a wanted file is larger than ``largest`` bytes.
    """
    done = 0
    try:
        with tarfile.open(archive, "r|*") as tar:
            for member in tar:
                if not member.isfile() or not wanted(member.name):
                    continue
                file = tar.extractfile(member)
                if file is None or member.size > largest:
                    raise AtlasError(f"{archive}: {member.name!r} has more than {largest:,} bytes; obtain it again")
                yield member.name, file.read()
                done += 1
                progress.update(done, max(count, done), "file")
    except (tarfile.TarError, EOFError, zlib.error, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise AtlasError(f"{archive}: is damaged or cut off ({error}); fetch it again") from None


def repack(archive: Path, target: Path, suffix: str, count: int, progress: Progress) -> None:
    """Writes the `files` whose names end with ``suffix`` to a zip archive, which can be read in any order.

    Names are copied as they are: `ZipIndex` refuses those that climb out. Raises as `files` does.
    """
    with zipfile.ZipFile(target, "w") as packed:
        for name, content in files(archive, lambda name: name.lower().endswith(suffix), LARGEST, count, progress):
            packed.writestr(zipfile.ZipInfo(name), content)
