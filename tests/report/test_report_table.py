"""Which values are marked as the best, and which are not comparable at all."""

from pathlib import Path

import pytest
import report_tree

from latent_atlas.report.gather import gather
from latent_atlas.report.table import Table, tables


def compare(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    enlarged: dict[str, list[int]] | None = None,
    latents: dict[str, int] | None = None,
    **more: dict[str, float],
) -> dict[str, Table]:
    metrics = {key: {**values, **more.get(key, {})} for key, values in report_tree.METRICS.items()}
    checked = report_tree.write(folder, metrics, enlarged=enlarged, latents=latents)
    monkeypatch.chdir(folder)
    return {table.key: table for table in tables(gather(checked).sections[0])}


def best(table: Table, name: str) -> list[str]:
    place = [metric.name for metric in table.columns].index(name)
    return [row.result.key for row in table.rows if row.cells[place].best]


def test_the_better_end_is_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = compare(tmp_path, monkeypatch)
    assert best(found["generation"], "frechet") == ["cvae_digits"]  # lower
    assert best(found["reconstruction"], "reconstruction_mse") == ["cvae_digits"]
    assert best(found["content"], "sharpness") == ["cvae_digits"]  # 1.5 is nearer to 1 than 1.8
    assert best(found["generation"], "frechet_noise") == []  # a yardstick
    assert best(found["classification"], "accuracy") == []  # no rival
    assert [row.result.key for row in found["classification"].rows] == ["cnn_digits"]
    assert "cnn_digits" in found["generation"].note
    assert "50 images" in found["generation"].note


def test_what_cannot_be_compared_is_not_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = compare(tmp_path, monkeypatch, report_tree.ENLARGED, cvae_digits={"frechet_n": 40})
    assert best(found["generation"], "frechet") == []  # measured on different numbers of images
    assert best(found["content"], "sharpness") == []  # enlarged images
    assert best(found["likelihood"], "elbo") == []  # log p(x) against log p(x|y)
    assert best(found["codes"], "knn_accuracy") == []  # all but one are given the label


def test_models_that_are_given_labels_compete_among_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    better = {"frechet": 1.0, "reconstruction_mse": 0.001, "sharpness": 1.0}
    found = compare(tmp_path, monkeypatch, vae_digits=better)
    assert best(found["generation"], "frechet") == ["cvae_digits"]
    assert best(found["reconstruction"], "reconstruction_mse") == ["cvae_digits"]
    assert best(found["content"], "sharpness") == ["cvae_digits"]


def test_reconstructions_compete_among_equal_latents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = compare(tmp_path, monkeypatch, latents={"cvae_gan_digits": 8})
    assert best(found["reconstruction"], "reconstruction_mse") == []
    assert best(found["generation"], "frechet") == ["cvae_digits"]  # what it draws may have any code
    kinds = [row.result.kind for row in found["reconstruction"].rows]
    assert kinds == ["2 latents", "2 latents, given labels", "8 latents, given labels"]


def test_missing_values_and_unknown_metrics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = compare(tmp_path, monkeypatch, vae_digits={"new_metric": 12345.678, "recall": 0.25})
    other = found["other"]
    assert [metric.title for metric in other.columns] == ["new_metric"]
    assert other.rows[0].cells[0].text == "1.235e+04"
    places = [metric.name for metric in found["generation"].columns]
    missing = found["generation"].rows[1].cells[places.index("recall")]
    assert (missing.value, missing.text, missing.best) == (None, "–", False)
