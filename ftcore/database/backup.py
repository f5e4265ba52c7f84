"""A whole, verified copy of a database in one DuckDB file, made while others write; or no file at all."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path

import duckdb

from ftcore.database import encryption
from ftcore.database.base import Database
from ftcore.database.copy import copy_all
from ftcore.database.embedded import DuckDatabase
from ftcore.errors import DatabaseError
from ftcore.private_files import make_folder, make_private

_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"entremise-(\d{8}T\d{6}Z)\.(.+)")
_ASIDE = re.compile(r"\.before-(\d{8}T\d{6}Z)(?:-\d+)?(?:\.wal)?")
_COPY = "backup_copy"

Progress = Callable[[int, int], None]
# The rows of a table, and a sum over the hashes of all of them that does not depend on their order.
Sums = dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made, and the rows of each table in it."""

    file: Path
    rows: dict[str, int]


def back_up(database: Database, folder: Path, now: datetime, progress: Progress, *, key: str | None = None) -> Backup:
    """Write `entremise-YYYYMMDDTHHMMSSZ.duckdb` into the folder: the database as it is at one moment.

    `progress` is told the rows done and in all; what it raises ends the copy. The file gets its name once it is whole,
    verified and on the disk; until then it is hidden, and what a killed copy has left is removed by the next. With
    a `key` it is encrypted. Raises DatabaseError.
    """
    file = folder.absolute() / f"entremise-{now:{_STAMP}}.duckdb"
    with _alone_in(folder):
        if file.exists():
            raise DatabaseError(f"La sauvegarde « {file} » existe déjà.")
        partial = file.with_name(f".{file.name}.partial")
        try:
            try:
                rows = _write(database, partial, progress, key)
            except (duckdb.Error, OSError) as error:
                raise DatabaseError(
                    f"La sauvegarde n'a pas pu être écrite dans « {folder} » : vérifiez la place libre et les droits."
                ) from error
            make_private(partial)
            _to_disk(partial)
            partial.rename(file)
            _to_disk(folder)
        finally:
            _remove(partial)
    return Backup(file, rows)


def newest(folder: Path) -> tuple[Path, datetime] | None:
    """The newest backup of a folder and when it was made (UTC), or None."""
    with suppress(OSError):
        found = {name: made for name in os.listdir(folder) if name.endswith(".duckdb") and (made := made_at(name))}
        if found:
            last = max(found, key=lambda name: found[name])
            return folder / last, found[last]
    return None


def made_at(name: str) -> datetime | None:
    """When the backup of this name was made (UTC), whatever its ending; None where it is not named as one."""
    found = _NAME.fullmatch(name)
    return None if found is None else _instant(found[1])


def name_aside(target: Path, now: datetime) -> Path:
    """A free name for a database that a restore replaces: one that is tried again at once takes no file's place."""
    name = f"{target.name}.before-{now:{_STAMP}}"
    names = chain([name], (f"{name}-{turn}" for turn in count(2)))
    return next(file for file in map(target.with_name, names) if not os.path.lexists(file))


def put_aside_at(name: str, target: Path) -> datetime | None:
    """When the file of this name, or the log beside it, was put aside by a restore over `target`, or None."""
    found = _ASIDE.fullmatch(name.removeprefix(target.name)) if name.startswith(target.name) else None
    return None if found is None else _instant(found[1])


def _instant(stamp: str) -> datetime | None:
    with suppress(ValueError):
        return datetime.strptime(stamp, _STAMP)
    return None


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Nobody else makes a backup in this folder meanwhile, so that what is hidden there is nobody's."""
    try:
        make_folder(folder)
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise DatabaseError(
            f"Le dossier « {folder} » ne peut pas recevoir de sauvegarde. Choisissez-en un autre, avec --into ou "
            "FT_BACKUP_FOLDER."
        ) from error
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DatabaseError(f"Une autre sauvegarde est en cours dans « {folder} » : attendez sa fin.") from error
        for left in folder.glob(".entremise-*.duckdb.partial"):
            _remove(left)
        yield
    finally:
        os.close(held)


def _write(database: Database, partial: Path, progress: Progress, key: str | None) -> dict[str, int]:
    target = DuckDatabase.connect(str(partial), key=key)
    try:
        if not isinstance(database, DuckDatabase):
            with database.snapshot() as reader:
                return target.transact(lambda tx: copy_all(reader, tx, progress))
        target.transact(lambda tx: tx.execute("DELETE FROM launch_turn"))
    finally:
        target.close()
    left = _copy_embedded(database, partial, progress, key)
    if (arrived := sums_of(partial, key)) != left:
        wrong = next(table for table in left if left[table] != arrived.get(table))
        raise DatabaseError(f"La copie de la table {wrong} diffère de l'original : rien n'a été gardé.")
    return {table: rows for table, (rows, _) in left.items()}


def _copy_embedded(database: DuckDatabase, partial: Path, progress: Progress, key: str | None) -> Sums:
    """Copy within the engine, in one transaction: what others write meanwhile is not seen, and does not wait."""
    sums: Sums = {}
    done = 0
    with database.working() as cursor:
        encryption.attach(cursor, str(partial), _COPY, key)
        try:
            cursor.begin()
            try:
                tables = tables_of(cursor)
                total = sum(_value(cursor, f"SELECT count(*) FROM {table}") for table in tables)
                for table, names in tables.items():
                    progress(done, total)
                    cursor.execute(f"INSERT INTO {_COPY}.main.{table} ({names}) SELECT {names} FROM {table}")
                    sums[table] = _sum(cursor, table, names)
                    done += sums[table][0]
                progress(done, total)
            except BaseException:
                with suppress(duckdb.Error):
                    cursor.rollback()
                raise
            cursor.commit()
        finally:
            cursor.execute(f"DETACH {_COPY}")
    return sums


def sums_of(file: Path, key: str | None = None) -> Sums:
    """Read every row of a file and sum them up. Raises DatabaseError, or duckdb.Error where a block is damaged."""
    database = DuckDatabase.connect(str(file), key=key)
    try:
        cursor = database.cursor()
        cursor.execute("CHECKPOINT")
        return {table: _sum(cursor, table, names) for table, names in tables_of(cursor).items()}
    finally:
        database.close()


def tables_of(cursor: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Every table with its columns, but the list of migrations, which a copy has of its own.

    The columns are named and in one order, as an older file may have them in another.
    """
    found = cursor.execute(
        "SELECT table_name, string_agg(column_name, ', ' ORDER BY column_name) FROM duckdb_columns() "
        "WHERE database_name = current_database() AND table_name <> 'schema_migration' AND NOT internal "
        "GROUP BY table_name ORDER BY table_name"
    )
    return dict(found.fetchall())


def _sum(cursor: duckdb.DuckDBPyConnection, table: str, names: str) -> tuple[int, int]:
    found = cursor.execute(f"SELECT count(*), coalesce(sum(hash({names})::HUGEINT), 0) FROM {table}").fetchone()
    assert found is not None
    return int(found[0]), int(found[1])


def _value(cursor: duckdb.DuckDBPyConnection, sql: str) -> int:
    found = cursor.execute(sql).fetchone()
    assert found is not None
    return int(found[0])


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _remove(partial: Path) -> None:
    for path in (partial, Path(f"{partial}.wal")):
        path.unlink(missing_ok=True)
