"""What counselors see and do in Échanges: the work list, one thread, a correction, a verdict, a word by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ftcore.database import Database, Row, Transaction
from ftcore.errors import FtError, NotFound
from ftcore.model import Answer, ConversationState, MessageState, Person, Verdict
from ftcore.outreach import campaigns, conversation, corrections, inbox
from ftcore.outreach.hours import next_slot
from ftcore.trust import access, journal

LONGEST_SMS = 480


@dataclass(frozen=True, slots=True)
class Thread:
    """One line of the work list."""

    conversation_id: UUID
    offer_id: UUID
    offer_title: str
    name: str
    state: ConversationState
    verdict: Verdict | None
    changed_utc: datetime
    latest_answer: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One SMS of a thread, of either side. `reply_id` and `reading` stand on incoming ones."""

    incoming: bool
    happened_utc: datetime
    body: str
    state: MessageState | None = None
    failure: str | None = None
    author: str | None = None
    reply_id: UUID | None = None
    reading: Answer | None = None
    corrected: Answer | None = None
    rule: str | None = None
    has_question: bool = False
    available_from: date | None = None


@dataclass(frozen=True, slots=True)
class Details:
    """A thread with its person and its lines, oldest first."""

    thread: Thread
    candidate_id: UUID
    phone: str
    verdict_reason: str | None
    opted_out: bool
    lines: tuple[Line, ...]


def counts(database: Database, person: Person, offer_id: UUID | None = None) -> dict[ConversationState, int]:
    """How many conversations without a verdict stand in each state, in the person's agency."""
    access.require(person, "read conversations")
    rows = database.rows(
        """
        SELECT state, count(*) AS n FROM conversation
        WHERE agency_id = $1 AND verdict IS NULL AND ($2::UUID IS NULL OR offer_id = $2::UUID)
        GROUP BY state
        """,
        person.agency_id,
        offer_id,
    )
    return {ConversationState(row["state"]): row["n"] for row in rows}


def finished_count(database: Database, person: Person, offer_id: UUID | None = None) -> int:
    """How many conversations have a verdict."""
    access.require(person, "read conversations")
    found = database.value(
        "SELECT count(*) FROM conversation WHERE agency_id = $1 AND verdict IS NOT NULL "
        "AND ($2::UUID IS NULL OR offer_id = $2::UUID)",
        person.agency_id,
        offer_id,
    )
    return int(found)


def worklist(
    database: Database,
    person: Person,
    states: tuple[ConversationState, ...] | None,
    offer_id: UUID | None = None,
    limit: int = 100,
) -> list[Thread]:
    """The conversations in these states without a verdict, latest news first; None gives the finished ones."""
    access.require(person, "read conversations")
    rows = database.rows(
        f"""
        {_THREAD}
        WHERE v.agency_id = $1 AND ($2::UUID IS NULL OR v.offer_id = $2::UUID)
          AND CASE WHEN $3 THEN v.verdict IS NOT NULL ELSE v.verdict IS NULL AND v.state = ANY($4::TEXT[]) END
        ORDER BY v.changed_utc DESC, v.conversation_id LIMIT $5
        """,
        person.agency_id,
        offer_id,
        states is None,
        [state.value for state in states or ()],
        limit,
    )
    return [_thread(row) for row in rows]


_THREAD = """
    SELECT v.conversation_id, v.offer_id, v.candidate_id, v.phone, v.state, v.verdict, v.verdict_reason,
           v.changed_utc, o.title AS offer_title, c.first_name, c.last_name,
           (SELECT r.body FROM reply r WHERE r.agency_id = v.agency_id
            AND r.conversation_id = v.conversation_id ORDER BY r.received_utc DESC LIMIT 1) AS latest_answer
    FROM conversation v
    JOIN offer o ON o.agency_id = v.agency_id AND o.offer_id = v.offer_id
    JOIN candidate c ON c.agency_id = v.agency_id AND c.candidate_id = v.candidate_id
"""


def _thread(row: Row) -> Thread:
    return Thread(
        row["conversation_id"],
        row["offer_id"],
        row["offer_title"],
        f"{row['first_name']} {row['last_name']}",
        ConversationState(row["state"]),
        Verdict(row["verdict"]) if row["verdict"] else None,
        row["changed_utc"],
        row["latest_answer"],
    )


def details(database: Database, person: Person, conversation_id: UUID) -> Details:
    """One thread in full. Raises NotFound where there is none in the person's agency."""
    access.require(person, "read conversations")
    with database.read() as reader:
        row = reader.one(
            f"{_THREAD} WHERE v.agency_id = $1 AND v.conversation_id = $2", person.agency_id, conversation_id
        )
        if row is None:
            raise NotFound("Cet échange n'existe pas ou plus dans votre agence.")
        outgoing = reader.rows(
            """
            SELECT body, state, failure, author, coalesce(claimed_utc, queued_utc) AS happened_utc
            FROM message WHERE agency_id = $1 AND conversation_id = $2
            """,
            person.agency_id,
            conversation_id,
        )
        incoming = reader.rows(
            """
            SELECT reply_id, body, reading, corrected, rule, has_question, available_from,
                   received_utc AS happened_utc
            FROM reply WHERE agency_id = $1 AND conversation_id = $2
            """,
            person.agency_id,
            conversation_id,
        )
        opted_out = bool(reader.value("SELECT count(*) FROM opt_out WHERE phone = $1", row["phone"]))
    lines = [
        Line(
            False,
            m["happened_utc"],
            m["body"],
            state=MessageState(m["state"]),
            failure=m["failure"],
            author=m["author"],
        )
        for m in outgoing
    ] + [
        Line(
            True,
            r["happened_utc"],
            r["body"],
            reply_id=r["reply_id"],
            reading=Answer(r["reading"]),
            corrected=Answer(r["corrected"]) if r["corrected"] else None,
            rule=r["rule"],
            has_question=bool(r["has_question"]),
            available_from=r["available_from"],
        )
        for r in incoming
    ]
    lines.sort(key=lambda line: (line.happened_utc, line.incoming))
    return Details(_thread(row), row["candidate_id"], row["phone"], row["verdict_reason"], opted_out, tuple(lines))


def correct(database: Database, person: Person, reply_id: UUID, answer: Answer, now: datetime) -> None:
    """A person reads an answer otherwise than the machine did. The original text and reading stay.

    Correcting the latest answer moves the conversation, and a correction to STOP blocks the number
    like a STOP does. Nothing is sent. The message is kept as a labelled example, without what names anybody.
    """
    access.require(person, "read conversations")

    def write(tx: Transaction) -> None:
        row = tx.one(
            """
            SELECT r.conversation_id, r.body, r.reading, v.phone, v.candidate_id, c.first_name, c.last_name,
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
        if answer is Answer.STOP:
            inbox.opt_out(tx, row["phone"], now, "person", "STOP lu par un conseiller")
        elif row["latest"]:
            tx.execute(
                "UPDATE conversation SET state = $3, changed_utc = $4 "
                "WHERE agency_id = $1 AND conversation_id = $2 AND state <> 'stopped'",
                person.agency_id,
                row["conversation_id"],
                conversation.AFTER_CORRECTION[answer].value,
                now,
            )
        journal.record(tx, person.agency_id, person.person_id, "reading corrected", reply_id, now, answer.value)

    database.transact(write)


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
            WHERE agency_id = $1 AND conversation_id = $2 RETURNING conversation_id
            """,
            person.agency_id,
            conversation_id,
            verdict.value,
            reason.strip() or None,
            person.person_id,
            now,
        )
        if not done:
            raise NotFound("Cet échange n'existe pas ou plus dans votre agence.")
        journal.record(tx, person.agency_id, person.person_id, "verdict", conversation_id, now, verdict.value)

    database.transact(write)


def reopen(database: Database, person: Person, conversation_id: UUID, now: datetime) -> None:
    """Take a verdict back: the conversation returns to the work list."""
    access.require(person, "read conversations")

    def write(tx: Transaction) -> None:
        done = tx.rows(
            "UPDATE conversation SET verdict = NULL, verdict_reason = NULL, verdict_by = NULL, verdict_utc = NULL "
            "WHERE agency_id = $1 AND conversation_id = $2 RETURNING conversation_id",
            person.agency_id,
            conversation_id,
        )
        if not done:
            raise NotFound("Cet échange n'existe pas ou plus dans votre agence.")
        journal.record(tx, person.agency_id, person.person_id, "verdict withdrawn", conversation_id, now)

    database.transact(write)


def write_by_hand(
    database: Database,
    person: Person,
    conversation_id: UUID,
    body: str,
    hours: tuple[int, int] | None,
    now: datetime,
) -> None:
    """Queue an SMS that a counselor wrote. What the automaton had queued for this person is taken back."""
    access.require(person, "send messages")
    text = " ".join(body.split())
    if not text:
        raise FtError("Écrivez votre message avant de l'envoyer.")
    if len(text) > LONGEST_SMS:
        raise FtError(f"Votre message compte {len(text)} caractères : {LONGEST_SMS} au plus pour un SMS.")

    def write(tx: Transaction) -> None:
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
            raise NotFound("Cet échange n'existe pas ou plus dans votre agence.")
        if row["opted_out"]:
            raise FtError("Cette personne a répondu STOP : elle ne peut plus recevoir de SMS.")
        inbox.silence(tx, person.agency_id, [conversation_id], now)
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
                    next_slot(now, row["department"], hours),
                    author=person.person_id,
                )
            ],
            now,
        )
        journal.record(tx, person.agency_id, person.person_id, "message by hand", conversation_id, now)

    database.transact(write)
