"""Measures of optimised pictures, on numbers worked out by hand."""

import numpy as np
import pytest

from latent_atlas.evaluation import evaluate
from latent_atlas.metrics.pictures import gain, seam_contrast


def test_the_worst_gain_counts() -> None:
    assert gain(np.array([8.0, 9.0]), np.array([2.0, 3.0])) == 3.0
    assert gain(np.float32(6), np.float32(4)) == 1.5
    with pytest.raises(ValueError, match="expected positive numbers"):
        gain(np.ones(2), np.array([1.0, 0.0]))


def test_noise_has_no_seams_and_a_step_is_one() -> None:
    changes = np.random.default_rng(0).normal(0, 1, (1, 200, 200, 3))
    assert seam_contrast(changes, np.array([100]), np.array([50, 150])) == pytest.approx(1.0, abs=0.05)
    changes[:, 100:] += 20
    assert seam_contrast(changes, np.array([100]), np.array([], int)) > 10
    assert seam_contrast(changes, np.array([], int), np.array([50, 150])) == pytest.approx(1.0, abs=0.05)


def test_metrics_of_a_dream_and_of_a_style_transfer() -> None:
    dream = {"activations": np.array([6.0, 2.0]), "activations_before": np.array([1.0, 1.0])}
    style = {"style_losses": np.array([1.0, 2.0]), "style_losses_before": np.array([50.0, 80.0])}
    style |= {"content_losses": np.array([1.0, 3.0]), "content_losses_of_styles": np.array([4.0, 4.0])}
    assert evaluate(dream) == ({"activation_gain": 4.0}, [])
    assert evaluate(style) == ({"style_loss_drop": 40.0, "content_loss_share": 0.75}, [])


def test_seams_are_measured_where_tiles_meet() -> None:
    pictures = np.full((1, 8, 8, 3), 100, np.uint8)
    pictures[:, :, 4:] += 10
    pictures[:, ::2] += 4
    arrays = {"pictures": pictures, "picture_sources": np.full((1, 1, 8, 8, 3), 100, np.uint8)}
    arrays |= {"tile_rows": np.array([], int), "tile_columns": np.array([], int)}
    assert "seam_contrast" not in evaluate(arrays)[0]
    assert evaluate(arrays | {"tile_rows": np.array([4])})[0]["seam_contrast"] == pytest.approx(1.0)
    assert evaluate(arrays | {"tile_columns": np.array([4])})[0]["seam_contrast"] > 100
