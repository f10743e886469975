"""Reading zip archives that may hold hundreds of thousands of files, or may be malicious.

Python's `zipfile` keeps about half a kilobyte of objects for every entry: 108 MB for 200,000 pictures before the first
is read. This index keeps four bytes, and looks up the rest in the archive. Entries are only ever read into memory, up
to a bound; no name in an archive is ever used as a path.
"""

import mmap
import os
import re
import stat
import struct
import unicodedata
import zlib
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from latent_atlas.errors import AtlasError

LARGEST = 64 << 20  # bytes of one entry: several are in memory at once
_STORED, _DEFLATED = 0, 8
_HEAD = struct.Struct("<4s4xHH4xLLLHHH4xLL")  # of a record of the directory
_HIDDEN = re.compile(r"(^|/)(\.|__MACOSX)")
_END, _END64, _LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"


class _Entry(NamedTuple):
    """A file's record in the directory."""

    name: str
    flags: int
    method: int
    check: int  # CRC-32
    packed: int  # bytes in the archive
    size: int  # bytes when decompressed
    attributes: int
    offset: int  # of the file's own header
    length: int  # of this record


class ZipIndex:
    """The files of an archive, in the order of its directory. Many processes or threads may `read` at once."""

    def __init__(self, path: Path, called: str = "") -> None:
        """Reads the archive's directory; ``called`` is its name in messages, if it is a copy of what the user knows.

        AtlasError: not a zip archive, or one with an entry that climbs out of it, is absolute, a link, encrypted, or
        equal to another but for capitals.
        """
        self.called = called or str(path)
        self._records = array("I")  # where each file's record is in the directory
        try:
            self._descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            raise AtlasError(f"{path}: no such file") from None
        try:
            count, start, self._end = _find_directory(self._descriptor)
            # Mapped, so that all workers share its pages, and the system may drop them.
            first = start // mmap.ALLOCATIONGRANULARITY * mmap.ALLOCATIONGRANULARITY
            self._directory = mmap.mmap(self._descriptor, self._end - first, access=mmap.ACCESS_READ, offset=first)
            self._end -= first
            self._check_capitals(self._read_directory(count, start - first))
        except (struct.error, ValueError, OverflowError) as error:
            self.close()
            raise AtlasError(f"{self.called}: not a whole zip archive ({error}); make or download it again") from None
        except AtlasError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._records)

    def close(self) -> None:
        """Closes the archive."""
        os.close(self._descriptor)

    def name(self, entry: int) -> str:
        """The entry's path in the archive, with forward slashes."""
        return self._entry(self._records[entry]).name

    def names(self, entries: Iterable[int] | None = None) -> Iterator[str]:
        """The names of those entries, or of all."""
        return map(self.name, range(len(self)) if entries is None else entries)

    def in_order(self, *suffixes: str) -> NDArray[np.int32]:
        """The entries whose names end so (in any capitals), sorted by name; all without suffixes; no hidden ones."""
        chosen, last, sorted_already = array("i"), "", True
        for entry, name in enumerate(self.names()):
            if (not suffixes or name.lower().endswith(suffixes)) and not _HIDDEN.search(name):
                sorted_already &= last <= name
                last = name
                chosen.append(entry)
        if not sorted_already:  # mostly they are, and need no further memory
            return np.array(sorted(chosen, key=self.name), np.int32)
        return np.array(chosen, np.int32)

    def read(self, entry: int) -> bytes:
        """The content of an entry, checked against its checksum; ValueError: damaged, or more than `LARGEST`."""
        record = self._entry(self._records[entry])
        if max(record.size, record.packed) > LARGEST:
            raise ValueError(f"more than the {LARGEST:,} bytes allowed for one file")
        head = os.pread(self._descriptor, 30, record.offset)
        if len(head) < 30 or head[:4] != b"PK\x03\x04":
            raise ValueError("the archive is damaged here")
        skip = sum(struct.unpack("<HH", head[26:30]))
        data = os.pread(self._descriptor, record.packed, record.offset + 30 + skip)
        if record.method == _DEFLATED:
            try:
                data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, record.size + 1)
            except zlib.error:
                raise ValueError("the archive is damaged here") from None
        if len(data) != record.size or zlib.crc32(data) != record.check:
            raise ValueError("the archive is damaged here, or states less than it holds")
        return data

    def _entry(self, place: int) -> _Entry:
        """The record that begins there in the directory."""
        if place + _HEAD.size > self._end:
            raise ValueError("its directory is cut off")
        mark, flags, method, check, packed, size, name_length, extra, comment, attributes, offset = _HEAD.unpack_from(
            self._directory, place
        )
        length = _HEAD.size + name_length + extra + comment
        if mark != b"PK\x01\x02":
            raise ValueError("its directory is damaged")
        if place + length > self._end:
            raise ValueError("its directory is cut off")
        name_end = place + _HEAD.size + name_length
        name = _decode(self._directory[place + _HEAD.size : name_end], bool(flags & 0x800))
        if 0xFFFFFFFF in (size, packed, offset):
            size, packed, offset = _widen(self._directory[name_end : name_end + extra], size, packed, offset)
        return _Entry(name, flags, method, check, packed, size, attributes, offset, length)

    def _read_directory(self, count: int, place: int) -> NDArray[np.uint32]:
        """Notes where each file's record is. Returns a number for each name, the same whatever its capitals."""
        keys = array("I")
        for _ in range(count):
            entry = self._entry(place)
            self._check(entry)
            if not entry.name.endswith("/"):
                self._records.append(place)
                keys.append(zlib.crc32(entry.name.casefold().encode()))
            place += entry.length
        return np.array(keys, np.uint32)

    def _check(self, entry: _Entry) -> None:
        name = entry.name
        where = f"{self.called}: entry {name[:120]!r}"
        odd = entry.method not in (_STORED, _DEFLATED)
        for wrong, what, how in (
            ("\0" in name, "has a name that no file can have", ""),
            (name.startswith("/") or name[1:2] == ":", "has an absolute path", " with relative ones"),
            (".." in name.split("/"), "climbs out of the archive", " without it"),
            (stat.S_ISLNK(entry.attributes >> 16), "is a symbolic link", " with the file itself"),
            (entry.flags & 1, "is encrypted", " without a password"),
            (odd, f"is compressed by method {entry.method}", " with deflate (zip -r)"),
        ):
            if wrong:
                raise AtlasError(f"{where} {what}; make the archive again{how}")

    def _check_capitals(self, keys: NDArray[np.uint32]) -> None:
        """Such names are one file on many systems, and which of the two it is depends on the system."""
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        for place in np.flatnonzero(keys[1:] == keys[:-1]):
            # Names of one key stand together; they are few, and mostly have the same key by chance.
            last = np.searchsorted(keys, keys[place], side="right")
            first, *others = (self.name(int(entry)) for entry in order[place:last])
            for other in others:
                if first.casefold() == other.casefold():
                    what = "stands in it twice" if first == other else f"and {other!r} differ only in capitals"
                    raise AtlasError(f"{self.called}: {first!r} {what}; rename one of them")


def _find_directory(descriptor: int) -> tuple[int, int, int]:
    """The number of entries, and where the directory begins and ends."""
    length = os.fstat(descriptor).st_size
    tail_start = max(0, length - 65557)
    tail = os.pread(descriptor, 65557, tail_start)
    place = tail.rfind(_END)
    if place < 0:
        page = b"<html" in tail[:2000].lower() or b"<!doctype html" in tail[:2000].lower()
        raise ValueError("a web page under that name" if page else "its end is missing")
    count, _, start = struct.unpack("<HLL", tail[place + 10 : place + 20])
    end = tail_start + place
    locator = tail[place - 20 : place] if place >= 20 else b""
    if locator[:4] == _LOCATOR64:
        record = os.pread(descriptor, 56, min(struct.unpack("<Q", locator[8:16])[0], length))
        if record[:4] != _END64:
            raise ValueError("its end is damaged")
        count, _, start = struct.unpack("<QQQ", record[32:56])
    if start > end:
        raise ValueError("its directory is missing")
    return count, start, end


def _widen(extra: bytes, *values: int) -> list[int]:
    """Values that need 64 bits stand in an extra field, in order; the usual field then holds only ones."""
    wide: list[int] = []
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        if kind == 1:
            wide = [value for (value,) in struct.iter_unpack("<Q", extra[4 : 4 + length // 8 * 8])]
        extra = extra[4 + length :]
    return [wide.pop(0) if value == 0xFFFFFFFF and wide else value for value in values]


def _decode(name: bytes, utf8: bool) -> str:
    try:
        text = name.decode("utf-8")
    except UnicodeDecodeError:
        if utf8:
            raise ValueError("an entry's name is not UTF-8, though it is declared to be") from None
        text = name.decode("cp437")
    text = text.replace("\\", "/")
    return text if text.isascii() else unicodedata.normalize("NFC", text)
