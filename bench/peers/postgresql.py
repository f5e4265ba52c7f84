"""PostgreSQL on the same machine: the product's own SQL, through the product's own Database.

It gets what a careful administrator would give it: the schema's indexes; as much memory as the embedded engine may
take; no compilation, which costs more than such short queries; fresh statistics and a fresh visibility map. People
lie in the table in the order of occupation and place.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg

from bench import national
from bench.engines import served
from bench.peers.embedded import ranked
from bench.peers.measuring import Answer, Line, peak_gib, timed
from bench.peers.pool import Pool
from ftcore.database import Database
from ftcore.database.base import SCHEMA

SETTINGS = {
    "shared_buffers": "2GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "effective_cache_size": "6GB",
    "random_page_cost": "1.1",
    "jit": "off",
    # What is loaded here is thrown away: no load waits for the disk. Reads are the same.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


def prepare(pool: Pool) -> float:
    """Load the pool into a new server; gives the seconds of COPY, indexes and statistics."""
    with served(folder(pool)) as address:
        tune(address)
    with served(folder(pool)) as address:
        database = Database.open(address)
        national.load_referentials(database)
        database.close()
        started = time.perf_counter()
        with psycopg.connect(address, autocommit=True) as connection:
            _load(connection, pool.parquet)
        return time.perf_counter() - started


def tune(address: str) -> None:
    """Give a server its settings; they hold once it has been started anew."""
    with psycopg.connect(address, autocommit=True) as connection:
        for name, value in SETTINGS.items():
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())


def measure(pool: Pool, ready_s: float) -> list[Line]:
    with served(folder(pool)) as address:
        database = Database.open(address)
        watch = _Watch(folder(pool))
        spent, found = timed(pool.offers, lambda offer: ranked(database, offer), watch.watching())
        database.close()
    peak = watch.peak_gib + peak_gib()
    return [
        Line("PostgreSQL", spent, peak, ready_s, [Answer.of(ranking) for ranking in found]),
    ]


def folder(pool: Pool) -> Path:
    return pool.folder / "postgresql"


def _load(connection: psycopg.Connection, parquet: Path) -> None:
    """COPY, then the indexes: in this order a load of millions takes minutes rather than an hour."""
    connection.execute("ALTER TABLE candidate DROP CONSTRAINT candidate_pkey")
    connection.execute("DROP INDEX candidate_in_pool")
    columns = _columns(parquet)
    lines = parquet.with_suffix(".csv")
    with duckdb.connect() as engine:
        engine.execute(f"COPY (SELECT {', '.join(columns.values())} FROM '{parquet}') TO '{lines}' (HEADER false)")
    copying = f"COPY candidate ({', '.join(columns)}) FROM STDIN (FORMAT csv)"
    with connection.cursor() as cursor, cursor.copy(copying.encode()) as copy, lines.open("rb") as source:
        while piece := source.read(1 << 20):
            copy.write(piece)
    lines.unlink()
    connection.execute("ALTER TABLE candidate ADD PRIMARY KEY (agency_id, candidate_id)")
    connection.execute((SCHEMA / "postgresql.sql").read_bytes())
    connection.execute("VACUUM ANALYZE")


def _columns(parquet: Path) -> dict[str, str]:
    """Each column as CSV says it to PostgreSQL: a list as an array literal."""
    with duckdb.connect() as engine:
        described = engine.execute(f"DESCRIBE SELECT * FROM '{parquet}'").fetchall()
    literal = (
        "CASE WHEN {0} IS NOT NULL THEN '{{' || coalesce(array_to_string(list_transform({0}, "
        "lambda item: '\"' || replace(replace(item, '\\', '\\\\'), '\"', '\\\"') || '\"'), ','), '') || '}}' END"
    )
    return {name: literal.format(name) if kind.endswith("[]") else name for name, kind, *_ in described}


class _Watch:
    """The memory of all processes of a server, shared pages counted once: looked at while it works."""

    def __init__(self, folder: Path) -> None:
        self._postmaster = int((folder / "postmaster.pid").read_text(encoding="ascii").split()[0])
        self.peak_gib = 0.0

    @contextmanager
    def watching(self) -> Iterator[None]:
        done = threading.Event()
        thread = threading.Thread(target=self._look, args=(done,))
        thread.start()
        yield
        done.set()
        thread.join()

    def _look(self, done: threading.Event) -> None:
        while not done.wait(0.05):
            self.peak_gib = max(self.peak_gib, self._now())

    def _now(self) -> float:
        children = Path(f"/proc/{self._postmaster}/task/{self._postmaster}/children").read_text(encoding="ascii")
        return sum(_held_kib(pid) for pid in (self._postmaster, *map(int, children.split()))) / 2**20


def _held_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):  # a worker that ended meanwhile
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
