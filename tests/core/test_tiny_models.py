"""A system of a kind that did not exist before is one file and one entry, through both engines, to the report."""

import json
from pathlib import Path

import numpy as np
import pytest
from projects import ROOT, WHOLE, Project, add_model, add_taught, copy_project

pytestmark = pytest.mark.slow

# The model, its dataset, its judge, settings of its own, what it must have given, and its animations.
KINDS = {
    "bridge": ("scenes", {}, {"translated_ab", "translated_ba", "cycled_ab"}, {"evolution.gif", "evolution.mp4"}),
    "illustrator": (
        "captions",
        {},
        {"samples", "sample_captions", "manifold", "condition_names"},
        {"manifold.gif", "manifold.mp4", "manifold_0.mp4", "manifold_1.gif"},
    ),
    "scribe": ("text", {"window": 16}, {"written_text", "text_nats"}, {"evolution.gif", "evolution.mp4"}),
    "painter": ("photos", {}, {"pictures"}, {"evolution.gif", "evolution.mp4"}),
}


def _make(path: Path) -> Project:
    """A project of the four, each judging itself, and of one that learns from a trained classifier."""
    here = copy_project(path)

    def change(content: dict) -> None:
        content["experiments"], content["taught"] = {}, {}
        for name, (dataset, own, *_) in KINDS.items():
            add_model(here, name, (ROOT / f"tests/core/tiny_models/{name}.py").read_text())
            settings = {"steps": 8, "batch_size": 4, "learning_rate": 0.05, "frames": 3, **own}
            scales = dict.fromkeys(("demo", "laptop", "full"), settings)
            content["experiments"][name] = {"model": name, "dataset": dataset, "judge": name, **scales}
        judge = {"steps": 12, "batch_size": 16, "learning_rate": 0.001, "frames": 3, "width": 2}
        scales = dict.fromkeys(("demo", "laptop", "full"), judge)
        content["experiments"]["cnn_digits"] = {"model": "cnn", "dataset": "digits", "judge": "cnn_digits", **scales}
        used = ["digits", *(dataset for dataset, *_ in KINDS.values())]
        content["datasets"] = {dataset: content["datasets"][dataset] for dataset in used}
        content["datasets"]["scenes"]["demo"] = {"source": "scenes", "images": 120, "size": 32}
        content["datasets"]["captions"]["demo"].update(images=800, held_out_images=12)
        content["datasets"]["photos"]["demo"] = {"source": "sample_photos", "longest_side": 64}
        content["animation"]["labels_at_most"] = 2
        content["evaluation"]["demo"] = {"samples": 100, "importance_samples": 2, "likelihood_images": 20}
        content["resources"].pop("experiments", None)

    here.edit(change)
    add_taught(here)
    return here


ENGINES = {"snakemake": ("snakemake", "--cores", "2"), **({"dvc": ("dvc", "repro")} if WHOLE else {})}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Project]:
    """By each engine."""
    projects = {engine: _make(tmp_path_factory.mktemp(engine) / "project") for engine in ENGINES}
    for engine, project in projects.items():
        project.run(*ENGINES[engine])
    return projects


@pytest.mark.parametrize("name", KINDS)
def test_from_data_to_report(name: str, made: dict[str, Project]) -> None:
    _, _, gives, animations = KINDS[name]
    for here in made.values():
        folder = here.path / "results/demo/experiments" / name
        with np.load(folder / "samples.npz") as arrays:
            assert gives <= set(arrays.files)
            assert arrays["left_out"].tolist() == []
        assert animations <= {path.name for path in (folder / "animations").iterdir()}
        assert list((folder / "figures").glob("*.png"))
        assert json.loads((folder / "left_out.json").read_text()) == []
        assert f'id="{name}"' in (here.path / "results/demo/report/index.html").read_text()


@pytest.mark.skipif(not WHOLE, reason="takes ten minutes: set LATENT_ATLAS_WHOLE")
def test_both_engines_write_the_same_bytes(made: dict[str, Project]) -> None:
    one, other = (here.files() for here in made.values())
    assert one.keys() == other.keys()
    assert [path for path in one if one[path] != other[path]] == []


def test_what_is_saved_is_what_the_model_says_is_its_result(made: dict[str, Project]) -> None:
    folder = made["snakemake"].path / "results/demo/experiments/painter"
    with np.load(folder / "weights.npz") as arrays, np.load(folder / "samples.npz") as samples:
        assert set(arrays.files) == {"card", "picture"}
        np.testing.assert_array_equal(np.round(arrays["picture"] * 255), samples["pictures"])
    with np.load(folder / "snapshots.npz") as arrays:
        photograph = np.load(made["snakemake"].path / "data/demo/photos/processed/cat.npy")
        np.testing.assert_array_equal(arrays["picture_frames"][0, 0], photograph)  # where the optimisation began
        assert arrays["picture_frames"][-1].std() < arrays["picture_frames"][0].std()


def test_metrics_follow_from_what_it_can_do(made: dict[str, Project]) -> None:
    folder = made["snakemake"].path / "results/demo/experiments"
    assert "bits_per_char" in json.loads((folder / "scribe/metrics.json").read_text())
    assert "cycle_l1" in json.loads((folder / "bridge/metrics.json").read_text())


def test_a_teacher_is_trained_first_and_its_student_learns_from_it(made: dict[str, Project]) -> None:
    for here in made.values():
        folder = here.path / "results/demo/experiments/taught_digits"
        assert "perceptual_loss" in (folder / "history.csv").read_text().splitlines()[0]
        assert "frechet" in json.loads((folder / "metrics.json").read_text())
