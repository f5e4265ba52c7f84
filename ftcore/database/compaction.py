"""A DuckDB file written anew, without the bytes of what was deleted, in the place of the old one.

A crash at any moment leaves one whole file under the name: the old one until `os.replace`, the fresh one after it.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from ftcore.database import encryption
from ftcore.errors import DatabaseError

# How long the others' work may take to end before a rewriting is put off.
PATIENCE = 30.0
_FRESH = "fresh_copy"


class Gate:
    """Lets all through, until somebody closes it: then new ones wait, and those inside are waited for.

    A thread that is inside may pass again: it would wait for itself.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside: set[object] = set()
        self._is_closed = False
        self._mine = threading.local()

    @contextmanager
    def passed(self) -> Iterator[None]:
        depth: int = getattr(self._mine, "depth", 0)
        mark = object()
        with self._changed:
            while self._is_closed and depth == 0:
                self._changed.wait()
            self._inside.add(mark)
        self._mine.depth = depth + 1
        try:
            yield
        finally:
            self._mine.depth = depth
            with self._changed:
                self._inside.remove(mark)
                self._changed.notify_all()

    @contextmanager
    def closed(self, patience: float = PATIENCE) -> Iterator[None]:
        """Nobody is inside within. Raises DatabaseError where somebody stays for longer than the patience."""
        until = time.monotonic() + patience
        with self._changed:
            if self._is_closed:
                raise DatabaseError("La base est déjà en train d'être réécrite.")
            self._is_closed = True
            try:
                while self._inside:
                    if not self._changed.wait(max(0.0, until - time.monotonic())) and time.monotonic() >= until:
                        raise DatabaseError(
                            "La base est trop occupée pour être réécrite : ce sera pour une autre fois."
                        )
            except BaseException:
                self._open()
                raise
        try:
            yield
        finally:
            with self._changed:
                self._open()

    def settle(self, patience: float) -> bool:
        """Wait until all who are inside now have left, while others come and go; says whether they have."""
        with self._changed:
            there = set(self._inside)
            return self._changed.wait_for(lambda: there.isdisjoint(self._inside), patience)

    def _open(self) -> None:
        self._is_closed = False
        self._changed.notify_all()


def copy_beside(cursor: duckdb.DuckDBPyConnection, file: Path, key: str | None = None) -> Path:
    """A whole copy of the file, beside it, with the same key. Nobody writes meanwhile.

    Raises DatabaseError where there is no room.
    """
    fresh = _beside(file)
    remove_leftovers(file)
    try:
        cursor.execute("CHECKPOINT")
        _check_room(file)
        name = cursor.execute("SELECT current_database()").fetchone()
        assert name is not None
        source = str(name[0]).replace('"', '""')
        # Made first, so that nobody else can read it for a moment.
        encryption.attach(cursor, str(fresh), _FRESH, key)
        try:
            os.chmod(fresh, file.stat().st_mode & 0o777)
            cursor.execute(f'COPY FROM DATABASE "{source}" TO {_FRESH}')
            cursor.execute(f"DELETE FROM {_FRESH}.privacy_mark WHERE name = 'compaction wanted'")
            _compare(cursor)
        finally:
            cursor.execute(f"DETACH {_FRESH}")
    except (duckdb.Error, OSError) as error:
        remove_leftovers(file)
        raise DatabaseError(
            f"La base « {file} » n'a pas pu être réécrite ; elle est restée comme elle était."
        ) from error
    except BaseException:
        remove_leftovers(file)
        raise
    return fresh


def _check_room(file: Path) -> None:
    needed, free = file.stat().st_size, shutil.disk_usage(file.parent).free
    if free < needed * 1.1 + 50_000_000:
        raise DatabaseError(
            f"Il manque de la place pour réécrire la base « {file} » : {needed // 1_000_000} Mo de plus. Ce qui a été "
            "effacé n'est plus lisible par le programme, mais reste dans le fichier. Libérez de la place."
        )


def _compare(cursor: duckdb.DuckDBPyConnection) -> None:
    """Raise unless each table has as many rows in the copy."""
    tables = cursor.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary"
    ).fetchall()
    for (table,) in tables:
        if table == "privacy_mark":
            continue
        ours = cursor.execute(f'SELECT count(*) FROM "{table}"').fetchone()
        copied = cursor.execute(f'SELECT count(*) FROM {_FRESH}.main."{table}"').fetchone()
        if ours != copied:
            raise DatabaseError(f"La copie de la table {table} diffère de l'original : la base n'a pas changé.")


def put_in_place(fresh: Path, file: Path) -> None:
    """Give the fresh copy the file's name, at once. The file must be closed."""
    if _wal(file).exists() or _wal(fresh).exists():
        # A log of the one file would be played over the other.
        remove_leftovers(file)
        raise DatabaseError(f"La base « {file} » n'a pas pu être réécrite : son journal n'était pas vide.")
    _sync(fresh)
    os.replace(fresh, file)
    _sync(file.parent)


def remove_leftovers(file: Path) -> None:
    """Remove a copy that a crash left unfinished: it holds people's data as the file does."""
    for left in (_beside(file), _wal(_beside(file))):
        with suppress(FileNotFoundError):
            left.unlink()


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.compacting")


def _wal(file: Path) -> Path:
    return file.with_name(f"{file.name}.wal")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
