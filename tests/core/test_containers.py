"""The recipes of containers install what the lock files pin, with their hashes, as the Makefile does."""

import re

import pytest
from projects import ROOT

RECIPES = ["Dockerfile", "apptainer.def"]


def installs(text: str) -> list[str]:
    """What is installed by pip and uv, the environment's place and the folder of the lock files left out."""
    commands = re.findall(r"(?:-m|uv) pip install (.+)", text)
    return [
        re.sub(r"--(quiet|disable-pip-version-check|no-cache(-dir)?|python \S+) ?", "", c).rstrip("\\ &")
        for c in commands
    ]


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_installs_both_lock_files_with_their_hashes(recipe: str) -> None:
    found = installs((ROOT / "containers" / recipe).read_text())
    assert [command.replace("/tmp/", "") for command in found] == [
        "--require-hashes -r envs/uv.txt",
        "--compile-bytecode --require-hashes -r envs/cpu.txt",  # its user cannot write any
    ]


def test_the_makefile_compiles_bytecode_too() -> None:
    assert re.search(r'uv" pip install .*--compile-bytecode', (ROOT / "Makefile").read_text())


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_has_a_python_that_the_makefile_allows(recipe: str) -> None:
    (minor,) = re.findall(
        r"^[Ff](?:ROM|rom:) python:3\.(\d+)-slim$", (ROOT / "containers" / recipe).read_text(), re.MULTILINE
    )
    low, high = map(int, re.findall(r"\(3, (\d+)\)", (ROOT / "Makefile").read_text()))
    assert low <= int(minor) < high


def test_the_docker_container_does_not_run_as_root() -> None:
    last = re.findall(r"^USER (\S+)$", (ROOT / "containers/Dockerfile").read_text(), re.MULTILINE)[-1]
    assert last not in ("root", "0")


def test_the_snakefile_names_the_container_that_the_recipe_builds() -> None:
    (name,) = re.findall(r'^container: "(.+)"$', (ROOT / "Snakefile").read_text(), re.MULTILINE)
    assert f"apptainer build {name} containers/apptainer.def" in (ROOT / "containers/apptainer.def").read_text()
