"""Text to image: what the text encoder learns from and what it does not, the losses on numbers worked out by hand."""

from typing import Any

import numpy as np
import pytest

from latent_atlas import models
from latent_atlas.backend import keras, tf
from latent_atlas.blocks import adversarial
from latent_atlas.blocks.joint_embedding import differing, matching_loss, text_encoder, wrong_rows
from latent_atlas.columns import Column, DataSpec
from latent_atlas.errors import AtlasError
from latent_atlas.model import Model
from latent_atlas.models.text_to_image import matching_aware_loss, sameness

DATA = DataSpec({**DataSpec.of_images((16, 16, 3), labels=6).columns, "captions": Column("captions", (5,), 12)})
SMALL = {
    "steps": 10, "batch_size": 4, "learning_rate": 0.01, "latent_dim": 6, "width": 2, "text_units": 3,
    "embedding_dim": 8, "encoder_width": 2,
}  # fmt: skip
CAPTIONS = [[2, 3, 0, 0, 0], [4, 5, 6, 0, 0], [2, 3, 0, 0, 0], [7, 8, 9, 10, 11]]


def build(**settings: Any) -> Model:
    keras.utils.set_random_seed(0)
    kind = models.find("text_to_image")
    return kind(kind.Settings(**{**SMALL, **settings}), DATA)


def batch(captions: list[list[int]] = CAPTIONS) -> dict[str, Any]:
    images = np.random.default_rng(0).random((len(captions), 16, 16, 3), np.float32)
    return {"images": tf.constant(images), "captions": tf.constant(captions, tf.int32)}


def moved_by(model: Model, given: dict[str, Any]) -> set[str]:
    before = {name: [v.numpy() for v in network.trainable_variables] for name, network in model.networks.items()}
    losses = model.train_step(given, tf.constant([0, 0]))
    assert all(np.isfinite(value.numpy()) for value in losses.values())
    return {
        name
        for name, network in model.networks.items()
        if any((v.numpy() != old).any() for v, old in zip(network.trainable_variables, before[name], strict=True))
    }


@pytest.mark.parametrize("kl", [0.0, 2.0])
def test_the_adversarial_losses_do_not_reach_the_text_encoder(kl: float) -> None:
    model = build(conditioning_kl=kl)
    model.optimizers["encoders"].learning_rate.assign(0.0)
    assert moved_by(model, batch()) == {"generator", "discriminator_features", "discriminator_matching"}


@pytest.mark.parametrize(("frozen", "others"), [
    ("generator", {"text_encoder", "image_encoder", "discriminator_features", "discriminator_matching"}),
    ("discriminator", {"text_encoder", "image_encoder", "generator"}),
])  # fmt: skip
def test_each_loss_drives_its_own_networks(frozen: str, others: set[str]) -> None:
    model = build()
    model.optimizers[frozen].learning_rate.assign(0.0)
    assert moved_by(model, batch()) == others


def test_captions_differ_in_their_words() -> None:
    different = differing(tf.constant(CAPTIONS)).numpy()
    assert different.tolist() == [
        [False, True, False, True], [True, False, True, True], [False, True, False, True], [True, True, True, False]
    ]  # fmt: skip


def test_a_wrong_caption_is_never_the_same_sentence() -> None:
    different = differing(tf.constant(CAPTIONS))
    drawn = np.stack([wrong_rows(different, tf.constant([0, seed]))[0].numpy() for seed in range(200)])
    assert [set(rows.tolist()) for rows in drawn.T] == [{1, 3}, {0, 2, 3}, {1, 3}, {0, 1, 2}]
    share = (drawn[:, 1] == 0).mean()
    assert share == pytest.approx(1 / 3, abs=0.1)


def test_where_all_captions_are_one_sentence_there_is_no_wrong_one() -> None:
    _, exists = wrong_rows(differing(tf.constant([CAPTIONS[0]] * 3)), tf.constant([0, 0]))
    assert not exists.numpy().any()
    model = build()
    losses = model.train_step(batch([CAPTIONS[0]] * 4), tf.constant([0, 0]))
    assert all(np.isfinite(value.numpy()) for value in losses.values())


def test_matching_aware_loss_in_closed_form() -> None:
    real, wrong, fake = (tf.constant([[a], [b]], tf.float32) for a, b in ((2.0, 0.0), (-1.0, 50.0), (0.0, 1.0)))

    def minus_log_sigmoid(x: float) -> float:
        return float(np.log1p(np.exp(-x)))

    first = (minus_log_sigmoid(2) + minus_log_sigmoid(0)) / 2
    generated = (minus_log_sigmoid(0) + minus_log_sigmoid(-1)) / 2
    loss = matching_aware_loss(real, wrong, fake, tf.constant([True, False]))  # the second has no wrong caption
    assert float(loss) == pytest.approx(first + 0.5 * (minus_log_sigmoid(1) + generated), rel=1e-5)
    none = matching_aware_loss(real, wrong, fake, tf.constant([False, False]))
    assert float(none) == pytest.approx(first + 0.5 * generated, rel=1e-5)


def test_matching_loss_in_closed_form() -> None:
    images = tf.constant([[1.0, 0.0], [0.0, 1.0]])
    texts = tf.constant([[1.0, 0.0], [0.6, 0.8]])
    every = ~tf.eye(2, dtype=tf.bool)
    loss, accuracy = matching_loss(images, texts, every, 0.5)  # scores [[2, 1.2], [0, 1.6]]
    rows = np.log1p(np.exp(1.2 - 2)) + np.log1p(np.exp(0 - 1.6))
    columns = np.log1p(np.exp(0 - 2)) + np.log1p(np.exp(1.2 - 1.6))
    assert float(loss) == pytest.approx((rows + columns) / 4, rel=1e-5)
    assert float(accuracy) == 1.0


def test_the_same_sentence_is_no_wrong_answer() -> None:
    vectors = tf.constant([[1.0, 0.0], [1.0, 0.0]])
    loss, _ = matching_loss(vectors, vectors, tf.zeros((2, 2), tf.bool), 0.1)
    assert float(loss) == pytest.approx(0, abs=1e-6)


def test_what_follows_a_caption_changes_nothing_of_it() -> None:
    keras.utils.set_random_seed(0)
    short = text_encoder(DATA, 8, 4)
    long = text_encoder(DataSpec({**DATA.columns, "captions": Column("captions", (9,), 12)}), 8, 4)
    long.set_weights(short.get_weights())
    longer = [[*caption, 0, 0, 0, 0] for caption in CAPTIONS]
    assert short(tf.constant(CAPTIONS)).numpy() == pytest.approx(long(tf.constant(longer)).numpy(), abs=1e-6)


def test_the_encoder_learns_which_caption_belongs_to_which_image() -> None:
    model = build(encoder_learning_rate=0.01, learning_rate=1e-6)
    given = batch([[2, 3, 0, 0, 0], [4, 5, 6, 0, 0], [6, 3, 2, 0, 0], [7, 8, 9, 10, 11]])
    losses = [model.train_step(given, tf.constant([0, step]))["matching_loss"] for step in range(40)]
    assert float(losses[-1]) < 0.1 < float(losses[0])


def test_interpolated_captions_are_half_of_what_the_generator_learns_from() -> None:
    model, seen = build(), []
    draw = model._drawn
    model._drawn = lambda texts, latents: seen.append(texts.numpy()) or draw(texts, latents)
    given = batch()
    model.train_step(given, tf.constant([0, 0]))
    texts = model.embed(given["captions"]).numpy()  # as they are after the encoder's step, which is the first
    assert [len(each) for each in seen] == [4, 8]
    assert seen[0] == pytest.approx(texts, abs=1e-6) and seen[1][:4] == pytest.approx(texts, abs=1e-6)
    middles = (texts[:, None] + texts[None]) / 2
    for row, mixed in enumerate(seen[1][4:]):
        partner = np.abs(middles[row] - mixed).max(axis=1).argmin()
        assert middles[row, partner] == pytest.approx(mixed, abs=1e-6) and CAPTIONS[partner] != CAPTIONS[row]
    model = build(interpolation=0.0)
    assert np.isfinite(float(model.train_step(given, tf.constant([0, 0]))["generator_loss"]))


def test_augmentation_draws_the_condition_from_latents_of_its_own() -> None:
    plain, augmented = build(), build(conditioning_kl=1.0)
    assert (plain.latent_dim, augmented.latent_dim) == (6, 6 + 3)
    text = augmented.embed(tf.constant(CAPTIONS[:1]))
    outputs = augmented.networks["generator"]([tf.zeros((1, 9)), text])
    mean, deviation = outputs["mean"].numpy(), np.exp(0.5 * outputs["log_variance"].numpy())
    assert mean.shape == deviation.shape == (1, 3)
    one, other = (augmented.draw(tf.constant([[0.0] * 6 + tail]), text).numpy() for tail in ([0.0] * 3, [3.0] * 3))
    assert not np.allclose(one, other)
    logged = augmented.train_step(batch(), tf.constant([0, 0]))
    assert {"conditioning_kl"} == set(logged) - set(plain.train_step(batch(), tf.constant([0, 0])))


def test_discriminator_sees_the_text_at_every_place_of_a_small_map() -> None:
    model = build(width=4)
    head = model.networks["discriminator_matching"]
    assert head.inputs[0].shape[1:] == (4, 4, 8)  # 16 -> 8 -> 4; the paper's are 4x4 too
    convolution = next(layer for layer in head.layers if isinstance(layer, keras.layers.Conv2D))
    assert convolution.kernel_size == (1, 1) and convolution.kernel.shape[2] == 8 + 3


def test_images_are_drawn_by_the_average_that_follows_the_generator() -> None:
    model, given = build(average=0.5), batch()
    latents, texts = tf.zeros((4, 6)), model.embed(given["captions"])
    for _ in range(2):
        old = [weight.numpy() for weight in model.average.weights]
        model.train_step(given, tf.constant([0, 0]))
        decay = min(0.5, (n := float(model.optimizers["generator"].iterations)) / (n + 9))
        for was, now, weight in zip(old, model.average.weights, model.generator.weights, strict=True):
            assert now.numpy() == pytest.approx(decay * was + (1 - decay) * weight.numpy(), abs=1e-6)
    average = model.average([latents, texts])["image"]
    assert np.array_equal(model.draw(latents, texts), average)
    assert not np.allclose(average, model.generator([latents, texts])["image"])


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_the_gradient_penalty_flattens_the_discriminator(share: float) -> None:
    def steepness(gamma: float) -> float:
        model, given = build(gradient_penalty=gamma, penalized=share, normalization="none"), batch()
        model.optimizers["generator"].learning_rate.assign(0.0)
        step = tf.function(model.train_step)
        for number in range(20):
            step(given, tf.constant([0, number]))
        texts = model.embed(given["captions"])
        scores = lambda images: model.matching([model.features(images), texts])  # noqa: E731
        return float(tf.norm(adversarial.input_gradients(scores, given["images"])[1]))

    assert steepness(100.0) < 0.5 * steepness(0.0)


def test_a_modulated_generator_scales_and_shifts_each_layer_by_text_and_latents() -> None:
    model = build(modulated=True)
    body = next(layer for layer in model.generator.layers if isinstance(layer, keras.Model))
    channels = [layer.gamma.shape[0] for layer in body.layers if isinstance(layer, keras.layers.BatchNormalization)]
    dense = [layer.kernel.shape for layer in body.layers if isinstance(layer, keras.layers.Dense)]
    assert len(channels) == 2 and all((6 + 3, 2 * count) in dense for count in channels)


def test_embeddings_have_length_one_and_decode_is_both_steps() -> None:
    model = build()
    captions, latents = tf.constant(CAPTIONS), tf.random.stateless_normal((4, 6), [0, 1])
    for vectors in (model.embed(captions), model.embed_images(batch()["images"])):
        assert np.linalg.norm(vectors.numpy(), axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    assert np.array_equal(model.decode(latents, captions), model.draw(latents, model.embed(captions)))


# ------------------------------------------------------------------------- its judge


def judge(**settings: Any) -> Model:
    kind = models.find("cnn")
    return kind(kind.Settings(steps=1, batch_size=4, learning_rate=0.01, width=2, **settings), DATA)


def test_classes_that_are_pairs_are_recognised_by_their_parts() -> None:
    model = judge(factors=[2, 3])
    images = batch()["images"]
    logits = model.logits(images).numpy()
    parts = [layer for layer in model.networks["classifier"].layers if layer.name.startswith("dense")]
    features = model.features(images).numpy()
    first, second = (features @ layer.kernel.numpy() + layer.bias.numpy() for layer in parts)
    assert logits.reshape(4, 2, 3) == pytest.approx(first[:, :, None] + second[:, None, :], abs=1e-5)


def test_factors_must_make_the_classes() -> None:
    kind = models.find("cnn")
    with pytest.raises(AtlasError, match=r"factors \[2, 2\] make 4 classes, and the dataset has 6"):
        kind.check(kind.Settings(steps=1, batch_size=4, learning_rate=0.01, factors=[2, 2]), DATA)


def test_pairs_that_were_never_seen_are_no_wrong_answers() -> None:
    model = judge(factors=[2, 3], dropout=0.0, shift=0)
    given = {"images": batch()["images"], "labels": tf.constant([0, 4, 4, 0])}
    logits = model.logits(given["images"]).numpy()[:, [0, 4]]
    wanted = np.log(np.exp(logits).sum(axis=1)) - logits[range(4), [0, 1, 1, 0]]
    loss = model.train_step(given, tf.constant([0, 0]))["cross_entropy"]
    assert float(loss) == pytest.approx(wanted.mean(), rel=1e-4)
    assert model.state()[0].numpy().tolist() == [True, False, False, False, True, False]
    assert judge().state() == []


def test_mode_seeking_compares_how_far_images_and_latents_move() -> None:
    model = build()
    texts, seed = model.embed(tf.constant(CAPTIONS)), tf.constant([3, 4])
    seeds = (seed, tf.random.fold_in(seed, 1))
    latents = [adversarial.prior(model.generator, 4, each) for each in seeds]
    images = [model.generator([each, texts], training=True)["image"].numpy() for each in latents]
    moved = np.abs(latents[0] - latents[1]).mean()
    changed = np.abs(images[0] - images[1]).mean() * 2  # in [-1, 1]
    found = sameness((latents[0], images[0]), (latents[1], images[1])).numpy()
    assert found == pytest.approx(moved / (changed + 1e-5), rel=1e-4)


def test_mode_seeking_keeps_images_of_one_caption_apart() -> None:
    given, latents = batch(), tf.random.stateless_normal((8, 6), [1, 2])
    spread = {}
    for weight in (0.0, 10.0):
        model = build(mode_seeking=weight, latent_dim=6)
        for step in range(30):
            model.train_step(given, tf.constant([0, step]))
        images = model.draw(latents, tf.repeat(model.embed(given["captions"][:1]), 8, axis=0))
        spread[weight] = float(tf.reduce_mean(tf.math.reduce_std(images, axis=0)))
    assert spread[10.0] > 1.2 * spread[0.0]


def test_noise_is_on_the_images_that_are_matched_and_follows_from_the_seed() -> None:
    losses = [
        build(matching_noise=noise, matching_weight=1.0).train_step(batch(), tf.constant([0, 0]))
        for noise in (0.0, 0.3, 0.3)
    ]
    matching = [float(each["matching_loss"]) for each in losses]
    assert matching[1] == matching[2] != matching[0]


@pytest.mark.parametrize("modulated", [False, True])
def test_a_resizing_generator_leaves_no_chequered_pattern(modulated: bool) -> None:
    """From equal feature maps come equal pixels, but for the edge; fractional strides do not give that."""
    roughness = {}
    for resized in (False, True):
        generator = build(resized=resized, modulated=modulated, kernel=5).networks["generator"]
        body = next(layer for layer in generator.layers if layer.name == "generator")
        dense = [layer for layer in body.layers if isinstance(layer, keras.layers.Dense)]
        first = max(dense, key=lambda layer: layer.units)  # the others modulate
        channels = first.units // 16
        first.kernel.assign(tf.tile(10.0 * first.kernel[:, :channels], [1, 16]))
        image = body([tf.ones((1, body.inputs[0].shape[1]))], training=False).numpy()
        assert image.shape == (1, 16, 16, 3) and 0 <= image.min() < image.max() <= 1
        roughness[resized] = np.ptp(image[0, 6:10, 6:10], axis=(0, 1)).max()
    assert roughness[True] < 1e-6 < 1e-5 < roughness[False]
