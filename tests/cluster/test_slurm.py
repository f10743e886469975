"""The pipeline on a real Slurm: the same bytes as here, the resources that were declared, and jobs that are lost."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import slurm_node
from projects import ROOT, Project, make_project

pytestmark = [pytest.mark.cluster, pytest.mark.skipif(bool(slurm_node.unavailable()), reason=slurm_node.unavailable())]

ON_GPU = ("cnn_digits", "vae_digits", "cvae_digits")
COMMAND = (
    *("snakemake", "--workflow-profile", "profiles/slurm", "--slurm-no-account", "--slurm-status-command", "squeue"),
    *(
        "--slurm-init-seconds-before-status-checks",
        "2",
        "--seconds-between-status-checks",
        "2",
        "--default-resources",
        "slurm_partition=main",
        "mem_mb=500",
    ),
)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[slurm_node.Slurm]:
    here = slurm_node.Slurm(tmp_path_factory.mktemp("slurm"))
    try:
        here.start()
        yield here
    finally:
        here.stop()


def _project(path: Path) -> Project:
    project = make_project(path, list(ON_GPU))

    def change(content: dict) -> None:
        content["resources"]["experiments"] = {key: {"gpu": 1, "mem_mb": 1700, "runtime": 77} for key in ON_GPU}
        content["checkpoint_seconds"] = 0.3
        content["experiments"]["cvae_digits"]["demo"] |= {"steps": 3000, "frames": 12}

    project.edit(change)
    return project


def test_a_job_is_cancelled_and_the_bytes_are_those_of_a_run_here(
    cluster: slurm_node.Slurm, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    plugin = slurm_node.plugin(tmp_path_factory.mktemp("plugin") / "slurm", ROOT / "envs/slurm.txt")
    here, there = (_project(tmp_path / name) for name in ("here", "there"))
    here.run("snakemake", "--cores", "2", timeout=900)
    run = subprocess.Popen(
        COMMAND,
        cwd=there.path,
        env=there.environment | {"PYTHONPATH": str(plugin)},
        stdout=(tmp_path / "log").open("w"),
        stderr=subprocess.STDOUT,
    )
    try:
        cancelled = _cancel_when_training(cluster, there, "cvae_digits")
        assert run.wait(900) == 0, (tmp_path / "log").read_text()
    finally:
        run.kill()
    jobs = cluster.jobs()
    assert jobs[cancelled]["JobState"] == "CANCELLED"
    assert "resumed after step" in (there.path / "logs/demo/train/cvae_digits.log").read_text()
    assert there.files() == here.files()
    _check_reservations(jobs)


def _cancel_when_training(cluster: slurm_node.Slurm, project: Project, experiment: str) -> int:
    """Cancels the training of an experiment once it has left a checkpoint; returns the number of the job."""
    for _ in range(1200):
        time.sleep(0.25)
        for number, job in cluster.jobs().items():
            training = job["Comment"] == f"rule_train_wildcards_{experiment}" and job["JobState"] == "RUNNING"
            if training and list((project.path / ".atlas/checkpoints/demo" / experiment).glob("*-*.npz")):
                subprocess.run(["scancel", str(number)], check=True)
                return number
    pytest.fail("the training never began")


def _check_reservations(jobs: dict[int, dict[str, str]]) -> None:
    on_gpu = []
    for job in jobs.values():
        step, _, of = job["Comment"].removeprefix("rule_").partition("_wildcards_")
        if step in ("train", "sample") and of in ON_GPU:
            assert job["TresPerJob"] == "gres:gpu:1"
            on_gpu.append(job)
        else:
            assert "TresPerJob" not in job
        expected = {"NumCPUs": "1"}
        if of in ON_GPU:
            expected |= {"MinMemoryNode": "1700M", "TimeLimit": "01:17:00"}
        assert {name: job[name] for name in expected} == expected, job
    assert len(on_gpu) == 2 * len(ON_GPU) + 1  # and the one that was cancelled
    for job in on_gpu:
        beside = [each for each in on_gpu if each["StartTime"] < job["EndTime"] and job["StartTime"] < each["EndTime"]]
        at_once = max(sum(a["StartTime"] <= b["StartTime"] < a["EndTime"] for a in beside) for b in beside)
        assert at_once <= slurm_node.GPUS
