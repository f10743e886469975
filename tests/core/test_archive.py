"""The archive for machines without internet: made by one command, used by one, by an ordinary user, to the report."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from projects import ROOT, TINY, Project

USER = "nobody"
# A network namespace of its own has no connection to anything, not even to this machine.
CLOSED = ("unshare", "--net", "setpriv", f"--reuid={USER}", "--regid=nogroup", "--clear-groups")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to close the network")]


@pytest.fixture
def closed() -> Iterator[Path]:
    """A folder of an ordinary user."""
    folder = Path(tempfile.mkdtemp(prefix="closed-"))
    shutil.chown(folder, USER)
    yield folder
    shutil.rmtree(folder)


def test_from_the_archive_to_the_report_without_a_network(closed: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", ROOT, tmp_path / "atlas"], check=True)
    project = Project(tmp_path / "atlas")

    def shrink(content: dict[str, Any]) -> None:
        """One experiment; the data of all, though fewer of those that are drawn."""
        tiny = {"learning_rate": 0.001, **TINY["mlp_digits"]}
        content["experiments"] = {"mlp_digits": content["experiments"]["mlp_digits"] | {"demo": tiny}}
        content["taught"] = {}
        content["resources"].pop("experiments", None)
        for entry in content["datasets"].values():
            if "images" in entry["demo"]:
                entry["demo"]["images"] = 400

    project.edit(shrink)
    project.run("git", "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qam", "One experiment")
    project.run("python", "scripts/pack.py", str(tmp_path / "latent-atlas.tar"))
    (tmp_path / "latent-atlas.tar").rename(closed / "latent-atlas.tar")
    there = Project(closed)
    there.environment |= {"HOME": str(closed), "PATH": os.defpath + ":/usr/local/bin"}
    there.run(*CLOSED, "tar", "-xf", "latent-atlas.tar")
    printed = there.run(*CLOSED, "make", "-C", "latent-atlas", "CORES=2", timeout=1500)
    assert "the atlas is drawn: results/demo/report/index.html" in printed
    assert "mlp_digits" in (closed / "latent-atlas/results/demo/report/index.html").read_text()
