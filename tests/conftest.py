"""What all tests share."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import MADE, Project, copy_made, make_project

from latent_atlas import io

# A shell that runs the tests in the background has them, and all they start, ignore Ctrl-C, which some tests send.
signal.signal(signal.SIGINT, signal.default_int_handler)

_COMMANDS = {"snakemake": ("snakemake", "--cores", "2"), "dvc": ("dvc", "repro")}


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Project]:
    """Makes a small project with the named experiments."""
    return lambda *experiments: make_project(tmp_path / "project", list(experiments))


@pytest.fixture(scope="session")
def made_by(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[[str, Path], Project]:
    """Copies the project of the experiments `MADE`, run to its end by an engine, to a path.

    All workers share what is copied; the first that asks for it makes it.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent

    def copy(engine: str, path: Path) -> Project:
        folder = shared / f"made by {engine}"
        with io.lock(shared / f"{engine}.lock", lambda holder: None):
            made = Project(folder)
            if not (folder / "results/demo/report/index.html").exists():
                made = make_project(folder, MADE)
                made.run(*_COMMANDS[engine])
        return copy_made(made, path)

    return copy
