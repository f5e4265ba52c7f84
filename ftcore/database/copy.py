"""Everything from one engine to the other, verified; all of it, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from ftcore.database.base import Database, Transaction
from ftcore.errors import DatabaseError

# In an order in which a reader of the target would never meet a row before what it speaks of.
TABLES = (
    "agency", "occupation", "occupation_title", "occupation_skill", "occupation_near", "department", "commune",
    "commune_postcode", "skill", "reference_load",
    "offer", "offer_closing", "candidate", "candidate_trait", "pool_size", "campaign", "campaign_trait_count",
    "conversation", "conversation_trait", "message", "message_event", "reply",
    "opt_out",
    "callback",
    "comparison", "comparison_assignment", "comparison_count",
    "launch_turn", "journal", "journal_head", "journal_checkpoint", "journal_reason", "sandbox_sms",
    "chat", "chat_turn", "chat_acceptance", "prompt", "model_use", "model_day", "proposal", "weight_profile",
    "prerequisite_check", "thread_event", "reply_example", "sending_rule", "sms_template",
    "sending_slot", "callback_secret", "fetch_mark",
    "outcome", "outcome_sum", "outcome_check", "outcome_due", "outcome_twice", "work_waiting",
    "account", "sign_in_session",
    "baseline", "pilot_plan", "pilot_outcome", "labelled_run", "decision_time", "thumb", "satisfaction",
    "opt_out_kept", "privacy_mark", "retention_rule", "purge_run",
)  # fmt: skip


def copy(
    source_address: str,
    target_address: str,
    progress: Callable[[int, int], None],
    *,
    key: str | None = None,
    plain: bool = False,
) -> dict[str, int]:
    """Copy every table into an empty database, in one transaction; give the rows of each.

    `progress` is told the rows done and the rows in all. An interruption, or a checksum that differs,
    leaves the target as empty as it was. With a `key` the source may be encrypted with it or not at all, and the
    target is encrypted unless it is to be `plain`. Raises DatabaseError.
    """
    if source_address == target_address:
        raise DatabaseError("La base de départ et la base d'arrivée sont la même.")
    source = open_either(source_address, key)
    try:
        target = Database.open(target_address, key=None if plain else key)
    except BaseException:
        source.close()
        raise
    try:
        if target.value("SELECT count(*) FROM agency") or target.value("SELECT count(*) FROM occupation"):
            raise DatabaseError(
                f"La base d'arrivée « {target.name} » contient déjà des données : choisissez une base vide."
            )
        with source.snapshot() as reader:
            counts = target.transact(lambda tx: copy_all(reader, tx, progress))
        # The planner of the target must know what has come, or its first days are slow.
        target.transact(lambda tx: tx.execute("ANALYZE"))
        return counts
    finally:
        target.close()
        source.close()


def open_either(address: str, key: str | None) -> Database:
    """The database, encrypted with the key or not at all."""
    from ftcore.database.encryption import NotEncrypted

    try:
        return Database.open(address, key=key)
    except NotEncrypted:
        return Database.open(address)


def copy_all(reader: Transaction, tx: Transaction, progress: Callable[[int, int], None]) -> dict[str, int]:
    """Copy and verify every table within two transactions; give the rows of each. Raises DatabaseError."""
    total = sum(int(reader.value(f"SELECT count(*) FROM {table}")) for table in TABLES)
    counts: dict[str, int] = {}
    done = 0
    tx.execute("DELETE FROM launch_turn")
    for table in TABLES:
        columns = [row["column_name"] for row in reader.rows(_COLUMNS, table)]
        names = ", ".join(columns)
        left = _Sum()
        for batch in reader.batches(f"SELECT {names} FROM {table}"):
            left.add(batch)
            tx.insert(table, [dict(zip(columns, row, strict=True)) for row in batch])
            done += len(batch)
            progress(done, total)
        arrived = _Sum()
        for batch in tx.batches(f"SELECT {names} FROM {table}"):
            arrived.add(batch)
        if left != arrived:
            raise DatabaseError(f"La copie de la table {table} diffère de l'original : rien n'a été gardé.")
        counts[table] = left.rows
    return counts


_COLUMNS = """
    SELECT column_name FROM information_schema.columns
    WHERE table_name = $1 AND table_schema IN ('main', 'public') ORDER BY ordinal_position
"""


class _Sum:
    """The count and the checksum of rows, in whatever order they come."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for row in rows:
            digest = hashlib.blake2b(repr([str(value) for value in row]).encode(), digest_size=8).digest()
            self._sum = (self._sum + int.from_bytes(digest, "big")) % 2**64
            self.rows += 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Sum) and (self.rows, self._sum) == (other.rows, other._sum)

    __hash__ = None  # type: ignore[assignment]
