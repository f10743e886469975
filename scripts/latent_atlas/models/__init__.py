"""One file per system; the file's name is the model's name in ``params.yaml``."""

import importlib
import inspect
import pkgutil

from latent_atlas.columns import DataSpec
from latent_atlas.errors import AtlasError
from latent_atlas.model import Model, Settings
from latent_atlas.params import Params, choice, parse


def names() -> list[str]:
    """Every model there is, in alphabetical order."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def find(name: str) -> type[Model]:
    """The model class of ``models/<name>.py``. Loads neither Keras nor TensorFlow.

    Raises:
        AtlasError: there is no such file, it does not define exactly one model, or the model lacks what all have.
    """
    if name not in names():
        raise AtlasError(f"unknown model {name!r}; there are {', '.join(names())}")
    module = importlib.import_module(f"{__name__}.{name}")
    found = [
        item
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, Model) and item.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise AtlasError(f"{module.__file__}: defines {len(found)} models; a model file defines one")
    if inspect.isabstract(found[0]):
        lacking = ", ".join(sorted(found[0].__abstractmethods__))
        raise AtlasError(
            f"{module.__file__}: {found[0].__name__} does not define {lacking}, which what it inherits asks for"
        )
    if not hasattr(found[0], "Settings"):
        raise AtlasError(
            f"{module.__file__}: {found[0].__name__} has no Settings, a class that inherits model.Settings"
        )
    return found[0]


def settings(params: Params, key: str) -> Settings:
    """The settings of an experiment, checked.

    Raises:
        AtlasError: with one line that names the key.
    """
    experiment = params.experiments[key]
    where = f"{experiment.section}.{key}"
    choice(f"{params.path}: {where}.model", experiment.model, names())
    return parse(find(experiment.model).Settings, experiment.settings, f"{where}.{params.scale}", params.path)


def check_data(params: Params, key: str, data: DataSpec) -> None:
    """Refuses data from which an experiment's model cannot learn.

    Raises:
        AtlasError: a column is missing, or has not what the model needs; one line that names the key.
    """
    experiment = params.experiments[key]
    model, chosen = find(experiment.model), settings(params, key)
    where = f"{params.path}: {experiment.section}.{key}"
    for name in model.columns(chosen):
        if name not in data:
            raise AtlasError(
                f"{where}.dataset: {experiment.model} reads the column {name!r}, which {experiment.dataset!r} has "
                f"not; its columns are {', '.join(data.columns) or 'none'}"
            )
    if data.of(model.columns(chosen)).known:
        try:
            model.check(chosen, data)
        except AtlasError as error:
            raise AtlasError(f"{where}: {experiment.model} on {experiment.dataset!r}: {error}") from None
