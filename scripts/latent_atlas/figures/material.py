"""What the figures of one experiment are drawn from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class Material:
    """Arrays by name (images uint8 (n, H, W, C)), the training history, the names of the classes, a title."""

    arrays: Mapping[str, NDArray[Any]]
    history: pd.DataFrame
    label_names: Sequence[str]
    title: str

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.arrays[name]

    def __contains__(self, name: str) -> bool:
        return name in self.arrays

    def name_of(self, label: int) -> str:
        """The class's name, or its number where there is no name."""
        return str(self.label_names[label]) if 0 <= label < len(self.label_names) else str(label)

    def subtitle(self, *details: str) -> str:
        """The grey line under a title: the experiment, then the details."""
        return " · ".join(part for part in (self.title, *details) if part)
