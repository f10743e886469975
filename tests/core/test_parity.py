"""Snakefile and dvc.yaml describe one and the same graph."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from dvc.dependency.param import ParamsDependency
from dvc.repo import Repo
from projects import ROOT, add_taught, copy_project, make_project
from snakemake.api import SnakemakeApi
from snakemake.settings.types import DAGSettings, OutputSettings, Quietness, ResourceSettings

from latent_atlas import models, params, steps

ONLY_IN_SNAKEMAKE = {"all"}
ONLY_IN_DVC = {"check"}  # in Snakemake the Snakefile itself checks params.yaml

Jobs = dict[str, dict[str, object]]


def dvc_jobs() -> Jobs:
    with Repo(str(Path.cwd())) as repo:
        return {
            _name(stage.addressing): {
                "command": stage.cmd,
                "inputs": {d.def_path for d in stage.deps if not isinstance(d, ParamsDependency)},
                "outputs": {out.def_path for out in stage.outs},
                "params": {name for d in stage.deps if isinstance(d, ParamsDependency) for name in d.params},
            }
            for stage in repo.index.stages
            if stage.addressing not in ONLY_IN_DVC
        }


def _name(address: str) -> str:
    """``train_taught@x`` in DVC is the job ``train@x``: Snakemake's rule is one for both sections."""
    return address.replace("_taught@", "@")


def snakemake_jobs() -> Jobs:
    with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
        workflow = api.workflow(resource_settings=ResourceSettings(cores=1), snakefile=Path("Snakefile"))
        workflow.dag(DAGSettings(forceall=True)).execute_workflow(executor="dryrun")
        return {
            "@".join([job.rule.name, "-".join(job.wildcards_dict.values())]).rstrip("@"): {
                "command": job.shellcmd,
                "inputs": {str(path) for path in job.input},
                "outputs": {str(path) for path in job.output},
                "params": set(json.loads(job.params.get("values"))),
            }
            for job in workflow._workflow.dag.jobs
            if job.rule.name not in ONLY_IN_SNAKEMAKE
        }


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Jobs, Jobs]:
    """Of the project, with one more experiment that has a teacher."""
    here = copy_project(tmp_path_factory.mktemp("parity") / "project")
    add_taught(here)
    before, own = Path.cwd(), list(models.__path__)
    os.chdir(here.path)
    models.__path__[:] = [str(here.path / "scripts/latent_atlas/models")]  # this process has loaded the project's
    try:
        return dvc_jobs(), snakemake_jobs()
    finally:
        models.__path__[:] = own
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


def test_same_parameters(graphs: tuple[Jobs, Jobs]) -> None:
    dvc, snakemake = graphs
    assert {name: job["params"] for name, job in dvc.items()} == {
        name: job["params"] for name, job in snakemake.items()
    }
    assert snakemake["train@vae_digits"]["params"] == {
        "seed",
        "animation.labels_at_most",
        "experiments.vae_digits.model",
        "experiments.vae_digits.dataset",
        "experiments.vae_digits.demo",
    }
    assert snakemake["train@taught_digits"]["params"] >= {"taught.taught_digits.demo"}


def test_a_teacher_is_trained_before_what_it_teaches(graphs: tuple[Jobs, Jobs]) -> None:
    for jobs in graphs:
        assert "results/demo/experiments/cnn_digits/model.json" in jobs["train@taught_digits"]["inputs"]
        assert not any("model.json" in path for path in jobs["train@vae_digits"]["inputs"])


def test_every_experiment_has_every_step(graphs: tuple[Jobs, Jobs]) -> None:
    dvc, _ = graphs
    keys = params.load(path=ROOT / "params.yaml").experiments
    assert {f"{step}@{key}" for key in keys for step in ("train", "sample", "render", "evaluate")} <= dvc.keys()
    assert {name.partition("@")[0] for name in dvc} == set(steps.STEPS)


def test_an_experiment_is_asked_for_by_its_key_unless_a_rule_has_that_name(tmp_path: Path) -> None:
    here = make_project(tmp_path / "project", ["mlp_digits"])

    def name_one_like_a_rule(content: dict[str, Any]) -> None:
        entry = content["experiments"]["mlp_digits"]
        content["experiments"] = {"mlp_digits": {**entry, "judge": "mlp_digits"}, "train": {**entry, "judge": "train"}}

    here.edit(name_one_like_a_rule)
    said = here.run("snakemake", "--cores", "1", "--dry-run", "mlp_digits")
    jobs = dict(re.findall(r"^(\w+) +(\d+)$", said, re.MULTILINE))
    assert jobs["mlp_digits"] == jobs["train"] == jobs["evaluate"] == "1" and "report" not in jobs
