"""The ledger of outgoing SMS: events are appended, the state is computed and only moves forward."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from ftcore.database import Transaction
from ftcore.insight import outcomes
from ftcore.model import FINAL_STATES, STATE_ORDER, MessageState


@dataclass(frozen=True, slots=True)
class Change:
    """Something learned about one message, from `source` (dispatcher, callback, a person's id)."""

    agency_id: UUID
    message_id: UUID
    state: MessageState
    happened_utc: datetime
    source: str
    detail: str | None = None
    gateway_id: str | None = None
    cost: str | None = None


def record(tx: Transaction, changes: Iterable[Change]) -> None:
    """Append each change as an event and move the messages forward where it is news.

    Repeated, late and out-of-order news is kept as an event and changes nothing else. A final state
    is never left; a second, different final raises the flag `contradicted`.
    """
    news = list(changes)
    if not news:
        return
    tx.insert(
        "message_event",
        [
            {
                "agency_id": c.agency_id,
                "message_id": c.message_id,
                "event_id": uuid4(),
                "state": c.state.value,
                "happened_utc": c.happened_utc,
                "source": c.source,
                "detail": c.detail,
            }
            for c in news
        ],
    )
    current = {
        row["message_id"]: row
        for row in tx.rows(
            "SELECT agency_id, conversation_id, message_id, state, gateway_id, contradicted FROM message "
            "WHERE message_id = ANY($1::UUID[])",
            [c.message_id for c in news],
        )
    }
    for change in news:
        row = current.get(change.message_id)
        if row is not None:
            _move(tx, change, row)
    outcomes.due(tx, ((row["agency_id"], row["conversation_id"]) for row in current.values()))


def _move(tx: Transaction, change: Change, row: dict[str, object]) -> None:
    before = MessageState(str(row["state"]))
    if before in FINAL_STATES:
        if change.state in FINAL_STATES and change.state != before and not row["contradicted"]:
            row["contradicted"] = True
            tx.execute(
                "UPDATE message SET contradicted = true WHERE agency_id = $1 AND message_id = $2",
                change.agency_id,
                change.message_id,
            )
        if row["gateway_id"] is None and change.gateway_id is not None:
            _name(tx, change, row)
        return
    if change.state is MessageState.CANCELLED and before is not MessageState.QUEUED:
        return  # too late to take back: it is leaving, or has left
    if STATE_ORDER[change.state] <= STATE_ORDER[before]:
        if row["gateway_id"] is None and change.gateway_id is not None:
            _name(tx, change, row)
        return
    row["state"] = change.state.value
    row["gateway_id"] = row["gateway_id"] or change.gateway_id
    tx.execute(
        """
        UPDATE message
        SET state = $3,
            gateway_id = coalesce(gateway_id, $4),
            cost = coalesce($5, cost),
            failure = CASE WHEN $3 = 'failed' THEN $6 ELSE failure END,
            settled_utc = CASE WHEN $7 THEN $8::TIMESTAMP ELSE settled_utc END
        WHERE agency_id = $1 AND message_id = $2
        """,
        change.agency_id,
        change.message_id,
        change.state.value,
        change.gateway_id,
        change.cost,
        change.detail,
        change.state in FINAL_STATES,
        change.happened_utc,
    )


def _name(tx: Transaction, change: Change, row: dict[str, object]) -> None:
    """Keep the gateway's id even when a delivery report overtook the answer that brought it."""
    row["gateway_id"] = change.gateway_id
    tx.execute(
        "UPDATE message SET gateway_id = $3, cost = coalesce($4, cost) WHERE agency_id = $1 AND message_id = $2",
        change.agency_id,
        change.message_id,
        change.gateway_id,
        change.cost,
    )
