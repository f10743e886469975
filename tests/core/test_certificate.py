"""The certificate tells identical, close and different outputs apart."""

import copy
import sys
from pathlib import Path
from typing import Any

import pytest

import verify
from latent_atlas import certificate, io

REFERENCE: dict[str, Any] = {
    "machine": {"processor": "A"},
    "outputs": {
        "data/demo/digits/processed/card.json": "1",
        "results/demo/experiments/vae/weights.npz": "2",
        "results/demo/experiments/gan/weights.npz": "3",
    },
    "metrics": {"vae": {"elbo": -100.0}, "gan": {"label_accuracy": 0.9}},
}


def _found(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(REFERENCE) | changes


def test_same_is_identical() -> None:
    result = certificate.compare(_found(), REFERENCE)
    assert len(result["identical"]) == 3
    assert certificate.holds(result)
    assert certificate.summary(result).startswith("outputs: 3 identical, 0 within tolerance, 0 different")


def test_other_bytes_with_close_metrics_are_within_tolerance_elsewhere_only() -> None:
    outputs = {**REFERENCE["outputs"], "results/demo/experiments/vae/weights.npz": "x"}
    metrics = {**REFERENCE["metrics"], "vae": {"elbo": -101.0}}
    elsewhere = certificate.compare(_found(outputs=outputs, metrics=metrics, machine={"processor": "B"}), REFERENCE)
    assert elsewhere["within_tolerance"] == ["results/demo/experiments/vae/weights.npz"]
    assert certificate.holds(elsewhere)
    here = certificate.compare(_found(outputs=outputs, metrics=metrics), REFERENCE)
    assert not certificate.holds(here)


def test_other_metrics_make_their_experiment_different() -> None:
    outputs = dict.fromkeys(REFERENCE["outputs"], "x")
    metrics = {"vae": {"elbo": -100.5}, "gan": {"label_accuracy": 0.6}}
    result = certificate.compare(_found(outputs=outputs, metrics=metrics, machine={"processor": "B"}), REFERENCE)
    assert result["different"] == ["data/demo/digits/processed/card.json", "results/demo/experiments/gan/weights.npz"]
    assert [entry["metric"] for entry in result["metrics"]] == ["label_accuracy"]
    assert not certificate.holds(result)


def test_whole_experiments_get_a_verdict() -> None:
    outputs = {name: "x" for name in REFERENCE["outputs"] if "/gan/" in name} | {
        "results/demo/experiments/vae/weights.npz": "2"
    }
    metrics = {"vae": {"elbo": -100.0}, "gan": {"label_accuracy": 0.6}}
    result = certificate.compare(_found(outputs=outputs, metrics=metrics), REFERENCE)
    assert result["experiments"] == {"vae": "identical", "gan": "different"}
    assert certificate.verdicts(result) == [
        "1 of 2 experiments: the same bytes",
        "1 of 2 experiments: not the same result: a metric is out of tolerance (gan)",
    ]
    near = certificate.compare(_found(outputs=outputs, machine={"processor": "B"}), REFERENCE)
    assert near["experiments"]["gan"] == "within_tolerance"
    gone = certificate.compare(_found(outputs={}, metrics={}), REFERENCE)
    assert set(gone["experiments"].values()) == {"missing"}


@pytest.mark.parametrize("change", ["missing", "unexpected"])
def test_files_too_few_or_too_many(change: str) -> None:
    outputs = dict(REFERENCE["outputs"])
    if change == "missing":
        del outputs["results/demo/experiments/vae/weights.npz"]
    else:
        outputs["results/demo/experiments/vae/more"] = "4"
    result = certificate.compare(_found(outputs=outputs), REFERENCE)
    assert len(result[change]) == 1
    assert not certificate.holds(result)


def test_a_vanished_metric_is_astray() -> None:
    result = certificate.compare(_found(metrics={"vae": {}, "gan": {"label_accuracy": 0.9}}), REFERENCE)
    assert [entry["metric"] for entry in result["metrics"]] == ["elbo"]


@pytest.mark.parametrize(
    ("metric", "value", "near", "far"),
    [("elbo", -100.0, -102.9, -103.1), ("frechet", 50.0, 89.0, 91.0), ("ones_own", 10.0, 11.4, 11.6)],
)
def test_each_metric_has_its_own_tolerance(metric: str, value: float, near: float, far: float) -> None:
    reference = {**REFERENCE, "metrics": {"vae": {metric: value}}}
    astray = [certificate.compare(_found(metrics={"vae": {metric: at}}), reference)["metrics"] for at in (near, far)]
    assert [[entry["metric"] for entry in entries] for entries in astray] == [[], [metric]]


def test_what_other_seeds_change_is_no_difference() -> None:
    runs = [{"gan": {"label_accuracy": 0.75}}, {"gan": {"label_accuracy": 0.98}, "cvae": {"elbo": 1.0}}]
    spread = certificate.spread(REFERENCE["metrics"], runs)
    assert spread == {"gan": {"label_accuracy": 0.15}}
    reference = {**REFERENCE, "spread": spread}
    for value, count in ((0.61, 0), (0.59, 1)):  # twice 0.15 from 0.9, where the tolerance is 0.1
        metrics = {**REFERENCE["metrics"], "gan": {"label_accuracy": value}}
        assert len(certificate.compare(_found(metrics=metrics), reference)["metrics"]) == count


def test_an_update_keeps_what_seeds_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*arguments: str) -> dict[str, Any]:
        monkeypatch.setattr(sys, "argv", ["verify.py", "--scale", "demo", "--update", *arguments])
        verify.main()
        return io.load_json(Path("reference/demo.json"))["spread"]

    monkeypatch.chdir(tmp_path)
    for folder, value in (("here", 0.9), ("seed1", 0.7), ("seed2", 0.95)):
        path = tmp_path / folder / "results/demo/experiments/gan/metrics.json"
        path.parent.mkdir(parents=True)
        io.save_json(path, {"label_accuracy": value})
    (tmp_path / "here/reference").mkdir()
    io.save_json(tmp_path / "here/reference/demo.json", {})
    monkeypatch.chdir(tmp_path / "here")
    assert run() == {}
    assert run("--seeds", "../seed1", "../seed2") == {"gan": {"label_accuracy": 0.2}}
    assert run() == {"gan": {"label_accuracy": 0.2}}
