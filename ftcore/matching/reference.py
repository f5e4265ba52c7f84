"""The referentials in use: a starter of our own, until the official ones are loaded in its place.

A load replaces its referential whole, in one transaction: who reads meanwhile sees the old one or the new
one, and repeating it changes nothing.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ftcore.database import Database, Row, Transaction
from ftcore.matching import nearness
from ftcore.matching.commune_files import read_communes
from ftcore.matching.rome_files import Rejected, read_rome
from ftcore.model import Person
from ftcore.text import fold, words
from ftcore.trust import access, journal

STARTER = Path(__file__).parents[2] / "data" / "reference"


def load_starter(database: Database, folder: Path = STARTER) -> int:
    """Load the starter's CSV files in one transaction; gives how many rows went in.

    Nothing is touched, and 0 is given, where any reference table holds something already: what an
    agency loaded itself is never mixed with the starter.
    """
    tables = _read_tables(folder) if not _any_loaded(database) else _read_skills(database)
    if not tables:
        return 0

    def write(tx: Transaction) -> int:
        for table, rows in tables.items():
            tx.insert(table, rows, if_absent=True)
        return sum(len(rows) for rows in tables.values())

    return database.transact(write)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load brought in: a count by French label, the lines left out, and a remark on what is in use."""

    name: str
    version: str
    counts: dict[str, int]
    rejected: tuple[Rejected, ...]
    remarks: tuple[str, ...] = ()


Progress = Callable[[float], None]


def import_rome(database: Database, person: Person, path: Path, now: datetime, progress: Progress) -> Loaded:
    """Load the official ROME 4.0 from a folder or a ZIP archive; `progress` hears the part done, 0..1.

    Raises UnreadableFile where it is not one, and then nothing has changed.
    """
    access.require(person, "import")
    rome = read_rome(path)
    progress(0.2)
    near = nearness.neighbours(
        [row["code"] for row in rome.occupations],
        [(row["code"], row["skill"]) for row in rome.skills if row["kind"] != "contexte"],
        rome.mobility,
    )
    progress(0.35)
    tables = {
        "occupation": rome.occupations, "occupation_title": rome.titles, "occupation_skill": rome.skills,
        "occupation_near": near, "skill": each_skill(rome.skills),
    }  # fmt: skip
    _replace(database, person, "ROME", f"version {rome.version}", path, tables, now, lambda part: progress(0.35 + part))
    counts = {
        "métiers": len(rome.occupations), "appellations": len(rome.titles),
        "compétences, savoirs et contextes par métier": len(rome.skills),
        "liens de mobilité": len(rome.mobility), "proximités entre métiers": len(near),
    }  # fmt: skip
    progress(1.0)
    return Loaded("ROME", f"version {rome.version}", counts, tuple(rome.rejected), tuple(_orphans(database)))


def import_communes(database: Database, person: Person, path: Path, now: datetime, progress: Progress) -> Loaded:
    """Load the communes from La Poste's CSV or the geographic API's JSON; `progress` hears the part done, 0..1.

    What the file lacks is kept where the referential in use knows it: coordinates, and names that are
    written with their accents. Raises UnreadableFile where it is neither; then nothing has changed.
    """
    access.require(person, "import")
    found = read_communes(path)
    progress(0.3)
    known = {row["insee"]: row for row in database.rows("SELECT insee, name, lat, lon, population FROM commune")}
    for row in found.rows:
        before = known.get(row["insee"])
        if before is None:
            continue
        if words(before["name"]) == words(row["name"]) and row["name"].isascii():
            row["name"] = before["name"]
        if row["lat"] is None:
            row["lat"], row["lon"] = before["lat"], before["lon"]
        if row["population"] is None:
            row["population"] = before["population"]
    tables = {"commune": found.rows, "commune_postcode": found.postcodes}
    _replace(database, person, "communes", found.source, path, tables, now, lambda part: progress(0.3 + part))
    remarks = []
    if found.unlocated:
        remarks.append(f"{found.unlocated} communes sont sans coordonnées : les distances y sont inconnues.")
    progress(1.0)
    counts = {"communes lues": found.read, "communes": len(found.rows), "codes postaux": len(found.postcodes)}
    return Loaded("communes", found.source, counts, tuple(found.rejected), tuple(remarks))


def loads(database: Database) -> list[Row]:
    """Which official referentials were loaded: name, source, version, loaded_utc; none of them: the starter serves."""
    return database.rows("SELECT name, source, version, loaded_utc FROM reference_load ORDER BY name")


def _replace(
    database: Database,
    person: Person,
    name: str,
    version: str,
    path: Path,
    tables: Mapping[str, Sequence[Row]],
    now: datetime,
    progress: Progress,
) -> None:
    def write(tx: Transaction) -> None:
        for number, (table, rows) in enumerate(tables.items()):
            tx.execute(f"DELETE FROM {table}")
            tx.insert(table, rows)
            progress(0.6 * (number + 1) / len(tables))
        tx.execute("DELETE FROM reference_load WHERE name = $1", name)
        tx.insert("reference_load", [{"name": name, "source": path.name, "version": version, "loaded_utc": now}])
        journal.record(tx, person.agency_id, person.person_id, "referential loaded", person.agency_id, now,
                       f"{name}, {version}")  # fmt: skip

    database.transact(write)
    database.transact(lambda tx: tx.execute("ANALYZE"))


def _orphans(database: Database) -> list[str]:
    """What in use speaks of occupations that the referential no longer has."""
    remarks = []
    for table, what in (("candidate", "personnes cherchent"), ("offer", "offres demandent")):
        count = database.value(
            f"SELECT count(*) FROM {table} WHERE occupation_code NOT IN (SELECT code FROM occupation)"
        )
        if count:
            remarks.append(f"{count} {what} un métier que ce ROME n'a pas : leur fiche reste, à mettre à jour.")
    return remarks


def _any_loaded(database: Database) -> bool:
    return bool(
        database.value(
            "SELECT EXISTS (SELECT 1 FROM occupation) OR EXISTS (SELECT 1 FROM department) "
            "OR EXISTS (SELECT 1 FROM commune)"
        )
    )


def _read_skills(database: Database) -> dict[str, list[Row]]:
    """The skills of a database from before they had a table of their own."""
    if database.value("SELECT EXISTS (SELECT 1 FROM skill)"):
        return {}
    return {"skill": each_skill(database.rows("SELECT code, skill, kind FROM occupation_skill"))}


def each_skill(rows: Iterable[Row]) -> list[Row]:
    """Rows of `skill` from rows of `occupation_skill`; of two that are spelled alike, the more frequent stands."""
    holders = Counter(row["skill"] for row in rows if row.get("kind") != "contexte")
    found: dict[str, Row] = {}
    for name, count in sorted(holders.items(), key=lambda item: (-item[1], item[0])):
        row = found.setdefault(fold(name), {"name": name, "folded": fold(name), "holders": 0})
        row["holders"] += count
    return list(found.values())


def _read_tables(folder: Path) -> dict[str, list[Row]]:
    communes: list[Row] = [
        {
            "insee": r["insee"],
            "name": r["name"],
            "postcode": r["postcode"],
            "department": r["department"],
            "lat": float(r["lat"]) if r["lat"] else None,
            "lon": float(r["lon"]) if r["lon"] else None,
        }
        for r in starter_rows(folder / "communes.csv")
    ]
    skills: list[Row] = [
        {"code": r["code"], "skill": r["skill"], "core": r["core"] == "1"} for r in starter_rows(folder / "skills.csv")
    ]
    return {
        "occupation": [{"code": r["code"], "label": r["label"]} for r in starter_rows(folder / "occupations.csv")],
        "occupation_title": [{"code": r["code"], "title": r["title"]} for r in starter_rows(folder / "titles.csv")],
        "occupation_skill": skills,
        "skill": each_skill(skills),
        "occupation_near": [
            {"code": r["code"], "neighbour": r["neighbour"], "degree": float(r["degree"])}
            for r in starter_rows(folder / "neighbours.csv")
        ],
        "department": [
            {
                "code": r["code"],
                "name": r["name"],
                "region": r["region"],
                "lat": float(r["lat"]),
                "lon": float(r["lon"]),
                "zone": r["zone"],
            }
            for r in starter_rows(folder / "departments.csv")
        ],
        "commune": communes,
        "commune_postcode": [{"postcode": row["postcode"], "insee": row["insee"]} for row in communes],
    }


def starter_rows(file: Path) -> list[dict[str, str]]:
    """The lines of one of the starter's files."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))
