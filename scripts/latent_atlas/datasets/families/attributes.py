"""Faces with attributes: the table as published, and classes made of a few of its columns."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas.errors import AtlasError


def classes(
    attributes: NDArray[np.uint8], names: Sequence[str], chosen: Sequence[str], where: str
) -> tuple[NDArray[np.int32], list[str]]:
    """One class for each combination of the chosen attributes, so that a plain classifier can judge.

    Args:
        attributes: (n, a) of 0 and 1.
        names: the a names.
        chosen: which of them make the classes, the first being the most significant.
        where: the key in params.yaml, for the message.

    Returns:
        labels (n,), and a name for each class: ``not Male, Smiling``.

    Raises:
        AtlasError: there is no such attribute.
    """
    for name in chosen:
        if name not in names:
            raise AtlasError(f"params.yaml: {where}: no attribute {name!r}; allowed: {', '.join(names)}")
    columns = [list(names).index(name) for name in chosen]
    weights = 2 ** np.arange(len(chosen))[::-1]
    labels = (attributes[:, columns].astype(np.int32) @ weights).astype(np.int32)
    parts = [[f"not {name}", name] for name in chosen]
    return labels, [", ".join(combination) for combination in itertools.product(*parts)]


def parse(table: bytes, path: str) -> tuple[list[str], list[str], NDArray[np.uint8]]:
    """CelebA's ``list_attr_celeba.txt``: a count, the names, then a file name and -1 or 1 for each attribute.

    The count is not relied on: excerpts keep that of the whole.

    Returns:
        file names (n), attribute names (a), and values (n, a) of 0 and 1.

    Raises:
        AtlasError: a line does not have that form.
    """
    lines = table.decode("utf-8", errors="replace").splitlines()
    names: list[str] = lines[1].split() if len(lines) > 1 else []
    rows = [line for line in lines[2:] if line.strip()]
    values = np.empty((len(rows), len(names)), np.uint8)
    files = []
    for number, line in enumerate(rows):
        file, *cells = line.split()
        if len(cells) != len(names) or not set(cells) <= {"-1", "1"}:
            raise AtlasError(f"{path}: line {number + 3} is not a file name with {len(names)} times -1 or 1")
        files.append(file)
        values[number] = [cell == "1" for cell in cells]
    return files, names, values


def groups(names: Sequence[str]) -> dict[str, list[str]]:
    """Which attributes describe the same thing; a face has at most one of each, labelling errors aside."""
    hair = [name for name in names if name in ("Black_Hair", "Blond_Hair", "Brown_Hair", "Gray_Hair", "Red_Hair")]
    return {"hair colour": hair} if len(hair) > 1 else {}


def card(names: Sequence[str]) -> dict[str, Any]:
    """What the data card says of them."""
    return {"attribute_names": list(names), "attribute_groups": groups(names)}
