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
from latent_atlas.figures.render import FIGURES
from latent_atlas.report import captions, markdown, media, page
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
    atlas = gather(checked)
    return page.build(atlas), markdown.build(atlas)


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
    for start in ("Three digits", "drawn", "none", "loss", "encoder", "new", "0", "(steps 10 to 20)"):
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
    assert len(films) == 3 + 2
    assert all(film["aria-label"] and film["width"] == "64" and film["height"] == "48" for film in films)
    assert sum(tag == "canvas" for tag, _ in elements) == 2 * 2  # two explorers
    assert "Something new" in html  # a figure nobody has described
    assert "../experiments/vae_digits/figures/training_curves.png" in text
    assert "../experiments/cvae_digits/manifold_2.gif" in text


def test_the_caution_about_sharpness_is_for_enlarged_scans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scans").mkdir()
    (tmp_path / "photographs").mkdir()
    scans, scans_text = build(tmp_path / "scans", monkeypatch)
    photographs, text = build(tmp_path / "photographs", monkeypatch, processing="64x64 crops to 28x28")
    for shown in (scans, scans_text):
        assert "Sharpness proves nothing" in shown
        assert "8×8" in shown
    for shown in (photographs, text):
        assert "Sharpness proves nothing" not in shown


def test_what_training_found_is_named_where_it_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html, text = build(tmp_path, monkeypatch)
    for shown, heading in ((html, '<article id="{}">'), (text, "### {}\n")):
        before, after = shown.split(heading.format("cvae_digits"))
        assert "Training was unstable" not in before
        assert after.count("Training was unstable") == 1
        assert "the critic has won" in after


def test_every_figure_has_words() -> None:
    for figure in FIGURES:
        words = captions.caption(figure.name)
        assert words.title, figure.name
        assert len(words.text) > 40, figure.name
    assert captions.caption("something_new").title == "Something new"


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
