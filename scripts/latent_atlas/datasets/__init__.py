"""Where data comes from. One file per source: its options, how it is fetched, how it is standardised.

A source file defines a pydantic model ``Options`` (what ``params.yaml`` may say), ``fetch(options, raw)``, which fills
an empty folder with raw files, and ``prepare(options, raw, processed)``, which fills another with what
`latent_atlas.datasets.processed` describes. Both write plain files into the folder they are given; the step makes
the folder appear as a whole or not at all.
"""

import importlib
import pkgutil
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from latent_atlas.errors import AtlasError

_SHARED = {"processed"}


class Options(BaseModel):
    """What every source lets ``params.yaml`` say. A source adds its own fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    source: str


class Source(Protocol):
    """A source file, seen as an object."""

    Options: type[Options]

    def fetch(self, options: Options, raw: Path) -> None: ...

    def prepare(self, options: Options, raw: Path, processed: Path) -> None: ...


def names() -> list[str]:
    """Every source there is, in alphabetical order."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name not in _SHARED)


def find(name: str) -> Source:
    """The source file ``datasets/<name>.py``.

    Raises:
        AtlasError: there is no such file.
    """
    if name not in names():
        raise AtlasError(f"unknown source {name!r}; there are {', '.join(names())}")
    return importlib.import_module(f"{__name__}.{name}")  # type: ignore[return-value]
