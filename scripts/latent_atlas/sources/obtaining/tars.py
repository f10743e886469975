"""Tar archives, which can be read only from the first file to the last, made into zip archives."""

import tarfile
import zipfile
import zlib
from pathlib import Path

from latent_atlas.errors import AtlasError
from latent_atlas.sources import Progress
from latent_atlas.sources.obtaining.zips import LARGEST


def repack(archive: Path, target: Path, suffix: str, count: int, progress: Progress) -> None:
    """Writes the regular files of a tar archive, compressed or not, whose names end with ``suffix`` to a zip archive.

    ``count`` is how many are expected, for the progress. Nothing else is unpacked, and names are copied as they are:
    `ZipIndex` refuses those that climb out. AtlasError: the archive is damaged, or a file in it is larger than
    `LARGEST`.
    """
    done = 0
    try:
        with tarfile.open(archive, "r|*") as tar, zipfile.ZipFile(target, "w") as packed:
            for member in tar:
                if not member.isfile() or not member.name.lower().endswith(suffix):
                    continue
                file = tar.extractfile(member)
                if file is None or member.size > LARGEST:
                    raise AtlasError(f"{archive}: {member.name!r} has more than {LARGEST:,} bytes; obtain it again")
                packed.writestr(zipfile.ZipInfo(member.name), file.read())
                done += 1
                progress.update(done, max(count, done), "file")
    except (tarfile.TarError, EOFError, zlib.error, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise AtlasError(f"{archive}: is damaged or cut off ({error}); fetch it again") from None
