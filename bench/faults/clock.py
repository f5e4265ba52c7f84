"""A clock that jumps by an hour or a day, forward and back, while SMS leave."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from bench.faults.sending import queue
from ftcore.database import Database
from ftcore.outreach.campaigns import Receipt
from ftcore.outreach.dispatcher import Dispatcher
from ftcore.outreach.hours import next_slot
from ftcore.outreach.rate import Pace

HOURS = (9, 19)
# A Tuesday, 10:00 in Paris, and the day after.
BEGIN = datetime(2026, 11, 24, 9, 0)
JUMPS = (timedelta(hours=1), timedelta(hours=-1), timedelta(days=1), timedelta(days=-1), timedelta(hours=10))
NEXT_MORNING = timedelta(hours=14)
PATIENCE = 120.0


class _Clock:
    """Runs as the machine's does, from BEGIN on, and jumps when told to; notes what each thread last read."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._ahead = timedelta(0)
        self._read = threading.local()

    def __call__(self) -> datetime:
        self._read.last = now = BEGIN + timedelta(seconds=time.monotonic() - self._began) + self._ahead
        return now

    def last_read(self) -> datetime:
        last: datetime = self._read.last
        return last

    def jump(self, by: timedelta) -> None:
        self._ahead += by

    def set_to(self, instant: datetime) -> None:
        self._ahead += instant - self()


class _Gateway:
    """Takes everything; notes what the clock said when its sender last looked."""

    def __init__(self, clock: _Clock) -> None:
        self._clock = clock
        self.looked: dict[str, list[datetime]] = {}

    def send(self, phone: str, body: str) -> Receipt:
        self.looked.setdefault(phone, []).append(self._clock.last_read())
        return Receipt(f"AT-{phone}", None)


def jumps(address: str, people: int, count: int, seed: int) -> tuple[int, dict[str, int]]:
    """SMS leave at a stated rate within hours while the clock makes `count` jumps; gives how many left before the end.

    At the end the clock says ten o'clock of a day on which everything may leave, and everything must.
    """
    phones = [f"+3363998{number:04d}" for number in range(people)]
    queue(address, phones)
    database = Database.open(address)
    clock = _Clock()
    gateway = _Gateway(clock)
    database.transact(lambda tx: tx.execute("UPDATE message SET not_before_utc = $1, queued_utc = $1", BEGIN))
    sender = Dispatcher(database, gateway, HOURS, clock=clock, idle=0.01, rate=100.0)
    sender._pace = Pace(database, 100.0, now=clock)
    chance = random.Random(seed)
    sender.start()
    try:
        for number in range(count):
            # Between them some leave, or none can: then it is evening, and the next jump goes to the morning.
            goal = (number + 1) * people // (2 * count)
            open_now = next_slot(clock(), "07", HOURS) <= clock()
            _wait(partial(_as_many, gateway.looked, goal), 5.0 if open_now else 0.2)
            clock.jump(chance.choice(JUMPS) if open_now else NEXT_MORNING)
        before_the_end = len(gateway.looked)
        clock.set_to(BEGIN + timedelta(days=7 * count))
        _wait(lambda: not _under_way(database), PATIENCE)
    finally:
        sender.stop()
    states = [row["state"] for row in database.rows("SELECT state FROM message")]
    database.close()
    outside = [look for looks in gateway.looked.values() for look in looks if next_slot(look, "07", HOURS) > look]
    return before_the_end, {
        "sent outside hours by the clock at the last look": len(outside),
        "sent twice": sum(len(looks) > 1 for looks in gateway.looked.values()),
        "not sent when the clock stood still again": people - len(gateway.looked),
        "sent and not known to be": sum(state != "accepted" for state in states),
    }


def _as_many(looked: dict[str, list[datetime]], goal: int) -> bool:
    return len(looked) >= goal


def _under_way(database: Database) -> int:
    return int(database.value("SELECT count(*) FROM message WHERE state IN ('queued', 'claimed')"))


def _wait(until: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not until() and time.monotonic() < deadline:
        time.sleep(0.01)
