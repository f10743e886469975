"""A small copy of the project, in which the engines can be let loose."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent
WHOLE = "LATENT_ATLAS_WHOLE" in os.environ  # what takes long and rarely finds what shorter tests do not
TINY = {
    "mlp_digits": {"steps": 30, "batch_size": 32, "frames": 3},
    "cnn_digits": {"steps": 30, "batch_size": 32, "frames": 3, "width": 4},
    "autoencoder_digits": {"steps": 12, "batch_size": 16, "frames": 3, "width": 2},
    "vae_digits": {"steps": 12, "batch_size": 16, "frames": 3, "width": 2},
    "cvae_digits": {"steps": 12, "batch_size": 16, "frames": 3, "width": 2},
    "cvae_gan_digits_z8": {"steps": 12, "batch_size": 16, "frames": 3, "width": 4},
}
MADE = ["cnn_digits", "cvae_digits", "cvae_gan_digits_z8"]  # of the project that tests share


class Project:
    """A copy of the project with its own ``params.yaml``; commands run inside it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        self.environment.pop("PYTHONPATH", None)

    def run(self, *command: str, code: int | None = 0, timeout: float = 400, **variables: str) -> str:
        """Runs a command to its end and returns all it printed; fails unless the exit status is ``code``."""
        done = subprocess.run(
            command,
            cwd=self.path,
            env={**self.environment, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )
        if code is not None:
            assert done.returncode == code, done.stdout
        elif done.returncode == 0:
            pytest.fail(f"succeeded, but should have failed:\n{done.stdout}")
        return done.stdout

    def edit(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Changes ``params.yaml``."""
        yaml = YAML()
        content = yaml.load(self.path / "params.yaml")
        change(content)
        with (self.path / "params.yaml").open("w") as file:
            yaml.dump(content, file)

    def files(self) -> dict[str, bytes]:
        """The content of every data and result file, by path; what the engines leave beside them is left out."""
        return {
            str(path.relative_to(self.path)): path.read_bytes()
            for top in ("data", "results")
            for path in sorted((self.path / top).rglob("*"))
            if path.is_file() and path.name not in (".snakemake_timestamp", ".gitignore", "cost.html")
        }


def copy_project(path: Path) -> Project:
    """Copies the code with ``params.yaml`` as it is, and starts a repository."""
    path.mkdir(parents=True, exist_ok=True)
    for name in ("Snakefile", "dvc.yaml", "params.yaml", ".dvcignore", ".gitignore"):
        shutil.copy(ROOT / name, path / name)
    for name in ("scripts", "profiles", "envs"):
        shutil.copytree(ROOT / name, path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (path / "reference").mkdir()
    (path / "reference/demo.json").write_text("{}\n")
    project = Project(path)
    project.run("git", "init", "-q", ".")
    project.run("dvc", "init", "-q")
    project.run("dvc", "config", "core.analytics", "false")
    return project


def copy_made(project: Project, path: Path) -> Project:
    """A copy of a project with all it has made. Files keep their times, so that nothing has to be done in it."""
    shutil.copytree(project.path, path, symlinks=True)
    return Project(path)


def add_model(project: Project, name: str, code: str) -> None:
    """Adds a model file to a copy of the project."""
    (project.path / f"scripts/latent_atlas/models/{name}.py").write_text(code)


def add_taught(project: Project) -> None:
    """Adds a model that learns from a trained classifier, and an experiment of it: ``taught_digits``."""
    add_model(project, "taught", (ROOT / "tests/core/tiny_models/taught.py").read_text())
    settings = {"steps": 6, "batch_size": 8, "learning_rate": 0.01, "frames": 3}
    scales = dict.fromkeys(("demo", "laptop", "full"), settings)
    entry = {"model": "taught", "dataset": "digits", "judge": "cnn_digits", "teacher": "cnn_digits", **scales}
    project.edit(lambda content: content["taught"].update(taught_digits=entry))


def make_project(path: Path, experiments: list[str]) -> Project:
    """Copies the code, shrinks ``params.yaml`` to some experiments of a few steps, and starts a repository."""
    project = copy_project(path)

    def shrink(content: dict[str, Any]) -> None:
        content["experiments"] = {key: entry for key, entry in content["experiments"].items() if key in experiments}
        for key, entry in content["experiments"].items():
            entry["demo"] = {"learning_rate": entry["demo"]["learning_rate"], **TINY[key]}
        content["taught"] = {}
        used = {entry["dataset"] for entry in content["experiments"].values()}
        content["datasets"] = {key: entry for key, entry in content["datasets"].items() if key in used}
        content["animation"]["labels_at_most"] = 2
        content["evaluation"]["demo"] = {"samples": 120, "importance_samples": 2, "likelihood_images": 20}
        content["resources"].pop("experiments", None)

    project.edit(shrink)
    return project
