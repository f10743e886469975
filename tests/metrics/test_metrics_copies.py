"""Words that exist and passages that were copied, against counting by hand and by brute force."""

import random

import pytest

from latent_atlas.errors import TooFewError
from latent_atlas.metrics.copies import known_words, longest_copy


def test_words_are_looked_up_whatever_their_case_and_script():
    train = "The rain in Spain. Мой дядя самых честных правил"
    assert known_words([" the pain in Spain "], train) == 3 / 4
    assert known_words(["дядя ДЯДЯ тётя правил "], train) == 2 / 3  # the first word may be cut off
    assert known_words([" it's rain2rain "], train) == 2 / 4  # letters alone make words


def test_words_that_may_be_cut_off_do_not_count():
    assert known_words(["xx the yy", "zz in"], "the") == 1


def test_without_words_there_is_no_share():
    with pytest.raises(TooFewError, match="there are none"):
        known_words(["12 34 !"], "a text")


def test_the_longest_copy_is_found_in_the_middle_of_texts():
    assert longest_copy(["xx the rain yy", "rain in spa"], "the rain in spain") == 11
    assert longest_copy(["abc"], "xyz") == 0
    assert longest_copy(["abc"], "abc") == 3
    assert longest_copy(["abcdefgh"], "abc") == 3
    assert longest_copy([""], "abc") == 0
    assert longest_copy(["ein größerer Fuß"], "größere Füße") == 7


def test_the_longest_copy_is_what_brute_force_finds():
    source = random.Random(0)
    for _ in range(100):
        train = "".join(source.choices("ab", k=source.randint(1, 40)))
        texts = ["".join(source.choices("ab", k=source.randint(1, 20))) for _ in range(2)]
        pieces = (text[start:stop] for text in texts for stop in range(len(text) + 1) for start in range(stop))
        assert longest_copy(texts, train) == max((len(piece) for piece in pieces if piece in train), default=0)
