"""Two runs at once in one folder: the second is refused with a clear line, and nothing is spoilt."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from projects import Project, make_project

COMMANDS = {"snakemake": ["snakemake", "--cores", "2"], "dvc": ["dvc", "repro"]}
REFUSALS = {
    ("snakemake", "snakemake"): "another run is at work in this folder (process ",
    ("dvc", "snakemake"): "another run is at work in this folder (process ",
    ("snakemake", "dvc"): "Unable to acquire lock",
    ("dvc", "dvc"): "is busy, it is being blocked by",
}


@contextmanager
def _running(project: Project, engine: str) -> Iterator[subprocess.Popen[str]]:
    """A run of an engine that has come as far as training."""
    process = subprocess.Popen(
        COMMANDS[engine],
        cwd=project.path,
        env=project.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    log, deadline = project.path / "logs/demo/train/cnn_digits.log", time.monotonic() + 120
    while not log.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    try:
        yield process
    finally:
        process.wait(timeout=400)


@pytest.mark.slow
def test_the_second_is_refused(tmp_path: Path) -> None:
    projects = {engine: make_project(tmp_path / engine, ["cnn_digits"]) for engine in COMMANDS}
    for first, project in projects.items():
        with _running(project, first) as process:
            for second, command in COMMANDS.items():
                printed = project.run(*command, code=None)
                assert REFUSALS[first, second] in printed, printed
                assert "Traceback" not in printed
            assert process.poll() is None, "the first run ended too soon to show anything"
        assert process.returncode == 0
        assert "Nothing to be done" in project.run("snakemake", "--cores", "2")
    assert projects["snakemake"].files() == projects["dvc"].files()
