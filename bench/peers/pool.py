"""One generated pool for all peers: written into the embedded engine, exported from it, with the offers to rank for."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from bench import national
from ftcore.database import Database
from ftcore.model import Offer

OFFERS = 50


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool in a folder: the embedded engine's file with the referentials, and the same people as Parquet."""

    folder: Path
    people: int
    offers: list[Offer]
    written_s: float

    @property
    def database(self) -> Path:
        return self.folder / "pool.duckdb"

    @property
    def parquet(self) -> Path:
        return self.folder / "people.parquet"


def write(folder: Path, people: int) -> Pool:
    """Generate so many people, and write them for every peer."""
    started = time.perf_counter()
    pool = Pool(folder, people, [], 0.0)
    database = Database.open(str(pool.database))
    land = national.populate(database, people)
    database.close()
    written = time.perf_counter() - started
    export(pool)
    return Pool(folder, people, national.offers(land, OFFERS), written)


def export(pool: Pool) -> None:
    """The people of the embedded engine's file, as they are now, for the peers to read."""
    with duckdb.connect(str(pool.database), read_only=True) as engine:
        # Few large row groups: the fewer pieces a column comes in, the less there is to join in memory.
        engine.execute(
            "COPY (SELECT * REPLACE (agency_id::VARCHAR AS agency_id, candidate_id::VARCHAR AS candidate_id) "
            f"FROM candidate) TO '{pool.parquet}' (FORMAT parquet, ROW_GROUP_SIZE 2000000)"
        )
