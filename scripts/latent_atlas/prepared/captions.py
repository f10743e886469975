"""Captions as two plain arrays, so that they can be memory-mapped and need no pickling; and as numbers of words."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas import io

PADDING, UNKNOWN, FIRST_WORD = 0, 1, 2  # numbers that stand for no word, an unknown word, and the most frequent word
_MOST_WORDS = 64  # of a sentence; what follows is cut off
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True)
class Captions:
    """The captions of a split: every image has ``per_image`` of them."""

    text: NDArray[np.uint8]  # UTF-8, end to end
    offsets: NDArray[np.int64]  # (images * per_image + 1,)
    per_image: int
    words: tuple[str, ...]  # known ones, the most frequent first
    length: int  # words of a sentence as numbers

    def __len__(self) -> int:
        return (len(self.offsets) - 1) // self.per_image

    def __getitem__(self, rows: slice) -> "Captions":
        """The captions of the first images: only slices from 0 are needed, and allowed."""
        assert rows.start in (None, 0) and rows.step in (None, 1)
        count = len(self) if rows.stop is None else min(rows.stop, len(self))
        return replace(self, offsets=self.offsets[: count * self.per_image + 1])

    def one(self, image: int, caption: int) -> str:
        """One caption of one image."""
        place = image * self.per_image + caption
        return self.text[self.offsets[place] : self.offsets[place + 1]].tobytes().decode("utf-8")

    def of(self, image: int) -> list[str]:
        """All captions of one image."""
        return [self.one(image, caption) for caption in range(self.per_image)]

    def numbers(self, rows: Sequence[int], choices: Sequence[int]) -> NDArray[np.int32]:
        """For each row the caption chosen, as numbers of words: int32 (n, length)."""
        return self.tokenise([self.one(int(row), int(choice)) for row, choice in zip(rows, choices, strict=True)])

    def tokenise(self, sentences: Iterable[str]) -> NDArray[np.int32]:
        """Sentences as numbers of words, (n, length): padded with `PADDING`, longer ones cut off."""
        found = []
        for sentence in sentences:
            numbers = [self._numbers.get(word, UNKNOWN) for word in split_words(sentence)][: self.length]
            found.append(numbers + [PADDING] * (self.length - len(numbers)))
        return np.array(found, np.int32).reshape(-1, self.length)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words, FIRST_WORD)}


def write_captions(folder: Path, split: str, captions: Iterable[Sequence[str]], column: str = "captions") -> None:
    """Writes ``<split>_<column>.npy`` and ``<split>_<column>_offsets.npy``; each image has equally many."""
    encoded = [caption.encode("utf-8") for image in captions for caption in image]
    offsets = np.cumsum([0, *(len(caption) for caption in encoded)], dtype=np.int64)
    io.save_array(folder / f"{split}_{column}.npy", np.frombuffer(b"".join(encoded), np.uint8))
    io.save_array(folder / f"{split}_{column}_offsets.npy", offsets)


def captions_entry(training: Iterable[Sequence[str]], per_image: int) -> dict[str, Any]:
    """The entry of a column of captions in the data card.

    ``words`` are those of the training captions, from the most to the least frequent, equals in alphabetical order.
    """
    counts: Counter[str] = Counter()
    longest = 1
    for image in training:
        for caption in image:
            found = split_words(caption)
            counts.update(found)
            longest = max(longest, len(found))
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    return {
        "kind": "captions",
        "shape": [min(longest, _MOST_WORDS)],
        "size": len(ordered) + FIRST_WORD,
        "per_image": per_image,
        "words": ordered,
    }


def split_words(caption: str) -> list[str]:
    """The words of a caption in lower case, without punctuation."""
    return _WORD.findall(caption.lower())
