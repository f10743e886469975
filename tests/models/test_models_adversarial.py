"""The alternating steps: what moves what, on which images, and the gradient penalty in closed form."""

from typing import Any

import numpy as np
import pytest

from latent_atlas import models
from latent_atlas.backend import keras, tf
from latent_atlas.blocks import adversarial
from latent_atlas.model import DataSpec, Model

SMALL = {
    "gan": {"hidden": 16, "maxout_units": 8},
    "cgan": {"hidden": 16, "maxout_units": 8, "label_units": 8, "latent_units": 8},
    "dcgan": {"width": 2},
    "lsgan": {"width": 2},
    "wgan_gp": {"width": 2, "critic_steps": 2},
    "stylegan": {"channel_base": 32, "channel_max": 8, "stable_images": 4, "fade_images": 4, "average_images": 4},
    "cvae_gan": {"width": 4, "margin": 10.0},
}
JUDGES = {"wgan_gp": "critic"}


def build(name: str, **settings: Any) -> Model:
    keras.utils.set_random_seed(0)
    kind = models.find(name)
    chosen = {"steps": 10, "batch_size": 4, "learning_rate": 0.01, "latent_dim": 6, **SMALL[name], **settings}
    return kind(kind.Settings(**chosen), DataSpec.of_images((16, 16, 1), labels=3))


def batch(model: Model, count: int = 4, seed: int = 0) -> dict[str, Any]:
    generator = np.random.default_rng(seed)
    count *= getattr(getattr(model, "settings", None), "critic_steps", 1)
    images = tf.constant(generator.random((count, 16, 16, 1), np.float32))
    return {"images": images, "labels": tf.constant(np.arange(count) % 3, tf.int32)}


def trained(model: Model) -> dict[str, list[np.ndarray]]:
    return {name: [v.numpy() for v in network.trainable_variables] for name, network in model.networks.items()}


def moved(model: Model, before: dict[str, list[np.ndarray]]) -> set[str]:
    return {
        name
        for name, arrays in trained(model).items()
        if any((old != new).any() for old, new in zip(before[name], arrays, strict=True))
    }


@pytest.mark.parametrize("name", ["gan", "cgan", "dcgan", "lsgan", "wgan_gp", "stylegan"])
def test_each_loss_drives_only_its_own_network(name: str) -> None:
    for frozen in ("generator", JUDGES.get(name, "discriminator")):
        model = build(name)
        model.optimizers[frozen].learning_rate.assign(0.0)
        if name == "stylegan":
            model._set_learning_rate = lambda side: None
        before = trained(model)
        losses = model.train_step(batch(model), tf.constant([0, 0]))
        assert all(np.isfinite(value.numpy()) for value in losses.values())
        of_generator = {"generator", "mapping", "synthesis", "average_mapping", "average_synthesis"}
        if frozen == "generator":
            assert moved(model, before) == {JUDGES.get(name, "discriminator")}
        else:
            assert moved(model, before) == of_generator & set(model.networks)


@pytest.mark.parametrize(("frozen", "others"), [
    ("encoder", {"decoder", "discriminator"}),
    ("decoder", {"encoder", "discriminator"}),
    ("discriminator", {"encoder", "decoder"}),
])  # fmt: skip
def test_cvae_gan_optimizers_move_their_own_network(frozen: str, others: set[str]) -> None:
    model = build("cvae_gan")
    model.optimizers[frozen].learning_rate.assign(0.0)
    before = trained(model)
    model.train_step(batch(model), tf.constant([0, 0]))
    assert moved(model, before) == others


@pytest.mark.parametrize("name", ["gan", "wgan_gp"])
def test_noise_is_a_function_of_the_seed(name: str) -> None:
    def losses(seed: int) -> dict[str, float]:
        model = build(name)
        return {k: float(v) for k, v in model.train_step(batch(model), tf.constant([0, seed])).items()}

    assert losses(1) == losses(1)
    assert losses(1) != losses(2)


def test_labels_reach_both_networks_of_the_conditional_gan() -> None:
    model = build("cgan")
    latents, labels = tf.zeros((3, 6)), tf.constant([0, 1, 2])
    drawn = model.decode(latents, labels).numpy()
    assert not np.allclose(drawn[0], drawn[1]) and not np.allclose(drawn[1], drawn[2])
    scores = model.networks["discriminator"]([tf.zeros((3, 16, 16, 1)), labels], training=False).numpy()
    assert len(np.unique(scores)) == 3


def test_real_and_generated_images_are_normalised_apart() -> None:
    model = build("dcgan")
    seen = []
    discriminator = model.networks["discriminator"]
    model.networks["discriminator"] = Spy(discriminator, seen)
    model.train_step(batch(model), tf.constant([0, 0]))
    assert [len(images) for images in seen] == [4, 4, 4]
    assert not np.allclose(seen[1], seen[2])  # the generator's step draws latents of its own


class Spy:
    """A network that notes the images it is given."""

    def __init__(self, network: Any, seen: list[np.ndarray]) -> None:
        self.network, self.seen = network, seen

    def __call__(self, inputs: list[Any], training: bool) -> Any:
        self.seen.append(np.asarray(inputs[0]))
        return self.network(inputs, training=training)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.network, name)


# --------------------------------------------------------------- the gradient penalty


def test_gradient_of_a_linear_critic_is_its_weight() -> None:
    weights = np.random.default_rng(0).standard_normal((4, 4, 2)).astype(np.float32)
    images = tf.constant(np.random.default_rng(1).random((3, 4, 4, 2), np.float32))

    def critic(x: Any) -> Any:
        return tf.reduce_sum(x * weights, axis=(1, 2, 3))[:, None]

    scores, gradients = adversarial.input_gradients(critic, images)
    assert gradients.numpy() == pytest.approx(np.stack([weights] * 3))
    assert adversarial.norms(gradients).numpy() == pytest.approx(3 * [np.linalg.norm(weights)], rel=1e-6)
    assert scores.numpy() == pytest.approx((images.numpy() * weights).sum(axis=(1, 2, 3))[:, None], rel=1e-5)


def test_norm_of_a_zero_gradient_has_a_gradient() -> None:
    gradients = tf.zeros((2, 3, 3, 1))
    with tf.GradientTape() as tape:
        tape.watch(gradients)
        total = tf.reduce_sum((adversarial.norms(gradients) - 1) ** 2)
    assert np.isfinite(tape.gradient(total, gradients).numpy()).all()


def test_penalty_of_the_critic_step_in_closed_form() -> None:
    """D(x) = <w, 2x - 1>: the gradient in [-1, 1] has norm ||w|| whatever the mixture."""
    model = build("wgan_gp", penalty=7.0)
    weights = np.random.default_rng(0).standard_normal((16, 16, 1)).astype(np.float32)
    variable = keras.Variable(weights)

    class LinearCritic:
        trainable_variables = [variable]  # noqa: RUF012

        def __call__(self, inputs: list[Any], training: bool) -> Any:
            return tf.reduce_sum((2 * inputs[0] - 1) * variable, axis=(1, 2, 3))[:, None]

    model.critic = LinearCritic()
    model.optimizers["critic"] = keras.optimizers.SGD(0.0)
    reals = batch(model, 2)["images"]
    losses = {name: float(value) for name, value in model._critic_step(reals, tf.constant([0, 0])).items()}
    norm = np.linalg.norm(weights)
    assert losses["gradient_norm"] == pytest.approx(norm, rel=1e-5)
    assert losses["gradient_penalty"] == pytest.approx((norm - 1) ** 2, rel=1e-4)
    assert losses["critic_loss"] == pytest.approx(-losses["wasserstein_estimate"] + 7 * (norm - 1) ** 2, rel=1e-4)


def test_every_critic_step_has_real_images_of_its_own() -> None:
    model = build("wgan_gp", critic_steps=3)
    seen: list[np.ndarray] = []
    step = model._critic_step

    def spy(reals: Any, seed: Any) -> Any:
        seen.append(np.concatenate([reals.numpy().ravel(), seed.numpy()]))
        return step(reals, seed)

    model._critic_step = spy
    given = batch(model)
    images = given["images"]
    assert len(images) == model.settings.images_per_step == 12
    model.train_step(given, tf.constant([0, 0]))
    assert np.array_equal(np.concatenate([s[:-2] for s in seen]), images.numpy().ravel())
    assert len({tuple(s[-2:]) for s in seen}) == 3


def test_critic_has_no_batch_normalisation_and_generator_has() -> None:
    model = build("wgan_gp")
    kinds = {name: {type(layer).__name__ for layer in net.layers} for name, net in model.networks.items()}
    assert "BatchNormalization" not in kinds["critic"] and "GroupNormalization" in kinds["critic"]
    assert "BatchNormalization" in kinds["generator"]


def test_score_of_an_image_does_not_depend_on_its_batch() -> None:
    model = build("wgan_gp")
    images = batch(model)["images"]
    alone = model.critic([images[:1]], training=True).numpy()
    together = model.critic([images], training=True).numpy()[:1]
    assert alone == pytest.approx(together, abs=1e-5)
