"""Outcomes of agencies by month from a CSV: every fault is a French sentence with its line; all of it, or nothing."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass
from datetime import date, datetime

from ftcore.database import Database, Transaction
from ftcore.errors import FtError, UnreadableFile
from ftcore.insight.wording import number
from ftcore.model import Person
from ftcore.trust import access, journal

MOST_BYTES = 2_000_000
MOST_ROWS = 20_000
MOST_FAULTS = 10
LONGEST_NAME = 120
COLUMNS = ("agence", "mois", "numerateur", "denominateur")
ACCEPTED = (
    "Le fichier attendu est un CSV (UTF-8, séparé par des points-virgules ou des virgules) avec les colonnes "
    "agence ; mois (2026-09) ; numerateur ; denominateur."
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one agency in one month: a share is `numerator` ÷ `denominator`."""

    agency: str
    month: date
    numerator: float
    denominator: float


def read(content: bytes) -> list[Outcome]:
    """The rows of the file. Raises UnreadableFile with the faults, each with its line, ten at most."""
    if len(content) > MOST_BYTES:
        raise UnreadableFile(f"Ce fichier dépasse {MOST_BYTES // 1_000_000} Mo. {ACCEPTED}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"Ce fichier n'est pas en UTF-8. {ACCEPTED}") from error
    first = text.partition("\n")[0]
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True))
    except csv.Error as error:
        raise UnreadableFile(f"Ce fichier n'est pas un CSV lisible. {ACCEPTED}") from error
    heads = [head.strip().lower().replace("é", "e") for head in table[0]] if table else []
    if sorted(heads) != sorted(COLUMNS):
        raise UnreadableFile(f"Les colonnes ne sont pas celles attendues. {ACCEPTED}")
    lines = [(place, cells) for place, cells in enumerate(table[1:], 2) if any(cell.strip() for cell in cells)]
    if len(lines) > MOST_ROWS:
        raise UnreadableFile(f"Ce fichier compte {number(len(lines))} lignes, {number(MOST_ROWS)} au plus.")
    if not lines:
        raise UnreadableFile(f"Ce fichier ne contient aucune ligne de résultats. {ACCEPTED}")
    found: dict[tuple[str, date], Outcome] = {}
    faults: list[str] = []
    for place, cells in lines:
        try:
            row = _row(heads, cells)
            if (row.agency, row.month) in found:
                raise ValueError("cette agence a déjà une ligne pour ce mois")
            found[row.agency, row.month] = row
        except ValueError as error:
            faults.append(f"ligne {place} : {error}")
    if faults:
        more = f" … et {len(faults) - MOST_FAULTS} autres." if len(faults) > MOST_FAULTS else ""
        raise UnreadableFile(f"Rien n'a été importé. {' ; '.join(faults[:MOST_FAULTS])}.{more}")
    return list(found.values())


def _row(heads: list[str], cells: list[str]) -> Outcome:
    if len(cells) != len(heads):
        raise ValueError(f"{len(cells)} colonnes au lieu de {len(heads)}")
    cell = {head: value.strip() for head, value in zip(heads, cells, strict=True)}
    name = " ".join(cell["agence"].split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError("le nom de l'agence est vide, trop long ou illisible")
    month = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])(?:-01)?", cell["mois"])
    if month is None:
        raise ValueError(f"le mois « {cell['mois'][:20]} » ne s'écrit pas 2026-09")
    numerator, denominator = (_count(cell[name], name) for name in ("numerateur", "denominateur"))
    if denominator == 0 or numerator > denominator:
        raise ValueError("le numérateur dépasse le dénominateur, ou le dénominateur est nul")
    return Outcome(name, date(int(month[1]), int(month[2]), 1), numerator, denominator)


def _count(text: str, column: str) -> float:
    if not re.fullmatch(r"\d{1,9}(?:[.,]\d{1,6})?", text, re.ASCII):
        raise ValueError(f"« {text[:20]} » n'est pas un nombre positif ({column})")
    value = float(text.replace(",", "."))
    assert math.isfinite(value)
    return value


def import_outcomes(database: Database, person: Person, content: bytes, now: datetime) -> int:
    """Replace the imported outcomes by those of the file; gives how many rows. Raises UnreadableFile."""
    access.require(person, "change baselines")
    rows = read(content)
    if len({row.agency for row in rows}) < 2:
        raise FtError("Ce fichier ne parle que d'une agence : il en faut au moins une pilote et une témoin.")

    def write(tx: Transaction) -> None:
        tx.take_turn()
        tx.execute("DELETE FROM pilot_outcome")
        tx.insert(
            "pilot_outcome",
            [
                {"agency": row.agency, "month": row.month, "numerator": row.numerator, "denominator": row.denominator}
                for row in rows
            ],
        )
        journal.record(
            tx, person.agency_id, person.person_id, "pilot outcomes imported", "pilot_outcome", now, f"{len(rows)} rows"
        )

    database.transact(write)
    return len(rows)
