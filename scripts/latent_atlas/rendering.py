"""Draws the figures that an experiment's arrays allow: what is present decides, not the kind of model."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from latent_atlas import io
from latent_atlas.errors import TooFewError
from latent_atlas.figures import curves
from latent_atlas.figures.catalogue import FIGURES, HISTORY, Figure
from latent_atlas.figures.lettering import titled
from latent_atlas.figures.material import Material, require
from latent_atlas.figures.theme import Pixels, write_png


def read_history(path: Path) -> pd.DataFrame:
    """The training history, one row per logged step."""
    return pd.read_csv(path)


def render(evidence: Mapping[str, NDArray[Any]], history: pd.DataFrame, directory: Path, title: str) -> None:
    """Writes `<name>.png` into `directory` (which exists) for every figure whose arrays exist.

    A figure for which there are too few data is left out; `left_out.json` lists those, with the reason. Images in
    `evidence` are uint8 (n, H, W, 1 | 3); `history` has a row per logged step: `step`, maybe `images_seen`, then one
    column per curve; `title` is the experiment in plain words, under every figure's own title.
    """
    present = {*evidence, *([HISTORY] if curves.curve_names(history) else [])}
    material = Material(evidence, history)
    left_out = []
    for figure in FIGURES:
        if not present.issuperset(figure.needs) or present.intersection(figure.unless):
            continue
        try:
            write_png(directory / f"{figure.name}.png", _framed(figure, material, title))
        except TooFewError as error:
            left_out.append(f"{figure.name}: {error}")
            print(f"left out: {left_out[-1]}")
    io.save_json(directory / "left_out.json", left_out)


def _framed(figure: Figure, material: Material, title: str) -> Pixels:
    for name in figure.needs:
        if name != HISTORY:
            require(len(material[name]), 1, f"rows of {name}")
    body, detail = figure.draw(material)
    return titled(body, figure.title, " · ".join(part for part in (title, detail) if part))
