"""The parts of the referential that every ranking asks for, kept in memory until another one is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

from ftcore.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An occupation that is near another one: its degree (0..1), and its label where it is known."""

    code: str
    degree: float
    label: str | None


@dataclass(frozen=True, slots=True)
class Referential:
    """How many occupations there are, each skill by its folded form, and the neighbours of each occupation.

    A skill is its name and how many occupations ask for it; neighbours stand nearest first.
    """

    loaded_utc: datetime | None
    occupations: int
    skills: dict[str, tuple[str, int]]
    near: dict[str, list[Neighbour]]


# About 15 MB for the whole ROME, against two statements of every ranking.
_kept: WeakKeyDictionary[Database, Referential] = WeakKeyDictionary()


def current(database: Database, reader: Transaction | Database) -> Referential:
    """The referential as the reader sees it, read again where another one was loaded, by whichever replica."""
    loaded_utc = reader.value("SELECT max(loaded_utc) FROM reference_load")
    found = _kept.get(database)
    if found is None or found.loaded_utc != loaded_utc or not found.occupations:
        found = _read(reader, loaded_utc)
        _kept[database] = found
    return found


def _read(reader: Transaction | Database, loaded_utc: datetime | None) -> Referential:
    near: dict[str, list[Neighbour]] = {}
    for row in reader.rows(_NEAR):
        near.setdefault(row["code"], []).append(Neighbour(row["neighbour"], row["degree"], row["label"]))
    skills = {row["folded"]: (row["name"], row["holders"]) for row in reader.rows("SELECT * FROM skill")}
    return Referential(loaded_utc, reader.value("SELECT count(*) FROM occupation"), skills, near)


_NEAR = """
    SELECT n.code, n.neighbour, n.degree, o.label
    FROM occupation_near n LEFT JOIN occupation o ON o.code = n.neighbour
    ORDER BY n.code, n.degree DESC, n.neighbour
"""
