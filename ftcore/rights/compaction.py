"""Deleted bytes: how their writing over is asked for, and when it is done.

DuckDB keeps what was deleted in its file until that is written anew: done in the night that follows, or at the next
start, whichever comes first. PostgreSQL is asked to write the touched tables anew, on command, as they are locked
meanwhile.
"""

from __future__ import annotations

import logging
from datetime import datetime

from ftcore.database import Database, Transaction
from ftcore.errors import DatabaseError

log = logging.getLogger(__name__)

_WANTED = "compaction wanted"
# What an erasure or a purge may have touched.
TOUCHED = ("candidate", "candidate_trait", "conversation", "message", "message_event", "reply", "reply_example",
           "thread_event", "proposal", "callback", "sandbox_sms", "opt_out", "chat", "chat_turn", "chat_acceptance",
           "campaign", "offer_closing", "journal_reason", "sending_rule", "comparison_assignment", "prerequisite_check",
           "satisfaction", "outcome", "outcome_twice", "work_waiting", "model_use", "decision_time", "thumb",
           "sign_in_session")  # fmt: skip


def want(tx: Transaction, now: datetime) -> None:
    """Say, in the transaction that erases, that the file holds bytes which are to be written over."""
    tx.insert("privacy_mark", [{"name": _WANTED, "value": now.isoformat()}], if_absent=True)


def wanted_since(database: Database) -> datetime | None:
    """When bytes were first erased that may still be in the file; None where there are none."""
    value = database.value("SELECT value FROM privacy_mark WHERE name = $1", _WANTED)
    return None if value is None else datetime.fromisoformat(value)


def compact(database: Database) -> list[str]:
    """Write over what was deleted, now; others wait meanwhile. Gives a sentence for each place where bytes are left
    all the same. Raises DatabaseError where it cannot be done."""
    if database.exclusive:
        return database.rewrite(TOUCHED)  # the mark is not in the copy
    # Before, not after: what others erase meanwhile is to be written over the next time.
    before = wanted_since(database)
    database.transact(lambda tx: tx.execute("DELETE FROM privacy_mark WHERE name = $1", _WANTED))
    try:
        return database.rewrite(TOUCHED)
    except BaseException:
        if before is not None:
            database.transact(lambda tx: want(tx, before))
        raise


def compact_if_wanted(database: Database) -> bool:
    """The same where something was erased since; says whether. What cannot be done now is left for the next time."""
    if not database.exclusive or wanted_since(database) is None:
        return False
    try:
        compact(database)
    except DatabaseError as error:
        log.warning("deleted bytes are still in the file: %s", error)
        return False
    return True
