"""An SMS on its way out: what is queued, how it is taken back, and what a gateway must be able to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid4

from ftcore.database import Row, Transaction
from ftcore.model import MessageState
from ftcore.outreach import ledger
from ftcore.outreach.hours import department_of
from ftcore.outreach.sms import measure


@dataclass(frozen=True, slots=True)
class Receipt:
    """The gateway took the SMS over: its id there, and what it says the SMS costs."""

    gateway_id: str
    cost: str | None


class SmsGateway(Protocol):
    """What outreach needs of a gateway: hand one SMS over, once."""

    def send(self, phone: str, body: str) -> Receipt:
        """Give the receipt, or raise SmsError (sure that it was refused or not sent) or SmsUnknown."""
        ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An SMS to queue. `author` None means the automaton; `template` names the wording it was written from."""

    agency_id: UUID
    conversation_id: UUID
    campaign_id: UUID
    phone: str
    department: str | None
    body: str
    not_before_utc: datetime
    opening: bool = False
    author: str | None = None
    template: str | None = None


def queue(tx: Transaction, outgoing: Sequence[Outgoing], now: datetime) -> None:
    """Queue SMS in the transaction of what causes them; the dispatcher sends them once committed."""
    rows: list[Row] = [
        {
            "agency_id": sms.agency_id,
            "message_id": uuid4(),
            "conversation_id": sms.conversation_id,
            "campaign_id": sms.campaign_id,
            "phone": sms.phone,
            # What is known of the person before what the number tells: the claim looks at the hours there.
            "department": sms.department or department_of(sms.phone),
            "body": sms.body,
            "parts": measure(sms.body).parts,
            "automatic": sms.author is None,
            "opening": sms.opening,
            "author": sms.author,
            "state": MessageState.QUEUED.value,
            "queued_utc": now,
            "not_before_utc": sms.not_before_utc,
            "contradicted": False,
            "template": sms.template,
        }
        for sms in outgoing
    ]
    tx.insert("message", rows)
    ledger.record(
        tx,
        [
            ledger.Change(row["agency_id"], row["message_id"], MessageState.QUEUED, now, row["author"] or "automate")
            for row in rows
        ],
    )


def written_to_unasked(tx: Transaction, phones: Sequence[str], since: datetime) -> set[str]:
    """Of these numbers, those that got since then, or are about to get, an SMS that they did not ask for.

    By when it left or will leave, in every agency: a first message launched on a Friday evening leaves on Monday.
    """
    rows = tx.rows(
        "SELECT DISTINCT phone FROM message WHERE phone = ANY($1::TEXT[]) "
        "AND (opening OR template LIKE 'reminder %' OR template LIKE 'satisfaction %') "
        "AND (state = 'queued' OR claimed_utc > $2)",
        list(phones),
        since,
    )
    return {row["phone"] for row in rows}


def cancel(tx: Transaction, messages: Sequence[Row], now: datetime, source: str, why: str) -> None:
    """Take queued messages back. Rows hold `agency_id` and `message_id`."""
    ledger.record(
        tx,
        [ledger.Change(m["agency_id"], m["message_id"], MessageState.CANCELLED, now, source, why) for m in messages],
    )
