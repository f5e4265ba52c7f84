"""Claims: what is looked at again inside them, who gets which message, and claims whose sender is gone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from ftcore.model import CampaignState
from ftcore.outreach import campaigns, dispatcher
from tests.outreach.gateways import Gateway, stop_switch

HOURS = (9, 19)


# What is looked at again inside the claim


def test_an_opt_out_between_queueing_and_claiming_is_obeyed(town: Any) -> None:
    people = town.people(2)
    town.launch(people)
    row = {"phone": town.phone(people[0]), "since_utc": town.now, "source": "person", "reason": "par téléphone"}
    town.database.transact(lambda tx: tx.insert("opt_out", [row]))
    gateway = Gateway()
    town.dispatch(gateway)
    assert [phone for phone, _ in gateway.sent] == [town.phone(people[1])]


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
        barrier.wait(60)
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
