"""What jobs of a cluster reserve, and which of them are one job."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from projects import Project, make_project

from latent_atlas.engine import Plan


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    here = make_project(tmp_path_factory.mktemp("engine"), ["cnn_digits", "vae_digits"])
    here.edit(
        lambda content: content["resources"].update(experiments={"cnn_digits": {"gpu": 1, "mem_mb": 900, "runtime": 7}})
    )
    return here


@pytest.fixture
def plan(project: Project, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.chdir(project.path)
    return Plan({}, Path())


def of(experiment: str) -> SimpleNamespace:
    return SimpleNamespace(experiment=experiment)


def test_a_second_attempt_has_more_memory_and_time_and_no_more_gpus(plan: Plan) -> None:
    reserved = {
        attempt: [plan.reserve("train", field)(of("cnn_digits"), attempt) for field in ("mem_mb", "runtime", "gpu")]
        for attempt in (1, 2)
    }
    assert reserved == {1: [900, 7, 1], 2: [1800, 14, 1]}


def test_what_follows_training_is_one_job_for_each_experiment_unless_it_reserves_a_gpu(plan: Plan) -> None:
    assert [plan.group(of(key)) for key in plan.experiments] == [None, "vae_digits"]


def test_no_experiment_needs_a_teacher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = make_project(tmp_path, ["cnn_digits"])  # the others share theirs
    own.edit(lambda content: content.pop("taught", None))
    monkeypatch.chdir(own.path)
    assert '"taught":{}' in Plan({}, Path()).values("report")(SimpleNamespace()).replace(" ", "")


def test_the_code_of_a_job_is_that_of_its_model(plan: Plan) -> None:
    codes = [plan.code("train")(of(key)) for key in plan.experiments]
    assert {path for path in codes[0] if path not in codes[1]} == {"scripts/latent_atlas/models/cnn.py"}
    assert all(Path(path).is_file() for path in codes[0])
