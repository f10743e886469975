"""``params.yaml`` as it is written, and as a step sees it at one scale.

This module knows the form of the file and nothing of models or sources: what stands in an entry is parsed by
`latent_atlas.models` and `latent_atlas.sources`, and all of it is checked by `latent_atlas.check` before any job. So a
step depends on its own model and source only. A mistake is one line that names the key and what is allowed.
"""

import difflib
import json
import re
import reprlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from latent_atlas.errors import AtlasError
from latent_atlas.prepared.captions import split_words

FILE = Path("params.yaml")
SCALES = ("demo", "laptop", "full")
SECTIONS = ("experiments", "taught")  # of experiments: those that train on data alone, and those with a teacher

_Schema = TypeVar("_Schema", bound=BaseModel)
_KEY = re.compile(r"[a-z][a-z0-9_]*")


class Strict(BaseModel):
    """A part of the file: no other keys, and no other types, are let pass."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Evaluation(Strict):
    """How much is drawn to measure a model."""

    samples: int = Field(ge=100, le=100_000, description="images from each generator, and the most real ones")
    importance_samples: int = Field(ge=1, le=10_000, description="K of the importance-weighted bound")
    likelihood_images: int = Field(ge=1, le=100_000, description="test images whose likelihood is bounded")
    prompt: str = Field(default="", max_length=1000, description="what a language model goes on from")
    captions: list[str] = Field(default=[], max_length=24, description="sentences to be drawn, where captions steer")

    @field_validator("captions")
    @classmethod
    def _have_words(cls, captions: list[str]) -> list[str]:
        for place, caption in enumerate(captions, 1):
            if not split_words(caption):
                raise ValueError(f"caption {place} ({caption[:20]!r}) has no words; write a sentence or remove it")
        return captions


class Films(Strict):
    """How training is shown as it goes on."""

    frames_per_second: int = Field(ge=1, le=60)
    labels_at_most: int = Field(default=10, ge=1, le=100, description="conditions with an animation of their own")


class Reservation(Strict):
    """What the engines reserve for a job. No result depends on it."""

    mem_mb: int | None = Field(default=None, ge=100)
    runtime: int | None = Field(default=None, ge=1, description="minutes")
    gpu: int | None = Field(default=None, ge=0)


class Resources(Strict):
    """Reservations by step, with exceptions by experiment."""

    steps: dict[str, Reservation]
    experiments: dict[str, Reservation] = {}
    without_gpu: Literal["run", "refuse"] = Field(
        default="run",
        description="what a job that reserves a GPU does where TensorFlow finds none: run on the CPU, or end",
    )


class Scaled(Strict):
    """An entry that says something for each scale, or for some of them only."""

    demo: dict[str, Any] | None = None
    laptop: dict[str, Any] | None = None
    full: dict[str, Any] | None = None

    @property
    def scales(self) -> list[str]:
        """The scales that the entry has."""
        return [scale for scale in SCALES if getattr(self, scale) is not None]

    @model_validator(mode="after")
    def _has_a_scale(self) -> Self:
        if not self.scales:
            raise ValueError(f"it needs at least one of the scales {', '.join(SCALES)}")
        return self


class DatasetEntry(Scaled):
    """A dataset role: a source and its options at each scale."""


class ExperimentEntry(Scaled):
    """One model on one dataset, and its settings at each scale."""

    model: str
    dataset: str
    judge: str


class TaughtEntry(ExperimentEntry):
    """An experiment that needs another one's trained network while it trains."""

    teacher: str


class File(Strict):
    """``params.yaml`` as it is written."""

    scale: str
    seed: int = Field(ge=0, le=2**31 - 1)
    checkpoint_seconds: float = Field(gt=0, description="how much training a killed job may lose")
    datasets: dict[str, DatasetEntry]
    evaluation: dict[str, Evaluation]
    animation: Films
    resources: Resources
    experiments: dict[str, ExperimentEntry]
    taught: dict[str, TaughtEntry] = {}


class Experiment(BaseModel):
    """One experiment at the chosen scale; its settings as they are written."""

    model_config = ConfigDict(frozen=True)

    key: str
    section: str
    model: str
    dataset: str
    judge: str
    teacher: str | None = None
    settings: dict[str, Any]


class Params(BaseModel):
    """``params.yaml`` at one scale."""

    model_config = ConfigDict(frozen=True)

    path: Path
    scale: str
    seed: int
    checkpoint_seconds: float
    datasets: dict[str, dict[str, Any]]
    experiments: dict[str, Experiment]
    evaluation: Evaluation
    animation: Films
    resources: Resources

    def reservation(self, step: str, experiment: str | None, field: str) -> int:
        """What the engine reserves of ``field`` (mem_mb, runtime, gpu) for one job."""
        exception = getattr(self.resources.experiments.get(experiment or "", Reservation()), field)
        return exception if exception is not None else getattr(self.resources.steps[step], field) or 0

    @property
    def data(self) -> Path:
        """The folder of this scale's datasets."""
        return Path("data") / self.scale

    @property
    def results(self) -> Path:
        """The folder of this scale's results."""
        return Path("results") / self.scale

    def processed(self, dataset: str) -> Path:
        """The folder of a prepared dataset."""
        return self.data / dataset / "processed"

    def folder(self, experiment: str) -> Path:
        """The folder of an experiment's results."""
        return self.results / "experiments" / experiment


def read(path: Path = FILE) -> dict[str, Any]:
    """The raw content of ``params.yaml``: plain data, YAML 1.2, as DVC reads it.

    AtlasError: the file is missing, is not YAML, names a key twice, or is not a mapping.
    """
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AtlasError(f"{path}: no such file; run from the folder that holds params.yaml") from None
    except UnicodeDecodeError as error:
        raise AtlasError(f"{path}: is not UTF-8 ({error.reason} at byte {error.start})") from None
    except DuplicateKeyError as error:
        key = re.search(r'found duplicate key "([^"]*)"', str(error.problem))
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise AtlasError(f"{path}: line {line}: the key {key[1] if key else '?'!r} stands twice; keep one") from None
    except MarkedYAMLError as error:
        where = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise AtlasError(f"{path}: {where}is not YAML: {' '.join(str(error.problem).split())}") from None
    except (YAMLError, RecursionError, ValueError) as error:
        raise AtlasError(f"{path}: is not YAML: {' '.join(str(error).split())[:200]}") from None
    if not isinstance(content, dict):
        raise AtlasError(f"{path}: must be a mapping with the keys {', '.join(File.model_fields)}")
    return content


def load(scale: str | None = None, path: Path = FILE) -> Params:
    """``params.yaml`` at the given scale, or at the file's own; its form is checked, as by `parse`."""
    return view(parse(File, read(path), "", path), scale, path)


def view(file: File, scale: str | None, path: Path = FILE) -> Params:
    """The file at one scale."""
    scale = file.scale if scale is None else scale
    choice(f"{path}: scale", scale, SCALES)
    for key in file.evaluation:
        choice(f"{path}: evaluation", key, SCALES)
    if scale not in file.evaluation:
        raise AtlasError(f"{path}: evaluation: has no {scale}; write it, or choose {' or '.join(file.evaluation)}")
    for name in ("datasets", *SECTIONS):
        for key, entry in getattr(file, name).items():
            if not _KEY.fullmatch(key):
                raise AtlasError(f"{path}: {name}: {key!r} must be lower-case letters, digits and underscores")
            if scale not in entry.scales:
                raise AtlasError(
                    f"{path}: {name}.{key}: has no {scale}; write it, remove the entry, or choose a scale that it has: "
                    f"{', '.join(entry.scales)}"
                )
    if twice := sorted(set(file.experiments) & set(file.taught)):
        raise AtlasError(f"{path}: taught: {twice[0]!r} stands under experiments too; keep one")
    return Params(
        path=path,
        scale=scale,
        seed=file.seed,
        checkpoint_seconds=file.checkpoint_seconds,
        datasets={key: getattr(entry, scale) for key, entry in file.datasets.items()},
        experiments={
            key: Experiment(
                key=key, section=section, settings=getattr(entry, scale), **entry.model_dump(exclude=set(SCALES))
            )
            for section in SECTIONS
            for key, entry in getattr(file, section).items()
        },
        evaluation=file.evaluation[scale],
        animation=file.animation,
        resources=file.resources,
    )


def cut(file: File, scale: str) -> File:
    """The file without what it lacks at a scale: entries that do not have it, and experiments that need one of those.

    The judges of experiments must not form a circle.
    """
    entries = {**file.experiments, **file.taught}
    datasets = {key: entry for key, entry in file.datasets.items() if scale in entry.scales}

    def complete(key: str) -> bool:
        entry = entries[key]
        others = {entry.judge, getattr(entry, "teacher", key)} & set(entries) - {key}
        return scale in entry.scales and entry.dataset in datasets and all(map(complete, others))

    sections = {name: {key: entry for key, entry in getattr(file, name).items() if complete(key)} for name in SECTIONS}
    return file.model_copy(update={"datasets": datasets, **sections})


def canonical(value: Any) -> str:
    """One spelling for a value whatever the order of its keys; Snakemake compares parameters as strings."""
    return json.dumps(value, sort_keys=True)


def choice(where: str, value: object, allowed: Any) -> None:
    """Refuses a value that is not among those allowed; says which one may have been meant."""
    if value not in allowed:
        raise AtlasError(f"{where}: unknown value {value!r}; {_allowed(value, allowed)}")


def _allowed(value: object, allowed: Iterable[Any]) -> str:
    names = list(map(str, allowed))
    close = difflib.get_close_matches(str(value), names, 1)
    return (f"did you mean {close[0]!r}? " if close else "") + f"allowed: {', '.join(names)}"


def parse(schema: type[_Schema], content: Mapping[str, Any], where: str, path: Path) -> _Schema:
    """Content as a schema; ``where`` is its place in the file.

    AtlasError: one line that names the first mistake and says how many more there are.
    """
    try:
        return schema.model_validate(content)
    except ValidationError as error:
        # An unknown key first: it is often the misspelt one that another complaint misses.
        first, *more = sorted(error.errors(), key=lambda problem: problem["type"] != "extra_forbidden")
        key = ".".join(str(part) for part in (*([where] if where else []), *first["loc"]))
        count = f" (and {len(more)} more)" if more else ""
        raise AtlasError(f"{path}: {key}: {_explain(first, schema)}{count}") from None


def _explain(problem: Any, schema: type[BaseModel]) -> str:
    kind, value = problem["type"], problem["input"]
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        *place, key = problem["loc"]
        return f"unknown key; {_allowed(key, _fields_at(schema, place))}"
    # Of a value that refers to itself a thousandfold, as YAML's anchors allow, only the beginning is written out.
    return f"is {reprlib.repr(value)}; {problem['msg'][:1].lower()}{problem['msg'][1:]}"


def _fields_at(schema: type[BaseModel], location: Iterable[Any]) -> list[str]:
    """The keys allowed at a location inside a schema, following nested models and dictionaries of models."""
    current: Any = schema
    for part in location:
        if isinstance(current, type) and issubclass(current, BaseModel):
            current = current.model_fields[part].annotation
        else:
            current = current.__args__[-1]
    return list(current.model_fields)
