"""The agency's pool of job seekers: one person's record."""

from __future__ import annotations

import math
from uuid import UUID

from ftcore.database import Database, Row, Transaction
from ftcore.errors import NotFound
from ftcore.model import Candidate, Person
from ftcore.trust import access


def candidate(database: Database, person: Person, candidate_id: UUID) -> Candidate:
    """One person of the pool of the acting person's agency. Raises NotAllowed, NotFound."""
    access.require(person, "see candidates")
    return known(database, person.agency_id, candidate_id)


def known(database: Database, agency_id: UUID, candidate_id: UUID) -> Candidate:
    """The same, for whoever has been allowed to by another rule. Raises NotFound."""
    row = database.one("SELECT * FROM candidate WHERE agency_id = $1 AND candidate_id = $2", agency_id, candidate_id)
    if row is None:
        raise NotFound("Cette personne n'est pas, ou plus, dans le fichier de votre agence.")
    return from_row(row)


def from_row(row: Row) -> Candidate:
    """A candidate from a row of the table `candidate` (further columns are ignored)."""
    return Candidate(
        agency_id=row["agency_id"],
        candidate_id=row["candidate_id"],
        external_id=row["external_id"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        phone=row["phone"],
        occupation=row["occupation_code"],
        skills=tuple(row["skills"]),
        experience_years=row["experience_years"],
        commune=row["commune"],
        department=row["department"],
        lat=row["lat"],
        lon=row["lon"],
        mobility_km=row["mobility_km"],
        available_from=row["available_from"],
        licences=None if row["licences"] is None else tuple(row["licences"]),
        contracts=None if row["contracts"] is None else tuple(row["contracts"]),
        working_time=row["working_time"],
        demo=row["demo"],
    )


# How far somebody may be taken to go of whom no mobility is known.
UNKNOWN_MOBILITY_KM = 100.0
# Who lives so little beyond their own limit may be shown apart: the limit is worth a question.
NEAR_MISS_KM = 10.0

# What the four columns of a person's box are, in SQL over `lat`, `lon` and `mobility_km`: where they would work, the
# near misses included. Written with every place and mobility, or the ranking would not find the person.
_REACH = f"coalesce(mobility_km, {UNKNOWN_MOBILITY_KM}) + {NEAR_MISS_KM}"
BOX = {
    "south": f"box_south(lat, {_REACH})",
    "north": f"box_north(lat, {_REACH})",
    "west": f"box_west(lat, lon, {_REACH})",
    "east": f"box_east(lat, lon, {_REACH})",
}


def half_box(lat: float, km: float) -> tuple[float, float]:
    """Half the height and half the width in degrees of a box that holds whatever lies within so many km of a place."""
    high = km / 111.0
    return high, high / max(math.cos(math.radians(min(abs(lat) + high, 90.0))), 0.01)


def count_sizes(tx: Transaction, agency_id: UUID) -> None:
    """Count the agency's pool by occupation anew: for whoever writes people, in the same transaction."""
    tx.execute("DELETE FROM pool_size WHERE agency_id = $1", agency_id)
    tx.execute(f"INSERT INTO pool_size (agency_id, occupation_code, people) {_COUNTED}", agency_id)


def lay_out(tx: Transaction, agency_id: UUID) -> None:
    """Make boxes and sizes true of an agency's people who were written or changed without them."""
    boxes = ", ".join(f"{name} = {sql}" for name, sql in BOX.items())
    tx.execute(f"UPDATE candidate SET {boxes} WHERE agency_id = $1", agency_id)
    count_sizes(tx, agency_id)


def sizes(reader: Transaction, agency_id: UUID) -> dict[str, int]:
    """How many people of the agency's pool look for each occupation; those of whom none is known under ""."""
    rows = reader.rows("SELECT occupation_code, people FROM pool_size WHERE agency_id = $1", agency_id)
    # A pool from before it was counted, or written by hand.
    rows = rows or reader.rows(_COUNTED, agency_id)
    return {row["occupation_code"]: row["people"] for row in rows}


_COUNTED = """
    SELECT $1::UUID AS agency_id, coalesce(occupation_code, '') AS occupation_code, count(*) AS people
    FROM candidate WHERE agency_id = $1::UUID AND left_utc IS NULL GROUP BY coalesce(occupation_code, '')
"""
