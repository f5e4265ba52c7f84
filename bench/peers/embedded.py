"""The embedded engine, which the others are compared with; and the floor under it."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.feather as feather

from bench import national
from bench.peers.measuring import SHOWN, Answer, Line, peak_gib, timed
from bench.peers.pool import Pool
from ftcore.database import Database, Row
from ftcore.matching import ranking
from ftcore.matching.wanted import wanted
from ftcore.model import Offer


def ranked(database: Database, offer: Offer) -> ranking.Ranking:
    """The product's own ranking, as a page asks for it."""
    return ranking.rank(
        database, national.COUNSELOR, offer, ranking.Weights(), ranking.Conditions(), national.TODAY, limit=SHOWN
    )


def measure(pool: Pool) -> list[Line]:
    started = time.perf_counter()
    database = Database.open(str(pool.database))
    opened = time.perf_counter() - started
    spent, found = timed(pool.offers, lambda offer: ranked(database, offer))
    answers = [Answer.of(ranking) for ranking in found]
    line = Line("embedded engine", spent, peak_gib(), pool.written_s + opened, answers)
    database.close()
    return [line]


def floor(pool: Pool) -> list[Line]:
    """What nobody can be faster than: a query of nothing, and the reading of what has to be looked at."""
    database = Database.open(str(pool.database))
    near = {offer.offer_id: list(wanted(database, database, offer, national.TODAY).near) for offer in pool.offers}
    files = {offer.offer_id: _written(pool.folder, offer, _needed(database, offer, near)) for offer in pool.offers}

    def engine_reads(offer: Offer) -> object:
        return database.one(f"SELECT {_TOUCHED} {_NEEDED}", *_given(offer, near))

    works = {
        "floor: an empty query": lambda offer: database.value("SELECT 1"),
        "floor: what the offer asks": lambda offer: wanted(database, database, offer, national.TODAY),
        "floor: the needed bytes, by the engine": engine_reads,
        "floor: the needed bytes, from a file": lambda offer: files[offer.offer_id].read_bytes(),
    }
    lines = [Line(what, timed(pool.offers, work)[0], 0.0) for what, work in works.items()]
    database.close()
    return lines


# Who is of a near occupation and would come to the place, by their box.
_COLUMNS = (
    "candidate_id", "phone", "occupation_code", "skills", "experience_years", "lat", "lon", "mobility_km",
    "available_from", "licences", "contracts", "working_time",
)  # fmt: skip
_NEEDED = """
    FROM candidate c WHERE c.agency_id = $1 AND c.left_utc IS NULL
    AND c.occupation_code IN (SELECT unnest($2::TEXT[]))
    AND c.south <= $3::DOUBLE AND c.north >= $3::DOUBLE AND c.west <= $4::DOUBLE AND c.east >= $4::DOUBLE
"""
# Every column is decoded, and as little as possible is done with it.
_TOUCHED = """
    max(candidate_id), sum(strlen(phone)), sum(strlen(occupation_code)), sum(strlen(skills[1])), sum(experience_years),
    sum(lat), sum(lon), sum(mobility_km), max(available_from), sum(strlen(licences[1])), sum(strlen(contracts[1])),
    sum(strlen(working_time))
"""


def _given(offer: Offer, near: dict[UUID, list[str]]) -> tuple[object, ...]:
    place = offer.place
    assert place is not None
    return offer.agency_id, near[offer.offer_id], place.lat, place.lon


def _needed(database: Database, offer: Offer, near: dict[UUID, list[str]]) -> list[Row]:
    columns = ", ".join(_COLUMNS).replace("candidate_id", "candidate_id::VARCHAR AS candidate_id")
    return database.rows(f"SELECT {columns} {_NEEDED}", *_given(offer, near))


def _written(folder: Path, offer: Offer, needed: list[Row]) -> Path:
    """The bytes as they lie in memory, uncompressed: the operating system has them at hand when they are read."""
    file = folder / f"needed-{offer.offer_id}.arrow"
    feather.write_feather(pa.Table.from_pylist(needed), str(file), compression="uncompressed")
    return file
