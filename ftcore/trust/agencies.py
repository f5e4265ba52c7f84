"""The agencies, and what the identity provider calls them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from ftcore.database import Database, Transaction
from ftcore.errors import FtError
from ftcore.trust import journal


@dataclass(frozen=True, slots=True)
class Agency:
    """`code` is the word of the agency claim; None where people of the agency are known by its name."""

    agency_id: UUID
    name: str
    department: str
    code: str | None


def listed(database: Database) -> list[Agency]:
    """All agencies, by name."""
    rows = database.rows("SELECT agency_id, name, department, code FROM agency ORDER BY name, agency_id")
    return [Agency(**row) for row in rows]


def find(database: Database, word: str | None) -> Agency:
    """The agency of that code or name; without a word, the only one there is. Raises FtError."""
    known = listed(database)
    found = [one for one in known if word is None or word in (one.code, one.name)]
    if len(found) != 1:
        names = ", ".join(one.name for one in known)
        raise FtError(f"Dites de quelle agence il s'agit, avec --agency. Agences connues : {names or 'aucune'}.")
    return found[0]


def add(database: Database, code: str, name: str, department: str, actor: str, now: datetime) -> Agency:
    """Write down a new agency, or the new name of a known code. Raises FtError for a code or a name that is empty."""
    code, name, department = (" ".join(text.split()) for text in (code, name, department))
    if not code or not name:
        raise FtError("Une agence a besoin d'un code (celui du fournisseur d'identité) et d'un nom.")

    def write(tx: Transaction) -> Agency:
        tx.take_turn()  # two at once would both find the code free
        known = tx.one("SELECT agency_id, department FROM agency WHERE code = $1", code)
        if known is not None:
            tx.execute(
                "UPDATE agency SET name = $2, department = $3 WHERE agency_id = $1",
                known["agency_id"],
                name,
                department or known["department"],
            )
            made = Agency(known["agency_id"], name, department or known["department"], code)
        else:
            made = Agency(uuid4(), name, department, code)
            row = {
                "agency_id": made.agency_id,
                "name": name,
                "department": department,
                "demo": False,
                "code": code,
            }
            tx.insert("agency", [row])
        journal.record(tx, made.agency_id, actor, "agency recorded", made.agency_id, now)
        return made

    return database.transact(write)
