"""The lists of a day's work in Échanges: who is to be called, read, answered, and since when they wait."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from ftcore.database import Database, Row, Transaction
from ftcore.model import ConversationState, Person, Verdict
from ftcore.phones import covered_quote
from ftcore.trust import access

# A person who wrote should not wait longer than this for another person.
PATIENCE = timedelta(hours=24)


class WorkList(StrEnum):
    """A list of conversations, in the order in which they are worth a counselor's time."""

    CALL = "call"
    HUMAN = "human"
    READ = "read"
    UNREAD = "unread"
    LATE = "late"
    ONGOING = "ongoing"
    SILENT = "silent"
    NO = "no"
    DONE = "done"


# A verdict of "to see" leaves the conversation where it is.
_OPEN = "(v.verdict IS NULL OR v.verdict = 'to_see') AND v.forgotten_utc IS NULL"
UNREAD = (
    "v.forgotten_utc IS NULL AND v.answered_utc IS NOT NULL AND (v.seen_utc IS NULL OR v.answered_utc > v.seen_utc)"
)
# `$3` is the instant before which somebody has waited too long.
_CONDITIONS: dict[WorkList, str] = {
    WorkList.CALL: f"{_OPEN} AND v.state = 'interested'",
    WorkList.HUMAN: f"{_OPEN} AND v.state IN ('needs_human', 'wrong_person')",
    WorkList.READ: f"{_OPEN} AND v.state = 'unclear'",
    # What came after a verdict is unread as well: the conversation is not over for who wrote it.
    WorkList.UNREAD: f"{UNREAD} AND v.state <> 'stopped'",
    WorkList.LATE: f"{_OPEN} AND v.state IN ('interested', 'needs_human', 'unclear', 'wrong_person') "
    "AND v.changed_utc < $3",
    WorkList.ONGOING: f"{_OPEN} AND v.state IN ('availability', 'prerequisite')",
    WorkList.SILENT: f"{_OPEN} AND v.state IN ('waiting', 'unreached', 'closed')",
    WorkList.NO: f"{_OPEN} AND v.state IN ('declined', 'stopped')",
    WorkList.DONE: "v.verdict IS NOT NULL AND v.verdict <> 'to_see' AND v.forgotten_utc IS NULL",
}
# Where somebody waits for a person, or a question for an answer, or something is unread: few of all conversations.
WAITS = (
    f"(({_OPEN} AND v.state IN ('interested', 'needs_human', 'unclear', 'wrong_person', 'availability', "
    f"'prerequisite')) OR ({_CONDITIONS[WorkList.UNREAD]}))"
)
# What `work_waiting` holds of each of these, under the same names: a count reads the same in both tables.
COLUMNS = ("agency_id", "conversation_id", "state", "verdict", "changed_utc", "answered_utc", "seen_utc",
           "forgotten_utc")  # fmt: skip
_NAMES = ", ".join(COLUMNS)
_CHANGING = COLUMNS[2:]


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
    # For a list on a screen: numbers in it are covered.
    latest_answer: str | None
    unread: bool = False
    taken_over: bool = False


def counts(database: Database, person: Person, now: datetime, offer_id: UUID | None = None) -> dict[WorkList, int]:
    """How many conversations each list holds, in the person's agency."""
    access.require(person, "read conversations")
    columns = ", ".join(f"{count_of(one, '$3')} AS {one.value}_count" for one in WorkList)
    row = database.one(
        f"SELECT {columns} FROM conversation v "
        "WHERE v.agency_id = $1 AND ($2::UUID IS NULL OR v.offer_id = $2::UUID) AND $3::TIMESTAMP IS NOT NULL",
        person.agency_id,
        offer_id,
        now - PATIENCE,
    )
    assert row is not None
    return {one: row[f"{one.value}_count"] for one in WorkList}


def count_of(which: WorkList, patience: str) -> str:
    """Counts the conversations `v` of a list; `patience` is the instant before which somebody has waited too long."""
    return f"count(*) FILTER (WHERE {_CONDITIONS[which].replace('$3', patience)})"


def changed(tx: Transaction, agency_id: UUID, conversation_ids: Iterable[UUID]) -> None:
    """Say that these conversations changed their state, verdict or what is read of them, in this transaction.

    At its end their rows of `work_waiting` are written anew: computed from what is stored, never counted up or down.
    """
    for conversation_id in conversation_ids:
        tx.at_end(_keep, (agency_id, conversation_id))


def _keep(tx: Transaction, conversations: list[tuple[UUID, UUID]]) -> None:
    agencies = list({agency_id for agency_id, _ in conversations})
    ids = list({conversation_id for _, conversation_id in conversations})
    ours = "agency_id = ANY($1::UUID[]) AND conversation_id = ANY($2::UUID[])"
    tx.hold("conversation", _CHANGING, ours, agencies, ids)
    tx.execute(f"DELETE FROM work_waiting WHERE {ours}", agencies, ids)
    tx.execute(
        f"INSERT INTO work_waiting ({_NAMES}) SELECT {_NAMES} FROM conversation v WHERE {ours} AND {WAITS}",
        agencies,
        ids,
    )


def keep_all(tx: Transaction) -> None:
    """Write `work_waiting` anew from every conversation: for those that were stored without telling."""
    tx.execute("DELETE FROM work_waiting")
    tx.execute(f"INSERT INTO work_waiting ({_NAMES}) SELECT {_NAMES} FROM conversation v WHERE {WAITS}")


def worklist(
    database: Database,
    person: Person,
    which: WorkList,
    now: datetime,
    offer_id: UUID | None = None,
    limit: int = 100,
) -> list[Thread]:
    """The conversations of a list: those who have waited longest first where somebody waits, else the latest news."""
    access.require(person, "read conversations")
    waits = which in (WorkList.CALL, WorkList.HUMAN, WorkList.READ, WorkList.LATE)
    rows = database.rows(
        f"""
        {THREAD}
        WHERE v.agency_id = $1 AND ($2::UUID IS NULL OR v.offer_id = $2::UUID) AND $3::TIMESTAMP IS NOT NULL
          AND {_CONDITIONS[which]}
        ORDER BY v.changed_utc {"" if waits else "DESC"}, v.conversation_id LIMIT $4
        """,
        person.agency_id,
        offer_id,
        now - PATIENCE,
        limit,
    )
    return [thread(row) for row in rows]


THREAD = f"""
    SELECT v.*, {UNREAD} AS unread, o.title AS offer_title,
           c.first_name, c.last_name,
           (SELECT r.body FROM reply r WHERE r.agency_id = v.agency_id
            AND r.conversation_id = v.conversation_id ORDER BY r.received_utc DESC LIMIT 1) AS latest_answer
    FROM conversation v
    JOIN offer o ON o.agency_id = v.agency_id AND o.offer_id = v.offer_id
    JOIN candidate c ON c.agency_id = v.agency_id AND c.candidate_id = v.candidate_id
"""


def thread(row: Row) -> Thread:
    """A line from a row of `THREAD`."""
    return Thread(
        row["conversation_id"],
        row["offer_id"],
        row["offer_title"],
        f"{row['first_name']} {row['last_name']}",
        ConversationState(row["state"]),
        Verdict(row["verdict"]) if row["verdict"] else None,
        row["changed_utc"],
        covered_quote(row["latest_answer"]),
        bool(row["unread"]),
        row["taken_over_utc"] is not None,
    )
