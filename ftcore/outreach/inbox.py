"""What comes back from the gateway: stored callbacks become news in the ledger, replies and opt-outs.

Callbacks are stored before they are acknowledged (`webhooks`), and read here afterwards, by one
thread, each in a transaction of its own kind; repeating one changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from ftcore import meters
from ftcore.database import Database, Row, Transaction
from ftcore.outreach import answers, reports
from ftcore.outreach.callbacks import form_text

__all__ = ["form_text", "pending", "take_in"]

log = logging.getLogger(__name__)


def take_in(database: Database, hours: tuple[int, int] | None, now: datetime, limit: int = 500) -> int:
    """Read the stored callbacks that nobody has read yet; gives how many were settled."""
    waiting = database.rows(
        "SELECT callback_id, kind, form, received_utc FROM callback WHERE handled_utc IS NULL "
        "ORDER BY received_utc, callback_id LIMIT $1",
        limit,
    )
    delivery = [row for row in waiting if row["kind"] == "delivery"]
    messages = [row for row in waiting if row["kind"] != "delivery"]
    return _take_all(database, delivery, lambda tx, rows: _take_reports(tx, rows, now), now) + _take_all(
        database, messages, lambda tx, rows: _take_answers(tx, rows, hours, now), now
    )


def _take_all(database: Database, rows: list[Row], take: Callable[[Transaction, list[Row]], int], now: datetime) -> int:
    """In one transaction, as each commit costs; one that cannot be read must not keep the others from it."""
    if not rows:
        return 0
    try:
        taken = database.transact(lambda tx: take(tx, _unread(database, tx, rows)))
    except database.conflicts:
        raise  # they stay to be read
    except Exception:
        if len(rows) > 1:
            return sum(_take_all(database, [row], take, now) for row in rows)
        log.exception("callback %s could not be read", rows[0]["callback_id"])
        database.transact(lambda tx: _handled(tx, [rows[0]["callback_id"]], now, "error"))
        taken = 1
    meters.callbacks_read.labels("delivery" if rows[0]["kind"] == "delivery" else "message").inc(taken)
    return taken


def _unread(database: Database, tx: Transaction, rows: list[Row]) -> list[Row]:
    """Of these callbacks, the ones that no other replica has read or is reading."""
    ours = {
        row["callback_id"]
        for row in tx.rows(
            "SELECT c.callback_id FROM callback c WHERE c.callback_id = ANY($1::TEXT[]) AND c.handled_utc IS NULL "
            + database.skip_locked("c"),
            [row["callback_id"] for row in rows],
        )
    }
    return [row for row in rows if row["callback_id"] in ours]


def _handled(tx: Transaction, callback_ids: list[str], now: datetime, outcome: str) -> None:
    tx.execute(
        "UPDATE callback SET handled_utc = $2, outcome = $3 WHERE callback_id = ANY($1::TEXT[])",
        callback_ids,
        now,
        outcome,
    )


def _take_reports(tx: Transaction, rows: list[Row], now: datetime) -> int:
    settled = reports.take(tx, rows, now)
    for outcome, callback_ids in settled.items():
        _handled(tx, callback_ids, now, outcome)
    return sum(map(len, settled.values()))


def _take_answers(tx: Transaction, rows: list[Row], hours: tuple[int, int] | None, now: datetime) -> int:
    for outcome, callback_ids in answers.take_answers(tx, rows, hours, now).items():
        _handled(tx, callback_ids, now, outcome)
    return len(rows)


def pending(database: Database) -> int:
    """How many stored callbacks have not been read yet."""
    return int(database.value("SELECT count(*) FROM callback WHERE handled_utc IS NULL") or 0)
