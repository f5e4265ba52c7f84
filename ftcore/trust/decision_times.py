"""How long a decision took from the proposal: kept of the agency, never of the person who decided."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from ftcore.database import Transaction


def took(
    tx: Transaction, agency_id: UUID, kind: str, proposed: int, changed: int, seconds: float, now: datetime
) -> None:
    """Keep how long one decision took, on `proposed` items of which `changed` were decided otherwise."""
    tx.insert(
        "decision_time",
        [
            {
                "agency_id": agency_id,
                "decision_id": uuid4(),
                "kind": kind,
                "proposed": proposed,
                "changed": changed,
                "seconds": max(0.0, seconds),
                "decided_utc": now,
            }
        ],
    )
