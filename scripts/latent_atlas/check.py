"""Checks all of ``params.yaml`` at once, before any job: keys, scales, sources, models, datasets, judges, teachers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from latent_atlas import models, params, sources
from latent_atlas.columns import DataSpec
from latent_atlas.errors import AtlasError
from latent_atlas.model import Judges
from latent_atlas.params import FILE, SCALES, File, Params, choice
from latent_atlas.steps import STEPS


def everything(content: Mapping[str, Any], scale: str | None = None, path: Path = FILE) -> Params:
    """The content of a ``params.yaml`` at one scale, checked at all; AtlasError as from `params.parse`."""
    file = params.parse(File, content, "", path)
    chosen = params.view(file, scale, path)
    _check_resources(chosen)
    _check_scale(chosen)
    for other in SCALES:
        if other in file.evaluation and other != chosen.scale:
            _check_scale(params.view(params.cut(file, other), other, path))
    return chosen


def _check_scale(here: Params) -> None:
    columns = {key: _columns(here, key) for key in here.datasets}
    for key, experiment in here.experiments.items():
        where = f"{here.path}: {experiment.section}.{key}"
        _check_devices(here, key, models.settings(here, key).devices)
        choice(f"{where}.dataset", experiment.dataset, here.datasets)
        _check_judge(here, key)
        model, teacher = models.find(experiment.model), experiment.teacher
        if model.teacher and teacher is None:
            raise AtlasError(f"{where}: {experiment.model} needs a teacher; move it under taught")
        if teacher is not None and not model.teacher:
            raise AtlasError(f"{where}: {experiment.model} takes no teacher; move it to experiments")
        if teacher is not None:
            choice(f"{where}.teacher", teacher, [name for name, e in here.experiments.items() if e.teacher is None])
            ability = model.teacher or object
            if not issubclass(models.find(here.experiments[teacher].model), ability):
                raise AtlasError(f"{where}.teacher: {teacher!r} has not the ability {ability.__name__}")
        models.check_data(here, key, columns[experiment.dataset])


def _columns(here: Params, key: str) -> DataSpec:
    options = sources.options(here, key)
    return DataSpec(sources.find(options.source).columns(options))


def _check_judge(here: Params, key: str) -> None:
    experiment = here.experiments[key]
    where = f"{here.path}: {experiment.section}.{key}.judge"
    choice(where, experiment.judge, here.experiments)
    if experiment.judge == key:
        return
    judge, order = here.experiments[experiment.judge], list(here.experiments)
    if judge.dataset != experiment.dataset:
        raise AtlasError(
            f"{where}: {experiment.judge!r} is trained on {judge.dataset!r}, "
            f"but must be trained on {experiment.dataset!r} as {key!r} is"
        )
    choice(f"{here.path}: {judge.section}.{judge.key}.model", judge.model, models.names())
    if not issubclass(models.find(judge.model), Judges):
        raise AtlasError(f"{where}: {experiment.judge!r} is no classifier; name one, or {key!r} for none")
    if order.index(experiment.judge) > order.index(key):
        raise AtlasError(f"{where}: {experiment.judge!r} must stand before {key!r}; judges come first")


def _check_devices(here: Params, key: str, devices: int) -> None:
    """A batch shared by more GPUs than a job reserves would take those of another."""
    reserved = here.reservation("train", key, "gpu")
    if 0 < reserved < devices:
        raise AtlasError(
            f"{here.path}: {here.experiments[key].section}.{key}.devices is {devices}, and {reserved} GPU is reserved "
            f"for it; set resources.experiments.{key}.gpu to {devices}"
        )


def _check_resources(here: Params) -> None:
    for key in here.resources.experiments:
        choice(f"{here.path}: resources.experiments", key, here.experiments)
    for step in STEPS:
        if step not in here.resources.steps:
            raise AtlasError(f"{here.path}: resources.steps: has no {step!r}")
