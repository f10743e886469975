"""Packs all that a machine without internet needs into one archive: this repository, wheels, and raw data.

The commit that is checked out is packed, the wheels of envs/cpu.txt for this kind of machine and this Python version,
and what the fetch steps of one scale obtain. There: unpack it, go into the folder `latent-atlas`, and run `make`.
"""

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from latent_atlas import check, io, params, sources, step
from latent_atlas.errors import AtlasError
from latent_atlas.sources import obtaining

_NAME = "latent-atlas"  # of the folder in the archive
_PIP = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--prefer-binary")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", choices=params.SCALES, help="default: the scale that params.yaml names")
    parser.add_argument("archive", type=Path, help="the file to write, such as latent-atlas.tar")
    arguments = parser.parse_args()
    progress = step.Progress(sys.stderr, "pack")
    try:
        here = check.everything(params.read(), arguments.scale)
        io.WORK.mkdir(exist_ok=True)
        with io.atomic_file(arguments.archive) as archive, tempfile.TemporaryDirectory(dir=io.WORK) as scratch:
            folder = Path(scratch) / _NAME
            _run("the repository", "git", "clone", "--quiet", "--depth", "1", f"file://{Path.cwd()}", str(folder))
            progress.say("wheels, from the package index")
            _run("the wheels", *_PIP, "--dest", str(folder / "wheels"), "--require-hashes", "-r", "envs/uv.txt",
                 "-r", "envs/cpu.txt")  # fmt: skip
            os.environ[obtaining.KEEP] = str(folder / ".atlas/downloads")
            for key in here.datasets:
                progress.say(f"raw data of {key}")
                options = sources.options(here, key)
                with tempfile.TemporaryDirectory(dir=scratch) as raw:
                    sources.find(options.source).fetch(options, Path(raw), progress)
            with tarfile.open(archive, "w") as packed:
                packed.add(folder, _NAME)
        progress.say(f"{arguments.archive}: {arguments.archive.stat().st_size / 1e6:,.0f} MB")
    except AtlasError as error:
        sys.exit(f"pack: {error}")


def _run(what: str, *command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise AtlasError(f"{what} cannot be had: {said[0][:200]} (from {command[0]})")


if __name__ == "__main__":
    main()
