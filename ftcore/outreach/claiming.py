"""Who may take which SMS for sending: one committed claim each, believed only after its commit.

Opt-outs, hours, the stop switch and the campaign are looked at inside the claim, and once more right before
the socket opens, as an SMS may wait for its turn in between.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from ftcore.database import Database, Row, Transaction
from ftcore.model import MessageState
from ftcore.outreach import ledger, stops
from ftcore.outreach.hours import next_slot, of_agency
from ftcore.outreach.rate import Pace
from ftcore.trust import journal, kept_stops
from ftcore.trust.number_keys import keyed

# A claim older than this has no sender left: its outcome is not known. A slow answer and the wait for a
# turn take less together.
LEASE = timedelta(seconds=120)
BATCH = 20


def _may_leave(agency: str, campaign: str, conversation: str, phone: str) -> str:
    """The condition on a message `m`, whose keys are columns, or values where one message is asked about.

    Looked up row by row and not joined: after a large launch, as long as PostgreSQL has not counted the new
    rows, it joins them by comparing each with each, and a claim takes a second instead of some milliseconds.
    """
    return f"""
      (NOT m.automatic OR (
          (SELECT c.state FROM campaign c
           WHERE c.agency_id = {agency} AND c.campaign_id = {campaign}) = 'running'
          AND (SELECT v.state FROM conversation v
               WHERE v.agency_id = {agency} AND v.conversation_id = {conversation})
              NOT IN ('unclear', 'stopped')
          AND (SELECT h.taken_over_utc FROM conversation h
               WHERE h.agency_id = {agency} AND h.conversation_id = {conversation}) IS NULL
      ))
      AND NOT EXISTS (SELECT 1 FROM opt_out o WHERE o.phone = {phone})
      AND NOT EXISTS (SELECT 1 FROM sending_rule s WHERE s.agency_id = {agency} AND s.stopped_utc IS NOT NULL)
    """


_DUE = "FROM message m WHERE m.state = 'queued' AND m.not_before_utc <= $1 AND " + _may_leave(
    "m.agency_id", "m.campaign_id", "m.conversation_id", "m.phone"
)
# With values the embedded engine finds each row by its key; with columns it would read whole tables.
_STILL_OURS = (
    "SELECT m.department FROM message m WHERE m.agency_id = $1 AND m.message_id = $2 AND m.state = 'claimed' "
    "AND m.claimed_by = $3 AND NOT EXISTS (SELECT 1 FROM opt_out_kept k WHERE k.number_key = $7) "
    "AND " + _may_leave("$1", "$4", "$5", "$6")
)


def claim(
    database: Database,
    sender_id: str,
    hours: tuple[int, int] | None,
    now: datetime,
    limit: int = BATCH,
    pace: Pace | None = None,
) -> list[Row]:
    """Take up to `limit` due SMS for sending; they are ours once this returns, and nobody else's.

    Each row has, with a `pace`, its `turn`: when it may leave.
    """

    def take(tx: Transaction) -> list[Row]:
        # One agency at a time, the one that has waited longest: its rows stand together on one shard.
        first = tx.one(f"SELECT m.agency_id {_DUE} ORDER BY m.not_before_utc, m.agency_id LIMIT 1", now)
        return [] if first is None else take_of(tx, first["agency_id"])

    def take_of(tx: Transaction, agency_id: UUID) -> list[Row]:
        due = tx.rows(
            f"""
            SELECT m.agency_id, m.message_id, m.department, m.phone
            {_DUE} AND m.agency_id = $3
            ORDER BY m.not_before_utc, m.queued_utc, m.message_id LIMIT $2 {database.skip_locked("m")}
            """,
            now,
            limit,
            agency_id,
        )
        barred = kept_stops.barred(tx, database.number_key, {row["phone"] for row in due})
        for phone in barred:
            stops.opt_out(tx, phone, now, "kept", "STOP d'une personne effacée, revenue dans un fichier")
        due = [row for row in due if row["phone"] not in barred]
        allowed = _within_hours(tx, due, of_agency(tx, agency_id, hours), now)
        if not allowed:
            return []
        claimed = tx.rows(
            """
            UPDATE message SET state = 'claimed', claimed_utc = $2, claimed_by = $3
            WHERE agency_id = $4 AND state = 'queued' AND message_id = ANY($1::UUID[])
            RETURNING agency_id, message_id, conversation_id, campaign_id, phone, body, opening, automatic,
                      attempts, claimed_by
            """,
            allowed,
            now,
            sender_id,
            agency_id,
        )
        ledger.record(
            tx,
            [ledger.Change(m["agency_id"], m["message_id"], MessageState.CLAIMED, now, sender_id) for m in claimed],
        )
        if pace is not None:
            for row, turn in zip(claimed, pace.reserve(tx, len(claimed)), strict=True):
                row["turn"] = turn
        return claimed

    return database.transact(take, latest=True)


def _within_hours(tx: Transaction, due: list[Row], hours: tuple[int, int] | None, now: datetime) -> list[UUID]:
    """Those that may leave at this hour; the others wait for their next slot."""
    allowed: list[UUID] = []
    for row in due:
        slot = next_slot(now, row["department"], hours)
        if slot <= now:
            allowed.append(row["message_id"])
        else:
            # The program was down or paused through the slot: wait for the next one.
            tx.execute(
                "UPDATE message SET not_before_utc = $3 WHERE agency_id = $1 AND message_id = $2",
                row["agency_id"],
                row["message_id"],
                slot,
            )
    return allowed


def still_ours(database: Database, sms: Row, hours: tuple[int, int] | None, now: datetime) -> bool:
    """The last look before the socket opens: still claimed by us, and nothing came that forbids it."""
    with database.read() as reader:
        row = reader.one(
            _STILL_OURS,
            sms["agency_id"],
            sms["message_id"],
            sms["claimed_by"],
            sms["campaign_id"],
            sms["conversation_id"],
            sms["phone"],
            keyed(database.number_key, sms["phone"]) if database.number_key else "",
        )
        return row is not None and next_slot(now, row["department"], of_agency(reader, sms["agency_id"], hours)) <= now


def give_up_stale_claims(
    database: Database, now: datetime, lease: timedelta = LEASE, in_hand: Collection[UUID] = ()
) -> int:
    """Claims whose sender is gone become `unknown`: they may have left, so nobody sends them again.

    By the clock alone a jump would make them old: `in_hand` are the messages that whoever asks is about to send.
    A claim from the future was made before a jump back.
    """

    def write(tx: Transaction) -> int:
        stale = tx.rows(
            "SELECT agency_id, message_id FROM message WHERE state = 'claimed' "
            "AND (claimed_utc < $1 OR claimed_utc > $2) AND NOT (message_id = ANY($3::UUID[]))",
            now - lease,
            now + lease,
            list(in_hand),
        )
        ledger.record(
            tx,
            [
                ledger.Change(
                    m["agency_id"],
                    m["message_id"],
                    MessageState.UNKNOWN,
                    now,
                    "dispatcher",
                    "envoi interrompu",
                )
                for m in stale
            ],
        )
        for m in stale:
            journal.record(tx, m["agency_id"], "automate", "message unknown", m["message_id"], now,
                           automaton="dispatcher")  # fmt: skip
        return len(stale)

    return database.transact(write)
