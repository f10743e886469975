"""What the Makefile does around the engines, with programs that only pretend to be them."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from projects import ROOT

# As if no other make ran these tests, of which this one would be a part.
ALONE = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with a blank in its name and programs that do nothing in its environment."""
    here = tmp_path / "a clone"
    (here / ".venv/bin").mkdir(parents=True)
    (here / "envs").mkdir()
    shutil.copy(ROOT / "Makefile", here)
    for name in ("cpu", "dev", "uv"):
        (here / f"envs/{name}.txt").touch()
    for name in ("python", "uv", "snakemake"):
        pretend(here, name, "exit 0")
    return here


def pretend(clone: Path, name: str, script: str) -> None:
    program = clone / ".venv/bin" / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_the_environment_is_made_in_a_folder_with_a_blank(clone: Path) -> None:
    subprocess.run(["make", "env", "PYTHON=true"], cwd=clone, env=ALONE, check=True)
    assert (clone / ".venv/env").exists()


def test_a_folder_of_wheels_takes_the_place_of_the_package_index(clone: Path) -> None:
    pretend(clone, "uv", 'echo "$@" >> uv.log')
    subprocess.run(["make", "env", "PYTHON=true"], cwd=clone, env=ALONE, check=True)
    (clone / "wheels").mkdir()
    (clone / ".venv/env").unlink()
    subprocess.run(["make", "env", "PYTHON=true"], cwd=clone, env=ALONE, check=True)
    first, second = (clone / "uv.log").read_text().splitlines()
    assert "--no-index" not in first and "--no-index --find-links wheels" in second


def test_what_steps_say_after_control_c_is_shown(clone: Path) -> None:
    (clone / ".venv/env").touch()
    pretend(clone, "python", 'case "$*" in *--idle*) exit 1;; esac')
    said = "train x: interrupted; the same command resumes it"
    pretend(
        clone, "snakemake", f"trap 'sleep 0.3; echo \"{said}\"; exit 1' INT; echo begun; while :; do sleep 0.05; done"
    )
    make = subprocess.Popen(["make"], cwd=clone, env=ALONE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert make.stdout and make.stdout.readline() == "begun\n"
        os.killpg(make.pid, signal.SIGINT)
        rest, _ = make.communicate(timeout=20)
    finally:
        if make.poll() is None:
            os.killpg(make.pid, signal.SIGKILL)
    assert said in rest and make.returncode
