"""What is said where a job reserves a GPU and TensorFlow finds none."""

from pathlib import Path

import pytest

from latent_atlas import backend
from latent_atlas.errors import AtlasError


@pytest.fixture(params=[True, False], ids=["with a driver", "without a driver"])
def driver(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether there is an NVIDIA driver. There is never a GPU."""
    monkeypatch.setattr(backend.tf.config, "list_physical_devices", lambda kind: [])
    monkeypatch.setattr(backend, "_DRIVER", tmp_path / "version")
    if request.param:
        (tmp_path / "version").touch()
    return bool(request.param)


def test_it_is_said_that_the_job_runs_on_the_cpu(driver: bool) -> None:
    said: list[str] = []
    backend.check_gpu(1, False, said.append)
    assert len(said) == 1 and "runs on the CPU" in said[0] and ("CUDA libraries" in said[0]) == driver


def test_a_job_ends_if_it_is_told_to(driver: bool) -> None:
    with pytest.raises(AtlasError, match="without_gpu: refuse") as refused:
        backend.check_gpu(1, True, pytest.fail)
    assert ("CUDA libraries" in str(refused.value)) == driver


def test_a_job_that_reserves_none_says_nothing(driver: bool) -> None:
    backend.check_gpu(0, True, pytest.fail)
