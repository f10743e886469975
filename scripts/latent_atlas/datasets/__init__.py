"""Where data comes from. One file per source: its options, how it is fetched, how it is standardised.

A source file defines a pydantic model ``Options`` (what ``params.yaml`` may say), ``fetch(options, raw,
progress)``, which fills an empty folder with raw files, and ``prepare(options, raw, processed, progress)``,
which fills another with what `latent_atlas.datasets.processed` describes. Both write plain files into the
folder they are given; the step makes the folder appear as a whole or not at all, and adds the contact sheet.

A module here is a source; the packages beside them are what sources share: ``obtaining`` (downloads,
archives, the user's own files), ``imaging`` (bytes to pixels), ``drawing`` (pictures drawn by code),
``families`` (what related sources have in common) and ``processed`` (the standard form, to read and to
write).
"""

import importlib
import pkgutil
from pathlib import Path
from typing import Any, Protocol, cast

from pydantic import BaseModel, ConfigDict, Field

from latent_atlas.errors import AtlasError


class Options(BaseModel):
    """What every source lets ``params.yaml`` say. A source adds its own fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    source: str = Field(description="which file of this package obtains and standardises the data")


class Progress(Protocol):
    """How a source says how far it is; `latent_atlas.step.Progress` is one."""

    def say(self, text: str) -> None: ...

    def update(self, done: int, total: int, unit: str) -> None: ...


class Source(Protocol):
    """A source file, seen as an object; its functions are given options of its own kind."""

    @property
    def Options(self) -> "type[Options]": ...  # noqa: N802  # the name of the class it stands for

    def fetch(self, options: Any, raw: Path, progress: Progress) -> None: ...

    def prepare(self, options: Any, raw: Path, processed: Path, progress: Progress) -> None: ...


def names() -> list[str]:
    """Every source there is, in alphabetical order."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg)


def find(name: str) -> Source:
    """The source file ``datasets/<name>.py``.

    Raises:
        AtlasError: there is no such file.
    """
    if name not in names():
        raise AtlasError(f"unknown source {name!r}; there are {', '.join(names())}")
    return cast(Source, importlib.import_module(f"{__name__}.{name}"))
