"""What a purge takes away, step by step: which rows are due, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from ftcore.database import Row, Transaction
from ftcore.insight import outcomes, traits
from ftcore.matching import pool
from ftcore.outreach import worklist
from ftcore.rights import forgetting
from ftcore.trust import kept_stops
from ftcore.trust.retention import FORGOTTEN


@dataclass(frozen=True, slots=True)
class Moment:
    """When a step is taken, and the key by which it hashes numbers, if it needs one."""

    now: datetime
    key: bytes | None = None


Act = Callable[[Transaction, list[Row], Moment], None]


@dataclass(frozen=True, slots=True)
class Step:
    """Part of a rule. `due` selects the keys of what is due before `$1`; `act` takes some of it away."""

    kind: str
    due: str
    act: Act
    # Whether `act` hashes numbers: the database must have, or may make, its key.
    needs_key: bool = False
    # Where `due` reads a whole table: the same among people of the agencies `$2` and the candidates `$3`.
    among: str | None = None


def _by_agency(rows: list[Row], name: str) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {}
    for row in rows:
        found.setdefault(row["agency_id"], []).append(row[name])
    return found


def _set(table: str, change: str, *keys: str) -> Act:
    """Change, or with an empty change delete, the rows of these keys, all of them UUIDs."""
    same = " AND ".join(f"{table}.{key} = k.{key}" for key in keys)
    arrays = ", ".join(f"unnest(${place}::UUID[]) AS {key}" for place, key in enumerate(keys, 1))
    given = f"(SELECT {arrays}) k"
    sql = (
        f"UPDATE {table} SET {change} FROM {given} WHERE {same}"
        if change
        else f"DELETE FROM {table} USING {given} WHERE {same}"
    )

    def act(tx: Transaction, rows: list[Row], _: Moment) -> None:
        tx.execute(sql, *[[row[key] for row in rows] for key in keys])

    return act


def _delete_by(table: str, key: str) -> Act:
    def act(tx: Transaction, rows: list[Row], _: Moment) -> None:
        tx.execute(f"DELETE FROM {table} WHERE {key} = ANY($1::TEXT[])", [row[key] for row in rows])

    return act


def _empty_callbacks(tx: Transaction, rows: list[Row], _: Moment) -> None:
    ids = [row["callback_id"] for row in rows]
    tx.execute("UPDATE callback SET form = '{}' WHERE callback_id = ANY($1::TEXT[])", ids)


def _empty_replies(tx: Transaction, rows: list[Row], _: Moment) -> None:
    forgetting.empty_replies(tx, rows)


def _empty_chats(tx: Transaction, rows: list[Row], _: Moment) -> None:
    """The texts go and nobody finds the chat any more; marks, lengths and distances are figures, and stay."""
    for agency_id, ids in _by_agency(rows, "chat_id").items():
        ours = "WHERE agency_id = $1 AND chat_id = ANY($2::UUID[])"
        tx.execute(f"UPDATE chat SET title = '', person_id = '' {ours}", agency_id, ids)
        tx.execute(f"UPDATE chat_turn SET body = '', label = NULL, rating_reason = NULL {ours}", agency_id, ids)
        tx.execute(f"UPDATE chat_acceptance SET body = '' {ours}", agency_id, ids)


def _forget_people(tx: Transaction, rows: list[Row], moment: Moment) -> None:
    """All exchanges of these people (`candidate_id`), whom nobody has talked to for long."""
    for agency_id, people in _by_agency(rows, "candidate_id").items():
        forgetting.forget_conversations(tx, agency_id, _talks(tx, agency_id, people), moment.now)


def _talks(tx: Transaction, agency_id: UUID, people: list[UUID]) -> list[UUID]:
    rows = tx.rows(
        "SELECT conversation_id FROM conversation WHERE agency_id = $1 AND candidate_id = ANY($2::UUID[]) "
        "AND forgotten_utc IS NULL",
        agency_id,
        people,
    )
    return [row["conversation_id"] for row in rows]


def _erase_left(tx: Transaction, rows: list[Row], moment: Moment) -> None:
    """People who left the list long ago: the file, what they declared, and the link to their exchanges."""
    for agency_id, people in _by_agency(rows, "candidate_id").items():
        forgetting.forget_conversations(tx, agency_id, _talks(tx, agency_id, people), moment.now)
        traits.forget(tx, agency_id, people)
        tx.execute("DELETE FROM candidate WHERE agency_id = $1 AND candidate_id = ANY($2::UUID[])", agency_id, people)
        pool.count_sizes(tx, agency_id)


def _forget_proposals(tx: Transaction, rows: list[Row], _: Moment) -> None:
    for row in rows:
        tx.execute(
            "UPDATE proposal SET candidate_id = $4, forgotten = true WHERE agency_id = $1 AND campaign_id = $2 "
            "AND candidate_id = $3",
            row["agency_id"],
            row["campaign_id"],
            row["candidate_id"],
            uuid4(),
        )


# In an order in which nothing is left that speaks of what is gone.
_OF_A_CONVERSATION = ("reply", "thread_event", "prerequisite_check", "comparison_assignment", "satisfaction", "message",
                      "conversation")  # fmt: skip


def _erase_skeletons(tx: Transaction, rows: list[Row], _: Moment) -> None:
    for agency_id, ids in _by_agency(rows, "conversation_id").items():
        # What was counted of them is cut off for good: it is not to be counted anew from what is left.
        outcomes.unlink(tx, ids)
        tx.execute(
            "DELETE FROM message_event WHERE agency_id = $1 AND message_id IN "
            "(SELECT message_id FROM message WHERE agency_id = $1 AND conversation_id = ANY($2::UUID[]))",
            agency_id,
            ids,
        )
        for table in _OF_A_CONVERSATION:
            tx.execute(
                f"DELETE FROM {table} WHERE agency_id = $1 AND conversation_id = ANY($2::UUID[])", agency_id, ids
            )
        worklist.changed(tx, agency_id, ids)


def _hash_objections(tx: Transaction, rows: list[Row], moment: Moment) -> None:
    assert moment.key is not None
    for row in rows:
        kept_stops.keep(tx, moment.key, row["phone"], row["since_utc"], row["source"])


# People whose last exchange is over for long.
_SILENT = """
    SELECT agency_id, candidate_id FROM conversation WHERE forgotten_utc IS NULL AND {among}
    GROUP BY agency_id, candidate_id
    HAVING max(greatest(changed_utc, coalesce(answered_utc, changed_utc), coalesce(verdict_utc, changed_utc))) < $1
"""
# A skeleton whose comparison is not read yet is still needed for it.
_UNREAD_COMPARISON = """
    EXISTS (SELECT 1 FROM comparison_assignment x
            JOIN comparison c ON c.agency_id = x.agency_id AND c.comparison_id = x.comparison_id
            WHERE x.agency_id = v.agency_id AND x.conversation_id = v.conversation_id AND c.stopped_utc IS NULL
              AND NOT EXISTS (SELECT 1 FROM comparison_count n WHERE n.agency_id = c.agency_id
                              AND n.comparison_id = c.comparison_id))
"""

STEPS: tuple[Step, ...] = (
    Step("left", "SELECT agency_id, candidate_id FROM candidate WHERE left_utc < $1", _erase_left),
    Step(
        "conversation",
        _SILENT.format(among="true"),
        _forget_people,
        among=_SILENT.format(among="agency_id = ANY($2::UUID[]) AND candidate_id = ANY($3::UUID[])"),
    ),
    Step(
        "skeleton",
        "SELECT v.agency_id, v.conversation_id FROM conversation v "
        f"WHERE v.forgotten_utc IS NOT NULL AND v.opened_utc < $1 AND NOT {_UNREAD_COMPARISON}",
        _erase_skeletons,
    ),
    Step(
        "message_text",
        "SELECT agency_id, message_id FROM message WHERE body <> '' AND state NOT IN ('queued', 'claimed') "
        "AND queued_utc < $1",
        _set("message", "body = ''", "agency_id", "message_id"),
    ),
    Step(
        "message_text",
        f"SELECT agency_id, message_id FROM message WHERE conversation_id = '{UUID(int=0)}' AND queued_utc < $1 "
        f"AND state NOT IN ('queued', 'claimed') AND phone NOT LIKE '{FORGOTTEN}%'",
        _set("message", f"phone = '{FORGOTTEN}essai'", "agency_id", "message_id"),
    ),
    Step(
        "message_text",
        "SELECT agency_id, message_id, event_id FROM message_event WHERE detail <> '' AND happened_utc < $1",
        _set("message_event", "detail = NULL", "agency_id", "message_id", "event_id"),
    ),
    Step("reply_text", "SELECT agency_id, reply_id FROM reply WHERE body <> '' AND received_utc < $1", _empty_replies),
    Step(
        "note",
        "SELECT agency_id, conversation_id, event_id FROM thread_event WHERE body <> '' AND happened_utc < $1",
        _set("thread_event", "body = NULL", "agency_id", "conversation_id", "event_id"),
    ),
    Step(
        "note",
        "SELECT agency_id, conversation_id FROM conversation WHERE verdict_reason <> '' AND verdict_utc < $1",
        _set("conversation", "verdict_reason = NULL", "agency_id", "conversation_id"),
    ),
    Step(
        "example",
        "SELECT agency_id, reply_id FROM reply_example WHERE corrected_utc < $1",
        _set("reply_example", "", "agency_id", "reply_id"),
    ),
    Step(
        "proposal",
        "SELECT agency_id, campaign_id, candidate_id FROM proposal WHERE forgotten IS NULL AND shown_utc < $1",
        _forget_proposals,
    ),
    Step(
        "callback_text",
        "SELECT callback_id FROM callback WHERE form <> '{}' AND handled_utc < $1",
        _empty_callbacks,
    ),
    Step(
        "callback",
        "SELECT callback_id FROM callback WHERE handled_utc IS NOT NULL AND received_utc < $1",
        _delete_by("callback", "callback_id"),
    ),
    Step(
        "chat",
        "SELECT agency_id, chat_id FROM chat WHERE person_id <> '' AND changed_utc < $1",
        _empty_chats,
    ),
    Step(
        "chat",
        "SELECT agency_id, acceptance_id FROM chat_acceptance WHERE body <> '' AND accepted_utc < $1",
        _set("chat_acceptance", "body = ''", "agency_id", "acceptance_id"),
    ),
    Step(
        "model_use",
        "SELECT agency_id, use_id FROM model_use WHERE happened_utc < $1",
        _set("model_use", "", "agency_id", "use_id"),
    ),
    Step(
        "decision_time",
        "SELECT agency_id, decision_id FROM decision_time WHERE decided_utc < $1",
        _set("decision_time", "", "agency_id", "decision_id"),
    ),
    Step(
        "decision_time",
        "SELECT agency_id, thumb_id FROM thumb WHERE given_utc < $1",
        _set("thumb", "", "agency_id", "thumb_id"),
    ),
    Step("sandbox", "SELECT sms_id FROM sandbox_sms WHERE happened_utc < $1", _delete_by("sandbox_sms", "sms_id")),
    Step(
        "objection",
        f"SELECT phone, since_utc, source FROM opt_out o WHERE o.since_utc < $1 "
        f"AND NOT {forgetting.BORNE.format(phone='o.phone')}",
        _hash_objections,
        needs_key=True,
    ),
    Step(
        "session",
        "SELECT session_key FROM sign_in_session WHERE began_utc < $1",
        _delete_by("sign_in_session", "session_key"),
    ),
    Step("purge_run", "SELECT run_id FROM purge_run WHERE begun_utc < $1", _delete_by("purge_run", "run_id")),
)
