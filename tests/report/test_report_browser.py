"""The page in a real browser: nothing goes wrong, and the latent explorer draws what it should."""

import hashlib
import json
from pathlib import Path

import pytest
import report_tree
from chromium_pipe import EXECUTABLE, Page

from latent_atlas.report import page
from latent_atlas.report.gather import gather

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(EXECUTABLE is None, reason="no Chromium on the path"),
]

PIXELS = """(() => {
  const canvas = document.querySelector('#explore-KEY .decoded canvas');
  const {width, height} = canvas;
  const {data} = canvas.getContext('2d').getImageData(0, 0, width, height);
  return JSON.stringify([width, height, [...data].filter((_, i) => i % 4 === 0)]);
})()"""


def write(folder: Path, **changes: str) -> Path:
    checked = report_tree.write(folder, label_names=("<b>zero", '"one"', "two"), **changes)  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        html = page.build(gather(checked))
    path = folder / "elsewhere.html"
    path.write_text(html, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("run"))


def pixels(shown: Page, key: str) -> list[int]:
    width, height, values = json.loads(shown.evaluate(PIXELS.replace("KEY", key)))
    assert (width, height) == (8, 8)
    return list(values)


def test_the_explorer_follows_pointer_keys_and_labels(index: Path, tmp_path: Path) -> None:
    planes = report_tree.arrays("cvae_digits")["manifold"]  # (3, 4, 5, 8, 8, 1)
    with Page(tmp_path) as shown:
        shown.open(index)
        canvas = "document.querySelector('#explore-cvae_digits .plane canvas')"
        shown.evaluate(f"{canvas}.scrollIntoView({{block: 'center', behavior: 'instant'}}); {canvas}.focus()")
        middle = pixels(shown, "cvae_digits")
        # The centre of 4 x 5 cells lies halfway between the middle rows of the middle column.
        expected = planes[0, 1:3, 2].mean(axis=0).ravel()
        assert max(abs(a - b) for a, b in zip(middle, expected, strict=True)) <= 1.5

        for _ in range(9):
            shown.press("ArrowLeft")
            shown.press("ArrowUp")
        shown.evaluate("new Promise(requestAnimationFrame)")
        assert pixels(shown, "cvae_digits") == planes[0, 0, 0].ravel().tolist()
        words = shown.evaluate("document.querySelector('#explore-cvae_digits output').textContent")
        assert words == "z1 = −1.64\nz2 = 1.64"

        shown.evaluate("document.querySelectorAll('#explore-cvae_digits [data-label]')[2].click()")
        assert pixels(shown, "cvae_digits") == planes[2, 0, 0].ravel().tolist()

        box = json.loads(shown.evaluate(f"JSON.stringify({canvas}.getBoundingClientRect())"))
        shown.move(box["x"] + box["width"] - 2, box["y"] + box["height"] - 2)
        shown.evaluate("new Promise(requestAnimationFrame)")
        shown.evaluate("new Promise(requestAnimationFrame)")
        assert pixels(shown, "cvae_digits") == planes[2, 3, 4].ravel().tolist()
        assert shown.problems == []


def test_a_torus_has_no_edge(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    planes = report_tree.arrays("vae_digits")["manifold"]  # (4, 5, 8, 8, 1)
    with Page(tmp_path / "profile") as shown:
        shown.open(write(tmp_path / "run", surface="latent_torus"))
        shown.evaluate("document.querySelector('#explore-vae_digits .plane canvas').focus()")
        for _ in range(5):
            shown.press("ArrowLeft")
        shown.evaluate("new Promise(requestAnimationFrame)")
        # From the centre two and a half columns to the left: between the last column and the first.
        expected = planes[1:3][:, [4, 0]].mean(axis=(0, 1)).ravel()
        found = pixels(shown, "vae_digits")
        assert max(abs(a - b) for a, b in zip(found, expected, strict=True)) <= 2
        assert shown.problems == []


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_goes_wrong(index: Path, tmp_path: Path, width: int, dark: bool) -> None:
    with Page(tmp_path, width, 900, dark) as shown:
        shown.open(index)
        assert shown.evaluate("document.documentElement.scrollWidth") == width  # no sideways scrolling
        assert shown.evaluate("[...document.images].every((image) => image.complete && image.naturalWidth)")
        before = hashlib.sha256(shown.evaluate("document.querySelector('canvas').toDataURL()").encode()).digest()
        shown.evaluate("document.querySelector('.legend input').click()")
        after = hashlib.sha256(shown.evaluate("document.querySelector('canvas').toDataURL()").encode()).digest()
        assert before != after  # the codes are gone
        assert shown.problems == []


def test_tables_sort_and_figures_enlarge(index: Path, tmp_path: Path) -> None:
    first = "document.querySelector('table.comparison tbody tr th').textContent"
    with Page(tmp_path) as shown:
        shown.open(index)
        assert shown.evaluate(first).startswith("vae_digits")
        shown.evaluate("document.querySelector('[data-metric=frechet] button').click()")
        assert shown.evaluate(first).startswith("cvae_digits")
        assert shown.evaluate("document.querySelector('[data-metric=frechet]').ariaSort") == "ascending"
        shown.evaluate("document.querySelector('.zoom').click()")
        assert shown.evaluate("document.querySelector('dialog').open")
        shown.evaluate("document.querySelector('dialog .close').click()")
        assert not shown.evaluate("document.querySelector('dialog').open")
        assert shown.problems == []


def test_videos_play_when_they_are_seen(index: Path, tmp_path: Path) -> None:
    video = "document.querySelector('#vae_digits video')"
    with Page(tmp_path) as shown:
        shown.open(index)
        assert shown.evaluate(f"{video}.paused")
        assert shown.evaluate(
            f"new Promise((done) => {{ {video}.addEventListener('playing', () => done(true));"
            f"{video}.scrollIntoView({{behavior: 'instant'}}); setTimeout(() => done(false), 8000); }})"
        )
        assert shown.problems == []
