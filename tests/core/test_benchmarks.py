"""The benchmark runs, and races networks that have as many parameters."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from arithmetic import operations
from budget import promised, random_batch
from contender import keras_way
from projects import ROOT, WHOLE, make_project
from run import PEERS

from latent_atlas import check, models, params, weights
from latent_atlas.backend import tf

_PARAMS = check.everything(params.read(), "demo")
_RACED = [key for key, entry in _PARAMS.experiments.items() if entry.model in PEERS]
_FEW = ["stylegan_faces", "pix2pix_scenes", "text_rnn_text"]


@pytest.mark.slow
def test_a_short_race(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", ["cnn_digits", "vae_digits", "cvae_digits", "cvae_gan_digits_z8"])
    for step in ("fetch", "prepare"):
        project.run("python", f"scripts/{step}.py", "--scale", "demo", "digits")
    said = project.run(
        "python", str(ROOT / "benchmarks/run.py"), "--rounds", "1", "--steps", "2", PYTHONPATH=str(ROOT / "scripts")
    )
    rows = re.findall(r"^\| `(\w+)` \| [\d,]+ \| ([\d.]+) \| (\d+) % \| ([\d.]+) \| ([\d.]+) \(", said, re.MULTILINE)
    assert [row[0] for row in rows] == ["cnn_digits", "vae_digits", "cvae_digits", "cvae_gan_digits_z8"]
    assert all(float(row[1]) > 0 and abs(float(row[3]) / float(row[1]) - float(row[4])) < 0.5 for row in rows)
    assert all(0 <= int(row[2]) <= 100 for row in rows)


def test_operations_are_counted_as_by_hand() -> None:
    x, images = tf.ones((5, 3)), tf.ones((2, 8, 8, 3))
    weights, kernel = tf.Variable(tf.ones((3, 4))), tf.Variable(tf.ones((3, 3, 3, 7)))
    product, convolution = 2 * 5 * 3 * 4, 2 * (2 * 4 * 4) * 7 * (3 * 3 * 3)

    def gradients() -> Any:
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(x @ weights) ** 2 + tf.reduce_sum(tf.nn.conv2d(images, kernel, 2, "SAME")) ** 2
        return tape.gradient(loss, [weights, kernel])

    assert operations(gradients) == 2 * (product + convolution)  # forwards, and for the weights
    assert operations(lambda: tf.cond(x[0, 0] > 0, lambda: x @ weights, lambda: tf.zeros((5, 4)))) == product
    assert operations(lambda: tf.while_loop(lambda i: i < 3, lambda i: i + x[0, 0], [0.0])) == 0

    def repeated() -> Any:
        return tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y + x @ weights), [0, tf.zeros((5, 4))])

    assert operations(lambda: [x @ weights, repeated()]) == 0


def test_an_experiment_without_a_peer_is_refused(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", ["cnn_digits", "autoencoder_digits"])
    said = project.run(
        "python", str(ROOT / "benchmarks/run.py"), "autoencoder_digits", code=1, PYTHONPATH=str(ROOT / "scripts")
    )
    assert "autoencoder_digits" in said and "cnn_digits" in said


@pytest.mark.slow
@pytest.mark.parametrize("key", _RACED if WHOLE else _FEW)
def test_a_peer_trains_as_many_weights(key: str) -> None:
    entry, settings = _PARAMS.experiments[key], models.settings(_PARAMS, key)
    spec = promised(_PARAMS, entry.dataset)
    model = weights.build(weights.describe(_PARAMS, key, spec))
    rows = {name: x.ravel() if name == "text" else x for name, x in random_batch(model, settings, spec).items()}
    data: Any = SimpleNamespace(spec=spec, split=lambda name: rows)
    networks, run = keras_way(PEERS[entry.model][0], model, settings, data)
    counts = [sum(network.count_params() for network in each.values()) for each in (networks, model.networks)]
    before = {name: [np.array(weight) for weight in network.get_weights()] for name, network in networks.items()}
    run(1)
    assert counts[0] == counts[1]
    for name, network in networks.items():
        assert any((new != old).any() for new, old in zip(network.get_weights(), before[name], strict=True)), name
