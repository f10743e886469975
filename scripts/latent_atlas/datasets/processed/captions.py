"""Captions as two plain arrays, so that they can be memory-mapped and need no pickling."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True)
class Captions:
    """The captions of a split: every image has ``per_image`` of them."""

    text: NDArray[np.uint8]  # UTF-8, end to end
    offsets: NDArray[np.int64]  # (images * per_image + 1,)
    per_image: int

    def __len__(self) -> int:
        return (len(self.offsets) - 1) // self.per_image

    def one(self, image: int, caption: int) -> str:
        """One caption of one image."""
        place = image * self.per_image + caption
        return self.text[self.offsets[place] : self.offsets[place + 1]].tobytes().decode("utf-8")

    def of(self, image: int) -> list[str]:
        """All captions of one image."""
        return [self.one(image, caption) for caption in range(self.per_image)]


def pack(captions: Iterable[Sequence[str]]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The arrays ``text`` and ``offsets`` for the captions of each image; all images have equally many."""
    encoded = [caption.encode("utf-8") for image in captions for caption in image]
    offsets = np.cumsum([0, *(len(caption) for caption in encoded)], dtype=np.int64)
    return np.frombuffer(b"".join(encoded), np.uint8), offsets


def words(caption: str) -> list[str]:
    """The words of a caption in lower case, without punctuation."""
    return _WORD.findall(caption.lower())
