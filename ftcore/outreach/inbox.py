"""What comes back from the gateway: stored callbacks become news in the ledger, replies and opt-outs.

Callbacks are stored before they are acknowledged (`webhooks`), and read here afterwards, by one
thread, each in a transaction of its own kind; repeating one changes nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from ftcore.database import Database, Row, Transaction
from ftcore.model import MessageState
from ftcore.outreach import answers, ledger
from ftcore.phones import normalise

log = logging.getLogger(__name__)

# A delivery report can overtake the answer to the send it speaks of: it waits this long for it.
PATIENCE = timedelta(seconds=60)

_STATES = {
    "Sent": MessageState.SENT,
    "Submitted": MessageState.SUBMITTED,
    "Buffered": MessageState.BUFFERED,
    "Success": MessageState.DELIVERED,
    "Rejected": MessageState.FAILED,
    "Failed": MessageState.FAILED,
    "AbsentSubscriber": MessageState.FAILED,
    "Expired": MessageState.FAILED,
}


def take_in(database: Database, hours: tuple[int, int] | None, now: datetime, limit: int = 500) -> int:
    """Read the stored callbacks that nobody has read yet; gives how many were settled."""
    waiting = database.rows(
        "SELECT callback_id, kind, form, received_utc FROM callback WHERE handled_utc IS NULL "
        "ORDER BY received_utc, callback_id LIMIT $1",
        limit,
    )
    reports = [row for row in waiting if row["kind"] == "delivery"]
    messages = [row for row in waiting if row["kind"] != "delivery"]
    return _take_all(database, reports, lambda tx, rows: _take_reports(tx, rows, now), now) + _take_all(
        database, messages, lambda tx, rows: _take_answers(tx, rows, hours, now), now
    )


def _take_all(database: Database, rows: list[Row], take: Callable[[Transaction, list[Row]], int], now: datetime) -> int:
    """In one transaction, as each commit costs; one that cannot be read must not keep the others from it."""
    if not rows:
        return 0
    try:
        return database.transact(lambda tx: take(tx, _unread(database, tx, rows)))
    except database.conflicts:
        raise  # they stay to be read
    except Exception:
        if len(rows) > 1:
            return sum(_take_all(database, [row], take, now) for row in rows)
        log.exception("callback %s could not be read", rows[0]["callback_id"])
        database.transact(lambda tx: _handled(tx, [rows[0]["callback_id"]], now, "error"))
        return 1


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


def _take_reports(tx: Transaction, reports: list[Row], now: datetime) -> int:
    forms: dict[str, dict[str, str]] = {r["callback_id"]: json.loads(r["form"]) for r in reports}
    ours = {
        m["gateway_id"]: m
        for m in tx.rows(
            "SELECT agency_id, message_id, gateway_id FROM message WHERE gateway_id = ANY($1::TEXT[])",
            [form["id"] for form in forms.values()],
        )
    }
    changes: list[ledger.Change] = []
    handled: dict[str, list[str]] = {"news": [], "unmatched": [], "unknown status": []}
    for report in reports:
        form = forms[report["callback_id"]]
        message = ours.get(form["id"])
        if message is None:
            if now - report["received_utc"] < PATIENCE:
                continue
            message = _adopt(tx, form, [m["message_id"] for m in ours.values()])
            if message is not None:
                ours[form["id"]] = message  # the other reports of this id speak of the same SMS
        if message is None:
            handled["unmatched"].append(report["callback_id"])
            continue
        state = _STATES.get(form["status"])
        if state is None:
            handled["unknown status"].append(report["callback_id"])
            continue
        changes.append(
            ledger.Change(
                message["agency_id"],
                message["message_id"],
                state,
                report["received_utc"],
                "callback",
                form.get("failureReason") or form["status"],
                gateway_id=form["id"],
            )
        )
        handled["news"].append(report["callback_id"])
    ledger.record(tx, changes)
    mark_unreached(tx, [c for c in changes if c.state is MessageState.FAILED], now)
    for outcome, callback_ids in handled.items():
        if callback_ids:
            _handled(tx, callback_ids, now, outcome)
    return sum(map(len, handled.values()))


def _adopt(tx: Transaction, form: dict[str, str], named: list[UUID]) -> Row | None:
    """A report for an id we never heard of: it is the one `unknown` SMS to that number, if only one is."""
    phone = normalise(form.get("phoneNumber", ""))
    if phone is None:
        return None
    unknown = tx.rows(
        "SELECT agency_id, message_id FROM message WHERE phone = $1 AND state = 'unknown' AND gateway_id IS NULL "
        "AND NOT (message_id = ANY($2::UUID[]))",
        phone,
        named,
    )
    return unknown[0] if len(unknown) == 1 else None


def mark_unreached(tx: Transaction, failed: list[ledger.Change], now: datetime) -> None:
    """The conversations that still wait, and whose opening SMS is among these that failed."""
    if failed:
        tx.execute(
            """
            UPDATE conversation SET state = 'unreached', changed_utc = $2
            WHERE state = 'waiting' AND conversation_id IN (
                SELECT conversation_id FROM message
                WHERE message_id = ANY($1::UUID[]) AND opening AND state = 'failed')
            """,
            [change.message_id for change in failed],
            now,
        )


def _take_answers(tx: Transaction, rows: list[Row], hours: tuple[int, int] | None, now: datetime) -> int:
    for outcome, callback_ids in answers.take_answers(tx, rows, hours, now).items():
        _handled(tx, callback_ids, now, outcome)
    return len(rows)


def pending(database: Database) -> int:
    """How many stored callbacks have not been read yet."""
    return int(database.value("SELECT count(*) FROM callback WHERE handled_utc IS NULL") or 0)


def form_text(form: dict[str, Any]) -> str:
    """The canonical text of a callback's form: what is stored, and what repeated posts share."""
    return json.dumps(form, ensure_ascii=False, sort_keys=True)
