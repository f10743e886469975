"""Datasets of two kinds of images: each kind is a domain of its own, and there may be aligned pairs."""

from typing import Any

from latent_atlas.columns import Column

DOMAINS: dict[str, dict[str, Any]] = {
    "domain_a": {"array": "images", "label": 0},
    "domain_b": {"array": "images", "label": 1},
}


def two_domains(shape: tuple[int, int, int], pairs: str = "") -> dict[str, Column]:
    """Images of two classes, each a domain, and aligned ``inputs`` and ``targets`` of an order ``pairs``, if any."""
    columns = {"images": Column("images", shape), "labels": Column("labels", (), 2)}
    columns |= {name: Column("images", shape, order=name) for name in DOMAINS}
    return columns | {name: Column("images", shape, order=pairs) for name in ("inputs", "targets") if pairs}


def alternating(array: str, inputs: str = "map", targets: str = "aerial photograph", first: int = 1) -> dict[str, Any]:
    """Entries of the pairs of a data card, both sides of which alternate in ``array``; by default those of the maps.

    ``first`` is the row of the first input, 0 or 1. From map to photograph is the harder direction, and the one whose
    figures are published most.
    """
    return {
        "inputs": {"array": array, "first": first, "step": 2, "what": inputs},
        "targets": {"array": array, "first": 1 - first, "step": 2, "what": targets},
    }
