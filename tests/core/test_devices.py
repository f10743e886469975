"""Training that is shared by two devices, from `params.yaml` to the weights; parts of the CPU stand for GPUs."""

from collections.abc import Callable

import pandas as pd
import pytest
from projects import Project

KEY = "autoencoder_digits"
FOLDER = f"results/demo/experiments/{KEY}"


def trained(project: Project, devices: int) -> tuple[bytes, pd.DataFrame]:
    """The weights, and the losses step by step."""
    project.edit(lambda content: content["experiments"][KEY]["demo"].update(devices=devices))
    project.run("snakemake", "--cores", "1", f"{FOLDER}/weights.npz")
    return (project.path / FOLDER / "weights.npz").read_bytes(), pd.read_csv(project.path / FOLDER / "history.csv")


@pytest.mark.slow
def test_two_devices_give_the_losses_of_one_and_always_the_same_bytes(project: Callable[..., Project]) -> None:
    here = project("cnn_digits", KEY)
    one, losses = trained(here, 1)
    two, shared = trained(here, 2)
    pd.testing.assert_frame_equal(shared, losses, rtol=0.005)  # Adam makes much of a gradient's last bits
    (here.path / FOLDER / "weights.npz").unlink()
    assert trained(here, 2)[0] == two != one
