"""Frames from snapshots: one per snapshot, all of one size, showing what they should."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from latent_atlas.figures import evolution, style
from latent_atlas.figures.evolution import STRIP, animate

STEPS = np.array([0, 10, 100])


def planes(*lead: int, channels: int = 1) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (*lead, 28, 28, channels), np.uint8)


def frames(snapshots: dict[str, Any], label: int | None = None) -> list[NDArray[np.uint8]]:
    out = list(animate({"steps": STEPS, **snapshots}, label, ["naught", "one"]))
    assert len(out) == len(STEPS)
    assert {frame.shape for frame in out} == {out[0].shape}
    assert {frame.dtype for frame in out} == {np.dtype(np.uint8)}
    return out


def test_manifold_frame_is_the_tiled_plane() -> None:
    images = planes(3, 20, 20)
    out = frames({"images": images})
    assert out[0].shape == (560 + STRIP, 560, 3)
    np.testing.assert_array_equal(out[2][28:56, 56:84], np.broadcast_to(images[2, 1, 2], (28, 28, 3)))


def test_small_planes_are_enlarged_and_large_ones_reduced() -> None:
    assert frames({"images": planes(3, 5, 5)})[0].shape[1] == 560
    assert frames({"images": planes(3, 4, 64, channels=3)})[0].shape[1] == 896


def test_one_label_and_all_labels() -> None:
    green = (0, 100, 0)  # no text is
    images = planes(3, 2, 20, 20, channels=3)
    images[:, 1] = green
    one = frames({"images": images}, label=1)
    assert (one[0][:560] == green).all()
    every = frames({"images": images})
    panel = (every[0] == green).all(axis=2)
    assert panel.sum() >= (6 * 28) ** 2
    assert np.nonzero(panel)[1].min() > every[0].shape[1] // 2 - 1  # the second panel is on the right


def test_progress_bar_grows_with_the_step() -> None:
    dark = [(frame[561] < 100).all(axis=1).sum() for frame in frames({"images": planes(3, 20, 20)})]
    assert dark == [0, 56, 560]


def test_features_form() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 2
    centres = np.where(labels[:, None] == 0, -1.0, 1.0) * np.ones((60, 16))
    features = np.stack([centres * size + rng.normal(0, 0.1, (60, 16)) for size in (0.0, 1.0, 3.0)])
    out = frames({"features": features, "labels": labels})
    blue = np.array(style.triple(style.class_colour(0)))
    orange = np.array(style.triple(style.class_colour(1)))
    distances = []
    for frame in out:
        plot = frame[: evolution.SCATTER, : evolution.SCATTER].astype(int)
        middles = [np.argwhere((plot == colour).all(axis=2)).mean(axis=0) for colour in (blue, orange)]
        distances.append(np.linalg.norm(middles[0] - middles[1]))
    assert distances[0] < 60 < 3 * distances[0] + 60 < distances[2]
    legend = out[0][: evolution.SCATTER, evolution.SCATTER :]
    assert (legend == blue).all(axis=2).any()


@pytest.mark.parametrize("classes", [1, 30])
def test_features_of_few_and_many_classes(classes: int) -> None:
    frames({"features": np.zeros((3, 60, 4)), "labels": np.arange(60) % classes})


def test_the_legend_is_as_wide_as_its_names() -> None:
    snapshots = {"steps": STEPS, "features": np.zeros((3, 60, 4)), "labels": np.arange(60) % 2}
    for names, width in ((["a", "b"], evolution.LEGEND), (["x" * 90, "b"], evolution.WIDE_LEGEND)):
        assert next(animate(snapshots, None, names)).shape[1] == evolution.SCATTER + width


def test_frames_come_one_at_a_time() -> None:
    stream = animate({"steps": STEPS, "images": planes(3, 2, 2)}, None, [])
    assert next(stream).ndim == 3
    assert len(list(stream)) == 2
