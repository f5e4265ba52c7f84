"""A PostgreSQL with the rows that Mesures counts, taken from a DuckDB file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg

from bench.engines import served
from bench.peers.postgresql import tune
from ftcore.database import Database
from ftcore.database.base import SCHEMA

# What the figures read; the tables of messages and replies stay where they are made.
_READ = ("agency", "offer", "campaign", "outcome", "outcome_sum", "outcome_check", "outcome_twice", "work_waiting")


@contextmanager
def holding(file: Path, folder: Path) -> Iterator[Database]:
    """The server over an empty folder, with the settings that a peer is given, and the figures' tables of the file."""
    with served(folder) as address:
        tune(address)
        Database.open(address).close()  # lays the tables out
    with served(folder) as address:
        _load(file, address, folder)
        database = Database.open(address)
        try:
            yield database
        finally:
            database.close()


def _load(file: Path, address: str, folder: Path) -> None:
    """By COPY, and the indexes afterwards: in this order a load of millions takes minutes rather than hours."""
    with psycopg.connect(address, autocommit=True) as connection, duckdb.connect(str(file), read_only=True) as engine:
        for table in _READ:
            for row in connection.execute(_CONSTRAINTS, [table]).fetchall():
                connection.execute(row[0])
            columns = {name: kind for name, kind, *_ in engine.execute(f"DESCRIBE {table}").fetchall()}
            # No figure reads what an offer asks for, and the engines write lists differently.
            told = ", ".join("'{}'" if kind.endswith("[]") else name for name, kind in columns.items())
            lines = folder / f"{table}.csv"
            engine.execute(f"COPY (SELECT {told} FROM {table}) TO '{lines}' (HEADER false)")
            copying = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv)".encode()
            with connection.cursor() as cursor, cursor.copy(copying) as copy, lines.open("rb") as source:
                while piece := source.read(1 << 20):
                    copy.write(piece)
            lines.unlink()
        connection.execute((SCHEMA / "postgresql.sql").read_bytes())
        connection.execute("VACUUM ANALYZE")


# Keys and indexes of a table; the figures look nothing up by its key.
_CONSTRAINTS = """
    SELECT CASE WHEN c.conname IS NULL THEN 'DROP INDEX ' || i.indexrelid::regclass
                ELSE 'ALTER TABLE ' || i.indrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(c.conname) END
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
    WHERE i.indrelid = %s::regclass
"""
