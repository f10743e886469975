"""Every array that a figure, a metric or the report asks for by name is one that something gives."""

import pytest

from latent_atlas.animations.evolution import ANIMATIONS
from latent_atlas.figures.catalogue import FIGURES
from latent_atlas.metrics.glossary import MEASURES
from latent_atlas.report import gather
from latent_atlas.sampling.samplers import SAMPLERS, VERDICT
from latent_atlas.training.cameras import CAMERAS

DATA = {f"{split}_{column}" for split in ("test", "train") for column in ("images", "labels", "attributes", "text")}
NAMES = {"label_names", "attribute_names", "text_vocabulary", "left_out"}
GIVEN = {name for sampler in SAMPLERS for name in sampler.gives} | set(VERDICT) | DATA | NAMES
FILMED = {"steps", *(camera.frames for camera in CAMERAS), *(still for camera in CAMERAS for still in camera.stills)}


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_figures_ask_for_what_is_given(figure) -> None:
    assert {*figure.needs, *figure.uses} - {"history"} <= GIVEN


def test_metrics_ask_for_what_is_given() -> None:
    asked_for = {name for measure in MEASURES for name in (*measure.needs, *measure.uses)}
    assert asked_for - {"findings"} <= GIVEN  # `findings` come from the model card


@pytest.mark.parametrize("arrays", [gather.ARRAYS, gather.EXPLORED])
def test_the_report_asks_for_what_is_given(arrays) -> None:
    assert set(arrays) <= GIVEN


@pytest.mark.parametrize("animation", ANIMATIONS, ids=lambda animation: animation.name)
def test_animations_ask_for_what_is_filmed(animation) -> None:
    assert set(animation.needs) <= FILMED


def test_everything_filmed_is_animated() -> None:
    assert {camera.frames for camera in CAMERAS} <= {name for animation in ANIMATIONS for name in animation.needs}


def test_no_two_samplers_give_the_same() -> None:
    names = [name for sampler in SAMPLERS for name in sampler.gives]
    assert len(names) == len(set(names))
