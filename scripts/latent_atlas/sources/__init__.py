"""Where data comes from. One file per source: its options, its columns, how it is fetched and how it is prepared.

A source file defines a pydantic model ``Options`` (what ``params.yaml`` may say) and three functions.
``columns(options)`` says before any job what will be prepared, with None for a shape or size that only the files tell.
``fetch(options, raw, progress)`` fills an empty folder with raw files; ``prepare(options, raw, processed, progress)``
fills another with what `latent_atlas.prepared` describes. Both write plain files into the folder they are given; the
step makes the folder appear as a whole or not at all, and adds the contact sheet.

A module here is a source; the packages beside them are what sources share: ``obtaining`` (downloads, archives, wheels,
the user's own files) and ``imaging`` (bytes to pixels).
"""

import importlib
import pkgutil
from pathlib import Path
from typing import Any, Protocol, cast

from pydantic import Field

from latent_atlas.columns import Column
from latent_atlas.errors import AtlasError
from latent_atlas.params import Params, Strict, choice, parse
from latent_atlas.step import Progress


class Options(Strict):
    """What every source lets ``params.yaml`` say. A source adds its own fields."""

    source: str = Field(description="which file of this package obtains and standardises the data")

    def advice(self, where: str) -> str:  # `where` is the entry in ``params.yaml``
        """What to do beyond what an error says whose cause is in the data."""
        return ""


class Source(Protocol):
    """A source file, seen as an object; its functions are given options of its own kind."""

    @property
    def Options(self) -> "type[Options]": ...  # noqa: N802  # the name of the class it stands for

    def columns(self, options: Any) -> dict[str, Column]: ...

    def fetch(self, options: Any, raw: Path, progress: Progress) -> None: ...

    def prepare(self, options: Any, raw: Path, processed: Path, progress: Progress) -> None: ...


def names() -> list[str]:
    """Every source there is, in alphabetical order."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg)


def find(name: str) -> Source:
    """The source file ``sources/<name>.py``; AtlasError: there is no such file."""
    if name not in names():
        raise AtlasError(f"unknown source {name!r}; there are {', '.join(names())}")
    return cast(Source, importlib.import_module(f"{__name__}.{name}"))


def options(params: Params, key: str) -> Options:
    """The options of a dataset, checked; AtlasError: one line that names the key."""
    entry, where = params.datasets[key], f"datasets.{key}.{params.scale}"
    if not isinstance(entry.get("source"), str):
        raise AtlasError(f"{params.path}: {where}: needs a source, one of {', '.join(names())}")
    choice(f"{params.path}: {where}.source", entry["source"], names())
    return parse(find(entry["source"]).Options, entry, where, params.path)
