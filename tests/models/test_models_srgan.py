"""SRGAN against figure 4 of its paper and its formulas, and which network learns when."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latent_atlas import models
from latent_atlas.backend import keras, tf
from latent_atlas.columns import Column
from latent_atlas.errors import AtlasError
from latent_atlas.model import Before, DataSpec, MapsFeatures
from latent_atlas.training.checkpoints import Checkpoints

DATA = DataSpec.of_images((16, 16, 3))
SEED = np.zeros(2, np.int32)
SMALL = {"width": 3, "discriminator_width": 2, "blocks": 1, "kernel": 3, "feature_weight": 2.0}


class Doubled(MapsFeatures):
    """Its feature maps are twice and three times the image."""

    def features(self, images: Any) -> Any:
        return images[:, 0, 0]

    def feature_maps(self, images: Any) -> list[Any]:
        return [2.0 * images, 3.0 * images]


def build(data: DataSpec = DATA, **settings: Any) -> Any:
    keras.utils.set_random_seed(0)
    kind = models.find("srgan")
    chosen = {"steps": 6, "content_steps": 2, "batch_size": 2, "learning_rate": 0.01, "content_rate": 0.01}
    model = kind(kind.Settings(**{**chosen, **SMALL, **settings}), data)
    model.prepare(Before(Doubled()))
    return model


def batch(step: int = 0) -> dict[str, Any]:
    return {"images": tf.constant(np.random.default_rng(step).random((2, 16, 16, 3), np.float32))}


def weights(network: Any) -> list[np.ndarray]:
    return [variable.numpy() for variable in network.weights]


def same(first: list[np.ndarray], second: list[np.ndarray]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def shapes(network: Any, kind: str) -> list[tuple[int, ...]]:
    return [tuple(layer.output.shape[1:]) for layer in network.layers if type(layer).__name__ == kind]


def test_the_networks_are_figure_four() -> None:
    kind = models.find("srgan")
    model = kind(
        kind.Settings(steps=2, content_steps=1, batch_size=1, learning_rate=1e-4), DataSpec.of_images((96, 96, 3))
    )
    convolutions = shapes(model.generator, "Conv2D")
    assert convolutions == [(24, 24, 64)] * (1 + 2 * 16 + 1) + [(24, 24, 256), (48, 48, 256), (96, 96, 3)]
    assert [layer.kernel_size[0] for layer in model.generator.layers if isinstance(layer, keras.layers.Conv2D)] == [
        9, *[3] * 35, 9,
    ]  # fmt: skip
    assert len(shapes(model.generator, "BatchNormalization")) == 2 * 16 + 1
    assert len(shapes(model.generator, "Add")) == 16 + 1
    assert shapes(model.generator, "PReLU") == [(24, 24, 64)] * 17 + [(48, 48, 64), (96, 96, 64)]
    sides, widths = (96, 48, 48, 24, 24, 12, 12, 6), (64, 64, 128, 128, 256, 256, 512, 512)
    assert shapes(model.discriminator, "Conv2D") == [(s, s, w) for s, w in zip(sides, widths, strict=True)]
    assert len(shapes(model.discriminator, "BatchNormalization")) == 7
    assert shapes(model.discriminator, "Dense") == [(1024,), (1,)]


def test_sub_pixels_become_squares() -> None:
    x = np.arange(8, dtype=np.float32).reshape(1, 1, 1, 8)
    assert keras.ops.depth_to_space(x, 2).numpy()[0, :, :, 0].tolist() == [[0, 2], [4, 6]]


def test_sources_are_a_quarter_of_the_sides_and_keep_even_areas() -> None:
    images = np.zeros((1, 16, 16, 3), np.float32)
    images[:, :, 8:] = 1.0
    small = build().sources(tf.constant(images)).numpy()
    assert small.shape == (1, 4, 4, 3)
    assert small.min() >= 0 and small.max() <= 1
    assert small[0, :, 0] == pytest.approx(0, abs=0.03) and small[0, :, 3] == pytest.approx(1, abs=0.03)
    stripes = np.tile(np.array([0.0, 1.0], np.float32), 8)[None, None, :, None] * np.ones((1, 16, 1, 3), np.float32)
    assert build().sources(tf.constant(stripes)).numpy()[:, :, 1:3] == pytest.approx(0.5, abs=0.05)  # antialiased


def test_losses_are_the_formulas() -> None:
    model = build(adversarial_weight=0.5)
    images = batch()["images"]
    fakes = model.generator(model.sources(images), training=True).numpy()
    real, fake = (model.discriminator(x, training=True).numpy() for x in (images, fakes))
    losses = {name: float(value) for name, value in model.train_step(batch(), SEED).items()}
    error = ((images.numpy() - fakes) ** 2).mean()
    assert losses["squared_error"] == pytest.approx(4 * error, rel=1e-4)  # on [-1, 1]
    assert losses["feature_loss"] == pytest.approx(2.0 * 9 * error, rel=1e-4)  # the innermost maps, weighted
    wanted = np.log1p(np.exp(-real)).mean() + np.log1p(np.exp(fake)).mean()
    assert losses["discriminator_loss"] == pytest.approx(wanted, rel=1e-4)
    assert losses["generator_loss"] == pytest.approx(np.log1p(np.exp(-fake)).mean(), rel=1e-4)
    assert float(build(layer=0).train_step(batch(), SEED)["feature_loss"]) == pytest.approx(8 * error, rel=1e-4)


def test_srresnet_is_the_generator_after_content_training_and_stays() -> None:
    model = build()
    begun = weights(model.discriminator)
    model.train_step(batch(0), SEED)
    assert not same(weights(model.generator), weights(model.srresnet))
    assert [float(v) for v in model.optimizers["generator"].variables[:1]] == [0]
    model.train_step(batch(1), SEED)
    kept = weights(model.srresnet)
    assert same(weights(model.generator), kept)
    trained = [place for place, v in enumerate(model.discriminator.weights) if v.trainable]
    assert all(np.array_equal(begun[place], weights(model.discriminator)[place]) for place in trained)
    model.train_step(batch(2), SEED)
    assert same(weights(model.srresnet), kept)
    assert not same(weights(model.generator), kept)
    assert any(not np.array_equal(begun[place], weights(model.discriminator)[place]) for place in trained)
    small = model.sources(batch()["images"])
    assert not np.array_equal(model.enlarge(small), model.translate("ab", small, None))


def test_rates_fall_to_a_tenth() -> None:
    model = build(steps=9, content_steps=5, learning_rate=0.02)
    rates: dict[str, list[float]] = {name: [] for name in model.optimizers}
    for step in range(9):
        for name, optimizer in model.optimizers.items():
            rates[name].append(float(optimizer.learning_rate))
        model.train_step(batch(step), SEED)
    assert rates["content"] == pytest.approx([*[0.01] * 4, *[0.001] * 5])
    for name in ("generator", "discriminator"):
        assert rates[name] == pytest.approx([*[0.02] * 7, 0.002, 0.002])


def test_without_the_discriminator_only_features_drive_the_generator() -> None:
    """The content loss of the second part is that of features: a teacher that sees nothing leaves G as it is."""

    class Blind(Doubled):
        def feature_maps(self, images: Any) -> list[Any]:
            return [0.0 * images]

    model = build(content_steps=1, adversarial_weight=0.0)
    model.train_step(batch(0), SEED)
    before = [variable.numpy() for variable in model.generator.trainable_variables]
    model.prepare(Before(Blind()))
    model.train_step(batch(1), SEED)
    assert same(before, [variable.numpy() for variable in model.generator.trainable_variables])


@pytest.mark.parametrize("stopped_after", [1, 3])
def test_a_resumed_run_goes_on_as_if_nothing_had_happened(stopped_after: int, tmp_path: Path) -> None:
    whole, first, second = build(), build(), build()
    for step in range(5):
        whole.train_step(batch(step), SEED)
    for step in range(stopped_after):
        first.train_step(batch(step), SEED)
    (tmp_path / "runs").mkdir()
    Checkpoints(tmp_path / "runs", "same").save(stopped_after, first, {})
    assert Checkpoints(tmp_path / "runs", "same").restore(second) is not None
    for step in range(stopped_after, 5):
        second.train_step(batch(step), SEED)
    for name, network in whole.networks.items():
        assert same(weights(network), weights(second.networks[name])), name


@pytest.mark.parametrize("shape", [(30, 32, 3), (32, 33, 3), (12, 12, 1)])
def test_sides_that_four_does_not_divide_are_refused(shape: tuple[int, int, int]) -> None:
    with pytest.raises(AtlasError, match=rf"multiples of 4 and at least 16, .* {shape[0]}x{shape[1]}; set `size`"):
        models.find("srgan").check(None, DataSpec.of_images(shape))


@pytest.mark.parametrize("name", ["cnn", "attribute_cnn"])
def test_judges_show_the_activations_of_their_convolutions(name: str) -> None:
    kind = models.find(name)
    data = DataSpec({**DataSpec.of_images((32, 32, 3), labels=3).columns, "attributes": Column("attributes", (2,), 2)})
    judge = kind(kind.Settings(steps=1, batch_size=1, learning_rate=0.1, width=2), data)
    maps = judge.feature_maps(tf.zeros((1, 32, 32, 3)))
    assert [each.shape[1] for each in maps] == {"cnn": [32, 16], "attribute_cnn": [32, 16, 8]}[name]
    assert min(float(tf.reduce_min(each)) for each in maps) >= 0
