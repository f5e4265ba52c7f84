"""The agency's pool of job seekers: one person's record."""

from __future__ import annotations

from uuid import UUID

from ftcore.database import Database, Row
from ftcore.errors import NotFound
from ftcore.model import Candidate


def candidate(database: Database, agency_id: UUID, candidate_id: UUID) -> Candidate:
    """One person of the agency's pool. Raises NotFound."""
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
