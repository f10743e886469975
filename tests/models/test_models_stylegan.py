"""StyleGAN's parts against NumPy, its sizes against the paper, its growth, and what its samplers rest on."""

import numpy as np
import pytest

from latent_atlas.backend import keras, tf
from latent_atlas.blocks.augmentation import random_mirror
from latent_atlas.errors import AtlasError
from latent_atlas.model import DataSpec
from latent_atlas.models.stylegan import StyleGAN, growth


@pytest.fixture(scope="module")
def stylegan_layers():
    from latent_atlas.blocks import stylegan_layers

    return stylegan_layers


def normals(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def small(side: int = 32, **settings) -> StyleGAN:
    keras.utils.set_random_seed(0)
    chosen = {"channel_base": 64, "channel_max": 8, "latent_dim": 6, "stable_images": 8, "fade_images": 8, **settings}
    return StyleGAN(
        StyleGAN.Settings(steps=4, batch_size=4, learning_rate=0.01, **chosen), DataSpec.of_images((side, side, 3))
    )


# ------------------------------------------------------------------------ parts


def test_pixel_norm(stylegan_layers) -> None:
    x = normals(3, 5)
    wanted = x / np.sqrt((x**2).mean(axis=1, keepdims=True) + 1e-8)
    assert stylegan_layers.pixel_norm(x).numpy() == pytest.approx(wanted, rel=1e-5)


def test_adaptive_instance_norm(stylegan_layers) -> None:
    x, scale, shift = 3 + 2 * normals(2, 5, 5, 3), normals(2, 3, seed=1), normals(2, 3, seed=2)
    centred = x - x.mean(axis=(1, 2), keepdims=True)
    wanted = centred / np.sqrt((centred**2).mean(axis=(1, 2), keepdims=True) + 1e-8)
    wanted = wanted * (1 + scale[:, None, None]) + shift[:, None, None]
    found = stylegan_layers.adaptive_instance_norm(tf.constant(x), scale, shift).numpy()
    assert found == pytest.approx(wanted, rel=1e-4, abs=1e-5)
    assert found.mean(axis=(1, 2)) == pytest.approx(shift, abs=1e-5)
    assert found.std(axis=(1, 2)) == pytest.approx(np.abs(1 + scale), rel=1e-4)


def test_minibatch_deviation(stylegan_layers) -> None:
    x = normals(8, 3, 3, 2)
    found = stylegan_layers.minibatch_stddev(tf.constant(x), group=4).numpy()
    assert np.array_equal(found[..., :2], x)
    for member in range(2):  # groups are images 0, 2, 4, 6 and 1, 3, 5, 7
        wanted = np.sqrt(x[member::2].var(axis=0) + 1e-8).mean()
        assert found[member::2, :, :, 2] == pytest.approx(np.full((4, 3, 3), wanted), rel=1e-4)


def test_minibatch_deviation_of_a_batch_that_does_not_divide(stylegan_layers) -> None:
    x = normals(3, 2, 2, 1)
    wanted = np.sqrt(x.var(axis=0) + 1e-8).mean()
    assert stylegan_layers.minibatch_stddev(tf.constant(x)).numpy()[..., 1] == pytest.approx(
        np.full((3, 2, 2), wanted), rel=1e-4
    )


def test_minibatch_deviation_of_copies_is_nothing(stylegan_layers) -> None:
    copies = tf.constant(np.repeat(normals(1, 2, 2, 1), 4, axis=0))
    assert stylegan_layers.minibatch_stddev(copies).numpy()[..., 1] == pytest.approx(np.full((4, 2, 2), 1e-4), rel=1e-3)


def test_blur_is_the_binomial_filter(stylegan_layers) -> None:
    x = normals(2, 5, 6, 3)
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    weights = (1 / 4, 1 / 2, 1 / 4)
    wanted = sum(weights[i] * weights[j] * padded[:, i : i + 5, j : j + 6] for i in range(3) for j in range(3))
    assert stylegan_layers.blur(tf.constant(x)).numpy() == pytest.approx(wanted, rel=1e-4, abs=1e-5)


def test_enlarging_and_reducing(stylegan_layers) -> None:
    x = normals(1, 4, 4, 2)
    assert np.array_equal(stylegan_layers.enlarge(tf.constant(x)).numpy(), x.repeat(2, axis=1).repeat(2, axis=2))
    assert stylegan_layers.reduce(tf.constant(x)).numpy() == pytest.approx(
        x.reshape(1, 2, 2, 2, 2, 2).mean(axis=(2, 4)), rel=1e-5
    )


@pytest.mark.parametrize("resample", ["enlarge", "reduce"])
def test_folded_resampling_is_the_plain_one(stylegan_layers, resample: str) -> None:
    keras.utils.set_random_seed(1)
    folded = stylegan_layers.Conv(3, 5, 3, gain=1.0, resample=resample)
    plain = stylegan_layers.Conv(3, 5, 3, gain=1.0)
    plain.kernel.assign(folded.kernel)
    x = tf.constant(normals(2, 8, 8, 3))
    wanted = plain(stylegan_layers.enlarge(x)) if resample == "enlarge" else stylegan_layers.reduce(plain(x))
    assert folded(x).numpy() == pytest.approx(wanted.numpy(), rel=1e-3, abs=1e-5)


def test_equalised_learning_rate(stylegan_layers) -> None:
    keras.utils.set_random_seed(0)
    dense = stylegan_layers.Dense(400, 300, gain=np.sqrt(2), multiplier=0.01)
    assert dense.kernel.numpy().std() == pytest.approx(100, rel=0.02)  # N(0, 1 / multiplier)
    x = normals(7, 400)
    dense.bias.assign(normals(300))
    wanted = x @ (dense.kernel.numpy() * np.sqrt(2 / 400) * 0.01) + 0.01 * dense.bias.numpy()
    assert dense(tf.constant(x)).numpy() == pytest.approx(wanted, rel=1e-3, abs=1e-4)
    conv = stylegan_layers.Conv(64, 64, 3, gain=1.0)
    assert conv.kernel.numpy().std() == pytest.approx(1, rel=0.02)
    assert conv.scale == pytest.approx(1 / np.sqrt(64 * 9))


def test_noise_begins_without_effect_and_each_layer_keeps_unit_variance(stylegan_layers) -> None:
    model = small()
    assert all((e.noise_scale.numpy() == 0).all() for pair in model.synthesis.epilogues for e in pair)
    assert (model.synthesis.constant.numpy() == 1).all()
    styles = model.styles(tf.constant(normals(4, 6)), tf.ones(4))
    one, other = (model.synthesize(styles, tf.constant(4 * [[0, seed]])).numpy() for seed in (1, 2))
    assert np.array_equal(one, other)


# ------------------------------------------------------------------ the paper's sizes


def test_parameters_are_those_of_the_authors_networks(stylegan_layers) -> None:
    """26.2M and 23.1M at 1024x1024 (section 2 of the paper); the exact counts are what the authors' code prints."""

    def count(network) -> int:
        return sum(int(np.prod(v.shape)) for v in network.trainable_variables)

    mapping = stylegan_layers.Mapping(512, 512)
    synthesis = stylegan_layers.Synthesis(9, 512, 3, 8192, 512)
    assert len(mapping.stack) == 8
    assert count(mapping) + count(synthesis) == 26_219_627
    assert [stylegan_layers.channels(level, 8192, 512) for level in range(9)] == [512] * 4 + [256, 128, 64, 32, 16]
    del mapping, synthesis
    assert count(stylegan_layers.Discriminator(9, 3, 8192, 512)) == 23_087_249


@pytest.mark.slow
def test_an_image_of_1024(stylegan_layers) -> None:
    model = StyleGAN(StyleGAN.Settings(steps=1, batch_size=1, learning_rate=0.001), DataSpec.of_images((1024, 1024, 3)))
    image = model.decode(tf.constant(normals(1, 512))).numpy()
    assert image.shape == (1, 1024, 1024, 3)
    assert image.std() > 0 and image.min() >= 0 and image.max() <= 1
    scores = model.discriminator(2 * tf.constant(image) - 1, level=8, alpha=tf.constant(1.0))
    assert scores.shape == (1, 1)


@pytest.mark.parametrize("side", [28, 4, 48, 2048])
def test_other_sizes_are_refused_in_a_line(side: int) -> None:
    settings = StyleGAN.Settings(steps=1, batch_size=4, learning_rate=0.1)
    with pytest.raises(AtlasError, match=f"{side}x{side}"):
        StyleGAN.check(settings, DataSpec.of_images((side, side, 3)))


# --------------------------------------------------------------------------- growth


@pytest.mark.parametrize(("seen", "level", "alpha"), [
    (0, 1, 1.0), (600, 1, 1.0), (601, 2, 0.005), (700, 2, 0.5), (799, 2, 0.995), (800, 2, 1.0), (1400, 2, 1.0),
    (1500, 3, 0.5), (1600, 3, 1.0), (2300, 3, 1.0), (99_999, 3, 1.0),
])  # fmt: skip
def test_growth_follows_the_images_seen(seen: int, level: int, alpha: float) -> None:
    found = growth(tf.constant(seen, tf.int64), last=3, stable=600, fade=200)
    assert (int(found[0]), float(found[1])) == (level, pytest.approx(alpha))


def test_fading_begins_at_the_old_image_and_ends_at_the_new(stylegan_layers) -> None:
    model = small()
    styles = model.styles(tf.constant(normals(2, 6)), tf.ones(2))
    noise = model.synthesis.noise(2, tf.constant([0, 0]), 3)
    old = stylegan_layers.enlarge(model.synthesis(styles, noise, level=2, alpha=tf.constant(1.0)))
    begin = model.synthesis(styles, noise, level=3, alpha=tf.constant(0.0))
    assert begin.numpy() == pytest.approx(old.numpy(), abs=1e-5)
    scores = [
        model.discriminator(images, level=level, alpha=tf.constant(alpha)).numpy()
        for images, level, alpha in [(begin, 3, 0.0), (stylegan_layers.reduce(begin), 2, 1.0)]
    ]
    assert scores[0] == pytest.approx(scores[1], abs=1e-4)


@pytest.mark.slow
def test_training_grows_and_is_drawn_at_full_size() -> None:
    model = small(side=16, stable_images=4, fade_images=4)
    images = tf.constant(np.random.default_rng(0).random((4, 16, 16, 3), np.float32))
    latents, drawn, sides = tf.constant(normals(2, 6)), [], []
    step, decode = tf.function(model.train_step), tf.function(model.decode)
    for index in range(3):
        losses = step({"images": images}, tf.constant([0, index]))
        sides.append(int(losses["resolution"]))
        drawn.append(decode(latents).numpy())
    assert sides == [8, 8, 16]
    assert int(model.optimizers["generator"].iterations.numpy()) == 1  # reset as it grew
    assert all(images.shape == (2, 16, 16, 3) for images in drawn)
    blocks = drawn[0].reshape(2, 8, 2, 8, 2, 3)
    assert np.allclose(blocks, blocks[:, :, :1, :, :1])
    assert not np.allclose(drawn[2][:, ::2], drawn[2][:, 1::2])


def test_average_follows_with_its_half_life() -> None:
    model = small(side=8, average_images=4)
    before = [v.numpy() for v in model.average_synthesis.trainable_variables]
    images = tf.constant(np.random.default_rng(0).random((4, 8, 8, 3), np.float32))
    model.train_step({"images": images}, tf.constant([0, 0]))
    after = [v.numpy() for v in model.synthesis.trainable_variables]
    average = [v.numpy() for v in model.average_synthesis.trainable_variables]
    for old, new, mean in zip(before, after, average, strict=True):
        assert mean == pytest.approx(0.5 * (old + new), abs=1e-6)


def test_layers_that_join_late_begin_at_the_learning_rate() -> None:
    """Adam's first update has the size of the learning rate; with the step count of older layers it has ten times."""
    model = small(side=16, stable_images=24, fade_images=8)
    images = tf.constant(np.random.default_rng(0).random((4, 16, 16, 3), np.float32))
    step, late = model.train_step, [model.synthesis.to_image[2].kernel, model.discriminator.last.kernel]
    late += [model.synthesis.second[2].kernel, model.discriminator.from_image[2].kernel]
    for index in range(8):
        before = [variable.numpy() for variable in late]
        losses = step({"images": images}, tf.constant([0, index]))
        moved = [np.abs(variable.numpy() - old) for variable, old in zip(late, before, strict=True)]
        if losses["resolution"] == 16:
            break
        assert [m.max() > 0 for m in moved] == [False, True, False, False]
    assert index == 7 and int(model.seen.numpy()) == 32
    assert all(int(optimizer.iterations.numpy()) == 1 for optimizer in model.optimizers.values())
    for change in moved:
        assert np.median(change) == pytest.approx(0.01, rel=0.02)
        assert change.max() <= 0.01 * 1.001


def test_the_optimizers_are_reset_when_a_fade_begins_and_when_it_ends() -> None:
    model = small(side=16, stable_images=8, fade_images=8)
    images = {"images": tf.constant(np.random.default_rng(0).random((4, 16, 16, 3), np.float32))}
    step, counts = model.train_step, []
    for index in range(8):
        step(images, tf.constant([0, index]))
        counts.append(int(model.optimizers["generator"].iterations.numpy()))
    assert counts == [1, 2, 3, 1, 1, 2, 3, 4]  # 8 images are seen in step 2, half faded in step 4, whole in step 5
    assert [variable.name for variable in model.state()] == ["seen:0"]


def test_real_images_are_mirrored_half_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    given = np.random.default_rng(0).random((64, 8, 8, 1)).astype(np.float32)
    drawn = random_mirror(tf.constant(given), tf.constant([0, 1])).numpy()
    same, mirrored = ((drawn == wanted).all(axis=(1, 2, 3)) for wanted in (given, given[:, :, ::-1]))
    assert (same ^ mirrored).all() and 16 < mirrored.sum() < 48
    for mirror in (True, False):
        seen: list[np.ndarray] = []

        def stop(level, alpha, images, seed, seen=seen):
            seen.append(images.numpy())
            return {}

        model = small(side=8, mirror=mirror)
        monkeypatch.setattr(model, "_step", stop)
        images = np.random.default_rng(1).random((4, 8, 8, 3)).astype(np.float32)
        for index in range(4):
            model.train_step({"images": tf.constant(images)}, tf.constant([0, index]))
        assert any(not np.allclose(each, 2 * images - 1) for each in seen) == mirror


# --------------------------------------------------------------------------- styles


def test_truncation_draws_towards_the_mean_style() -> None:
    model = small(side=256)
    model.average_mapping.mean_style.assign(normals(6, seed=3))
    latents = tf.constant(normals(3, 6))
    whole, half, none = (model.styles(latents, tf.fill((3,), psi)).numpy() for psi in (1.0, 0.5, 0.0))
    mean = model.average_mapping.mean_style.numpy()
    assert whole.shape == (3, 14, 6)
    assert none[:, :8] == pytest.approx(np.broadcast_to(mean, (3, 8, 6)))
    assert half[:, :8] == pytest.approx(0.5 * (whole + mean)[:, :8], abs=1e-6)
    assert np.array_equal(half[:, 8:], whole[:, 8:])  # fine layers are left alone


def test_style_mixing_crosses_over_at_one_layer() -> None:
    model = small(style_mixing=1.0)
    seen = {}
    synthesis = model.synthesis

    class Spy:
        noise = synthesis.noise

        def __call__(self, styles, noise, level, alpha):
            seen["styles"] = styles.numpy()
            return synthesis(styles, noise, level=level, alpha=alpha)

    model.synthesis = Spy()
    model._draw(3, tf.constant(1.0), tf.constant([0, 0]))
    same = np.all(seen["styles"][:, 1:] == seen["styles"][:, :-1], axis=2)
    assert ((~same).sum(axis=1) == 1).all()


def test_noise_is_each_images_own() -> None:
    model = small(side=8)
    for pair in model.average_synthesis.epilogues:
        for epilogue in pair:
            epilogue.noise_scale.assign(tf.ones_like(epilogue.noise_scale))
    styles = tf.repeat(model.styles(tf.constant(normals(1, 6)), tf.ones(1)), 3, axis=0)
    images = model.synthesize(styles, tf.constant([[0, 1], [0, 1], [0, 2]])).numpy()
    assert np.array_equal(images[0], images[1])
    assert not np.allclose(images[1], images[2])


def test_one_style_in_all_layers_is_the_plain_image() -> None:
    model = small(side=8)
    latents = tf.constant(normals(4, 6))
    styles = model.styles(latents, tf.ones(4))
    assert styles.shape == (4, model.style_layers, 6)
    assert model.decode(latents).numpy() == pytest.approx(
        model.synthesize(styles, tf.constant(4 * [[0, 0]])).numpy(), abs=1e-5
    )
