"""The same bytes: by either engine, on one core or two, in another folder, as another user, elsewhere in the world.

MATRIX=demo takes the whole demo instead of a tiny pipeline.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import MADE, Project, copy_project, make_project

WHOLE = os.environ.get("MATRIX") == "demo"
TIMEOUT = 3600.0 if WHOLE else 600.0

# Another user: another number, name and home. Outside a container this needs no rights beyond those of this user.
OTHER_USER = ["unshare", "--user", "--map-user=1234", "--map-group=1234"]
ELSEWHERE = {
    "LC_ALL": "C",
    "TZ": "Asia/Kathmandu",
    "USER": "someone",
    "LOGNAME": "someone",
    "PYTHONHASHSEED": "17",
    "COLUMNS": "40",
}


def _project(path: Path) -> Project:
    return copy_project(path) if WHOLE else make_project(path, MADE)


def _hashes(project: Project) -> dict[str, str]:
    """The SHA-256 of every declared output by path."""
    return {path: hashlib.sha256(content).hexdigest() for path, content in project.files().items()}


def _elsewhere(project: Project, home: Path) -> None:
    """One core, a strict umask, other surroundings, and another user where the system can make one."""
    home.mkdir()
    prefix = OTHER_USER if shutil.which("unshare") else []
    if prefix and subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode:
        prefix = []
    print(f"another user: {'yes' if prefix else 'no, this system makes none'}")
    shell = 'umask 0077; exec "$@"'
    command = [*prefix, "sh", "-c", shell, "sh", "snakemake", "--cores", "1"]
    project.run(*command, timeout=TIMEOUT, HOME=str(home), **ELSEWHERE)


@pytest.mark.slow
def test_same_bytes_everywhere(made_by: Callable[[str, Path], Project], tmp_path: Path) -> None:
    if WHOLE:
        first, by_dvc = _project(tmp_path / "first"), _project(tmp_path / "dvc")
        first.run("snakemake", "--cores", "2", timeout=TIMEOUT)
        by_dvc.run("dvc", "repro", timeout=TIMEOUT)
    else:
        first, by_dvc = (made_by(engine, tmp_path / engine) for engine in ("snakemake", "dvc"))
    expected = _hashes(first)
    rows = {"snakemake, two cores": expected}

    elsewhere = _project(tmp_path / "a folder of another name, ä")
    _elsewhere(elsewhere, tmp_path / "home")
    rows["snakemake, one core, another folder, user, locale, zone and umask"] = _hashes(elsewhere)

    rows["dvc"] = _hashes(by_dvc)

    differing = {
        name: [path for path in expected.keys() | found if expected.get(path) != found.get(path)]
        for name, found in rows.items()
    }
    for name, paths in differing.items():
        print(f"{len(rows[name]):4d} outputs, {len(paths)} differ from the first: {name}")
    assert expected
    assert {name: paths for name, paths in differing.items() if paths} == {}
