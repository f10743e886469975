"""What the Snakefile asks of ``params.yaml``: which jobs there are, what each reads, and what it depends on."""

import json
import shlex
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from latent_atlas import check, checked, io, params, steps
from latent_atlas.errors import AtlasError

_DVC = Path(".dvc/tmp")
_GROWING = ("mem_mb", "runtime")


class Plan:
    """``params.yaml`` at one scale, as the rules see it. Wildcards go in, paths and canonical strings come out."""

    def __init__(self, config: Mapping[str, Any], home: Path) -> None:
        """Checks everything, before any job; ends the program with one line if something is wrong.

        ``home`` is the folder of the Snakefile. ``config`` is what stood behind ``--config``. Only ``scale`` may: the
        steps read ``params.yaml`` themselves, so any other override would make Snakemake's record of a result untrue.
        """
        # Relative in the project itself, so that both engines name the same files.
        self._home = Path() if home.resolve() == Path.cwd() else home.resolve()
        try:
            self._content = params.read()
            if other := sorted(set(config) - {"scale"}):
                raise AtlasError(f"--config {other[0]}: only scale can be overridden; change {params.FILE} instead")
            self.params = check.everything(self._content, config.get("scale"))
            checked.remember(self.params.scale)
            self._content = {"taught": {}, **self._content}  # a file may leave it out, and jobs depend on it
        except AtlasError as error:
            _stop(str(error))

    def lock(self) -> None:
        """Keeps other runs, of either engine, out of this folder until this process ends, however it ends.

        Snakemake's own lock outlives a run that was killed, and would keep the same command from resuming it.
        """
        self._locks = ExitStack()  # kept, for a lock is released with the object that holds it
        try:
            self._locks.enter_context(io.lock(io.LOCKS / "snakemake", _refuse))
            if _DVC.parent.is_dir():  # every DVC command holds this one but while a stage of its runs
                self._locks.enter_context(io.lock(_DVC / "lock", _refuse))
            for running in _dvc_at_work():
                _refuse(running)
        except AtlasError as error:
            _stop(str(error))

    @property
    def scale(self) -> str:
        """The chosen scale."""
        return self.params.scale

    @property
    def scripts(self) -> str:
        """The folder of the steps' scripts."""
        return str(self._home / "scripts")

    @property
    def quoted_scripts(self) -> str:
        """The same for a shell command in which Snakemake replaces what stands in braces."""
        return shlex.quote(self.scripts).replace("{", "{{").replace("}", "}}")

    @property
    def reference(self) -> list[str]:
        """The maintainers' reference. It is for their own ``params.yaml``, not for that of another folder."""
        return [f"reference/{self.scale}.json"] if self._home == Path() else []

    @property
    def datasets(self) -> list[str]:
        """Every dataset role."""
        return list(self.params.datasets)

    @property
    def experiments(self) -> list[str]:
        """Every experiment key."""
        return list(self.params.experiments)

    @property
    def targets(self) -> list[str]:
        """The experiments that can be asked for by their key: all whose key is not the name of a rule."""
        return [key for key in self.experiments if key not in {"all", *steps.STEPS}]

    def code(self, step: str) -> Callable[[Any], list[str]]:
        """A function of the wildcards: the script of a step and the code that it imports."""

        @cache  # the folders are listed once for each model, not for each job
        def files(model: str) -> list[str]:
            package = Path(self.scripts) / steps.PACKAGE.name
            found = (str(package / file.relative_to(steps.PACKAGE)) for file in steps.files(step, model))
            return [f"{self.scripts}/{step}.py", *found]

        def find(wildcards: Any) -> list[str]:
            key = getattr(wildcards, "experiment", None)
            return files(self.params.experiments[key].model if key else "")

        return find

    def values(self, step: str) -> Callable[[Any], str]:
        """A function of the wildcards: the parameters that a job of a step depends on."""

        def find(wildcards: Any) -> str:
            key = getattr(wildcards, "experiment", getattr(wildcards, "dataset", ""))
            section = self.params.experiments[key].section if key in self.params.experiments else ""
            names = steps.parameters(step, key=key, section=section, scale=self.scale)
            return params.canonical({name: steps.value(self._content, name) for name in names})

        return find

    def processed(self, wildcards: Any) -> str:
        """The prepared data of an experiment."""
        return str(self.params.processed(self.params.experiments[wildcards.experiment].dataset))

    def teacher(self, wildcards: Any) -> list[str]:
        """The model card of an experiment's teacher, which names the hash of its weights; nothing without one."""
        teacher = self.params.experiments[wildcards.experiment].teacher
        return [str(self.params.folder(teacher) / "model.json")] if teacher else []

    def judge(self, file: str) -> Callable[[Any], str]:
        """A function of the wildcards: a file of an experiment's judge."""
        return lambda wildcards: str(self.params.folder(self.params.experiments[wildcards.experiment].judge) / file)

    def threads(self, wildcards: Any) -> int:
        """How many threads TensorFlow uses in a job."""
        return int(self.params.experiments[wildcards.experiment].settings.get("threads", 1))

    def reserve(self, step: str, field: str) -> Callable[[Any, int], int]:
        """A function of the wildcards and the attempt: what a job of this step reserves.

        A job that is tried again, as clusters do, reserves more memory and time: it may have failed for want of them.
        """

        def find(wildcards: Any, attempt: int) -> int:
            reserved = self.params.reservation(step, getattr(wildcards, "experiment", None), field)
            return reserved * attempt if field in _GROWING else reserved

        return find

    def group(self, wildcards: Any) -> str | None:
        """The steps after an experiment's training are one job of a cluster, unless they would keep a GPU waiting."""
        key: str = wildcards.experiment
        return None if self.params.reservation("sample", key, "gpu") else key


def _dvc_at_work() -> list[str]:
    """The processes that DVC has noted as running a stage here; AtlasError if the note cannot be read."""
    note = _DVC / "rwlock"
    try:
        noted = json.loads(note.read_text(encoding="utf-8") or "{}")
        numbers = {int(entry["pid"]) for entry in noted.get("write", {}).values() if entry}
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise AtlasError(f"{note}: cannot be read; if DVC is not running, delete it") from None
    return [str(number) for number in sorted(numbers) if io.is_alive(number)]


def _refuse(holder: str) -> None:
    raise AtlasError(f"another run is at work in this folder (process {holder}); wait for it to end")


def _stop(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(1)
