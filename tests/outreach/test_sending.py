"""Sending once: what each answer of a gateway does to the message, and the last look before the socket opens."""

from __future__ import annotations

from copy import copy
from datetime import timedelta
from typing import Any

import pytest

from ftcore.errors import SmsError, SmsUnknown
from ftcore.model import CampaignState
from ftcore.outreach import campaigns, dispatcher, stops
from ftcore.outreach.campaigns import Receipt
from ftcore.outreach.dispatcher import Dispatcher
from tests.outreach.gateways import Gateway, failing, stop_switch

HOURS = (9, 19)


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


# What comes while the SMS is under way


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
