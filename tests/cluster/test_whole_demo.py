"""The whole demo through a real Slurm: the bytes of the reference, and for each job what `params.yaml` reserves."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import slurm_node
from projects import ROOT, WHOLE, Project
from reservations import at_once, check

from latent_atlas import params

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(bool(slurm_node.unavailable()), reason=slurm_node.unavailable()),
    pytest.mark.skipif(not WHOLE, reason="takes an hour: set LATENT_ATLAS_WHOLE"),
]


def test_the_whole_demo(cluster: slurm_node.Slurm, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    subprocess.run(["git", "clone", "-q", ROOT, tmp_path / "demo"], check=True)
    project = Project(tmp_path / "demo")

    def reserve(content: dict[str, Any]) -> None:
        content["resources"]["steps"]["train"]["gpu"] = 1

    project.edit(reserve)
    plugin = slurm_node.plugin(tmp_path_factory.mktemp("plugin") / "slurm", ROOT / "envs/slurm.txt")
    project.run(*slurm_node.COMMAND, timeout=7200, PYTHONPATH=str(plugin))
    jobs = cluster.jobs()
    declared = params.load(path=project.path / params.FILE)
    assert check(jobs, declared) == set(declared.experiments)
    assert at_once([job for job in jobs.values() if "TresPerJob" in job]) == slurm_node.GPUS
    project.run(sys.executable, "scripts/verify.py")
