"""Training at lower precision and on several devices: every model, against itself without."""

from typing import Any

import numpy as np
import pytest
from test_models_data import NAMES, settings, spec_and_batch

from latent_atlas import backend, models
from latent_atlas.backend import keras, tf
from latent_atlas.columns import Column, DataSpec
from latent_atlas.model import Before, Model, Settings
from latent_atlas.training.acceleration import accelerate, precision

SHAPE = (32, 32, 3)
# Those in which nothing looks across a batch, if there is no dropout, which is drawn for each part anew.
SAME_IN_PARTS = {
    "attribute_cnn",
    "autoencoder",
    "cgan",
    "cnn",
    "cvae",
    "cyclegan",
    "mlp",
    "pix2pix",
    "rotation_cnn",
    "vae",
}
TEXTS = {"text_rnn": {"units": 8}, "text_transformer": {"units": 8, "heads": 2}}


def begun(name: str, chosen: Settings, data: DataSpec, devices: list[str]) -> Model:
    keras.utils.set_random_seed(0)
    kind = models.find(name)
    with precision(chosen):
        model = kind(chosen, data)
    if kind.teacher is not None:
        model.prepare(Before(models.find("cnn")(settings("cnn"), data)))
    accelerate(model, chosen, devices)
    return model


def losses(name: str, devices: int = 1, **changes: Any) -> dict[str, float]:
    """Of two steps; the first moves weights, so that the second sees the gradients."""
    without = {field: 0.0 for field in models.find(name).Settings.model_fields if "dropout" in field}
    chosen = settings(name, **without, **changes)
    data, columns = spec_and_batch(SHAPE, chosen.images_per_step)
    model = begun(name, chosen, data, devices * ["/CPU:0"])
    batch = {column: tf.constant(columns[column]) for column in models.find(name).reads}
    for step in range(2):
        found = model.train_step(batch, tf.constant([0, step]))
    assert all(loss.dtype == tf.float32 for loss in found.values())
    assert all(variable.dtype in ("float32", "int32") for variable in model.saved().values())
    return {loss: float(value) for loss, value in found.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_model_trains_in_parts_and_at_lower_precision(name: str) -> None:
    whole, parts, mixed = losses(name), losses(name, devices=2), losses(name, mixed_precision=True)
    if name in SAME_IN_PARTS:
        assert parts == pytest.approx(whole, rel=2e-3, abs=1e-4)
    assert all(map(np.isfinite, [*parts.values(), *mixed.values()]))
    assert mixed != whole


@pytest.mark.parametrize("name", TEXTS)
def test_a_language_model_does_too(name: str) -> None:
    data = DataSpec({"text": Column("text", (), 20)})
    batch = {
        "text": tf.constant(np.random.default_rng(0).integers(20, size=(4, 9)), tf.int32),
        "text_begins": tf.constant(True),
    }
    found = []
    for change, devices in (({}, 1), ({"devices": 2}, 2), ({"mixed_precision": True}, 1)):
        kind = models.find(name)
        chosen = kind.Settings(steps=4, batch_size=4, learning_rate=0.01, window=8, **TEXTS[name], **change)
        model = begun(name, chosen, data, devices * ["/CPU:0"])
        for step in range(2):
            loss = model.train_step(batch, tf.constant([0, step]))["nats_per_character"]
        found.append(float(loss))
    whole, parts, mixed = found
    assert parts == pytest.approx(whole, rel=1e-4)
    assert mixed == pytest.approx(whole, rel=0.05) and mixed != whole


def test_computing_in_bfloat16_ends_in_float32() -> None:
    chosen = settings("vae", mixed_precision=True)
    data, _ = spec_and_batch(SHAPE, 4)
    model = begun("vae", chosen, data, ["/CPU:0"])
    decoder = model.networks["decoder"]
    assert [layer.compute_dtype for layer in decoder.layers[-2:]] == ["bfloat16", "float32"]
    assert model.decode(tf.zeros((2, model.latent_dim))).dtype == tf.float32
    assert keras.config.dtype_policy().name == "float32"  # only while it was built


def test_settings_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="batch_size 4 must be a multiple of devices, 3"):
        settings("mlp", devices=3)
    with pytest.raises(ValueError, match="xla compiles for one device"):
        settings("mlp", devices=2, xla=True)


def test_more_devices_than_there_are_is_one_line() -> None:
    with pytest.raises(backend.AtlasError, match=r"devices is 99, and TensorFlow finds \d+ CPUs here; lower it"):
        backend.devices(99)
