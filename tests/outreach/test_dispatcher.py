"""The dispatcher's threads: they drain the queue, answer what comes in, survive what fails and stop when told."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from ftcore.errors import SmsUnknown
from ftcore.outreach import dispatcher
from ftcore.outreach.campaigns import Receipt
from ftcore.outreach.dispatcher import Dispatcher
from tests.outreach.gateways import Gateway, failing


def wait_until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(6000):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("it never happened")


def test_a_running_dispatcher_drains_the_queue_and_sends_each_message_once(town: Any) -> None:
    people = town.people(60)
    town.launch(people[:30])
    gateway = Gateway(expected=60)
    running = Dispatcher(town.database, gateway, None, clock=lambda: town.now, idle=0.02)
    running.start()
    town.launch(people[30:])
    running.wake()
    assert gateway.done.wait(60)
    running.stop()
    assert Counter(phone for phone, _ in gateway.sent) == Counter(town.phone(person) for person in people)
    assert town.states() == ["accepted"] * 60
    assert not any(thread.name in ("sending", "reading") for thread in threading.enumerate())


def test_at_the_start_a_claim_is_given_up_unless_another_replica_may_still_hold_it(town: Any) -> None:
    town.launch(town.people(1))
    dispatcher.claim(town.database, "killed", None, town.now)
    gateway = Gateway()

    def start_and_stop(seconds: float) -> None:
        now = town.now + timedelta(seconds=seconds)
        running = Dispatcher(town.database, gateway, None, clock=lambda: now, idle=0.02)
        running.start()
        running.stop()

    start_and_stop(1)
    # One process owns a DuckDB file, so that the claim is nobody's; on PostgreSQL its holder may live.
    assert town.states() == (["unknown"] if town.database.exclusive else ["claimed"])
    start_and_stop(dispatcher.LEASE.total_seconds() + 1)
    assert town.states() == ["unknown"]
    assert gateway.sent == []


def test_a_running_dispatcher_answers_what_comes_in(town: Any) -> None:
    people = town.people(1)
    town.launch(people)
    gateway = Gateway(expected=2)
    running = Dispatcher(town.database, gateway, None, clock=lambda: town.now, idle=0.02)
    running.start()
    wait_until(lambda: town.states() == ["accepted"])
    town.callback("incoming", {"from": town.phone(people[0]), "text": "Oui", "id": "1"})
    running.wake()
    assert gateway.done.wait(60)
    running.stop()
    assert gateway.sent[1][1].startswith("Merci Awa")
    assert town.conversations() == ["availability"]


def test_stopping_records_what_was_being_sent(town: Any) -> None:
    town.launch(town.people(1))
    entered, release = threading.Event(), threading.Event()

    def answer(phone: str) -> Receipt:
        entered.set()
        release.wait(60)
        return Receipt("AT-1", None)

    running = Dispatcher(town.database, Gateway(answer), None, clock=lambda: town.now, idle=0.02)
    running.start()
    assert entered.wait(60)
    stopping = threading.Thread(target=running.stop)
    stopping.start()
    release.set()
    stopping.join(60)
    assert not stopping.is_alive()
    assert town.states() == ["accepted"]


def test_a_gateway_in_trouble_is_left_alone_then_probed_with_one_sms(
    town: Any, caplog: pytest.LogCaptureFixture
) -> None:
    town.launch(town.people(30))
    gateway = failing(SmsUnknown("en panne"))
    sender = Dispatcher(town.database, gateway, None, clock=lambda: town.now)
    # An outage costs the few SMS that are under way, not the campaign.
    first = sender.send_due()
    assert dispatcher.TROUBLE <= first <= dispatcher.TROUBLE + dispatcher.SENDERS
    assert len(gateway.sent) == first
    sender._trouble = dispatcher.TROUBLE
    assert sender.send_due() == 1
    assert "in trouble; waiting 1 s" in caplog.text
    gateway.answer = None
    sender._trouble = dispatcher.TROUBLE
    assert sender.send_due() == 30 - first - 1
    assert Counter(town.states()) == {"unknown": first + 1, "accepted": 30 - first - 1}


def test_what_the_database_refuses_to_record_is_recorded_before_anything_more_is_sent(
    town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.launch(town.people(2))
    gateway = Gateway()
    sender = Dispatcher(town.database, gateway, None, clock=lambda: town.now, senders=1)
    usual = dispatcher.settle

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(dispatcher, "settle", full)
    for _ in range(3):
        with pytest.raises(OSError, match="no space"):
            sender.send_due()
    assert len(gateway.sent) == 1
    assert town.states() == ["claimed", "queued"]
    monkeypatch.setattr(dispatcher, "settle", usual)
    sender.send_due()
    assert town.states() == ["accepted", "accepted"]
    assert len(gateway.sent) == 2


def test_what_can_never_be_recorded_ends_unknown_and_holds_up_nothing_more(
    town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.launch(town.people(2))
    sender = Dispatcher(town.database, Gateway(), None, clock=lambda: town.now, senders=1, lease=timedelta(seconds=-1))
    monkeypatch.setattr(sender, "_give_up_stale", lambda: None)

    def refused(*_: object) -> None:
        raise OSError("a row that cannot be written")

    with monkeypatch.context() as broken:
        broken.setattr(dispatcher, "settle", refused)
        with pytest.raises(OSError, match="cannot be written"):
            sender.send_due()
    sender.send_due()
    dispatcher.give_up_stale_claims(town.database, town.now, timedelta(seconds=-1))
    assert town.states() == ["accepted", "unknown"]


def test_resting_ends_at_once_when_the_program_stops(town: Any) -> None:
    town.launch(town.people(1))
    sender = Dispatcher(town.database, Gateway(), None, clock=lambda: town.now)
    sender._trouble = 30
    sender.stop()
    assert sender.send_due() == 0
    assert town.states() == ["queued"]


def test_a_turn_that_fails_does_not_end_the_thread(town: Any, caplog: pytest.LogCaptureFixture) -> None:
    failures = iter([True])

    def clock() -> datetime:
        if threading.current_thread().name == "sending" and next(failures, False):
            raise OSError("the clock is broken, once")
        return town.now

    town.launch(town.people(1))
    gateway = Gateway(expected=1)
    running = Dispatcher(town.database, gateway, None, clock=clock, idle=0.02)
    running.start()
    assert gateway.done.wait(60)
    running.stop()
    assert "a turn of the dispatcher failed" in caplog.text
    assert town.states() == ["accepted"]


def test_an_end_waits_for_no_answer_that_does_not_come_and_calls_its_sms_unknown(
    town: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(dispatcher, "DRAIN", 0.1)
    asked, answering = threading.Event(), threading.Event()

    class Silent:
        def send(self, phone: str, body: str) -> Receipt:
            asked.set()
            answering.wait(60)
            return Receipt("ATXid_late", None)

    town.launch(town.people(2))
    running = Dispatcher(town.database, Silent(), None, clock=lambda: town.now, idle=0.02, senders=1)
    running.start()
    assert asked.wait(60)
    running.stop()
    assert sorted(town.states()) == ["queued", "unknown"]
    assert "1 SMS were under way at the end" in caplog.text
    answering.set()
    wait_until(lambda: not any(thread.name == "sms" for thread in threading.enumerate()))
    # What the late answer says is nobody's any more: a delivery report settles it, or a person.
    assert sorted(town.states()) == ["queued", "unknown"]
