"""Bits per character and the n-gram model: a probability distribution, checked by hand."""

import math
import random

import pytest

from latent_atlas.metrics.ngrams import NgramModel, bits_per_char, ngram_bits_per_char

RHYME = "the rain in spain stays mainly in the plain. the pain in the train remains plain.\n" * 3


def test_bits_are_nats_over_log_two():
    assert bits_per_char(math.log(2)) == pytest.approx(1.0, rel=1e-15)
    assert bits_per_char(math.log(256)) == pytest.approx(8.0, rel=1e-15)
    assert bits_per_char(0.0) == 0.0


@pytest.mark.parametrize("order", [1, 2, 3, 6])
def test_probabilities_sum_to_one_after_any_context(order):
    model = NgramModel(RHYME[:100], order, set(RHYME) | {"X", "é"})
    for context in ["", "t", "the ra", "zz", "X", "hX", "Xh", " in the p", RHYME[94:100]]:
        total = math.fsum(model.probability(context, character) for character in model.alphabet)
        assert total == pytest.approx(1.0, abs=1e-12), context


@pytest.mark.parametrize("train", ["a", "aa", "ab", "aaaaaaaa", "abababab", "aabb" * 5])
@pytest.mark.parametrize("order", [1, 2, 4])
def test_degenerate_texts_still_give_distributions_without_zeros(train, order):
    model = NgramModel(train, order, "abc")
    for context in ["", "a", "ab", "ca", "bba"]:
        values = [model.probability(context, character) for character in "abc"]
        assert min(values) > 0.0
        assert math.fsum(values) == pytest.approx(1.0, abs=1e-12)


def test_single_characters_by_hand():
    # Counts a 3, b 2, c 1: n1 = 1, n2 = 1, so D = 1/3; three kinds in six characters; four in the alphabet.
    model = NgramModel("abacab", 1, "abcd")
    spared = (1 / 3) * 3 / 6 / 4
    assert model.probability("", "a") == pytest.approx((3 - 1 / 3) / 6 + spared, rel=1e-14)
    assert model.probability("", "c") == pytest.approx((1 - 1 / 3) / 6 + spared, rel=1e-14)
    assert model.probability("", "d") == pytest.approx(spared, rel=1e-14)


def test_pairs_by_hand():
    # Pairs ab 2, ba 1, ac 1, ca 1: n1 = 3, n2 = 1, D2 = 3/5. Different characters before a: 2 (b, c), b: 1,
    # c: 1; n1 = 2, n2 = 1, D1 = 1/2, four in all, three kinds, |A| = 3.
    model = NgramModel("abacab", 2, "abc")
    after_all = {"a": (2 - 0.5) / 4 + 0.5 * 3 / 4 / 3, "b": (1 - 0.5) / 4 + 0.5 * 3 / 4 / 3}
    assert model.probability("", "a") == pytest.approx(after_all["a"], rel=1e-14)
    # After a: b 2, c 1.
    assert model.probability("a", "b") == pytest.approx((2 - 0.6) / 3 + 0.6 * 2 / 3 * after_all["b"], rel=1e-14)
    assert model.probability("a", "a") == pytest.approx(0.6 * 2 / 3 * after_all["a"], rel=1e-14)
    assert model.probability("cba", "b") == model.probability("a", "b")


def test_places_count_below_the_top_order_not_occurrences():
    # "q" occurs often but always after "p": after an unseen character it must be less likely than "x", which
    # is rarer but follows many different characters. This is what distinguishes Kneser-Ney.
    train = "pq" * 40 + "ax" + "bx" + "cx" + "dx" + "ex"
    model = NgramModel(train, 2, set(train) | {"Z"})
    assert train.count("q") > train.count("x")
    assert model.probability("Z", "x") > model.probability("Z", "q")
    assert model.probability("p", "q") > 0.9


def test_bits_of_a_text_are_the_mean_of_its_characters():
    train, test = RHYME[:150], "the plain train"
    model = NgramModel(train, 3, set(train) | set(test))
    bits = [-math.log2(model.probability(test[:at], character)) for at, character in enumerate(test)]
    assert ngram_bits_per_char(train, test, 3) == pytest.approx(sum(bits) / len(bits), rel=1e-12)


def test_uniform_noise_costs_what_it_must():
    letters = random.Random(0).choices("abcd", k=40_000)
    text = "".join(letters)
    for order in (1, 3):
        assert ngram_bits_per_char(text[:30_000], text[30_000:], order) == pytest.approx(2.0, abs=0.01)


def test_context_helps_where_there_is_structure():
    source = random.Random(0)
    text = "".join(source.choice(["the cat sat. ", "the dog ran. ", "a bird sang. "]) for _ in range(2000))
    bits = [ngram_bits_per_char(text[:20_000], text[20_000:], order) for order in (1, 2, 4)]
    assert bits[0] > bits[1] > bits[2]
    # The source spends log2(3) bits on 13 characters, and no model can spend less.
    assert math.log2(3) / 13 <= bits[2] < 0.5


def test_characters_never_seen_are_paid_for_not_refused():
    assert ngram_bits_per_char("aaaaabaaaab", "aaaZ", 3) > ngram_bits_per_char("aaaaabaaaab", "aaaa", 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bits_per_char(-0.1), "not negative"),
        (lambda: bits_per_char(math.nan), "finite"),
        (lambda: ngram_bits_per_char("", "a", 2), "train: the text is empty"),
        (lambda: ngram_bits_per_char("a", "", 2), "test: the text is empty"),
        (lambda: ngram_bits_per_char("a", "a", 0), "order must be at least 1"),
        (lambda: NgramModel("abc", 2, "ab"), r"alphabet: lacks \['c'\]"),
        (lambda: NgramModel("abc", 2, "abc").probability("a", "z"), "'z' is not in the alphabet"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()
