"""Claim, send once, settle: what each answer of a gateway does to the message, and what is never resent."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ftcore.errors import NotAllowed, NotFound, SmsError, SmsUnknown
from ftcore.model import CampaignState, Role
from ftcore.outreach import campaigns, dispatcher, settling, stops
from ftcore.outreach.campaigns import Receipt
from ftcore.outreach.dispatcher import Dispatcher
from ftcore.outreach.settling import Verdict

HOURS = (9, 19)


@dataclass
class Gateway:
    """Accepts everything, until told otherwise; remembers what it was asked to send."""

    answer: Callable[[str], Receipt] | None = None
    sent: list[tuple[str, str]] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)
    expected: int = 0

    def send(self, phone: str, body: str) -> Receipt:
        self.sent.append((phone, body))
        if self.expected and len(self.sent) >= self.expected:
            self.done.set()
        if self.answer is not None:
            return self.answer(phone)
        return Receipt(f"AT-{phone}", "EUR 0.05")


def failing(error: Exception) -> Gateway:
    def answer(_: str) -> Receipt:
        raise copy(error)  # an error that was raised keeps the database of its traceback alive

    return Gateway(answer)


# What an answer does


def test_an_accepted_sms_left_once_with_what_was_queued(town: Any) -> None:
    town.launch(town.people(2))
    queued = {(m["phone"], m["body"]) for m in town.messages()}
    gateway = Gateway()
    assert [town.dispatch(gateway), town.dispatch(gateway)] == [2, 0]
    assert set(gateway.sent) == queued
    assert len(gateway.sent) == 2
    for row in town.messages():
        assert (row["state"], row["gateway_id"], row["cost"]) == ("accepted", f"AT-{row['phone']}", "EUR 0.05")
        assert row["claimed_utc"] == town.now
    events = town.database.rows("SELECT state, count(*) AS n FROM message_event GROUP BY state ORDER BY state")
    assert {e["state"]: e["n"] for e in events} == {"queued": 2, "claimed": 2, "accepted": 2}


@pytest.mark.parametrize(
    ("error", "message", "conversation", "campaign", "again"),
    [
        pytest.param(SmsError("numéro refusé"), "failed", "unreached", "running", 0, id="refused"),
        pytest.param(SmsError("STOP", opted_out=True), "failed", "stopped", "running", 0, id="an unknown STOP"),
        pytest.param(SmsError("crédit épuisé", pauses=True), "queued", "waiting", "paused", 0, id="no credit"),
        pytest.param(SmsError("injoignable", retryable=True), "queued", "waiting", "running", 1, id="never left"),
        pytest.param(SmsUnknown("pas de réponse"), "unknown", "waiting", "running", 0, id="perhaps left"),
        pytest.param(RuntimeError("a bug"), "unknown", "waiting", "running", 0, id="an error of ours"),
    ],
)
def test_each_failure_leaves_the_message_where_it_belongs(
    town: Any, error: Exception, message: str, conversation: str, campaign: str, again: int
) -> None:
    launched = town.launch(town.people(1))
    town.dispatch(failing(error))
    assert town.states() == [message]
    assert town.conversations() == [conversation]
    assert town.database.value("SELECT state FROM campaign") == campaign
    gateway = Gateway()
    town.dispatch(gateway, town.now + timedelta(seconds=15))
    assert len(gateway.sent) == again
    if campaign == "paused":
        assert town.database.value("SELECT pause_reason FROM campaign") == "crédit épuisé"
        assert town.journal() == ["campaign launched", "campaign paused"]
        campaigns.set_state(town.database, town.counselor, launched.campaign_id, CampaignState.RUNNING, town.now)
        town.dispatch(gateway)
        assert len(gateway.sent) == 1
        assert town.database.value("SELECT pause_reason FROM campaign") is None


def test_a_refusal_keeps_its_reason(town: Any) -> None:
    town.launch(town.people(1))
    town.dispatch(failing(SmsError("SMS non envoyé : numéro refusé par la passerelle.")))
    assert town.messages()[0]["failure"] == "SMS non envoyé : numéro refusé par la passerelle."


def test_a_stop_that_only_the_gateway_knew_is_recorded_for_every_agency(town: Any) -> None:
    people = town.people(1)
    phone = town.phone(people[0])
    town.launch(people)
    town.dispatch(failing(SmsError("STOP", opted_out=True)))
    assert town.database.rows("SELECT phone, source FROM opt_out") == [{"phone": phone, "source": "gateway"}]
    assert town.journal() == ["campaign launched", "opt-out"]


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=400)])
def test_a_clock_that_jumps_while_an_sms_is_under_way_loses_and_doubles_nothing(town: Any, jump: timedelta) -> None:
    town.launch(town.people(3))
    now = [town.now]
    gateway = Gateway()

    def answer(phone: str) -> Receipt:
        if len(gateway.sent) == 2:
            now[0] += jump
            dispatcher.give_up_stale_claims(town.database, now[0])
        return Receipt(f"AT-{phone}", None)

    gateway.answer = answer
    sender = Dispatcher(town.database, gateway, None, clock=lambda: now[0], senders=1)
    sender.send_due()
    now[0] = town.now + abs(jump)
    sender.send_due()
    assert town.states() == ["accepted"] * 3
    assert len({phone for phone, _ in gateway.sent}) == len(gateway.sent) == 3


# What is looked at again inside the claim


def test_an_opt_out_between_queueing_and_claiming_is_obeyed(town: Any) -> None:
    people = town.people(2)
    town.launch(people)
    row = {"phone": town.phone(people[0]), "since_utc": town.now, "source": "person", "reason": "par téléphone"}
    town.database.transact(lambda tx: tx.insert("opt_out", [row]))
    gateway = Gateway()
    town.dispatch(gateway)
    assert [phone for phone, _ in gateway.sent] == [town.phone(people[1])]


@pytest.mark.parametrize("error", [SmsError("r", retryable=True), SmsError("p", pauses=True)])
def test_a_stop_that_comes_while_the_sms_is_being_refused_takes_it_back(town: Any, error: SmsError) -> None:
    people = town.people(1)
    town.launch(people)

    def answer(phone: str) -> Receipt:
        town.database.transact(lambda tx: stops.opt_out(tx, phone, town.now, "sms", "STOP"))
        raise copy(error)

    town.dispatch(Gateway(answer))
    assert town.states() == ["cancelled"]


def test_a_campaign_stopped_while_the_sms_never_left_takes_it_back(town: Any) -> None:
    launched = town.launch(town.people(1))

    def answer(_: str) -> Receipt:
        campaigns.set_state(town.database, town.counselor, launched.campaign_id, CampaignState.STOPPED, town.now)
        raise SmsError("injoignable", retryable=True)

    town.dispatch(Gateway(answer))
    assert town.states() == ["cancelled"]


def test_an_acknowledgement_that_never_left_does_not_leave_after_a_doubt(town: Any) -> None:
    people = town.people(1)
    phone = town.phone(people[0])
    town.launch(people)
    town.dispatch(Gateway())
    town.writes(phone, "Oui")

    def answer(_: str) -> Receipt:
        town.writes(phone, "oui et non, stop")
        raise SmsError("injoignable", retryable=True)

    town.dispatch(Gateway(answer))
    gateway = Gateway()
    town.dispatch(gateway)
    assert gateway.sent == []


def test_a_message_that_missed_its_slot_waits_for_the_next(town: Any) -> None:
    town.launch(town.people(1), hours=HOURS)
    evening = datetime(2026, 11, 27, 18, 30)
    assert dispatcher.claim(town.database, "late", HOURS, evening) == []
    row = town.messages()[0]
    assert (row["state"], row["not_before_utc"]) == ("queued", datetime(2026, 11, 30, 8, 0))
    assert dispatcher.claim(town.database, "late", HOURS, evening + timedelta(hours=1)) == []
    assert len(dispatcher.claim(town.database, "early", HOURS, datetime(2026, 11, 30, 8, 0))) == 1


def test_a_message_is_not_claimed_before_its_time(town: Any) -> None:
    town.launch(town.people(1), hours=HOURS, now=datetime(2026, 11, 27, 20, 0))
    assert dispatcher.claim(town.database, "x", HOURS, datetime(2026, 11, 30, 7, 59, 59)) == []


def test_a_paused_campaign_still_lets_a_counselors_own_message_leave(town: Any) -> None:
    people = town.people(1)
    launched = town.launch(people)
    town.accepted()
    conversation = town.messages()[0]
    campaigns.set_state(town.database, town.counselor, launched.campaign_id, CampaignState.PAUSED, town.now)
    sms = campaigns.Outgoing(
        launched.agency_id,
        conversation["conversation_id"],
        launched.campaign_id,
        conversation["phone"],
        "07",
        "Bonjour, à demain.",
        town.now,
        author="c1",
    )
    town.database.transact(lambda tx: campaigns.queue(tx, [sms], town.now))
    gateway = Gateway()
    town.dispatch(gateway)
    assert [body for _, body in gateway.sent] == ["Bonjour, à demain."]


def test_two_claimers_never_get_the_same_message(town: Any) -> None:
    town.launch(town.people(30))
    barrier = threading.Barrier(3)

    def take(who: int) -> list[Any]:
        barrier.wait(5)
        mine: list[Any] = []
        while batch := dispatcher.claim(town.database, f"claimer {who}", None, town.now, 4):
            mine += [row["message_id"] for row in batch]
        return mine

    with ThreadPoolExecutor(3) as pool:
        taken = [message_id for found in pool.map(take, range(3)) for message_id in found]
    assert len(taken) == len(set(taken)) == 30


def test_the_oldest_due_messages_go_first_and_no_more_than_asked(town: Any) -> None:
    town.launch(town.people(2), now=town.now - timedelta(hours=2))
    town.launch(town.people(2))
    first = dispatcher.claim(town.database, "x", None, town.now, 2)
    old = {m["message_id"] for m in town.messages() if m["queued_utc"] < town.now}
    assert {m["message_id"] for m in first} == old


# Senders that are gone


def test_a_stale_claim_becomes_unknown_with_an_entry_and_is_never_sent_again(town: Any) -> None:
    town.launch(town.people(2))
    dispatcher.claim(town.database, "gone", None, town.now, 1)
    later = town.now + dispatcher.LEASE + timedelta(seconds=1)
    assert dispatcher.give_up_stale_claims(town.database, town.now + dispatcher.LEASE - timedelta(seconds=1)) == 0
    assert dispatcher.give_up_stale_claims(town.database, later) == 1
    assert dispatcher.give_up_stale_claims(town.database, later) == 0
    assert town.states() == ["queued", "unknown"]
    assert town.journal() == ["campaign launched", "message unknown"]
    gateway = Gateway()
    town.dispatch(gateway, later)
    assert len(gateway.sent) == 1
    assert town.states() == ["accepted", "unknown"]


# The threads


def wait_until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(1000):
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
    assert gateway.done.wait(20)
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
    assert gateway.done.wait(20)
    running.stop()
    assert gateway.sent[1][1].startswith("Merci Awa")
    assert town.conversations() == ["availability"]


def test_stopping_records_what_was_being_sent(town: Any) -> None:
    town.launch(town.people(1))
    entered, release = threading.Event(), threading.Event()

    def answer(phone: str) -> Receipt:
        entered.set()
        release.wait(10)
        return Receipt("AT-1", None)

    running = Dispatcher(town.database, Gateway(answer), None, clock=lambda: town.now, idle=0.02)
    running.start()
    assert entered.wait(10)
    stopping = threading.Thread(target=running.stop)
    stopping.start()
    release.set()
    stopping.join(10)
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
    assert gateway.done.wait(10)
    running.stop()
    assert "a turn of the dispatcher failed" in caplog.text
    assert town.states() == ["accepted"]


# The last look before the socket opens


TAKEN_BACK = ("a STOP", "a doubt", "a take-over")


@pytest.mark.parametrize("what", [*TAKEN_BACK, "the stop switch", "a pause", "the evening", "given up"])
def test_what_comes_between_the_claim_and_the_socket_keeps_the_sms_from_leaving(town: Any, what: str) -> None:
    people = town.people(1)
    launched = town.launch(people)
    now = [town.now]

    def comes(point: str) -> None:
        if point != "turn":
            return
        if what == "a STOP":
            town.database.transact(lambda tx: stops.opt_out(tx, town.phone(people[0]), town.now, "sms", "STOP"))
        elif what == "the stop switch":
            stop_switch(town)
        elif what == "a pause":
            campaigns.set_state(town.database, town.counselor, launched.campaign_id, CampaignState.PAUSED, town.now)
        elif what == "a doubt":
            town.database.transact(lambda tx: tx.execute("UPDATE conversation SET state = 'unclear'"))
        elif what == "a take-over":
            town.database.transact(lambda tx: tx.execute("UPDATE conversation SET taken_over_utc = $1", town.now))
        elif what == "the evening":
            now[0] = town.now.replace(hour=18)
        else:
            dispatcher.give_up_stale_claims(town.database, town.now, timedelta(seconds=-1))

    gateway = Gateway()
    sender = Dispatcher(town.database, gateway, HOURS, clock=lambda: now[0], at_point=comes)
    assert sender.send_due() == 1
    assert sender.send_due() == 0
    assert gateway.sent == []
    assert town.states() == ["cancelled" if what in TAKEN_BACK else "unknown" if what == "given up" else "queued"]


def stop_switch(town: Any) -> None:
    row = {"agency_id": town.counselor.agency_id, "stopped_utc": town.now, "stopped_by": "c1", "stopped_reason": "x"}
    town.database.transact(lambda tx: tx.insert("sending_rule", [row]))


def test_a_stopped_agency_sends_nothing_not_even_what_a_counselor_wrote_and_the_others_go_on(town: Any) -> None:
    launched = town.launch(town.people(1))
    theirs = town.people(1, town.colleague)
    town.launch(theirs, person=town.colleague)
    conversation = town.database.one("SELECT * FROM conversation WHERE agency_id = $1", launched.agency_id)
    own = campaigns.Outgoing(launched.agency_id, conversation["conversation_id"], launched.campaign_id,
                             conversation["phone"], "07", "Bonjour", town.now, author="c1")  # fmt: skip
    town.database.transact(lambda tx: campaigns.queue(tx, [own], town.now))
    stop_switch(town)
    gateway = Gateway()
    assert [town.dispatch(gateway), town.dispatch(gateway)] == [1, 0]
    assert [phone for phone, _ in gateway.sent] == [town.phone(theirs[0])]


def test_an_agencys_own_hours_count_at_the_claim(town: Any) -> None:
    town.launch(town.people(1))
    row = {"agency_id": town.counselor.agency_id, "first_hour": 14, "last_hour": 16}
    town.database.transact(lambda tx: tx.insert("sending_rule", [row]))
    assert dispatcher.claim(town.database, "x", HOURS, town.now) == []
    assert town.messages()[0]["not_before_utc"] == town.now.replace(hour=13)


# What surely did not leave is tried again, less and less often


def test_each_attempt_waits_longer_and_the_last_one_fails_with_a_sentence(town: Any) -> None:
    town.launch(town.people(1))
    gateway = failing(SmsError("injoignable", retryable=True))
    now, waits = town.now, []
    while town.states() == ["queued"]:
        assert town.dispatch(gateway, now) == 1
        row = town.messages()[0]
        assert row["attempts"] in (None, len(gateway.sent)) or row["state"] == "failed"
        waits.append((row["not_before_utc"] - now).total_seconds())
        assert town.dispatch(gateway, now) == 0
        now = row["not_before_utc"]
    assert len(gateway.sent) == settling.MOST_ATTEMPTS
    assert waits[:-1] == sorted(waits[:-1])
    assert 10 <= waits[0] <= 15
    assert waits[-2] == settling.LONGEST_WAIT
    (row,) = town.messages()
    assert row["state"] == "failed"
    assert row["failure"] == "SMS non envoyé après 8 essais. La passerelle SMS est restée injoignable."
    assert town.conversations() == ["unreached"]


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        pytest.param(None, 10, 15, id="nothing asked"),
        pytest.param(2.0, 10, 15, id="less than we wait anyway"),
        pytest.param(90.0, 90, 90, id="a minute and a half"),
        pytest.param(86_400.0, 600, 600, id="a day, of which ten minutes are obeyed"),
    ],
)
def test_the_gateway_may_ask_to_be_left_alone_up_to_a_cap(
    town: Any, asked: float | None, least: float, most: float
) -> None:
    town.launch(town.people(1))
    town.dispatch(failing(SmsError("ralentir", retryable=True, retry_after=asked)))
    waited = (town.messages()[0]["not_before_utc"] - town.now).total_seconds()
    assert least <= waited <= most


def test_a_counselors_own_sms_that_is_refused_for_lack_of_credit_is_not_tried_in_a_circle(town: Any) -> None:
    launched = town.launch(town.people(1))
    town.accepted()
    conversation = town.messages()[0]
    own = campaigns.Outgoing(launched.agency_id, conversation["conversation_id"], launched.campaign_id,
                             conversation["phone"], "07", "Bonjour", town.now, author="c1")  # fmt: skip
    town.database.transact(lambda tx: campaigns.queue(tx, [own], town.now))
    gateway = failing(SmsError("crédit épuisé", pauses=True))
    assert [town.dispatch(gateway), town.dispatch(gateway)] == [1, 0]
    assert town.database.value("SELECT state FROM campaign") == "paused"


# What nobody knows is settled by a person


def uncertain(town: Any) -> Any:
    town.launch(town.people(1))
    town.dispatch(failing(SmsUnknown("pas de réponse")))
    return town.messages()[0]["message_id"]


@pytest.mark.parametrize(
    ("verdict", "state", "conversation"),
    [(Verdict.ARRIVED, "delivered", "waiting"), (Verdict.LOST, "failed", "unreached")],
)
def test_a_person_says_what_became_of_an_sms(town: Any, verdict: Verdict, state: str, conversation: str) -> None:
    message_id = uncertain(town)
    settling.settle_unknown(town.database, town.counselor, message_id, verdict, town.now)
    assert (town.states(), town.conversations()) == ([state], [conversation])
    assert town.journal() == ["campaign launched", f"unknown message {verdict}"]
    with pytest.raises(NotFound, match="plus incertain"):
        settling.settle_unknown(town.database, town.counselor, message_id, verdict, town.now)


def test_a_person_may_have_it_sent_again_once_and_the_first_stays_unknown(town: Any) -> None:
    message_id = uncertain(town)

    def again(_: int) -> bool:
        try:
            settling.settle_unknown(town.database, town.counselor, message_id, Verdict.SEND_AGAIN, town.now)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(again, range(4))) == 1
    gateway = Gateway()
    town.dispatch(gateway)
    assert len(gateway.sent) == 1
    assert town.states() == ["accepted", "unknown"]
    first = town.database.one("SELECT body, phone FROM message WHERE state = 'unknown'")
    assert gateway.sent == [(first["phone"], first["body"])]
    assert town.messages("state = 'accepted'")[0]["author"] == "c1"


def test_nobody_settles_what_is_of_another_agency_or_already_known(town: Any) -> None:
    message_id = uncertain(town)
    with pytest.raises(NotFound):
        settling.settle_unknown(town.database, town.colleague, message_id, Verdict.SEND_AGAIN, town.now)
    evaluator = replace(town.counselor, role=Role.EVALUATOR)
    with pytest.raises(NotAllowed):
        settling.settle_unknown(town.database, evaluator, message_id, Verdict.SEND_AGAIN, town.now)
    assert town.states() == ["unknown"]
