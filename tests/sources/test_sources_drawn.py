"""The datasets drawn by code, and the embedded ones: form, balance, and the same bytes each time."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError
from sources_support import Build

from latent_atlas import contact_sheet, sources
from latent_atlas.drawing import clothes, geometry, portraits
from latent_atlas.errors import AtlasError
from latent_atlas.figures import theme
from latent_atlas.prepared.splits import THREE, split_rows
from latent_atlas.sources import mnist

DRAWN = {"garments": {}, "faces": {}, "scenes": {}, "shapes": {"held_out_images": 24}}


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("source", DRAWN)
def test_the_same_bytes_whatever_the_number_of_workers(build: Build, place: Path, source: str, monkeypatch):
    monkeypatch.setenv("LATENT_ATLAS_WORKERS", "1")
    data = build(source, "a", images=100, **DRAWN[source])
    monkeypatch.setenv("LATENT_ATLAS_WORKERS", "3")
    build(source, "b", images=100, **DRAWN[source])
    contact_sheet.draw(place / "a/processed")
    contact_sheet.draw(place / "b/processed")
    assert files(place / "a") == files(place / "b")
    other = build(source, "c", images=100, seed=1, **DRAWN[source])
    assert not np.array_equal(data.split("train")["images"], other.split("train")["images"])
    with Image.open(place / "a/processed/contact_sheet.png") as image:
        assert min(image.size) > 100
    for name in THREE:
        split = data.split(name)
        assert split.rows == (80 if name == "train" else 10) == len(split["labels"])
        assert len(np.unique(split["images"].reshape(split.rows, -1), axis=0)) == split.rows  # no two alike
        assert split["labels"].dtype == np.int32 and split["labels"].max() < len(data.names("labels"))


def test_splits_share_no_drawing(build: Build):
    data = build("garments", images=100)
    seen = [image.tobytes() for name in THREE for image in data.split(name)["images"]]
    assert len(set(seen)) == 100


def test_garments_have_the_classes_of_fashion_mnist(build: Build):
    assert tuple(clothes.KINDS) == mnist.EDITIONS["fashion"].labels
    data = build("garments", images=100)
    assert set(data.card["arrays"]["train_labels"]["counts"].values()) == {8}
    assert data.spec.shape == (28, 28, 1)


def test_faces_have_attributes(build: Build):
    data = build("faces", images=200, size=32, label_attributes=["Wearing_Hat", "Beard"])
    values = data.split("train")["attributes"]
    assert values.shape == (160, len(portraits.ATTRIBUTES)) and set(np.unique(values)) == {0, 1}
    hair = [data.names("attributes").index(name) for name in data.entry("attributes")["groups"]["hair colour"]]
    assert (values[:, hair].sum(1) == 1).all()
    hat, beard = (values[:, data.names("attributes").index(name)].astype(int) for name in ("Wearing_Hat", "Beard"))
    np.testing.assert_array_equal(data.split("train")["labels"], 2 * hat + beard)
    assert data.names("labels") == [
        "not Wearing_Hat, not Beard",
        "not Wearing_Hat, Beard",
        "Wearing_Hat, not Beard",
        "Wearing_Hat, Beard",
    ]
    assert data.card["arrays"]["train_attributes"]["counts"]["Beard"] == beard.sum()
    with pytest.raises(ValidationError, match="Glasses"):
        sources.find("faces").Options(source="faces", label_attributes=["Glasses"])


def test_an_attribute_changes_the_picture():
    off = np.zeros(len(portraits.ATTRIBUTES), np.uint8)
    off[0] = 1
    plain = portraits.draw(off, 32, np.random.default_rng(0))
    for place, name in enumerate(portraits.ATTRIBUTES):
        if name in portraits.HAIR:
            continue
        on = off.copy()
        on[place] = 1
        changed = (portraits.draw(on, 32, np.random.default_rng(0)).astype(int) != plain).any(-1).sum()
        assert changed > 4, name


def test_scenes_are_paired_with_sketches(build: Build):
    data = build("scenes", images=100)
    inputs, targets = (data.split("train")[name] for name in ("inputs", "targets"))
    np.testing.assert_array_equal(targets, data.split("train")["images"])
    assert inputs.shape == targets.shape and inputs.mean() > 200 > targets.mean()
    dark = (np.asarray(inputs)[..., 0] < 128).mean()
    assert 0.02 < dark < 0.3
    assert data.names("labels") == ["plain", "striped"]


def test_captions_are_true_and_held_out_pairs_are(build: Build):
    data = build("shapes", images=200, held_out_images=24)
    hidden = set(data.card["held_out_labels"])
    assert set(np.unique(data.split("held_out")["labels"])) == hidden
    for name in (*THREE, "held_out"):
        split = data.split(name)
        captions, values = split["captions"], split["attributes"]
        assert len(captions) == split.rows and captions.per_image == 10
        assert (set(np.unique(split["labels"])) & hidden != set()) == (name == "held_out")
        for row in range(0, split.rows, 7):
            colour, shape = data.names("labels")[split["labels"][row]].split()
            true = {word for word, value in zip(data.names("attributes"), values[row], strict=True) if value}
            assert {colour, shape} <= true and len(true) == len(data.entry("attributes")["groups"])
            said = captions.of(row)
            assert len(set(said)) == 10
            for sentence in said:
                assert colour in sentence and not any(
                    other in sentence.split() for other in geometry.COLOURS if other != colour
                )
                assert "a orange" not in sentence
    kinds = {data.names("labels")[label].split()[1] for label in hidden}
    assert len(kinds) == 6  # every shape is held out in one colour, and seen in seven
    assert "the" in data.entry("captions")["words"] and len(data.entry("captions")["words"]) < 120


def test_pictures_show_the_colour_they_are_said_to():
    generator = np.random.default_rng(0)
    for name in geometry.NAMES:
        scene = geometry.scene(name, generator)
        image = geometry.draw(scene, 32, generator)[0].astype(int)
        y, x = int(scene.y * 32), int(scene.x * 32)
        distances = {colour: np.abs(image[y, x] - rgb).sum() for colour, rgb in geometry.COLOURS.items()}
        assert min(distances, key=distances.__getitem__) == scene.colour, name


def test_photographs_keep_their_sizes(build: Build):
    data = build("sample_photos", longest_side=128)
    photos = [data.picture(name) for name in data.pictures()]
    assert len(photos) == 14 and all(p.dtype == np.uint8 and p.ndim == 3 and max(p.shape) == 128 for p in photos)
    assert {"brick", "grass"} <= set(data.pictures("texture")) and "astronaut" in data.pictures("photo")
    contact_sheet.draw(data.path)


def test_letters_beyond_ascii_are_legible_on_the_sheet():
    font = theme.font(theme.SMALL)
    shapes_of = {bytes(font.getmask(letter)) for letter in "Жжéßñ\u0378"}  # the last is no letter, and drawn as a box
    assert len(shapes_of) == 6


def test_help_text_is_prose(build: Build):
    data = build("pydoc_text")
    contact_sheet.draw(data.path)
    with Image.open(data.path / "contact_sheet.png") as page:
        assert min(page.size) > 300 and 0.02 < (np.asarray(page.convert("L")) < 128).mean() < 0.3
    text = "".join(np.array(data.entry("text")["vocabulary"])[data.split("train")["text"]])
    assert len(text) > 300_000 and text.count(" the ") > 2000 and data.card["replaced"] < 0.001 * len(text)


def test_embedded_digits(build: Build):
    data = build("sklearn_digits")
    assert sum(data.split(name).rows for name in THREE) == 1797 and len(data.names("labels")) == 10


def test_missing_pieces_are_one_line(build: Build):
    data = build("garments", images=100)
    for column in ("attributes", "captions", "inputs", "text"):
        with pytest.raises(AtlasError, match=f"has no column '{column}'; its columns: images, labels") as refused:
            _ = data.split("train")[column]
        assert "\n" not in str(refused.value)
    (data.path / "train_labels.npy").write_bytes((data.path / "test_labels.npy").read_bytes())
    with pytest.raises(AtlasError, match="prepare again"):
        _ = data.split("train")["labels"]


def test_splits_divide_every_class_alike():
    labels = np.repeat(np.arange(5), [100, 10, 3, 1, 50])
    rows = split_rows(labels, {"train": 0.8, "validation": 0.1, "test": 0.1}, 0)
    everything = np.sort(np.concatenate(list(rows.values())))
    np.testing.assert_array_equal(everything, np.arange(len(labels)))
    assert (labels[rows["validation"]] == 0).sum() == 10 and (labels[rows["test"]] == 4).sum() == 5
