"""The whole state of a run, on disk: what is needed to resume it as if nothing had happened.

Checkpoints live in ``.atlas``, outside the declared outputs, because both engines delete the outputs of a job that
failed. A file is named by its step and by the SHA-256 of its content, so a torn or damaged one is known by its name
and the one before it is used.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas import io
from latent_atlas.backend import keras, tf
from latent_atlas.errors import AtlasError
from latent_atlas.model import Model
from latent_atlas.params import canonical
from latent_atlas.steps import files

_KEPT = 2


class Checkpoints:
    """The checkpoints of one experiment, for one exact configuration."""

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self._folder, self._fingerprint = folder, fingerprint

    def save(self, step: int, model: Model, record: dict[str, NDArray[Any]]) -> None:
        """Writes the model's state and the run's own ``record``; drops all but the last two."""
        arrays = {f"model/{i:05d}": variable.numpy() for i, variable in enumerate(_variables(model))}
        arrays |= {f"record/{name}": array for name, array in record.items()}
        arrays["fingerprint"] = np.array(self._fingerprint)
        unnamed = self._folder / "unnamed.npz"
        io.save_arrays(unnamed, arrays)
        os.replace(unnamed, self._folder / f"{step:09d}-{io.sha256(unnamed)[:32]}.npz")
        for old in self._files()[:-_KEPT]:
            old.unlink()

    def restore(self, model: Model) -> dict[str, NDArray[Any]] | None:
        """Sets the model to the newest sound checkpoint and returns its record, or None if there is none."""
        for path in reversed(self._files()):
            arrays = self._read(path)
            if arrays is None:
                continue
            variables = _variables(model)
            values = [arrays.get(f"model/{i:05d}") for i in range(len(variables))]
            if any(v is None or v.shape != tuple(w.shape) for v, w in zip(values, variables, strict=True)):
                continue
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)
            return {name[7:]: array for name, array in arrays.items() if name.startswith("record/")}
        return None

    def clear(self) -> None:
        """Removes all; the run is over."""
        io.remove(self._folder)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*-*.npz"))

    def _read(self, path: Path) -> dict[str, NDArray[Any]] | None:
        if io.sha256(path)[:32] != path.stem.partition("-")[2]:
            print(f"{path}: damaged, not used")
            return None
        try:
            arrays = io.load_arrays(path)
        except AtlasError as error:
            print(error)
            return None
        if str(arrays.get("fingerprint")) != self._fingerprint:
            print(f"{path}: of another configuration, not used")
            return None
        return arrays


def _variables(model: Model) -> list[Any]:
    """Every variable a run depends on, in a fixed order: weights, dropout, optimizers, the result, other state."""
    networks = [v for name in sorted(model.networks) for v in model.networks[name].variables]
    optimizers = [v for name in sorted(model.optimizers) for v in model.optimizers[name].variables]
    held = {id(variable) for variable in networks}
    results = [variable for variable in model.saved().values() if id(variable) not in held]
    return networks + optimizers + results + list(model.state())


def fingerprint(card: Mapping[str, Any], data: Mapping[str, Any], model: str) -> str:
    """What a checkpoint must share with this run to be resumed by it: configuration, data, code, TensorFlow.

    Args:
        card: of the model.
        data: the data card, which has the hash of every array.
        model: its name; the code is all that the step depends on.
    """
    code = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files("train", model)]
    whole = canonical([card, data, code, tf.__version__, keras.__version__])
    return hashlib.sha256(whole.encode()).hexdigest()
