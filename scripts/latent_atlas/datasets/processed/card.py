"""The data card: what a dataset is, where it comes from, and what can be counted in its arrays."""

from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from pydantic import BaseModel, NonNegativeInt, PositiveInt, ValidationError, model_validator

from latent_atlas import io
from latent_atlas.errors import AtlasError

_ROWS = 65536


class _Array(BaseModel):
    shape: list[NonNegativeInt]
    dtype: str


class _Side(BaseModel):
    array: str
    first: NonNegativeInt
    step: PositiveInt


class _Sides(BaseModel):
    inputs: _Side
    targets: _Side


class _Photo(BaseModel):
    name: str
    role: str


class _Card(BaseModel):
    """What readers rely on. The rest of a card is for people."""

    kind: Literal["images", "text", "photos"] = "images"
    arrays: dict[str, _Array]
    label_names: list[str]
    attribute_names: list[str] = []
    attribute_groups: dict[str, list[str]] = {}
    captions_per_image: PositiveInt | None = None
    pairs: _Sides | None = None
    vocabulary: list[str] = []
    photos: list[_Photo] = []

    @model_validator(mode="after")
    def _images_have_a_shape(self) -> Self:
        images = self.arrays.get("train_images")
        if self.kind == "images" and (images is None or len(images.shape) != 4):
            raise ValueError("no train_images of four dimensions")
        return self


def read_card(folder: Path) -> dict[str, Any]:
    """The card in ``folder``.

    Raises:
        AtlasError: there is none, or it lacks what readers rely on. It may come from a stranger's remote.
    """
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


def write_card(folder: Path, card: dict[str, Any]) -> None:
    """Adds to ``card`` what can be read off the arrays in ``folder``, and writes it as ``card.json``.

    ``card`` has at least name, source, licence, citation, label_names, processing and split. Arrays get their
    shape, type and SHA-256; labels and attributes the number of images of each.
    """
    arrays = {}
    for path in sorted(folder.glob("*.npy")):
        array = io.load_array(path)
        entry: dict[str, Any] = {
            "shape": list(array.shape),
            "dtype": str(array.dtype),
            "sha256": io.sha256(path),
        }
        if path.stem.endswith("_labels"):
            counts = np.bincount(array, minlength=len(card["label_names"]))
            entry["class_counts"] = dict(zip(card["label_names"], counts.tolist(), strict=True))
        if path.stem.endswith("_attributes"):
            counts = sum(array[start : start + _ROWS].sum(0, dtype=np.int64) for start in range(0, len(array), _ROWS))
            entry["attribute_counts"] = dict(zip(card["attribute_names"], np.asarray(counts).tolist(), strict=True))
        arrays[path.stem] = entry
    io.save_json(folder / "card.json", {"kind": "images", **card, "arrays": arrays})
