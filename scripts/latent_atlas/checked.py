"""Remembers that all of ``params.yaml`` was checked, so that no step begins before it is in order.

A step depends on its own model and source only, and loads no other: the whole check runs in a process of its own, once
for each state of the file and the code.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

from latent_atlas import io
from latent_atlas.errors import AtlasError
from latent_atlas.params import FILE

_CHECKED = io.WORK / "checked"


def remember(scale: str) -> None:
    """Notes that everything is in order, for the steps that follow."""
    io.save_text(_CHECKED, _state(scale))


def ensure(scale: str) -> None:
    """Has all of ``params.yaml`` checked by a process of its own, unless that was done for its present state.

    The step itself then loads no model but its own, and depends on no other. AtlasError: what the check found.
    """
    if _CHECKED.is_file() and _CHECKED.read_text(encoding="utf-8") == _state(scale):
        return
    script = Path(__file__).parents[1] / "check.py"
    done = subprocess.run([sys.executable, script, "--scale", scale], capture_output=True, text=True, check=False)
    if done.returncode:
        raise AtlasError(done.stderr.strip().removeprefix("check: "))


def _state(scale: str) -> str:
    """A digest of ``params.yaml`` and of when the code was changed."""
    package = Path(__file__).parent
    files = sorted((path.as_posix(), path.stat().st_mtime_ns, path.stat().st_size) for path in package.rglob("*.py"))
    content = FILE.read_bytes() if FILE.is_file() else b""
    return hashlib.sha256(repr((scale, content, files)).encode()).hexdigest()
