"""Lets each engine know what the other has done, so that neither repeats it.

Snakemake and DVC keep separate records of the same files. Each move is safe only if the engine it starts from finds
everything in order: `dvc commit` believes whatever lies on disk, and so does `snakemake --touch`. As long as no file
has changed since both agreed, neither is asked again.
"""

import argparse
import hashlib
import subprocess
import sys
from pathlib import Path

from latent_atlas import io, params
from latent_atlas.errors import AtlasError

_NOTHING = "Nothing to be done"
_SYNCED = io.WORK / "synced"  # the state in which both engines last agreed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="source", choices=("snakemake", "dvc"), help="who has just finished everything")
    parser.add_argument("--scale", choices=params.SCALES, help="default: the scale that params.yaml names")
    parser.add_argument("--idle", action="store_true", help="only ask if nothing has changed since both agreed")
    arguments = parser.parse_args()
    try:
        here = params.load()
        scale = arguments.scale or here.scale
        agreed = _SYNCED.is_file() and _SYNCED.read_text(encoding="utf-8") == _state(here)
        if arguments.idle:
            if scale != here.scale or not agreed:
                sys.exit(1)
            print("no file has changed since the last run")
        elif scale == here.scale:
            if not agreed:
                before = _inputs()
                _sync(arguments.source)
                if _inputs() != before:
                    raise AtlasError("files were edited meanwhile, and may have been taken for done; edit them again")
                io.save_text(_SYNCED, _state(here))
        else:
            print(
                f"DVC records the scale that params.yaml names, {here.scale}; {scale} is Snakemake's alone until then"
            )
    except AtlasError as error:
        sys.exit(f"sync: {error}")
    print(f"the atlas is drawn: results/{scale}/report/index.html")


def _sync(source: str | None) -> None:
    if source != "snakemake" and _dvc_is_clean():
        if not _snakemake_is_clean():
            _touch()
            print("Snakemake has taken over what DVC made")
        return
    if not _snakemake_is_clean():
        raise AtlasError("results are not up to date in either engine; run `make` or `dvc repro` first")
    # By default the cache holds copies: files may stay where they are, and keep the times that Snakemake looks at.
    links = _run("dvc", "config", "cache.type").strip()
    _run("dvc", "commit", "--force", *([] if links else ["--no-relink"]))
    if links:
        _touch()
    print("DVC has recorded what Snakemake made")


def _state(here: params.Params) -> str:
    """A digest of which files there are, how large, and when they were changed: all that both engines look at."""
    made = [here.data, here.results, *map(Path, ("dvc.lock", ".dvc/config", ".dvc/config.local"))]
    records = [Path(".snakemake").is_dir(), Path(".dvc/cache").is_dir()]
    return hashlib.sha256(repr((records, _inputs(), _stats(made))).encode()).hexdigest()


def _inputs() -> list[tuple[str, int, int]]:
    """What people edit."""
    return _stats([Path(name) for name in ("Snakefile", "dvc.yaml", "params.yaml", "reference", "scripts")])


def _stats(tops: list[Path]) -> list[tuple[str, int, int]]:
    """Name, time and size of each file that is there."""
    files = [path for top in tops for path in (sorted(top.rglob("*")) if top.is_dir() else [top])]
    kept = [path for path in files if path.is_file() and "__pycache__" not in path.parts]
    return [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in kept]


def _dvc_is_clean() -> bool:
    return subprocess.run(["dvc", "status", "--quiet"], capture_output=True, check=False).returncode == 0


def _snakemake_is_clean() -> bool:
    plan = subprocess.run(["snakemake", "--dry-run"], capture_output=True, text=True, check=False)
    return plan.returncode == 0 and _NOTHING in plan.stdout + plan.stderr


def _touch() -> None:
    if not _dvc_is_clean():
        raise AtlasError("DVC's record does not match the files; run `dvc status` to see which")
    _run("snakemake", "--touch", "--forceall", "--cores", "1", "--quiet", "all")


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no message"]
        raise AtlasError(f"`{' '.join(command)}` failed: {last[0]}")
    return done.stdout


if __name__ == "__main__":
    main()
