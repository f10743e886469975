"""A trained model on disk: ``weights.npz``, which says by itself how to rebuild the model, and ``model.json``.

The archive holds one array per weight, named ``<network>/<number>_<name>``, and the model card. No code is stored and
none is run: the card names a model file of this project and its settings, both checked like ``params.yaml``.
``model.json`` is the card in readable form with the SHA-256 of the archive, so who depends on it depends on the
weights.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from latent_atlas import io, models
from latent_atlas.errors import AtlasError
from latent_atlas.model import DataSpec, Model

ARCHIVE, CARD = "weights.npz", "model.json"


def build(card: dict[str, Any]) -> Model:
    """An untrained model from its card; the weights follow from the seed set beforehand."""
    model = models.find(card["model"])
    height, width, channels = card["shape"]
    data = DataSpec((height, width, channels), card["labels"], card.get("attributes", 0))
    return model(model.Settings(**card["settings"]), data)


def save(folder: Path, model: Model, card: dict[str, Any]) -> None:
    """Writes both files."""
    arrays = {name: variable.numpy() for name, variable in _weights(model).items()}
    io.save_arrays(folder / ARCHIVE, {"card": np.array(json.dumps(card, sort_keys=True)), **arrays})
    counts = {name: int(network.count_params()) for name, network in model.networks.items()}
    io.save_json(folder / CARD, {**card, "parameters": counts, "weights_sha256": io.sha256(folder / ARCHIVE)})


def read_card(folder: Path) -> dict[str, Any]:
    """The card inside the archive.

    Raises:
        AtlasError: the archive is missing or damaged, or is not one of ours.
    """
    return _card(io.load_arrays(folder / ARCHIVE), folder / ARCHIVE)


def load(folder: Path) -> tuple[Model, dict[str, Any]]:
    """The trained model and its card.

    Raises:
        AtlasError: the archive is missing or damaged, or does not fit the model that it names.
    """
    path = folder / ARCHIVE
    arrays = io.load_arrays(path)
    card = _card(arrays, path)
    try:
        model = build(card)
    except (KeyError, TypeError, ValueError, ValidationError) as error:
        raise AtlasError(f"{path}: its card does not describe a model ({type(error).__name__}); train again") from None
    wanted = _weights(model)
    if set(wanted) != set(arrays) - {"card"}:
        raise AtlasError(f"{path}: its weights are not those of the model {card['model']!r}; train again")
    for name, variable in wanted.items():
        if arrays[name].shape != tuple(variable.shape):
            raise AtlasError(f"{path}: {name} is {arrays[name].shape}, must be {tuple(variable.shape)}; train again")
        variable.assign(arrays[name])
    return model, card


def load_judge(folder: Path) -> Model:
    """The classifier that judges others; its weights must be those that its ``model.json`` names."""
    card = io.load_json(folder / CARD)
    if card.get("weights_sha256") != io.sha256(folder / ARCHIVE):
        raise AtlasError(f"{folder / ARCHIVE}: not the weights that {CARD} describes; train again")
    return load(folder)[0]


def _card(arrays: dict[str, Any], path: Path) -> dict[str, Any]:
    try:
        card = json.loads(str(arrays["card"]))
    except (KeyError, ValueError, RecursionError):
        raise AtlasError(f"{path}: has no model card; it is not a model of this project") from None
    if not isinstance(card, dict) or card.get("model") not in models.names():
        raise AtlasError(f"{path}: its card names no model of this project")
    return card


def _weights(model: Model) -> dict[str, Any]:
    return {
        f"{name}/{index:03d}_{variable.name}": variable
        for name, network in model.networks.items()
        for index, variable in enumerate(network.weights)
    }
