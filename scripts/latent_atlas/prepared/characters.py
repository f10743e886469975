"""Text of any length and script to numbers: a vocabulary of characters, and the place of each in it."""

import codecs
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_atlas.columns import Column
from latent_atlas.errors import AtlasError
from latent_atlas.prepared.array_file import ArrayFile
from latent_atlas.prepared.card import write_card

COLUMNS = {"text": Column("text", (), None, "text")}  # how many characters there are, only the file tells


def columns(options: object) -> dict[str, Column]:
    """Those of every source of text: a text."""
    return COLUMNS


_BLOCK = 1 << 20  # characters read at once
_CODES = 0x110000
_UNKNOWN = 0xFFFD  # stands for characters too rare for the vocabulary
_SAMPLE = 600  # characters shown in the data card
_LEAST = 1000  # characters of a text


def read(path: Path) -> Iterator[str]:
    """The text of a UTF-8 file in pieces: no byte order mark, line feeds, composed characters (NFC).

    AtlasError: it is not UTF-8; the message names the line.
    """
    rest = ""
    try:
        with path.open(encoding="utf-8-sig") as file:
            while text := file.read(_BLOCK):
                text = rest + text
                # Cut where no combined character can be torn apart.
                cut = text.rfind("\n") + 1 or max(0, len(text) - 64 if len(text) > 4 * _BLOCK else 0)
                yield unicodedata.normalize("NFC", text[:cut])
                rest = text[cut:]
    except UnicodeDecodeError as error:
        where = f"line {_first_bad_line(path)} is not UTF-8 ({error.reason})"
        raise AtlasError(f"{path}: {where}{_hint(path)}; save the file as UTF-8") from None
    yield unicodedata.normalize("NFC", rest)


def _first_bad_line(path: Path) -> int:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                decoder.decode(line)
            except UnicodeDecodeError:
                return number
    return number  # the last one is cut off


def _hint(path: Path) -> str:
    with path.open("rb") as file:
        beginning = file.read(4)
    return " (it looks like UTF-16)" if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ""


def write_file(folder: Path, path: Path, about: Mapping[str, Any], *, parts: tuple[float, float] = (0.05, 0.05),
               vocabulary: int = 256, called: str = "") -> None:  # fmt: skip
    """Writes the text of a file and the data card, split by position: training, then validation, then test.

    ``about`` is what the source says of itself, without the split; ``parts`` are the fractions of the characters for
    validation and test; ``called`` is the file's name in messages, if it is a copy of what the user knows.
    """
    counts = count(read(path))
    length = int(counts.sum())
    validation, test = (round(length * part) for part in parts)
    lengths = {"train": length - validation - test, "validation": validation, "test": test}
    about = {**about, "split": f"contiguous, in characters: {lengths}"}
    write_text(folder, read(path), counts, lengths, vocabulary, called or str(path), about)


def count(pieces: Iterable[str]) -> NDArray[np.int64]:
    """How often each code point occurs, (0x110000,)."""
    counts = np.zeros(_CODES, np.int64)
    for piece in pieces:
        codes, numbers = np.unique(_codes(piece), return_counts=True)
        counts[codes] += numbers
    return counts


def write_text(
    folder: Path,
    pieces: Iterable[str],
    counts: NDArray[np.int64],
    lengths: Mapping[str, int],
    vocabulary: int,
    called: str,
    about: Mapping[str, Any],
) -> None:
    """Writes ``<split>_text.npy`` and the data card; AtlasError: the text is too short to learn from.

    ``pieces`` are the whole text, split after split, with ``counts`` of each code point (see `count`) and ``lengths``,
    the characters of each split in order. Of more characters than ``vocabulary`` the rarest become U+FFFD. ``called``
    is the file or source, for messages.
    """
    total = int(counts.sum())
    if total < _LEAST:
        raise AtlasError(f"{called}: holds {total} characters; at least {_LEAST} are needed")
    codes = _choose(counts, vocabulary)
    dtype = np.uint8 if len(codes) <= 256 else np.uint16
    table = np.full(_CODES, np.searchsorted(codes, _UNKNOWN), np.int64)
    table[codes] = np.arange(len(codes))
    rest, sample, source = np.empty(0, dtype), "", iter(pieces)
    for split, length in lengths.items():
        with ArrayFile(folder / f"{split}_text.npy", (), dtype) as array:
            while len(array) < length:
                if not len(rest):
                    piece = next(source)
                    sample += piece[: max(0, _SAMPLE - len(sample))]
                    rest = table[_codes(piece)].astype(dtype)
                taken, rest = np.split(rest, [length - len(array)])
                array.append(taken)
    about = {"replaced": total - int(counts[codes].sum()), "beginning": sample, **about}
    write_card(folder, about, {"text": {"kind": "text", "vocabulary": [chr(code) for code in codes]}})


def _choose(counts: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """The most frequent code points, in order; U+FFFD is one of them if some had to be left out."""
    present = np.flatnonzero(counts)
    if len(present) <= most:
        return present
    frequent = present[np.lexsort((present, -counts[present]))][: most - 1]
    return np.union1d(frequent, [_UNKNOWN])


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)
