"""A backup put back: checked first, then in the place of what was there; nothing leaves by itself because of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from ftcore.database import Database, Row, Transaction, utc_now
from ftcore.database.backup import Progress, name_aside, sums_of
from ftcore.database.copy import TABLES, copy_all
from ftcore.database.embedded import DatabaseInUse, DuckDatabase
from ftcore.errors import DatabaseError, FtError
from ftcore.model import MessageState
from ftcore.outreach import ledger
from ftcore.private_files import make_folder, make_private
from ftcore.settings import Settings
from ftcore.trust import journal

_CHUNK = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Restored:
    """What is in the database now: all `rows`, those of the `journal`; SMS that were `held` back rather than sent
    perhaps twice; `opt_outs` known only to the database before, which lies `aside`, if it does."""

    rows: int
    journal: int
    held: int
    opt_outs: int
    aside: Path | None = None


def restore(
    settings: Settings, file: Path, progress: Progress, *, replace: bool = False, nothing_left: bool = False
) -> Restored:
    """Put the backup into the database of the settings, which no program may be using. Raises DatabaseError.

    A database that holds data is only replaced where `replace` is said. SMS that were waiting when the backup was made
    may have left since: they become `unknown`, unless it is said that `nothing_left`. Opt-outs that only the database
    before knows are kept. The backup itself is left as it is, also where it is of an older version.
    """
    if not file.is_file():
        raise DatabaseError(f"Le fichier « {file} » n'existe pas. Donnez une sauvegarde : entremise-….duckdb.")
    if "://" in settings.database:
        return _into_server(settings, file, progress, replace, nothing_left)
    return _into_file(settings, file, progress, replace, nothing_left)


def _into_file(settings: Settings, file: Path, progress: Progress, may_replace: bool, nothing_left: bool) -> Restored:
    target = Path(settings.database).absolute()
    if target.exists() and target.samefile(file):
        raise DatabaseError("La sauvegarde et la base sont le même fichier.")
    make_folder(target.parent)
    with _held(target, settings.database_key) as before:
        if before.holds_data and not may_replace:
            raise _not_empty(str(target))
        with _checked_copy(
            file, target.with_name(f".{target.name}.restoring"), settings.database_key, progress
        ) as copy:
            house = Database.open(str(copy.path), key=settings.database_key)
            try:
                done = house.transact(lambda tx: _settle(tx, copy, before.opt_outs, nothing_left, file.name))
            finally:
                house.close()
            aside = name_aside(target, utc_now()) if target.exists() else None
            if aside is not None:
                # Linked, then replaced: at no moment is there no file, of which a program would make an empty one.
                os.link(target, aside)
                with suppress(FileNotFoundError):
                    Path(f"{target}.wal").rename(f"{aside}.wal")
            copy.path.replace(target)
            _to_disk(target.parent)
    if aside is not None and not before.holds_data and before.is_readable:
        aside.unlink()
        aside = None
    return Restored(done.rows, done.journal, done.held, done.opt_outs, aside)


# The rows by table.
Stops = dict[str, list[Row]]


@dataclass(frozen=True, slots=True)
class _Before:
    """The database that is to be replaced."""

    is_readable: bool = True
    holds_data: bool = False
    opt_outs: Stops = field(default_factory=dict)


@contextmanager
def _held(target: Path, key: str | None) -> Iterator[_Before]:
    """What the target holds, and that no program opens it meanwhile. One that is damaged can be replaced too."""
    if not target.exists():
        yield _Before()
        return
    try:
        house = Database.open(str(target), key=key)
    except DatabaseInUse:
        raise
    except FtError:
        yield _Before(is_readable=False, holds_data=True)
        return
    try:
        assert isinstance(house, DuckDatabase)
        house.cursor().execute("CHECKPOINT")  # so that nothing of it stands in a log of its own
        yield _Before(
            holds_data=bool(house.value("SELECT count(*) FROM agency")),
            opt_outs=_stops(house),
        )
    finally:
        house.close()


@dataclass(frozen=True, slots=True)
class _Copy:
    path: Path
    rows: int


@contextmanager
def _checked_copy(file: Path, path: Path, key: str | None, progress: Progress) -> Iterator[_Copy]:
    """A copy of the backup, brought to this version of the schema, of which every row has been read."""
    for left in (path, Path(f"{path}.wal")):
        left.unlink(missing_ok=True)
    try:
        _copy_file(file, path, progress)
        try:
            sums = sums_of(path, key)
        except duckdb.Error as error:
            raise DatabaseError(
                f"La sauvegarde « {file} » est abîmée : elle ne peut pas être lue jusqu'au bout. Rien n'a été changé."
            ) from error
        except DatabaseError as error:
            # It speaks of the copy, which nobody knows.
            raise DatabaseError(str(error).replace(str(path), str(file))) from error
        if not sums.get("occupation", (0, 0))[0]:
            raise DatabaseError(f"Le fichier « {file} » n'est pas une sauvegarde d'Entremise. Rien n'a été changé.")
        yield _Copy(path, sum(rows for rows, _ in sums.values()))
    finally:
        for left in (path, Path(f"{path}.wal")):
            left.unlink(missing_ok=True)


def _copy_file(file: Path, path: Path, progress: Progress) -> None:
    total, done = file.stat().st_size, 0
    try:
        with file.open("rb") as source, path.open("xb") as target:
            make_private(path)
            while chunk := source.read(_CHUNK):
                target.write(chunk)
                done += len(chunk)
                progress(done, total)
            target.flush()
            os.fsync(target.fileno())
    except OSError as error:
        raise DatabaseError(
            f"La sauvegarde ne peut pas être copiée dans « {path.parent} » : vérifiez la place libre et les droits."
        ) from error


def _stops(database: Database) -> Stops:
    """The objections of a database, those of erased people too."""
    return {table: database.rows(f"SELECT * FROM {table}") for table in ("opt_out", "opt_out_kept")}


def _settle(tx: Transaction, copy: _Copy, opt_outs: Stops, nothing_left: bool, name: str) -> Restored:
    """What must be true before the first program starts: nothing sent twice, no STOP forgotten, the journal told."""
    now = utc_now()
    added = 0
    for table, rows in opt_outs.items():
        known = tx.value(f"SELECT count(*) FROM {table}")
        tx.insert(table, rows, if_absent=True)
        added += int(tx.value(f"SELECT count(*) FROM {table}")) - int(known)
    held = 0 if nothing_left else _hold_back(tx, now)
    for row in tx.rows("SELECT agency_id FROM agency"):
        journal.record(tx, row["agency_id"], "administrateur", "database restored", name, now)
    return Restored(copy.rows, int(tx.value("SELECT count(*) FROM journal")), held, added)


def _hold_back(tx: Transaction, now: datetime) -> int:
    waiting = tx.rows("SELECT agency_id, message_id FROM message WHERE state IN ('queued', 'claimed')")
    ledger.record(
        tx,
        [
            ledger.Change(
                sms["agency_id"], sms["message_id"], MessageState.UNKNOWN, now, "restore", "sauvegarde restaurée"
            )
            for sms in waiting
        ],
    )
    return len(waiting)


def _into_server(settings: Settings, file: Path, progress: Progress, may_replace: bool, nothing_left: bool) -> Restored:
    from ftcore.database.server import others_on

    if others_on(settings.database):
        raise DatabaseError(
            "Un programme est connecté à la base : arrêtez toutes les répliques d'Entremise, puis recommencez."
        )
    with tempfile.TemporaryDirectory(prefix="entremise-") as folder:
        path = Path(folder) / "restoring.duckdb"
        with _checked_copy(file, path, settings.database_key, lambda done, total: None) as copy:
            source = Database.open(str(path), key=settings.database_key)
            target = Database.open(settings.database)
            try:
                if target.value("SELECT count(*) FROM agency") and not may_replace:
                    raise _not_empty(target.name)
                before = _stops(target)

                def write(tx: Transaction) -> Restored:
                    # One transaction: what was there stays until all of the backup is in and verified.
                    tx.execute("SELECT allow_forgetting()")  # the journal goes with the rest, and comes with it
                    tx.execute(f"TRUNCATE {', '.join(TABLES)}")
                    with source.snapshot() as reader:
                        copy_all(reader, tx, progress)
                    return _settle(tx, copy, before, nothing_left, file.name)

                done = target.transact(write)
                target.transact(lambda tx: tx.execute("ANALYZE"))
                return done
            finally:
                target.close()
                source.close()


def _not_empty(name: str) -> DatabaseError:
    return DatabaseError(
        f"La base « {name} » contient déjà des données. Pour les remplacer par la sauvegarde, ajoutez --replace."
    )


def _to_disk(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
