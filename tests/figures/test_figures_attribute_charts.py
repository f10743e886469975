"""Figures about attributes: the rows belong to their attribute, the points lie at the shares."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from numpy.typing import NDArray

from latent_atlas.figures import attribute_charts
from latent_atlas.figures.material import Material


def material(**arrays: NDArray[Any]) -> Material:
    names = np.array(["Wearing_Hat", "Beard", "Smiling"])
    return Material({"attribute_names": names, **arrays}, pd.DataFrame())


@pytest.fixture
def charts(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    seen: list[Figure] = []
    rasterise = attribute_charts.plotting.rasterise
    monkeypatch.setattr(attribute_charts.plotting, "rasterise", lambda figure: seen.append(figure) or rasterise(figure))
    return seen


def points(figure: Figure) -> list[list[float]]:
    """Horizontal positions of the two clouds, rows from the top."""
    (axes,) = figure.axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["Wearing Hat", "Beard", "Smiling"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first on top
    assert axes.get_xlabel()
    clouds = [each for each in axes.collections if len(each.get_offsets()) and each.get_label()[0] != "_"]
    return [np.asarray(cloud.get_offsets())[:, 0].tolist() for cloud in clouds]


def test_effect_shows_both_means(charts: list[Figure]) -> None:
    before = np.array([[0.0, 0.2, 0.4], [0.2, 0.2, 0.6]])
    after = np.array([[1.0, 0.2, 0.1], [0.8, 0.4, 0.3]])
    attribute_charts.effect(material(attribute_before=before, attribute_after=after, attribute_step=np.array(1.5)))
    first, second = points(charts[0])
    assert first == pytest.approx([0.1, 0.2, 0.5])
    assert second == pytest.approx([0.9, 0.3, 0.2])


def test_effect_says_how_many_vectors() -> None:
    arrays = {"attribute_before": np.zeros((7, 3)), "attribute_after": np.full((7, 3), 0.25)}
    known = attribute_charts.effect(material(**arrays, attribute_step=np.array(1.5))).detail
    assert "vectors added: 1.5" in known
    assert "mean rise 0.25" in known
    assert "vectors" not in attribute_charts.effect(material(**arrays)).detail


def test_accuracy_beside_the_majority(charts: list[Figure]) -> None:
    present = np.array([[1, 0, 1], [1, 0, 0], [1, 1, 0], [1, 0, 0]], np.uint8)
    logits = np.where(present, 2.0, -2.0)
    logits[0] *= -1  # the first image all wrong
    attribute_charts.accuracy(material(test_attribute_logits=logits, test_attributes=present))
    majority, correct = points(charts[0])
    assert majority == pytest.approx([1.0, 0.75, 0.75])
    assert correct == pytest.approx([0.75] * 3)


@pytest.mark.parametrize(("count", "columns", "rows"), [(3, 1, 3), (5, 2, 3), (40, 2, 1)])
def test_arithmetic_has_a_group_of_rows_for_each_attribute(count: int, columns: int, rows: int) -> None:
    shades = np.arange(1, count + 1, dtype=np.uint8)
    changed = np.zeros((count, 4, 5, 28, 28, 3), np.uint8)
    changed[..., 0], changed[..., 1] = 200, shades[:, None, None, None, None]
    sources = np.zeros((count, 4, 28, 28, 3), np.uint8)
    sources[..., 2], sources[..., 1] = 200, shades[:, None, None, None]
    out = attribute_charts.arithmetic(
        Material(
            {
                "attribute_names": np.array([f"attribute_{n}" for n in range(count)]),
                "attribute_arithmetic": changed,
                "attribute_sources": sources,
                "attribute_steps": np.linspace(0, 2, 5, dtype=np.float32),
            },
            pd.DataFrame(),
        )
    ).body
    assert out.shape[1] <= 1400
    tops = []
    for shade in shades:
        source = np.argwhere((out == (0, shade, 200)).all(axis=2))
        path = np.argwhere((out == (200, shade, 0)).all(axis=2))
        assert len(path) == 5 * len(source)
        (height, _), (low, _) = np.ptp(source, axis=0) + 1, source.min(axis=0)
        side = np.ptp(source[:, 1]) + 1
        assert height == rows * side + (rows - 1) * attribute_charts.GAP
        assert path[:, 0].min() == low
        assert path[:, 1].min() > source[:, 1].max()
        tops.append(int(low))
    assert len(set(tops)) == -(-count // columns)
    assert tops == sorted(tops)  # read across, then down
