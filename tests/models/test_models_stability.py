"""Alarms: when they ring, what the loop does then, and that every model's alarms name losses it has."""

import inspect
from pathlib import Path

import numpy as np
import pytest

from latent_atlas import models
from latent_atlas.backend import tf
from latent_atlas.blocks import adversarial
from latent_atlas.errors import AtlasError
from latent_atlas.model import Alarm, DataSpec, Model, Settings
from latent_atlas.training import loop
from latent_atlas.training.stability import findings, ringing

LOW, HIGH = Alarm("won", "cost", below=0.1), Alarm("lost", "norm", above=2.0)


def rows(costs: list[float], norms: list[float] | None = None) -> list[list[float]]:
    return [
        [10.0 * (i + 1), 0.0, c, n] for i, (c, n) in enumerate(zip(costs, norms or [1.0] * len(costs), strict=True))
    ]


def test_a_loss_beyond_its_bound_for_a_tenth_of_the_run_is_found() -> None:
    costs = 5 * [1.0] + 3 * [0.05] + 12 * [1.0]
    assert [str(f) for f in findings([LOW, HIGH], ["cost", "norm"], rows(costs), 200)] == ["won (steps 60 to 80)"]


def test_a_short_dip_is_not() -> None:
    assert not findings([LOW], ["cost", "norm"], rows([1.0, 0.05, 0.05, 1.0, 0.05, 1.0]), 200)


def test_two_stretches_and_two_alarms_are_told_apart() -> None:
    costs, norms = 3 * [0.0] + [1.0] + 3 * [0.0], 7 * [3.0]
    found = findings([LOW, HIGH], ["cost", "norm"], rows(costs, norms), 100)
    assert [(f.problem, f.first_step, f.last_step) for f in found] == [
        ("won", 10, 30),
        ("won", 50, 70),
        ("lost", 10, 70),
    ]


def test_an_alarm_is_silent_while_it_warms_up() -> None:
    late = Alarm("won", "cost", below=0.1, warm_up=0.2)
    assert not findings([late], ["cost", "norm"], rows(4 * [0.0] + 16 * [1.0]), 200)
    assert [str(f) for f in findings([late], ["cost", "norm"], rows(20 * [0.0]), 200)] == ["won (steps 50 to 200)"]


def test_an_alarm_for_a_loss_that_is_not_there_is_silent() -> None:
    assert not findings([Alarm("x", "other", below=9)], ["cost", "norm"], rows([0.0] * 9), 10)


def test_ringing_is_what_goes_on_at_the_end() -> None:
    over = rows(4 * [0.0] + [1.0])
    assert findings([LOW], ["cost", "norm"], over, 100) and not ringing([LOW], ["cost", "norm"], over, 100)
    assert ringing([LOW], ["cost", "norm"], over[:4], 100)


class Failing(Model):
    """Its one loss is whatever it is told."""

    Settings = Settings
    alarms = (Alarm("the loss is gone", "loss", below=0.5),)

    def __init__(self, value: float) -> None:
        self.value, self.networks, self.optimizers = value, {}, {}

    def train_step(self, batch, seed):
        return {"loss": tf.constant(self.value)}


class Nothing:
    def restore(self, model):
        return None

    def update(self, *arguments):
        pass


def run(value: float, **settings) -> loop.Record:
    batches = [{"images": np.zeros((1, 2, 2, 1), np.uint8)}] * 50
    chosen = Settings(steps=50, batch_size=1, learning_rate=0.1, frames=2, **settings)
    return loop.train(
        Failing(value), chosen, 0, batches, DataSpec.of_images((2, 2, 1)), dict, Nothing(), 1e9, Nothing()
    )


def test_flagging_says_so_once_and_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(0.1).step == 50
    assert capsys.readouterr().out.count("unstable: the loss is gone") == 1


def test_ignoring_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    run(0.1, on_instability="ignore")
    assert "unstable" not in capsys.readouterr().out


def test_stopping_names_the_problem() -> None:
    with pytest.raises(AtlasError, match="the loss is gone"):
        run(0.1, on_instability="stop")
    assert run(0.9, on_instability="stop").step == 50


def test_a_loss_that_is_no_number_always_stops() -> None:
    with pytest.raises(AtlasError, match="loss is nan"):
        run(float("nan"), on_instability="ignore")


@pytest.mark.parametrize("name", [name for name in models.names() if models.find(name).alarms])
def test_alarms_name_losses_of_their_model(name: str) -> None:
    kind = models.find(name)
    files = {inspect.getfile(each) for each in kind.__mro__ if each.__module__.startswith("latent_atlas.")}
    text = "".join(Path(file).read_text() for file in (*files, inspect.getfile(adversarial)))
    assert all(f'"{alarm.loss}"' in text for alarm in kind.alarms)
