"""Sends what is queued, in the background: claim (committed) → send once → record.

Two threads. *Sending* claims a few due SMS at a time and hands them to the gateway. *Reading* takes
in the callbacks. Neither ever resends what may have left: that is `unknown`, and a person's matter.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from ftcore.database import Database, Row, Transaction, utc_now
from ftcore.errors import SmsError, SmsUnknown
from ftcore.model import MessageState
from ftcore.outreach import campaigns, inbox, ledger
from ftcore.outreach.hours import next_slot
from ftcore.outreach.second_look import SecondLook
from ftcore.trust import journal

log = logging.getLogger(__name__)

# A claim older than this has no sender left: its outcome is not known. A batch of the slowest answers that
# the gateway may give (five in a row for each sender, 15 s each) takes less.
LEASE = timedelta(seconds=120)
BATCH = 20
SENDERS = 4
# A gateway that fails this often in a row is left alone for a while, so that one outage does not
# turn a whole campaign into messages of which nobody knows whether they left.
TROUBLE = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one claimed SMS."""

    sms: Row
    change: ledger.Change | None = None
    back_to_queue: bool = False
    pause: str | None = None
    opted_out: bool = False
    trouble: bool = False


# Looked up row by row and not joined: after a large launch, as long as PostgreSQL has not counted the new
# rows, it joins them by comparing each with each, and a claim takes a second instead of some milliseconds.
_DUE = """
    FROM message m
    WHERE m.state = 'queued' AND m.not_before_utc <= $1
      AND (NOT m.automatic OR (
          (SELECT c.state FROM campaign c
           WHERE c.agency_id = m.agency_id AND c.campaign_id = m.campaign_id) = 'running'
          AND (SELECT v.state FROM conversation v
               WHERE v.agency_id = m.agency_id AND v.conversation_id = m.conversation_id)
              NOT IN ('unclear', 'stopped')))
      AND NOT EXISTS (SELECT 1 FROM opt_out o WHERE o.phone = m.phone)
"""


def claim(
    database: Database, sender_id: str, hours: tuple[int, int] | None, now: datetime, limit: int = BATCH
) -> list[Row]:
    """Take up to `limit` due SMS for sending; they are ours once this returns, and nobody else's.

    Opt-outs, hours, campaign state and cancellation are looked at again here, inside the claim.
    """

    def take(tx: Transaction) -> list[Row]:
        # One agency at a time, the one that has waited longest: its rows stand together on one shard.
        first = tx.one(f"SELECT m.agency_id {_DUE} ORDER BY m.not_before_utc, m.agency_id LIMIT 1", now)
        return [] if first is None else take_of(tx, first["agency_id"])

    def take_of(tx: Transaction, agency_id: UUID) -> list[Row]:
        due = tx.rows(
            f"""
            SELECT m.agency_id, m.message_id, m.department
            {_DUE} AND m.agency_id = $3
            ORDER BY m.not_before_utc, m.queued_utc, m.message_id LIMIT $2 {database.skip_locked("m")}
            """,
            now,
            limit,
            agency_id,
        )
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
        if not allowed:
            return []
        claimed = tx.rows(
            """
            UPDATE message SET state = 'claimed', claimed_utc = $2, claimed_by = $3
            WHERE agency_id = $4 AND state = 'queued' AND message_id = ANY($1::UUID[])
            RETURNING agency_id, message_id, conversation_id, campaign_id, phone, body, opening, automatic
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
        return claimed

    return database.transact(take, latest=True)


def send(gateway: campaigns.SmsGateway, sms: Row, clock: Callable[[], datetime]) -> Outcome:
    """Hand one claimed SMS over, once, and say what became of it. Never raises."""

    def change(state: MessageState, detail: str | None = None, **more: str | None) -> ledger.Change:
        return ledger.Change(sms["agency_id"], sms["message_id"], state, clock(), "dispatcher", detail, **more)

    try:
        receipt = gateway.send(sms["phone"], sms["body"])
    except SmsError as error:
        if error.retryable:
            return Outcome(sms, back_to_queue=True, trouble=True)
        if error.pauses:
            # Refused for a reason of ours (credit, sender, key): nothing left, and nothing is lost.
            return Outcome(sms, back_to_queue=True, pause=error.reason)
        return Outcome(sms, change(MessageState.FAILED, error.reason), opted_out=error.opted_out)
    except SmsUnknown as error:
        return Outcome(sms, change(MessageState.UNKNOWN, error.reason), trouble=True)
    except Exception:
        log.exception("the gateway failed in a way that it should not")
        return Outcome(sms, change(MessageState.UNKNOWN, "erreur interne"), trouble=True)
    return Outcome(sms, change(MessageState.ACCEPTED, gateway_id=receipt.gateway_id, cost=receipt.cost))


def settle(database: Database, outcomes: list[Outcome], now: datetime) -> None:
    """Write what became of claimed SMS, in one transaction."""

    def write(tx: Transaction) -> None:
        ledger.record(tx, [o.change for o in outcomes if o.change is not None])
        for outcome in outcomes:
            if outcome.back_to_queue:
                _requeue(tx, outcome.sms, now)
            if outcome.pause is not None:
                _pause(tx, outcome.sms, outcome.pause, now)
            if outcome.opted_out:
                inbox.opt_out(tx, outcome.sms["phone"], now, "gateway", "STOP connu de la passerelle")
        failed = [o.change for o in outcomes if o.change is not None and o.change.state is MessageState.FAILED]
        inbox.mark_unreached(tx, failed, now)

    if outcomes:
        database.transact(write)


def _requeue(tx: Transaction, sms: Row, now: datetime) -> None:
    """Back to the queue, unless a STOP or the end of the campaign came while it was being sent."""
    tx.execute(
        "UPDATE message SET state = 'queued', claimed_utc = NULL, claimed_by = NULL "
        "WHERE agency_id = $1 AND message_id = $2 AND state = 'claimed'",
        sms["agency_id"],
        sms["message_id"],
    )
    over = tx.value(
        "SELECT EXISTS (SELECT 1 FROM opt_out WHERE phone = $1) OR ($2 AND EXISTS ("
        "SELECT 1 FROM campaign WHERE agency_id = $3 AND campaign_id = $4 AND state = 'stopped'))",
        sms["phone"],
        sms["automatic"],
        sms["agency_id"],
        sms["campaign_id"],
    )
    if over:
        campaigns.cancel(tx, [sms], now, "automate", "STOP ou campagne arrêtée")


def _pause(tx: Transaction, sms: Row, reason: str, now: datetime) -> None:
    paused = tx.rows(
        "UPDATE campaign SET state = 'paused', pause_reason = $3 "
        "WHERE agency_id = $1 AND campaign_id = $2 AND state = 'running' RETURNING campaign_id",
        sms["agency_id"],
        sms["campaign_id"],
        reason,
    )
    if paused:
        journal.record(tx, sms["agency_id"], "automate", "campaign paused", sms["campaign_id"], now, reason)


def give_up_stale_claims(database: Database, now: datetime, lease: timedelta = LEASE) -> int:
    """Claims whose sender is gone become `unknown`: they may have left, so nobody sends them again."""

    def write(tx: Transaction) -> int:
        stale = tx.rows(
            "SELECT agency_id, message_id FROM message WHERE state = 'claimed' AND claimed_utc < $1",
            now - lease,
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
            journal.record(tx, m["agency_id"], "automate", "message unknown", m["message_id"], now)
        return len(stale)

    return database.transact(write)


class Dispatcher:
    """The background sender and reader of one process. `start` and `stop` once each; `wake` at any time."""

    def __init__(
        self,
        database: Database,
        gateway: campaigns.SmsGateway,
        hours: tuple[int, int] | None,
        *,
        clock: Callable[[], datetime] = utc_now,
        idle: float = 0.5,
        lease: timedelta = LEASE,
        second_look: SecondLook | None = None,
    ) -> None:
        self._second_look = second_look
        self._again = threading.Event()
        self._database = database
        self._gateway = gateway
        self._hours = hours
        self._clock = clock
        self._idle = idle
        self._lease = lease
        self._id = f"dispatcher-{uuid4()}"
        self._stopping = threading.Event()
        self._work = threading.Event()
        self._news = threading.Event()
        self._threads: list[threading.Thread] = []
        self._trouble = 0

    def start(self) -> None:
        self._threads = [
            threading.Thread(target=self._loop, args=(self.send_due, self._work), name="sending", daemon=True),
            threading.Thread(target=self._loop, args=(self.read_news, self._news), name="reading", daemon=True),
        ]
        if self._second_look is not None:
            # A thread of its own: a language model takes seconds, and a STOP must not wait for it.
            again = (self._second_look.turn, self._again)
            self._threads.append(threading.Thread(target=self._loop, args=again, name="second look", daemon=True))
        # Where one process owns the database, every claim found at the start belongs to a sender that is gone.
        give_up_stale_claims(self._database, self._clock(), timedelta(0) if self._database.exclusive else self._lease)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is being sent, record it, and end. Nothing new is claimed."""
        self._stopping.set()
        if self._second_look is not None:
            self._second_look.stop()
        self.wake()
        for thread in self._threads:
            thread.join()
        self._threads = []

    def wake(self) -> None:
        """Look for work now rather than at the next tick."""
        self._work.set()
        self._news.set()
        self._again.set()

    def _loop(self, turn: Callable[[], int], signal: threading.Event) -> None:
        while not self._stopping.is_set():
            try:
                busy = turn() > 0
            except Exception:
                log.exception("a turn of the dispatcher failed; it goes on")
                busy = False
            if not busy:
                signal.wait(self._idle)
                signal.clear()

    def read_news(self) -> int:
        """Take in what came back; answers may queue further SMS."""
        taken = inbox.take_in(self._database, self._hours, self._clock())
        if taken:
            self._work.set()
            self._again.set()
        return taken

    def send_due(self) -> int:
        """Send one batch of what is due; gives how many were claimed."""
        give_up_stale_claims(self._database, self._clock(), self._lease)
        if self._trouble >= TROUBLE:
            self._rest()
            if self._stopping.is_set():
                return 0
        # After trouble a single SMS probes the gateway before whole batches go again.
        limit = 1 if self._trouble else BATCH
        batch = claim(self._database, self._id, self._hours, self._clock(), limit)
        if not batch:
            return 0
        with ThreadPoolExecutor(SENDERS, thread_name_prefix="sms") as pool:
            sending = [pool.submit(send, self._gateway, sms, self._clock) for sms in batch]
            outcomes = [future.result() for future in as_completed(sending)]
        settle(self._database, outcomes, self._clock())
        went_well = any(o.change is not None and not o.trouble for o in outcomes)
        self._trouble = 0 if went_well else self._trouble + sum(o.trouble for o in outcomes)
        return len(batch)

    def _rest(self) -> None:
        seconds = min(60.0, 2.0 ** min(self._trouble - TROUBLE, 6))
        log.warning("the SMS gateway is in trouble; waiting %.0f s before the next attempt", seconds)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self._stopping.is_set():
            time.sleep(0.1)
