"""The spool: callbacks on disk between the door's process, which appends, and the program, which takes them out.

A folder of numbered files. `N.open` is being written; renamed `N.done`, it never changes again. A file is a row of
records, each its length, its CRC-32 and its text, so that an end that was torn off by a crash is known for what it
is: something that was never acknowledged. Only the program deletes files, once all they hold is in the database.
Records have keys of their own: one that is taken twice, after a crash, counts once.
"""

from __future__ import annotations

import logging
import os
import re
import struct
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

Row = dict[str, Any]

_HEAD = struct.Struct("<II")
_NAME = re.compile(r"(\d{20})\.(open|done)")
_LARGEST_FILE = 8 * 1024 * 1024
# What was taken in must not stay on disk for long beside the database: a file is closed after so many seconds.
_OLDEST = 10.0
# A disk that has just refused is not asked again for each callback.
_REST = 0.2


def to_record(row: Row) -> bytes:
    """A row of table `callback` as it stands in the spool."""
    text = f"{row['callback_id']}\n{row['kind']}\n{row['received_utc'].isoformat()}\n{row['form']}".encode()
    return _HEAD.pack(len(text), zlib.crc32(text)) + text


def _to_row(text: bytes) -> Row:
    callback_id, kind, received, form = text.decode().split("\n", 3)
    return {"callback_id": callback_id, "kind": kind, "form": form, "received_utc": datetime.fromisoformat(received)}


class SpoolWriter:
    """The one writer of a spool. What the last writer left open is closed first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: int | None = None
        self._path = folder
        self._size = 0
        self._last_number = 0
        self._opened_at = 0.0
        self._rest_until = 0.0
        self._in_trouble = False
        with suppress(OSError):  # whatever is wrong with the folder is said when something is to be written
            for number, kind in _files(folder):
                self._last_number = number
                if kind == "open":
                    _path(folder, number, "open").rename(_path(folder, number, "done"))

    def append(self, records: Sequence[bytes]) -> None:
        """Make the records durable, all with one fsync. Raises OSError where the disk refuses.

        After that the file is given up: what the system says of it later cannot be believed. What it holds of
        the refused records may be taken in all the same; they will be posted again, and count once.
        """
        if self._in_trouble and time.monotonic() < self._rest_until:
            raise OSError("the disk has just refused")
        try:
            if self._file is None:
                self._open()
            assert self._file is not None
            data = b"".join(records)
            written = os.write(self._file, data)
            while written < len(data):
                written += os.write(self._file, data[written:])
            os.fdatasync(self._file)
        except OSError as error:
            self._rest_until = time.monotonic() + _REST
            if not self._in_trouble:
                log.error("callbacks cannot be stored (%s); they are refused until they can", error.strerror)
            self._in_trouble = True
            self.close()
            raise
        if self._in_trouble:
            log.warning("callbacks are stored again")
            self._in_trouble = False
        self._size += len(data)
        if self._size >= _LARGEST_FILE:
            self.close()

    def close_if_old(self) -> bool:
        """Close a file that has been open for long; gives whether it was."""
        if self._file is None or time.monotonic() - self._opened_at < _OLDEST:
            return False
        self.close()
        return True

    def close(self) -> None:
        """Close the file; the next record begins another."""
        if self._file is None:
            return
        file, self._file = self._file, None
        with suppress(OSError):
            os.close(file)
        with suppress(OSError):
            self._path.rename(self._path.with_suffix(".done"))

    def _open(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # By the clock, so that no number comes twice even where all files are gone; never back, whatever the clock.
        self._last_number = max(self._last_number + 1, time.time_ns() // 1000)
        self._path = _path(self._folder, self._last_number, "open")
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        self._size = 0
        self._opened_at = time.monotonic()
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)  # a file whose name is lost is lost
        finally:
            os.close(folder)


class SpoolReader:
    """Takes the records out, in their order: `store` commits some rows, then they are done with."""

    LARGEST_GROUP = 1000

    def __init__(self, folder: Path, store: Callable[[list[Row]], None]) -> None:
        self._folder = folder
        self._store = store
        # How far each file has been read; what a crash makes us forget is read again, and changes nothing.
        self._read: dict[int, int] = {}
        self._stuck: set[int] = set()

    def take(self) -> int:
        """Store all that is there; gives how many records. Raises what `store` raises; nothing is lost by it."""
        taken = 0
        files = _files(self._folder)
        self._read = {number: self._read.get(number, 0) for number, _ in files}
        for number, kind in files:
            rest = self._rest_of(number)
            taken += self._take(number, rest)
            # Closed before it was read, so it has been read to its end.
            if kind == "done":
                self._remove(number, rest)
        return taken

    def _rest_of(self, number: int) -> bytes:
        try:
            file = _path(self._folder, number, "open").open("rb")
        except FileNotFoundError:
            file = _path(self._folder, number, "done").open("rb")
        with file:
            file.seek(self._read[number])
            return file.read()

    def _take(self, number: int, rest: bytes) -> int:
        before = self._read[number]
        taken = 0
        records = _records(rest)
        while group := list(islice(records, self.LARGEST_GROUP)):
            self._store([_to_row(text) for text, _ in group])
            self._read[number] = before + group[-1][1]
            taken += len(group)
        return taken

    def _remove(self, number: int, rest: bytes) -> None:
        path = _path(self._folder, number, "done")
        read = max((end for _, end in _records(rest)), default=0)
        try:
            if _is_damaged(rest[read:]):
                log.error("%s is damaged after its first records; it is kept for a person", path.name)
                path.rename(path.with_suffix(".damaged"))
                return
            if len(rest) > read:
                log.warning("%d bytes at the end of %s were torn off; nobody was told they were stored",
                            len(rest) - read, path.name)  # fmt: skip
            path.unlink()
        except OSError as error:
            if number not in self._stuck:
                log.warning("%s has been taken in but cannot be removed (%s)", path.name, error.strerror)
            self._stuck.add(number)


def _records(data: bytes) -> Iterator[tuple[bytes, int]]:
    """The texts of the whole records at the beginning of `data`, and where each ends."""
    place = 0
    while len(data) - place >= _HEAD.size:
        length, checksum = _HEAD.unpack_from(data, place)
        text = data[place + _HEAD.size : place + _HEAD.size + length]
        # No record is empty, but the end of a file may be zeros after the machine lost its power.
        if not length or len(text) < length or zlib.crc32(text) != checksum:
            return
        place += _HEAD.size + length
        yield text, place


def _is_damaged(tail: bytes) -> bool:
    """Whether this is a record with all its bytes, and not the right ones: no torn end is like that."""
    if len(tail) < _HEAD.size:
        return False
    length = int(_HEAD.unpack_from(tail)[0])
    return 0 < length <= len(tail) - _HEAD.size


def _files(folder: Path) -> list[tuple[int, str]]:
    """The numbers and kinds of the files, in the order of writing."""
    if not folder.is_dir():
        return []
    found = [match for match in map(_NAME.fullmatch, os.listdir(folder)) if match]
    return sorted({int(match[1]): match[2] for match in found}.items())


def _path(folder: Path, number: int, kind: str) -> Path:
    return folder / f"{number:020d}.{kind}"
