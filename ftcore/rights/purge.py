"""Taking away what has had its time, rule by rule, a few rows to a transaction: it can be cut off between any two.

Nothing that is counted changes: see `forgetting`. What a run took away is kept in `purge_run`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

from ftcore.database import Database, Row, Transaction
from ftcore.insight import outcomes, traits
from ftcore.matching import pool
from ftcore.model import Person
from ftcore.outreach import worklist
from ftcore.rights import backups, forgetting
from ftcore.rights.compaction import want
from ftcore.trust import access, journal, kept_stops, number_keys, retention
from ftcore.trust.retention import FORGOTTEN, RULES

log = logging.getLogger(__name__)

# Rows, or people, of one transaction: it takes some ten milliseconds, and whoever waits for it goes on.
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Step:
    """Part of a rule. `due` selects the keys of what is due before `$1`; `act` takes some of it away."""

    kind: str
    due: str
    act: Callable[[Transaction, list[Row], datetime], None]
    # The number that `act` needs is hashed: the database must have, or may make, its key.
    hashes: bool = False


def weigh(database: Database, person: Person, now: datetime) -> dict[str, int]:
    """What a purge would take away now, by kind. Nothing is changed."""
    access.require(person, "see retention")
    return counted(database, now)


def counted(database: Database, now: datetime, backup_folder: str | None = None) -> dict[str, int]:
    """The same, for who has no role: the command and the night."""
    with database.snapshot() as reader:
        kept = retention.amounts(reader)
        counts = {rule.kind: 0 for rule in RULES}
        for step in STEPS:
            counts[step.kind] += int(
                reader.value(f"SELECT count(*) FROM ({step.due}) AS due", _cutoff(kept, step, now))
            )
        journal_before = retention.BY_KIND["journal"].before(kept["journal"], now)
        counts["journal"] = int(reader.value("SELECT count(*) FROM journal WHERE happened_utc < $1", journal_before))
    rule = retention.BY_KIND["backup"]
    counts["backup"] = len(backups.past(backup_folder, rule.before(kept["backup"], now)))
    return counts


def _cutoff(kept: dict[str, int], step: Step, now: datetime) -> datetime:
    return retention.BY_KIND[step.kind].before(kept[step.kind], now)


def purge(
    database: Database,
    actor: str,
    now: datetime,
    run_id: str | None = None,
    *,
    backup_folder: str | None = None,
    goes_on: Callable[[], bool] = lambda: True,
) -> dict[str, int]:
    """Take away all that is due; gives how much of each kind. Between two slices `goes_on` may end it.

    `actor` is a person's id or "automate".
    """
    run_id = run_id or str(uuid4())
    with database.read() as reader:
        kept = retention.amounts(reader)
    counts: dict[str, int] = {}
    _note_run(database, run_id, actor, now, counts, None)
    # Mesures counts first what it has not counted: a text that is gone may have been a reply's.
    while goes_on() and outcomes.refresh(database):
        pass
    for step in STEPS:
        for taken in _slices(database, step, _cutoff(kept, step, now), now):
            counts[step.kind] = counts.get(step.kind, 0) + taken
            if not goes_on():
                break
        if not goes_on():
            break
    else:
        counts |= _forget_journal(database, actor, retention.BY_KIND["journal"].before(kept["journal"], now), now)
        rule = retention.BY_KIND["backup"]
        removed = backups.remove_past(backup_folder, rule.before(kept["backup"], now))
        counts |= {"backup": removed} if removed else {}
        _note_run(database, run_id, actor, now, counts, now)
        return counts
    _note_run(database, run_id, actor, now, counts, None)
    return counts


def purge_by(database: Database, person: Person, now: datetime, backup_folder: str | None = None) -> dict[str, int]:
    """A purge that somebody asks for, without waiting for the night; journaled."""
    access.require(person, "purge")
    counts = purge(database, person.person_id, now, backup_folder=backup_folder)
    told = ", ".join(f"{kind} {count}" for kind, count in counts.items()) or "nothing due"
    database.transact(
        lambda tx: journal.record(tx, person.agency_id, person.person_id, "purge", "retention", now, told)
    )
    return counts


def _note_run(
    database: Database, run_id: str, actor: str, begun: datetime, counts: dict[str, int], ended: datetime | None
) -> None:
    database.transact(
        lambda tx: tx.execute(
            "INSERT INTO purge_run (run_id, actor, begun_utc, ended_utc, counts) VALUES ($1, $2, $3, $4, $5) "
            "ON CONFLICT (run_id) DO UPDATE SET actor = excluded.actor, ended_utc = excluded.ended_utc, "
            "counts = excluded.counts",
            run_id,
            actor,
            begun,
            ended,
            json.dumps(counts),
        )
    )


@dataclass(frozen=True, slots=True)
class Run:
    """A purge that was: whose, when, and how much of each kind it took away. `ended_utc` None: it was cut off."""

    actor: str
    begun_utc: datetime
    ended_utc: datetime | None
    counts: dict[str, int]


def runs(database: Database, person: Person, most: int = 10) -> list[Run]:
    """The latest purges, the newest first."""
    access.require(person, "see retention")
    rows = database.rows("SELECT * FROM purge_run ORDER BY begun_utc DESC LIMIT $1", most)
    return [Run(row["actor"], row["begun_utc"], row["ended_utc"], json.loads(row["counts"])) for row in rows]


def raw_since(database: Database, person: Person) -> datetime | None:
    """From when on single exchanges are still there, which some sections of Évaluation read; None: nothing is gone."""
    access.require(person, "see retention")
    first: datetime | None = database.value(
        "SELECT min(opened_utc) FROM conversation WHERE EXISTS (SELECT 1 FROM outcome o WHERE NOT EXISTS "
        "(SELECT 1 FROM conversation v WHERE v.agency_id = o.agency_id AND v.conversation_id = o.conversation_id))"
    )
    return first


def _slices(database: Database, step: Step, cutoff: datetime, now: datetime) -> Iterator[int]:
    """Take it away in transactions of their own, until nothing is due."""
    key = None
    if step.hashes and _any(database, step, cutoff):
        if database.number_key is None and not database.exclusive:
            log.warning("objections are not hashed: FT_PRIVACY_KEY is missing")
            return
        key = number_keys.need(database)

    def take(tx: Transaction) -> int:
        rows = tx.rows(f"{step.due} LIMIT {AT_ONCE}", cutoff)
        if rows:
            if key is not None:
                _hash_objections(tx, rows, key)
            else:
                step.act(tx, rows, now)
            want(tx, now)
        return len(rows)

    while taken := database.transact(take):
        yield taken


def _forget_journal(database: Database, actor: str, before: datetime, now: datetime) -> dict[str, int]:
    """The journal forgets its oldest entries by itself, an agency at a time, so that its chain can still be proven."""
    agencies = database.rows("SELECT DISTINCT agency_id FROM journal WHERE happened_utc < $1", before)
    gone = 0
    for row in agencies:
        gone += database.transact(
            partial(_forget_entries, agency_id=row["agency_id"], actor=actor, before=before, now=now)
        )
    return {"journal": gone} if gone else {}


def _forget_entries(tx: Transaction, agency_id: UUID, actor: str, before: datetime, now: datetime) -> int:
    return journal.forget_before(tx, agency_id, actor, before, now)


def _any(database: Database, step: Step, cutoff: datetime) -> bool:
    return bool(database.value(f"SELECT EXISTS ({step.due})", cutoff))


def _by_agency(rows: list[Row], name: str) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {}
    for row in rows:
        found.setdefault(row["agency_id"], []).append(row[name])
    return found


def _set(table: str, change: str, *keys: str) -> Callable[[Transaction, list[Row], datetime], None]:
    """Change, or with an empty change delete, the rows of these keys, all of them UUIDs."""
    same = " AND ".join(f"{table}.{key} = k.{key}" for key in keys)
    arrays = ", ".join(f"unnest(${place}::UUID[]) AS {key}" for place, key in enumerate(keys, 1))
    given = f"(SELECT {arrays}) k"
    sql = (
        f"UPDATE {table} SET {change} FROM {given} WHERE {same}"
        if change
        else f"DELETE FROM {table} USING {given} WHERE {same}"
    )

    def act(tx: Transaction, rows: list[Row], _: datetime) -> None:
        tx.execute(sql, *[[row[key] for row in rows] for key in keys])

    return act


def _delete_by(table: str, key: str) -> Callable[[Transaction, list[Row], datetime], None]:
    def act(tx: Transaction, rows: list[Row], _: datetime) -> None:
        tx.execute(f"DELETE FROM {table} WHERE {key} = ANY($1::TEXT[])", [row[key] for row in rows])

    return act


def _empty_callbacks(tx: Transaction, rows: list[Row], _: datetime) -> None:
    ids = [row["callback_id"] for row in rows]
    tx.execute("UPDATE callback SET form = '{}' WHERE callback_id = ANY($1::TEXT[])", ids)


def _empty_replies(tx: Transaction, rows: list[Row], _: datetime) -> None:
    forgetting.empty_replies(tx, rows)


def _empty_chats(tx: Transaction, rows: list[Row], _: datetime) -> None:
    """The texts go and nobody finds the chat any more; marks, lengths and distances are figures, and stay."""
    for agency_id, ids in _by_agency(rows, "chat_id").items():
        ours = "WHERE agency_id = $1 AND chat_id = ANY($2::UUID[])"
        tx.execute(f"UPDATE chat SET title = '', person_id = '' {ours}", agency_id, ids)
        tx.execute(f"UPDATE chat_turn SET body = '', label = NULL, rating_reason = NULL {ours}", agency_id, ids)
        tx.execute(f"UPDATE chat_acceptance SET body = '' {ours}", agency_id, ids)


def _forget_people(tx: Transaction, rows: list[Row], now: datetime) -> None:
    """All exchanges of these people (`candidate_id`), whom nobody has talked to for long."""
    for agency_id, people in _by_agency(rows, "candidate_id").items():
        forgetting.forget_conversations(tx, agency_id, _talks(tx, agency_id, people), now)


def _talks(tx: Transaction, agency_id: UUID, people: list[UUID]) -> list[UUID]:
    rows = tx.rows(
        "SELECT conversation_id FROM conversation WHERE agency_id = $1 AND candidate_id = ANY($2::UUID[]) "
        "AND forgotten_utc IS NULL",
        agency_id,
        people,
    )
    return [row["conversation_id"] for row in rows]


def _erase_left(tx: Transaction, rows: list[Row], now: datetime) -> None:
    """People who left the list long ago: the file, what they declared, and the link to their exchanges."""
    for agency_id, people in _by_agency(rows, "candidate_id").items():
        forgetting.forget_conversations(tx, agency_id, _talks(tx, agency_id, people), now)
        traits.forget(tx, agency_id, people)
        tx.execute("DELETE FROM candidate WHERE agency_id = $1 AND candidate_id = ANY($2::UUID[])", agency_id, people)
        pool.count_sizes(tx, agency_id)


def _forget_proposals(tx: Transaction, rows: list[Row], _: datetime) -> None:
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


def _erase_skeletons(tx: Transaction, rows: list[Row], _: datetime) -> None:
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


def _hash_objections(tx: Transaction, rows: list[Row], key: bytes) -> None:
    for row in rows:
        kept_stops.keep(tx, key, row["phone"], row["since_utc"], row["source"])


def _never(tx: Transaction, rows: list[Row], now: datetime) -> None:
    raise AssertionError("unreachable")


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
        """
        SELECT agency_id, candidate_id FROM conversation WHERE forgotten_utc IS NULL GROUP BY agency_id, candidate_id
        HAVING max(greatest(changed_utc, coalesce(answered_utc, changed_utc), coalesce(verdict_utc, changed_utc))) < $1
        """,
        _forget_people,
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
        _never,
        hashes=True,
    ),
    Step(
        "session",
        "SELECT session_key FROM sign_in_session WHERE began_utc < $1",
        _delete_by("sign_in_session", "session_key"),
    ),
    Step("purge_run", "SELECT run_id FROM purge_run WHERE begun_utc < $1", _delete_by("purge_run", "run_id")),
)
