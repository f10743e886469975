"""Frames from snapshots: one per snapshot, all of one size, showing what they should; and the files they become."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from latent_atlas.animations import evolution, feature_frames, frames
from latent_atlas.animations.evolution import ANIMATIONS, animate, described
from latent_atlas.animations.frames import STRIP
from latent_atlas.errors import AtlasError
from latent_atlas.figures import theme

STEPS = np.array([0, 10, 100])
NAMES = np.array(["naught", "one"])
Frames = list[NDArray[np.uint8]]


def images(*lead: int, channels: int = 1) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (*lead, 28, 28, channels), np.uint8)


def taken(stream: Iterator[NDArray[np.uint8]]) -> Frames:
    out = list(stream)
    assert len(out) == len(STEPS)
    assert {frame.shape for frame in out} == {out[0].shape}
    assert {frame.dtype for frame in out} == {np.dtype(np.uint8)}
    return out


def surfaces(array: NDArray[np.uint8]) -> Frames:
    return taken(frames.surfaces({"steps": STEPS, "manifold_frames": array, "condition_names": NAMES}))


def features(**snapshots: Any) -> Frames:
    return taken(feature_frames.features({"steps": STEPS, **snapshots}))


def test_manifold_frame_is_the_tiled_plane() -> None:
    array = images(3, 20, 20)
    out = surfaces(array)
    assert out[0].shape == (560 + STRIP, 560, 3)
    np.testing.assert_array_equal(out[2][28:56, 56:84], np.broadcast_to(array[2, 1, 2], (28, 28, 3)))


def test_small_planes_are_enlarged_and_large_ones_reduced() -> None:
    assert surfaces(images(3, 5, 5))[0].shape[1] == 560
    assert surfaces(images(3, 4, 64, channels=3))[0].shape[1] == 896


def test_one_condition_and_all_conditions() -> None:
    green = (0, 100, 0)  # no text is
    array = images(3, 2, 20, 20, channels=3)
    array[:, 1] = green
    one = taken(frames.surfaces_under({"steps": STEPS, "manifold_frames": array, "condition_names": NAMES}, 1))
    assert (one[0][:560] == green).all()
    every = surfaces(array)
    panel = (every[0] == green).all(axis=2)
    assert panel.sum() >= (6 * 28) ** 2
    assert np.nonzero(panel)[1].min() > every[0].shape[1] // 2 - 1  # the second panel is on the right


def test_progress_bar_grows_with_the_step() -> None:
    dark = [(frame[561] < 100).all(axis=1).sum() for frame in surfaces(images(3, 20, 20))]
    assert dark == [0, 56, 560]


def test_features_form() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 2
    centres = np.where(labels[:, None] == 0, -1.0, 1.0) * np.ones((60, 16))
    clouds = np.stack([centres * size + rng.normal(0, 0.1, (60, 16)) for size in (0.0, 1.0, 3.0)])
    out = features(feature_frames=clouds, feature_labels=labels, label_names=NAMES)
    blue = np.array(theme.triple(theme.class_colour(0)))
    orange = np.array(theme.triple(theme.class_colour(1)))
    distances = []
    for frame in out:
        plot = frame[: feature_frames.SIDE, : feature_frames.SIDE].astype(int)
        middles = [np.argwhere((plot == colour).all(axis=2)).mean(axis=0) for colour in (blue, orange)]
        distances.append(np.linalg.norm(middles[0] - middles[1]))
    assert distances[0] < 60 < 3 * distances[0] + 60 < distances[2]
    legend = out[0][: feature_frames.SIDE, feature_frames.SIDE :]
    assert (legend == blue).all(axis=2).any()


@pytest.mark.parametrize(("classes", "legend"), [(1, feature_frames.LEGEND), (30, 0)])
def test_features_of_few_and_many_classes(classes: int, legend: int) -> None:
    out = features(feature_frames=np.zeros((3, 60, 4)), feature_labels=np.arange(60) % classes)
    assert out[0].shape[1] == feature_frames.SIDE + legend


def test_features_without_classes_have_one_colour_and_no_legend() -> None:
    out = features(feature_frames=np.random.default_rng(0).normal(size=(3, 60, 4)))
    assert out[0].shape[1] == feature_frames.SIDE
    assert (out[2] == theme.triple(theme.ACCENT)).all(axis=2).sum() > 60


def test_the_legend_is_as_wide_as_its_names() -> None:
    for names, width in ((["a", "b"], feature_frames.LEGEND), (["x" * 90, "b"], feature_frames.WIDE_LEGEND)):
        arrays = {"feature_labels": np.arange(60) % 2, "label_names": np.array(names)}
        assert features(feature_frames=np.zeros((3, 60, 4)), **arrays)[0].shape[1] == feature_frames.SIDE + width


@pytest.mark.parametrize("rows", [2, 7])
def test_a_translation_stands_right_of_its_source(rows: int) -> None:
    array = np.zeros((3, rows, 2, 28, 28, 3), np.uint8)
    array[:, :, 0], array[:, :, 1] = (0, 100, 0), (0, 0, 180)
    frame = taken(frames.translations({"steps": STEPS, "translation_frames": array}))[0]
    sources, translations = ((frame == colour).all(axis=2) for colour in ((0, 100, 0), (0, 0, 180)))
    assert sources.sum() == translations.sum() >= rows * 28**2
    assert np.nonzero(sources)[1].min() < np.nonzero(translations)[1].min()


def test_text_of_different_lengths_gives_frames_of_one_size() -> None:
    texts = np.array([["", "a"], ["two\nlines", "b " * 60], ["c " * 9000, "d"]])
    out = taken(frames.texts({"steps": STEPS, "text_frames": texts}))
    ink = [int((frame[:-STRIP] < 100).sum()) for frame in out]
    assert 0 < ink[0] < ink[1] < ink[2]
    assert max(out[0].shape) < frames.WIDEST


def test_pictures_stand_beside_each_other() -> None:
    array = np.zeros((3, 2, 40, 100, 3), np.uint8)
    array[:, 0], array[:, 1] = (0, 100, 0), (0, 0, 180)
    frame = taken(frames.pictures({"steps": STEPS, "picture_frames": array}))[0]
    first, second = (np.nonzero((frame == colour).all(axis=2)) for colour in ((0, 100, 0), (0, 0, 180)))
    assert first[0].min() == second[0].min() == 0
    assert first[1].max() < second[1].min()


def test_frames_come_one_at_a_time() -> None:
    stream = frames.surfaces({"steps": STEPS, "manifold_frames": images(3, 2, 2)})
    assert next(stream).ndim == 3
    assert len(list(stream)) == 2


# -------------------------------------------------------------------- files

PLANES = {"manifold_frames": images(3, 2, 3, 3), "condition_names": NAMES}
TRAINED = {
    "plane": {"manifold_frames": images(3, 3, 3)},
    "steered": PLANES,
    "judge": {"feature_frames": np.ones((3, 5, 2)), "feature_labels": np.arange(5) % 2, "label_names": NAMES},
    "judge without classes": {"feature_frames": np.ones((3, 5, 2))},
    "translates": {"translation_frames": images(3, 4, 2)},
    "writes": {"text_frames": np.array([["a", "b"]] * 3)},
    "paints": {"picture_frames": images(3, 1, channels=3)},
    "nothing to film": {},
}
FILES = {
    "plane": ["manifold"],
    "steered": ["manifold", "manifold_0", "manifold_1"],
    "judge": ["evolution"],
    "judge without classes": ["evolution"],
    "translates": ["evolution"],
    "writes": ["evolution"],
    "paints": ["evolution"],
    "nothing to film": [],
}


@pytest.mark.parametrize("kind", TRAINED)
def test_files_and_their_words(kind: str, tmp_path: Path) -> None:
    animate({"steps": STEPS, **TRAINED[kind]}, tmp_path, 10)
    expected = [f"{stem}{suffix}" for stem in FILES[kind] for suffix in (".gif", ".mp4")]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["animations.json", *expected])
    words = described(tmp_path)
    assert [stem for stem, _, _ in words] == FILES[kind]
    assert len({title for _, title, _ in words}) == len(words)
    assert all(caption.endswith(".") for _, _, caption in words)
    assert all("latent" in title.lower() for stem, title, _ in words if stem.startswith("manifold"))
    assert not any("latent" in f"{title} {caption}".lower() for stem, title, caption in words if stem == "evolution")


def test_the_words_of_a_condition(tmp_path: Path) -> None:
    animate({"steps": STEPS, **PLANES}, tmp_path, 10)
    words = json.loads((tmp_path / "animations.json").read_text())
    assert [words[stem]["condition"] for stem in FILES["steered"]] == [None, "naught", "one"]
    assert words["manifold_1"]["title"] == "The latent space forms under one condition: one"


def test_conditions_stand_in_their_order(tmp_path: Path) -> None:
    stems = ["manifold", *(f"manifold_{place}" for place in range(12))]
    words = {stem: {"title": stem, "caption": ""} for stem in reversed(stems)}
    (tmp_path / evolution.WORDS).write_text(json.dumps(words))
    assert [stem for stem, _, _ in described(tmp_path)] == stems


def test_a_folder_without_words(tmp_path: Path) -> None:
    with pytest.raises(AtlasError, match=r"animations\.json: no such file"):
        described(tmp_path)


def test_every_animation_has_words_of_its_own() -> None:
    assert all(animation.title and animation.caption.endswith(".") for animation in ANIMATIONS)
    for field in ("name", "title"):
        assert len({getattr(animation, field) for animation in ANIMATIONS}) == len(ANIMATIONS)
