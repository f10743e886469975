"""Draws the figures that an experiment's arrays call for: what is present decides, not the kind of model."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from numpy.typing import NDArray

from . import attributes, charts, curves, grids, maps, styled, surfaces
from .material import Material
from .style import Pixels, write_png


class Figure(NamedTuple):
    """A picture and the arrays without which it cannot be drawn ("history": at least one curve in it)."""

    name: str
    needs: tuple[str, ...]
    draw: Callable[[Material], Pixels]


FIGURES = (
    Figure("training_curves", ("history",), curves.training_curves),
    Figure("samples", ("samples",), grids.samples),
    Figure("manifold", ("manifold",), surfaces.manifold),
    Figure("latent_torus", ("latent_torus",), surfaces.torus),
    Figure("reconstructions", ("test_images", "test_reconstructions"), grids.reconstructions),
    Figure("latent_map", ("test_codes",), maps.latent_map),
    Figure("interpolations", ("interpolations",), grids.interpolations),
    Figure(
        "attribute_arithmetic",
        ("attribute_arithmetic", "attribute_sources", "attribute_steps", "attribute_names"),
        attributes.arithmetic,
    ),
    Figure("attribute_effect", ("attribute_before", "attribute_after", "attribute_names"), attributes.effect),
    Figure("truncation_sweep", ("truncation_sweep", "truncation_psis"), styled.truncation),
    Figure(
        "style_mixing",
        ("style_mixing", "style_mixing_rows", "style_mixing_columns", "style_mixing_layers"),
        styled.mixing,
    ),
    Figure("noise_variation", ("noise_draws", "noise_deviation"), styled.noise),
    Figure("style_transfer", ("transfer_sources", "transfers"), grids.style_transfer),
    Figure("denoising", ("noisy_images", "denoised_images", "test_images"), grids.denoising),
    Figure("anomaly", ("anomaly_scores", "anomaly_labels"), charts.anomaly),
    Figure("feature_map", ("reference_features", "sample_features"), maps.feature_map),
    Figure("confusion_matrix", ("test_logits", "test_labels"), charts.confusion_matrix),
    Figure("attribute_accuracy", ("test_attribute_logits", "test_attributes", "attribute_names"), attributes.accuracy),
    Figure("mistakes", ("test_images", "test_logits", "test_labels"), grids.mistakes),
)


def render(
    arrays: Mapping[str, NDArray[Any]],
    history: pd.DataFrame,
    directory: Path,
    label_names: Sequence[str],
    title: str,
) -> list[str]:
    """Write `<name>.png` into `directory` (which exists) for every figure whose arrays exist.

    Args:
        arrays: by name; images uint8 (n, H, W, 1 | 3). FIGURES says which figure needs which.
        history: one row per logged step: `step`, maybe `images_seen`, then one column per curve.
        label_names: name of class 0, 1, ...; may be empty.
        title: the experiment in plain words, under every figure's own title.

    Returns:
        The names of the figures written, in the order of FIGURES.
    """
    material = Material(arrays, history, label_names, title)
    present = set(arrays)
    if curves.curve_names(history):
        present.add("history")
    chosen = [figure for figure in FIGURES if present.issuperset(figure.needs)]
    for figure in chosen:
        write_png(directory / f"{figure.name}.png", figure.draw(material))
    return [figure.name for figure in chosen]
