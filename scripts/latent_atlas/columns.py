"""What a dataset holds, column by column: what sources promise, data cards state, and models ask for.

Columns of one ``order`` are aligned: row i of one belongs to row i of the other. A domain of an unpaired translation
has an order of its own. Loads nothing heavy, for ``params.yaml`` is checked with it before any job.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

Network: TypeAlias = Literal["vgg16", "vgg19", "vgg19_shallow", "mobilenet_v2", "inception_v3"]  # and its column's name
Kind: TypeAlias = Literal["images", "labels", "attributes", "captions", "text", "picture", "network"]

ROWS = "rows"


@dataclass(frozen=True)
class Column:
    """One column.

    ``images``: uint8 (n, height, width, channels). ``labels``: int32 (n,). ``attributes``: uint8 (n, attributes) of 0
    and 1. ``captions``: sentences, given to models as int32 (n, words). ``text``: one long row of characters, given to
    models by windows. ``picture``: a single uint8 (height, width, 3), without rows. ``network``: a file of pretrained
    weights.
    """

    kind: Kind
    shape: tuple[int, ...] | None = ()  # of one row, or of a picture; None as long as it is not known
    size: int | None = 0  # classes, attributes, or different words or characters; None as long as it is not known
    order: str = ROWS

    def as_json(self) -> dict[str, Any]:
        """For data cards and model cards."""
        return {**asdict(self), "shape": None if self.shape is None else list(self.shape)}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "Column":
        """Reads what `as_json` wrote; other keys of the entry are passed over."""
        return cls(entry["kind"], tuple(entry["shape"]), entry["size"], entry["order"])


@dataclass(frozen=True)
class DataSpec:
    """What a model may know of its data: the columns."""

    columns: Mapping[str, Column]

    @classmethod
    def of_images(cls, shape: tuple[int, int, int], labels: int = 0, attributes: int = 0) -> "DataSpec":
        """Images (height, width, channels), perhaps with classes and attributes."""
        columns = {"images": Column("images", shape)}
        if labels:
            columns["labels"] = Column("labels", (), labels)
        if attributes:
            columns["attributes"] = Column("attributes", (attributes,), attributes)
        return cls(columns)

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of ``images``."""
        shape = self.columns["images"].shape
        assert shape is not None
        return shape[0], shape[1], shape[2]

    @property
    def labels(self) -> int:
        """The number of classes; 0 where there are none."""
        return self._size("labels")

    @property
    def attributes(self) -> int:
        """The number of attributes; 0 where there are none."""
        return self._size("attributes")

    @property
    def known(self) -> bool:
        """Whether all shapes and sizes are known; before the files are read some may not be."""
        return all(column.shape is not None and column.size is not None for column in self.columns.values())

    def of(self, names: tuple[str, ...]) -> "DataSpec":
        """These columns alone."""
        return DataSpec({name: self.columns[name] for name in names if name in self.columns})

    def _size(self, name: str) -> int:
        return (self.columns[name].size or 0) if name in self.columns else 0
