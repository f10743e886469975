"""Training curves: which panel a quantity belongs to, and what is drawn in it."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from latent_atlas.figures import curves
from latent_atlas.figures.material import Material


def history(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"step": [1, 2, 3], "images_seen": [64, 128, 192], **columns})


def drawn(monkeypatch: pytest.MonkeyPatch, table: pd.DataFrame) -> dict[str, Any]:
    """The axes of a figure, by title."""
    seen: dict[str, Any] = {}
    rasterise = curves.plotting.rasterise

    def watched(figure: Figure) -> Any:
        seen.update({axes.get_title(loc="left"): axes for axes in figure.axes})
        return rasterise(figure)

    monkeypatch.setattr(curves.plotting, "rasterise", watched)
    assert curves.training_curves(Material({}, table)).body.shape[2] == 3
    return seen


def test_clocks_text_and_empty_columns_are_no_curves() -> None:
    table = history(loss=[3.0, 2.0, 1.5]).assign(note="x", empty=np.nan, validation_loss=[np.nan, 2.0, np.nan])
    assert curves.curve_names(table) == ["loss", "validation_loss"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["loss", "validation_loss", "kl"], [("loss", "validation_loss"), ("kl",)]),
        (
            ["discriminator_loss", "generator_loss", "diversity"],
            [("discriminator_loss", "generator_loss"), ("diversity",)],
        ),
        (["critic_loss", "gradient_norm", "generator_loss"], [("critic_loss", "generator_loss"), ("gradient_norm",)]),
        (["real_cost", "fake_cost", "fooling_cost"], [("real_cost", "fake_cost", "fooling_cost")]),
        (["decoder_updates", "discriminator_updates"], [("decoder_updates", "discriminator_updates")]),
        (["real_logits", "unheard_of", "fake_logits"], [("real_logits", "fake_logits"), ("unheard_of",)]),
    ],
)
def test_what_is_read_together_shares_a_panel(names: list[str], expected: list[tuple[str, ...]]) -> None:
    assert [panel.columns for panel in curves.panels(names)] == expected


def test_panels_are_labelled_and_targets_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    axes = drawn(
        monkeypatch,
        history(gradient_norm=[3.0, 2.0, 1.5], critic_loss=[-1.0, -2.0, -3.0], generator_loss=[1.0, 2.0, 3.0]),
    )
    assert set(axes) == {"gradient norm", "adversarial losses"}
    assert all(each.get_xlabel() == "training step" and each.get_ylabel() for each in axes.values())
    norm, losses = axes["gradient norm"], axes["adversarial losses"]
    assert [line.get_ydata()[0] for line in norm.lines] == [3.0, 1.0]
    assert norm.get_ylim()[0] < 1.0  # the target is in sight
    assert losses.get_legend_handles_labels()[1] == ["critic loss", "generator loss"]
    assert len({line.get_color() for line in losses.lines}) == 2


def test_a_wide_positive_curve_gets_a_logarithmic_axis(monkeypatch: pytest.MonkeyPatch) -> None:
    axes = drawn(monkeypatch, history(loss=[900.0, 20.0, 1.5], wasserstein_estimate=[900.0, 2.0, -1.5]))
    assert axes["loss"].get_yscale() == "log"
    assert axes["Wasserstein estimate"].get_yscale() == "linear"


def test_long_curves_are_smoothed_but_for_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 100
    table = pd.DataFrame({"step": range(count), "loss": np.arange(count) % 2.0, "resolution": [8.0] * 50 + [16.0] * 50})
    axes = drawn(monkeypatch, table)
    assert np.ptp(axes["loss"].lines[-1].get_ydata()[10:-10]) < 0.4
    assert sorted(set(axes["resolution"].lines[-1].get_ydata())) == [8, 16]


def test_moving_average_by_hand() -> None:
    averaged = curves.moving_average(np.array([0.0, 3.0, 6.0, 0.0]), 3)
    np.testing.assert_allclose(averaged, [1.5, 3, 3, 3])
