"""CycleGAN and pix2pix: networks against the papers' shapes, losses and the pool by hand, what a step moves."""

from typing import Any

import numpy as np
import pytest

from latent_atlas import models
from latent_atlas.backend import keras, tf
from latent_atlas.blocks import adversarial, translation
from latent_atlas.columns import Column, DataSpec
from latent_atlas.errors import AtlasError
from latent_atlas.model import Model
from latent_atlas.models import cyclegan
from latent_atlas.prepared.domains import two_domains

COLOUR = (256, 256, 3)
SMALL = {"width": 2, "discriminator_width": 2, "jitter": False, "mirror": False}
SEED = (3, 4)


def build(name: str, shape: tuple[int, int, int] = (16, 16, 3), **settings: Any) -> Model:
    keras.utils.set_random_seed(0)
    kind = models.find(name)
    small = {**SMALL, "residual_blocks": 1} if name == "cyclegan" else SMALL
    chosen = {"steps": 10, "batch_size": 2, "learning_rate": 0.001, **small, **settings}
    return kind(kind.Settings(**chosen), DataSpec(two_domains(shape, "pairs")))


def batch(*names: str, side: int = 16) -> dict[str, Any]:
    generator = np.random.default_rng(0)
    return {name: tf.constant(generator.random((2, side, side, 3), np.float32)) for name in names}


def outputs(network: Any, *kinds: str) -> list[tuple[int, ...]]:
    return [tuple(layer.output.shape[1:]) for layer in network.layers if type(layer).__name__ in kinds]


def conv(kernel: int, inputs: int, channels: int) -> int:
    return (kernel * kernel * inputs + 1) * channels


# ------------------------------------------------------------------- networks


def test_the_residual_generator_is_that_of_appendix_7() -> None:
    network = translation.residual_generator(COLOUR, COLOUR, 64, 9)
    sides = outputs(network, "Conv2D", "Conv2DTranspose")
    assert sides[:3] == [(256, 256, 64), (128, 128, 128), (64, 64, 256)]
    assert sides[3:21] == [(64, 64, 256)] * 18
    assert sides[21:] == [(128, 128, 128), (256, 256, 64), (256, 256, 3)]
    ends, halving = conv(7, 3, 64) + conv(7, 64, 3), conv(3, 64, 128) + conv(3, 128, 256)
    assert network.count_params() == ends + halving + 18 * conv(3, 256, 256) + conv(3, 256, 128) + conv(3, 128, 64)


def test_the_patch_discriminator_is_the_70x70_of_appendix_6() -> None:
    network = translation.patch_discriminator(COLOUR, 64, translation.patch_layers(COLOUR))
    assert outputs(network, "Conv2D") == [
        (128, 128, 64), (64, 64, 128), (32, 32, 256), (31, 31, 512), (30, 30, 1)
    ]  # fmt: skip
    plain = conv(4, 3, 64) + conv(4, 64, 128) + conv(4, 128, 256) + conv(4, 256, 512) + conv(4, 512, 1)
    assert network.count_params() == plain


@pytest.mark.parametrize(("side", "reach"), [(256, 70), (128, 34), (64, 16), (32, 16)])
def test_what_a_patch_sees(side: int, reach: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation, "instance_norm", lambda x: x)  # its statistics are of the whole image
    network = translation.patch_discriminator((side, side, 1), 4, translation.patch_layers((side, side, 1)))
    image = tf.random.stateless_uniform((1, side, side, 1), SEED)
    with tf.GradientTape() as tape:
        tape.watch(image)
        logits = network(image)
        middle = logits[0, logits.shape[1] // 2, logits.shape[2] // 2, 0]
    rows, columns = np.nonzero(tape.gradient(middle, image).numpy()[0, :, :, 0])
    assert np.ptp(rows) + 1 == np.ptp(columns) + 1 == reach


def test_the_unet_is_that_of_appendix_6() -> None:
    network = translation.unet(COLOUR, COLOUR, 64)
    sides = [(256 >> stage, 256 >> stage) for stage in range(9)]
    channels = [64, 128, 256, 512, 512, 512, 512, 512]
    assert outputs(network, "Conv2D") == [(*side, c) for side, c in zip(sides[1:], channels, strict=True)]
    assert sides[8] == (1, 1)
    decoder = outputs(network, "Conv2DTranspose")
    assert decoder == [(*side, c) for side, c in zip(sides[7::-1], [512, 512, 512, 512, 256, 128, 64, 3], strict=True)]
    given = outputs(network, "Concatenate")  # as in the paper: 1024 1024 1024 1024 512 256 128
    assert [shape[2] for shape in given] == [1024, 1024, 1024, 1024, 512, 256, 128]
    assert [tuple(mask.shape[1:]) for mask in network.inputs[1:]] == [(2, 2, 512), (4, 4, 512), (8, 8, 512)]
    assert len(translation.unet((32, 32, 3), (32, 32, 3), 2).inputs) == 2


def test_the_bottleneck_of_one_pixel_lives() -> None:
    network = translation.unet((32, 32, 3), (32, 32, 3), 4)
    narrow = next(layer.output for layer in network.layers if tuple(layer.output.shape[1:3]) == (1, 1))
    values = keras.Model(network.inputs[0], narrow)(tf.random.stateless_uniform((2, 32, 32, 3), SEED)).numpy()
    assert np.abs(values).max() > 1e-5


@pytest.mark.parametrize("name", ["residual_generator", "unet"])
def test_images_of_a_batch_do_not_change_each_other(name: str) -> None:
    network = getattr(translation, name)((16, 16, 3), (16, 16, 3), 4, *([1] if name == "residual_generator" else []))
    images = tf.random.stateless_uniform((3, 16, 16, 3), SEED)
    masks = [tf.ones((3, *each.shape[1:])) for each in network.inputs[1:]]
    together, alone = (
        network([x[rows] for x in (images, *masks)] if masks else images[rows]) for rows in (slice(3), slice(1, 2))
    )
    np.testing.assert_allclose(together[1:2], alone, atol=1e-6)
    assert alone.numpy().min() >= 0 and alone.numpy().max() <= 1


def test_what_does_not_fit_is_refused_in_a_line() -> None:
    for name, side in (("cyclegan", 30), ("pix2pix", 28)):
        kind = models.find(name)
        chosen = kind.Settings(steps=1, batch_size=1, learning_rate=0.1)
        with pytest.raises(AtlasError, match=f"multiples of .*{side}x{side}"):
            kind.check(chosen, DataSpec(two_domains((side, side, 3), "pairs")))
        columns = {column: Column("images", (32, 32 * (1 + n), 3)) for n, column in enumerate(kind.reads)}
        with pytest.raises(AtlasError, match="32, 32, 3"):
            kind.check(chosen, DataSpec(columns))


# ------------------------------------------------------------- losses, by hand


def test_losses_of_the_cyclegan_by_hand() -> None:
    real, fake = tf.constant([[0.5, 1.0]]), tf.constant([[0.25, 0.75]])
    assert adversarial.least_squares_discriminator_loss(real, fake).numpy() == pytest.approx(0.5 * 0.125 + 0.5 * 0.3125)
    assert cyclegan.fooling_loss(fake).numpy() == pytest.approx((0.75**2 + 0.25**2) / 2)


def test_l1_is_measured_between_minus_one_and_one() -> None:
    assert translation.l1(tf.constant([0.0, 1.0]), tf.constant([1.0, 0.75])).numpy() == pytest.approx((2 + 0.5) / 2)


def test_what_a_cyclegan_logs_is_what_its_networks_say() -> None:
    model = build("cyclegan")
    given = batch("domain_a", "domain_b")
    a, b = given["domain_a"], given["domain_b"]
    fake_b, fake_a = model.translate("ab", a, None), model.translate("ba", b, None)
    back = [model.translate("ba", fake_b, None), model.translate("ab", fake_a, None)]
    cycle = np.mean([np.abs(x - y).mean() for x, y in zip(back, (a, b), strict=True)])
    same = np.mean([np.abs(model.translate(way, x, None) - x).mean() for way, x in (("ab", b), ("ba", a))])
    logits = {domain: model.discriminators[domain](x) for domain, x in (("a", fake_a), ("b", fake_b))}
    reals = {domain: model.discriminators[domain](x) for domain, x in (("a", a), ("b", b))}
    losses = {name: loss.numpy() for name, loss in model.train_step(given, tf.constant(SEED)).items()}
    assert losses["cycle_l1"] == pytest.approx(cycle, rel=1e-4)
    assert losses["identity_l1"] == pytest.approx(same, rel=1e-4)
    assert losses["generator_ab_loss"] == pytest.approx(np.mean((logits["b"] - 1) ** 2), rel=1e-4)
    for domain in "ab":  # the pool is empty: the discriminators see the fakes of before the generators' step
        loss = 0.5 * np.mean((reals[domain] - 1) ** 2) + 0.5 * np.mean(logits[domain] ** 2)
        assert losses[f"discriminator_{domain}_loss"] == pytest.approx(loss, rel=1e-4)


def test_pix2pix_minimises_fooling_plus_a_hundred_times_l1() -> None:
    """With a rate so small that the discriminator stays as it is, both losses are those of the first networks."""
    model = build("pix2pix", learning_rate=1e-9, dropout=0.0)
    given = batch("inputs", "targets")
    fakes = model.translate("ab", given["inputs"], tf.constant([[0, 0], [0, 1]]))
    judge = model.networks["discriminator"]
    real, fake = (judge(tf.concat([given["inputs"], x], 3)).numpy() for x in (given["targets"], fakes))
    losses = {name: loss.numpy() for name, loss in model.train_step(given, tf.constant(SEED)).items()}
    assert losses["discriminator_loss"] == pytest.approx(
        0.5 * (np.log1p(np.exp(-real)).mean() + np.log1p(np.exp(fake)).mean()), rel=1e-4
    )
    assert losses["generator_loss"] == pytest.approx(np.log1p(np.exp(-fake)).mean(), rel=1e-4)
    assert losses["l1"] == pytest.approx(np.abs(fakes - given["targets"]).mean(), rel=1e-4)


def test_without_its_adversarial_loss_pix2pix_has_no_discriminator() -> None:
    model = build("pix2pix", adversarial_weight=0.0)
    assert set(model.networks) == set(model.optimizers) == {"generator"}
    assert set(model.train_step(batch("inputs", "targets"), tf.constant(SEED))) == {"l1", "diversity"}
    whole = build("pix2pix")
    assert model.networks["generator"].count_params() == whole.networks["generator"].count_params()


@pytest.mark.parametrize(("name", "columns"), [
    ("cyclegan", ("domain_a", "domain_b")), ("pix2pix", ("inputs", "targets")),
])  # fmt: skip
def test_each_loss_drives_only_its_own_networks(name: str, columns: tuple[str, str]) -> None:
    for frozen in ("generator", "discriminator"):
        model = build(name, decay=0.0)
        next(o for n, o in model.optimizers.items() if n.startswith(frozen)).learning_rate.assign(0.0)
        before = {n: [v.numpy() for v in network.weights] for n, network in model.networks.items()}
        model.train_step(batch(*columns), tf.constant(SEED))
        for n, network in model.networks.items():
            same = [np.array_equal(v.numpy(), old) for v, old in zip(network.weights, before[n], strict=True)]
            assert all(same) if n.startswith(frozen) else not any(same[::2]), n


# ------------------------------------------------------------- pool, noise, jitter


def test_the_pool_fills_then_exchanges_half() -> None:
    pool, seen = translation.ImagePool(4, (1, 1, 1)), []
    for step in range(200):
        images = tf.reshape(tf.constant([2.0 * step, 2.0 * step + 1]), (2, 1, 1, 1))
        shown = pool.exchange(images, tf.constant([0, step])).numpy().ravel()
        seen += zip(images.numpy().ravel(), shown, strict=True)
    assert all(new == shown for new, shown in seen[:4])
    stored = {float(x) for x in pool.state[0].numpy().ravel()}
    returned = [shown for _, shown in seen]
    # While it fills, images are both kept and returned; afterwards every image is shown or stored, and none twice.
    assert sorted([*returned, *stored]) == sorted([*range(400), 0, 1, 2, 3])
    old = np.mean([shown < new for new, shown in seen[4:]])
    assert 0.4 < old < 0.6
    assert pool.state[1].numpy() == 4


def test_the_pool_is_part_of_what_a_resumed_run_needs() -> None:
    model = build("cyclegan", pool=5)
    model.train_step(batch("domain_a", "domain_b"), tf.constant(SEED))
    shapes = [tuple(variable.shape) for variable in model.state()]
    assert shapes == [(5, 16, 16, 3), (), (5, 16, 16, 3), ()]
    assert model.state()[1].numpy() == 2 and np.abs(model.state()[0].numpy()[:2]).max() > 0


def test_dropout_stays_when_translating_and_follows_the_seed_of_each_image() -> None:
    model = build("pix2pix", width=4)
    image = tf.repeat(batch("inputs")["inputs"][:1], 3, axis=0)
    seeds = tf.constant([[0, 1], [0, 2], [0, 1]])
    first, second, again = model.translate("ab", image, seeds).numpy()
    assert np.abs(first - again).max() < 1e-6 < 1e-3 < np.abs(first - second).max()
    masks = translation.dropout_masks(model.generator, 0.25, 50, tf.constant(SEED))
    for mask in masks:
        assert set(np.unique(mask.numpy())) == {0.0, np.float32(1 / 0.75)}
        assert (mask.numpy() == 0).mean() == pytest.approx(0.25, abs=0.05)
    still = build("pix2pix", width=4, dropout=0.0).translate("ab", image, seeds).numpy()
    assert np.abs(still[0] - still[1]).max() < 1e-6


def test_jitter_moves_and_mirrors_both_of_a_pair_alike() -> None:
    ramp = tf.tile(tf.linspace(0.0, 1.0, 64)[None, None, :, None], (40, 64, 1, 2))
    jittered = translation.augmented(ramp, True, True, tf.constant(SEED)).numpy()
    assert jittered.shape == (40, 64, 64, 2)
    assert np.array_equal(jittered[..., 0], jittered[..., 1])
    slopes = np.diff(jittered[:, 32, 8:-8, 0], axis=1).mean(axis=1)
    assert np.abs(slopes) == pytest.approx(256 / 286 / 63, rel=0.03)
    assert 0.3 < (slopes < 0).mean() < 0.7
    assert len(np.unique(jittered[:, 32, 32, 0].round(4))) > 3


def test_mirror_alone_mirrors_half_of_the_images_and_moves_none() -> None:
    ramp = tf.tile(tf.linspace(0.0, 1.0, 16)[None, None, :, None], (40, 16, 1, 2)).numpy()
    mirrored = translation.augmented(ramp, False, True, tf.constant(SEED)).numpy()
    turned = [bool(np.array_equal(image, ramp[0, :, ::-1])) for image in mirrored]
    assert all(
        np.array_equal(image, ramp[0, :, ::-1] if t else ramp[0]) for image, t in zip(mirrored, turned, strict=True)
    )
    assert 0.3 < np.mean(turned) < 0.7
    assert np.array_equal(translation.augmented(ramp, False, False, tf.constant(SEED)), ramp)


def test_a_discriminator_that_wins_is_named() -> None:
    problems = {
        name: [alarm.problem for alarm in models.find(name).alarms if "won" in alarm.problem]
        for name in ("cyclegan", "pix2pix")
    }
    assert problems["pix2pix"] == ["the discriminator has won"]
    assert problems["cyclegan"] == ["the discriminator of domain A has won", "the discriminator of domain B has won"]
    for name, columns in (("cyclegan", ("domain_a", "domain_b")), ("pix2pix", ("inputs", "targets"))):
        logged = build(name).train_step(batch(*columns), tf.constant(SEED))
        assert {alarm.loss for alarm in models.find(name).alarms} <= set(logged)
