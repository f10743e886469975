"""The pipeline on a real Slurm: the same bytes as here, the resources that were declared, and jobs that are lost."""

import subprocess
import time
from pathlib import Path

import pytest
import slurm_node
from projects import ROOT, Project, make_project
from reservations import at_once, check

from latent_atlas import params

pytestmark = [pytest.mark.cluster, pytest.mark.skipif(bool(slurm_node.unavailable()), reason=slurm_node.unavailable())]

ON_GPU = ("cnn_digits", "cvae_digits")  # more than there are GPUs
WITHOUT = "mlp_digits"


def _project(path: Path) -> Project:
    project = make_project(path, [*ON_GPU, WITHOUT])

    def change(content: dict) -> None:
        content["resources"]["experiments"] = {key: {"gpu": 1, "mem_mb": 1700, "runtime": 77} for key in ON_GPU}
        content["checkpoint_seconds"] = 0.3
        content["experiments"]["cvae_digits"]["demo"] |= {"steps": 3000, "frames": 12}

    project.edit(change)
    return project


def test_jobs_and_daemons_are_lost_and_the_bytes_are_those_of_a_run_here(
    cluster: slurm_node.Slurm, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    plugin = slurm_node.plugin(tmp_path_factory.mktemp("plugin") / "slurm", ROOT / "envs/slurm.txt")
    here, there = (_project(tmp_path / name) for name in ("here", "there"))
    here.run("snakemake", "--cores", "2", timeout=900)
    run = subprocess.Popen(
        slurm_node.COMMAND,
        cwd=there.path,
        env=there.environment | {"PYTHONPATH": str(plugin)},
        stdout=(tmp_path / "log").open("w"),
        stderr=subprocess.STDOUT,
    )
    try:
        cancelled = _wait_for_training(cluster, there, "cvae_digits")
        subprocess.run(["scancel", str(cancelled)], check=True)
        again = _wait_for_training(cluster, there, "cvae_digits", after=cancelled)
        cluster.restart("slurmd", "KILL")  # as if it crashed; its jobs live on
        cluster.restart("slurmctld", "TERM")
        assert run.wait(900) == 0, (tmp_path / "log").read_text()
    finally:
        run.kill()
    jobs = cluster.jobs()
    assert (jobs[cancelled]["JobState"], jobs[again]["JobState"]) == ("CANCELLED", "COMPLETED")
    assert "resumed after step" in (there.path / "logs/demo/train/cvae_digits.log").read_text()
    assert there.files() == here.files()
    trained = check(jobs, params.load(path=there.path / params.FILE))
    assert trained == {*ON_GPU, WITHOUT}
    on_gpu = [job for job in jobs.values() if "TresPerJob" in job]
    assert len(on_gpu) == 2 * len(ON_GPU) + 1  # and the one that was cancelled
    assert at_once(on_gpu) <= slurm_node.GPUS
    # The second attempt has more: the first may have failed for want of it. The group is `sample`, then the others.
    group = next(job for job in jobs.values() if job["Comment"] == f"rule_{WITHOUT}_evaluate_render_sample")
    found = [(job["MinMemoryNode"], job["TimeLimit"], job["NumCPUs"]) for job in (jobs[cancelled], jobs[again], group)]
    assert found == [("1700M", "01:17:00", "1"), ("3400M", "02:34:00", "1"), ("3500M", "01:30:00", "2")]


def _wait_for_training(cluster: slurm_node.Slurm, project: Project, experiment: str, after: int = 0) -> int:
    """Waits until a job after ``after`` trains an experiment and has left a checkpoint; returns its number."""
    checkpoints = project.path / ".atlas/checkpoints/demo" / experiment
    before = set(checkpoints.glob("*-*.npz"))
    for _ in range(1200):
        time.sleep(0.25)
        for number, job in cluster.jobs().items():
            training = job["Comment"] == f"rule_train_wildcards_{experiment}" and job["JobState"] == "RUNNING"
            if training and number > after and set(checkpoints.glob("*-*.npz")) - before:
                return number
    pytest.fail("the training never began")
