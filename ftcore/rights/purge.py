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
from ftcore.insight import outcomes
from ftcore.model import Person
from ftcore.rights import backups
from ftcore.rights.compaction import want
from ftcore.rights.steps import STEPS, Moment, Step
from ftcore.trust import access, journal, number_keys, retention
from ftcore.trust.retention import RULES

log = logging.getLogger(__name__)

# Rows, or people, of one transaction: it takes some ten milliseconds, and whoever waits for it goes on.
AT_ONCE = 200
# What is selected at once where selecting reads a whole table: with a few at a time, a night would not be enough.
SELECTED = 20_000


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
    counts["backup"] = len(backups.past(database, backup_folder, rule.before(kept["backup"], now)))
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
        removed = backups.remove_past(database, backup_folder, rule.before(kept["backup"], now))
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
    if step.needs_key and database.value(f"SELECT EXISTS ({step.due})", cutoff):
        if database.number_key is None and not database.exclusive:
            log.warning("objections are not hashed: FT_PRIVACY_KEY is missing")
            return
        key = number_keys.need(database)

    def take(tx: Transaction, query: str, keys: tuple[list[UUID], ...] = ()) -> int:
        rows = tx.rows(f"{query} LIMIT {AT_ONCE}", cutoff, *keys)
        if rows:
            step.act(tx, rows, Moment(now, key))
            want(tx, now)
        return len(rows)

    if step.among is None:
        while taken := database.transact(lambda tx: take(tx, step.due)):
            yield taken
        return
    again = step.among
    while due := database.rows(f"{step.due} LIMIT {SELECTED}", cutoff):
        for few in _batched(due, AT_ONCE):
            # Looked at again: of these people one may have written since.
            keys = [row["agency_id"] for row in few], [row["candidate_id"] for row in few]
            yield database.transact(partial(take, query=again, keys=keys))


def _batched(rows: list[Row], size: int) -> Iterator[list[Row]]:
    """The rows, so many at a time."""
    return (rows[first : first + size] for first in range(0, len(rows), size))


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
