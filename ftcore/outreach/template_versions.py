"""The wordings that an agency writes itself: saved as versions, looked through, and taken again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ftcore.database import Database, Transaction
from ftcore.errors import FtError
from ftcore.model import Person
from ftcore.outreach.templates import DEFAULTS, Kind, Template, current
from ftcore.outreach.wording_rules import faults
from ftcore.trust import access, journal


@dataclass(frozen=True, slots=True)
class Version:
    """A version in the history of a wording. Who and when are None for the program's own."""

    template: Template
    written_by: str | None = None
    written_utc: datetime | None = None


def save(database: Database, person: Person, kind: Kind, body: str, now: datetime) -> Template:
    """Make a text the agency's wording for that kind, as a new version; the text in use again changes nothing.

    Taking an old version again is to save its text: the history only grows. What is queued already leaves
    as it was confirmed. Raises FtError with every fault in French when the text may not be used.
    """
    access.require(person, "change wordings")
    text = "\n".join(" ".join(line.split()) for line in body.strip().splitlines())

    def write(tx: Transaction) -> Template:
        agency_name = tx.value("SELECT name FROM agency WHERE agency_id = $1", person.agency_id)
        wrong = faults(kind, text, agency_name or "")
        if wrong:
            raise FtError(" ".join(wrong))
        used = current(tx, person.agency_id)[kind]
        if used.body == text:
            return used
        saved = Template(kind, used.version + 1, text)
        row = {
            "agency_id": person.agency_id,
            "kind": kind.value,
            "version": saved.version,
            "body": text,
            "written_by": person.person_id,
            "written_utc": now,
        }
        tx.insert("sms_template", [row])
        journal.record(tx, person.agency_id, person.person_id, "wording changed", saved.name, now)
        return saved

    return database.transact(write)


def in_use(database: Database, person: Person) -> dict[Kind, Template]:
    """The wordings in use in the person's agency."""
    access.require(person, "see sending rules")
    with database.read() as reader:
        return current(reader, person.agency_id)


def versions(database: Database, person: Person, kind: Kind) -> list[Version]:
    """Every version of a wording of the person's agency, the one in use first, the program's own last."""
    access.require(person, "see sending rules")
    rows = database.rows(
        "SELECT version, body, written_by, written_utc FROM sms_template WHERE agency_id = $1 AND kind = $2 "
        "ORDER BY version DESC",
        person.agency_id,
        kind.value,
    )
    own = [Version(Template(kind, r["version"], r["body"]), r["written_by"], r["written_utc"]) for r in rows]
    return [*own, Version(Template(kind, 0, DEFAULTS[kind]))]
