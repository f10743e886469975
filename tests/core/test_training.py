"""The loop: batches, snapshots, and runs that are interrupted and resumed."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latent_atlas import backend, io, models, prepared, weights
from latent_atlas.columns import DataSpec
from latent_atlas.conditions import Conditions
from latent_atlas.errors import AtlasError
from latent_atlas.model import Generates
from latent_atlas.prepared.card import write_card
from latent_atlas.prepared.splits import THREE
from latent_atlas.training import cameras, loop, train_steps
from latent_atlas.training.batches import Batches
from latent_atlas.training.checkpoints import Checkpoints

SPEC = DataSpec.of_images((28, 28, 1), labels=10)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


def _data(shape: tuple[int, int, int] = SPEC.shape, count: int = 64, labels: int = 10) -> prepared.Dataset:
    """A prepared dataset of noise in the current folder."""
    folder, generator = Path("data"), np.random.default_rng(0)
    folder.mkdir(exist_ok=True)
    columns: dict[str, dict[str, Any]] = {"images": {"kind": "images"}}
    if labels:
        columns["labels"] = {"kind": "labels", "names": [str(label) for label in range(labels)]}
    for split in THREE:
        io.save_array(folder / f"{split}_images.npy", generator.integers(0, 256, (count, *shape), np.uint8))
        if labels:
            io.save_array(folder / f"{split}_labels.npy", generator.integers(0, labels, count).astype(np.int32))
    write_card(folder, {"name": "noise"}, columns)
    return prepared.load(folder)


class _Silent:
    """Shows nothing; once, after a given step, it does something."""

    def __init__(self, after: int = 100, action: Callable[[], None] = lambda: None) -> None:
        self._after, self._action = after, action

    def update(self, done: int, total: int, unit: str, detail: str = "") -> None:
        if done > self._after:
            self._after = total
            self._action()


def _card(name: str, **settings: Any) -> dict[str, Any]:
    return {
        "model": name,
        "settings": {"steps": 6, "batch_size": 8, "learning_rate": 0.001, "frames": 3, "width": 4, **settings},
        "columns": {name: column.as_json() for name, column in SPEC.columns.items()},
    }


def _run(
    name: str, progress: _Silent | None = None, seconds: float = 1e9, seed: int = 1
) -> tuple[Any, loop.Record, Checkpoints]:
    backend.keras.utils.set_random_seed(seed)
    card, data = _card(name), _data()
    model = weights.build(card)
    settings = models.find(name).Settings(**card["settings"])
    checkpoints = Checkpoints(io.WORK / "checkpoints", "a fingerprint")
    take, _ = cameras.set_up(cameras.Subject(model, data, Conditions(model, data, 10), 1))
    batches = Batches(data, model.reads, settings.batch_size, seed)
    record = loop.train(model, settings, seed, batches, data.spec, take, checkpoints, seconds, progress or _Silent())
    return model, record, checkpoints


def _state(model: Any) -> list[np.ndarray]:
    return [variable.numpy() for network in model.networks.values() for variable in network.variables]


def _end(number: int) -> Callable[[], None]:
    return lambda: os.kill(os.getpid(), number)


@pytest.mark.parametrize("name", ["cnn", "cvae", "cvae_gan"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_resumed_run_equals_uninterrupted(name: str, number: int) -> None:
    whole, record, _ = _run(name)
    with pytest.raises(KeyboardInterrupt):
        _run(name, _Silent(1, _end(number)))
    resumed, again, _ = _run(name)
    for one, other in zip(_state(whole), _state(resumed), strict=True):
        np.testing.assert_array_equal(one, other)
    assert again.rows == record.rows
    assert again.snapshot_steps == record.snapshot_steps == [0, 1, 6]
    for key, frames in record.snapshots.items():
        np.testing.assert_array_equal(np.stack(frames), np.stack(again.snapshots[key]))


def test_training_changes_weights_and_depends_on_the_seed() -> None:
    first, record, _ = _run("cvae")
    backend.keras.utils.set_random_seed(1)
    untrained = weights.build(_card("cvae"))
    assert any((a != b).any() for a, b in zip(_state(first), _state(untrained), strict=True))
    assert record.rows[-1][:2] == [6, 48]
    io.remove(io.WORK / "checkpoints")
    same, again, _ = _run("cvae")
    assert all((a == b).all() for a, b in zip(_state(first), _state(same), strict=True))
    assert again.rows == record.rows
    io.remove(io.WORK / "checkpoints")
    other, different, _ = _run("cvae", seed=2)
    assert any((a != b).any() for a, b in zip(_state(first), _state(other), strict=True))
    assert different.rows != record.rows


@pytest.mark.parametrize("name", ["cvae", "cvae_gan"])
def test_how_many_steps_are_in_a_call_changes_no_byte(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths, call = [], train_steps.TrainSteps.__call__

    def counted(self: Any, first: int, most: int) -> list[dict[str, float]]:
        losses = call(self, first, most)
        lengths.append(len(losses))
        return losses

    monkeypatch.setattr(train_steps.TrainSteps, "__call__", counted)
    monkeypatch.setattr(train_steps, "_SECONDS", 1e9)
    several, record, _ = _run(name)
    assert lengths == [1, 2, 3]
    io.remove(io.WORK / "checkpoints")
    monkeypatch.setattr(train_steps, "_MOST", 1)
    single, again, _ = _run(name)
    assert lengths[3:] == [1] * 6
    assert all((a == b).all() for a, b in zip(_state(several), _state(single), strict=True))
    assert again.rows == record.rows


def test_damaged_checkpoint_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_steps, "_MOST", 1)  # a checkpoint after each step
    _run("cvae", seconds=0)
    folder = io.WORK / "checkpoints"
    older, newer = sorted(folder.iterdir())
    assert [older.name[:9], newer.name[:9]] == ["000000005", "000000006"]
    newer.write_bytes(newer.read_bytes()[:-100])
    model = weights.build(_card("cvae"))
    record = Checkpoints(folder, "a fingerprint").restore(model)
    assert record is not None
    assert int(record["step"]) == 5
    older.write_bytes(b"")
    assert Checkpoints(folder, "a fingerprint").restore(model) is None


def test_checkpoint_of_another_configuration_is_not_used() -> None:
    _run("cvae", seconds=0)
    assert Checkpoints(io.WORK / "checkpoints", "another").restore(weights.build(_card("cvae"))) is None


def test_divergence_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    cvae = models.find("cvae")
    monkeypatch.setattr(cvae, "train_step", lambda *_: {"negative_elbo": backend.tf.constant(np.nan)})
    with pytest.raises(AtlasError, match="negative_elbo is nan at step"):
        _run("cvae")


def test_batches_cover_an_epoch_once_and_depend_on_step_alone() -> None:
    data = _data((2, 2, 1), count=10)
    rows = np.asarray(data.split("train")["images"])
    forward, backward = (Batches(data, ("images", "labels"), 5, 3) for _ in range(2))
    seen = [forward[step] for step in range(6)]
    places = [[int(np.flatnonzero((rows == image).all((1, 2, 3)))[0]) for image in batch["images"]] for batch in seen]
    for step in reversed(range(6)):
        batch = backward[step]
        np.testing.assert_array_equal(batch["images"], seen[step]["images"])
        np.testing.assert_array_equal(batch["labels"], data.split("train")["labels"][places[step]])
    for epoch in range(3):
        assert sorted(places[2 * epoch] + places[2 * epoch + 1]) == list(range(10))
    assert places[0] != places[2]


def test_batch_larger_than_the_data_is_refused() -> None:
    with pytest.raises(AtlasError, match="batch_size 65 is more than the 64"):
        Batches(_data(), ("images",), 65, 0)


def test_snapshots_of_large_images_are_reduced() -> None:
    data = _data((256, 256, 1), count=1, labels=0)
    pixels = np.random.default_rng(0).integers(0, 256, (256, 256, 1), np.uint8)
    drawn = backend.tf.constant(pixels / 255.0, backend.tf.float32)

    class Draws(Generates):
        latent_dim = 2
        condition = None

        def decode(self, latents: Any) -> Any:
            return backend.tf.tile(drawn[None], (backend.tf.shape(latents)[0], 1, 1, 1))

    take, stills = cameras.set_up(cameras.Subject(Draws(), data, Conditions(Draws(), data, 10), 0))
    images = take()["manifold_frames"]
    assert stills == {}
    assert images.shape == (15, 15, 128, 128, 1)
    means = pixels.astype(np.float64).reshape(128, 2, 128, 2, 1).mean((1, 3))
    assert np.abs(images[0, 0] - means).max() <= 0.51


def test_a_model_without_anything_to_film_has_an_empty_film() -> None:
    take, stills = cameras.set_up(cameras.Subject(object(), None, None, 0))
    assert (take(), stills) == ({}, {})


def test_snapshots_are_dense_early() -> None:
    steps = cameras.schedule(1000, 20)
    assert steps[0] == 0
    assert steps[-1] == 1000
    gaps = np.diff(steps)
    assert (np.diff(gaps) >= -1).all()
    assert gaps[0] < 5
    assert gaps[-1] > 100
