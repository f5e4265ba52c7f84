"""One thread of Échanges: its SMS, what was learned from them, and the counselor's judgement of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from ftcore.database import Database, Row, Transaction
from ftcore.drafting import offers
from ftcore.errors import FtError, NotFound
from ftcore.insight import outcomes
from ftcore.model import Answer, Demand, Expecting, MessageState, Met, Offer, Person, Verdict
from ftcore.outreach import conversation, corrections, questions, stops, worklist
from ftcore.outreach.dialogue import check_rows, checks_of
from ftcore.outreach.worklist import THREAD, Thread, thread
from ftcore.phones import covered
from ftcore.trust import access, journal

MISSING = "Cet échange n'existe pas ou plus dans votre agence."


class Happening(StrEnum):
    """What stands in a thread beside its SMS."""

    NOTE = "note"
    TAKEN_OVER = "taken_over"
    GIVEN_BACK = "given_back"
    REMINDED = "reminded"
    SILENT = "silent"
    LEFT_OPEN = "left_open"
    OFFER_CLOSED = "offer_closed"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Line:
    """One SMS of a thread, of either side. `reply_id` and `reading` stand on incoming ones."""

    incoming: bool
    happened_utc: datetime
    body: str
    state: MessageState | None = None
    failure: str | None = None
    author: str | None = None
    message_id: UUID | None = None
    reply_id: UUID | None = None
    reading: Answer | None = None
    corrected: Answer | None = None
    rule: str | None = None
    has_question: bool = False
    available_from: date | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a thread beside its SMS; `body` is the text of a note."""

    kind: Happening
    happened_utc: datetime
    actor: str
    body: str | None


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """One prerequisite of the thread, whether it is met, and the SMS that says so. Unknown is not no."""

    position: int
    text: str
    demand: Demand
    met: Met
    quote: str | None
    decided_by: str | None = None


@dataclass(frozen=True, slots=True)
class Details:
    """A thread with its person, its lines and events, oldest first, and what was learned with the SMS that says it.

    `phone` is covered: the number itself is asked for, with `numbers.reveal`.
    """

    thread: Thread
    candidate_id: UUID
    phone: str
    verdict_reason: str | None
    opted_out: bool
    lines: tuple[Line, ...]
    events: tuple[Event, ...] = ()
    prerequisites: tuple[Prerequisite, ...] = ()
    interest: Answer | None = None
    interest_quote: str | None = None
    available_from: date | None = None
    available_quote: str | None = None
    taken_over_by: str | None = None
    offer_closed: bool = False


def details(database: Database, person: Person, conversation_id: UUID) -> Details:
    """One thread in full. Raises NotFound where there is none in the person's agency."""
    access.require(person, "read conversations")
    with database.read() as reader:
        row = reader.one(
            f"{THREAD} WHERE v.agency_id = $1 AND v.conversation_id = $2", person.agency_id, conversation_id
        )
        if row is None:
            raise NotFound(MISSING)
        outgoing, incoming, events, checks = (
            reader.rows(query, person.agency_id, conversation_id) for query in (_OUTGOING, _INCOMING, _EVENTS, _CHECKS)
        )
        opted_out = bool(reader.value("SELECT count(*) FROM opt_out WHERE phone = $1", row["phone"]))
        offer = reader.one(
            "SELECT * FROM offer WHERE agency_id = $1 AND offer_id = $2", person.agency_id, row["offer_id"]
        )
        closed = bool(
            reader.value(
                "SELECT count(*) FROM offer_closing WHERE agency_id = $1 AND offer_id = $2",
                person.agency_id,
                row["offer_id"],
            )
        )
    bodies = {reply["reply_id"]: reply["body"] for reply in incoming}
    lines = [_outgoing(message) for message in outgoing] + [_incoming(reply) for reply in incoming]
    lines.sort(key=lambda line: (line.happened_utc, line.incoming))
    return Details(
        thread(row),
        row["candidate_id"],
        covered(row["phone"]),
        row["verdict_reason"],
        opted_out,
        tuple(lines),
        tuple(Event(Happening(e["kind"]), e["happened_utc"], e["actor"], e["body"]) for e in events),
        tuple(prerequisite(check | {"quote": bodies.get(check["reply_id"])}) for check in checks)
        or (unasked(offers.from_row(offer)) if offer else ()),
        Answer(row["interest"]) if row["interest"] else None,
        bodies.get(row["interest_reply"]),
        row["available_from"],
        bodies.get(row["available_reply"]),
        row["taken_over_by"],
        closed,
    )


_OUTGOING = """
    SELECT message_id, body, state, failure, author, coalesce(claimed_utc, queued_utc) AS happened_utc
    FROM message WHERE agency_id = $1 AND conversation_id = $2
"""
_INCOMING = """
    SELECT reply_id, body, reading, corrected, rule, has_question, available_from, confidence,
           received_utc AS happened_utc
    FROM reply WHERE agency_id = $1 AND conversation_id = $2
"""
_EVENTS = "SELECT * FROM thread_event WHERE agency_id = $1 AND conversation_id = $2 ORDER BY happened_utc, event_id"
_CHECKS = "SELECT * FROM prerequisite_check WHERE agency_id = $1 AND conversation_id = $2 ORDER BY position"


def _outgoing(row: Row) -> Line:
    return Line(
        False,
        row["happened_utc"],
        row["body"],
        state=MessageState(row["state"]),
        failure=row["failure"],
        author=row["author"],
        message_id=row["message_id"],
    )


def _incoming(row: Row) -> Line:
    return Line(
        True,
        row["happened_utc"],
        row["body"],
        reply_id=row["reply_id"],
        reading=Answer(row["reading"]),
        corrected=Answer(row["corrected"]) if row["corrected"] else None,
        rule=row["rule"],
        has_question=bool(row["has_question"]),
        available_from=row["available_from"],
        confidence=row["confidence"],
    )


def prerequisite(row: Row) -> Prerequisite:
    """A prerequisite from a row of `prerequisite_check` with the `quote` that settled it."""
    return Prerequisite(
        row["position"], row["text"], Demand(row["demand"]), Met(row["met"]), row["quote"], row["decided_by"]
    )


def unasked(offer: Offer) -> tuple[Prerequisite, ...]:
    """The prerequisites of an offer, for somebody who was not asked them yet: all unknown."""
    asked = questions.prerequisites(offer)
    return tuple(
        Prerequisite(position, each.text, each.demand, Met.UNKNOWN, None) for position, each in enumerate(asked)
    )


def happen(
    tx: Transaction,
    agency_id: UUID,
    conversation_ids: list[UUID],
    kind: Happening,
    actor: str,
    now: datetime,
    body: str | None = None,
) -> None:
    """Keep an event in each of these threads. `actor` is the automaton or a person's id."""
    tx.insert(
        "thread_event",
        [
            {
                "agency_id": agency_id,
                "conversation_id": conversation_id,
                "event_id": uuid4(),
                "kind": kind.value,
                "body": body,
                "actor": actor,
                "happened_utc": now,
            }
            for conversation_id in conversation_ids
        ],
    )


def seen(database: Database, person: Person, conversation_id: UUID, now: datetime) -> None:
    """A counselor has opened the thread: what came so far is not unread any more."""
    access.require(person, "read conversations")

    def write(tx: Transaction) -> None:
        read = tx.rows(
            "UPDATE conversation SET seen_utc = $3 WHERE agency_id = $1 AND conversation_id = $2 "
            "AND answered_utc IS NOT NULL AND (seen_utc IS NULL OR answered_utc > seen_utc) RETURNING conversation_id",
            person.agency_id,
            conversation_id,
            now,
        )
        worklist.changed(tx, person.agency_id, [row["conversation_id"] for row in read])

    database.transact(write)


def correct(database: Database, person: Person, reply_id: UUID, answer: Answer, now: datetime) -> None:
    """A person reads an answer otherwise than the machine did. The original text and reading stay.

    What was learned from it (interest, or the prerequisite it answered) follows. Correcting the latest
    answer moves the conversation, and a correction to STOP blocks the number like a STOP does. Nothing
    is sent. The message is kept as a labelled example, without what names anybody.
    """
    access.require(person, "read conversations")

    def write(tx: Transaction) -> None:
        row = tx.one(
            """
            SELECT r.conversation_id, r.body, r.reading, r.expecting, r.position, v.phone, v.candidate_id,
                   v.interest_reply, c.first_name, c.last_name,
                   r.received_utc >= (SELECT max(x.received_utc) FROM reply x WHERE x.agency_id = r.agency_id
                                      AND x.conversation_id = r.conversation_id) AS latest
            FROM reply r
            JOIN conversation v ON v.agency_id = r.agency_id AND v.conversation_id = r.conversation_id
            JOIN candidate c ON c.agency_id = v.agency_id AND c.candidate_id = v.candidate_id
            WHERE r.agency_id = $1 AND r.reply_id = $2
            """,
            person.agency_id,
            reply_id,
        )
        if row is None:
            raise NotFound("Cette réponse n'existe pas ou plus dans votre agence.")
        tx.execute(
            "UPDATE reply SET corrected = $3, corrected_by = $4, corrected_utc = $5 "
            "WHERE agency_id = $1 AND reply_id = $2",
            person.agency_id,
            reply_id,
            answer.value,
            person.person_id,
            now,
        )
        corrections.keep(tx, person.agency_id, reply_id, row, answer, now)
        outcomes.due_for(tx, person.agency_id, [row["conversation_id"]])
        if answer is Answer.STOP:
            stops.opt_out(tx, row["phone"], now, "person", "STOP lu par un conseiller")
        else:
            _follow(tx, person, reply_id, row, answer, now)
        journal.record(
            tx,
            person.agency_id,
            person.person_id,
            "reading corrected",
            reply_id,
            now,
            answer.value,
            person=row["candidate_id"],
            reason=f"read as {row['reading']}",
            verdict=answer.value,
        )

    database.transact(write)


def _follow(tx: Transaction, person: Person, reply_id: UUID, row: Row, answer: Answer, now: datetime) -> None:
    """What a correction changes beside the reading itself."""
    about_prerequisite = row["expecting"] == Expecting.PREREQUISITE.value and row["position"] is not None
    # To the question of a prerequisite, yes and no say nothing of the offer.
    if about_prerequisite and answer in (Answer.YES, Answer.NO, Answer.UNSURE):
        met = {Answer.YES: Met.MET, Answer.NO: Met.NOT_MET}.get(answer, Met.UNKNOWN)
        _settle_check(tx, person, row["conversation_id"], row["position"], met, now)
        tx.execute(
            "UPDATE prerequisite_check SET reply_id = $4 "
            "WHERE agency_id = $1 AND conversation_id = $2 AND position = $3",
            person.agency_id,
            row["conversation_id"],
            row["position"],
            reply_id,
        )
        state = conversation.AFTER_CORRECTION[Answer.YES]
    else:
        state = conversation.AFTER_CORRECTION[answer]
        interest = {Answer.YES: "yes", Answer.CALLBACK: "yes", Answer.NO: "no", Answer.UNSURE: "unsure"}.get(answer)
        if row["latest"] or row["interest_reply"] == reply_id:
            tx.execute(
                "UPDATE conversation SET interest = $3, interest_reply = $4 "
                "WHERE agency_id = $1 AND conversation_id = $2",
                person.agency_id,
                row["conversation_id"],
                interest,
                reply_id,
            )
    if row["latest"]:
        tx.execute(
            "UPDATE conversation SET state = $3, changed_utc = $4 "
            "WHERE agency_id = $1 AND conversation_id = $2 AND state <> 'stopped'",
            person.agency_id,
            row["conversation_id"],
            state.value,
            now,
        )
        worklist.changed(tx, person.agency_id, [row["conversation_id"]])
        stops.silence(tx, person.agency_id, [row["conversation_id"]], now, "lecture corrigée par un conseiller")


def settle_prerequisite(
    database: Database, person: Person, conversation_id: UUID, position: int, met: Met, now: datetime
) -> None:
    """A counselor notes whether a prerequisite is met, as the person told on the phone or wrote."""
    access.require(person, "read conversations")

    def write(tx: Transaction) -> None:
        _lay_out_checks(tx, person, conversation_id)
        if not _settle_check(tx, person, conversation_id, position, met, now):
            raise NotFound(MISSING)
        outcomes.due_for(tx, person.agency_id, [conversation_id])
        journal.record(
            tx,
            person.agency_id,
            person.person_id,
            "prerequisite noted",
            conversation_id,
            now,
            f"{position} {met}",
            person=journal.candidate_of(tx, person.agency_id, conversation_id),
            verdict=met.value,
        )

    database.transact(write)


def _lay_out_checks(tx: Transaction, person: Person, conversation_id: UUID) -> None:
    """The prerequisites of a thread that was not asked them yet, all unknown."""
    offer = tx.one(
        "SELECT o.* FROM conversation v JOIN offer o ON o.agency_id = v.agency_id AND o.offer_id = v.offer_id "
        "WHERE v.agency_id = $1 AND v.conversation_id = $2",
        person.agency_id,
        conversation_id,
    )
    if offer is None or tx.rows(_CHECKS, person.agency_id, conversation_id):
        return
    tx.insert(
        "prerequisite_check",
        check_rows(person.agency_id, conversation_id, checks_of(offers.from_row(offer))),
        if_absent=True,
    )


def _settle_check(
    tx: Transaction, person: Person, conversation_id: UUID, position: int, met: Met, now: datetime
) -> bool:
    return bool(
        tx.rows(
            "UPDATE prerequisite_check SET met = $4, decided_by = $5, decided_utc = $6 "
            "WHERE agency_id = $1 AND conversation_id = $2 AND position = $3 RETURNING position",
            person.agency_id,
            conversation_id,
            position,
            met.value,
            person.person_id,
            now,
        )
    )


def decide(
    database: Database, person: Person, conversation_id: UUID, verdict: Verdict, reason: str, now: datetime
) -> None:
    """Record what the counselor decided, with the reason. Decisions are never taken by the machine."""
    access.require(person, "read conversations")
    if verdict is Verdict.NOT_RETAINED and not reason.strip():
        raise FtError("Indiquez en quelques mots pourquoi cette personne n'est pas retenue.")

    def write(tx: Transaction) -> None:
        done = tx.rows(
            """
            UPDATE conversation SET verdict = $3, verdict_reason = $4, verdict_by = $5, verdict_utc = $6
            WHERE agency_id = $1 AND conversation_id = $2 RETURNING candidate_id
            """,
            person.agency_id,
            conversation_id,
            verdict.value,
            reason.strip() or None,
            person.person_id,
            now,
        )
        if not done:
            raise NotFound(MISSING)
        # Who decides speaks with the person from now on: no question of the automaton may follow a verdict.
        stops.silence(tx, person.agency_id, [conversation_id], now, "décision d'un conseiller")
        outcomes.due_for(tx, person.agency_id, [conversation_id])
        worklist.changed(tx, person.agency_id, [conversation_id])
        journal.record(
            tx,
            person.agency_id,
            person.person_id,
            "verdict",
            conversation_id,
            now,
            verdict.value,
            person=done[0]["candidate_id"],
            # The words themselves stand with the conversation, and go with it.
            reason=f"in the thread ({len(reason.strip())} characters)" if reason.strip() else "",
            verdict=verdict.value,
        )

    database.transact(write)


def reopen(database: Database, person: Person, conversation_id: UUID, now: datetime) -> None:
    """Take a verdict back: the conversation returns to the work list."""
    access.require(person, "read conversations")

    def write(tx: Transaction) -> None:
        done = tx.rows(
            "UPDATE conversation SET verdict = NULL, verdict_reason = NULL, verdict_by = NULL, verdict_utc = NULL "
            "WHERE agency_id = $1 AND conversation_id = $2 RETURNING candidate_id",
            person.agency_id,
            conversation_id,
        )
        if not done:
            raise NotFound(MISSING)
        outcomes.due_for(tx, person.agency_id, [conversation_id])
        worklist.changed(tx, person.agency_id, [conversation_id])
        whose = done[0]["candidate_id"]
        journal.record(tx, person.agency_id, person.person_id, "verdict withdrawn", conversation_id, now, person=whose)

    database.transact(write)
