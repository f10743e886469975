"""One file per system; the file's name is the model's name in ``params.yaml``."""

import importlib
import pkgutil

from latent_atlas.errors import AtlasError
from latent_atlas.model import Model


def names() -> list[str]:
    """Every model there is, in alphabetical order."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def find(name: str) -> type[Model]:
    """The model class of ``models/<name>.py``. Loads neither Keras nor TensorFlow.

    Raises:
        AtlasError: there is no such file, or it does not define exactly one model.
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
    return found[0]
