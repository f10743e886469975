"""The benchmark runs, and races networks that have as many parameters."""

import re
from pathlib import Path

import pytest
from projects import ROOT, make_project


@pytest.mark.slow
def test_a_short_race(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", ["cnn_digits", "vae_digits", "cvae_digits", "cvae_gan_digits_z8"])
    for step in ("fetch", "prepare"):
        project.run("python", f"scripts/{step}.py", "--scale", "demo", "digits")
    said = project.run(
        "python", str(ROOT / "benchmarks/run.py"), "--rounds", "1", "--steps", "2", PYTHONPATH=str(ROOT / "scripts")
    )
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \(", said, re.MULTILINE)
    assert [row[0] for row in rows] == ["vae_digits", "cvae_digits", "cvae_gan_digits_z8"]
    assert all(float(row[2]) > 0 and abs(float(row[3]) / float(row[2]) - float(row[4])) < 0.5 for row in rows)


def test_an_experiment_without_a_peer_is_refused(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", ["cnn_digits", "vae_digits"])
    said = project.run(
        "python", str(ROOT / "benchmarks/run.py"), "cnn_digits", code=1, PYTHONPATH=str(ROOT / "scripts")
    )
    assert "cnn_digits" in said and "vae_digits" in said
