"""The server engine: PostgreSQL, shared by any number of replicas of this program.

Transactions are REPEATABLE READ: the same snapshots as the embedded engine gives, and the same answer
when two writers meet (the later one is run again). Claims alone are READ COMMITTED, over rows they lock:
with snapshots, four dispatchers spent most of their time running again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import numpy as np
import psycopg
import pyarrow as pa
from psycopg.types.numeric import FloatLoader
from psycopg_pool import ConnectionPool, PoolTimeout
from pyarrow import compute as pc
from pyarrow import csv

from ftcore.database import server_disk
from ftcore.database.base import SCHEMA, Database, Transaction, migration_steps
from ftcore.errors import DatabaseError

# Any number will do, as long as every replica takes the same: migrations happen one at a time.
_MIGRATION_LOCK = 4_607_182
# A statement has room for 65,535 values; beyond some thousands COPY is faster anyway.
_MOST_VALUES = 4_000
_MOST_CONNECTIONS = 20


class _PostgresTransaction(Transaction):
    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection

    def _run(self, sql: str, values: Sequence[Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
        with psycopg.RawCursor(self._connection) as cursor:
            cursor.execute(sql.encode(), [_sent(value) for value in values])
            if cursor.description is None:
                return [], []
            return [column.name for column in cursor.description], cursor.fetchall()

    def changed(self, sql: str, *values: Any) -> int:
        with psycopg.RawCursor(self._connection) as cursor:
            return cursor.execute(sql.encode(), [_sent(value) for value in values]).rowcount

    def batches(self, sql: str, size: int = 5_000) -> Iterator[list[tuple[Any, ...]]]:
        with self._connection.cursor("batches") as cursor:
            cursor.execute(sql.encode())
            while rows := cursor.fetchmany(size):
                yield rows

    def insert(self, table: str, rows: Sequence[Mapping[str, Any]], *, if_absent: bool = False) -> None:
        if not rows:
            return
        names = list(rows[0])
        ending = " ON CONFLICT DO NOTHING" if if_absent else ""
        if len(rows) * len(names) <= _MOST_VALUES:
            self._insert_values(table, names, rows, ending)
        elif if_absent:
            # COPY knows no ON CONFLICT: the rows go through a table of this transaction.
            self.execute(f"CREATE TEMP TABLE incoming_rows (LIKE {table}) ON COMMIT DROP")
            self._copy("incoming_rows", names, rows)
            columns = ", ".join(names)
            self.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM incoming_rows{ending}")
            self.execute("DROP TABLE incoming_rows")
        else:
            self._copy(table, names, rows)

    def load(self, table: str, rows: pa.Table) -> None:
        # Written out by Arrow: row by row in Python, a million people took a minute.
        written = pa.table({name: _copied(rows.column(name).combine_chunks()) for name in rows.column_names})
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({', '.join(rows.column_names)}) FROM STDIN (FORMAT csv)".encode()) as copy,
        ):
            for batch in written.to_batches(max_chunksize=20_000):
                text = pa.BufferOutputStream()
                csv.write_csv(batch, text, csv.WriteOptions(include_header=False))
                copy.write(text.getvalue().to_pybytes())

    def hold(self, table: str, columns: Sequence[str], condition: str, *values: Any) -> None:
        """Nothing to do: a server locks rows whole, and who changed one has it already."""

    def expect_many(self) -> None:
        # What a server allows by itself sends every join and sort of a whole pool to the disk.
        self.execute("SET LOCAL work_mem = '192MB'")

    def _insert_values(self, table: str, names: list[str], rows: Sequence[Mapping[str, Any]], ending: str) -> None:
        width = len(names)
        places = ", ".join(
            "(" + ", ".join(f"${line * width + column + 1}" for column in range(width)) + ")"
            for line in range(len(rows))
        )
        values = [row[name] for row in rows for name in names]
        self._run(f"INSERT INTO {table} ({', '.join(names)}) VALUES {places}{ending}", values)

    def _copy(self, table: str, names: list[str], rows: Sequence[Mapping[str, Any]]) -> None:
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN".encode()) as copy,
        ):
            for row in rows:
                copy.write_row([_sent(row[name]) for name in names])


def _sent(value: Any) -> Any:
    """A value as PostgreSQL takes it: a tuple would travel as a record, and no text may hold a NUL."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list | tuple):
        return [_sent(item) for item in value]
    return value


def _copied(column: pa.Array) -> pa.Array:
    """A column as COPY reads it from CSV, where no quotes mean null: lists as array literals."""
    if pa.types.is_string(column.type):
        return pc.replace_substring(column, "\x00", "")
    if not pa.types.is_list(column.type):
        return column
    items = pc.replace_substring_regex(pc.cast(column.flatten(), pa.string()), r'([\\"])', r"\\\1")
    quoted = pc.replace_substring(pc.binary_join_element_wise('"', items, '"', ""), "\x00", "")
    lengths = pc.list_value_length(column).fill_null(0)
    offsets = np.concatenate([[0], np.cumsum(lengths.to_numpy())]).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), pc.fill_null(quoted, "NULL"))
    written = pc.binary_join_element_wise("{", pc.binary_join(lists, ","), "}", "")
    return pc.if_else(column.is_null(), pa.scalar(None, pa.string()), written)


class PostgresDatabase(Database):
    exclusive: ClassVar[bool] = False
    row_key: ClassVar[str] = "candidate_id"
    row_key_type: ClassVar[str] = "UUID"
    conflicts: ClassVar[tuple[type[Exception], ...]] = (
        psycopg.errors.SerializationFailure,
        psycopg.errors.DeadlockDetected,
    )
    faults: ClassVar[tuple[type[Exception], ...]] = (psycopg.Error,)

    def __init__(self, pool: ConnectionPool[psycopg.Connection[tuple[Any, ...]]], name: str) -> None:
        self._pool = pool
        self.name = name

    @classmethod
    def connect(cls, address: str) -> PostgresDatabase:
        name = _without_password(address)
        try:
            # One plain connection first: a pool would try for long, and not say what was wrong.
            with psycopg.connect(address, autocommit=True, connect_timeout=10) as connection:
                _migrate(connection, name)
        except psycopg.OperationalError as error:
            raise DatabaseError(_why_not_connected(name, error)) from error
        except psycopg.ProgrammingError as error:
            raise DatabaseError(
                f"La base « {name} » refuse la mise en place des tables. Le compte doit pouvoir en créer."
            ) from error
        pool: ConnectionPool[psycopg.Connection[tuple[Any, ...]]] = ConnectionPool(
            address,
            min_size=1,
            max_size=_MOST_CONNECTIONS,
            kwargs={"autocommit": True},
            configure=_configure,
            check=ConnectionPool.check_connection,
            open=True,
            name="entremise",
        )
        return cls(pool, name)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        with self._connection() as connection:
            yield _PostgresTransaction(connection)

    @contextmanager
    def _transaction(self, *, latest: bool = False) -> Iterator[Transaction]:
        with self._connection() as connection:
            connection.isolation_level = (
                psycopg.IsolationLevel.READ_COMMITTED if latest else psycopg.IsolationLevel.REPEATABLE_READ
            )
            with connection.transaction():
                tx = _PostgresTransaction(connection).begins(self.guesses)
                yield tx
                tx.finish()

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        try:
            with self._pool.connection() as connection:
                yield connection
        except PoolTimeout as error:
            raise DatabaseError(
                f"La base « {self.name} » ne répond pas assez vite. Réessayez dans un instant."
            ) from error

    def skip_locked(self, table: str) -> str:
        return f"FOR UPDATE OF {table} SKIP LOCKED"

    def settle(self, patience: float = 10.0) -> bool:
        until = time.monotonic() + patience
        with self.read() as reader:
            since = reader.value("SELECT clock_timestamp()")
            while reader.value(
                "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND xact_start <= $1)",
                since,
            ):
                if time.monotonic() > until:
                    return False
                time.sleep(0.02)
        return True

    def rewrite(self, tables: Sequence[str]) -> list[str]:
        with self._connection() as connection:
            try:
                return server_disk.rewrite(connection, tables)
            except psycopg.errors.InsufficientPrivilege as error:
                raise DatabaseError(
                    f"Le compte de la base « {self.name} » ne peut pas réécrire ses tables : il faut en être "
                    "propriétaire."
                ) from error

    def close(self) -> None:
        self._pool.close()


def others_on(address: str) -> int:
    """How many connections others have to this very database. Raises DatabaseError."""
    try:
        with psycopg.connect(address, autocommit=True, connect_timeout=10) as connection:
            found = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            ).fetchone()
    except psycopg.OperationalError as error:
        raise DatabaseError(_why_not_connected(_without_password(address), error)) from error
    assert found is not None
    return int(found[0])


@contextmanager
def throw_away_database(address: str) -> Iterator[str]:
    """The address of an empty database on the same server, which is dropped at the end."""
    name = f"entremise_rehearsal_{uuid4().hex}"
    try:
        with psycopg.connect(address, autocommit=True, connect_timeout=10) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
    except psycopg.OperationalError as error:
        raise DatabaseError(_why_not_connected(_without_password(address), error)) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseError(
            "Le compte de FT_DATABASE ne peut pas créer la base jetable de la répétition : donnez-lui CREATEDB."
        ) from error
    try:
        yield urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def _configure(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    # Sums and medians come as numeric; the subjects count in floats, as the embedded engine gives them.
    connection.adapters.register_loader("numeric", FloatLoader)


def _migrate(connection: psycopg.Connection[tuple[Any, ...]], name: str) -> None:
    """Bring the schema up to date; replicas that start together take turns."""
    connection.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
    try:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migration (number INTEGER PRIMARY KEY, applied_utc TIMESTAMP NOT NULL)"
        )
        done = {int(row[0]) for row in connection.execute("SELECT number FROM schema_migration")}
        for number, text in migration_steps(done, name):
            with connection.transaction():
                connection.execute(text.encode())
                connection.execute("INSERT INTO schema_migration VALUES (%s, now() AT TIME ZONE 'UTC')", [number])
        with connection.transaction():
            connection.execute((SCHEMA / "postgresql.sql").read_bytes())
        if connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'citus'").fetchone():
            connection.execute((SCHEMA / "citus.sql").read_bytes())
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    user = f"{parts.username}@" if parts.username else ""
    port = f":{parts.port}" if parts.port else ""
    return f"postgresql://{user}{parts.hostname or ''}{port}{parts.path}"


def _why_not_connected(name: str, error: psycopg.OperationalError) -> str:
    text = str(error)
    if "password" in text or "authentication" in text or "role" in text:
        return f"La base « {name} » refuse le compte ou le mot de passe. Vérifiez la variable FT_DATABASE."
    if "does not exist" in text:
        return f"La base « {name} » n'existe pas sur ce serveur. Créez-la, ou corrigez la variable FT_DATABASE."
    return (
        f"Le serveur de la base « {name} » ne répond pas. Vérifiez qu'il est démarré et que la variable "
        "FT_DATABASE donne la bonne adresse."
    )
