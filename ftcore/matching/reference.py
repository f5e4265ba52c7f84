"""The starter referential: enough occupations and places to work with before a full one is loaded."""

from __future__ import annotations

import csv
from pathlib import Path

from ftcore.database import Database, Row, Transaction

STARTER = Path(__file__).parents[2] / "data" / "reference"


def load_starter(database: Database, folder: Path = STARTER) -> int:
    """Load the starter's CSV files in one transaction; gives how many rows went in.

    Nothing is touched, and 0 is given, where any reference table holds something already: what an
    agency loaded itself is never mixed with the starter.
    """
    tables = _read_tables(folder) if not _any_loaded(database) else {}
    if not tables:
        return 0

    def write(tx: Transaction) -> int:
        for table, rows in tables.items():
            tx.insert(table, rows, if_absent=True)
        return sum(len(rows) for rows in tables.values())

    return database.transact(write)


def _any_loaded(database: Database) -> bool:
    return bool(
        database.value(
            "SELECT EXISTS (SELECT 1 FROM occupation) OR EXISTS (SELECT 1 FROM department) "
            "OR EXISTS (SELECT 1 FROM commune)"
        )
    )


def _read_tables(folder: Path) -> dict[str, list[Row]]:
    return {
        "occupation": [{"code": r["code"], "label": r["label"]} for r in _read(folder / "occupations.csv")],
        "occupation_title": [{"code": r["code"], "title": r["title"]} for r in _read(folder / "titles.csv")],
        "occupation_skill": [
            {"code": r["code"], "skill": r["skill"], "core": r["core"] == "1"} for r in _read(folder / "skills.csv")
        ],
        "occupation_near": [
            {"code": r["code"], "neighbour": r["neighbour"], "degree": float(r["degree"])}
            for r in _read(folder / "neighbours.csv")
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
            for r in _read(folder / "departments.csv")
        ],
        "commune": [
            {
                "insee": r["insee"],
                "name": r["name"],
                "postcode": r["postcode"],
                "department": r["department"],
                "lat": float(r["lat"]) if r["lat"] else None,
                "lon": float(r["lon"]) if r["lon"] else None,
            }
            for r in _read(folder / "communes.csv")
        ],
    }


def _read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))
