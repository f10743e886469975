"""Which figures are drawn, that they are pictures of a sensible size, and that content reaches them."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image

from latent_atlas.figures import charts, grids, surfaces
from latent_atlas.figures.compare import side_by_side
from latent_atlas.figures.material import Material
from latent_atlas.figures.render import FIGURES, render

NAMES = ["zero", "one", "two"]
Arrays = dict[str, NDArray[Any]]


def images(*shape: int, channels: int = 1) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (*shape, 28, 28, channels), np.uint8)


@pytest.fixture
def arrays() -> Arrays:
    rng = np.random.default_rng(1)
    return {
        "test_images": images(40),
        "test_labels": np.arange(40) % 3,
        "test_logits": rng.normal(size=(40, 3)),
        "test_reconstructions": images(40),
        "test_codes": rng.normal(size=(40, 8)),
        "manifold": images(3, 6, 6),
        "interpolations": images(4, 10),
        "samples": images(30, channels=3),
        "sample_labels": np.arange(30) % 3,
        "noisy_images": images(40),
        "denoised_images": images(40),
        "anomaly_scores": rng.normal(size=60),
        "anomaly_labels": np.arange(60) % 2,
        "transfer_sources": images(5),
        "transfers": images(5, 3),
        "reference_features": rng.normal(size=(50, 16)),
        "test_features": rng.normal(size=(50, 16)),
        "sample_features": rng.normal(size=(50, 16)),
        "latent_torus": images(6, 6, channels=3),
        "truncation_sweep": images(4, 5, channels=3),
        "truncation_psis": np.array([-1, -0.5, 0, 0.5, 1], np.float32),
        "style_mixing": images(3, 4, 4, channels=3),
        "style_mixing_rows": images(4, channels=3),
        "style_mixing_columns": images(4, channels=3),
        "style_mixing_layers": np.array([[0, 4], [4, 5], [5, 6]]),
        "noise_draws": images(4, 3, channels=3),
        "noise_deviation": rng.random((4, 28, 28), np.float32),
        "attribute_names": np.array(["Wearing_Hat", "Beard"]),
        "attribute_sources": images(2, 3, channels=3),
        "attribute_arithmetic": images(2, 3, 4, channels=3),
        "attribute_steps": np.array([0, 1, 2, 3], np.float32),
        "attribute_before": rng.random((9, 2)),
        "attribute_after": rng.random((9, 2)),
        "test_attribute_logits": rng.normal(size=(40, 2)),
        "test_attributes": rng.integers(0, 2, (40, 2), dtype=np.uint8),
    }


@pytest.fixture
def history() -> pd.DataFrame:
    return pd.DataFrame({"step": [1, 2, 3], "images_seen": [64, 128, 192], "loss": [3.0, 2.0, 1.5]})


def material(arrays: Arrays, history: pd.DataFrame | None = None) -> Material:
    return Material(arrays, pd.DataFrame() if history is None else history, NAMES, "a test")


def test_everything_is_drawn(arrays: Arrays, history: pd.DataFrame, tmp_path: Path) -> None:
    names = render(arrays, history, tmp_path, NAMES, "a test")
    assert names == [figure.name for figure in FIGURES]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"{name}.png" for name in names)
    for path in tmp_path.iterdir():
        with Image.open(path) as picture:
            assert 400 <= picture.width <= 1800, path.name
            assert not picture.info, path.name  # no software version, no clock
            assert np.asarray(picture).min() < 80, path.name  # not empty
            corners = [picture.convert("L").getpixel(at) for at in ((0, 0), (picture.width - 1, 0))]
            assert corners == [255, 255], path.name


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_only_what_the_arrays_allow(figure: Any, arrays: Arrays, history: pd.DataFrame, tmp_path: Path) -> None:
    chosen = {name: arrays[name] for name in figure.needs if name != "history"}
    curves = history if "history" in figure.needs else history[["step", "images_seen"]]
    expected = [other.name for other in FIGURES if set(other.needs) <= set(figure.needs)]
    assert figure.name in expected
    assert render(chosen, curves, tmp_path, [], "a test") == expected


def test_nothing_to_draw(tmp_path: Path) -> None:
    assert render({}, pd.DataFrame({"step": [1]}), tmp_path, [], "") == []
    assert not list(tmp_path.iterdir())


def test_samples_sit_in_the_row_of_their_label(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grids, "titled", lambda picture, *_: picture)
    samples = np.zeros((6, 28, 28, 1), np.uint8)
    labels = np.array([2, 0, 2, 0, 2, 0])
    samples[labels == 2] = 200
    out = grids.samples(material({"samples": samples, "sample_labels": labels}))
    cell = 28 * 4
    x = out.shape[1] - (cell + 4) * 10 + 4 + cell // 2  # the first column; three of ten places are filled
    assert out[cell // 2, x].tolist() == [0, 0, 0]
    assert out[cell + 4 + cell // 2, x].tolist() == [200, 200, 200]
    assert out[cell // 2, -1].tolist() == [255, 255, 255]


def test_manifold_keeps_row_zero_on_top(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surfaces, "titled", lambda picture, *_: picture)
    green, blue = (0, 90, 0), (0, 0, 180)  # no text is
    plane = np.full((2, 2, 28, 28, 3), green, np.uint8)
    plane[0, 1] = blue
    out = surfaces.manifold(material({"manifold": plane}))
    rows, cols = np.nonzero((out == blue).all(axis=2))
    assert rows.max() < np.nonzero((out == green).all(axis=2))[0].max()
    assert cols.min() > np.nonzero((out == green).all(axis=2))[1].min() + 500


def test_mistakes_counts_and_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    monkeypatch.setattr(
        grids, "_captioned", lambda pictures, text: seen.update(n=len(pictures), text=text) or pictures[0]
    )
    monkeypatch.setattr(grids, "titled", lambda picture, title, subtitle: seen.update(subtitle=subtitle) or picture)
    logits = np.log(np.array([[0.9, 0.05, 0.05], [0.6, 0.3, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]]))
    grids.mistakes(material({"test_images": images(4), "test_logits": logits, "test_labels": np.array([0, 1, 2, 2])}))
    assert seen["text"] == [("two", "→ one (80%)"), ("one", "→ zero (60%)")]
    assert "2 of 4 test images misread" in seen["subtitle"]


def test_no_mistakes_is_still_a_picture() -> None:
    arrays: Arrays = {"test_images": images(2), "test_logits": np.eye(2), "test_labels": np.array([0, 1])}
    assert grids.mistakes(material(arrays)).shape[2] == 3


def test_anomaly_scores_all_equal() -> None:
    arrays: Arrays = {"anomaly_scores": np.full(8, 1e6), "anomaly_labels": np.arange(8) % 2}
    assert charts.anomaly(material(arrays)).shape[2] == 3


def test_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "compare"
    original = np.full((12, 28, 28, 3), (30, 160, 30), np.uint8)
    model = np.full((12, 14, 14, 3), (200, 30, 30), np.uint8)
    side_by_side(path, original, {"half the size, in colour": model})
    with Image.open(path) as picture:
        pixels = np.asarray(picture)
    green, red = ((pixels == colour).all(axis=2) for colour in ((30, 160, 30), (200, 30, 30)))
    assert green.sum() == red.sum() == 10 * (28 * 4) ** 2
    assert np.nonzero(green)[0].max() < np.nonzero(red)[0].min()
