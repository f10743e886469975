"""Text of any length and script to numbers: a vocabulary of characters, and the place of each in it."""

import codecs
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas.datasets.processed.arrays import ArrayFile
from latent_atlas.datasets.processed.card import write_card
from latent_atlas.errors import AtlasError

_BLOCK = 1 << 20  # bytes read at once
_CODES = 0x110000
_UNKNOWN = 0xFFFD  # stands for characters too rare for the vocabulary
_SAMPLE = 600  # characters shown in the data card
_LEAST = 1000  # characters of a text


def read(path: Path) -> Iterator[str]:
    """The text of a UTF-8 file in pieces: no byte order mark, line feeds, composed characters (NFC).

    Raises:
        AtlasError: it is not UTF-8; the message names the line.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, consumed, rest, first = 1, 0, "", True
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            try:
                text = rest + decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                line = lines + error.object[: error.start].count(b"\n")
                hint = _hint(path)
                raise AtlasError(
                    f"{path}: line {line} is not UTF-8 ({error.reason}){hint}; save the file as UTF-8"
                ) from None
            lines += block.count(b"\n")
            consumed += len(block)
            if first:
                text, first = text.removeprefix("\ufeff"), False
            if not block:
                if text:
                    yield _tidy(text)
                return
            # Cut where neither a line end nor a combined character can be torn apart.
            cut = text.rfind("\n") + 1 or max(0, len(text) - 64 if len(text) > 4 * _BLOCK else 0)
            if cut:
                yield _tidy(text[:cut])
            rest = text[cut:]


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def _hint(path: Path) -> str:
    with path.open("rb") as file:
        beginning = file.read(4)
    return " (it looks like UTF-16)" if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ""


def contiguous(length: int, validation: float, test: float) -> dict[str, int]:
    """How many characters go to each split: the beginning to train, then validation, then test."""
    parts = {"validation": round(length * validation), "test": round(length * test)}
    return {"train": length - sum(parts.values()), **parts}


def count(pieces: Iterable[str]) -> NDArray[np.int64]:
    """How often each code point occurs, (0x110000,)."""
    counts = np.zeros(_CODES, np.int64)
    for piece in pieces:
        codes, numbers = np.unique(_codes(piece), return_counts=True)
        counts[codes] += numbers
    return counts


def write(
    folder: Path,
    pieces: Iterable[str],
    counts: NDArray[np.int64],
    lengths: Mapping[str, int],
    vocabulary_size: int,
    origin: str,
    card: Mapping[str, Any],
) -> None:
    """Writes ``<split>_text.npy`` and the data card.

    Args:
        folder: the processed folder.
        pieces: the whole text, split after split.
        counts: of each code point in it; see `count`.
        lengths: characters of each split, in order.
        vocabulary_size: at most so many characters; the rarest beyond that become U+FFFD.
        origin: file or source, for messages.
        card: what the source says of itself.

    Raises:
        AtlasError: the text is too short to learn from.
    """
    total = int(counts.sum())
    if total < _LEAST:
        raise AtlasError(f"{origin}: holds {total} characters; at least {_LEAST} are needed")
    codes = _choose(counts, vocabulary_size)
    dtype = np.uint8 if len(codes) <= 256 else np.uint16
    table = np.full(_CODES, np.searchsorted(codes, _UNKNOWN), np.int64)
    table[codes] = np.arange(len(codes))
    rest = np.empty(0, dtype)
    sample = ""
    source = iter(pieces)
    for split, length in lengths.items():
        with ArrayFile(folder / f"{split}_text.npy", (), dtype) as array:
            while len(array) < length:
                if not len(rest):
                    piece = next(source)
                    sample += piece[: max(0, _SAMPLE - len(sample))]
                    rest = table[_codes(piece)].astype(dtype)
                taken = rest[: length - len(array)]
                array.append(taken)
                rest = rest[len(taken) :]
    write_card(
        folder,
        {
            "kind": "text",
            "label_names": [],
            "vocabulary": [chr(code) for code in codes],
            "replaced": total - int(counts[codes].sum()),
            "beginning": sample,
            **card,
        },
    )


def _choose(counts: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """The most frequent code points, in order; U+FFFD is one of them if some had to be left out."""
    present = np.flatnonzero(counts)
    if len(present) <= most:
        return present
    frequent = present[np.lexsort((present, -counts[present]))][: most - 1]
    return np.union1d(frequent, [_UNKNOWN])


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)
