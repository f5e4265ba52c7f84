"""Delivery reports: each moves the one SMS it speaks of, or is kept as nobody's."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from uuid import UUID

from ftcore.database import Row, Transaction
from ftcore.model import MessageState
from ftcore.outreach import ledger
from ftcore.phones import normalise

# A delivery report can overtake the answer to the send it speaks of: it waits this long for it.
PATIENCE = timedelta(seconds=60)

STATES = {
    "Sent": MessageState.SENT,
    "Submitted": MessageState.SUBMITTED,
    "Buffered": MessageState.BUFFERED,
    "Success": MessageState.DELIVERED,
    "Rejected": MessageState.FAILED,
    "Failed": MessageState.FAILED,
    "AbsentSubscriber": MessageState.FAILED,
    "Expired": MessageState.FAILED,
}


def take(tx: Transaction, reports: list[Row], now: datetime) -> dict[str, list[str]]:
    """Read stored reports into the ledger; gives the ids of the settled callbacks by outcome.

    A report counts where its id is known and its number is that SMS's. What is in no outcome waits: the
    answer to its send may still be on its way.
    """
    forms: dict[str, dict[str, str]] = {r["callback_id"]: json.loads(r["form"]) for r in reports}
    ours = {
        m["gateway_id"]: m
        for m in tx.rows(
            "SELECT agency_id, message_id, gateway_id, phone FROM message WHERE gateway_id = ANY($1::TEXT[])",
            [form["id"] for form in forms.values()],
        )
    }
    changes: list[ledger.Change] = []
    settled: dict[str, list[str]] = {}
    for report in reports:
        form = forms[report["callback_id"]]
        message = ours.get(form["id"])
        if message is None:
            if now - report["received_utc"] < PATIENCE:
                continue
            message = _adopt(tx, form, [m["message_id"] for m in ours.values()])
            if message is not None:
                ours[form["id"]] = message  # the other reports of this id speak of the same SMS
        if message is None or not _is_of(form, message):
            settled.setdefault("unmatched", []).append(report["callback_id"])
            continue
        state = STATES.get(form["status"])
        if state is None:
            settled.setdefault("unknown status", []).append(report["callback_id"])
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
        settled.setdefault("news", []).append(report["callback_id"])
    ledger.record(tx, changes)
    mark_unreached(tx, [c for c in changes if c.state is MessageState.FAILED], now)
    return settled


def _is_of(form: dict[str, str], message: Row) -> bool:
    """Whether a report speaks of this SMS's number; a report that names none is believed by its id."""
    named = form.get("phoneNumber", "").strip()
    return not named or normalise(named) == message["phone"]


def _adopt(tx: Transaction, form: dict[str, str], named: list[UUID]) -> Row | None:
    """A report for an id we never heard of: it is the one `unknown` SMS to that number, if only one is."""
    phone = normalise(form.get("phoneNumber", ""))
    if phone is None:
        return None
    unknown = tx.rows(
        "SELECT agency_id, message_id, phone FROM message WHERE phone = $1 AND state = 'unknown' "
        "AND gateway_id IS NULL AND NOT (message_id = ANY($2::UUID[]))",
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
