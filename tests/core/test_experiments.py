"""DVC's experiments and its kinds of cache do what people expect of them, and Snakemake takes part."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import WHOLE, Project

NOTHING = "Nothing to be done"
CHANGED = "experiments.cvae_digits.demo.width"
METRICS = "results/demo/experiments/cvae_digits/metrics.json"
HISTORY = "results/demo/experiments/cvae_digits/history.csv"


@pytest.mark.slow
def test_an_experiment_changes_one_model_and_shows_it(made_by: Callable[[str, Path], Project], tmp_path: Path) -> None:
    here = made_by("dvc", tmp_path / "project")
    here.run("git", "config", "user.name", "t")
    here.run("git", "config", "user.email", "t@t")
    here.run("git", "add", "-A")
    here.run("git", "commit", "-qm", "made")
    printed = here.run("dvc", "exp", "run", "--name", "wider", "-S", f"{CHANGED}=8")
    assert "Running stage 'train@cvae_digits'" in printed
    assert "Running stage 'train@cnn_digits'" not in printed

    difference = json.loads(here.run("dvc", "metrics", "diff", "--json"))
    assert set(difference) == {METRICS}
    assert "reconstruction_mse" in difference[METRICS]
    assert json.loads(here.run("dvc", "params", "diff", "--json"))["params.yaml"][CHANGED]["new"] == 8

    rows = list(csv.DictReader(io.StringIO(here.run("dvc", "exp", "show", "--csv"))))
    wider = next(row for row in rows if row["Experiment"] == "wider")
    assert wider[CHANGED] == "8"
    assert float(wider["elbo"]) == pytest.approx(difference[METRICS]["elbo"]["new"], abs=0.01)

    here.run("dvc", "plots", "diff", "--out", str(tmp_path / "plots"))
    assert HISTORY.split("/")[-2] in (tmp_path / "plots/index.html").read_text()

    here.run("python", "scripts/sync.py")
    assert NOTHING in here.run("snakemake", "-n")
    here.run("git", "checkout", "-q", "--", ".")
    here.run("dvc", "checkout", "-q")
    here.run("python", "scripts/sync.py")
    assert NOTHING in here.run("snakemake", "-n")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["hardlink", *(["symlink"] if WHOLE else [])])
def test_snakemake_writes_over_protected_links(
    kind: str, made_by: Callable[[str, Path], Project], tmp_path: Path
) -> None:
    here = made_by("snakemake", tmp_path / "project")
    here.run("dvc", "config", "cache.type", kind)
    here.run("python", "scripts/sync.py", "--from", "snakemake")
    weights = here.path / "results/demo/experiments/cvae_digits/weights.npz"
    assert weights.is_symlink() if kind == "symlink" else weights.stat().st_nlink > 1
    assert weights.is_symlink() or not weights.stat().st_mode & 0o222
    assert NOTHING in here.run("snakemake", "-n")

    here.edit(lambda content: content["experiments"]["cvae_digits"]["demo"].update(learning_rate=0.003))
    here.run("snakemake", "--cores", "2")
    here.run("python", "scripts/sync.py", "--from", "snakemake")
    assert NOTHING in here.run("snakemake", "-n")
    assert "up to date" in here.run("dvc", "status")

    # Every object of the cache is still what its name says: nothing was written through a link.
    objects = [path for path in (here.path / ".dvc/cache/files/md5").rglob("*") if path.is_file()]
    assert objects
    for path in objects:
        assert hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() == path.parent.name + path.stem
