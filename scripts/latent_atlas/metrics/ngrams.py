"""Text: bits per character, and what counting and compressing reach, which a network has to beat.

All of it is bounded: of the training text only the last `COUNTED` characters are read.
"""

import lzma
import math
import zlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

ORDERS = 6  # of the longest n-gram
COUNTED = 4_000_000  # characters of the training text that are counted or compressed, the last ones
_TESTED = 1_000_000  # characters of the held-out text that are compressed


def bits_per_char(nats_per_char: float) -> float:
    """Turns a mean cross-entropy in nats (what Keras calls the loss) into bits.

    Args:
        nats_per_char: mean of -ln p(character), >= 0.

    Raises:
        ValueError: negative or not finite.
    """
    if not (math.isfinite(nats_per_char) and nats_per_char >= 0.0):
        raise ValueError(f"nats per character must be finite and not negative, got {nats_per_char}")
    return float(nats_per_char) / math.log(2.0)


def ngram_bits(train: NDArray[np.integer], test: NDArray[np.integer], characters: int) -> list[float]:
    """Bits per character of n-gram models of order 1 to `ORDERS` on a text after its first character.

    Args: as of `ngram_nats`; of ``train`` the last `COUNTED` characters are counted.
    """
    nats = ngram_nats(np.asarray(train[-COUNTED:]), test, characters, ORDERS)
    return [bits_per_char(float(each[1:].mean())) for each in nats]


def ngram_nats(
    train: NDArray[np.integer], test: NDArray[np.integer], characters: int, orders: int
) -> NDArray[np.float64]:
    """-log p of each character of a text under n-gram models with interpolated Kneser-Ney smoothing.

        p_m(c | h) = max(N_m(h c) - D_m, 0) / N_m(h)  +  D_m T_m(h) / N_m(h) * p_{m-1}(c | h')

    N_m(h) is the sum of N_m(h c) over c, T_m(h) how many c have N_m(h c) > 0, and h' is h without its first
    character; a context never seen is passed down to the shorter one. At the highest order N_m counts
    occurrences, below it the different characters seen before h c (a short context is only asked when the
    longer one failed, so what matters is in how many places it occurs). Below the single characters lies the
    uniform distribution over all characters, so that nothing has probability 0.

    Kneser and Ney, "Improved backing-off for m-gram language modeling", 1995; the interpolated form and the
    discount D = n1 / (n1 + 2 n2) from Chen and Goodman, "An empirical study of smoothing techniques for
    language modeling", 1998.

    Args:
        train: text to count, (n,), not empty, numbers below ``characters``.
        test: text to predict, (m,), not empty; it begins without any context.
        characters: how many there are.
        orders: of the longest n-gram, >= 1.

    Returns:
        (orders, m): row n - 1 is of order n. Takes time and memory in proportion to the lengths and the orders.

    Raises:
        ValueError: an empty text, or orders < 1.
    """
    if not len(train) or not len(test):
        raise ValueError(f"{'test' if len(train) else 'train'}: the text is empty")
    if orders < 1:
        raise ValueError(f"order must be at least 1, got {orders}")
    text = np.concatenate([train, test]).astype(np.int64)
    # Every sequence of m characters has a number: that of its first m - 1 and its last one, made dense.
    sequences = [np.zeros(len(text) + 1, np.int64)]
    for length in range(1, orders + 2):
        pairs = sequences[-1][: len(text) - length + 1] * characters + text[length - 1 :]
        sequences.append(np.unique(pairs, return_inverse=True)[1])
    shorter = np.full(len(test), 1.0 / characters)
    result = np.empty((orders, len(test)))
    for length in range(1, orders + 1):
        grams, counted = sequences[length], max(0, len(train) - length + 1)
        kinds, after = int(grams.max(initial=-1)) + 1, max(0, counted - 1)
        _, first = np.unique(sequences[length + 1][:after], return_index=True)
        occurrences = np.bincount(grams[:counted], minlength=kinds)
        places = np.bincount(grams[first + 1], minlength=kinds)
        at = np.arange(length - 1, len(test))  # those with enough text before them
        asked = grams[len(train) + at - length + 1], sequences[length - 1][len(train) + at - length + 1]
        contexts = np.zeros(kinds, np.int64)
        contexts[grams] = sequences[length - 1][: len(grams)]
        result[length - 1] = shorter
        result[length - 1, at] = _interpolated(occurrences, contexts, *asked, shorter[at])
        shorter[at] = _interpolated(places, contexts, *asked, shorter[at])
    return -np.log(result)


def _interpolated(
    counts: NDArray[np.integer],
    contexts: NDArray[np.int64],
    grams: NDArray[np.int64],
    histories: NDArray[np.int64],
    shorter: NDArray[np.float64],
) -> NDArray[np.float64]:
    """One level of the formula: ``counts`` and ``contexts`` of each kind of n-gram, and what is asked for."""
    if not len(grams):
        return shorter  # the text ends before any has so many characters before it
    size = int(max(contexts.max(), histories.max())) + 1
    total = np.bincount(contexts, counts, size)[histories]
    followers = np.bincount(contexts, counts > 0, size)[histories]
    discount = _discount(counts)
    level = (np.maximum(counts[grams] - discount, 0.0) + discount * followers * shorter) / np.maximum(total, 1)
    return np.where(total > 0, level, shorter)


def _discount(counts: NDArray[np.integer]) -> float:
    """n1 / (n1 + 2 n2), n1 and n2 being how many counts are 1 and 2: by how much a count overstates."""
    ones, twos = int((counts == 1).sum()), int((counts == 2).sum())
    # In a text too short or too regular to have both, the formula says 0 (nothing unseen is possible) or 1
    # (nothing seen is believed) or 0 / 0; half is the usual guess.
    return ones / (ones + 2 * twos) if ones and twos else 0.5


def _gzip(text: bytes) -> int:
    return len(zlib.compress(text, 9))


def _xz(text: bytes) -> int:
    return len(lzma.compress(text))


COMPRESSORS: dict[str, Callable[[bytes], int]] = {"gzip": _gzip, "xz": _xz}


def compressed_bits(train: str, test: str) -> dict[str, float]:
    """What a compressor needs for a text that comes after the training text, in bits per character.

    8 (size(train + test) - size(train)) / characters of test, both in UTF-8: gzip, which remembers 32 kB, and xz,
    which remembers 8 MB. Of the training text the last `COUNTED` characters, of the other the first million.
    """
    before, after = train[-COUNTED:].encode(), test[:_TESTED]
    return {name: 8 * (size(before + after.encode()) - size(before)) / len(after) for name, size in COMPRESSORS.items()}


def spelled(numbers: NDArray[np.integer], vocabulary: NDArray[np.str_]) -> str:
    """A text from the numbers of its characters; of a long one the last `COUNTED`."""
    return "".join(vocabulary[numbers[-COUNTED:]])
