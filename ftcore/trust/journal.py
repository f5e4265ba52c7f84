"""What was done, by whom, on what, and why. Append-only; no text of a message, no name, no number."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from ftcore.database import Transaction


def record(
    tx: Transaction,
    agency_id: UUID,
    actor: str,
    act: str,
    subject: UUID | str,
    now: datetime,
    detail: str = "",
) -> None:
    """Write one entry in the transaction of the act itself, so that neither exists without the other.

    `actor` is a person's id or "automate"; `subject` is the id of what was acted upon.
    """
    tx.insert(
        "journal",
        [
            {
                "agency_id": agency_id,
                "entry_id": uuid4(),
                "happened_utc": now,
                "actor": actor,
                "act": act,
                "subject": str(subject),
                "detail": detail,
            }
        ],
    )
