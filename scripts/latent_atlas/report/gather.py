"""What the experiments left on disk: read, checked, and cut down to what the page shows."""

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas import certificate, evidence, io, models, prepared
from latent_atlas.errors import AtlasError
from latent_atlas.figures.catalogue import FIGURES
from latent_atlas.params import Experiment, Params

PAIRS = 10  # test images shown through several models
PER_LABEL = 10  # generated images of each label
SAMPLES = 100  # generated images where there are no labels
EXPLORED = ("manifold", "latent_torus", "condition_names", "test_codes", "test_labels")  # arrays, shown as they are
ARRAYS = ("test_images", "test_labels", "test_reconstructions", "samples", "sample_labels", "sample_captions")

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Shown:
    """A picture of an experiment, and its words."""

    path: Path
    title: str
    caption: str


@dataclass(frozen=True)
class Film(Shown):
    """An animation of an experiment as MP4, and its words. A GIF of the same name lies beside it."""

    condition: str | None  # the one it shows, if it shows a single one


@dataclass(frozen=True)
class Result:
    """One experiment."""

    experiment: Experiment
    settings: dict[str, Any]
    condition: str | None  # the column that steers the model
    metrics: dict[str, float]
    card: dict[str, Any]
    last_row: dict[str, str]  # of history.csv
    figures: list[Shown]
    films: list[Film]
    left_out: list[str]  # what the data were too few for, and why
    arrays: Arrays

    @property
    def key(self) -> str:
        """Its name in ``params.yaml``."""
        return self.experiment.key

    @property
    def latents(self) -> int | None:
        """How many latents it has, if it has."""
        found = self.settings.get("latent_dim")
        return found if isinstance(found, int) else None

    @property
    def kind(self) -> str:
        """What a comparison must know of it: how many latents it has and what it is given."""
        count = f"{self.latents} latent{'s' * (self.latents != 1)}" if self.latents else ""
        return ", ".join(part for part in (count, f"given {self.condition}" if self.condition else "") if part)

    @property
    def findings(self) -> list[str]:
        """What training found wrong with itself, a sentence each."""
        return [str(finding) for finding in self.card.get("findings") or []]


@dataclass(frozen=True)
class Section:
    """One dataset, and the experiments on it."""

    key: str
    card: dict[str, Any]
    label_names: list[str]
    contact_sheet: Path | None
    results: list[Result]

    @property
    def enlarged(self) -> tuple[str, str] | None:
        """Sizes before and after, if the data card says that small images were enlarged."""
        match self.card.get("enlarged"):
            case {"from": [before, *one], "to": [after, *other]}:
                return "×".join(map(str, (before, *one))), "×".join(map(str, (after, *other)))
        return None

    def name_of(self, label: int) -> str:
        """The name of a class."""
        return self.label_names[label] if 0 <= label < len(self.label_names) else str(label)


@dataclass(frozen=True)
class Gathered:
    """Everything that the report shows."""

    params: Params
    sections: list[Section]
    certificate: dict[str, Any] | None

    @property
    def results(self) -> list[Result]:
        """Every experiment, in the order of ``params.yaml``."""
        found = {result.key: result for section in self.sections for result in section.results}
        return [found[key] for key in self.params.experiments]

    def section_of(self, result: Result) -> Section:
        """That of the dataset which an experiment was trained on."""
        return next(section for section in self.sections if section.key == result.experiment.dataset)


def gather(params: Params) -> Gathered:
    """Reads every experiment and every dataset; AtlasError names a file that is missing or damaged."""
    results = [_result(experiment, params) for experiment in params.experiments.values()]
    return Gathered(params, [_section(key, params, results) for key in params.datasets], _certificate(params.scale))


def _certificate(scale: str) -> dict[str, Any] | None:
    """How the outputs compare with the maintainers' reference, None where there is no reference for the scale."""
    path = certificate.reference_file(scale)
    reference = _object(path) if path.exists() else {}
    return certificate.compare(certificate.take(scale), reference) if reference else None


def _section(key: str, params: Params, results: list[Result]) -> Section:
    data = prepared.load(params.processed(key))
    sheet = data.path / "contact_sheet.png"
    mine = [result for result in results if result.experiment.dataset == key]
    return Section(key, data.card, data.names("labels"), sheet if sheet.exists() else None, mine)


def _result(experiment: Experiment, params: Params) -> Result:
    folder = params.folder(experiment.key)
    figures = folder / "figures"
    return Result(
        experiment=experiment,
        settings=models.settings(params, experiment.key).model_dump(mode="json"),
        condition=models.find(experiment.model).condition,
        metrics=_metrics(folder / "metrics.json"),
        card=_object(folder / "model.json"),
        last_row=_last_row(folder / "history.csv"),
        figures=_figures(figures),
        films=_films(folder / "animations"),
        left_out=_lines(folder / "left_out.json") + [f"figure {line}" for line in _lines(figures / "left_out.json")],
        arrays=_cut(evidence.load(params, experiment.key), folder / evidence.SAMPLES),
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


def _lines(path: Path) -> list[str]:
    content = io.load_json(path)
    if not isinstance(content, list) or not all(isinstance(line, str) for line in content):
        raise AtlasError(f"{path}: must hold a list of texts; delete it and rerun")
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
        raise AtlasError(f"{path}: not a readable table ({io.one_line(error)}); rerun") from None
    if not rows:
        raise AtlasError(f"{path}: has no rows; train again")
    return {str(name): str(value) for name, value in rows[-1].items() if value}


def _figures(folder: Path) -> list[Shown]:
    """In the order of the catalogue; figures that it does not have after them, by file name, which is their title."""
    words = {figure.name: (figure.title, figure.caption) for figure in FIGURES}
    places = {name: place for place, name in enumerate(words)}
    paths = sorted(_present(folder).glob("*.png"), key=lambda path: (places.get(path.stem, len(places)), path.stem))
    return [Shown(path, *words.get(path.stem, (path.stem.replace("_", " ").capitalize(), ""))) for path in paths]


def _films(folder: Path) -> list[Film]:
    """Those that show everything first, then those of single conditions, in their order."""
    path = folder / "animations.json"
    found = sorted(_object(path).items(), key=lambda entry: (len(entry[0]), entry[0]))
    try:
        return [
            Film(
                _present(folder / f"{Path(stem).name}.mp4"), *(words[key] for key in ("title", "caption", "condition"))
            )
            for stem, words in found
        ]
    except (KeyError, TypeError) as error:
        raise AtlasError(f"{path}: lacks {error}; delete {folder} and rerun") from None


def is_images(array: NDArray[Any] | None) -> bool:
    """Whether it is uint8 (n, height, width, 1 | 3), n > 0."""
    if array is None or array.dtype != np.uint8 or array.ndim != 4:
        return False
    return array.shape[-1] in (1, 3) and array.size > 0


def _cut(arrays: Mapping[str, NDArray[Any]], path: Path) -> Arrays:
    """Copies of what the page shows, so that the rest can be forgotten."""
    found = {name: arrays[name] for name in (*ARRAYS, *EXPLORED) if name in arrays}
    kept: Arrays = {name: np.array(found[name]) for name in EXPLORED if name in found}
    try:
        if is_images(found.get("test_images")):
            kept["test_images"] = np.array(found["test_images"][:PAIRS])
            if is_images(found.get("test_reconstructions")):
                kept["test_reconstructions"] = found["test_reconstructions"][:PAIRS].copy()
            if "test_labels" in found:
                chosen = _first_of_each(found["test_labels"])
                kept |= {"real": found["test_images"][chosen], "real_labels": found["test_labels"][chosen]}
        if is_images(found.get("samples")):
            labelled = "sample_labels" in found
            rows = _first_of_each(found["sample_labels"]) if labelled else np.arange(len(found["samples"]))[:SAMPLES]
            kept |= {name: array[rows] for name, array in found.items() if name.startswith("sample")}
    except (IndexError, ValueError) as error:
        raise AtlasError(f"{path}: arrays that do not belong together ({error}); delete it and rerun") from None
    return kept


def _first_of_each(labels: NDArray[Any], count: int = PER_LABEL) -> NDArray[Any]:
    """Rows of the first ``count`` images of each label, label by label."""
    return np.concatenate([np.flatnonzero(labels == label)[:count] for label in np.unique(labels)])
