"""Which values are marked as the best, and which are not comparable at all."""

from pathlib import Path

import pytest
import report_tree

from latent_atlas.report import glossary
from latent_atlas.report.gather import gather
from latent_atlas.report.table import Table, tables

CONTRACT = """
accuracy elbo iwae_bound reconstruction_mse pca_mse knn_accuracy linear_probe_accuracy nmi ari anomaly_auroc
denoising_psnr_gain frechet frechet_real frechet_noise frechet_untrained precision recall density coverage
label_accuracy transfer_accuracy sharpness attribute_effect target_accuracy_ab target_accuracy_ba cycle_l1
psnr ssim psnr_bicubic caption_accuracy caption_accuracy_held_out bits_per_char bits_per_char_ngram
activation_gain style_loss_drop
""".split()  # noqa: SIM905
MORE = ("accuracy_majority", "modes_covered", "label_entropy", "diversity", "stability_flags")


def compare(
    folder: Path, monkeypatch: pytest.MonkeyPatch, processing: str = "none", **more: dict[str, float]
) -> dict[str, Table]:
    metrics = {key: {**values, **more.get(key, {})} for key, values in report_tree.METRICS.items()}
    checked = report_tree.write(folder, metrics, processing=processing)
    monkeypatch.chdir(folder)
    return {table.key: table for table in tables(gather(checked).datasets[0])}


def best(table: Table, name: str) -> list[str]:
    place = [metric.name for metric in table.columns].index(name)
    return [row.result.key for row in table.rows if row.cells[place].best]


def test_the_better_end_is_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = compare(tmp_path, monkeypatch)
    assert best(found["generation"], "frechet") == ["cvae_digits"]  # lower
    assert best(found["reconstruction"], "reconstruction_mse") == ["cvae_digits"]
    assert best(found["content"], "sharpness") == ["vae_digits"]  # 0.9 is nearer to 1 than 1.5
    assert best(found["generation"], "frechet_noise") == []  # a yardstick
    assert best(found["classification"], "accuracy") == []  # no rival
    assert [row.result.key for row in found["classification"].rows] == ["cnn_digits"]
    assert "cnn_digits" in found["generation"].note
    assert "50 images" in found["generation"].note


def test_what_cannot_be_compared_is_not_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = compare(tmp_path, monkeypatch, "8x8 scans to 28x28", cvae_digits={"frechet_n": 40})
    assert best(found["generation"], "frechet") == []  # measured on different numbers of images
    assert best(found["content"], "sharpness") == []  # enlarged scans
    assert best(found["likelihood"], "elbo") == []  # log p(x) against log p(x|y)
    assert best(found["codes"], "knn_accuracy") == []  # one of them is told the label


def test_missing_values_and_unknown_metrics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = compare(tmp_path, monkeypatch, vae_digits={"new_metric": 12345.678, "recall": 0.25})
    other = found["other"]
    assert [metric.title for metric in other.columns] == ["new_metric"]
    assert other.rows[0].cells[0].text == "1.235e+04"
    places = [metric.name for metric in found["generation"].columns]
    missing = found["generation"].rows[1].cells[places.index("recall")]
    assert (missing.value, missing.text, missing.best) == (None, "–", False)


def test_numbers_are_printed_alike() -> None:
    assert glossary.define("elbo").text(-1234.56) == "−1,234.6"
    assert glossary.define("accuracy").text(0.98765) == "0.988"
    assert glossary.define("frechet_n").text(539) == "539"
    assert glossary.define("unheard_of").text(7) == "7"


def test_every_metric_is_defined() -> None:
    for name in (*CONTRACT, *MORE):
        assert len(glossary.define(name).sentence) > 20, name
        assert glossary.theme_of(name) != "other", name
