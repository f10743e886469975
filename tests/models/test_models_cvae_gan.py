"""The VAE/GAN against Larsen et al. 2016: what each network descends, and when an update is skipped."""

from typing import Any

import numpy as np
import pytest

from latent_atlas.backend import keras, tf
from latent_atlas.blocks import vae_gan
from latent_atlas.model import DataSpec
from latent_atlas.models.cvae_gan import CVAEGAN
from latent_atlas.models.vae_gan import VAEGAN
from latent_atlas.training.stability import findings

DATA = DataSpec.of_images((16, 16, 1), labels=3)


def build(**settings: Any) -> CVAEGAN:
    keras.utils.set_random_seed(0)
    chosen = {"steps": 1, "batch_size": 4, "learning_rate": 0.01, "latent_dim": 3, "width": 4, **settings}
    return CVAEGAN(CVAEGAN.Settings(**chosen), DATA)


def batch() -> dict[str, Any]:
    images = np.random.default_rng(0).random((4, 16, 16, 1), np.float32)
    return {"images": tf.constant(images), "labels": tf.constant([0, 1, 2, 0])}


class Told:
    """A discriminator that gives the logits it is told: of real, reconstructed and sampled images in turn."""

    def __init__(self, logits: tuple[float, float, float]) -> None:
        self.variable = keras.Variable(np.zeros((1,), np.float32))
        self.trainable_variables = [self.variable]
        self.logits, self.call = logits, 0

    def __call__(self, inputs: Any, training: bool) -> Any:
        image = inputs[0]
        value = self.logits[self.call % 3]
        self.call += 1
        flat = tf.reshape(image, (len(image), -1))
        return {"logits": tf.fill((len(image), 1), value) + 0.0 * self.variable + 0.0 * flat[:, :1], "metric": flat}


def cost(logit: float, target: float) -> float:
    probability = 1 / (1 + np.exp(-logit))
    return float(-np.log(probability if target else 1 - probability))


def updates(logits: tuple[float, float, float]) -> tuple[float, float]:
    model = build()
    model.discriminator = Told(logits)
    model.networks["discriminator"] = model.discriminator
    model.optimizers["discriminator"] = keras.optimizers.SGD(0.0)
    losses = model.train_step(batch(), tf.constant([0, 0]))
    real, reconstructed, sampled = logits
    assert float(losses["real_cost"]) == pytest.approx(cost(real, 1), rel=1e-4)
    halves = 0.5 * (cost(reconstructed, 0) + cost(sampled, 0))  # two batches of fakes weigh as much as one of reals
    assert float(losses["fake_cost"]) == pytest.approx(halves, rel=1e-4)
    assert float(losses["fooling_cost"]) == pytest.approx(0.5 * (cost(reconstructed, 1) + cost(sampled, 1)), rel=1e-4)
    return float(losses["decoder_updates"]), float(losses["discriminator_updates"])


@pytest.mark.parametrize(("logits", "decoder", "discriminator"), [
    ((0.0, 0.0, 0.0), 1, 1),  # both halves cost log 2 = 0.69
    ((3.0, 0.0, 0.0), 1, 0),  # reals are easy, 0.05 < 0.33: the discriminator waits
    ((0.0, -3.0, -3.0), 1, 0),  # fakes are easy
    ((-1.0, 0.0, 0.0), 0, 1),  # reals are hard, 1.31 > 1.03: the decoder waits
    ((0.0, 1.0, 1.0), 0, 1),  # fakes are hard
    ((3.0, 1.0, 1.0), 1, 1),  # reals easy and fakes hard: both would wait, so neither does
    ((0.7, -0.7, -0.7), 1, 1),  # 0.40, within the margin
])  # fmt: skip
def test_balance(logits: tuple[float, float, float], decoder: int, discriminator: int) -> None:
    assert updates(logits) == (decoder, discriminator)


def test_a_skipped_update_leaves_weights_and_averages_alone() -> None:
    model = build(equilibrium=10.0, margin=0.0)  # every cost is below: the discriminator always waits
    optimizer = model.optimizers["discriminator"]
    before = [v.numpy() for v in model.discriminator.trainable_variables + optimizer.variables]
    losses = model.train_step(batch(), tf.constant([0, 0]))
    after = [v.numpy() for v in model.discriminator.trainable_variables + optimizer.variables]
    assert float(losses["discriminator_updates"]) == 0
    assert all(np.array_equal(old, new) for old, new in zip(before, after, strict=True))


@pytest.mark.parametrize(("logits", "losses"), [
    ((3.0, 0.0, 0.0), {"discriminator_updates"}),
    ((-1.0, 0.0, 0.0), {"decoder_updates"}),
    ((0.0, 0.0, 0.0), set()),
])  # fmt: skip
def test_a_gate_that_stays_shut_raises_an_alarm(logits: tuple[float, float, float], losses: set[str]) -> None:
    decoder, discriminator = updates(logits)
    rows = [[step, 4.0 * step, decoder, discriminator] for step in range(1, 31)]
    found = findings(CVAEGAN.alarms, ["decoder_updates", "discriminator_updates"], rows, 30)
    alarms = {alarm.problem: alarm.loss for alarm in CVAEGAN.alarms}
    assert {alarms[finding.problem] for finding in found} == losses


def test_diversity_is_that_of_samples_within_a_class() -> None:
    model = build()
    decoder = model.decoder
    model.decoder = lambda inputs, training: 0.0 * decoder(inputs, training=training)  # one image for all
    losses = model.train_step(batch(), tf.constant([0, 0]))
    assert float(losses["diversity"]) == pytest.approx(0.0, abs=1e-4)
    assert float(build().train_step(batch(), tf.constant([0, 0]))["diversity"]) > 1e-4


def test_learned_metric_is_half_the_squared_distance_summed_over_units() -> None:
    """With the image itself as the metric, L_llike is 1/2 ||x - x~||^2, the Gaussian's negative log likelihood."""
    model = build()
    model.discriminator = Told((0.0, 0.0, 0.0))
    model.networks["discriminator"] = model.discriminator
    model.optimizers["discriminator"] = keras.optimizers.SGD(0.0)
    seen: list[Any] = []
    decoder = model.decoder

    class Spy:
        def __call__(self, inputs: Any, training: bool) -> Any:
            seen.append(decoder(inputs, training=training))
            return seen[-1]

    model.decoder = Spy()
    losses = model.train_step(batch(), tf.constant([0, 0]))
    difference = batch()["images"].numpy() - tf.sigmoid(seen[0]).numpy()
    assert float(losses["metric_loss"]) == pytest.approx(0.5 * (difference**2).sum(axis=(1, 2, 3)).mean(), rel=1e-4)


def test_metric_ignores_the_label_and_the_verdict_does_not() -> None:
    model = build()
    images = batch()["images"]
    one, other = (model.discriminator([images, tf.fill((4,), label)], training=False) for label in (0, 1))
    assert np.array_equal(one["metric"], other["metric"])
    assert not np.allclose(one["logits"], other["logits"])


def test_metric_is_the_third_convolution_before_its_normalisation() -> None:
    network = vae_gan.discriminator(DATA, 4, DATA.labels)
    kinds = [type(layer).__name__ for layer in network.layers]
    assert [kind for kind in kinds if "Conv" in kind] == ["StridedConvolution", "StridedConvolution", "Conv2D"]
    names = [layer.name for layer in network.layers]
    after = names.index("metric_layer") + 1
    assert type(network.layers[names.index("metric")]).__name__ == "Flatten"
    assert network.get_layer("metric").input is network.get_layer("metric_layer").output
    assert "BatchNormalization" in kinds[after:]
    assert "BatchNormalization" not in kinds[: kinds.index("StridedConvolution") + 2]  # none next to the image


def test_gradients_are_those_of_algorithm_one() -> None:
    """Enc <- L_prior + L_llike, Dec <- gamma L_llike + (1 - gamma) fooling, by finite steps of gradient descent."""
    gamma = 0.3
    model = build(gamma=gamma, margin=10.0)
    for name in model.optimizers:
        model.optimizers[name] = keras.optimizers.SGD(1.0)
        model.optimizers[name].build(model.networks[name].trainable_variables)
    twin = build(gamma=gamma, margin=10.0)
    images, labels = batch().values()
    posterior_seed, prior_seed = tf.unstack(tf.random.split(tf.constant([0, 0]), 2))
    with tf.GradientTape(persistent=True) as tape:
        posterior = twin.encoder([images, labels], training=True)
        noise = tf.random.stateless_normal((4, 3), posterior_seed)
        latents = posterior["mean"] + tf.exp(0.5 * posterior["log_variance"]) * noise
        fakes = [
            tf.sigmoid(twin.decoder([z, labels], training=True))
            for z in (latents, tf.random.stateless_normal((4, 3), prior_seed))
        ]
        real, *judged = (twin.discriminator([x, labels], training=True) for x in (images, *fakes))
        prior = 0.5 * tf.reduce_mean(
            tf.reduce_sum(
                posterior["mean"] ** 2 + tf.exp(posterior["log_variance"]) - 1 - posterior["log_variance"], axis=1
            )
        )
        metric = tf.reduce_mean(0.5 * tf.reduce_sum((real["metric"] - judged[0]["metric"]) ** 2, axis=1))
        fooling = sum(0.5 * tf.reduce_mean(tf.math.softplus(-j["logits"])) for j in judged)
        guess = tf.reduce_mean(tf.math.softplus(-real["logits"])) + sum(
            0.5 * tf.reduce_mean(tf.math.softplus(j["logits"])) for j in judged
        )
        wanted = {"encoder": prior + metric, "decoder": gamma * metric + (1 - gamma) * fooling, "discriminator": guess}
    model.train_step(batch(), tf.constant([0, 0]))
    for name, loss in wanted.items():
        for start, gradient, end in zip(
            twin.networks[name].trainable_variables,
            tape.gradient(loss, twin.networks[name].trainable_variables),
            model.networks[name].trainable_variables,
            strict=True,
        ):
            assert start.numpy() - end.numpy() == pytest.approx(gradient.numpy(), rel=1e-2, abs=1e-3), (
                name,
                start.name,
            )


def test_without_labels_nothing_is_told_a_label() -> None:
    keras.utils.set_random_seed(0)
    settings = VAEGAN.Settings(steps=1, batch_size=4, learning_rate=0.01, latent_dim=3, width=4)
    model, images = VAEGAN(settings, DATA), batch()["images"]
    assert VAEGAN.reads == ("images",) and VAEGAN.condition is None
    assert {name: len(network.inputs) for name, network in model.networks.items()} == dict.fromkeys(model.networks, 1)
    before = {name: network.get_weights() for name, network in model.networks.items()}
    losses = model.train_step({"images": images}, tf.constant([0, 0]))
    assert all(np.isfinite(float(value)) for value in losses.values())
    for name, network in model.networks.items():
        assert any((old != new).any() for old, new in zip(before[name], network.get_weights(), strict=True)), name
    assert model.decode(model.encode(images)).shape == images.shape
