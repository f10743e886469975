"""Reading zip archives that may hold hundreds of thousands of files, or mean harm.

Python's `zipfile` keeps about a kilobyte of objects for every entry: 200 MB for CelebA before the first
picture is read. This index keeps some tens of bytes. Entries are only ever read into memory, up to a bound;
no name in an archive is ever used as a path.
"""

import os
import struct
import unicodedata
import zlib
from array import array
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from latent_atlas.errors import AtlasError

LARGEST = 64 << 20  # bytes of one entry: several are in memory at once
_STORED, _DEFLATED = 0, 8
_LONGEST_NAME = 1000  # characters
_END, _END64, _LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"


class ZipIndex:
    """The files of an archive, in the order of its directory. Many threads may `read` at once."""

    def __init__(self, path: Path, called: str = "") -> None:
        """Reads the archive's directory and refuses what is unsafe in it.

        Args:
            path: the archive.
            called: its name in messages, if it is a copy of what the user knows.

        Raises:
            AtlasError: not a zip archive, or one with an entry that climbs out of it, is absolute, a link,
                encrypted, or equal to another but for capitals.
        """
        self.path = path
        self._called = called or str(path)
        self._names, self._ends = bytearray(), array("L", [0])
        self._offsets, self._packed, self._sizes = array("Q"), array("I"), array("I")
        self._checks, self._methods = array("I"), array("B")
        try:
            self._descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            raise AtlasError(f"{path}: no such file") from None
        try:
            with os.fdopen(os.dup(self._descriptor), "rb") as file:
                self._read_directory(file)
        except (struct.error, ValueError, EOFError) as error:
            self.close()
            raise AtlasError(f"{self._called}: not a whole zip archive ({error}); make or download it again") from None
        except AtlasError:
            self.close()
            raise
        self._check_capitals()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._offsets)

    def close(self) -> None:
        """Closes the archive."""
        os.close(self._descriptor)

    def name(self, entry: int) -> str:
        """The entry's path in the archive, with forward slashes."""
        return self._names[self._ends[entry] : self._ends[entry + 1]].decode("utf-8")

    def in_order(self, *suffixes: str) -> NDArray[np.int64]:
        """The entries whose names end so (in any capitals), sorted by name; all of them without suffixes."""
        chosen = np.fromiter(
            (e for e in range(len(self)) if not suffixes or self.name(e).lower().endswith(suffixes)), np.int64
        )
        longest = max((self._ends[entry + 1] - self._ends[entry] for entry in chosen), default=0)
        # Bytes of one width take a tenth of the memory that objects take; names hold no zero bytes, with
        # which NumPy fills them up.
        keys = np.zeros(len(chosen), f"S{max(longest, 1)}")
        for place, entry in enumerate(chosen):
            keys[place] = bytes(self._names[self._ends[entry] : self._ends[entry + 1]])
        return chosen[np.argsort(keys, kind="stable")]

    def read(self, entry: int) -> bytes:
        """The content of an entry, checked against its checksum; never more than `LARGEST`.

        Raises:
            ValueError: it is damaged, or too large.
        """
        size, packed = self._sizes[entry], self._packed[entry]
        if max(size, packed) > LARGEST:
            raise ValueError(f"more than the {LARGEST:,} bytes allowed for one file")
        head = os.pread(self._descriptor, 30, self._offsets[entry])
        if len(head) < 30 or head[:4] != b"PK\x03\x04":
            raise ValueError("the archive is damaged here")
        skip = sum(struct.unpack("<HH", head[26:30]))
        data = os.pread(self._descriptor, packed, self._offsets[entry] + 30 + skip)
        if self._methods[entry] == _DEFLATED:
            try:
                data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, size + 1)
            except zlib.error:
                raise ValueError("the archive is damaged here") from None
        if len(data) != size or zlib.crc32(data) != self._checks[entry]:
            raise ValueError("the archive is damaged here, or says less than it holds")
        return data

    def _read_directory(self, file: BinaryIO) -> None:
        count, start, end = _find_directory(file)
        file.seek(start)
        for _ in range(count):
            record = file.read(46)
            if record[:4] != b"PK\x01\x02":
                raise ValueError("its directory is damaged")
            flags, method, check, packed, size, name_length, extra_length, comment_length = struct.unpack(
                "<8xHH4xLLLHHH", record[:34]
            )
            attributes, offset = struct.unpack("<LL", record[38:46])
            name = _decode(file.read(name_length), bool(flags & 0x800))
            extra = file.read(extra_length)
            file.seek(comment_length, os.SEEK_CUR)
            if file.tell() > end:
                raise ValueError("its directory is cut off")
            self._check(name, flags, method, attributes)
            if name.endswith("/"):
                continue
            size, packed, offset = _widen(extra, size, packed, offset)
            self._names += name.encode("utf-8")
            self._ends.append(len(self._names))
            for column, value in (
                (self._offsets, offset),
                (self._packed, min(packed, LARGEST + 1)),  # what is larger is never read
                (self._sizes, min(size, LARGEST + 1)),
                (self._checks, check),
                (self._methods, method),
            ):
                column.append(value)

    def _check(self, name: str, flags: int, method: int, attributes: int) -> None:
        where = f"{self._called}: entry {name[:120]!r}"
        if "\0" in name or len(name) > _LONGEST_NAME:
            raise AtlasError(f"{where} has a name that no file can have; make the archive again")
        if name.startswith("/") or name[1:2] == ":":
            raise AtlasError(f"{where} has an absolute path; make the archive again with relative ones")
        if ".." in name.split("/"):
            raise AtlasError(f"{where} climbs out of the archive; make the archive again without it")
        if attributes >> 16 & 0o170000 == 0o120000:
            raise AtlasError(f"{where} is a symbolic link; make the archive again with the file itself")
        if flags & 1:
            raise AtlasError(f"{where} is encrypted; make the archive again without a password")
        if method not in (_STORED, _DEFLATED):
            raise AtlasError(f"{where} is compressed by method {method}; make the archive again with deflate (zip -r)")

    def _check_capitals(self) -> None:
        """Such names are one file on many systems, and which of the two it is depends on the system."""
        keys = np.fromiter((zlib.crc32(self.name(e).casefold().encode()) for e in range(len(self))), np.uint32)
        order = np.argsort(keys, kind="stable").astype(np.uint32)
        keys = keys[order]
        for place in np.flatnonzero(keys[1:] == keys[:-1]):
            # Names of one key stand together; they are few, and mostly only meet by chance.
            last = np.searchsorted(keys, keys[place], side="right")
            names = [self.name(int(entry)) for entry in order[place:last]]
            for second in names[1:]:
                if names[0].casefold() == second.casefold():
                    same = names[0] == second
                    what = "stands in it twice" if same else f"and {second!r} differ only in capitals"
                    self.close()
                    raise AtlasError(f"{self._called}: {names[0]!r} {what}; rename one of them")


def _find_directory(file: BinaryIO) -> tuple[int, int, int]:
    """The number of entries, and where the directory begins and ends."""
    length = file.seek(0, os.SEEK_END)
    tail_start = max(0, length - 65557)
    file.seek(tail_start)
    tail = file.read()
    place = tail.rfind(_END)
    if place < 0:
        page = b"<html" in tail[:2000].lower() or b"<!doctype html" in tail[:2000].lower()
        raise ValueError("a web page under that name" if page else "its end is missing")
    count, _, start = struct.unpack("<HLL", tail[place + 10 : place + 20])
    end = tail_start + place
    locator = tail[place - 20 : place] if place >= 20 else b""
    if locator[:4] == _LOCATOR64:
        file.seek(struct.unpack("<Q", locator[8:16])[0])
        record = file.read(56)
        if record[:4] != _END64:
            raise ValueError("its end is damaged")
        count, _, start = struct.unpack("<QQQ", record[32:56])
    if start >= length:
        raise ValueError("its directory is missing")
    return count, start, end


def _widen(extra: bytes, *values: int) -> list[int]:
    """Values that need 64 bits stand in an extra field, in order, and say so by being all ones."""
    wide = b""
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        if kind == 1:
            wide = extra[4 : 4 + length]
        extra = extra[4 + length :]
    widened = []
    for value in values:
        if value == 0xFFFFFFFF and len(wide) >= 8:
            widened.append(struct.unpack("<Q", wide[:8])[0])
            wide = wide[8:]
        else:
            widened.append(value)
    return widened


def _decode(name: bytes, utf8: bool) -> str:
    try:
        text = name.decode("utf-8")
    except UnicodeDecodeError:
        if utf8:
            raise ValueError("an entry's name is not UTF-8, though it says so") from None
        text = name.decode("cp437")
    return unicodedata.normalize("NFC", text.replace("\\", "/"))
