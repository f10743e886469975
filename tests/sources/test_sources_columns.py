"""What sources promise before any job, against what the data card says in the end."""

import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from sources_support import Build, encoded, fill, picture

from latent_atlas import contact_sheet, sources
from latent_atlas.columns import Column
from latent_atlas.errors import AtlasError
from latent_atlas.prepared.splits import THREE

OFFLINE: dict[str, dict[str, object]] = {
    "faces": {"images": 100, "label_attributes": ["Beard", "Bangs", "Smiling"]},
    "folder": {"path": "pets", "size": [16, 24]},
    "garments": {"images": 100},
    "idx": {"path": ".", "images": "images", "labels": "labels", "transpose": True},
    "pictures": {"path": "pets", "networks": []},
    "pydoc_text": {},
    "sample_photos": {"longest_side": 64},
    "scenes": {"images": 100, "size": 32},
    "shapes": {"images": 100, "held_out_images": 12},
    "sklearn_digits": {"size": 16},
    "text": {"path": "poem.txt"},
}
ONLINE = {"celeba", "celeba_10k", "horse2zebra", "imdb", "maps", "mnist", "mnist_5k", "oxford_flowers"}
DOWNLOADED = {
    "celeba_10k": {},
    "maps": {"size": 64},
    "mnist": {"edition": "fashion"},
    "oxford_flowers": {"edition": "described"},
    "imdb": {},
    "sample_photos": {"pictures": True, "networks": ["vgg19_shallow"]},
}


def keep_promise(build: Build, source: str, options: dict[str, object]) -> None:
    module = sources.find(source)
    promised = module.columns(module.Options(source=source, **options))
    data = build(source, **options)
    assert set(data.spec.columns) == set(promised)
    for name, column in promised.items():
        found = data.spec[name]
        assert (found.kind, found.order) == (column.kind, column.order), name
        assert column.shape in (None, found.shape), name
        assert column.size in (None, found.size), name
    contact_sheet.draw(data.path)
    for name in data.split("train"):
        assert len(data.split("train")[name]) and len(data.split("test")[name]), name


@pytest.fixture
def own(place: Path) -> Path:
    """The files of a user, in the working folder."""
    fill(place / "pets", 24)
    images = np.random.default_rng(0).integers(0, 256, (60, 6, 5), dtype=np.uint8)
    for name, array in (("images", images), ("labels", (np.arange(60) % 4).astype(np.uint8))):
        (place / name).write_bytes(struct.pack(f">HBB{array.ndim}L", 0, 8, array.ndim, *array.shape) + array.tobytes())
    (place / "poem.txt").write_text("the curfew tolls the knell of parting day\n" * 60)
    return place


def test_every_source_is_tried():
    assert sorted({*OFFLINE, "tiny_shakespeare", *ONLINE}) == sources.names()


@pytest.mark.parametrize("source", OFFLINE)
def test_the_card_has_what_was_promised(build: Build, own: Path, source: str):
    keep_promise(build, source, OFFLINE[source])


@pytest.mark.mirror
@pytest.mark.parametrize("source", DOWNLOADED)
def test_the_card_has_what_was_promised_of_downloads(
    build: Build, mirror: Path, source: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LATENT_ATLAS_MIRROR", str(mirror))
    keep_promise(build, source, DOWNLOADED[source])


def test_views_are_the_rows_they_say(build: Build):
    split = build("scenes", images=100, size=32).split("train")
    for label, domain in enumerate(("domain_a", "domain_b")):
        np.testing.assert_array_equal(split[domain][:], split["images"][split["labels"] == label])
    np.testing.assert_array_equal(split["targets"], split["images"])


def promised(source: str, **options: object) -> dict[str, Column]:
    module = sources.find(source)
    return module.columns(module.Options(source=source, **options))


def test_a_folder_says_before_any_job_whether_it_has_classes(place: Path, monkeypatch: pytest.MonkeyPatch):
    fill(place / "one", 12, ("cats",))
    fill(place / "two", 12)
    assert list(promised("folder", path="one")) == ["images"]
    two = ["images", "labels", "domain_a", "domain_b"]
    assert list(promised("folder", path="two", captions=True)) == [*two, "captions"]
    fill(place / "three", 12, ("cats", "dogs", "mice"))
    assert list(promised("folder", path="three")) == ["images", "labels"]
    fill(place / "horse2zebra", 12, ("trainA", "trainB", "testA", "testB"))
    assert list(promised("folder", path="horse2zebra")) == two
    fill(place / "maps", 12, ("train", "val"))
    assert list(promised("folder", path="maps")) == ["images"]
    assert list(promised("folder", path="maps", pairs="left_to_right")) == [*two, "inputs", "targets"]
    with zipfile.ZipFile(place / "two.zip", "w") as archive:
        for name in ("two/cats/1.png", "two/dogs/1.png"):
            archive.writestr(name, encoded(picture()))
    assert "labels" in promised("folder", path="two.zip")
    with zipfile.ZipFile(place / "one.zip", "w") as archive:
        for name in ("one/1.png", "one/2.png", "one/notes/readme.txt"):
            archive.writestr(name, encoded(picture()))
    assert "labels" not in promised("folder", path="one.zip")
    # Elsewhere it may have classes: nothing is refused before the data card says so.
    assert promised("folder", path="nowhere")["labels"] == Column("labels", (), None)
    assert list(promised("folder", path="nowhere")) == two


def test_one_image_of_each_folder_is_enough(place: Path, monkeypatch: pytest.MonkeyPatch):
    for kind in ("cats", "dogs"):
        fill(place / "pets", 5, (kind,))
    looked: list[Path] = []
    is_file = Path.is_file
    monkeypatch.setattr(Path, "is_file", lambda path: looked.append(path) is None and is_file(path))
    assert "labels" in promised("folder", path="pets")
    assert len([path for path in looked if path.suffix == ".png"]) == 2


def test_idx_files_say_their_shape_before_any_job(own: Path):
    options = {"path": ".", "images": "images", "labels": "labels"}
    assert promised("idx", **options)["images"].shape == (6, 5, 1)
    assert promised("idx", **options, label_names=list("abcd"))["labels"].size == 4
    assert promised("idx", **{**options, "images": "elsewhere"})["images"].shape is None
    (own / "images").write_bytes(b"\0\0\x08")
    with pytest.raises(AtlasError, match="images: too short for an idx file"):
        promised("idx", **options)


def test_sizes_of_a_folder(build: Build, own: Path):
    data = build("folder", path="pets", size=[28, 32])
    assert data.spec.shape == (28, 32, 3)
    for wrong in (7, 513, [28], [28, 28, 28], [28, 5], 28.0, True, "28", [[8, 8], 8]):
        with pytest.raises(ValidationError, match=r"size\n.*whole numbers from 8 to 512"):
            sources.find("folder").Options(source="folder", path="pets", size=wrong)


# Mode, width and height of the images, folders, and options.
AWKWARD: dict[str, tuple[str, int, int, tuple[str, ...], dict[str, object]]] = {
    "rectangle": ("RGB", 32, 28, ("a", "b"), {"size": [28, 32]}),
    "odd side": ("RGB", 27, 27, ("a", "b"), {"size": 27}),
    "one class": ("RGB", 20, 20, ("a",), {}),
    "no classes": ("RGB", 20, 20, ("",), {}),
    "grey": ("L", 20, 20, ("a", "b"), {"channels": 1}),
    "transparent": ("RGBA", 20, 20, ("a", "b"), {}),
    "uneven": ("RGB", 20, 20, ("a", *["b"] * 11), {}),
    "one image a class": ("RGB", 20, 20, tuple("abcdefghijkl"), {}),
}


@pytest.mark.parametrize("kind", AWKWARD)
def test_twelve_awkward_images(build: Build, place: Path, kind: str):
    mode, width, height, kinds, options = AWKWARD[kind]
    fill(place / "pets", 12, kinds, picture(0, width, height, mode))
    data = build("folder", path="pets", **options)
    rows = [data.split(name).rows for name in THREE]
    assert sum(rows) == 12 and rows[0] >= 9 and min(rows) >= 1
    assert ("labels" in data.spec) == (len(kinds) > 1)
    contact_sheet.draw(data.path)


def test_enlarged_digits_say_so(build: Build):
    assert build("sklearn_digits", "a", size=28).card["enlarged"] == {"from": [8, 8], "to": [28, 28]}
    assert "enlarged" not in build("sklearn_digits", "b", size=8).card
