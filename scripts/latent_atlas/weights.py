"""A trained model on disk: ``weights.npz``, which says by itself what model it is, and ``model.json``.

The archive holds one array per weight, by default named ``<network>/<number>_<name>``, and the model card. No code is
stored and none is run. A model is built from ``params.yaml`` alone, which has been checked; the card in the archive
must agree, so weights from a stranger can choose neither what is built nor how large. ``model.json`` is the card in
readable form with the SHA-256 of the archive, so who depends on it depends on the weights.
"""

import inspect
import json
from pathlib import Path
from typing import Any

import numpy as np

from latent_atlas import io, models
from latent_atlas.columns import Column, DataSpec
from latent_atlas.errors import AtlasError
from latent_atlas.model import Model
from latent_atlas.params import Params

ARCHIVE, CARD = "weights.npz", "model.json"

Card = dict[str, Any]


def describe(params: Params, key: str, data: DataSpec) -> Card:
    """The card of a model: all that its training depends on but the data; AtlasError if it cannot learn from them."""
    models.check_data(params, key, data)
    experiment, settings = params.experiments[key], models.settings(params, key)
    columns = data.of(models.find(experiment.model).columns(settings))
    return {
        "model": experiment.model,
        "dataset": experiment.dataset,
        "scale": params.scale,
        "seed": params.seed,
        "settings": settings.model_dump(mode="json"),
        "columns": {name: column.as_json() for name, column in columns.columns.items()},
    }


def build(card: Card) -> Model:
    """An untrained model from its card; the weights follow from the seed set beforehand."""
    model = models.find(card["model"])
    data = DataSpec({name: Column.from_json(entry) for name, entry in card["columns"].items()})
    return model(model.Settings(**card["settings"]), data)


def save(folder: Path, model: Model, card: Card, findings: list[str] | None = None) -> None:
    """Writes both files; ``findings`` are what was found wrong with the training, None if nothing watched it."""
    arrays = {name: variable.numpy() for name, variable in model.saved().items()}
    io.save_arrays(folder / ARCHIVE, {"card": np.array(json.dumps(card, sort_keys=True)), **arrays})
    about = {
        "parameters": {name: int(network.count_params()) for name, network in model.networks.items()},
        "findings": findings,
        "weights_sha256": io.sha256(folder / ARCHIVE),
        "code_sha256": io.sha256(Path(inspect.getfile(type(model)))),  # for who runs this model as judge or teacher
    }
    io.save_json(folder / CARD, {**card, **about})


def load(folder: Path, card: Card) -> Model:
    """The trained model; AtlasError: the archive is missing or damaged, or holds another model than the card's."""
    path = folder / ARCHIVE
    arrays = io.load_arrays(path)
    _compare(_card(arrays, path), card, path)
    model = build(card)
    wanted = model.saved()
    if set(wanted) != set(arrays) - {"card"}:
        raise AtlasError(f"{path}: its weights are not those of the model {card['model']!r}; train again")
    for name, variable in wanted.items():
        now = variable.numpy()
        if arrays[name].shape != now.shape or arrays[name].dtype != now.dtype:
            found, needed = (f"{array.dtype} {array.shape}" for array in (arrays[name], now))
            raise AtlasError(f"{path}: {name} is {found}, must be {needed}; train again")
        variable.assign(arrays[name])
    return model


def load_trained(folder: Path, card: Card) -> Model:
    """A judge or a teacher; its weights must be those that its ``model.json`` names, for others depend on that."""
    described = io.load_json(folder / CARD)
    if not isinstance(described, dict) or described.get("weights_sha256") != io.sha256(folder / ARCHIVE):
        raise AtlasError(f"{folder / ARCHIVE}: not the weights that {CARD} describes; train again")
    return load(folder, card)


def _card(arrays: dict[str, Any], path: Path) -> Card:
    try:
        card = json.loads(str(arrays["card"]))
    except (KeyError, ValueError, RecursionError):
        card = None
    if not isinstance(card, dict):
        raise AtlasError(f"{path}: has no model card; it is not a model of this project")
    return card


def _compare(found: Card, wanted: Card, path: Path) -> None:
    for key, value in wanted.items():
        if found.get(key) != value:
            raise AtlasError(f"{path}: its {key} is not what params.yaml and the data say now; train again")
