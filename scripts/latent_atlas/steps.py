"""What each step depends on: code and parameters. The one list for both engines and for checkpoints.

The Snakefile reads it; tests hold ``dvc.yaml`` to it, and both to what each step really imports and reads.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent

_EVERY = ("__init__.py", "checked.py", "errors.py", "io.py", "params.py", "step.py")
_READING = ("columns.py", "prepared/__init__.py", "prepared/captions.py", "prepared/card.py")
_SOURCES = ("columns.py", "drawing", "prepared", "sources")
_NETWORKS = (
    *("backend.py", "blocks", "compiled.py", "conditions.py", "latents.py", "model.py"),
    *("models/__init__.py", "weights.py"),
)
_SHEET = tuple(f"figures/{name}.py" for name in ("__init__", "lettering", "theme", "tiles"))

_SCORES = tuple(  # in charts
    f"metrics/{name}.py"
    for name in ("__init__", "attribute_scores", "checks", "detection", "frechet", "images", "ngrams", "sharpness")
)


@dataclass(frozen=True)
class Step:
    """One step.

    ``code`` lies below ``scripts/latent_atlas``: modules, and folders with all that is in them; ``{model}`` is the
    experiment's model. ``parameters`` are keys of ``params.yaml``; ``{key}`` is that of the dataset or experiment.
    """

    code: tuple[str, ...]
    parameters: tuple[str, ...] = ()


STEPS = {
    "fetch": Step((*_EVERY, *_SOURCES), ("datasets.{key}.{scale}",)),
    "prepare": Step((*_EVERY, *_SOURCES, "contact_sheet.py", *_SHEET), ("datasets.{key}.{scale}",)),
    "train": Step(
        (*_EVERY, *_READING, *_NETWORKS, "models/{model}.py", "steps.py", "training"),
        (
            "seed",
            "animation.labels_at_most",
            "{section}.{key}.model",
            "{section}.{key}.dataset",
            "{section}.{key}.{scale}",
        ),
    ),
    "sample": Step(
        (*_EVERY, *_READING, *_NETWORKS, "models/{model}.py", "sampling"),
        ("seed", "animation.labels_at_most", "evaluation.{scale}"),
    ),
    "render": Step(
        (*_EVERY, *_READING, "animations", "evidence.py", "figures", "latents.py", "rendering.py", *_SCORES),
        ("animation", "evaluation.{scale}"),
    ),
    "evaluate": Step((*_EVERY, *_READING, "evaluation.py", "evidence.py", "metrics"), ("evaluation.{scale}",)),
    "report": Step(
        (
            *(*_EVERY, *_READING, "backend.py", "blocks", "certificate.py", "drawing", "environment.py", "evidence.py"),
            *("figures", "latents.py", "metrics", "model.py", "models", "prepared", "report", "sources"),
            "steps.py",
        ),
        ("seed", "datasets", "evaluation", "experiments", "taught"),
    ),
}


def files(step: str, model: str = "") -> list[Path]:
    """The files of a step's code, sorted; those of a model if the step runs one."""
    names = [name.format(model=model) for name in STEPS[step].code if model or "{model}" not in name]
    return sorted({file for name in names for file in _inside(PACKAGE / name)})


def parameters(step: str, **names: str) -> list[str]:
    """The keys of ``params.yaml`` that a job of a step depends on."""
    return [key.format(**names) for key in STEPS[step].parameters]


def value(content: Any, key: str) -> Any:
    """What stands in ``params.yaml`` under a key such as ``evaluation.demo``."""
    for part in key.split("."):
        content = content[part]
    return content


def _inside(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    yield from (file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
