"""The step: what it writes, the same bytes everywhere, and what it says when something is missing."""

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import report_tree

from latent_atlas.errors import AtlasError
from latent_atlas.report import long_table, page
from latent_atlas.report.gather import gather

OUTPUTS = ("index.html", "report.md", "metrics.csv")


def run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(report_tree.ROOT / "scripts" / "report.py"), "--scale", "demo"],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_same_bytes_anywhere(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "quite another place"
    one.mkdir()
    report_tree.write(one)
    shutil.copytree(one, other)
    done = run(one, TZ="UTC", LANG="C", LC_ALL="C", PYTHONHASHSEED="1", USER="one")
    assert done.returncode == 0, done.stderr
    assert "report: results/demo/report/index.html" in done.stderr
    again = run(
        other, TZ="Asia/Tokyo", LANG="de_DE.UTF-8", LC_ALL="tr_TR.UTF-8", PYTHONHASHSEED="2", USER="other",
        HOSTNAME="elsewhere", SOURCE_DATE_EPOCH="1", OMP_NUM_THREADS="2",
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    for name in OUTPUTS:
        first, second = ((folder / "results/demo/report" / name).read_bytes() for folder in (one, other))
        assert first == second, name
    assert sorted(path.name for path in (one / "results/demo/report").iterdir()) == sorted((*OUTPUTS, "cost.html"))
    assert list((one / ".atlas").rglob("*.mp4")) == []


def test_every_number_is_in_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = report_tree.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    long_table.write(Path("metrics.csv"), gather(checked).results)
    content = Path("metrics.csv").read_bytes()
    assert b"\r" not in content
    header, *rows = csv.reader(content.decode().splitlines())
    assert header == ["experiment", "model", "dataset", "metric", "value"]
    expected = [
        [key, key.removesuffix("_digits"), "digits", name, repr(report_tree.METRICS[key][name])]
        for key in report_tree.KEYS
        for name in sorted(report_tree.METRICS[key])
    ]
    assert rows == expected
    assert ["cnn_digits", "cnn", "digits", "accuracy", "0.9876543210123457"] in rows


@pytest.mark.parametrize(
    "missing",
    [
        "data/demo/digits/processed/card.json",
        *(
            f"results/demo/experiments/cvae_digits/{name}"
            for name in (
                "metrics.json", "model.json", "history.csv", "left_out.json", "figures", "figures/left_out.json",
                "animations/animations.json", "animations/manifold.mp4", "animations/manifold_2.mp4", "samples.npz",
            )
        ),
    ],
)  # fmt: skip
def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    checked = report_tree.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    shutil.rmtree(missing) if Path(missing).is_dir() else Path(missing).unlink()
    with pytest.raises(AtlasError, match=f"^{re.escape(missing)}: ") as caught:
        gather(checked)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("metrics.json", '{"elbo": NaN}'),
        ("metrics.json", '{"elbo": "low"}'),
        ("metrics.json", "[1]"),
        ("model.json", "{"),
        ("history.csv", "step,loss\n"),
        ("samples.npz", "not an archive"),
        ("left_out.json", '["a", 1]'),
        ("animations/animations.json", '{"manifold": {"title": "T"}}'),
        ("animations/animations.json", '{"manifold": 3}'),
        ("animations/manifold.mp4", "not a video"),
        ("figures/training_curves.png", "not a picture"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str) -> None:
    checked = report_tree.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    damaged = Path("results/demo/experiments/vae_digits", name)
    damaged.write_text(content)
    with pytest.raises(AtlasError, match=f"^{re.escape(str(damaged))}: ") as caught:
        page.build(gather(checked))
    assert "\n" not in str(caught.value)


def test_the_step_fails_in_one_line_and_writes_nothing(tmp_path: Path) -> None:
    report_tree.write(tmp_path)
    (tmp_path / "results/demo/experiments/vae_digits/animations/manifold.mp4").write_text("not a video")
    done = run(tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("report: results/demo/experiments/vae_digits/animations/manifold.mp4: ")
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "results/demo/report").exists()


def test_arrays_that_do_not_belong_together_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    checked = report_tree.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    with (checked.folder("cvae_digits") / "samples.npz").open("wb") as file:
        np.savez(file, samples=np.zeros((3, 8, 8, 1), np.uint8), sample_labels=np.arange(40))
    with pytest.raises(AtlasError, match=r"cvae_digits/samples\.npz: arrays that do not belong together"):
        gather(checked)


def test_neither_tensorflow_nor_scikit_learn_is_loaded(tmp_path: Path) -> None:
    report_tree.write(tmp_path)
    program = (
        "import sys; from latent_atlas import params\n"
        "from latent_atlas.report import gather, markdown, page\n"
        "found = gather.gather(params.load('demo')); page.build(found); markdown.build(found)\n"
        "print(sorted({'tensorflow', 'keras', 'sklearn', 'matplotlib.pyplot'} & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(report_tree.ROOT / "scripts")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
