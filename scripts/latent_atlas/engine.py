"""What the Snakefile asks of ``params.yaml``: which jobs there are, what each reads, and what it depends on."""

import json
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

from latent_atlas import io, params
from latent_atlas.errors import AtlasError

_PACKAGE = Path("scripts/latent_atlas")
_DVC = Path(".dvc/tmp")


class Atlas:
    """``params.yaml`` at one scale, as the rules see it. Wildcards go in, paths and canonical strings come out."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        """Checks everything, before any job; ends the program with one line if something is wrong.

        Args:
            config: what stood behind ``--config``. Only ``scale`` may: the steps read ``params.yaml`` themselves, so
                any other override would make Snakemake's record of a result untrue.
        """
        try:
            self._content = params.read()
            if other := sorted(set(config) - {"scale"}):
                raise AtlasError(f"--config {other[0]}: only scale can be overridden; change {params.FILE} instead")
            self.params = params.check(self._content, config.get("scale"))
        except AtlasError as error:
            _stop(str(error))

    def lock(self) -> None:
        """Keeps other runs, of either engine, out of this folder until this process ends, however it ends.

        Snakemake's own lock outlives a run that was killed, and would stop the same command from going on.
        """
        try:
            self._locks = ExitStack()  # kept, for a lock is released with the object that holds it
            for path in _locks():
                self._locks.enter_context(io.lock(path, _refuse))
            for running in _dvc_at_work():
                _refuse(running)
        except AtlasError as error:
            _stop(str(error))

    @property
    def scale(self) -> str:
        """The chosen scale."""
        return self.params.scale

    @property
    def datasets(self) -> list[str]:
        """Every dataset role."""
        return list(self.params.datasets)

    @property
    def experiments(self) -> list[str]:
        """Every experiment key."""
        return list(self.params.experiments)

    def processed(self, wildcards: Any) -> str:
        """The prepared data of an experiment."""
        return str(self.params.processed(self.params.experiments[wildcards.experiment].dataset))

    def model_file(self, wildcards: Any) -> str:
        """The file that defines an experiment's model."""
        return str(_PACKAGE / "models" / f"{self.params.experiments[wildcards.experiment].model}.py")

    def judge(self, wildcards: Any) -> str:
        """The model card of an experiment's judge; it names the hash of the judge's weights."""
        return str(self.params.folder(self.params.experiments[wildcards.experiment].judge) / "model.json")

    def dataset_options(self, wildcards: Any) -> str:
        """What a dataset depends on in ``params.yaml``."""
        return params.canonical(self._content["datasets"][wildcards.dataset][self.scale])

    def settings(self, wildcards: Any) -> str:
        """What a training depends on."""
        entry = self._content["experiments"][wildcards.experiment]
        return params.canonical([self.params.seed, entry["model"], entry["dataset"], entry[self.scale]])

    def top_level(self, *keys: str) -> str:
        """What depends on whole sections."""
        return params.canonical({key: self._content[key] for key in keys})

    def evaluation(self) -> str:
        """What sampling depends on beside the weights."""
        return params.canonical([self.params.seed, self._content["evaluation"][self.scale]])

    def threads(self, wildcards: Any) -> int:
        """How many threads TensorFlow uses in a job."""
        return self.params.experiments[wildcards.experiment].settings.threads

    def reserve(self, step: str, field: str) -> Any:
        """A function of the wildcards: what a job of this step reserves."""
        return lambda wildcards: self.params.reservation(step, getattr(wildcards, "experiment", None), field)


def code(*names: str) -> list[str]:
    """The files behind parts of the package: modules by name, folders with all that is in them."""
    found = []
    for name in names:
        path = _PACKAGE / name
        files = path.rglob("*") if path.is_dir() else [path]
        found += [str(file) for file in files if file.is_file() and "__pycache__" not in file.parts]
    return sorted(found)


def _locks() -> list[Path]:
    """The lock of Snakemake's runs, and the one that every DVC command holds but while a stage of its runs."""
    return [io.LOCKS / "snakemake", *([_DVC / "lock"] if _DVC.parent.is_dir() else [])]


def _dvc_at_work() -> list[str]:
    """The processes that DVC has noted as running a stage here."""
    try:
        noted = json.loads((_DVC / "rwlock").read_text(encoding="utf-8"))
        numbers = {int(entry["pid"]) for entry in noted.get("write", {}).values() if entry}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return []
    return [str(number) for number in sorted(numbers) if io.is_alive(number)]


def _refuse(holder: str) -> None:
    raise AtlasError(f"another run is at work in this folder (process {holder}); wait for it to end")


def _stop(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(1)
