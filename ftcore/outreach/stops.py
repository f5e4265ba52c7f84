"""What makes the automaton silent: a STOP for a number, everywhere; a person who reads or writes, for one thread."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ftcore.database import Transaction
from ftcore.outreach import campaigns, worklist
from ftcore.trust import journal


def opt_out(tx: Transaction, phone: str, now: datetime, source: str, reason: str) -> None:
    """Block a number everywhere, at once: no agency writes to it, and what was queued does not leave."""
    tx.insert(
        "opt_out",
        [{"phone": phone, "since_utc": now, "source": source, "reason": reason}],
        if_absent=True,
    )
    waiting = tx.rows("SELECT agency_id, message_id FROM message WHERE phone = $1 AND state = 'queued'", phone)
    campaigns.cancel(tx, waiting, now, "automate", "STOP")
    open_threads = tx.rows(
        """
        UPDATE conversation SET state = 'stopped', changed_utc = $2
        WHERE phone = $1 AND state <> 'stopped' RETURNING agency_id, conversation_id, candidate_id
        """,
        phone,
        now,
    )
    for thread in open_threads:
        worklist.changed(tx, thread["agency_id"], [thread["conversation_id"]])
        journal.record(
            tx,
            thread["agency_id"],
            "automate",
            "opt-out",
            thread["conversation_id"],
            now,
            source,
            person=thread["candidate_id"],
            automaton="opt-outs",
        )


def silence(
    tx: Transaction,
    agency_id: UUID,
    conversation_ids: list[UUID],
    now: datetime,
    why: str = "réponse à lire par une personne",
) -> None:
    """Take back what the automaton had queued for these conversations: a person reads, or writes, first."""
    waiting = tx.rows(
        """
        SELECT agency_id, message_id FROM message
        WHERE agency_id = $1 AND conversation_id = ANY($2::UUID[]) AND state = 'queued' AND automatic
        """,
        agency_id,
        conversation_ids,
    )
    campaigns.cancel(tx, waiting, now, "automate", why)
