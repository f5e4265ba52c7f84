"""From a selection to queued SMS: who is kept out and why, and that nobody is ever written to twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from ftcore.errors import LaunchRefused, NotAllowed
from ftcore.model import CampaignState, ConversationState, MessageState, Offer, Person, Role
from ftcore.outreach import campaigns, template_versions
from ftcore.outreach.templates import DEFAULTS, Kind

HOURS = (9, 19)


def reasons(town: Any, offer: Offer, people: list[Any], **more: Any) -> list[str]:
    plan = campaigns.preflight(town.database, town.counselor, offer, people, None, more.get("now", town.now))
    return [excluded.reason for excluded in plan.excluded]


def block(town: Any, phone: str) -> None:
    row = {"phone": phone, "since_utc": town.now, "source": "sms", "reason": "STOP"}
    town.database.transact(lambda tx: tx.insert("opt_out", [row]))


# Who is excluded


def test_each_person_who_is_not_written_to_has_a_reason(town: Any) -> None:
    offer = town.offer()
    stopped, already, rested, wrong, landline, twin, other_twin, left, kept = town.people(9)
    block(town, town.phone(stopped))
    town.launch([already], offer, now=town.now - timedelta(days=30))
    town.launch([rested], now=town.now - timedelta(hours=23, minutes=59))
    for person, phone in ((wrong, "06 39 98 00 99"), (landline, "+33145678901"), (other_twin, town.phone(twin))):
        town.database.transact(
            lambda tx, p=person, n=phone: tx.execute("UPDATE candidate SET phone = $2 WHERE candidate_id = $1", p, n)
        )
    town.database.transact(
        lambda tx: tx.execute("UPDATE candidate SET left_utc = $2 WHERE candidate_id = $1", left, town.now)
    )
    gone, elsewhere = uuid4(), town.people(1, town.colleague)[0]
    everyone = [stopped, already, rested, wrong, landline, twin, other_twin, left, kept, gone, elsewhere, kept]

    plan = campaigns.preflight(town.database, town.counselor, offer, everyone, None, town.now)

    assert {excluded.candidate_id: excluded.reason for excluded in plan.excluded} == {
        stopped: "A répondu STOP : ne souhaite plus recevoir de SMS",
        already: "Déjà contactée pour cette offre",
        rested: "Déjà contactée il y a moins de 24 heures",
        wrong: "Numéro de mobile invalide",
        landline: "Numéro de mobile invalide",
        other_twin: "Même numéro qu'une autre personne de la sélection",
        gone: "Hors de votre agence",
        elsewhere: "Hors de votre agence",
        left: "N'est plus dans le fichier de votre agence",
    }
    assert [planned.candidate_id for planned in plan.kept] == [twin, kept]
    assert "Personne inconnue" in [excluded.name for excluded in plan.excluded]


def test_preflight_writes_nothing_and_launch_does_what_it_said(town: Any) -> None:
    offer, people = town.offer(), town.people(4)
    block(town, town.phone(people[0]))
    plan = campaigns.preflight(town.database, town.counselor, offer, people, HOURS, town.now)
    assert town.messages() == []
    assert town.journal() == []

    campaign = town.launch(people, offer, hours=HOURS)

    assert campaign.people == len(plan.kept) == 3
    assert {(m["phone"], m["body"], m["parts"], m["not_before_utc"]) for m in town.messages()} == {
        (planned.phone, planned.body, planned.length.parts, planned.leaves_utc) for planned in plan.kept
    }
    assert plan.parts == sum(m["parts"] for m in town.messages())
    assert all(m["opening"] and m["automatic"] and m["author"] is None for m in town.messages())
    assert town.states() == ["queued"] * 3
    assert town.conversations() == ["waiting"] * 3
    assert town.journal() == ["campaign launched"]
    assert town.database.value("SELECT count(*) FROM message_event WHERE state = 'queued'") == 3


def test_an_evening_launch_leaves_the_next_working_morning(town: Any) -> None:
    friday_evening = datetime(2026, 11, 27, 19, 0)
    town.launch(town.people(1), hours=HOURS, now=friday_evening)
    assert town.messages()[0]["not_before_utc"] == datetime(2026, 11, 30, 8, 0)


# Never twice


def test_the_same_campaign_twice_is_one_campaign_and_one_message_a_person(town: Any) -> None:
    offer, people, campaign_id = town.offer(), town.people(3), uuid4()
    first = town.launch(people, offer, campaign_id=campaign_id)
    second = town.launch(people, offer, campaign_id=campaign_id, now=town.now + timedelta(days=3))
    assert first == second
    assert len(town.messages()) == 3
    assert town.journal() == ["campaign launched"]


def test_two_clicks_at_once_on_the_same_campaign_send_once(town: Any) -> None:
    offer, people, campaign_id = town.offer(), town.people(3), uuid4()
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda _: town.launch(people, offer, campaign_id=campaign_id), range(3)))
    assert found[0] == found[1] == found[2]
    assert len(town.messages()) == 3


def test_two_campaigns_at_once_write_to_a_shared_person_once(town: Any) -> None:
    shared, mine, yours = town.people(3)
    selections = [[shared, mine], [shared, yours]]
    offers = [town.offer(), town.offer()]
    barrier = threading.Barrier(2)

    def click(which: int) -> int:
        barrier.wait(60)
        return town.launch(selections[which], offers[which]).people

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, range(2))) == [1, 2]
    assert sorted(m["phone"] for m in town.messages()) == sorted(town.phone(p) for p in (shared, mine, yours))


def test_two_agencies_at_once_write_to_a_shared_number_once(town: Any) -> None:
    (mine,) = town.people(1)
    (theirs,) = town.people(1, town.colleague, phone=town.phone(mine))
    offers = {town.counselor: town.offer(), town.colleague: town.offer(town.colleague)}
    barrier = threading.Barrier(2)

    def click(person: Person, who: Any) -> int:
        barrier.wait(60)
        try:
            return town.launch([who], offers[person], person=person).people
        except LaunchRefused:
            return 0

    with ThreadPoolExecutor(2) as pool:
        clicks = [pool.submit(click, town.counselor, mine), pool.submit(click, town.colleague, theirs)]
        assert sorted(c.result() for c in clicks) == [0, 1]
    assert len(town.messages()) == 1


@pytest.mark.parametrize(
    ("later", "allowed"),
    [
        pytest.param(timedelta(hours=23, minutes=59), False, id="a minute too early"),
        pytest.param(timedelta(hours=24, seconds=1), True, id="the next day"),
    ],
)
def test_a_person_rests_for_a_day_between_offers(town: Any, later: timedelta, allowed: bool) -> None:
    people = town.people(1)
    town.launch(people)
    town.accepted()
    offer = town.offer()
    assert (reasons(town, offer, people, now=town.now + later) == []) is allowed


def test_a_person_whose_message_still_waits_for_monday_gets_no_second_one_with_it(town: Any) -> None:
    people = town.people(1)
    friday_evening, sunday = datetime(2026, 11, 27, 19, 0), datetime(2026, 11, 29, 12, 0)
    town.launch(people, hours=HOURS, now=friday_evening)
    with pytest.raises(LaunchRefused):
        town.launch(people, hours=HOURS, now=sunday)


def test_the_day_of_rest_begins_when_the_message_left_not_when_it_was_queued(town: Any) -> None:
    people = town.people(1)
    town.launch(people, hours=HOURS, now=datetime(2026, 11, 27, 19, 0))
    town.now = datetime(2026, 11, 30, 8, 0)
    town.accepted()
    monday_noon = datetime(2026, 11, 30, 11, 0)
    assert reasons(town, town.offer(), people, now=monday_noon) == ["Déjà contactée il y a moins de 24 heures"]


# Refusals


def test_a_launch_with_nobody_left_is_refused_and_writes_nothing(town: Any) -> None:
    people = town.people(1)
    block(town, town.phone(people[0]))
    for selection in (people, [], [uuid4()]):
        with pytest.raises(LaunchRefused, match="motifs d'exclusion"):
            town.launch(selection)
    assert town.messages() == []
    assert town.database.value("SELECT count(*) FROM campaign") == 0
    assert town.journal() == []


def test_an_offer_of_another_agency_is_refused(town: Any) -> None:
    offer, people = town.offer(town.colleague), town.people(1)
    with pytest.raises(NotAllowed, match="autre agence"):
        campaigns.preflight(town.database, town.counselor, offer, people, None, town.now)
    with pytest.raises(NotAllowed, match="autre agence"):
        town.launch(people, offer, person=town.counselor)
    assert town.messages() == []


@pytest.mark.parametrize("role", [Role.EVALUATOR, Role.ADMINISTRATOR])
def test_who_may_not_send_cannot_launch(town: Any, role: Role) -> None:
    person = Person("e", "Eva", role, town.counselor.agency_id)
    with pytest.raises(NotAllowed, match="rôle"):
        town.launch(town.people(1), town.offer(), person=person)


# Pausing, resuming, stopping


def state_of(town: Any, campaign_id: Any) -> str:
    return town.database.value("SELECT state FROM campaign WHERE campaign_id = $1", campaign_id)


def test_stopping_takes_back_what_has_not_left_for_good(town: Any) -> None:
    first = town.launch(town.people(1))
    town.accepted()
    campaign = town.launch(town.people(2))
    for state in (CampaignState.STOPPED, CampaignState.RUNNING, CampaignState.PAUSED):
        campaigns.set_state(town.database, town.counselor, campaign.campaign_id, state, town.now)
    assert state_of(town, campaign.campaign_id) == "stopped"
    assert state_of(town, first.campaign_id) == "running"
    assert town.states() == ["accepted", "cancelled", "cancelled"]
    assert town.journal() == ["campaign launched", "campaign launched", "campaign stopped"]


def test_pausing_and_resuming_keep_the_queue(town: Any) -> None:
    campaign = town.launch(town.people(2))
    campaigns.set_state(town.database, town.counselor, campaign.campaign_id, CampaignState.PAUSED, town.now)
    town.accepted()
    assert town.states() == ["queued", "queued"]
    campaigns.set_state(town.database, town.counselor, campaign.campaign_id, CampaignState.RUNNING, town.now)
    town.accepted()
    assert town.states() == ["accepted", "accepted"]


def test_another_agency_cannot_stop_a_campaign(town: Any) -> None:
    campaign = town.launch(town.people(1))
    campaigns.set_state(town.database, town.colleague, campaign.campaign_id, CampaignState.STOPPED, town.now)
    assert state_of(town, campaign.campaign_id) == "running"
    assert town.states() == ["queued"]
    assert town.journal() == ["campaign launched"]


def test_progress_counts_the_messages_and_the_answers_of_one_agency(town: Any) -> None:
    people = town.people(3)
    campaign = town.launch(people)
    found = campaigns.progress(town.database, town.counselor, campaign.campaign_id)
    assert found is not None
    assert found.count(MessageState.QUEUED) == 3
    assert found.next_leaves_utc == town.now
    town.accepted()
    town.writes(town.phone(people[0]), "Oui")
    found = campaigns.progress(town.database, town.counselor, campaign.campaign_id)
    assert found is not None
    assert found.campaign.people == 3
    assert found.by_state == {MessageState.ACCEPTED: 3}
    assert found.by_answer == {ConversationState.WAITING: 2, ConversationState.AVAILABILITY: 1}
    assert found.next_leaves_utc is None
    assert campaigns.progress(town.database, town.colleague, campaign.campaign_id) is None


# The wording


def change_wording(town: Any, body: str) -> None:
    lead = Person("lead", "Lou", Role.TEAM_LEAD, town.counselor.agency_id)
    template_versions.save(town.database, lead, Kind.OPENING, body, town.now)


def test_the_first_message_is_written_from_the_agency_s_wording_and_says_which(town: Any) -> None:
    change_wording(town, DEFAULTS[Kind.OPENING].replace("Cela vous intéresse ?", "Intéressé(e) ?"))
    offer, people = town.offer(), town.people(1)
    plan = campaigns.preflight(town.database, town.counselor, offer, people, None, town.now)
    town.launch(people, offer)
    (message,) = town.messages()
    assert "Intéressé(e) ?" in message["body"]
    assert (
        (message["template"], message["body"])
        == (plan.template.name, plan.kept[0].body)
        == (
            "opening 1",
            message["body"],
        )
    )


def test_a_wording_that_changed_since_it_was_read_is_not_sent(town: Any) -> None:
    offer, people = town.offer(), town.people(1)
    plan = campaigns.preflight(town.database, town.counselor, offer, people, None, town.now)
    change_wording(town, DEFAULTS[Kind.OPENING].replace("Cela vous intéresse ?", "Intéressé(e) ?"))

    def click(confirmed: str) -> None:
        campaigns.launch(town.database, town.counselor, offer, uuid4(), people, 1, None, town.now, confirmed=confirmed)

    with pytest.raises(LaunchRefused, match="a changé depuis votre vérification"):
        click(plan.template.name)
    assert town.messages() == []
    click("opening 1")
    assert len(town.messages()) == 1


def test_the_price_of_a_character_is_shown_before_it_is_paid(town: Any) -> None:
    (noel,) = town.people(1, first_name="Noël")
    (olga,) = town.people(1, first_name="Ольга")
    (awa,) = town.people(1)
    plan = campaigns.preflight(
        town.database, town.counselor, town.offer(), [noel, olga, awa], None, town.now, Decimal("0.10")
    )
    assert [(p.length.encoding, p.cost, p.rewritten, p.dear) for p in plan.kept] == [
        ("GSM-7", Decimal("0.20"), (("ë", "e"),), ""),
        ("UCS-2", Decimal("0.40"), (), "Ольга"),
        ("GSM-7", Decimal("0.20"), (), ""),
    ]
    assert plan.cost == Decimal("0.80")
    assert plan.by_reason() == {}
