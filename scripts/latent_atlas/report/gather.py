"""What the experiments left on disk: read, checked, and cut down to what the page shows."""

import csv
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas import certificate, io
from latent_atlas.datasets import processed
from latent_atlas.errors import AtlasError
from latent_atlas.figures.render import FIGURES
from latent_atlas.params import Experiment, Params

PAIRS = 10  # test images shown through several models
PER_LABEL = 10  # generated images of each label
SAMPLES = 100  # generated images where there are no labels
_ENLARGED = re.compile(r"(\d+)x(\d+)\b.*\bto (\d+)x(\d+)\b")

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Result:
    """One experiment."""

    experiment: Experiment
    folder: Path
    metrics: dict[str, float]
    card: dict[str, Any]
    last_row: dict[str, str]  # of history.csv
    figures: list[Path]
    animation: Path  # manifold.mp4
    label_animations: dict[int, Path]
    arrays: Arrays

    @property
    def key(self) -> str:
        """Its name in ``params.yaml``."""
        return self.experiment.key

    @property
    def conditional(self) -> bool:
        """Whether the model is given the label."""
        return self.experiment.model_class.conditional

    @property
    def latent_dim(self) -> int | None:
        """How many latents it has, if it has."""
        found = self.card.get("settings", {}).get("latent_dim")
        return found if isinstance(found, int) else None

    @property
    def findings(self) -> list[str]:
        """What training found wrong with itself, a sentence each."""
        return [str(finding) for finding in self.card.get("findings") or []]


@dataclass(frozen=True)
class Dataset:
    """One dataset role, and the experiments on it."""

    key: str
    card: dict[str, Any]
    label_names: list[str]
    contact_sheet: Path | None
    results: list[Result]

    @property
    def enlarged(self) -> tuple[str, str] | None:
        """Sizes before and after, if the data card says that small scans were enlarged."""
        found = _ENLARGED.search(str(self.card.get("processing", "")))
        if not found or int(found[3]) <= int(found[1]):
            return None
        return f"{found[1]}×{found[2]}", f"{found[3]}×{found[4]}"

    def name_of(self, label: int) -> str:
        """The name of a class."""
        return self.label_names[label] if 0 <= label < len(self.label_names) else str(label)


@dataclass(frozen=True)
class Atlas:
    """Everything the report shows."""

    params: Params
    datasets: list[Dataset]
    certificate: dict[str, Any] | None

    @property
    def results(self) -> list[Result]:
        """Every experiment, in the order of ``params.yaml``."""
        found = {result.key: result for dataset in self.datasets for result in dataset.results}
        return [found[key] for key in self.params.experiments]

    def dataset_of(self, result: Result) -> Dataset:
        """What an experiment was trained on."""
        return next(dataset for dataset in self.datasets if dataset.key == result.experiment.dataset)


def gather(params: Params) -> Atlas:
    """Reads every experiment and every dataset.

    Raises:
        AtlasError: a file is missing or damaged; the message names it.
    """
    results = [_result(experiment, params) for experiment in params.experiments.values()]
    datasets = [_dataset(key, params, results) for key in params.datasets]
    return Atlas(params, datasets, _certificate(params.scale))


def _certificate(scale: str) -> dict[str, Any] | None:
    """How the outputs compare with the maintainers' reference, None where there is no reference for the scale."""
    reference = _object(certificate.reference_file(scale))
    return certificate.compare(certificate.take(scale), reference) if reference else None


def _dataset(key: str, params: Params, results: list[Result]) -> Dataset:
    folder = params.processed(key)
    opened = processed.load(folder)
    sheet = folder / "contact_sheet.png"
    names = [str(name) for name in opened.label_names]
    mine = [result for result in results if result.experiment.dataset == key]
    return Dataset(key, opened.card, names, sheet if sheet.exists() else None, mine)


def _result(experiment: Experiment, params: Params) -> Result:
    folder = params.folder(experiment.key)
    shown = params.label_animations
    labels = shown.labels if experiment.key in shown.experiments else []
    return Result(
        experiment=experiment,
        folder=folder,
        metrics=_metrics(folder / "metrics.json"),
        card=_object(folder / "model.json"),
        last_row=_last_row(folder / "history.csv"),
        figures=_figures(folder / "figures"),
        animation=_present(folder / "manifold.mp4"),
        label_animations={label: _present(folder / f"manifold_{label}.mp4") for label in labels},
        arrays=_cut(io.load_arrays(_present(folder / "samples.npz")), folder / "samples.npz"),
    )


def _present(path: Path) -> Path:
    if not path.exists():
        raise AtlasError(f"{path}: no such file; the step that makes it has not run")
    return path


def _object(path: Path) -> dict[str, Any]:
    content = io.load_json(path)
    if not isinstance(content, dict):
        raise AtlasError(f"{path}: must hold a JSON object; delete it and rerun")
    return content


def _metrics(path: Path) -> dict[str, float]:
    content = _object(path)
    for name, value in content.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise AtlasError(f"{path}: {name!r} must be a finite number; delete the file and rerun")
    return {name: content[name] for name in sorted(content)}


def _last_row(path: Path) -> dict[str, str]:
    try:
        with _present(path).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise AtlasError(f"{path}: not a readable table ({' '.join(str(error).split())}); rerun") from None
    if not rows:
        raise AtlasError(f"{path}: has no rows; train again")
    return {str(name): str(value) for name, value in rows[-1].items() if value}


def _figures(folder: Path) -> list[Path]:
    """In the order in which the figures are drawn; others after them, by name."""
    order = {figure.name: place for place, figure in enumerate(FIGURES)}
    found = sorted(_present(folder).glob("*.png"), key=lambda path: (order.get(path.stem, len(order)), path.stem))
    if not found:
        raise AtlasError(f"{folder}: holds no figures; delete it and rerun")
    return found


def is_images(array: NDArray[Any] | None) -> bool:
    """Whether it is uint8 (n, height, width, 1 | 3), n > 0."""
    return (
        array is not None
        and array.dtype == np.uint8
        and array.ndim == 4
        and array.shape[-1] in (1, 3)
        and array.size > 0
    )


def _cut(arrays: Arrays, path: Path) -> Arrays:
    """Copies of what the page shows, so that the rest can be forgotten."""
    kept: Arrays = {}
    try:
        if is_images(arrays.get("test_images")):
            kept["test_images"] = arrays["test_images"][:PAIRS].copy()
            if is_images(arrays.get("test_reconstructions")):
                kept["test_reconstructions"] = arrays["test_reconstructions"][:PAIRS].copy()
            if "test_labels" in arrays:
                chosen = _first_of_each(arrays["test_labels"])
                kept |= {"real": arrays["test_images"][chosen], "real_labels": arrays["test_labels"][chosen]}
        if is_images(arrays.get("samples")):
            if "sample_labels" in arrays:
                chosen = _first_of_each(arrays["sample_labels"])
                kept |= {
                    "samples": arrays["samples"][chosen],
                    "sample_labels": arrays["sample_labels"][chosen],
                }
            else:
                kept["samples"] = arrays["samples"][:SAMPLES].copy()
        for name in ("manifold", "latent_torus", "test_codes", "test_labels"):
            if name in arrays:
                kept[name] = arrays[name]
    except (IndexError, ValueError) as error:
        raise AtlasError(f"{path}: arrays that do not belong together ({error}); delete it and rerun") from None
    return kept


def _first_of_each(labels: NDArray[Any], count: int = PER_LABEL) -> NDArray[Any]:
    """Rows of the first ``count`` images of each label, label by label."""
    return np.concatenate([np.flatnonzero(labels == label)[:count] for label in np.unique(labels)])
