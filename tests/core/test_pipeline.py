"""One tiny pipeline, from data to report, through both engines."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from projects import MADE, Project, copy_made

NOTHING = "Nothing to be done"


@pytest.fixture(scope="module")
def by_snakemake(made_by: Callable[[str, Path], Project], tmp_path_factory: pytest.TempPathFactory) -> Project:
    return made_by("snakemake", tmp_path_factory.mktemp("snakemake") / "project")


@pytest.fixture(scope="module")
def by_dvc(made_by: Callable[[str, Path], Project], tmp_path_factory: pytest.TempPathFactory) -> Project:
    return made_by("dvc", tmp_path_factory.mktemp("dvc") / "project")


def _jobs(printed: str) -> set[str]:
    """The jobs that a dry run of Snakemake would run."""
    lines = [line.strip() for line in printed.splitlines()]
    start = lines.index("Job stats:") + 3
    return {line.split()[0] for line in lines[start:] if line} & {
        "fetch",
        "prepare",
        "train",
        "sample",
        "render",
        "evaluate",
        "report",
    }


def test_everything_promised_is_there(by_snakemake: Project) -> None:
    results = by_snakemake.path / "results/demo"
    for key in MADE:
        folder = results / "experiments" / key
        for name in ("weights.npz", "history.csv", "metrics.json"):
            assert (folder / name).stat().st_size > 0, (key, name)
        assert list((folder / "figures").glob("*.png")), key
    videos = {key: {path.name for path in (results / "experiments" / key / "animations").iterdir()} for key in MADE}
    assert {"evolution.gif", "evolution.mp4"} <= videos["cnn_digits"]
    stems = ("manifold", "manifold_0", "manifold_1")
    assert {f"{stem}.{suffix}" for stem in stems for suffix in ("gif", "mp4")} <= videos["cvae_digits"]
    for name in ("index.html", "report.md", "metrics.csv"):
        assert (results / "report" / name).stat().st_size > 0


def test_each_step_notes_what_it_took(by_snakemake: Project) -> None:
    page = (by_snakemake.path / "results/demo/report/cost.html").read_text()
    for key in MADE:
        for step in ("train", "sample", "render", "evaluate"):
            noted = json.loads((by_snakemake.path / f"logs/demo/{step}/{key}.cost.json").read_text())
            assert 0 < noted["seconds"] < 400 and noted["cpu_seconds"] > 0 and 50 < noted["memory_mb"] < 20_000
            assert f"<td>{key}</td><td>{step}</td>" in page


def test_metrics_are_long_and_agree(by_snakemake: Project) -> None:
    results = by_snakemake.path / "results/demo"
    table = pd.read_csv(results / "report/metrics.csv")
    assert list(table.columns) == ["experiment", "model", "dataset", "metric", "value"]
    for key in MADE:
        metrics = json.loads((results / "experiments" / key / "metrics.json").read_text())
        rows = table[table.experiment == key].set_index("metric").value
        assert rows.to_dict() == pytest.approx(metrics)
    cvae = set(table[table.experiment == "cvae_digits"].metric)
    assert {
        "elbo",
        "iwae_bound",
        "label_accuracy",
        "transfer_accuracy",
        "frechet",
        "frechet_real",
        "frechet_noise",
        "frechet_untrained",
        "coverage",
    } <= cvae


def test_second_run_does_nothing(by_snakemake: Project) -> None:
    before = by_snakemake.files()
    assert NOTHING in by_snakemake.run("snakemake", "--cores", "2")
    assert by_snakemake.files() == before


@pytest.mark.slow
def test_snakemake_accepts_what_dvc_made(by_dvc: Project) -> None:
    assert NOTHING in by_dvc.run("snakemake", "-n")
    assert "results/demo/report/index.html" in by_dvc.run("python", "scripts/sync.py")
    assert NOTHING in by_dvc.run("snakemake", "-n")
    assert "up to date" in by_dvc.run("dvc", "status")


def test_dvc_accepts_what_snakemake_made(by_snakemake: Project) -> None:
    by_snakemake.run("python", "scripts/sync.py", "--from", "snakemake")
    assert "up to date" in by_snakemake.run("dvc", "status")
    assert NOTHING in by_snakemake.run("snakemake", "-n")


def test_sync_refuses_stale_results(project: Callable[..., Project]) -> None:
    here = project("cnn_digits")
    assert "not up to date in either engine" in here.run("python", "scripts/sync.py", code=None)
    assert not (here.path / "dvc.lock").exists()


@pytest.mark.slow
def test_one_setting_trains_one_experiment(by_snakemake: Project, by_dvc: Project, tmp_path: Path) -> None:
    by_snakemake, by_dvc = copy_made(by_snakemake, tmp_path / "one"), copy_made(by_dvc, tmp_path / "other")
    for here in (by_snakemake, by_dvc):
        here.run("python", "scripts/sync.py")
        here.edit(lambda content: content["experiments"]["cvae_digits"]["demo"].update(learning_rate=0.003))
    plan = by_snakemake.run("snakemake", "-n", "--quiet", "host", "reason")
    touched = {line.split("experiment=")[1].split(",")[0] for line in plan.splitlines() if "wildcards: exp" in line}
    assert touched == {"cvae_digits"}
    assert _jobs(plan) == {"train", "sample", "render", "evaluate", "report"}
    status = json.loads(by_dvc.run("dvc", "status", "--json"))
    assert {name for name in status if name.startswith("train")} == {"train@cvae_digits"}
    printed = by_dvc.run("dvc", "repro")
    ran = {line.split("'")[1] for line in printed.splitlines() if line.startswith("Running stage")}
    steps = ("train", "sample", "render", "evaluate")
    assert ran == {f"{step}@cvae_digits" for step in steps} | {"check", "report"}


def test_failure_shows_the_end_of_the_log(project: Callable[..., Project]) -> None:
    here = project("cnn_digits")
    figures = here.path / "scripts/latent_atlas/sources/mnist_5k.py"
    figures.write_text(figures.read_text().replace("def fetch(", "def fetch(*_):\n    1 / 0\n\n\ndef _unused("))
    printed = here.run("snakemake", "--cores", "1", code=1)
    assert "ZeroDivisionError" in printed
    assert "the whole log: logs/demo/fetch/digits.log" in printed
    assert "Traceback" in (here.path / "logs/demo/fetch/digits.log").read_text()
    assert not list(Path(here.path / "data").rglob("*.npy"))
