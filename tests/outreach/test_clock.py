"""A clock that jumps: nothing waits for the old time to return, nothing is sent twice. Large: `bench.faults.clock`."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest

from ftcore.database import Database
from ftcore.outreach import dispatcher
from ftcore.outreach.rate import Pace

BEGIN = datetime(2026, 11, 24, 9, 0)
JUMPS = [
    pytest.param(timedelta(hours=-1), id="an hour back"),
    pytest.param(timedelta(days=-1), id="a day back"),
    pytest.param(timedelta(hours=1), id="an hour forward"),
    pytest.param(timedelta(days=1), id="a day forward"),
]


@pytest.mark.parametrize("jump", JUMPS)
@pytest.mark.parametrize("lease", [dispatcher.LEASE, timedelta(0)], ids=["of a replica", "of the only program"])
def test_a_claim_that_a_crash_left_is_given_up_after_a_jump(town: Any, jump: timedelta, lease: timedelta) -> None:
    town.launch(town.people(2))
    dispatcher.claim(town.database, "gone", None, town.now, 1)
    assert dispatcher.give_up_stale_claims(town.database, town.now + jump, lease) == 1
    assert town.states() == ["queued", "unknown"]


@pytest.mark.parametrize("jump", JUMPS)
def test_what_is_under_way_is_nobodys_left_claim_whatever_the_clock_says(town: Any, jump: timedelta) -> None:
    town.launch(town.people(2))
    claimed = dispatcher.claim(town.database, "alive", None, town.now, 1)
    in_hand = {sms["message_id"] for sms in claimed}
    assert dispatcher.give_up_stale_claims(town.database, town.now + jump, dispatcher.LEASE, in_hand) == 0
    assert town.states() == ["claimed", "queued"]


@pytest.mark.parametrize("jump", JUMPS)
def test_a_turn_is_waited_for_no_longer_than_before_the_jump(database: Database, jump: timedelta) -> None:
    now = [BEGIN]
    waited = []

    def pause(seconds: float) -> None:
        waited.append(seconds)
        now[0] += timedelta(seconds=seconds)

    pace = Pace(database, 1.0, now=lambda: now[0], pause=pause)
    turns = database.transact(lambda tx: pace.reserve(tx, 3))
    now[0] += jump
    assert pace.wait(turns[2], threading.Event())
    assert sum(waited) < 10
