"""One Database: the SQL of the subjects runs here, on an embedded DuckDB file.

The owner connection is never used for work: **each call takes a new cursor**, because a connection
shared by threads fails or returns another thread's rows. Statements use `$1` placeholders.
"""

from __future__ import annotations

import logging
import queue
import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import duckdb
import pandas as pd
import pyarrow as pa

from ftcore.errors import DatabaseError

log = logging.getLogger(__name__)

SCHEMA = Path(__file__).parent / "schema"
Row = dict[str, Any]
Result = TypeVar("Result")

# Conflicts between writers are normal with snapshots: the whole transaction is run again.
ATTEMPTS = 40


class Transaction:
    """The statements of one transaction, or of one read outside any."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """All rows, each as a dict by column name."""
        result = self._cursor.execute(sql, list(values))
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def one(self, sql: str, *values: Any) -> Row | None:
        """The first row, or None."""
        found = self.rows(sql, *values)
        return found[0] if found else None

    def value(self, sql: str, *values: Any) -> Any:
        """The first column of the first row, or None."""
        # All rows, not `fetchone`: an unfinished result keeps the cursor from its next statement.
        found = self._cursor.execute(sql, list(values)).fetchall()
        return found[0][0] if found else None

    def frame(self, sql: str, *values: Any) -> pd.DataFrame:
        """The rows as a pandas frame, for charts."""
        return self._cursor.execute(sql, list(values)).df()

    def execute(self, sql: str, *values: Any) -> None:
        self._cursor.execute(sql, list(values))

    def insert(self, table: str, rows: Sequence[Mapping[str, Any]], *, if_absent: bool = False) -> None:
        """Insert many rows at once (as one Arrow table); every row has the keys of the first.

        `if_absent` leaves rows alone whose key is already there. It does not tell which: two
        writers may both believe that they inserted, until one of them fails at commit.
        """
        if not rows:
            return
        names = list(rows[0])
        columns = {name: [_arrow_value(row[name]) for row in rows] for name in names}
        incoming = pa.table(columns)
        self._cursor.register("incoming_rows", incoming)
        insert = f"INSERT INTO {table} ({', '.join(names)}) SELECT * FROM incoming_rows"
        try:
            self._cursor.execute(insert + (" ON CONFLICT DO NOTHING" if if_absent else ""))
        except duckdb.ConstraintException as error:
            if if_absent and "Duplicate key" in str(error):
                # The key came after our snapshot: not there to be left alone, there to collide with.
                raise duckdb.TransactionException("another writer was first") from error
            raise
        # Not in a `finally`: in an aborted transaction this fails too, and would hide the error that counts.
        self._cursor.unregister("incoming_rows")


def _arrow_value(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, tuple):
        return list(value)
    return value


class Database:
    """A database that any thread may use at any time."""

    def __init__(self, owner: duckdb.DuckDBPyConnection, name: str) -> None:
        self._owner = owner
        self.name = name

    @classmethod
    def open(cls, address: str, *, memory_limit: str = "2GB") -> Database:
        """Open `address` (a file, or `:memory:`), bring its schema up to date and return it.

        Raises DatabaseError with a sentence when the file is held by another process, cannot be
        read, or was written by a newer version of this program.
        """
        options: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": memory_limit,
        }
        if address != ":memory:":
            try:
                Path(address).parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise DatabaseError(
                    f"Le dossier de la base « {address} » ne peut pas être créé. "
                    "Vérifiez la variable FT_DATABASE et les droits du dossier."
                ) from error
        try:
            owner = duckdb.connect(address, config=options)
        except duckdb.Error as error:
            raise DatabaseError(_why_not_opened(address, error)) from error
        database = cls(owner, address)
        try:
            database._migrate()
            owner.execute("SET lock_configuration = true")
        except BaseException:
            owner.close()
            raise
        return database

    def _migrate(self) -> None:
        cursor = self._owner.cursor()
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS schema_migration (number INTEGER PRIMARY KEY, applied_utc TIMESTAMP NOT NULL)"
        )
        steps = {int(file.name[:3]): file for file in sorted(SCHEMA.glob("[0-9]*.sql"))}
        done = {row[0] for row in cursor.execute("SELECT number FROM schema_migration").fetchall()}
        if done - steps.keys():
            raise DatabaseError(
                f"La base « {self.name} » vient d'une version plus récente d'Entremise. "
                "Mettez le programme à jour, ou choisissez une autre base avec FT_DATABASE."
            )
        for number in sorted(steps.keys() - done):
            cursor.begin()
            try:
                cursor.execute(steps[number].read_text(encoding="utf-8"))
                cursor.execute("INSERT INTO schema_migration VALUES ($1, now()::TIMESTAMP)", [number])
            except BaseException:
                cursor.rollback()
                raise
            cursor.commit()
        cursor.execute((SCHEMA / "duckdb.sql").read_text(encoding="utf-8"))
        cursor.close()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A cursor for reads; each statement sees the database as it is at that moment."""
        cursor = self._owner.cursor()
        try:
            yield Transaction(cursor)
        finally:
            cursor.close()

    def rows(self, sql: str, *values: Any) -> list[Row]:
        with self.read() as reader:
            return reader.rows(sql, *values)

    def one(self, sql: str, *values: Any) -> Row | None:
        with self.read() as reader:
            return reader.one(sql, *values)

    def value(self, sql: str, *values: Any) -> Any:
        with self.read() as reader:
            return reader.value(sql, *values)

    def frame(self, sql: str, *values: Any) -> pd.DataFrame:
        with self.read() as reader:
            return reader.frame(sql, *values)

    def transact(self, work: Callable[[Transaction], Result]) -> Result:
        """Run `work` in one transaction and return its result, believed only after the commit.

        When another writer got in between, the whole of `work` is run again on a fresh snapshot:
        it must have no effect outside the database.
        """
        for attempt in range(ATTEMPTS):
            cursor = self._owner.cursor()
            try:
                cursor.begin()
                result = work(Transaction(cursor))
                cursor.commit()
                return result
            except duckdb.TransactionException:
                _roll_back(cursor)
                if attempt == ATTEMPTS - 1:
                    raise
                time.sleep(random.uniform(0.001, 0.02))
            except BaseException:
                # Any error aborts a DuckDB transaction, and COMMIT would then return quietly.
                _roll_back(cursor)
                raise
            finally:
                cursor.close()
        raise AssertionError("unreachable")

    def close(self) -> None:
        self._owner.close()


def _roll_back(cursor: duckdb.DuckDBPyConnection) -> None:
    with suppress(duckdb.Error):  # the engine may have rolled back already
        cursor.rollback()


def _why_not_opened(address: str, error: duckdb.Error) -> str:
    text = str(error)
    if "lock on file" in text.lower():
        holder = re.search(r"PID (\d+)", text)
        who = f" par le processus {holder.group(1)}" if holder else " par un autre programme"
        return (
            f"La base « {address} » est déjà ouverte{who}. Fermez-le, "
            "ou choisissez une autre base avec la variable FT_DATABASE."
        )
    return (
        f"La base « {address} » ne peut pas être ouverte : ce n'est pas un fichier DuckDB lisible. "
        "Vérifiez la variable FT_DATABASE."
    )


def utc_now() -> datetime:
    """The present instant as the database stores it: naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass
class _Pending:
    table: str
    row: Mapping[str, Any]
    done: Future[None] = field(default_factory=Future)
    wanted: bool = True


class GroupCommit:
    """Makes single rows durable in groups: one commit, hence one fsync, for all that wait.

    `put` returns a future that resolves once its row is committed. A row whose key is already
    there is left alone. One thread writes, so that its own rows never conflict.
    """

    def __init__(self, database: Database, *, largest_group: int = 500) -> None:
        self._database = database
        self._largest = largest_group
        self._queue: queue.SimpleQueue[_Pending | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    def put(self, table: str, row: Mapping[str, Any]) -> Future[None]:
        pending = _Pending(table, row)
        with self._closing:
            if self._closed:
                raise DatabaseError("La base est en cours de fermeture : rien ne peut plus y être écrit.")
            self._queue.put(pending)
        return pending.done

    def close(self) -> None:
        """Commit what waits, then stop."""
        with self._closing:
            if not self._closed:
                self._queue.put(None)
            self._closed = True
        self._thread.join()

    def _run(self) -> None:
        stopping = False
        while not stopping:
            group = [self._queue.get()]
            while len(group) < self._largest:
                try:
                    group.append(self._queue.get_nowait())
                except queue.Empty:
                    break
            stopping = None in group
            waiting = [pending for pending in group if pending is not None]
            for pending in waiting:
                # From here on a waiter that goes away cannot cancel it, which would end this thread.
                pending.wanted = pending.done.set_running_or_notify_cancel()
            if waiting:
                self._commit(waiting)

    def _commit(self, group: list[_Pending]) -> None:
        def write(tx: Transaction) -> None:
            alike: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
            for pending in group:
                alike.setdefault((pending.table, *pending.row), []).append(pending.row)
            for (table, *_), rows in alike.items():
                tx.insert(table, rows, if_absent=True)

        try:
            self._database.transact(write)
        except Exception as error:
            if len(group) > 1:  # one bad row must not cost the others their place
                for pending in group:
                    self._commit([pending])
                return
            log.exception("a row could not be committed")
            if group[0].wanted:
                group[0].done.set_exception(error)
        else:
            for pending in group:
                if pending.wanted:
                    pending.done.set_result(None)
