"""What was written, against the training text: words that it holds, and passages copied from it."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from latent_atlas.errors import TooFewError

_WORD = re.compile(r"[^\W\d_]+")
_BASE = np.uint64(0x9E3779B97F4A7C15)


def known_words(texts: Sequence[str], train: str) -> float:
    """The share of words in some texts that occur in the training text, in capitals or not; words are runs of letters.

    A word at the beginning or end of a text may be cut off and is not counted.

    Raises:
        TooFewError: there are no words.
    """
    words = [
        match[0].casefold()
        for text in texts
        for match in _WORD.finditer(text)
        if match.start() > 0 and match.end() < len(text)
    ]
    if not words:
        raise TooFewError("needs words in what was written, there are none")
    return float(np.isin(words, list({word.casefold() for word in _WORD.findall(train)})).mean())


def longest_copy(texts: Sequence[str], train: str) -> int:
    """How many characters the longest passage of some texts has that stands in the training text as it is."""
    length, beyond = 0, max(map(len, texts), default=0) + 1
    coded, codes = [_codes(text) for text in texts], _codes(train)
    while beyond - length > 1:
        middle = (length + beyond) // 2
        asked = np.unique(np.concatenate([_hashes(each, middle) for each in coded]))
        found = _hashes(codes, middle)
        place = np.minimum(np.searchsorted(asked, found), len(asked) - 1)
        length, beyond = (middle, beyond) if (asked[place] == found).any() else (length, middle)
    return length


def _hashes(codes: NDArray[np.uint64], length: int) -> NDArray[np.uint64]:
    """A number of 64 bits for each run of ``length`` characters, (n - length + 1,): sum of code times powers."""
    runs = max(0, len(codes) - length + 1)
    total, done = np.zeros(runs, np.uint64), 0
    block, power, size = codes, _BASE, 1  # of runs of 1, 2, 4, ... characters
    with np.errstate(over="ignore"):
        while runs and done < length:
            if length & size:
                total = total * power + block[done : done + runs]
                done += size
            if 2 * size <= length:
                block, power, size = block[:-size] * power + block[size:], power * power, 2 * size
            else:
                break
    return total


def _codes(text: str) -> NDArray[np.uint64]:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64) + np.uint64(1)
