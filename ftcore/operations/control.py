"""How a command asks the running program for what only that can do: it alone may open its DuckDB file.

A Unix socket beside the file, which only the account of the program may open. A request is a line of JSON, the answers
are lines of JSON until the last; who hangs up ends the work.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ftcore.database import Database, utc_now
from ftcore.database.backup import Backup, Progress, back_up
from ftcore.errors import DatabaseError, FtError

log = logging.getLogger(__name__)

_LONGEST_REQUEST = 64 * 1024


class _HungUp(Exception):
    """Who asked is gone."""


class ControlDoor:
    """Answers commands over the socket of an embedded database. `start` and `stop` once each."""

    def __init__(self, database: Database, key: str | None) -> None:
        self._database = database
        self._key = key
        self._path = socket_of(database.name)
        self._stopping = threading.Event()
        self._listening: socket.socket | None = None
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Listen; a folder that takes no socket costs the online backup, not the service."""
        try:
            # Whoever owns the database's file owns the name: one that is there was left by a crash.
            self._path.unlink(missing_ok=True)
            self._listening = socket.socket(socket.AF_UNIX)
            with _short(self._path) as name:
                self._listening.bind(name)
            self._path.chmod(0o600)
            self._listening.listen(4)
        except OSError as error:
            log.warning("no backup can be asked for while this program runs (%s)", error.strerror or "name too long")
            return
        self._threads = [threading.Thread(target=self._listen, name="control", daemon=True)]
        self._threads[0].start()

    def stop(self) -> None:
        """End what is under way and close."""
        self._stopping.set()
        if self._listening is not None:
            with suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
        for thread in self._threads:
            thread.join()
        self._path.unlink(missing_ok=True)

    def _listen(self) -> None:
        assert self._listening is not None
        while not self._stopping.is_set():
            try:
                caller, _ = self._listening.accept()
            except OSError:
                return
            with caller:
                caller.settimeout(5.0)
                try:
                    self._answer(caller)
                except (OSError, ValueError, KeyError, _HungUp) as error:
                    log.warning("a command went away before its answer (%s)", type(error).__name__)
                except Exception:
                    log.exception("a command could not be answered")

    def _answer(self, caller: socket.socket) -> None:
        asked = json.loads(caller.makefile("rb").readline(_LONGEST_REQUEST))

        def tell(done: int, total: int) -> None:
            if self._stopping.is_set():
                raise DatabaseError("Le programme s'arrête : la sauvegarde est abandonnée.")
            try:
                _say(caller, {"done": done, "total": total})
            except OSError as error:
                raise _HungUp from error

        try:
            made = back_up(self._database, Path(asked["backup"]), utc_now(), tell, key=self._key)
        except FtError as error:
            _say(caller, {"wrong": str(error)})
        else:
            _say(caller, {"file": str(made.file), "rows": made.rows})


def backup_by_running_program(address: str, folder: Path, progress: Progress) -> Backup | None:
    """Have the program that runs on this database make the backup; None where none runs. Raises DatabaseError."""
    with socket.socket(socket.AF_UNIX) as program:
        try:
            with _short(socket_of(address)) as name:
                program.connect(name)
        except OSError:
            return None
        _say(program, {"backup": str(folder.absolute())})
        for line in program.makefile("rb"):
            said = json.loads(line)
            if "wrong" in said:
                raise DatabaseError(said["wrong"])
            if "file" in said:
                return Backup(Path(said["file"]), said["rows"])
            progress(said["done"], said["total"])
    raise DatabaseError("Le programme s'est arrêté pendant la sauvegarde : rien n'a été gardé. Recommencez.")


def socket_of(address: str) -> Path:
    """Where the program over this DuckDB file listens for commands."""
    return Path(f"{address}.control").absolute()


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name for the path that fits into a socket's address, which holds about a hundred letters."""
    if len(os.fsencode(path)) < 100:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _say(to: socket.socket, what: dict[str, Any]) -> None:
    to.sendall(json.dumps(what).encode() + b"\n")
