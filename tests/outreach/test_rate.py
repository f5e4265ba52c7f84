"""A stated rate is kept in every sliding second, by all senders of one database together."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.database import Database
from ftcore.database.server import PostgresDatabase
from ftcore.errors import SmsError
from ftcore.outreach.campaigns import Receipt
from ftcore.outreach.dispatcher import Dispatcher
from ftcore.outreach.rate import Pace
from tests.outreach.conftest import Town

NEVER = threading.Event()
BEGIN = datetime(2026, 11, 24, 9, 0)


def most_in_a_second(instants: list[datetime]) -> int:
    ordered = sorted(instants)
    return max(sum(one <= other < one + timedelta(seconds=1) for other in ordered) for one in ordered)


class Clock:
    """A clock that only waiting moves, and that oversleeps as it is told."""

    def __init__(self, late: list[float]) -> None:
        self.now = BEGIN
        self.late = late

    def pause(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds + (self.late.pop() if self.late else 0.0))


@given(rate=st.sampled_from([1.0, 3.0, 7.5, 20.0]), late=st.lists(st.floats(0.0, 0.6), max_size=30))
@settings(max_examples=15)
def test_no_second_holds_more_than_the_rate_however_late_the_senders_are(
    database: Database, rate: float, late: list[float]
) -> None:
    database.transact(lambda tx: tx.execute("DELETE FROM sending_slot"))
    clock = Clock(late)
    pace = Pace(database, rate, now=lambda: clock.now, pause=clock.pause)
    left: list[datetime] = []
    for _ in range(4):
        turns = database.transact(lambda tx: pace.reserve(tx, pace.most), latest=True)
        for turn in turns:
            assert pace.wait(turn, NEVER)
            left.append(clock.now)
    assert most_in_a_second(left) <= rate


def test_a_clock_that_jumps_back_does_not_stop_the_senders(database: Database) -> None:
    now = [BEGIN]
    pace = Pace(database, 10.0, now=lambda: now[0])
    database.transact(lambda tx: pace.reserve(tx, 1))
    now[0] = BEGIN - timedelta(hours=1)
    assert database.transact(lambda tx: pace.reserve(tx, 1)) == [now[0]]


def test_a_program_that_stops_waits_for_no_turn(database: Database) -> None:
    stopping = threading.Event()
    stopping.set()
    assert not Pace(database, 1.0).wait(BEGIN, stopping)


class Recording:
    """A gateway that notes when it was called."""

    def __init__(self) -> None:
        self.instants: list[datetime] = []

    def send(self, phone: str, body: str) -> Receipt:
        self.instants.append(BEGIN + timedelta(seconds=time.monotonic()))
        if len(self.instants) == 5:
            raise SmsError("occupé", retryable=True)
        return Receipt(f"AT-{phone}", None)


@pytest.fixture
def second(database: Database) -> Iterator[Database]:
    """The same database as another replica has it; an embedded one has one process, and so one."""
    if not isinstance(database, PostgresDatabase):
        yield database
        return
    replica = Database.open(database._pool.conninfo)
    yield replica
    replica.close()


def test_two_dispatchers_together_keep_the_rate(town: Town, second: Database) -> None:
    town.launch(town.people(36))
    gateway = Recording()
    replicas = [
        Dispatcher(database, gateway, None, clock=lambda: town.now, idle=0.02, rate=20.0)
        for database in (town.database, second)
    ]
    sending = [threading.Thread(target=replica.send_due) for replica in replicas]
    for thread in sending:
        thread.start()
    for thread in sending:
        thread.join(60)
    assert len(gateway.instants) == 36
    assert most_in_a_second(gateway.instants) <= 20
