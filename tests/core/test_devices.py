"""Training that is shared by two devices, from `params.yaml` to the weights; parts of the CPU stand for GPUs."""

from collections.abc import Callable

import numpy as np
import pytest
from projects import Project

KEY = "autoencoder_digits"
WEIGHTS = f"results/demo/experiments/{KEY}/weights.npz"


def trained(project: Project, devices: int) -> bytes:
    project.edit(lambda content: content["experiments"][KEY]["demo"].update(devices=devices))
    project.run("snakemake", "--cores", "1", WEIGHTS)
    return (project.path / WEIGHTS).read_bytes()


@pytest.mark.slow
def test_two_devices_give_the_weights_of_one_and_always_the_same_bytes(project: Callable[..., Project]) -> None:
    here = project("cnn_digits", KEY)
    one = trained(here, 1)
    alone = dict(np.load(here.path / WEIGHTS))
    two = trained(here, 2)
    together = dict(np.load(here.path / WEIGHTS))
    for name in set(alone) - {"card"}:
        np.testing.assert_allclose(together[name], alone[name], rtol=0.02, atol=2e-3)
    (here.path / WEIGHTS).unlink()
    assert trained(here, 2) == two != one
