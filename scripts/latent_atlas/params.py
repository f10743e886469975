"""The typed, validated view of ``params.yaml``.

Everything is checked at once, before any job starts: every key, every scale, every experiment's model, dataset and
judge. A mistake is one line that names the key and what is allowed.
"""

import difflib
import json
import re
import reprlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from latent_atlas import datasets, models
from latent_atlas.errors import AtlasError
from latent_atlas.model import Judges, Model, Settings

FILE = Path("params.yaml")
SCALES = ("demo", "laptop", "full")

_Schema = TypeVar("_Schema", bound=BaseModel)
_STRICT = ConfigDict(extra="forbid", frozen=True, strict=True)
_KEY = re.compile(r"[a-z][a-z0-9_]*")


class Evaluation(BaseModel):
    """How much is drawn to measure a model."""

    model_config = _STRICT

    samples: int = Field(ge=100, le=100_000, description="images from each generator, and the most real ones")
    importance_samples: int = Field(ge=1, le=10_000, description="K of the importance-weighted bound")
    likelihood_images: int = Field(ge=1, le=100_000, description="test images whose likelihood is bounded")


class Animation(BaseModel):
    """How fast the manifold evolves on the screen."""

    model_config = _STRICT

    frames_per_second: int = Field(ge=1, le=60)


class LabelAnimations(BaseModel):
    """Which conditional experiments are animated label by label too."""

    model_config = _STRICT

    experiments: list[str]
    labels: list[Annotated[int, Field(ge=0)]] = Field(min_length=1)


class Reservation(BaseModel):
    """What the engines reserve for a job. No result depends on it."""

    model_config = _STRICT

    mem_mb: int | None = Field(default=None, ge=100)
    runtime: int | None = Field(default=None, ge=1, description="minutes")
    gpu: int | None = Field(default=None, ge=0)


class Resources(BaseModel):
    """Reservations by step, with exceptions by experiment."""

    model_config = _STRICT

    steps: dict[str, Reservation]
    experiments: dict[str, Reservation] = {}


class DatasetEntry(BaseModel):
    """A dataset role: a source and its options at each scale."""

    model_config = _STRICT

    demo: dict[str, Any]
    laptop: dict[str, Any]
    full: dict[str, Any]


class ExperimentEntry(BaseModel):
    """One model on one dataset, and its settings at each scale."""

    model_config = _STRICT

    model: str
    dataset: str
    judge: str
    demo: dict[str, Any]
    laptop: dict[str, Any]
    full: dict[str, Any]


class File(BaseModel):
    """``params.yaml`` as it is written."""

    model_config = _STRICT

    scale: str
    seed: int = Field(ge=0, le=2**31 - 1)
    checkpoint_seconds: float = Field(gt=0, description="how much training a killed job may lose")
    datasets: dict[str, DatasetEntry]
    evaluation: dict[str, Evaluation]
    animation: Animation
    label_animations: LabelAnimations
    resources: Resources
    experiments: dict[str, ExperimentEntry]


class Experiment(BaseModel):
    """One experiment at the chosen scale."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    key: str
    model: str
    dataset: str
    judge: str
    settings: Settings

    @property
    def model_class(self) -> type[Model]:
        """The class of the model file."""
        return models.find(self.model)


class Params(BaseModel):
    """``params.yaml`` at one scale, every value checked."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    scale: str
    seed: int
    checkpoint_seconds: float
    datasets: dict[str, datasets.Options]
    experiments: dict[str, Experiment]
    evaluation: Evaluation
    animation: Animation
    label_animations: LabelAnimations
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

    Raises:
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
    """Reads and checks all of ``params.yaml``, at the given scale or at the file's own.

    Raises:
        AtlasError: with one line that names the first mistake and says how many more there are.
    """
    return check(read(path), scale, path)


def check(content: Mapping[str, Any], scale: str | None = None, path: Path = FILE) -> Params:
    """Checks the content of a ``params.yaml``; see `load`."""
    file = _parse(File, content, "", path)
    scale = file.scale if scale is None else scale
    _choice(f"{path}: scale", scale, SCALES)
    for name, keys in (("datasets", list(file.datasets)), ("experiments", list(file.experiments))):
        for key in keys:
            if not _KEY.fullmatch(key):
                raise AtlasError(f"{path}: {name}: {key!r} must be lower-case letters, digits and underscores")
    if set(file.evaluation) != set(SCALES):
        raise AtlasError(f"{path}: evaluation: must have the keys {', '.join(SCALES)}, and no others")
    sources = {each: {key: _source(entry, key, each, path) for key, entry in file.datasets.items()} for each in SCALES}
    experiments = {each: {key: _experiment(file, key, each, path) for key in file.experiments} for each in SCALES}
    _check_label_animations(file, path)
    _check_resources(file, path)
    return Params(
        scale=scale,
        seed=file.seed,
        checkpoint_seconds=file.checkpoint_seconds,
        datasets=sources[scale],
        experiments=experiments[scale],
        evaluation=file.evaluation[scale],
        animation=file.animation,
        label_animations=file.label_animations,
        resources=file.resources,
    )


def canonical(value: Any) -> str:
    """One spelling for a value whatever the order of its keys; Snakemake compares parameters as strings."""
    return json.dumps(value, sort_keys=True)


def _source(entry: DatasetEntry, key: str, scale: str, path: Path) -> datasets.Options:
    where, options = f"datasets.{key}.{scale}", getattr(entry, scale)
    if not isinstance(options.get("source"), str):
        raise AtlasError(f"{path}: {where}: needs a source, one of {', '.join(datasets.names())}")
    _choice(f"{path}: {where}.source", options["source"], datasets.names())
    return _parse(datasets.find(options["source"]).Options, options, where, path)


def _experiment(file: File, key: str, scale: str, path: Path) -> Experiment:
    entry, where = file.experiments[key], f"experiments.{key}"
    _choice(f"{path}: {where}.model", entry.model, models.names())
    _choice(f"{path}: {where}.dataset", entry.dataset, file.datasets)
    _choice(f"{path}: {where}.judge", entry.judge, file.experiments)
    judge = file.experiments[entry.judge]
    if judge.dataset != entry.dataset:
        raise AtlasError(
            f"{path}: {where}.judge: {entry.judge!r} is trained on {judge.dataset!r}, "
            f"but must be trained on {entry.dataset!r} as {key!r} is"
        )
    if entry.judge != key and not issubclass(models.find(judge.model), Judges):
        raise AtlasError(f"{path}: {where}.judge: {entry.judge!r} is no classifier; name one, or {key!r} for none")
    settings = _parse(models.find(entry.model).Settings, getattr(entry, scale), f"{where}.{scale}", path)
    return Experiment(key=key, model=entry.model, dataset=entry.dataset, judge=entry.judge, settings=settings)


def _check_label_animations(file: File, path: Path) -> None:
    where = f"{path}: label_animations"
    for key in file.label_animations.experiments:
        _choice(f"{where}.experiments", key, file.experiments)
        if not models.find(file.experiments[key].model).conditional:
            raise AtlasError(f"{where}.experiments: {key!r} is not conditional; it has no labels to draw one by one")
    for name in ("experiments", "labels"):
        values = getattr(file.label_animations, name)
        if len(set(values)) != len(values):
            raise AtlasError(f"{where}.{name}: names one twice; name each once")


def _check_resources(file: File, path: Path) -> None:
    for key in file.resources.experiments:
        _choice(f"{path}: resources.experiments", key, file.experiments)
    for step in ("fetch", "prepare", "train", "sample", "render", "animate", "evaluate", "report"):
        if step not in file.resources.steps:
            raise AtlasError(f"{path}: resources.steps: has no {step!r}")


def _choice(where: str, value: object, allowed: Any) -> None:
    if value not in allowed:
        close = difflib.get_close_matches(str(value), list(allowed), 1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        raise AtlasError(f"{where}: unknown value {value!r}; {hint}allowed: {', '.join(map(str, allowed))}")


def _parse(schema: type[_Schema], content: Mapping[str, Any], where: str, path: Path) -> _Schema:
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
        allowed = _fields_at(schema, problem["loc"][:-1])
        close = difflib.get_close_matches(str(problem["loc"][-1]), allowed, 1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        return f"unknown key; {hint}allowed: {', '.join(allowed)}"
    # Of a value that refers to itself a thousandfold, as YAML's anchors allow, only the beginning is written out.
    return f"is {reprlib.repr(value)}; {problem['msg'][:1].lower()}{problem['msg'][1:]}"


def _fields_at(schema: type[BaseModel], location: tuple[Any, ...]) -> list[str]:
    """The keys allowed at a location inside a schema, following nested models and dictionaries of models."""
    current: Any = schema
    for part in location:
        if isinstance(current, type) and issubclass(current, BaseModel):
            current = current.model_fields[part].annotation
        else:
            current = current.__args__[-1]
    return list(current.model_fields)
