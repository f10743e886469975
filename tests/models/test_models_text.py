"""Models of text: what is remembered, what is not looked at, and what is drawn."""

import numpy as np
import pytest
import tensorflow as tf

from latent_atlas import models
from latent_atlas.blocks import language
from latent_atlas.columns import Column, DataSpec
from latent_atlas.errors import AtlasError

DATA = DataSpec({"text": Column("text", (), 7, "text")})
SETTINGS = {"steps": 80, "batch_size": 4, "learning_rate": 0.02, "window": 8}
OWN = {
    "text_rnn": {"units": 12, "embedding": 6, "layers": 2},
    "text_transformer": {"width": 16, "heads": 2, "layers": 2},
}
NAMES = list(OWN)


def build(name: str, **more):
    tf.keras.utils.set_random_seed(0)
    file = models.find(name)
    return file(file.Settings(**SETTINGS, **OWN[name], **more), DATA)


def text(rows: int, length: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 7, (rows, length)).astype(np.int32)


@pytest.mark.parametrize("name", NAMES)
def test_no_character_is_predicted_from_itself_or_later_ones(name: str) -> None:
    model, first = build(name), text(2, 12)
    second = first.copy()
    second[:, 7:] = (second[:, 7:] + 1) % 7
    nats = [model.nats(tf.constant(each)).numpy() for each in (first, second)]
    np.testing.assert_allclose(nats[0][:, :6], nats[1][:, :6], rtol=1e-4)  # of characters 1 to 6
    assert np.abs(nats[0][:, 7:] - nats[1][:, 7:]).max() > 1e-3


@pytest.mark.parametrize("name", NAMES)
def test_probabilities_of_the_next_character_sum_to_one(name: str) -> None:
    model, read = build(name), text(1, 5)
    each = [np.concatenate([read, [[last]]], axis=1).astype(np.int32) for last in range(7)]
    total = sum(np.exp(-model.nats(tf.constant(one)).numpy()[0, -1]) for one in each)
    assert total == pytest.approx(1.0, rel=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_at_temperature_zero_each_character_written_is_the_likeliest(name: str) -> None:
    model, prompts = build(name), text(2, 5)
    write = tf.function(lambda p, t, s: model.write(p, t, s, 20))
    written = write(tf.constant(prompts), tf.constant(0.0), tf.constant([3, 4])).numpy()
    assert written.shape == (2, 20)
    whole = np.concatenate([prompts, written], axis=1)
    for place in (5, 9, 24):  # beyond the Transformer's window of 8 too
        costs = []
        for character in range(7):
            tried = whole[:, : place + 1].copy()
            tried[:, place] = character
            costs.append(model.nats(tf.constant(tried)).numpy()[:, -1])
        assert (np.argmin(costs, axis=0) == whole[:, place]).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_rhyme_is_learned_by_heart(name: str) -> None:
    model = build(name)
    rhyme = np.tile(np.array([0, 3, 1, 4, 1, 5, 2, 6], np.int32), 60)
    step = tf.function(model.train_step)
    losses = []
    for number in range(80):
        rows = np.stack([rhyme[8 * (number % 5) : 8 * (number % 5) + 9] for _ in range(4)])
        batch = {"text": tf.constant(rows), "text_begins": tf.constant(number % 5 == 0)}
        losses.append(float(step(batch, tf.constant([0, number]))["nats_per_character"]))
    assert losses[0] == pytest.approx(np.log(7), rel=0.25)
    assert losses[-1] < 0.3


def test_the_recurrent_network_remembers_beyond_the_window_until_the_text_begins_anew() -> None:
    model = build("text_rnn")
    batch = {"text": tf.constant(text(4, 9)), "text_begins": tf.constant(True)}
    model.train_step(batch, tf.constant([0, 0]))
    carried = [state.numpy() for state in model.state()]
    assert all(np.abs(state).max() > 0 for state in carried)
    later = dict(batch)
    losses = {}
    for begins in (False, True):
        for state, value in zip(model.state(), carried, strict=True):
            state.assign(value)
        logits, *_ = model.network([later["text"][:, :-1], *(tf.constant(state * (1.0 - begins)) for state in carried)])
        losses[begins] = float(tf.reduce_mean(language.cross_entropy(later["text"], logits)))
        fresh = build("text_rnn")
        for own, other in zip(fresh.network.weights, model.network.weights, strict=True):
            own.assign(other)
        for state, value in zip(fresh.state(), carried, strict=True):
            state.assign(value)
        found = fresh.train_step({**later, "text_begins": tf.constant(begins)}, tf.constant([0, 1]))
        assert float(found["nats_per_character"]) == pytest.approx(losses[begins], rel=1e-5)
    assert losses[False] != pytest.approx(losses[True], rel=1e-4)


def test_drawing_follows_the_probabilities() -> None:
    logits = tf.tile(tf.math.log([[0.5, 0.3, 0.2]]), (20_000, 1))
    drawn = language.draw_next(logits, tf.constant(1.0), tf.constant([1, 2])).numpy()
    np.testing.assert_allclose(np.bincount(drawn) / 20_000, [0.5, 0.3, 0.2], atol=0.012)
    hot = language.draw_next(logits, tf.constant(2.0), tf.constant([1, 2])).numpy()
    roots = np.sqrt([0.5, 0.3, 0.2])
    np.testing.assert_allclose(np.bincount(hot) / 20_000, roots / roots.sum(), atol=0.012)


def test_heads_must_divide_the_width() -> None:
    file = models.find("text_transformer")
    with pytest.raises(AtlasError, match="width: 10 cannot be divided"):
        file.check(file.Settings(**SETTINGS, width=10, heads=3), DATA)
