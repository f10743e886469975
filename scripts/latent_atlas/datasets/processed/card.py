"""The data card: what a dataset is, where it comes from, and what can be counted in its arrays."""

from pathlib import Path
from typing import Any

import numpy as np

from latent_atlas import io

_ROWS = 65536


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
