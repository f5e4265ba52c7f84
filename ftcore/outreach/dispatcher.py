"""Sends what is queued, in the background: claim (committed) → one last look → send once → record.

Three threads. *Sending* claims a few due SMS at a time and hands them to the gateway. *Reading* takes in
the callbacks and attends to who is silent, *fetching* asks for callbacks that got lost. None ever resends
what may have left: that is `unknown`, and a person's matter.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from ftcore import meters
from ftcore.database import Database, Row, utc_now
from ftcore.insight import outcomes
from ftcore.outreach import campaigns, inbox, silences
from ftcore.outreach.claiming import BATCH, LEASE, claim, give_up_stale_claims, still_ours
from ftcore.outreach.fetching import Mailbox, try_to_fetch
from ftcore.outreach.rate import Pace
from ftcore.outreach.second_look import SecondLook
from ftcore.outreach.sending import Outcome, send, unheard
from ftcore.outreach.settling import settle
from ftcore.settings import PART_PRICE

__all__ = ["BATCH", "LEASE", "Dispatcher", "Outcome", "claim", "give_up_stale_claims", "send", "settle"]

log = logging.getLogger(__name__)

# As many SMS as are under way at once, and so as many as a crash can leave unknown.
SENDERS = 4
# A gateway that fails this often in a row is left alone for a while, so that one outage does not
# turn a whole campaign into messages of which nobody knows whether they left.
TROUBLE = 3
# Seconds that an end waits for the gateway's answers; a SMS whose answer has not come by then is unknown.
DRAIN = 5.0
# Seconds after which a thread that says nothing is taken to be stuck: more than the gateway may take to answer.
LONGEST_SILENCE = 120.0
# Seconds between two looks for incoming SMS whose callback may have got lost.
FETCH_EVERY = 60.0
# And between two looks for those who have been silent for long enough.
ATTEND_EVERY = 60.0
# And between two counts of what has changed for Mesures.
COUNT_EVERY = 5.0
# And between two looks at whether it is night.
NIGHT_EVERY = 60.0


def _nothing(_: str) -> None:
    """What happens at a named point: nothing, outside fault tests."""


class Dispatcher:
    """The background sender and reader of one process. `start` and `stop` once each; `wake` at any time.

    `rate` is the most SMS a second that all dispatchers of this database send together, or None.
    `part_price`, in euros, counts reminders against the agency's caps.
    `mailbox`, where given, is asked each minute for incoming SMS whose callback may have got lost.
    `at_night` is asked each minute, with the time and whether to go on, for the work of the night.
    `at_point` is called at each step from the claim to the record, for fault tests.
    """

    def __init__(
        self,
        database: Database,
        gateway: campaigns.SmsGateway,
        hours: tuple[int, int] | None,
        *,
        clock: Callable[[], datetime] = utc_now,
        idle: float = 0.5,
        lease: timedelta = LEASE,
        rate: float | None = None,
        senders: int = SENDERS,
        mailbox: Mailbox | None = None,
        part_price: Decimal = PART_PRICE,
        at_point: Callable[[str], None] = _nothing,
        second_look: SecondLook | None = None,
        at_night: Callable[[datetime, Callable[[], bool]], object] | None = None,
    ) -> None:
        self._at_night = at_night
        self._second_look = second_look
        self._again = threading.Event()
        self._database = database
        self._gateway = gateway
        self._hours = hours
        self._clock = clock
        self._idle = idle
        self._lease = lease
        self._pace = None if rate is None else Pace(database, rate)
        self._senders = senders
        self._mailbox = mailbox
        self._part_price = part_price
        self._at_point = at_point
        self.sender_id = f"dispatcher-{uuid4()}"
        self._stopping = threading.Event()
        self._work = threading.Event()
        self._news = threading.Event()
        self._threads: list[threading.Thread] = []
        self._trouble = 0
        # What became of SMS and could not be written yet: nothing more is sent before it is.
        self._unwritten: list[Outcome] = []
        # The messages that are under way at this moment, whatever the clock says of their claims.
        self._in_hand: set[UUID] = set()
        self._refused_at: float | None = None
        self._gave_up_at = float("-inf")
        self._attended_at = float("-inf")
        self._counted_at = float("-inf")
        # When each thread last showed that it goes on, on the monotonic clock.
        self._seen_at: dict[str, float] = {}

    def start(self) -> None:
        self._threads = [
            threading.Thread(target=self._loop, args=(self.send_due, self._work), name="sending", daemon=True),
            threading.Thread(target=self._loop, args=(self.read_news, self._news), name="reading", daemon=True),
        ]
        if self._mailbox is not None:
            self._threads.append(threading.Thread(target=self._fetch_now_and_then, name="fetching", daemon=True))
        if self._second_look is not None:
            # A thread of its own: a language model takes seconds, and a STOP must not wait for it.
            again = (self._second_look.turn, self._again)
            self._threads.append(threading.Thread(target=self._loop, args=again, name="second look", daemon=True))
        if self._at_night is not None:
            self._threads.append(threading.Thread(target=self._watch_the_night, name="night", daemon=True))
        # Where one process owns the database, every claim found at the start belongs to a sender that is gone.
        give_up_stale_claims(self._database, self._clock(), timedelta(0) if self._database.exclusive else self._lease)
        for thread in self._threads:
            self._alive(thread.name)
            thread.start()

    @property
    def is_well(self) -> bool:
        """Whether all threads live, and neither the sending nor the reading has been silent for long."""
        now = time.monotonic()
        silent = [now - self._seen_at.get(name, now) for name in ("sending", "reading")]
        return (
            bool(self._threads) and all(thread.is_alive() for thread in self._threads) and max(silent) < LONGEST_SILENCE
        )

    def _alive(self, name: str) -> None:
        self._seen_at[name] = time.monotonic()

    def stop(self) -> None:
        """Finish what is being sent, record it, and end. Nothing new is claimed."""
        self._stopping.set()
        if self._second_look is not None:
            self._second_look.stop()
        self.wake()
        # Not for ever: a thread that asks the gateway or a language model may get no answer for long.
        deadline = time.monotonic() + DRAIN + 2.0
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._threads = []

    def wake(self) -> None:
        """Look for work now rather than at the next tick."""
        self._work.set()
        self._news.set()
        self._again.set()

    def _loop(self, turn: Callable[[], int], signal: threading.Event) -> None:
        name = threading.current_thread().name
        while not self._stopping.is_set():
            self._alive(name)
            try:
                with meters.round_seconds.labels(name).time():
                    busy = turn() > 0
            except Exception:
                log.exception("a turn of the dispatcher failed; it goes on")
                busy = False
            if not busy:
                signal.wait(self._idle)
                signal.clear()

    def read_news(self) -> int:
        """Take in what came back, and attend to who is silent; both may queue further SMS."""
        taken = inbox.take_in(self._database, self._hours, self._clock())
        if time.monotonic() - self._attended_at >= ATTEND_EVERY:
            self._attended_at = time.monotonic()
            taken += silences.attend(self._database, self._hours, self._clock(), self._part_price)
        if taken:
            self._work.set()
            self._again.set()
        elif time.monotonic() - self._counted_at >= COUNT_EVERY:
            # Not while callbacks wait: a page that is looked at counts by itself what it needs.
            self._counted_at = time.monotonic()
            outcomes.refresh(self._database)
        return taken

    def _fetch_now_and_then(self) -> None:
        assert self._mailbox is not None
        while not self._stopping.wait(FETCH_EVERY):
            try:
                if try_to_fetch(self._database, self._mailbox, self._clock()):
                    self._news.set()
            except Exception:
                if not self._stopping.is_set():
                    log.exception("incoming SMS could not be fetched; it is tried again")

    def _watch_the_night(self) -> None:
        assert self._at_night is not None
        while not self._stopping.wait(NIGHT_EVERY):
            try:
                self._at_night(self._clock(), lambda: not self._stopping.is_set())
            except Exception:
                log.exception("the work of the night failed; it is tried again the next night")

    def send_due(self) -> int:
        """Send what is due until nothing is, each answer being recorded as it comes; gives how many were claimed."""
        self._write_down([])
        self._give_up_stale()
        if self._trouble >= TROUBLE:
            self._rest()
        total = 0
        flying: dict[Future[Outcome], Row] = {}
        try:
            while True:
                batch = self._claim(self._room(len(flying)))
                total += len(batch)
                flying |= {self._take_off(sms): sms for sms in batch}
                if not flying:
                    return total
                self._alive("sending")
                # Looks up now and then, as an end waits for no answer that does not come.
                landed = wait(flying, 0.5, return_when=FIRST_COMPLETED).done
                flying = {flight: sms for flight, sms in flying.items() if flight not in landed}
                self._landed(landed)
                if self._stopping.is_set():
                    return total
                if self._trouble >= TROUBLE and not flying:
                    return total
                self._give_up_stale()
        finally:
            # After an error or at the end: what is still under way is known in a moment, and must not be lost.
            landed, unheard_of = wait(flying, DRAIN if self._stopping.is_set() else None)
            self._landed(landed)
            self._left_behind([flying[flight] for flight in unheard_of])

    def _take_off(self, sms: Row) -> Future[Outcome]:
        """Send it in a thread of its own, which no end of the program waits for."""
        flight: Future[Outcome] = Future()

        def fly() -> None:
            try:
                flight.set_result(self._send(sms))
            except BaseException as error:  # noqa: BLE001 (it is raised where the flight lands)
                flight.set_exception(error)

        threading.Thread(target=fly, name="sms", daemon=True).start()
        return flight

    def _left_behind(self, sms: list[Row]) -> None:
        """The answers that an end did not wait for. These SMS may have left: they are unknown, as after a time-out."""
        if sms:
            log.warning("%d SMS were under way at the end; whether they left is not known", len(sms))
            self._in_hand.difference_update(one["message_id"] for one in sms)
            self._write_down([unheard(one, self._clock()) for one in sms])

    def _room(self, flying: int) -> int:
        """How many more may be under way. After trouble a single SMS probes the gateway, alone."""
        if self._stopping.is_set():
            return 0
        most = 1 if self._trouble >= TROUBLE else self._senders
        if self._pace is not None:
            most = min(most, self._pace.most)
        return max(0, most - flying)

    def _claim(self, room: int) -> list[Row]:
        if room == 0:
            return []
        self._at_point("claiming")
        batch = claim(self._database, self.sender_id, self._hours, self._clock(), room, self._pace)
        if batch:
            self._in_hand.update(sms["message_id"] for sms in batch)
            self._at_point("claimed")
        return batch

    def _send(self, sms: Row) -> Outcome:
        """Wait for the turn, look once more, send. What is not sent goes back to the queue."""
        try:
            if self._pace is not None and not self._pace.wait(sms["turn"], self._stopping):
                return Outcome(sms, back_to_queue=True)
            self._at_point("turn")
            if not still_ours(self._database, sms, self._hours, self._clock()):
                return Outcome(sms, back_to_queue=True)
        except Exception:
            log.exception("an SMS was not sent, as the database could not be asked")
            return Outcome(sms, back_to_queue=True)
        self._at_point("looked")
        outcome = send(self._gateway, sms, self._clock)
        self._at_point("answered")
        return outcome

    def _landed(self, landed: set[Future[Outcome]]) -> None:
        if not landed:
            return
        outcomes = [future.result() for future in landed]
        self._in_hand.difference_update(outcome.sms["message_id"] for outcome in outcomes)
        asked = [o for o in outcomes if o.change is not None or o.tried]
        if any(o.change is not None and not o.trouble for o in outcomes):
            self._trouble = 0
        else:
            self._trouble += sum(o.trouble for o in asked)
        self._write_down(outcomes)

    def _write_down(self, outcomes: list[Outcome]) -> None:
        """Record what became of SMS; what the database refuses is kept, and comes first the next time.

        Not for ever: after the lease these SMS count as unknown, and the others may go on.
        """
        self._unwritten += outcomes
        if not self._unwritten:
            return
        try:
            settle(self._database, self._unwritten, self._clock(), self._at_point)
        except Exception:
            self._refused_at = self._refused_at or time.monotonic()
            if time.monotonic() - self._refused_at > self._lease.total_seconds():
                log.error("%d SMS are left unknown: what became of them cannot be recorded", len(self._unwritten))
                self._unwritten, self._refused_at = [], None
            raise
        self._unwritten, self._refused_at = [], None
        self._at_point("recorded")

    def _give_up_stale(self) -> None:
        if time.monotonic() - self._gave_up_at >= 1.0:
            self._gave_up_at = time.monotonic()
            give_up_stale_claims(self._database, self._clock(), self._lease, self._in_hand)

    def _rest(self) -> None:
        seconds = min(60.0, 2.0 ** min(self._trouble - TROUBLE, 6))
        log.warning("the SMS gateway is in trouble; waiting %.0f s before the next attempt", seconds)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self._stopping.is_set():
            self._alive("sending")
            time.sleep(0.1)
