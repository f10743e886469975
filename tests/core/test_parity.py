"""Snakefile and dvc.yaml describe one and the same graph."""

import os
from pathlib import Path

import pytest
from dvc.dependency.param import ParamsDependency
from dvc.repo import Repo
from projects import ROOT
from snakemake.api import SnakemakeApi
from snakemake.settings.types import DAGSettings, OutputSettings, Quietness, ResourceSettings

from latent_atlas import params

ONLY_IN_SNAKEMAKE = {"all"}
ONLY_IN_DVC = {"check"}  # in Snakemake the Snakefile itself checks params.yaml

Jobs = dict[str, dict[str, object]]


def dvc_jobs() -> Jobs:
    with Repo(str(ROOT)) as repo:
        return {
            stage.addressing: {
                "command": stage.cmd,
                "inputs": {d.def_path for d in stage.deps if not isinstance(d, ParamsDependency)},
                "outputs": {out.def_path for out in stage.outs},
                "params": {name for d in stage.deps if isinstance(d, ParamsDependency) for name in d.params},
            }
            for stage in repo.index.stages
            if stage.addressing not in ONLY_IN_DVC
        }


def snakemake_jobs() -> Jobs:
    with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
        workflow = api.workflow(resource_settings=ResourceSettings(cores=1), snakefile=Path("Snakefile"))
        workflow.dag(DAGSettings(forceall=True)).execute_workflow(executor="dryrun")
        return {
            "@".join([job.rule.name, "-".join(job.wildcards_dict.values())]).rstrip("@"): {
                "command": job.shellcmd,
                "inputs": {str(path) for path in job.input},
                "outputs": {str(path) for path in job.output},
                "params": set(job.params.keys()) - {"scale"},  # part of the command in both
            }
            for job in workflow._workflow.dag.jobs
            if job.rule.name not in ONLY_IN_SNAKEMAKE
        }


@pytest.fixture(scope="module")
def graphs() -> tuple[Jobs, Jobs]:
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        return dvc_jobs(), snakemake_jobs()
    finally:
        os.chdir(before)


def _files(path: str, candidates: set[str]) -> set[str]:
    """What a DVC dependency stands for among Snakemake's inputs: itself, or all that lies below a folder."""
    below = {name for name in candidates if name.startswith(f"{path}/")}
    folder = ROOT / path
    if path.startswith("scripts/") and folder.is_dir():
        present = [file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
        return {str(file.relative_to(ROOT)) for file in present}
    return below or {path}


def test_same_jobs(graphs: tuple[Jobs, Jobs]) -> None:
    dvc, snakemake = graphs
    assert dvc.keys() == snakemake.keys()


@pytest.mark.parametrize("field", ["command", "outputs"])
def test_same_commands_and_outputs(graphs: tuple[Jobs, Jobs], field: str) -> None:
    dvc, snakemake = graphs
    assert {name: job[field] for name, job in dvc.items()} == {name: job[field] for name, job in snakemake.items()}


def test_same_inputs(graphs: tuple[Jobs, Jobs]) -> None:
    dvc, snakemake = graphs
    for name, job in snakemake.items():
        wanted: set[str] = set(job["inputs"])
        stated = set().union(*(_files(path, wanted) for path in dvc[name]["inputs"]))
        assert stated == wanted, name


def test_report_reads_every_output_of_every_experiment(graphs: tuple[Jobs, Jobs]) -> None:
    """DVC's report depends on whole folders, so Snakemake's must name all that is in them and shown."""
    _, snakemake = graphs
    made = set().union(*(job["outputs"] for name, job in snakemake.items() if name != "report"))
    assert made - set(snakemake["report"]["inputs"]) == set()


def test_jobs_depend_on_parameters_in_both(graphs: tuple[Jobs, Jobs]) -> None:
    dvc, snakemake = graphs
    assert {name for name, job in dvc.items() if job["params"]} == {
        name for name, job in snakemake.items() if job["params"]
    }


def test_every_experiment_has_every_step(graphs: tuple[Jobs, Jobs]) -> None:
    dvc, _ = graphs
    keys = params.load(path=ROOT / "params.yaml").experiments
    steps = ("train", "sample", "render", "animate", "evaluate")
    assert {f"{step}@{key}" for key in keys for step in steps} <= dvc.keys()
