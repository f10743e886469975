"""What a step is declared to depend on is what it really imports: no module more, and none less."""

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from projects import ROOT, Project

from latent_atlas import models, sources, steps

PACKAGE = steps.PACKAGE
# Modules that are loaded by name; an experiment loads its own model, a dataset its own source.
REGISTRIES = {"models": models.names, "sources": sources.names}
MODELS = models.names()


def _imports(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """All imports but those for type checkers alone, also inside functions."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for other in node.orelse:
                yield from _imports(other)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        else:
            yield from _imports(node)


def _file(parts: list[str]) -> Path | None:
    path = PACKAGE.joinpath(*parts)
    for candidate in (path.with_suffix(".py") if parts else None, path / "__init__.py"):
        if candidate is not None and candidate.is_file():
            return candidate
    return None


@cache
def _direct(file: Path) -> frozenset[Path]:
    """The modules of the package that a file imports, with the packages they are in."""
    found: set[Path] = set()
    here = list(file.relative_to(PACKAGE).parent.parts) if file.is_relative_to(PACKAGE) else []
    for node in _imports(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named = [alias.name.split(".") for alias in node.names]
        elif node.level:
            base = here[: len(here) - node.level + 1] + (node.module.split(".") if node.module else [])
            named = [["latent_atlas", *base, alias.name] for alias in node.names]
        else:
            named = [[*(node.module or "").split("."), alias.name] for alias in node.names]
        for name in named:
            if name[0] != "latent_atlas":
                continue
            parts = name[1:] if _file(name[1:]) else name[1:-1]
            found |= {init for end in range(len(parts) + 1) if (init := _file(parts[:end]))}
    return frozenset(found)


def _closure(start: list[Path]) -> set[Path]:
    found: set[Path] = set()
    waiting = list(start)
    while waiting:
        file = waiting.pop()
        new = _direct(file) - found
        found |= new
        waiting += new
    return found


def _imported(step: str, model: str) -> set[Path]:
    """What a step imports for an experiment with that model."""
    start = [ROOT / f"scripts/{step}.py"]
    if step in ("train", "sample"):
        start.append(PACKAGE / f"models/{model}.py")
    if step == "report":
        start += [PACKAGE / f"models/{name}.py" for name in MODELS]
    if step in ("fetch", "prepare", "report"):
        start += [PACKAGE / f"sources/{name}.py" for name in sources.names()]
    return _closure(start) | set(start[1:])


def _short(files: set[Path]) -> set[str]:
    return {file.relative_to(PACKAGE).as_posix() for file in files}


@pytest.mark.parametrize("step", steps.STEPS)
def test_declared_code_is_imported_code(step: str) -> None:
    declared = _short({file for model in MODELS for file in steps.files(step, model) if file.suffix == ".py"})
    imported = _short({file for model in MODELS for file in _imported(step, model)})
    assert imported - declared == set()
    assert declared - imported == set()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("step", ["train", "sample"])
def test_a_model_declares_all_that_it_imports(step: str, model: str) -> None:
    assert _short(_imported(step, model)) <= _short(set(steps.files(step, model)))


def test_every_module_belongs_to_a_step_or_to_the_engines() -> None:
    everything = _short({file for file in PACKAGE.rglob("*.py") if "__pycache__" not in file.parts})
    of_steps = _short({file for step in steps.STEPS for model in MODELS for file in steps.files(step, model)})
    assert everything - of_steps == {"check.py", "engine.py", "schema.py"}


@pytest.fixture(scope="module")
def made(made_by: Callable[[str, Path], Project], tmp_path_factory: pytest.TempPathFactory) -> Project:
    return made_by("snakemake", tmp_path_factory.mktemp("made") / "project")


RUN = """
import os, runpy, sys
sys.argv = [sys.argv[1], *sys.argv[2:]]
sys.path.insert(0, "scripts")
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
finally:
    names = [m.__file__ for n, m in sys.modules.items() if n.startswith("latent_atlas") and m.__file__]
    with open("imported.txt", "w") as file:
        file.write("\\n".join(names))
"""


@pytest.mark.slow
@pytest.mark.parametrize("step", steps.STEPS)
def test_a_running_step_imports_nothing_undeclared(step: str, made: Project) -> None:
    target = {"fetch": ["digits"], "prepare": ["digits"], "report": []}.get(step, ["cvae_gan_digits_z8"])
    made.run("python", "-c", RUN, f"scripts/{step}.py", "--scale", "demo", *target)
    package = made.path / "scripts/latent_atlas"
    imported = {Path(line).relative_to(package).as_posix() for line in (made.path / "imported.txt").read_text().split()}
    if step == "sample":
        imported -= {"models/cnn.py"}  # of the judge, whose model.json, an input, has the hash of this file
    assert imported <= _short(set(steps.files(step, "cvae_gan")))


@pytest.mark.slow
@pytest.mark.parametrize("step", steps.STEPS)
def test_linear_algebra_uses_one_thread(step: str, made: Project) -> None:
    """Sums would be split by the number of cores otherwise; the variables must be set before NumPy is loaded."""
    code = (
        f"import sys; sys.argv[0] = 'x'; sys.path.insert(0, 'scripts'); import {step}, numpy, scipy.linalg\n"
        "from threadpoolctl import threadpool_info\n"
        "print([info['num_threads'] for info in threadpool_info() if info['user_api'] == 'blas'])"
    )
    threads = made.run("python", "-c", code).strip().splitlines()[-1]
    assert threads != "[]"
    assert set(threads) <= set("[1, ]")
