"""The journal as it is looked at: searched, a page at a time, and taken along. Only the person's own agency."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from ftcore.database import Database, Row, Transaction
from ftcore.errors import FtError
from ftcore.model import Person
from ftcore.spreadsheet import harmless
from ftcore.trust import access, acts, journal, journal_proof

PAGE = 50
# A file that a spreadsheet still opens.
MOST_EXPORTED = 200_000
_BATCH = 10_000
_PARIS = ZoneInfo("Europe/Paris")
COLUMNS = ("chain", "sequence", *journal.SAID, "previous_hash", "hash")
HEADS = ("Date (UTC)", "Acte", "Par qui", "Sur qui (pseudonyme)", "Sur quoi", "Motif", "Décision humaine", "Détail",
         "Automate", "Modèle", "Consigne", "Chaîne", "Numéro", "Empreinte", "Écriture")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; None is anything. `about` is the id of a person or of what was acted upon.

    The days are those of Paris, both included.
    """

    act: str | None = None
    actor: str | None = None
    about: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is shown. `words` is the reason in somebody's own words, where it is still kept."""

    entry_id: UUID
    happened_utc: datetime
    act: str
    actor: str
    candidate_id: UUID | None
    subject: str
    reason: str
    verdict: str
    detail: str
    automaton: str
    model: str
    prompt: str
    chain: str
    sequence: int | None
    hash: str
    words: str

    @property
    def label(self) -> str:
        """The act in French."""
        return acts.label(self.act)

    @property
    def by(self) -> str:
        """Who acted: a person's id, or which automaton in which version."""
        machine = " ".join(filter(None, (self.automaton, self.model, self.prompt)))
        who = "Automate" if self.actor == journal.AUTOMATON else self.actor
        return f"{who} ({machine})" if machine else who


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, the newest first, and how many there are in all."""

    entries: tuple[Entry, ...]
    total: int


def find(database: Database, person: Person, wanted: Wanted, page: int = 0) -> Page:
    """One page of the entries of the person's agency that fit. Raises NotAllowed."""
    access.require(person, "see journal")
    where, values = _condition(person, wanted)
    place = len(values)
    with database.read() as reader:
        total = int(reader.value(f"SELECT count(*) FROM journal j WHERE {where}", *values))
        rows = reader.rows(
            f"SELECT j.*, r.body AS words FROM journal j LEFT JOIN journal_reason r ON r.agency_id = j.agency_id "
            f"AND r.entry_id = j.entry_id WHERE {where} ORDER BY {_NEWEST} LIMIT ${place + 1} OFFSET ${place + 2}",
            *values,
            PAGE,
            PAGE * page,
        )
    return Page(tuple(_entry(row) for row in rows), total)


def known(database: Database, person: Person) -> tuple[list[str], list[str]]:
    """Which acts and which actors there are in the agency's journal, for choosing from."""
    access.require(person, "see journal")
    rows = database.rows("SELECT DISTINCT act, actor FROM journal WHERE agency_id = $1", person.agency_id)
    return (
        sorted({row["act"] for row in rows}, key=acts.label),
        sorted({row["actor"] for row in rows}, key=lambda who: (who != journal.AUTOMATON, who)),
    )


def export(database: Database, person: Person, wanted: Wanted, now: datetime) -> bytes:
    """The entries that fit as a table for spreadsheets, the newest first; the taking along is journaled itself.

    Raises NotAllowed, FtError where there are too many for a spreadsheet.
    """
    access.require(person, "export journal")
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(HEADS)
    where, values = _condition(person, wanted)
    with database.snapshot() as reader:
        count = int(reader.value(f"SELECT count(*) FROM journal j WHERE {where}", *values))
        if count > MOST_EXPORTED:
            raise FtError(
                f"{count} écritures sont trop pour un seul fichier : choisissez une période plus courte, "
                "ou demandez un export par la ligne de commande."
            )
        for row in _walk(reader, where, values):
            writer.writerow([harmless(cell) for cell in _cells(_entry(row | {"words": None}))])
    _journal(database, person, count, now)
    return out.getvalue().encode("utf-8-sig")


def lines(database: Database, agency_id: UUID | None = None) -> Iterator[dict[str, Any]]:
    """Every entry of an agency, or of all, in the order of its chain, with all that its hash covers.

    For the command line: whoever can open the database is asked nothing more.
    """
    with database.snapshot() as reader:
        chains = reader.rows(
            "SELECT DISTINCT agency_id, chain FROM journal WHERE $1::UUID IS NULL OR agency_id = $1::UUID "
            "ORDER BY agency_id, chain",
            agency_id,
        )
        for one in chains:
            if one["chain"] is None:
                rows = _walk(reader, "j.agency_id = $1 AND j.chain IS NULL", [one["agency_id"]])
            else:
                rows = (row for batch in journal_proof.batches(reader, **one) for row in batch)
            for row in rows:
                yield {"agency_id": str(one["agency_id"]), **{name: _plain(row[name]) for name in COLUMNS}}


def _journal(database: Database, person: Person, count: int, now: datetime) -> None:
    database.transact(
        lambda tx: journal.record(
            tx, person.agency_id, person.person_id, "journal exported", person.agency_id, now, f"{count} entries"
        )
    )


def _walk(reader: Transaction, where: str, values: list[Any]) -> Iterator[Row]:
    place = len(values)
    offset = 0
    sql = f"SELECT j.* FROM journal j WHERE {where} ORDER BY {_NEWEST} LIMIT ${place + 1} OFFSET ${place + 2}"
    while rows := reader.rows(sql, *values, _BATCH, offset):
        yield from rows
        offset += len(rows)


_NEWEST = "j.happened_utc DESC, j.chain, j.sequence DESC, j.entry_id"


def _condition(person: Person, wanted: Wanted) -> tuple[str, list[Any]]:
    values: list[Any] = [person.agency_id]
    tests = ["j.agency_id = $1"]

    def test(sql: str, value: Any) -> None:
        values.append(value)
        tests.append(sql.replace("?", f"${len(values)}"))

    if wanted.act is not None:
        test("j.act = ?", wanted.act)
    if wanted.actor is not None:
        test("j.actor = ?", wanted.actor)
    if wanted.about:
        about = wanted.about.strip()
        try:
            whom = UUID(about)
        except ValueError:
            test("j.subject = ?", about)
        else:
            test("(j.candidate_id = ?::UUID OR j.subject = CAST(?::UUID AS TEXT))", whom)
    if wanted.since is not None:
        test("j.happened_utc >= ?", _midnight(wanted.since))
    if wanted.until is not None:
        test("j.happened_utc < ?", _midnight(wanted.until + timedelta(days=1)))
    return " AND ".join(tests), values


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), _PARIS).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def _entry(row: Row) -> Entry:
    return Entry(
        row["entry_id"],
        row["happened_utc"],
        row["act"],
        row["actor"],
        row["candidate_id"],
        row["subject"],
        row["reason"] or "",
        row["verdict"] or "",
        row["detail"],
        row["automaton"] or "",
        row["model"] or "",
        row["prompt"] or "",
        row["chain"] or "",
        row["sequence"],
        row["hash"] or "",
        row["words"] or "",
    )


def _cells(entry: Entry) -> list[object]:
    return [
        entry.happened_utc.isoformat(sep=" ", timespec="seconds"),
        entry.label,
        entry.actor,
        str(entry.candidate_id or ""),
        entry.subject,
        entry.reason,
        entry.verdict,
        entry.detail,
        entry.automaton,
        entry.model,
        entry.prompt,
        entry.chain,
        entry.sequence,
        entry.hash,
        str(entry.entry_id),
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value
