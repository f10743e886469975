"""What a figure is drawn from, and what it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd
from numpy.typing import NDArray

from latent_atlas.errors import TooFewError

from .theme import Pixels


class Drawing(NamedTuple):
    """A figure without its title: the picture (H, W, 1 | 3), and what the line under the title says of it."""

    body: Pixels
    detail: str = ""


@dataclass(frozen=True)
class Material:
    """Arrays by name (images uint8 (n, H, W, C)) and the training history of one experiment."""

    evidence: Mapping[str, NDArray[Any]]
    history: pd.DataFrame

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.evidence[name]

    def __contains__(self, name: str) -> bool:
        return name in self.evidence

    @cached_property
    def _label_names(self) -> list[str]:
        return self.evidence["label_names"].tolist() if "label_names" in self.evidence else []

    def name_of(self, label: int) -> str:
        """The name of a class, or its number where there is no name."""
        return str(self._label_names[label]) if 0 <= label < len(self._label_names) else str(label)


def require(count: int, least: int, what: str) -> None:
    """Raises TooFewError if there are fewer than `least` of `what`, which is in the plural."""
    if count < least:
        there = f"there {'is' if count == 1 else 'are'} {count or 'none'}"
        raise TooFewError(f"needs at least {least} {what}, {there}" if least > 1 else f"needs {what}, {there}")
