"""The loop: batches, snapshots, and runs that end and go on."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latent_atlas import backend, io, models, weights
from latent_atlas.datasets.processed import Split
from latent_atlas.errors import AtlasError
from latent_atlas.model import DataSpec, Generates
from latent_atlas.training import loop, snapshots
from latent_atlas.training.batches import Batches
from latent_atlas.training.checkpoints import Checkpoints

SPEC = DataSpec((28, 28, 1), 10)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


def _split(count: int = 64) -> Split:
    generator = np.random.default_rng(0)
    return Split(
        generator.integers(0, 256, (count, *SPEC.shape), np.uint8), generator.integers(0, 10, count).astype(np.int32)
    )


class _Silent:
    """Shows nothing; at a given step it does something."""

    def __init__(self, at: int = -1, action: Callable[[], None] = lambda: None) -> None:
        self._at, self._action = at, action

    def update(self, done: int, total: int, unit: str, detail: str = "") -> None:
        if done == self._at:
            self._action()


def _card(name: str, **settings: Any) -> dict[str, Any]:
    return {
        "model": name,
        "settings": {"steps": 6, "batch_size": 8, "learning_rate": 0.001, "frames": 3, "width": 4, **settings},
        "shape": list(SPEC.shape),
        "labels": SPEC.labels,
        "attributes": SPEC.attributes,
    }


def _run(name: str, progress: _Silent | None = None, seconds: float = 1e9) -> tuple[Any, loop.Record, Checkpoints]:
    backend.keras.utils.set_random_seed(1)
    card = _card(name)
    model = weights.build(card)
    settings = models.find(name).Settings(**card["settings"])
    checkpoints = Checkpoints(io.WORK / "checkpoints", "a fingerprint")
    camera = snapshots.camera(model, SPEC, _split())
    batches = Batches(_split(), settings.batch_size, 1)
    record = loop.train(model, settings, 1, batches, camera, checkpoints, seconds, progress or _Silent())
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
        _run(name, _Silent(3, _end(number)))
    resumed, again, _ = _run(name)
    for one, other in zip(_state(whole), _state(resumed), strict=True):
        np.testing.assert_array_equal(one, other)
    assert again.rows == record.rows
    assert again.snapshot_steps == record.snapshot_steps == [0, 1, 6]
    for key, frames in record.snapshots.items():
        np.testing.assert_array_equal(np.stack(frames), np.stack(again.snapshots[key]))


def test_training_changes_weights_and_depends_on_the_seed() -> None:
    first, record, _ = _run("cvae")
    untrained = weights.build(_card("cvae"))
    assert any((a != b).any() for a, b in zip(_state(first), _state(untrained), strict=True))
    assert record.rows[-1][:2] == [6, 48]


def test_damaged_checkpoint_is_passed_over() -> None:
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
    split = Split(np.arange(40, dtype=np.uint8).reshape(10, 2, 2, 1), np.arange(10, dtype=np.int32))
    forward, backward = Batches(split, 5, 3), Batches(split, 5, 3)
    seen = [forward[step] for step in range(6)]
    for step in reversed(range(6)):
        np.testing.assert_array_equal(backward[step][1], seen[step][1])
        np.testing.assert_array_equal(seen[step][0][:, 0, 0, 0] // 4, seen[step][1])
    for epoch in range(3):
        labels = np.concatenate([seen[2 * epoch][1], seen[2 * epoch + 1][1]])
        assert sorted(labels) == list(range(10))
    assert (seen[0][1] != seen[2][1]).any()


def test_batch_larger_than_the_data_is_refused() -> None:
    with pytest.raises(AtlasError, match="batch_size 65 is more than the 64"):
        Batches(_split(), 65, 0)


def test_snapshots_of_large_images_are_reduced() -> None:
    spec = DataSpec((256, 256, 1), 0)
    pixels = np.random.default_rng(0).integers(0, 256, spec.shape, np.uint8)
    drawn = backend.tf.constant(pixels / 255.0, backend.tf.float32)

    class Draws(Generates):
        latent_dim = 2

        def decode(self, latents: Any, labels: Any) -> Any:
            return backend.tf.tile(drawn[None], (backend.tf.shape(latents)[0], 1, 1, 1))

    images = snapshots.camera(Draws(), spec, _split())()["images"]
    assert images.shape == (15, 15, 128, 128, 1)
    means = pixels.astype(np.float64).reshape(128, 2, 128, 2, 1).mean((1, 3))
    assert np.abs(images[0, 0] - means).max() <= 0.51


def test_snapshots_are_dense_early() -> None:
    steps = snapshots.schedule(1000, 20)
    assert steps[0] == 0
    assert steps[-1] == 1000
    gaps = np.diff(steps)
    assert (np.diff(gaps) >= -1).all()
    assert gaps[0] < 5
    assert gaps[-1] > 100
