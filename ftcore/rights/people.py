"""One person's rights: find them, say everything that is kept of them, correct it. Erasing is `erasure`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ftcore.database import Database, Row, Transaction
from ftcore.errors import FtError
from ftcore.matching import pool
from ftcore.model import Person
from ftcore.outreach import campaigns
from ftcore.phones import normalise
from ftcore.rights.erasure import Subject, named, subject
from ftcore.text import words
from ftcore.trust import access, journal, kept_stops

MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class Found:
    """One file of the agency that a search found; `has_left` is one that is not in the last list any more."""

    candidate_id: UUID
    external_id: str
    name: str
    phone: str
    has_left: bool


def find(database: Database, person: Person, text: str, now: datetime) -> list[Found]:
    """Files of the agency by number in any writing, name or identifier. The search is journaled, not what for."""
    access.require(person, "answer rights")
    asked, number = " ".join(words(text)), normalise(text.strip())
    if len(text.strip()) < 2:
        raise FtError("Écrivez un numéro, un nom ou l'identifiant.")

    def look(tx: Transaction) -> list[Found]:
        rows = tx.rows(
            """
            SELECT candidate_id, external_id, first_name, last_name, phone, left_utc FROM candidate c
            WHERE agency_id = $1 AND (external_id = $2 OR phone = $3
               OR EXISTS (SELECT 1 FROM conversation v WHERE v.agency_id = c.agency_id
                          AND v.candidate_id = c.candidate_id AND v.phone = $3)
               OR place_key(last_name || ' ' || first_name) LIKE $4
               OR place_key(first_name || ' ' || last_name) LIKE $4)
            ORDER BY last_name, first_name, external_id LIMIT $5
            """,
            person.agency_id,
            text.strip(),
            number,
            f"{asked}%" if asked and number is None else None,
            MOST_FOUND,
        )
        by = "number" if number else "name or identifier"
        journal.record(tx, person.agency_id, person.person_id, "person searched", "candidates", now, f"by {by}")
        return [
            Found(row["candidate_id"], row["external_id"], f"{row['first_name']} {row['last_name']}", row["phone"],
                  row["left_utc"] is not None)
            for row in rows
        ]  # fmt: skip

    return database.transact(look)


def export(database: Database, person: Person, candidate_id: UUID, now: datetime) -> dict[str, Any]:
    """Everything that is kept of a person, for them (GDPR art. 15 and 20); journaled.

    Who of the staff did what is told as "un agent": their names are not the person's data.
    """
    access.require(person, "answer rights")

    def gather(tx: Transaction) -> dict[str, Any]:
        who = subject(tx, person.agency_id, candidate_id)
        told = _everything(tx, database.number_key, who, now)
        journal.record(tx, person.agency_id, person.person_id, "person exported", candidate_id, now)
        return told

    return database.transact(gather)


def as_json(told: dict[str, Any]) -> bytes:
    """An export as a JSON document, instants in UTC."""
    return json.dumps(told, ensure_ascii=False, indent=2, default=_plain).encode()


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


_BOX = ("south", "north", "west", "east")


def _everything(tx: Transaction, key: bytes | None, who: Subject, now: datetime) -> dict[str, Any]:
    agency = tx.value("SELECT name FROM agency WHERE agency_id = $1", who.agency_id)
    ids = list(who.conversation_ids)

    def of(query: str) -> list[Row]:
        return tx.rows(query, who.agency_id, ids)

    def of_person(query: str) -> list[Row]:
        return tx.rows(query, who.agency_id, who.candidate_ids)

    parts = {
        name: of(query)
        for name, query in {
            "messages": _MESSAGES, "events": _EVENTS, "replies": _REPLIES, "checks": _CHECKS, "notes": _NOTES,
            "arms": _ARMS, "groups": _GROUPS, "satisfaction": _SATISFACTION,
        }.items()
    }  # fmt: skip
    conversations = []
    for row in of(_CONVERSATIONS):
        talk = row.pop("conversation_id")
        theirs = {name: [_less(one, talk) for one in rows if one["conversation_id"] == talk]
                  for name, rows in parts.items() if name != "events"}  # fmt: skip
        for message in theirs["messages"]:
            message["events"] = [
                {name: event[name] for name in ("state", "happened_utc", "detail")}
                for event in parts["events"]
                if event["message_id"] == message["message_id"]
            ]
        conversations.append({"conversation_id": talk, **row, **theirs})
    subjects = [str(each) for each in [*who.candidate_ids, *ids, *{row["message_id"] for row in parts["messages"]}]]
    return {
        "agency": agency,
        "made_utc": now,
        "files": [{name: value for name, value in row.items() if name not in _BOX} for row in who.files],
        "declared_traits": of_person(
            "SELECT sex, birth_year, priority_district, unemployed_since FROM candidate_trait "
            "WHERE agency_id = $1 AND candidate_id = ANY($2::UUID[])"
        ),
        "objections": [
            {"phone": number, **(_objection(tx, key, number) or {"objected": False})} for number in who.numbers
        ],
        "proposed_for": of_person(_PROPOSALS),
        "conversations": conversations,
        "journal": tx.rows(
            "SELECT happened_utc, act, detail, CASE WHEN actor = 'automate' THEN actor ELSE 'un agent' END AS actor "
            "FROM journal WHERE agency_id = $1 AND subject = ANY($2::TEXT[]) ORDER BY happened_utc, act",
            who.agency_id,
            subjects,
        ),
        "raw_callbacks": [row for number in who.numbers for row in tx.rows(_CALLBACKS, number[-9:])],
        "texts_of_others_naming_the_person": _mentions(tx, who),
    }


def _objection(tx: Transaction, key: bytes | None, number: str) -> Row | None:
    row = tx.one("SELECT true AS objected, since_utc, source, reason FROM opt_out WHERE phone = $1", number)
    if row is None and kept_stops.barred(tx, key, [number]):
        return {"objected": True, "source": "gardée après un effacement"}
    return row


def _less(row: Row, talk: UUID) -> Row:
    return {name: value for name, value in row.items() if value != talk}


def _mentions(tx: Transaction, who: Subject) -> dict[str, int]:
    """How many texts of others name the person, by table: they are also about others, and are read on request."""
    counts: dict[str, int] = {}
    for place, rows in named(tx, who):
        if rows:
            counts[place.table] = counts.get(place.table, 0) + len(rows)
    return counts


_OURS = "WHERE {0}.agency_id = $1 AND {0}.conversation_id = ANY($2::UUID[])"
_CONVERSATIONS = f"""
    SELECT v.conversation_id, o.title AS offer, v.campaign_id, v.phone, v.state, v.opened_utc, v.changed_utc,
           v.interest, v.available_from, v.reminded_utc, v.taken_over_utc IS NOT NULL AS taken_over_by_a_person,
           v.verdict, v.verdict_reason, v.verdict_utc
    FROM conversation v LEFT JOIN offer o ON o.agency_id = v.agency_id AND o.offer_id = v.offer_id
    {_OURS.format("v")} ORDER BY v.opened_utc
"""
_MESSAGES = f"""
    SELECT m.conversation_id, m.message_id, m.body, m.automatic, m.state, m.queued_utc, m.claimed_utc, m.settled_utc,
           m.template, m.parts, m.cost, m.failure, m.gateway_id FROM message m {_OURS.format("m")} ORDER BY m.queued_utc
"""
_EVENTS = f"""
    SELECT m.conversation_id, e.message_id, e.state, e.happened_utc, e.detail FROM message_event e
    JOIN message m ON m.agency_id = e.agency_id AND m.message_id = e.message_id {_OURS.format("m")}
    ORDER BY e.happened_utc
"""
_REPLIES = f"""
    SELECT r.conversation_id, r.body, r.received_utc, r.reading, r.rule, r.confidence, r.has_question, r.available_from,
           r.expecting, r.corrected, r.corrected_utc FROM reply r {_OURS.format("r")} ORDER BY r.received_utc
"""
_CHECKS = f"""
    SELECT p.conversation_id, p.text, p.demand, p.met, p.decided_utc FROM prerequisite_check p {_OURS.format("p")}
    ORDER BY p.position
"""
_NOTES = f"""
    SELECT e.conversation_id, e.kind, e.body, e.happened_utc FROM thread_event e {_OURS.format("e")}
    ORDER BY e.happened_utc
"""
_ARMS = f"""
    SELECT x.conversation_id, c.name AS comparison, CASE WHEN x.arm = 'a' THEN c.label_a ELSE c.label_b END AS arm,
           x.assigned_utc
    FROM comparison_assignment x JOIN comparison c ON c.agency_id = x.agency_id AND c.comparison_id = x.comparison_id
    {_OURS.format("x")} ORDER BY x.assigned_utc
"""
_GROUPS = f"""
    SELECT t.conversation_id, t.sex, t.age_band, t.priority_district, t.unemployment FROM conversation_trait t
    {_OURS.format("t")}
"""
_SATISFACTION = f"""
    SELECT s.conversation_id, s.asked_utc, s.score, s.answered_utc FROM satisfaction s {_OURS.format("s")}
"""
_PROPOSALS = """
    SELECT o.title AS offer, p.place, p.chosen, p.removal, p.shown_utc, c.criteria FROM proposal p
    JOIN campaign c ON c.agency_id = p.agency_id AND c.campaign_id = p.campaign_id
    LEFT JOIN offer o ON o.agency_id = c.agency_id AND o.offer_id = c.offer_id
    WHERE p.agency_id = $1 AND p.candidate_id = ANY($2::UUID[]) ORDER BY p.shown_utc
"""
_CALLBACKS = """
    SELECT kind, form, received_utc, handled_utc, outcome FROM callback WHERE form LIKE '%' || $1 || '%'
    ORDER BY received_utc
"""

# What can be corrected by hand, with its label; the rest comes with the next file.
FIELDS = {
    "first_name": "Prénom",
    "last_name": "Nom",
    "phone": "Téléphone",
    "commune": "Commune",
    "experience_years": "Expérience (années)",
    "mobility_km": "Mobilité (km)",
    "available_from": "Disponible à partir du",
}
_NEEDED = ("first_name", "last_name", "phone")


def file_of(database: Database, person: Person, candidate_id: UUID) -> Row:
    """The fields of one file that can be corrected, and its identifier. Raises NotFound."""
    access.require(person, "answer rights")
    with database.read() as reader:
        row = next(
            one for one in subject(reader, person.agency_id, candidate_id).files if one["candidate_id"] == candidate_id
        )
    return {name: row[name] for name in ("external_id", *FIELDS)}


def correct(database: Database, person: Person, candidate_id: UUID, changes: dict[str, Any], now: datetime) -> None:
    """Write what the person says is true (GDPR art. 16), journaled by the names of the fields only.

    What was sent stays as it was; what still waits to leave to an old number is cancelled.
    Raises FtError for an empty name or an invalid number.
    """
    access.require(person, "answer rights")
    values = _checked(changes)

    def write(tx: Transaction) -> None:
        who = subject(tx, person.agency_id, candidate_id)
        before = next(row for row in who.files if row["candidate_id"] == candidate_id)
        changed = {name: value for name, value in values.items() if before[name] != value}
        if not changed:
            return
        sets = ", ".join(f"{name} = ${place}" for place, name in enumerate(changed, 3))
        tx.execute(
            f"UPDATE candidate SET {sets} WHERE agency_id = $1 AND candidate_id = $2",
            person.agency_id,
            candidate_id,
            *changed.values(),
        )
        if "phone" in changed:
            _stop_old_number(tx, person, candidate_id, before["phone"], now)
        pool.lay_out(tx, person.agency_id)
        detail = ", ".join(changed)
        journal.record(tx, person.agency_id, person.person_id, "person corrected", candidate_id, now, detail)

    database.transact(write)


def typed(values: dict[str, str]) -> dict[str, Any]:
    """Typed texts as the values of their fields. Raises FtError for what is no number or no date."""
    read: dict[str, Any] = {}
    for name, text in values.items():
        try:
            if name in ("experience_years", "mobility_km") and text.strip():
                read[name] = float(text.replace(",", "."))
            elif name == "available_from" and text.strip():
                read[name] = date.fromisoformat(text.strip())
            else:
                read[name] = text
        except ValueError:
            raise FtError(f"{FIELDS[name]} : « {text} » n'est pas lisible. Rien n'a changé.") from None
    return read


def _checked(changes: dict[str, Any]) -> dict[str, Any]:
    values = {name: value.strip() if isinstance(value, str) else value for name, value in changes.items()}
    unknown = [name for name in values if name not in FIELDS]
    if unknown:
        raise FtError("Ce champ ne se corrige pas ici : rien n'a changé.")
    empty = [FIELDS[name] for name in _NEEDED if name in values and not values[name]]
    if empty:
        raise FtError(f"{empty[0]} ne peut pas être vide : rien n'a changé.")
    if "phone" in values:
        number = normalise(values["phone"])
        if number is None:
            raise FtError("Ce numéro n'est pas un numéro de mobile valable : rien n'a changé.")
        values["phone"] = number
    for name in ("experience_years", "mobility_km"):
        value = values.get(name)
        if value not in (None, "") and not (isinstance(value, int | float) and 0 <= value <= 20_000):
            raise FtError(f"{FIELDS[name]} : cette valeur n'est pas possible. Rien n'a changé.")
    return {name: None if value == "" else value for name, value in values.items()}


def _stop_old_number(tx: Transaction, person: Person, candidate_id: UUID, old: str, now: datetime) -> None:
    waiting = tx.rows(
        "SELECT m.agency_id, m.message_id FROM message m JOIN conversation v ON v.agency_id = m.agency_id "
        "AND v.conversation_id = m.conversation_id WHERE v.agency_id = $1 AND v.candidate_id = $2 AND m.phone = $3 "
        "AND m.state = 'queued'",
        person.agency_id,
        candidate_id,
        old,
    )
    campaigns.cancel(tx, waiting, now, person.person_id, "numéro corrigé")
