"""The project is used without being copied: from another folder, and as a module of another workflow."""

import shutil
from pathlib import Path

import pytest
from projects import Project, make_project

MODULE = """
module latent_atlas:
    snakefile: "{clone}/Snakefile"

use rule * from latent_atlas as atlas_*

rule mine:
    default_target: True
    input: "results/demo/experiments/mlp_digits/metrics.json"
    output: "mine.txt"
    shell: "cp {{input}} {{output}}"
"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """In a folder whose name has a blank and a letter beyond ASCII; nothing in it can be written."""
    project = make_project(tmp_path_factory.mktemp("clone") / "Größe zwei/atlas", ["mlp_digits"])
    for path in project.path.rglob("*"):
        path.chmod(path.stat().st_mode & ~0o222)
    return project


def _elsewhere(clone: Project, folder: Path) -> Project:
    folder.mkdir()
    shutil.copyfile(clone.path / "params.yaml", folder / "params.yaml")
    return Project(folder)


def _tree(project: Project) -> set[Path]:
    return {path for path in project.path.rglob("*") if "__pycache__" not in path.parts}


@pytest.mark.slow
def test_from_another_folder(clone: Project, tmp_path: Path) -> None:
    here, before = _elsewhere(clone, tmp_path / "my work"), _tree(clone)
    snakemake = ("snakemake", "--snakefile", str(clone.path / "Snakefile"), "--cores", "2")
    here.run(*snakemake)
    assert "Reproducibility certificate" not in (here.path / "results/demo/report/index.html").read_text()
    assert "Nothing to be done" in here.run(*snakemake)
    assert _tree(clone) == before


@pytest.mark.slow
def test_as_a_module(clone: Project, tmp_path: Path) -> None:
    here, before = _elsewhere(clone, tmp_path / "workflow"), _tree(clone)
    (here.path / "Snakefile").write_text(MODULE.format(clone=clone.path))
    here.run("snakemake", "--cores", "2")
    assert "accuracy" in (here.path / "mine.txt").read_text()
    assert _tree(clone) == before


def test_a_snakefile_without_its_scripts_is_refused(clone: Project, tmp_path: Path) -> None:
    shutil.copyfile(clone.path / "Snakefile", tmp_path / "Snakefile")
    printed = Project(tmp_path).run("snakemake", "--cores", "1", code=None)
    assert "no scripts beside the Snakefile: clone the repository" in printed
    assert "Traceback" not in printed


def test_a_mistake_elsewhere_is_one_line(clone: Project, tmp_path: Path) -> None:
    here = Project(tmp_path)
    printed = here.run("snakemake", "--snakefile", str(clone.path / "Snakefile"), "--cores", "1", code=None)
    assert "params.yaml: no such file; run from the folder that holds params.yaml" in printed
    assert "Traceback" not in printed
