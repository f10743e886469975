"""The data card: what a dataset is, where it comes from, and what can be counted in its arrays."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, get_args

import numpy as np
from pydantic import BaseModel, NonNegativeInt, PositiveInt, ValidationError, field_validator, model_validator

from latent_atlas import io
from latent_atlas.columns import ROWS, Column, Kind
from latent_atlas.errors import AtlasError

_BLOCK = 65536  # rows counted at once


class _Array(BaseModel):
    shape: list[NonNegativeInt]
    dtype: str


class _Column(BaseModel):
    kind: Kind
    shape: list[NonNegativeInt]
    size: NonNegativeInt
    order: str
    array: str | None = None
    first: NonNegativeInt | None = None
    step: PositiveInt | None = None
    label: NonNegativeInt | None = None
    names: list[str] = []
    groups: dict[str, list[str]] = {}
    per_image: PositiveInt | None = None
    words: list[str] = []
    vocabulary: list[str] = []
    role: str | None = None
    file: str | None = None
    sha256: str | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        needed = {"captions": ("per_image",), "network": ("file", "sha256")}.get(self.kind, ())
        for name in (*needed, *(["step"] if self.first is not None else [])):
            if getattr(self, name) is None:
                raise ValueError(f"has no {name}")
        if self.kind == "images" and len(self.shape) != 3:
            raise ValueError("images need a height, a width and channels")
        if self.kind == "captions" and len(self.shape) != 1:
            raise ValueError("captions need a length")
        return self

    @field_validator("file")
    @classmethod
    def _is_a_plain_name(cls, name: str | None) -> str | None:
        if name is not None and (Path(name).name != name or name in ("", ".", "..")):
            raise ValueError("must be the name of a file in the folder itself")
        return name


class _Card(BaseModel):
    """What readers rely on. The rest of a card is for people."""

    arrays: dict[str, _Array]
    columns: dict[str, _Column]


def read_card(folder: Path) -> dict[str, Any]:
    """The card in ``folder``, perhaps a stranger's; AtlasError: none, or it lacks what readers rely on."""
    path = folder / "card.json"
    card = io.load_json(path)
    try:
        _Card.model_validate(card)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(map(str, problem["loc"])) or "whole"
        raise AtlasError(
            f"{path}: not a data card ({where}: {problem['msg']}); delete {folder} and prepare again"
        ) from None
    return card


def entries(columns: Mapping[str, Column], **more: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Entries of the card for the columns that a source has promised.

    Shapes and sizes are left out: they are read off the arrays. ``more`` are further keys of a column's entry; those of
    columns that there are not, are passed over.
    """
    return {name: {"kind": c.kind, "order": c.order, **more.get(name, {})} for name, c in columns.items()}


def write_card(folder: Path, about: Mapping[str, Any], columns: Mapping[str, Mapping[str, Any]]) -> None:
    """Adds what can be read off the arrays in ``folder``, and writes ``card.json``.

    ``about`` has at least name, source, licence, citation, processing and split; ``columns`` an entry for each column,
    at least its ``kind``. Classes and attributes have their ``names``, a text its ``vocabulary``, a network its
    ``file``; see `latent_atlas.prepared`. Shape, size and order are added where they follow from the arrays and the
    names.
    """
    arrays: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.npy")):
        array = io.load_array(path)
        arrays[path.stem] = {"shape": list(array.shape), "dtype": str(array.dtype), "sha256": io.sha256(path)}
    complete = {name: _complete(folder, name, dict(entry), arrays) for name, entry in columns.items()}
    for name, entry in complete.items():
        if entry["kind"] in ("labels", "attributes"):
            for stem in (stem for stem in arrays if stem.endswith(f"_{name}")):
                arrays[stem]["counts"] = _counts(folder / f"{stem}.npy", entry)
    io.save_json(folder / "card.json", {**about, "columns": complete, "arrays": arrays})


def _complete(folder: Path, name: str, entry: dict[str, Any], arrays: Mapping[str, Any]) -> dict[str, Any]:
    kind = entry["kind"]
    assert kind in get_args(Kind), kind
    if kind == "network":
        entry["sha256"] = io.sha256(folder / entry["file"])
    if "shape" not in entry:
        stem = name if kind == "picture" else f"train_{entry.get('array', name)}"
        whole = arrays[stem]["shape"] if kind != "network" else []
        entry["shape"] = whole if kind == "picture" else whole[1:]
    if "size" not in entry:
        entry["size"] = len(entry.get("names", entry.get("vocabulary", [])))
    entry.setdefault("order", name if kind in ("text", "picture", "network") else ROWS)
    return entry


def _counts(path: Path, entry: Mapping[str, Any]) -> dict[str, int]:
    """How often each class or attribute occurs."""
    array = io.load_array(path)
    if entry["kind"] == "labels":
        counts = np.bincount(array, minlength=len(entry["names"]))
    else:
        blocks = (array[start : start + _BLOCK].sum(0, dtype=np.int64) for start in range(0, len(array), _BLOCK))
        counts = np.asarray(sum(blocks))
    return dict(zip(entry["names"], counts.tolist(), strict=True))
