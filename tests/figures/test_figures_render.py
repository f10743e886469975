"""Which figures are drawn, that they are pictures of a sensible size, and that content reaches them."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from numpy.typing import NDArray
from PIL import Image

from latent_atlas.figures import charts, grids, pages, super_resolution, surfaces
from latent_atlas.figures.catalogue import FIGURES, Figure
from latent_atlas.figures.material import Material
from latent_atlas.rendering import render

NAMES = ["zero", "one", "two"]
PLAIN_TRANSLATIONS = {"translations_ab", "translations_ba"}  # enlargements have a figure of their own
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
        "condition_names": np.array(NAMES),
        "label_names": np.array(NAMES),
        "interpolations": images(4, 10),
        "samples": images(30, channels=3),
        "sample_labels": np.arange(30) % 3,
        "noisy_images": images(40),
        "denoised_images": images(40),
        "anomaly_scores": rng.normal(size=60),
        "anomaly_labels": np.arange(60) % 2,
        "anomaly_baseline": rng.normal(size=60),
        "transfer_sources": images(5),
        "transfers": images(5, 3),
        "transfer_labels": np.arange(5) % 3,
        "reference_features": rng.normal(size=(50, 16)),
        "test_features": rng.normal(size=(50, 16)),
        "sample_features": rng.normal(size=(50, 16)),
        "latent_torus": images(3, 6, 6, channels=3),
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
        "attribute_step": np.array(1.5),
        "test_attribute_logits": rng.normal(size=(40, 2)),
        "test_attributes": rng.integers(0, 2, (40, 2), dtype=np.uint8),
        "translation_sources_ab": images(4),
        "translated_ab": images(4, channels=3),
        "translation_truth_ab": images(4, channels=3),
        "cycled_ab": images(4),
        "translation_sources_ba": images(4),
        "translated_ba": images(4),
        "translation_truth_ba": images(4),
        "cycled_ba": images(4),
        "bicubic_images": images(4, channels=3),
        "srresnet_images": images(4, channels=3),
        "bicubic_features": rng.normal(size=(50, 16)),
        "srresnet_features": rng.normal(size=(50, 16)),
        "srgan_features": rng.normal(size=(50, 16)),
        "written_text": np.array([["to be\nor not"] * 3, ["zq\x00 !"] * 3]),
        "written_temperatures": np.array([0.5, 1], np.float32),
        "written_prompt": np.array(["a prompt"]),
        "text_nats": rng.exponential(size=40).astype(np.float32),
        "test_text": np.arange(50) % 7,
        "train_text": np.arange(900) % 7,
        "text_vocabulary": np.array(list(" abcdef")),
        "pictures": images(2, channels=3),
        "held_out_samples": images(5, channels=3),
        "held_out_captions": np.array(["a red circle"] * 5),
        "caption_draws": images(2, 8, channels=3),
        "caption_draws_of": np.array(["a red circle", "a sentence so long that it needs more than one line of text"]),
        "own_draws": images(2, 8, channels=3),
        "own_captions": np.array(["a red circle", "word " * 500]),
        "own_notes": np.array(["", "unknown: word; cut off after 12 of 500 words"]),
        "word_changes": images(2, 3, channels=3),
        "word_change_columns": np.array(["red", "green", "blue"]),
        "word_change_rows": np.array(["circle", "star"]),
        "word_change_caption": np.array(["a [colour] [shape]"]),
        "word_change_new": np.array([[True, False, False], [False, False, True]]),
        "caption_paths": images(3, 9, channels=3),
        "caption_path_ends": np.array([["a red circle", "a blue star"]] * 3),
        "picture_sources": images(2, 2, channels=3),
        "picture_source_names": np.array([["cat", "wave"], ["cat", "brush_strokes"]]),
    }


@pytest.fixture
def history() -> pd.DataFrame:
    return pd.DataFrame({"step": [1, 2, 3], "images_seen": [64, 128, 192], "loss": [3.0, 2.0, 1.5]})


def material(arrays: Arrays) -> Material:
    return Material({"label_names": np.array(NAMES), **arrays}, pd.DataFrame())


def drawn(arrays: Arrays, history: pd.DataFrame, folder: Path) -> set[str]:
    render(arrays, history, folder, "a test")
    return {path.stem for path in folder.glob("*.png")}


def test_everything_is_drawn(arrays: Arrays, history: pd.DataFrame, tmp_path: Path) -> None:
    assert drawn(arrays, history, tmp_path) == {figure.name for figure in FIGURES} - PLAIN_TRANSLATIONS
    assert json.loads((tmp_path / "left_out.json").read_text()) == []
    for path in tmp_path.glob("*.png"):
        with Image.open(path) as picture:
            assert 400 <= picture.width <= 1800, path.name
            assert not picture.info, path.name  # no software version, no clock
            assert np.asarray(picture).min() < 80, path.name  # not empty
            corners = [picture.convert("L").getpixel(at) for at in ((0, 0), (picture.width - 1, 0))]
            assert corners == [255, 255], path.name


@pytest.mark.parametrize(("height", "width"), [(20, 28), (28, 15), (7, 9)])
def test_rectangles_are_drawn(arrays: Arrays, height: int, width: int, tmp_path: Path) -> None:
    cut = {
        name: array[..., :height, :width, :] if array.shape[-3:-1] == (28, 28) else array
        for name, array in arrays.items()
    }
    cut["noise_deviation"] = arrays["noise_deviation"][:, :height, :width]
    names = drawn(cut, pd.DataFrame(), tmp_path)
    assert names == {figure.name for figure in FIGURES} - {"training_curves"} - PLAIN_TRANSLATIONS


# Names of arrays, and the figures drawn from them: written out, so that no condition in the code decides them.
REAL = ("test_images", "test_labels", "label_names")  # there for every experiment on images with classes
TRANSFER = ("transfer_sources", "transfers", "transfer_labels")
ENLARGED = ("bicubic_images", "srresnet_images", "translated_ab")
FEATURES = ("bicubic_features", "srresnet_features", "srgan_features")
EXPECTED: list[tuple[tuple[str, ...], set[str]]] = [
    ((), set()),
    (REAL, set()),
    (("history", *REAL), {"training_curves"}),
    (("test_logits", *REAL), {"confusion_matrix", "mistakes"}),
    (("test_logits", "test_images"), set()),
    (("samples",), {"samples"}),
    (("samples", "sample_labels", "sample_features"), {"samples"}),
    (("sample_features", "reference_features"), {"feature_map"}),
    (("manifold", "condition_names"), {"manifold"}),
    (("latent_torus", "condition_names"), {"latent_torus"}),
    (
        ("test_codes", "test_reconstructions", "interpolations", *REAL),
        {"latent_map", "reconstructions", "interpolations"},
    ),
    (TRANSFER, {"style_transfer"}),
    (("noisy_images", "denoised_images", *REAL), {"denoising"}),
    (("anomaly_scores", "anomaly_labels"), {"anomaly"}),
    (("truncation_sweep", "truncation_psis"), {"truncation_sweep"}),
    (("noise_draws", "noise_deviation"), {"noise_variation"}),
    (
        ("style_mixing", "style_mixing_rows", "style_mixing_columns", "style_mixing_layers"),
        {"style_mixing"},
    ),
    (("test_attributes", "attribute_names"), set()),
    (("test_attributes", "attribute_names", "test_attribute_logits"), {"attribute_accuracy"}),
    (("attribute_before", "attribute_after", "attribute_names"), {"attribute_effect"}),
    (
        ("attribute_arithmetic", "attribute_sources", "attribute_steps", "attribute_names"),
        {"attribute_arithmetic"},
    ),
    (("translation_sources_ab", "translated_ab", "cycled_ab"), {"translations_ab"}),
    (("translation_sources_ba", "translated_ba", "translation_truth_ba"), {"translations_ba"}),
    (("translation_sources_ab", "translation_truth_ab", *ENLARGED), {"super_resolution"}),
    (("translation_truth_ab", "test_features", *ENLARGED, *FEATURES), {"perception_distortion"}),
    (("written_text", "written_temperatures", "written_prompt"), {"written"}),
    (("text_nats", "test_text", "train_text", "text_vocabulary"), {"surprise"}),
    (("pictures",), {"pictures"}),
    (("held_out_samples", "held_out_captions"), {"held_out_samples"}),
    (("caption_draws", "caption_draws_of"), {"caption_draws"}),
    (("own_draws", "own_captions", "own_notes"), {"own_captions"}),
    (
        ("word_changes", "word_change_columns", "word_change_rows", "word_change_new", "word_change_caption"),
        {"word_changes"},
    ),
    (("caption_paths", "caption_path_ends"), {"caption_paths"}),
    (("pictures", "picture_sources", "picture_source_names"), {"pictures"}),
]


@pytest.mark.parametrize(("names", "expected"), EXPECTED, ids=lambda value: "+".join(sorted(value)) or "nothing")
def test_only_what_the_arrays_allow(
    names: tuple[str, ...], expected: set[str], arrays: Arrays, history: pd.DataFrame, tmp_path: Path
) -> None:
    chosen = {name: arrays[name] for name in names if name != "history"}
    curves = history if "history" in names else history[["step", "images_seen"]]
    assert drawn(chosen, curves, tmp_path) == expected


def test_every_figure_is_expected_somewhere() -> None:
    assert {name for _, figures in EXPECTED for name in figures} == {figure.name for figure in FIGURES}


def test_every_figure_has_words_of_its_own() -> None:
    assert all(figure.title and figure.caption.endswith((".", "?")) for figure in FIGURES)
    for field in ("name", "title"):
        assert len({getattr(figure, field) for figure in FIGURES}) == len(FIGURES)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_a_figure_asks_for_what_it_declares(figure: Figure, arrays: Arrays, history: pd.DataFrame) -> None:
    asked = set()

    class Watched(dict[str, NDArray[Any]]):
        def __getitem__(self, name: str) -> NDArray[Any]:
            asked.add(name)
            return super().__getitem__(name)

        def __contains__(self, name: object) -> bool:
            asked.add(name)
            return super().__contains__(name)

    figure.draw(Material(Watched(arrays), history))
    assert asked - {"sample_captions"} == {*figure.needs, *figure.uses} - {"sample_captions", "history"}


def test_the_title_is_drawn_over_the_figure(
    arrays: Arrays, history: pd.DataFrame, tmp_path: Path, monkeypatch: Any
) -> None:
    seen = []
    module = sys.modules["latent_atlas.rendering"]
    monkeypatch.setattr(module, "titled", lambda body, *words: seen.append(words) or body)
    render({"samples": arrays["samples"], "pictures": arrays["pictures"]}, pd.DataFrame(), tmp_path, "a test")
    assert seen == [
        ("Generated images", "a test · drawn at random, not selected"),
        ("Painted pictures", "a test · 28 × 28 pixels"),
    ]


def test_nothing_to_draw(tmp_path: Path) -> None:
    assert drawn({}, pd.DataFrame({"step": [1]}), tmp_path) == set()
    assert [path.name for path in tmp_path.iterdir()] == ["left_out.json"]


def test_with_very_few_rows_figures_are_drawn_or_said_to_be_left_out(
    arrays: Arrays, history: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = ("label_names", "attribute_names", "manifold", "condition_names", "written_text", "written_temperatures")
    whole += ("written_prompt", "test_text", "train_text", "text_vocabulary")
    kept = (*whole, "latent_torus", "truncation_psis")
    few = {
        name: array if name in kept or name.startswith(("attribute_", "style_mixing", "word_change")) else array[:1]
        for name, array in arrays.items()
    }
    left_out = [
        "perception_distortion: needs at least 2 test images, there is 1",
        "latent_map: needs at least 3 test images, there is 1",
        "anomaly: needs test images of the class held out, there are none",
        "feature_map: needs at least 3 training images, there is 1",
    ]
    names = drawn(few, history[:1], tmp_path)
    assert json.loads((tmp_path / "left_out.json").read_text()) == left_out
    assert capsys.readouterr().out.splitlines() == [f"left out: {line}" for line in left_out]
    kept_back = {line.partition(":")[0] for line in left_out} | PLAIN_TRANSLATIONS
    assert names == {figure.name for figure in FIGURES} - kept_back


def test_arrays_without_rows_and_a_single_class(arrays: Arrays, tmp_path: Path) -> None:
    some = {
        "samples": arrays["samples"][:0],
        "test_logits": np.zeros((2, 1)),
        "test_labels": np.zeros(2, int),
        "transfer_sources": arrays["transfer_sources"],
        "transfers": arrays["transfers"][:, :1],
    }
    assert drawn(some, pd.DataFrame(), tmp_path) == set()
    assert json.loads((tmp_path / "left_out.json").read_text()) == [
        "samples: needs rows of samples, there are none",
        "style_transfer: needs at least 2 classes, there is 1",
        "confusion_matrix: needs at least 2 classes, there is 1",
    ]


def test_samples_sit_in_the_row_of_their_label() -> None:
    samples = np.zeros((6, 28, 28, 1), np.uint8)
    labels = np.array([2, 0, 2, 0, 2, 0])
    samples[labels == 2] = 200
    out = grids.samples(material({"samples": samples, "sample_labels": labels})).body
    cell = 28 * 4
    x = out.shape[1] - (cell + 4) * 10 + 4 + cell // 2  # the first column; three of ten places are filled
    assert out[cell // 2, x].tolist() == [0, 0, 0]
    assert out[cell + 4 + cell // 2, x].tolist() == [200, 200, 200]
    assert out[cell // 2, -1].tolist() == [255, 255, 255]


def test_manifold_keeps_row_zero_on_top() -> None:
    green, blue = (0, 90, 0), (0, 0, 180)  # no text is
    plane = np.full((2, 2, 28, 28, 3), green, np.uint8)
    plane[0, 1] = blue
    out = surfaces.manifold(material({"manifold": plane})).body
    rows, cols = np.nonzero((out == blue).all(axis=2))
    assert rows.max() < np.nonzero((out == green).all(axis=2))[0].max()
    assert cols.min() > np.nonzero((out == green).all(axis=2))[1].min() + 500


def test_mistakes_counts_and_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    monkeypatch.setattr(
        grids, "_captioned", lambda pictures, text: seen.update(n=len(pictures), text=text) or pictures[0]
    )
    logits = np.log(np.array([[0.9, 0.05, 0.05], [0.6, 0.3, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]]))
    labels = np.array([0, 1, 2, 2])
    drawing = grids.mistakes(material({"test_images": images(4), "test_logits": logits, "test_labels": labels}))
    assert seen["text"] == [["two", "→ one (80%)"], ["one", "→ zero (60%)"]]
    assert "2 of 4 test images misread" in drawing.detail


def test_no_mistakes_is_still_a_picture() -> None:
    arrays: Arrays = {"test_images": images(2), "test_logits": np.eye(2), "test_labels": np.array([0, 1])}
    assert grids.mistakes(material(arrays)).body.min() < 100


def test_anomaly_scores_all_equal() -> None:
    arrays: Arrays = {"anomaly_scores": np.full(8, 1e6), "anomaly_labels": np.arange(8) % 2}
    assert charts.anomaly(material(arrays)).detail == "AUROC 0.50"


def test_anomalies_beside_a_method_without_a_model() -> None:
    arrays: Arrays = {
        "anomaly_scores": np.array([1.0, 2.0, 3.0, 4.0]),
        "anomaly_labels": np.array([0, 0, 1, 1]),
        "anomaly_baseline": np.array([1.0, 3.0, 2.0, 4.0]),
    }
    assert charts.anomaly(material(arrays)).detail == "AUROC 1.00, of a method without a model 0.75"


def test_confusions_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    rasterise = charts.plotting.rasterise
    monkeypatch.setattr(charts.plotting, "rasterise", lambda figure: seen.append(figure) or rasterise(figure))
    logits = np.eye(3)[[0, 1, 1, 1, 0]]  # the last class is never answered
    drawing = charts.confusion_matrix(material({"test_logits": logits, "test_labels": np.array([0, 1, 1, 2, 1])}))
    assert "60.0% of 5" in drawing.detail
    counts = {(text.get_position()[::-1]): text.get_text() for text in seen[0].axes[0].texts}
    assert counts == {(0, 0): "1", (1, 0): "1", (1, 1): "2", (2, 1): "1"}


def test_samples_stand_above_their_captions(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    write = grids.write
    monkeypatch.setattr(
        grids, "write", lambda sheet, notes: seen.extend(note.text for note in notes) or write(sheet, notes)
    )
    captions = np.array(["a red flower", "a blue flower with many long and pointed petals"])
    out = grids.samples(material({"samples": images(2), "sample_captions": captions}))
    assert seen == ["a red flower", "a blue flower with many", "long and pointed petals"]
    assert out.detail == "beneath each image the caption asked for"


def test_translations_stand_below_their_sources() -> None:
    red, green, blue = (np.full((3, 28, 28, 3), colour, np.uint8) for colour in ((200, 0, 0), (0, 160, 0), (0, 0, 200)))
    arrays = {"translation_sources_ab": red, "translated_ab": green[:, ::2, ::2], "cycled_ab": blue}
    body = grids.translations("ab")(material(arrays)).body
    tops = []
    for images in (red, green, blue):
        rows = np.nonzero((body == images[0, 0, 0]).all(axis=2))[0]
        tops.append(rows.min())
        assert len(rows) == 3 * (28 * 4) ** 2  # also where the model's images are smaller
    assert tops == sorted(tops)


def test_each_enlargement_has_its_psnr_beneath(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    write = super_resolution.write
    monkeypatch.setattr(super_resolution, "write", lambda sheet, notes: seen.extend(notes) or write(sheet, notes))
    truth = np.full((1, 28, 28, 3), 100, np.uint8)
    arrays = {"translation_sources_ab": truth[:, ::4, ::4], "translation_truth_ab": truth}
    arrays |= {name: truth + np.uint8(step) for name, step in zip(ENLARGED, (51, 26, 5), strict=True)}
    body = super_resolution.enlargements(material(arrays)).body
    assert [note.text for note in seen] == ["14.0 dB", "19.8 dB", "34.2 dB"]  # 20 log10(255 / step)
    assert [note.x for note in seen] == sorted(note.x for note in seen)
    columns = [np.nonzero((body[:100] == 100 + step).all(axis=2))[1] for step in (51, 26, 5)]  # above the text
    assert [np.median(places) for places in columns] == sorted(np.median(places) for places in columns)


def test_the_trade_off_is_between_error_and_likeness(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[str, float, float]] = []
    annotate = Axes.annotate
    monkeypatch.setattr(
        Axes,
        "annotate",
        lambda self, text, xy, *rest, **look: drawn.append((text, *xy)) or annotate(self, text, xy, *rest, **look),
    )
    rng = np.random.default_rng(0)
    truth, real = rng.integers(50, 200, (20, 28, 28, 3), np.uint8), rng.normal(size=(20, 4))
    arrays = {name: truth + np.uint8(step) for name, step in zip(ENLARGED, (40, 10, 20), strict=True)}
    arrays |= {name: real + shift for name, shift in zip(FEATURES, (3, 2, 1), strict=True)}
    out = super_resolution.trade_off(material({**arrays, "translation_truth_ab": truth, "test_features": real}))
    names = ["bicubic", "SRResNet", "SRGAN", "truth"]
    assert [name for name, *_ in drawn] == names * 2
    assert [x for _, x, _ in drawn] == pytest.approx([40, 10, 20, 0] * 2)
    assert [y for *_, y in drawn] == pytest.approx([4 * 9, 4 * 4, 4 * 1, 0, 1, 1, 1, 1])  # |shift|^2; the same detail
    assert "SRResNet 28.1 dB" in out.detail


def test_texts_stand_below_their_temperature(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    write = pages.write
    monkeypatch.setattr(
        pages, "write", lambda sheet, notes: seen.extend(note.text for note in notes) or write(sheet, notes)
    )
    texts = np.array([["a" * 400] * 5, ["b\nc"] * 5])
    temperatures = np.array([0.5, 1], np.float32)
    arrays = {"written_text": texts, "written_temperatures": temperatures, "written_prompt": np.array(["to\n  be"])}
    body, detail = pages.written(material(arrays))
    assert detail == "each goes on from “to be”"
    assert seen == ["temperature 0.5", "temperature 1"]
    assert body.shape[1] <= 1400
    assert body[: len(body) // 2].min() < 100 > body[len(body) // 2 :].min()


def test_bits_stand_beside_those_of_counting_and_compressing(monkeypatch: pytest.MonkeyPatch) -> None:
    bars: dict[str, float] = {}
    chart = charts.plotting.rasterise

    def read(figure: Any) -> Any:
        axes = figure.axes[0]
        bars.update(
            (tick.get_text(), bar.get_height()) for tick, bar in zip(axes.get_xticklabels(), axes.patches, strict=True)
        )
        return chart(figure)

    monkeypatch.setattr(charts.plotting, "rasterise", read)
    train, words = np.arange(900) % 7, np.array(list(" abcdef"))
    nats = np.full(40, 2 * np.log(2), np.float32)
    arrays = {"text_nats": nats, "test_text": np.arange(50) % 7, "train_text": train, "text_vocabulary": words}
    detail = charts.surprise(material(arrays)).detail
    assert list(bars) == [*(f"{n}-gram" for n in range(1, 7)), "gzip", "xz", "this model"]
    assert bars["this model"] == pytest.approx(2) and bars["1-gram"] == pytest.approx(np.log2(7), abs=0.01)
    assert bars["2-gram"] < 0.1 and detail.startswith("2.000 bits on 40 test characters, the best n-gram 0.0")


@pytest.mark.parametrize("shape", [(1, 90, 160, 3), (3, 700, 400, 3), (1, 2000, 3000, 3)])
def test_pictures_keep_their_proportions(shape: tuple[int, ...]) -> None:
    images = np.full(shape, (0, 90, 0), np.uint8)
    body = pages.pictures(material({"pictures": images})).body
    assert body.shape[1] <= 1300
    rows, cols = np.nonzero((body == (0, 90, 0)).all(axis=2))
    across = 2 if shape[0] > 1 else 1
    height = (np.ptp(rows) + 1 - 12 * (across - 1)) / across
    width = (np.ptp(cols) + 1 - 12 * (across - 1)) / across
    assert height / width == pytest.approx(shape[1] / shape[2], rel=0.01)


def test_what_a_picture_was_made_from_stands_at_its_left() -> None:
    greys = np.array([[40, 80, 120], [60, 100, 140]], np.uint8)  # two sources and the result, twice
    images = np.broadcast_to(greys[:, :, None, None, None], (2, 3, 300, 400, 3))
    names = np.array([["cat", "wave"], ["cat", "brush_strokes"]])
    given = {"pictures": images[:, 2], "picture_sources": images[:, :2], "picture_source_names": names}
    body = pages.pictures(material(given)).body
    centres = [[body[y, x, 0] for x in (200, 612, 1024)] for y in (182, 526)]
    assert body.shape[1] == 3 * 400 + 2 * 12 and centres == greys.tolist()
