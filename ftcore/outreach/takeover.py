"""A counselor speaks in place of the automaton: takes over, writes, notes, gives back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ftcore.database import Database, Row, Transaction
from ftcore.errors import FtError, NotFound
from ftcore.model import Person
from ftcore.outreach import campaigns, stops
from ftcore.outreach.hours import next_slot, of_agency
from ftcore.outreach.threads import MISSING, Happening, happen
from ftcore.trust import access, journal

LONGEST_SMS = 480
LONGEST_NOTE = 1_000


def take_over(database: Database, person: Person, conversation_id: UUID, now: datetime) -> None:
    """Silence the automaton from this instant, also where its message was already queued. Again is the same."""
    access.require(person, "send messages")
    database.transact(lambda tx: _take_over(tx, person, conversation_id, now))


def _take_over(tx: Transaction, person: Person, conversation_id: UUID, now: datetime) -> None:
    taken = tx.rows(
        "UPDATE conversation SET taken_over_by = $3, taken_over_utc = $4 "
        "WHERE agency_id = $1 AND conversation_id = $2 AND taken_over_utc IS NULL RETURNING candidate_id",
        person.agency_id,
        conversation_id,
        person.person_id,
        now,
    )
    if not taken:
        _thread(tx, person, conversation_id)  # taken over before, or not of this agency
        return
    stops.silence(tx, person.agency_id, [conversation_id], now, "un conseiller a pris la main")
    happen(tx, person.agency_id, [conversation_id], Happening.TAKEN_OVER, person.person_id, now)
    journal.record(tx, person.agency_id, person.person_id, "taken over", conversation_id, now,
                   person=taken[0]["candidate_id"])  # fmt: skip


def give_back(database: Database, person: Person, conversation_id: UUID, now: datetime) -> None:
    """Let the automaton answer again, from the next message of the person on. Nothing is sent by this."""
    access.require(person, "send messages")

    def write(tx: Transaction) -> None:
        given = tx.rows(
            "UPDATE conversation SET taken_over_by = NULL, taken_over_utc = NULL "
            "WHERE agency_id = $1 AND conversation_id = $2 AND taken_over_utc IS NOT NULL RETURNING candidate_id",
            person.agency_id,
            conversation_id,
        )
        if not given:
            _thread(tx, person, conversation_id)
            return
        happen(tx, person.agency_id, [conversation_id], Happening.GIVEN_BACK, person.person_id, now)
        journal.record(tx, person.agency_id, person.person_id, "given back", conversation_id, now,
                       person=given[0]["candidate_id"])  # fmt: skip

    database.transact(write)


def note(database: Database, person: Person, conversation_id: UUID, text: str, now: datetime) -> None:
    """Keep a note in the thread, for colleagues; it is never sent."""
    access.require(person, "read conversations")
    body = text.strip()
    if not body:
        raise FtError("Écrivez votre note avant de l'enregistrer.")
    if len(body) > LONGEST_NOTE:
        raise FtError(f"Votre note compte {len(body)} caractères : {LONGEST_NOTE} au plus.")

    def write(tx: Transaction) -> None:
        _thread(tx, person, conversation_id)
        happen(tx, person.agency_id, [conversation_id], Happening.NOTE, person.person_id, now, body)

    database.transact(write)


def complain(database: Database, person: Person, conversation_id: UUID, now: datetime) -> None:
    """Note that the person complains of the exchange; once is enough. It is counted, never sent."""
    access.require(person, "read conversations")

    def write(tx: Transaction) -> None:
        row = _thread(tx, person, conversation_id)
        there = tx.one(
            "SELECT 1 FROM thread_event WHERE agency_id = $1 AND conversation_id = $2 AND kind = $3",
            person.agency_id,
            conversation_id,
            Happening.COMPLAINT.value,
        )
        if there is None:
            happen(tx, person.agency_id, [conversation_id], Happening.COMPLAINT, person.person_id, now)
            journal.record(tx, person.agency_id, person.person_id, "complaint noted", conversation_id, now,
                           person=row["candidate_id"])  # fmt: skip

    database.transact(write)


def write_by_hand(
    database: Database,
    person: Person,
    conversation_id: UUID,
    body: str,
    hours: tuple[int, int] | None,
    now: datetime,
) -> None:
    """Queue an SMS that a counselor wrote. Whoever writes takes over: the automaton is silent from now on."""
    access.require(person, "send messages")
    text = one_line(body, "Écrivez votre message avant de l'envoyer.")

    def write(tx: Transaction) -> None:
        row = _thread(tx, person, conversation_id)
        if row["opted_out"]:
            raise FtError("Cette personne a répondu STOP : elle ne peut plus recevoir de SMS.")
        _take_over(tx, person, conversation_id, now)
        campaigns.queue(
            tx,
            [
                campaigns.Outgoing(
                    person.agency_id,
                    conversation_id,
                    row["campaign_id"],
                    row["phone"],
                    row["department"],
                    text,
                    next_slot(now, row["department"] or row["phone"], of_agency(tx, person.agency_id, hours)),
                    author=person.person_id,
                )
            ],
            now,
        )
        journal.record(tx, person.agency_id, person.person_id, "message by hand", conversation_id, now,
                       person=row["candidate_id"])  # fmt: skip

    database.transact(write)


def one_line(body: str, when_empty: str) -> str:
    """What a person typed, as the SMS that leaves; raises FtError when there is none of it, or too much."""
    text = " ".join(body.split())
    if not text:
        raise FtError(when_empty)
    if len(text) > LONGEST_SMS:
        raise FtError(f"Votre message compte {len(text)} caractères : {LONGEST_SMS} au plus pour un SMS.")
    return text


def _thread(tx: Transaction, person: Person, conversation_id: UUID) -> Row:
    row = tx.one(
        """
        SELECT v.*, c.department, EXISTS (SELECT 1 FROM opt_out o WHERE o.phone = v.phone) AS opted_out
        FROM conversation v
        JOIN candidate c ON c.agency_id = v.agency_id AND c.candidate_id = v.candidate_id
        WHERE v.agency_id = $1 AND v.conversation_id = $2
        """,
        person.agency_id,
        conversation_id,
    )
    if row is None:
        raise NotFound(MISSING)
    return row
