"""Language models: layers against their formulas, reading in pieces, nothing of the future, drawing, carried state."""

from pathlib import Path

import numpy as np
import pytest

from latent_atlas import models
from latent_atlas.backend import keras, tf
from latent_atlas.blocks.language import LanguageModel, cross_entropy, draw
from latent_atlas.columns import Column
from latent_atlas.compiled import Compiled, Writer
from latent_atlas.errors import AtlasError
from latent_atlas.model import DataSpec
from latent_atlas.prepared import Dataset

SIZE = 11
DATA = DataSpec({"text": Column("text", (), SIZE, "text")})
TEXT = np.random.default_rng(0).integers(0, SIZE, (2, 30)).astype(np.int32)
KINDS = {"text_rnn": {"units": 12, "layers": 2}, "text_transformer": {"units": 16, "layers": 2, "heads": 2}}
SEED = tf.constant([0, 1], tf.int32)


def build(name: str, **changed) -> LanguageModel:
    """A model whose weights are all drawn, so that no part of it is silent."""
    keras.utils.set_random_seed(1)
    kind = models.find(name)
    chosen = {"steps": 4, "batch_size": 2, "learning_rate": 0.01, "window": 8, "ngram_order": 3, "ngram_rows": 64}
    model = kind(kind.Settings(**(chosen | KINDS[name] | changed)), DATA)
    generator = np.random.default_rng(2)
    for weight in model.network.trainable_variables:
        weight.assign(weight + 0.3 * generator.standard_normal(weight.shape).astype(np.float32))
    return model


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_lstm_is_its_formula() -> None:
    from latent_atlas.blocks.language_layers import LSTM

    generator, units = np.random.default_rng(0), 3
    layer = LSTM(2, units)
    assert layer.bias.numpy().tolist() == [0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0]  # forget gates
    layer.bias.assign(generator.standard_normal(4 * units))
    x, h, c = (generator.standard_normal(shape).astype(np.float32) for shape in ((4, 5, 2), (4, units), (4, units)))
    outputs, last_h, last_c = layer(x, h, c)
    for step in range(5):
        gates = np.concatenate([x[:, step], h], axis=1) @ layer.kernel.numpy() + layer.bias.numpy()
        i, g, f, o = np.split(gates, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        np.testing.assert_allclose(outputs[:, step], h, atol=1e-5)
    np.testing.assert_allclose(last_h, h, atol=1e-5)
    np.testing.assert_allclose(last_c, c, atol=1e-5)


def test_gradients_of_the_lstm_are_those_of_its_formula() -> None:
    from latent_atlas.blocks.language_layers import LSTM

    generator, units = np.random.default_rng(0), 3
    layer = LSTM(2, units)
    x, h, c = (
        tf.constant(generator.standard_normal(shape), tf.float32) for shape in ((4, 5, 2), (4, units), (4, units))
    )
    weights = tf.constant(generator.standard_normal((4, 5, units)), tf.float32)
    begins = (h, c)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch((x, h, c))
        outputs, last_h, last_c = layer(x, h, c)
        found = tf.reduce_sum(outputs * weights) + tf.reduce_sum(last_h * last_c)
        expected = 0.0
        for step in range(5):
            gates = tf.concat([x[:, step], h], axis=1) @ tf.convert_to_tensor(layer.kernel) + layer.bias
            i, g, f, o = tf.split(gates, 4, axis=1)
            c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
            h = tf.sigmoid(o) * tf.tanh(c)
            expected += tf.reduce_sum(h * weights[:, step])
        expected += tf.reduce_sum(h * c)
    assert float(found) == pytest.approx(float(expected), abs=1e-4)
    for one in (x, *begins, *layer.trainable_variables):
        np.testing.assert_allclose(tape.gradient(found, one), tape.gradient(expected, one), atol=1e-4)


def test_attention_is_its_formula_within_its_reach() -> None:
    from latent_atlas.blocks.language_layers import Attention, rotated

    units, heads, reach, length = 8, 2, 4, 6
    generator = np.random.default_rng(0)
    layer = Attention(units, heads, reach)
    layer.output_kernel.assign(generator.standard_normal((units, units)))
    x = generator.standard_normal((1, length, units)).astype(np.float32)
    empty = np.zeros((1, reach, units), np.float32)
    found, keys, _ = layer(x, empty, empty, np.zeros((1, reach), np.float32))
    q, k, v = np.split(x[0] @ layer.query_key_value.numpy(), 3, axis=1)
    np.testing.assert_allclose(keys[0], k[-reach:], atol=1e-5)
    q, k = (rotated(tf.constant(part[None]), tf.range(length), heads).numpy()[0] for part in (q, k))
    for at in range(length):
        seen = slice(max(0, at - reach + 1), at + 1)
        mixed = []
        for head in (slice(0, 4), slice(4, 8)):
            weights = np.exp(k[seen, head] @ q[at, head] / 2)
            mixed.append(weights / weights.sum() @ v[seen, head])
        np.testing.assert_allclose(found[0, at], np.concatenate(mixed) @ layer.output_kernel.numpy(), atol=1e-4)


def test_rotary_products_depend_on_the_distance_alone() -> None:
    from latent_atlas.blocks.language_layers import rotated

    q, k = np.random.default_rng(0).standard_normal((2, 1, 1, 8)).astype(np.float32)

    def product(m: int, n: int) -> float:
        return float(tf.reduce_sum(rotated(q, tf.constant([m]), 2) * rotated(k, tf.constant([n]), 2)))

    assert product(9, 4) == pytest.approx(product(25, 20), abs=1e-5)
    assert product(9, 4) != pytest.approx(product(9, 5), abs=1e-3)


def test_vectors_of_sequences_know_no_more_than_their_last_characters() -> None:
    from latent_atlas.blocks.language_layers import NgramEmbedding

    layer = NgramEmbedding(SIZE, 4, 3, 1000, 0.0)
    for table in layer.longer:
        table.assign(np.random.default_rng(0).standard_normal(table.shape))
    nothing = np.full((1, 2), -1, np.int32)
    vectors, last = layer(np.array([[1, 2, 3, 1, 2, 3, 2, 3]], np.int32), nothing)
    assert last.numpy().tolist() == [[2, 3]]
    vectors = vectors.numpy()[0]
    np.testing.assert_array_equal(vectors[2], vectors[5])  # 1 2 3 both times
    assert np.abs(vectors[7] - vectors[5]).max() > 0.1  # 3 2 3
    assert np.abs(vectors[0] - vectors[3]).max() > 0.1  # 1 at the beginning, and after 2 3
    # The same sequences as without the others before them; the order of characters matters.
    alone, _ = layer(np.array([[3]], np.int32), np.array([[1, 2]], np.int32))
    np.testing.assert_array_equal(alone[0, 0], vectors[2])
    turned, _ = layer(np.array([[3]], np.int32), np.array([[2, 1]], np.int32))
    assert np.abs(turned[0, 0] - vectors[2]).max() > 0.1


def test_vectors_of_sequences_are_left_out_in_training_each_at_random() -> None:
    from latent_atlas.blocks.language_layers import NgramEmbedding

    layer = NgramEmbedding(SIZE, 4, 3, 10, 0.25)
    layer.table.assign(np.zeros((SIZE, 4)))
    for table, value in zip(layer.longer, (1, 10), strict=True):
        table.assign(np.full(table.shape, value))
    text, nothing = tf.ones((100, 100), tf.int32), tf.fill((100, 2), -1)
    assert set(layer(text, nothing)[0].numpy().ravel()) == {11}
    vectors = layer(text, nothing, training=True)[0].numpy() * 0.75  # what is left is made larger
    assert (vectors == vectors[..., :1]).all()
    for value, share in ((0, 1 / 16), (1, 3 / 16), (10, 3 / 16), (11, 9 / 16)):
        assert np.isclose(vectors, value, atol=1e-3).mean() == pytest.approx(share, abs=0.02)


def test_the_learning_rate_rises_stays_and_falls() -> None:
    model, rates = build("text_rnn", steps=40), []
    batch = {"text": tf.constant(TEXT[:, :9]), "text_begins": tf.constant(True)}
    for _ in range(40):
        rates.append(float(model.optimizers["network"].learning_rate))
        model.train_step(batch, SEED)
    expected = 0.01 * np.minimum(np.arange(1, 41) / 4, np.minimum(1, 2 * (1 - np.arange(40) / 40)))
    assert rates == pytest.approx(expected.tolist(), rel=1e-4)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("order", [1, 3])
def test_a_text_read_in_pieces_is_the_text_read_at_once(name: str, order: int) -> None:
    model = build(name, ngram_order=order)
    carried = [each.begin(2) for each in model.beginnings]
    whole, *after = model.network([tf.constant(TEXT), *carried])
    parts = []
    for start, stop in ((0, 1), (1, 4), (4, 25), (25, 30)):
        logits, *carried = model.network([tf.constant(TEXT[:, start:stop]), *carried])
        parts.append(logits)
    np.testing.assert_allclose(tf.concat(parts, axis=1), whole, atol=1e-4)
    for one, other in zip(carried, after, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    logits = whole.numpy()[:, :-1]
    expected = np.log(np.exp(logits).sum(-1)) - np.take_along_axis(logits, TEXT[:, 1:, None], axis=2)[..., 0]
    np.testing.assert_allclose(model.nats(tf.constant(TEXT)), expected, atol=1e-4)


@pytest.mark.parametrize("name", KINDS)
def test_nothing_is_known_of_the_future_and_something_of_the_past(name: str) -> None:
    model = build(name)
    other = TEXT.copy()
    other[:, 10] = (other[:, 10] + 1) % SIZE
    changed = np.abs(model.nats(tf.constant(TEXT)) - model.nats(tf.constant(other))).max(axis=0) > 1e-5
    assert not changed[:9].any() and changed[9:13].all()  # number 9 is of character 10


@pytest.mark.parametrize("name", KINDS)
def test_the_likeliest_characters_are_written_at_temperature_zero(name: str) -> None:
    model = build(name)
    written = model.write(tf.constant(TEXT[:, :5]), tf.constant(0.0), SEED, 20).numpy()
    assert written.shape == (2, 20) and written.dtype == np.int32
    text = np.concatenate([TEXT[:, :5], written], axis=1)
    logits, *_ = model.network([tf.constant(text), *(each.begin(2) for each in model.beginnings)])
    np.testing.assert_array_equal(np.argmax(logits[:, 4:-1], axis=2), written)
    hot = [model.write(tf.constant(TEXT[:, :5]), tf.constant(1.0), seed, 20).numpy() for seed in (SEED, SEED, SEED + 1)]
    np.testing.assert_array_equal(hot[0], hot[1])
    assert (hot[0] != hot[2]).any()


@pytest.mark.parametrize("name", KINDS)
def test_it_reads_and_writes_the_same_in_the_graphs_that_sampling_runs(name: str) -> None:
    model = build(name)
    np.testing.assert_allclose(Compiled(model.nats)(TEXT), model.nats(tf.constant(TEXT)), atol=1e-5)
    columns = {"text": {"kind": "text", "shape": [], "size": SIZE, "order": "text", "vocabulary": list("abcdefghijk")}}
    write = Writer(model, Dataset(Path(), {"columns": columns}), 20)
    written = "".join(np.array(list("abcdefghijk"))[model.write(tf.constant(TEXT[:1]), 0.0, SEED, 20).numpy()[0]])
    assert write(TEXT[0], 1, 0.0, SEED.numpy()).tolist() == [written]


def test_draws_are_of_the_softmax_at_their_temperature() -> None:
    logits = np.log(np.array([0.5, 0.3, 0.2], np.float32))
    for temperature in (0.5, 1.0, 2.0):
        drawn = draw(tf.tile(logits[None], (40_000, 1)), tf.constant(temperature), SEED).numpy()
        expected = np.exp(logits / temperature) / np.exp(logits / temperature).sum()
        np.testing.assert_allclose(np.bincount(drawn, minlength=3) / 40_000, expected, atol=0.01)
    assert set(draw(tf.tile(logits[None], (100, 1)), tf.constant(0.0), SEED).numpy()) == {0}


def test_cross_entropy_by_hand() -> None:
    logits = np.log([[[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]]]).astype(np.float32)
    found = cross_entropy(logits, np.array([[2, 1, 2]], np.int32))
    np.testing.assert_allclose(found, [[-np.log(0.2), -np.log(0.8)]], rtol=1e-5)


@pytest.mark.parametrize("name", KINDS)
def test_a_step_goes_on_where_the_one_before_ended_unless_the_text_begins(name: str) -> None:
    def loss(begins: bool) -> float:
        model = build(name, learning_rate=1e-9)
        for start, first in ((0, True), (8, begins)):
            batch = {"text": tf.constant(TEXT[:, start : start + 9]), "text_begins": tf.constant(first)}
            losses = model.train_step(batch, SEED)
        return float(losses["nats_per_character"])

    model = build(name)
    assert loss(True) == pytest.approx(float(tf.reduce_mean(model.nats(tf.constant(TEXT[:, 8:17])))), rel=1e-5)
    whole = model.nats(tf.constant(TEXT[:, :17])).numpy()[:, 8:]
    assert loss(False) == pytest.approx(float(whole.mean()), rel=1e-5)


@pytest.mark.parametrize("name", KINDS)
def test_it_learns_from_one_row_in_a_graph(name: str) -> None:
    model = build(name, batch_size=1, dropout=0.0, ngram_dropout=0.0)
    batch = {"text": tf.constant(TEXT[:1, :9]), "text_begins": tf.constant(True)}
    expected = float(tf.reduce_mean(model.nats(batch["text"])))
    losses = tf.function(model.train_step, autograph=False)(batch, SEED)
    assert float(losses["nats_per_character"]) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("name", KINDS)
def test_gradients_are_clipped_by_their_norm(name: str) -> None:
    # Adam would hide the size; a step of plain descent does not.
    model = build(name, clip=0.001)
    model.optimizers["network"] = keras.optimizers.SGD(0.01)
    before = [variable.numpy() for variable in model.network.trainable_variables]
    batch = {"text": tf.constant(TEXT[:, :9]), "text_begins": tf.constant(True)}
    assert float(model.train_step(batch, SEED)["gradient_norm_before_clipping"]) > 0.001
    moved = [v.numpy() - old for v, old in zip(model.network.trainable_variables, before, strict=True)]
    assert np.sqrt(sum((each**2).sum() for each in moved)) == pytest.approx(0.01 * 0.001, rel=0.01)


@pytest.mark.parametrize("name", KINDS)
def test_the_norm_is_that_of_the_summed_gradients_of_a_repeated_character(name: str) -> None:
    model, text = build(name), tf.fill((2, 9), 4)
    with tf.GradientTape() as tape:
        logits, *_ = model.network([text[:, :-1], *(each.begin(2) for each in model.beginnings)], training=True)
        loss = tf.reduce_mean(cross_entropy(logits, text))
    gradients = [
        np.array(tf.convert_to_tensor(each)) for each in tape.gradient(loss, model.network.trainable_variables)
    ]
    norm = model.train_step({"text": text, "text_begins": tf.constant(True)}, SEED)["gradient_norm_before_clipping"]
    assert float(norm) == pytest.approx(np.sqrt(sum((each**2).sum() for each in gradients)), rel=1e-4)


def test_what_cannot_be_learned_is_refused() -> None:
    kind = models.find("text_rnn")
    settings = kind.Settings(steps=1, batch_size=1, learning_rate=0.1)
    with pytest.raises(AtlasError, match="repeats a single character"):
        kind.check(settings, DataSpec({"text": Column("text", (), 1, "text")}))
    kind = models.find("text_transformer")
    settings = kind.Settings(steps=1, batch_size=1, learning_rate=0.1, units=12, heads=4)
    with pytest.raises(AtlasError, match="units 12 must be a multiple of twice the heads, 8"):
        kind.check(settings, DATA)
