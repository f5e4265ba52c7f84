"""The agency's pool of job seekers: a checked file goes in at once, and one person's record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import pandas as pd

from ftcore import spreadsheet
from ftcore.database import Database, Row, Transaction
from ftcore.errors import FtError, NotFound
from ftcore.matching.people_check import CheckedRows
from ftcore.matching.people_file import FIELDS
from ftcore.model import Candidate, ImportReport, Person
from ftcore.trust import access, journal


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


def import_candidates(
    database: Database,
    person: Person,
    frame: pd.DataFrame,
    mapping: Mapping[str, str],
    now: datetime,
    progress: Callable[[float], None] | None = None,
    *,
    whole: bool = False,
) -> ImportReport:
    """Bring the rows of a file into the agency's pool; the bad ones are reported and change nothing.

    `frame` is `read_table`'s; `mapping` says which of its columns holds which of `FIELDS`; `progress`
    hears the part done, 0..1. People are known by the agency and their identifier, so that the same
    file twice changes nothing. What the file has no column for stays as it is.

    `whole` says that the file is the agency's complete list: who is not in it leaves the pool, is proposed
    to nobody any more, and stays on record for the conversations; who comes back is taken again. All of
    it, or nothing. Raises FtError when a required field has no column, or when more than half of the
    pool would leave, which a file cut short would do.
    """
    access.require(person, "import")
    _check_mapping(frame, mapping)
    checked = CheckedRows(database, person.agency_id, frame, mapping, progress or (lambda part: None))

    def write(tx: Transaction) -> ImportReport:
        report = _merge(tx, person.agency_id, checked, mapping)
        left = _leave(tx, person.agency_id, [str(cell) for cell in frame[mapping["external_id"]]], now) if whole else 0
        detail = (
            f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, "
            f"{len({bad.line for bad in report.rejected})} rejected, {left} left"
        )
        journal.record(tx, person.agency_id, person.person_id, "candidates imported", person.agency_id, now, detail)
        return report

    report = database.transact(write)
    if progress is not None:
        progress(1.0)
    return report


def _check_mapping(frame: pd.DataFrame, mapping: Mapping[str, str]) -> None:
    missing = [field.label for name, field in FIELDS.items() if field.required and not mapping.get(name)]
    if missing:
        raise FtError(f"Indiquez la colonne du fichier pour : {', '.join(missing)}.")
    absent = [column for name, column in mapping.items() if name not in FIELDS or column not in frame.columns]
    if absent:
        raise FtError(f"Le fichier n'a pas de colonne « {absent[0]} » : choisissez-en une autre.")


# What a row is given where the file has no column for it, and the person is new.
_UNKNOWN: Row = {
    "skills": (), "experience_years": None, "commune": None, "department": None, "lat": None, "lon": None,
    "mobility_km": None, "available_from": None, "licences": None, "contracts": None, "working_time": None,
    "demo": False,
}  # fmt: skip


def _merge(tx: Transaction, agency_id: UUID, checked: CheckedRows, mapping: Mapping[str, str]) -> ImportReport:
    """Put the good rows into the pool: new ones inserted, changed ones updated, both in bulk."""
    known, holders = _already_there(tx, agency_id, [row for _, row in checked.good])
    rejected = list(checked.bad)
    added: list[Row] = []
    changed: list[Row] = []
    unchanged = 0
    for line, row in checked.good:
        holder = holders.get(row["phone"])
        if holder is not None and holder != row["external_id"]:
            rejected.append(
                checked.reject(line, "phone", row["phone"], "Ce numéro est déjà celui d'une autre personne de l'agence")
            )
            continue
        before = known.get(row["external_id"])
        if before is None:
            added.append({**_UNKNOWN, **row})
        elif any(_differs(before[name], value) for name, value in row.items()):
            changed.append({**{name: before[name] for name in _UNKNOWN}, **row, "candidate_id": before["candidate_id"]})
        else:
            unchanged += 1
    _insert(tx, "candidate", in_order(added))
    _update(tx, changed)
    return ImportReport(len(added), len(changed), unchanged, tuple(sorted(rejected, key=lambda bad: bad.line)))


def _already_there(tx: Transaction, agency_id: UUID, rows: list[Row]) -> tuple[dict[str, Row], dict[str, str]]:
    """The people of the pool by identifier, and who holds which number, as far as the rows concern them."""
    found = tx.rows(
        """
        SELECT * FROM candidate
        WHERE agency_id = $1 AND (candidate_id IN (SELECT unnest($2::TEXT[])::UUID)
                                  OR phone IN (SELECT unnest($3::TEXT[])))
        """,
        agency_id,
        [str(row["candidate_id"]) for row in rows],
        [row["phone"] for row in rows],
    )
    return {row["external_id"]: row for row in found}, {row["phone"]: row["external_id"] for row in found}


def _differs(before: Any, after: Any) -> bool:
    return bool((tuple(before) if isinstance(before, list) else before) != after)


def _leave(tx: Transaction, agency_id: UUID, external_ids: list[str], now: datetime) -> int:
    """Take out of the pool who is not in the complete list, a rejected row included; gives how many left."""
    listed = [external_id.strip() for external_id in external_ids]
    tx.execute(
        "UPDATE candidate SET left_utc = NULL WHERE agency_id = $1 AND left_utc IS NOT NULL "
        "AND external_id IN (SELECT unnest($2::TEXT[]))",
        agency_id,
        listed,
    )
    counts = (
        tx.one(
            """
        SELECT count(*) AS people, count(CASE WHEN external_id NOT IN (SELECT unnest($2::TEXT[])) THEN 1 END) AS leaving
        FROM candidate WHERE agency_id = $1 AND left_utc IS NULL
        """,
            agency_id,
            listed,
        )
        or {}
    )
    if counts["leaving"] * 2 > counts["people"]:
        raise FtError(
            f"Ce fichier ferait sortir {counts['leaving']} personnes sur {counts['people']} : il est sans doute "
            "incomplet. Rien n'a changé. Vérifiez-le, ou importez-le sans dire qu'il est complet."
        )
    tx.execute(
        "UPDATE candidate SET left_utc = $3 WHERE agency_id = $1 AND left_utc IS NULL "
        "AND external_id NOT IN (SELECT unnest($2::TEXT[]))",
        agency_id,
        listed,
        now,
    )
    return int(counts["leaving"])


def in_order(rows: list[Row]) -> list[Row]:
    """People in the order in which a pool is kept: by occupation, then by place, for the ranking to read less."""
    return sorted(
        rows, key=lambda row: (row["occupation_code"] or "", round(4 * (row["lat"] or 0.0)), row["lon"] or 0.0)
    )


def _insert(tx: Transaction, table: str, rows: list[Row]) -> None:
    order = sorted(rows[0]) if rows else []
    tx.insert(table, [{name: row[name] for name in order} for row in rows])


def _update(tx: Transaction, rows: list[Row]) -> None:
    """Change many people at once. The keys stay as they are, so no row is deleted and written anew."""
    if not rows:
        return
    tx.execute("CREATE TEMPORARY TABLE changed_candidate AS SELECT * FROM candidate WHERE false")
    _insert(tx, "changed_candidate", rows)
    names = [name for name in sorted(rows[0]) if name not in ("agency_id", "candidate_id", "external_id")]
    tx.execute(
        f"""
        UPDATE candidate SET {", ".join(f"{name} = n.{name}" for name in names)}
        FROM changed_candidate n
        WHERE candidate.agency_id = n.agency_id AND candidate.candidate_id = n.candidate_id
        """
    )
    tx.execute("DROP TABLE changed_candidate")


def rejected_csv(report: ImportReport) -> bytes:
    """The rejected rows as a file for spreadsheets."""
    rows = ((bad.line, bad.column, bad.value, bad.reason) for bad in report.rejected)
    return spreadsheet.table_bytes(["Ligne", "Colonne", "Valeur", "Motif"], rows)
