"""Every model on data that are not like the examples: it takes a train step, or `check` refuses them in a line."""

from typing import Any

import numpy as np
import pytest

from latent_atlas import models
from latent_atlas.backend import keras, tf
from latent_atlas.blocks import networks
from latent_atlas.columns import Column
from latent_atlas.errors import AtlasError
from latent_atlas.model import Before, DataSpec, Paints, Settings, Writes
from latent_atlas.prepared.domains import two_domains

PERCEPTRONS = {"latent_dim": 4, "hidden": 8, "maxout_units": 4}
SMALL: dict[str, dict[str, Any]] = {
    "gan": PERCEPTRONS,
    "cgan": {**PERCEPTRONS, "label_units": 4, "latent_units": 4, "label_maxout_units": 4},
    "mlp": {"hidden": 8},
    "stylegan": {"channel_base": 32, "channel_max": 8, "latent_dim": 4},
    "wgan_gp": {"width": 2, "critic_steps": 2},
    "text_to_image": {"width": 2, "latent_dim": 4, "text_units": 3, "embedding_dim": 4, "encoder_width": 2},
    "srgan": {"width": 2, "discriminator_width": 2, "blocks": 1, "content_steps": 1},
}
ANY_SIDES = {"cgan", "cnn", "gan", "mlp"}
QUARTERED = {"srgan"}
TRANSLATORS = {"cyclegan", "pix2pix"}
IMAGES = ("images", "domain_a", "domain_b", "inputs", "targets")
NAMES = [name for name in models.names() if not issubclass(models.find(name), (Paints, Writes))]
HALVED = set(NAMES) - ANY_SIDES - TRANSLATORS - QUARTERED - {"stylegan"}
SHAPES = {  # and the models that take them
    (28, 32, 1): ANY_SIDES | HALVED | QUARTERED | {"cyclegan"},
    (48, 32, 3): ANY_SIDES | HALVED | QUARTERED | TRANSLATORS,
    (27, 27, 1): ANY_SIDES,
    (5, 5, 1): ANY_SIDES,
    (52, 52, 1): ANY_SIDES | QUARTERED | {"cyclegan", "cvae_gan_article"},  # halves to 13
    (32, 32, 3): set(NAMES),
}


def settings(name: str, **chosen: Any) -> Settings:
    small = SMALL.get(name, {"width": 2})
    return models.find(name).Settings(**{"steps": 1, "batch_size": 4, "learning_rate": 0.01, **small, **chosen})


def spec_and_batch(shape: tuple[int, int, int], rows: int) -> tuple[DataSpec, dict[str, Any]]:
    """Columns of every kind that models of images read, and a batch of them."""
    images = DataSpec.of_images(shape, labels=3, attributes=2)
    captions = {"captions": Column("captions", (5,), 9)}
    columns = {
        **{name: np.random.default_rng(0).random((rows, *shape), np.float32) for name in IMAGES},
        "labels": np.arange(rows, dtype=np.int32) % 3,
        "attributes": np.ones((rows, 2), np.float32),
        "captions": np.random.default_rng(1).integers(1, 9, (rows, 5), np.int32),
    }
    return DataSpec({**two_domains(shape, "pairs"), **images.columns, **captions}), columns


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "x".join(map(str, shape)))
@pytest.mark.parametrize("name", NAMES)
def test_a_model_trains_on_images_of_a_shape_or_refuses_them_in_a_line(name: str, shape: tuple[int, int, int]) -> None:
    kind, chosen = models.find(name), settings(name)
    data, columns = spec_and_batch(shape, chosen.images_per_step)
    if name not in SHAPES[shape]:
        with pytest.raises(AtlasError, match=rf"needs .*{shape[0]}x{shape[1]}; set `size`") as refusal:
            kind.check(chosen, data)
        assert "\n" not in str(refusal.value)
        return
    kind.check(chosen, data)
    keras.utils.set_random_seed(0)
    model = kind(chosen, data)
    if kind.teacher is not None:
        model.prepare(Before(models.find("cnn")(settings("cnn"), data)))
    batch = {column: tf.constant(columns[column]) for column in kind.reads}
    before = {key: variable.numpy() for key, variable in model.saved().items()}
    losses = model.train_step(batch, tf.constant([0, 0]))
    assert all(np.isfinite(value.numpy()) for value in losses.values())
    assert any((variable.numpy() != before[key]).any() for key, variable in model.saved().items())
    condition = [batch[kind.condition][:2]] if kind.condition else []
    if hasattr(model, "encode"):
        assert model.encode(batch["images"][:2], *condition).shape == (2, model.latent_dim)
    if hasattr(model, "decode"):
        assert model.decode(tf.zeros((2, model.latent_dim)), *condition).shape == (2, *shape)
    for way in getattr(model, "translations", ()):
        seeds = tf.constant([[0, 0], [0, 1]])
        assert model.translate(way.name, model.sources(batch[way.source][:2]), seeds).shape == (2, *shape)
    if hasattr(model, "log_weight"):
        assert model.log_weight(batch["images"][:2], tf.constant([0, 1]), *condition).shape == (2,)


@pytest.mark.parametrize(("shape", "stages", "smallest"), [
    ((28, 28), 2, (7, 7)), ((28, 32), 2, (7, 8)), ((64, 64), 4, (4, 4)), ((64, 48), 3, (8, 6)), ((32, 64), 3, (4, 8)),
    ((8, 8), 1, (4, 4)), ((26, 26), 1, (13, 13)), ((27, 32), 0, (27, 32)), ((6, 6), 0, (6, 6)),
])  # fmt: skip
def test_both_sides_are_halved_together(shape: tuple[int, int], stages: int, smallest: tuple[int, int]) -> None:
    data = DataSpec.of_images((*shape, 1))
    assert (networks.stages(data), networks.smallest(data)) == (stages, smallest)


@pytest.mark.parametrize("name", ["autoencoder", "cnn", "mlp"])
def test_one_class_is_nothing_to_learn(name: str) -> None:
    models.find(name).check(settings(name), DataSpec.of_images((28, 28, 1), labels=2))
    with pytest.raises(AtlasError, match="at least 2 classes, and the dataset has 1"):
        models.find(name).check(settings(name), DataSpec.of_images((28, 28, 1), labels=1))


def test_the_class_held_out_must_exist() -> None:
    kind, data = models.find("autoencoder"), DataSpec.of_images((28, 28, 1), labels=3)
    kind.check(settings("autoencoder", held_out_label=2), data)
    with pytest.raises(AtlasError, match="held_out_label must be a class of the dataset, 0 to 2, not 3"):
        kind.check(settings("autoencoder", held_out_label=3), data)


def test_pooling_needs_four_pixels() -> None:
    models.find("cnn").check(settings("cnn"), DataSpec.of_images((4, 4, 1), labels=2))
    with pytest.raises(AtlasError, match="at least 4x4, and they are 3x9"):
        models.find("cnn").check(settings("cnn"), DataSpec.of_images((3, 9, 1), labels=2))
