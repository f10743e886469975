"""The page: escaped, self-contained, and silent about what it does not know."""

import base64
import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import report_tree
from PIL import Image

from latent_atlas import certificate, io
from latent_atlas.figures.catalogue import FIGURES
from latent_atlas.report import markdown, media, page
from latent_atlas.report.gather import gather

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    """ " ' onload="x" {{ 7*7 }} javascript:`&amp;`|"""
)


class Seen(HTMLParser):
    """Elements with their attributes, text, and the content of scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.scripts: list[str] = []
        self._in = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._in = tag if tag in ("script", "style") else ""
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "script":
            self.scripts[-1] += data
        elif not self._in:
            self.text.append(data)


def build(folder: Path, monkeypatch: pytest.MonkeyPatch, **changes: object) -> tuple[str, str]:
    checked = report_tree.write(folder, **changes)  # type: ignore[arg-type]
    monkeypatch.chdir(folder)
    gathered = gather(checked)
    return page.build(gathered), markdown.build(gathered)


def test_hostile_text_is_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    metrics = {key: {**values, f"new{HOSTILE}": 1.5} for key, values in report_tree.METRICS.items()}
    (tmp_path / "plain").mkdir()
    (tmp_path / "hostile").mkdir()
    plain, _ = build(tmp_path / "plain", monkeypatch)
    names = tuple(f"{name}{HOSTILE}" for name in report_tree.LABELS)
    hostile, text = build(tmp_path / "hostile", monkeypatch, metrics=metrics, label_names=names, words=HOSTILE)

    usual, found = Seen(plain), Seen(hostile)
    assert {tag for tag, _ in found.elements} == {tag for tag, _ in usual.elements}
    assert len(found.scripts) == len(usual.scripts)
    known = {name for _, attributes in usual.elements for name in attributes}
    assert {name for _, attributes in found.elements for name in attributes} <= known
    assert not any(name.startswith("on") for name in known)
    visible = "".join(found.text)
    for start in (
        "Three digits",
        "drawn",
        "none",
        "loss",
        "encoder",
        "new",
        "0",
        "(steps 10 to 20)",
        "forms",
        "step by step",
        "test images",
        "mistakes: too few",
    ):
        assert f"{start}{HOSTILE}" in visible, start
    for script, (_, attributes) in zip(
        found.scripts, [element for element in found.elements if element[0] == "script"], strict=True
    ):
        if attributes.get("type") == "application/json":
            assert isinstance(json.loads(script), dict)
            assert "<" not in script
    assert "<script" not in text
    assert "<img" not in text
    rows = [line for line in text.splitlines() if line.startswith("| [")]
    assert all(line.replace("\\|", "").count("|") == line.replace("\\|", "").rstrip().count("|") for line in rows)


def test_the_page_needs_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html, _ = build(tmp_path, monkeypatch)
    ids = {attributes["id"] for _, attributes in Seen(html).elements if "id" in attributes}
    for tag, attributes in Seen(html).elements:
        for name in ("src", "href", "srcset", "poster", "data", "action", "xlink:href"):
            value = attributes.get(name)
            if value is not None:
                assert value.startswith(("data:", "#")), (tag, name, value[:80])
                assert not value.startswith("#") or value[1:] in ids, value
        assert "style" not in attributes, tag  # the policy forbids it
    styles = html.split("<style>")[1].split("</style>")[0]
    assert "url(" not in styles
    assert "@import" not in styles
    policy = next(a["content"] for tag, a in Seen(html).elements if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert str(tmp_path) not in html


def test_every_picture_and_video_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html, text = build(tmp_path, monkeypatch)
    elements = Seen(html).elements
    assert all(attributes.get("alt") for tag, attributes in elements if tag == "img")
    films = [attributes for tag, attributes in elements if tag == "video"]
    assert len(films) == 4 + 3
    assert all(film["aria-label"] and film["width"] == "64" and film["height"] == "48" for film in films)
    assert sum(tag == "canvas" for tag, _ in elements) == 3 * 2  # three explorers
    assert "Something new" in html  # a figure nobody has described
    assert "../experiments/vae_digits/figures/training_curves.png" in text
    assert "../experiments/cvae_digits/animations/manifold_2.gif" in text


def test_the_caution_about_sharpness_is_for_enlarged_scans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scans").mkdir()
    (tmp_path / "photographs").mkdir()
    scans, scans_text = build(tmp_path / "scans", monkeypatch)
    photographs, text = build(tmp_path / "photographs", monkeypatch, enlarged=None)
    for shown in (scans, scans_text):
        assert "Sharpness says nothing" in shown
        assert "8×8" in shown
    for shown in (photographs, text):
        assert "Sharpness says nothing" not in shown


def test_what_training_found_is_named_where_it_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html, text = build(tmp_path, monkeypatch)
    for shown, heading in ((html, '<article id="{}">'), (text, "### {}\n")):
        before, after = shown.split(heading.format("cvae_digits"))
        assert "Training was unstable" not in before
        assert after.count("Training was unstable") == 1
        assert "the critic has won" in after


def test_what_was_left_out_is_named_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html, text = build(tmp_path, monkeypatch)
    for shown, heading in ((html, '<article id="{}">'), (text, "### {}\n")):
        before, after = shown.split(heading.format("cvae_digits"))
        assert "Left out" not in before
        assert after.count("Left out") == 1
        assert "transfers: needs at least 6 test images" in after
        assert "figure mistakes: too few" in after


def test_words_come_from_the_catalogue_of_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = report_tree.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    curves, other = gather(checked).results[0].figures
    entry = next(figure for figure in FIGURES if figure.name == "training_curves")
    assert (curves.title, curves.caption) == (entry.title, entry.caption)
    assert (other.title, other.caption) == ("Something new", "")


def test_the_whole_film_comes_first_and_conditions_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = report_tree.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    films = next(result.films for result in gather(checked).results if result.key == "cvae_digits")
    assert [film.condition for film in films] == [None, *report_tree.LABELS]
    assert [film.path.name for film in films] == ["manifold.mp4", *(f"manifold_{place}.mp4" for place in range(3))]


def test_an_experiment_without_metrics_or_images_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    metrics: dict[str, dict[str, float]] = {key: {} for key in report_tree.KEYS}
    checked = report_tree.write(tmp_path, metrics)
    monkeypatch.chdir(tmp_path)
    for key in report_tree.KEYS:
        io.save_arrays(checked.folder(key) / "samples.npz", {})
        for name in ("training_curves", "something_new"):
            (checked.folder(key) / "figures" / f"{name}.png").unlink()
        io.save_json(checked.folder(key) / "animations/animations.json", {})
    gathered = gather(checked)
    html, text = page.build(gathered), markdown.build(gathered)
    assert '<table class="comparison"' not in html
    assert "Compared on" not in html + text
    assert "<caption>Metrics</caption>" not in html
    assert all(f'<article id="{key}">' in html and f"### {key}" in text for key in report_tree.KEYS)


def test_images_keep_their_colours_and_charts_need_few(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (160, 160, 3), np.uint8)
    for name, pixels in (("images", noise), ("chart", np.tile(noise[:4], (40, 1, 1)))):
        path = tmp_path / f"{name}.png"
        Image.fromarray(pixels).save(path)
        content = base64.b64decode(media.picture_file(path).uri.partition(",")[2])
        assert (content == path.read_bytes()) == (name == "images")
        assert len(content) <= path.stat().st_size


def test_the_certificate_is_shown_if_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = report_tree.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert "Reproducibility certificate" not in page.build(gather(checked))
    reference = certificate.take("demo")
    name = next(path for path in reference["outputs"] if path.startswith("results/"))
    reference["outputs"][name] = "0" * 64
    io.save_json(certificate.reference_file("demo"), reference)
    shown = page.build(gather(checked))
    assert "Reproducibility certificate" in shown
    assert f"{len(reference['outputs']) - 1} identical, 1 within tolerance, 0 different" in shown
