"""Bits per character, n-grams and compressors: a probability distribution, checked by hand."""

import lzma
import math
import random
import time
from collections import Counter, defaultdict

import numpy as np
import pytest

from latent_atlas.metrics.ngrams import bits_per_char, compressed_bits, ngram_bits, ngram_nats, spelled

RHYME = "the rain in spain stays mainly in the plain. the pain in the train remains plain.\n" * 3
CODES = 128


def numbers(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), np.uint8)


def probability(train: str, order: int, context: str, character: str, alphabet: str) -> float:
    """Of a character after a context, the alphabet being these characters alone."""
    place = {sign: number for number, sign in enumerate(alphabet)}
    one, other = ([place[sign] for sign in text] for text in (train, context + character))
    return float(np.exp(-ngram_nats(np.array(one), np.array(other), len(alphabet), order)[-1, -1]))


def test_bits_are_nats_over_log_two():
    assert bits_per_char(math.log(2)) == pytest.approx(1.0, rel=1e-15)
    assert bits_per_char(math.log(256)) == pytest.approx(8.0, rel=1e-15)
    assert bits_per_char(0.0) == 0.0


@pytest.mark.parametrize("order", [1, 2, 3, 6])
def test_probabilities_sum_to_one_after_any_context(order):
    alphabet = sorted(set(RHYME) | {"X", "z"})
    for context in ["", "t", "the ra", "zz", "X", "hX", "Xh", " in the p", RHYME[94:100]]:
        total = math.fsum(probability(RHYME[:100], order, context, sign, alphabet) for sign in alphabet)
        assert total == pytest.approx(1.0, abs=1e-12), context


@pytest.mark.parametrize("train", ["a", "aa", "ab", "aaaaaaaa", "abababab", "aabb" * 5])
@pytest.mark.parametrize("order", [1, 2, 4])
def test_degenerate_texts_still_give_distributions_without_zeros(train, order):
    for context in ["", "a", "ab", "ca", "bba"]:
        values = [probability(train, order, context, sign, "abc") for sign in "abc"]
        assert min(values) > 0.0
        assert math.fsum(values) == pytest.approx(1.0, abs=1e-12)


def test_single_characters_by_hand():
    # Counts a 3, b 2, c 1: n1 = 1, n2 = 1, so D = 1/3; three kinds in six characters; four in the alphabet.
    spared = (1 / 3) * 3 / 6 / 4
    for character, count in (("a", 3), ("c", 1)):
        found = probability("abacab", 1, "", character, "abcd")
        assert found == pytest.approx((count - 1 / 3) / 6 + spared, rel=1e-12)
    assert probability("abacab", 1, "", "d", "abcd") == pytest.approx(spared, rel=1e-12)


def test_pairs_by_hand():
    # Pairs ab 2, ba 1, ac 1, ca 1: n1 = 3, n2 = 1, D2 = 3/5. Different characters before a: 2 (b, c), b: 1,
    # c: 1; n1 = 2, n2 = 1, D1 = 1/2, four in all, three kinds, |A| = 3.
    after_all = {"a": (2 - 0.5) / 4 + 0.5 * 3 / 4 / 3, "b": (1 - 0.5) / 4 + 0.5 * 3 / 4 / 3}
    assert probability("abacab", 2, "", "a", "abc") == pytest.approx(after_all["a"], rel=1e-12)
    # After a: b 2, c 1.
    after_a = {"b": (2 - 0.6) / 3 + 0.6 * 2 / 3 * after_all["b"], "a": 0.6 * 2 / 3 * after_all["a"]}
    for character, expected in after_a.items():
        assert probability("abacab", 2, "a", character, "abc") == pytest.approx(expected, rel=1e-12)
        assert probability("abacab", 2, "cba", character, "abc") == pytest.approx(expected, rel=1e-12)


def test_places_count_below_the_top_order_not_occurrences():
    # "q" occurs often but always after "p": after an unseen character it must be less likely than "x", which
    # is rarer but follows many different characters. This is what distinguishes Kneser-Ney.
    train = "pq" * 40 + "ax" + "bx" + "cx" + "dx" + "ex"
    alphabet = sorted(set(train) | {"Z"})
    assert train.count("q") > train.count("x")
    assert probability(train, 2, "Z", "x", alphabet) > probability(train, 2, "Z", "q", alphabet)
    assert probability(train, 2, "p", "q", alphabet) > 0.9


def slow_probability(train: str, order: int, history: str, character: str) -> float:
    """The formula as it stands, with dictionaries, one length after the other."""
    result = 1 / CODES
    for length in range(1, min(order, len(history) + 1) + 1):
        grams = Counter(train[at : at + length] for at in range(len(train) - length + 1))
        if length < order:
            grams = Counter(g[1:] for g in {train[at : at + length + 1] for at in range(len(train) - length)})
        followers: dict[str, dict[str, int]] = defaultdict(dict)
        for gram, count in grams.items():
            followers[gram[:-1]][gram[-1]] = count
        ones, twos = (sum(count == n for count in grams.values()) for n in (1, 2))
        discount = ones / (ones + 2 * twos) if ones and twos else 0.5
        row = followers.get(history[len(history) - length + 1 :], {})
        if not row:
            break
        spared = discount * len(row) * result
        result = (max(row.get(character, 0) - discount, 0) + spared) / sum(row.values())
    return result


def test_all_orders_at_once_are_the_formula_one_by_one():
    train, test = RHYME[:150], "the plain train zzz in"
    found = ngram_nats(numbers(train), numbers(test), CODES, 5)
    for order in range(1, 6):
        slow = [-math.log(slow_probability(train, order, test[:at], sign)) for at, sign in enumerate(test)]
        np.testing.assert_allclose(found[order - 1], slow, rtol=1e-10)


def test_bits_leave_out_the_first_character_which_no_model_is_asked_for():
    train, test = numbers(RHYME[:150]), numbers("the plain train")
    nats = ngram_nats(train, test, CODES, 6)
    assert ngram_bits(train, test, CODES) == pytest.approx(nats[:, 1:].mean(axis=1) / math.log(2), rel=1e-12)


def test_uniform_noise_costs_what_it_must():
    text = np.array(random.Random(0).choices(range(4), k=40_000))
    found = ngram_nats(text[:30_000], text[30_000:], 4, 3).mean(axis=1) / math.log(2)
    assert found == pytest.approx([2.0, 2.0, 2.0], abs=0.01)


def test_context_helps_where_there_is_structure():
    source = random.Random(0)
    text = numbers("".join(source.choice(["the cat sat. ", "the dog ran. ", "a bird sang. "]) for _ in range(2000)))
    bits = ngram_bits(text[:20_000], text[20_000:], CODES)
    assert bits[0] > bits[1] > bits[3]
    # The source spends log2(3) bits on 13 characters, and no model can spend less.
    assert math.log2(3) / 13 <= bits[3] < 0.5


def test_of_a_long_text_only_the_end_is_counted(monkeypatch):
    monkeypatch.setattr("latent_atlas.metrics.ngrams.COUNTED", 50)
    end, test = numbers("ab" * 25), numbers("abab")
    assert ngram_bits(np.concatenate([numbers("xyzab" * 100), end]), test, CODES) == ngram_bits(end, test, CODES)
    words = np.array(["a", "b"])
    assert spelled(np.array([1] * 100 + [0] * 50), words) == "a" * 50


def test_a_million_characters_take_seconds():
    text = np.random.default_rng(0).geometric(0.1, 1_000_000) % 90
    start = time.process_time()
    ngram_bits(text[:-100_000], text[-100_000:], 90)
    assert time.process_time() - start < 20


def test_compressors_pay_for_what_is_new():
    noise = "".join(random.Random(0).choices("abcdefgh", k=60_000))
    found = compressed_bits(noise[:50_000], noise[50_000:])
    assert all(3 <= bits < 3.6 for bits in found.values())  # log2 8
    known = compressed_bits(noise, noise[:10_000])  # read 60,000 characters ago
    assert known["xz"] < 0.1 and known["gzip"] > 3  # gzip has forgotten it
    assert compressed_bits("", noise)["xz"] == 8 * (len(lzma.compress(noise.encode())) - 32) / 60_000


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bits_per_char(-0.1), "not negative"),
        (lambda: bits_per_char(math.nan), "finite"),
        (lambda: ngram_nats(numbers(""), numbers("a"), CODES, 2), "train: the text is empty"),
        (lambda: ngram_nats(numbers("a"), numbers(""), CODES, 2), "test: the text is empty"),
        (lambda: ngram_nats(numbers("a"), numbers("a"), CODES, 0), "order must be at least 1"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()
