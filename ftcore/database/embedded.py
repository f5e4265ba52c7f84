"""The embedded engine: one DuckDB file, owned by one process.

The owner connection is never used for work: **each call takes a new cursor**, because a connection
shared by threads fails or returns another thread's rows.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import duckdb
import pyarrow as pa

from ftcore.database import compaction, encryption, in_place
from ftcore.database.base import SCHEMA, Database, Transaction, migration_steps
from ftcore.database.compaction import Gate
from ftcore.errors import DatabaseError
from ftcore.private_files import make_folder, make_private


class DatabaseInUse(DatabaseError):
    """Another program has the file open."""


# Seconds that a transaction which begins again waits for another one that does.
_LONGEST_TURN = 0.25
# And that one which comes new waits for those.
_FIRST_TURN = 0.05


class _DuckTransaction(Transaction):
    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def _run(self, sql: str, values: Sequence[Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
        if (update := in_place.read(sql)) is not None:
            return in_place.run(self._cursor, update, values)
        result = self._cursor.execute(sql, list(values))
        names = [column[0] for column in result.description or []]
        # Always fetched to the end: an open result blocks the next registration of rows to insert.
        return names, result.fetchall()

    def changed(self, sql: str, *values: Any) -> int:
        return int(self._cursor.execute(sql, list(values)).fetchall()[0][0])

    def batches(self, sql: str, size: int = 5_000) -> Iterator[list[tuple[Any, ...]]]:
        result = self._cursor.execute(sql)
        while rows := result.fetchmany(size):
            yield rows

    def insert(self, table: str, rows: Sequence[Mapping[str, Any]], *, if_absent: bool = False) -> None:
        if not rows:
            return
        names = list(rows[0])
        incoming = pa.table({name: [_arrow_value(row[name]) for row in rows] for name in names})
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

    def load(self, table: str, rows: pa.Table) -> None:
        # Named as the variable: what is registered stays in memory until the transaction ends.
        self._cursor.execute(f"INSERT INTO {table} ({', '.join(rows.column_names)}) SELECT * FROM rows")

    def hold(self, table: str, columns: Sequence[str], condition: str, *values: Any) -> None:
        # Two who change different columns of a row do not meet here. A column set to itself is no write, and meets all
        # the same whoever changed it.
        unchanged = ", ".join(f"{column} = {column}" for column in columns)
        self.execute(f"UPDATE {table} SET {unchanged} WHERE {condition}", *values)

    def expect_many(self) -> None:
        """Nothing to do: the engine shares out what it may use."""


def _arrow_value(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, tuple):
        return list(value)
    return value


class DuckDatabase(Database):
    exclusive: ClassVar[bool] = True
    row_key: ClassVar[str] = "rowid"
    row_key_type: ClassVar[str] = "BIGINT"
    conflicts: ClassVar[tuple[type[Exception], ...]] = (duckdb.TransactionException,)
    faults: ClassVar[tuple[type[Exception], ...]] = (duckdb.Error,)

    def __init__(self, owner: duckdb.DuckDBPyConnection, name: str, key: str | None = None) -> None:
        self._owner = owner
        self._key = key
        self.name = name
        self._gate = Gate()
        self._turn = threading.RLock()
        # How many transactions are at their second attempt or a later one; about, as it is only asked for manners.
        self._beginning_again = 0

    @classmethod
    def connect(cls, address: str, *, memory_limit: str = "1300MB", key: str | None = None) -> DuckDatabase:
        if address != ":memory:":
            try:
                make_folder(Path(address).parent)
            except OSError as error:
                raise DatabaseError(
                    f"Le dossier de la base « {address} » ne peut pas être créé. "
                    "Vérifiez la variable FT_DATABASE et les droits du dossier."
                ) from error
        try:
            owner = _opened(address, memory_limit, key)
        except duckdb.Error as error:
            raise _why_not_opened(address, error) from error
        if address != ":memory:":
            make_private(Path(address), Path(f"{address}.wal"))
        database = cls(owner, address, key)
        try:
            database._migrate()
            owner.execute("SET lock_configuration = true")
            if address != ":memory:":
                compaction.remove_leftovers(Path(address))
        except BaseException:
            owner.close()
            raise
        return database

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of the caller's own, to be closed by them."""
        cursor = self._owner.cursor()
        if self._key is not None:
            # Each cursor begins in the engine's own database, which is in memory and empty.
            cursor.execute(f"USE {encryption.HOUSE}")
        return cursor

    @contextmanager
    def working(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor, while nobody writes the file anew."""
        with self._gate.passed():
            cursor = self.cursor()
            try:
                yield cursor
            finally:
                cursor.close()

    def _migrate(self) -> None:
        cursor = self.cursor()
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS schema_migration (number INTEGER PRIMARY KEY, applied_utc TIMESTAMP NOT NULL)"
        )
        done = {row[0] for row in cursor.execute("SELECT number FROM schema_migration").fetchall()}
        for number, text in migration_steps(done, self.name):
            cursor.begin()
            try:
                cursor.execute(text)
                cursor.execute("INSERT INTO schema_migration VALUES ($1, now()::TIMESTAMP)", [number])
            except BaseException:
                cursor.rollback()
                raise
            cursor.commit()
        cursor.execute((SCHEMA / "duckdb.sql").read_text(encoding="utf-8"))
        cursor.close()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        with self.working() as cursor:
            yield _DuckTransaction(cursor)

    @contextmanager
    def _transaction(self, *, latest: bool = False) -> Iterator[Transaction]:
        with self.working() as cursor:
            try:
                cursor.begin()
                tx = _DuckTransaction(cursor).begins(self.guesses)
                yield tx
                tx.finish()
                cursor.commit()
            except BaseException:
                # Any error aborts a DuckDB transaction, and COMMIT would then return quietly.
                with suppress(duckdb.Error):  # the engine may have rolled back already
                    cursor.rollback()
                raise

    @contextmanager
    def _again(self, attempt: int) -> Iterator[None]:
        # Those who met begin again one after the other, or they would meet again; none waits long for another. Who
        # comes new lets them pass for a moment: else who begins again met somebody new each time.
        patience = _LONGEST_TURN if attempt > 0 else _FIRST_TURN if self._beginning_again else 0.0
        has_turn = patience > 0 and self._turn.acquire(timeout=patience)
        self._beginning_again += attempt > 0
        try:
            yield
        finally:
            self._beginning_again -= attempt > 0
            if has_turn:
                self._turn.release()

    def _is_final(self, error: Exception) -> bool:
        # An earlier error of this transaction was swallowed, or the disk refuses; no other writer is to blame.
        return "is aborted" in str(error) or "Could not write file" in str(error)

    def skip_locked(self, table: str) -> str:
        return ""

    def settle(self, patience: float = 10.0) -> bool:
        return self._gate.settle(patience)

    def rewrite(self, tables: Sequence[str]) -> list[str]:
        """Put a fresh copy in the place of the file."""
        if self.name == ":memory:":
            return []
        with self._gate.closed():
            limit = self._owner.execute("SELECT current_setting('memory_limit')").fetchone()
            assert limit is not None
            cursor = self.cursor()
            try:
                fresh = compaction.copy_beside(cursor, Path(self.name), self._key)
            finally:
                cursor.close()
            self._owner.close()
            try:
                compaction.put_in_place(fresh, Path(self.name))
            finally:
                # Whether or not it is the fresh one: the program goes on with the file that is there.
                self._owner = _opened(self.name, str(limit[0]).replace(" ", ""), self._key)
                self._owner.execute("SET lock_configuration = true")
        return []

    def close(self) -> None:
        self._owner.close()


def _opened(address: str, memory_limit: str, key: str | None) -> duckdb.DuckDBPyConnection:
    options: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": memory_limit,
    }
    if key is not None:
        return encryption.open_encrypted(address, key, options)
    return duckdb.connect(address, config=options)


def _why_not_opened(address: str, error: duckdb.Error) -> DatabaseError:
    text = str(error)
    if "lock on file" in text.lower():
        holder = re.search(r"PID (\d+)", text)
        who = f" par le processus {holder.group(1)}" if holder else " par un autre programme"
        return DatabaseInUse(
            f"La base « {address} » est déjà ouverte{who} : un fichier DuckDB n'appartient qu'à un programme à la "
            "fois. Fermez-le, choisissez une autre base avec FT_DATABASE, ou passez à PostgreSQL pour travailler à "
            f"plusieurs : python -m ftcore database copy {address} postgresql://…"
        )
    return encryption.why_not_opened(address, error) or DatabaseError(
        f"La base « {address} » ne peut pas être ouverte : ce n'est pas un fichier DuckDB lisible. "
        "Vérifiez la variable FT_DATABASE."
    )
