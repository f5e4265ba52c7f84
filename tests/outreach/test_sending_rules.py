"""What an agency decides about its sending: caps, hours, and the switch that halts everything."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ftcore.errors import FtError, LaunchRefused, NotAllowed
from ftcore.model import CampaignState, Person, Role
from ftcore.outreach import campaigns, sending_rules
from ftcore.outreach.caps import USUAL, Caps

HOURS = (9, 19)


def lead(town: Any) -> Person:
    return replace(town.counselor, person_id="lead", role=Role.TEAM_LEAD)


def cap(town: Any, **caps: Any) -> None:
    sending_rules.change_caps(town.database, lead(town), replace(USUAL, **caps), town.now)


def plan(town: Any, people: list[Any], now: datetime | None = None, hours: Any = None) -> campaigns.Preflight:
    return campaigns.preflight(town.database, town.counselor, town.offer(), people, hours, now or town.now)


def why(found: campaigns.Preflight) -> dict[str, int]:
    return {reason: len(group) for reason, group in found.by_reason().items()}


# Caps


@pytest.mark.parametrize(
    ("caps", "kept", "reason"),
    [
        pytest.param({"campaign_messages": 3}, 3, "Au-delà du plafond de 3 SMS par campagne", id="SMS a campaign"),
        pytest.param(
            {"campaign_cost": Decimal("0.45")},
            4,
            "Au-delà du plafond de 0,45\u202f€ par campagne",
            id="euros a campaign",
        ),
        pytest.param(
            {"daily_messages": 2, "campaign_messages": 2},
            2,
            "Au-delà du plafond de 2 SMS par campagne",
            id="equal caps",
        ),
    ],
)
def test_a_cap_keeps_the_first_people_and_names_itself_to_the_others(
    town: Any, caps: dict[str, Any], kept: int, reason: str
) -> None:
    cap(town, **caps)
    people = town.people(6)
    found = plan(town, people)
    assert [planned.candidate_id for planned in found.kept] == people[:kept]
    assert why(found) == {reason: 6 - kept}
    assert town.launch(people).people == kept


def test_the_day_of_the_agency_is_shared_by_its_campaigns(town: Any) -> None:
    cap(town, daily_messages=5, campaign_messages=5)
    town.launch(town.people(3))
    people = town.people(4)
    found = plan(town, people)
    assert found.left == (2, Decimal(100) - 3 * 2 * Decimal("0.05"))
    assert why(found) == {"Au-delà du plafond de 5 SMS par jour pour l'agence": 2}
    town.launch(people)
    with pytest.raises(LaunchRefused, match="5 SMS par jour pour l'agence : rien n'a été envoyé"):
        town.launch(town.people(1))
    # Of another agency, and on another day.
    town.accepted()
    town.launch(town.people(1, town.colleague), person=town.colleague)
    town.launch(town.people(5), now=town.now + timedelta(days=1))
    assert len(town.messages()) == 11


def test_the_money_of_the_day_is_counted_by_parts(town: Any) -> None:
    cap(town, daily_cost=Decimal("0.5"), campaign_cost=Decimal("0.5"))
    town.launch(town.people(3))
    found = plan(town, town.people(4))
    assert found.left[1] == Decimal("0.2")
    assert [planned.cost for planned in found.kept] == [Decimal("0.10")] * 2
    assert found.cost == Decimal("0.20")
    assert why(found) == {"Au-delà du plafond de 0,50\u202f€ par jour pour l'agence": 2}


def test_a_message_counts_on_the_day_on_which_it_leaves(town: Any) -> None:
    cap(town, daily_messages=5, campaign_messages=5)
    saturday, monday = datetime(2026, 11, 28, 12, 0), datetime(2026, 11, 30, 10, 0)
    town.launch(town.people(4), hours=HOURS, now=saturday)
    # Sunday's launches leave on Monday too.
    assert len(plan(town, town.people(4), saturday + timedelta(days=1), HOURS).kept) == 1
    assert len(plan(town, town.people(4), monday, HOURS).kept) == 1
    town.now = monday
    town.accepted()
    assert len(plan(town, town.people(4), monday + timedelta(days=2), HOURS).kept) == 4


def test_what_should_have_left_yesterday_and_still_waits_counts_today(town: Any) -> None:
    cap(town, daily_messages=5, campaign_messages=5)
    campaign = town.launch(town.people(3))
    tomorrow = town.now + timedelta(days=1)
    assert plan(town, town.people(1), tomorrow).left[0] == 2
    for state, left in ((CampaignState.PAUSED, 5), (CampaignState.RUNNING, 2), (CampaignState.STOPPED, 5)):
        campaigns.set_state(town.database, town.counselor, campaign.campaign_id, state, tomorrow)
        assert plan(town, town.people(1), tomorrow).left[0] == left


def test_the_day_is_that_of_the_agency(town: Any) -> None:
    cap(town, daily_messages=5, campaign_messages=5)
    town.now = datetime(2026, 11, 24, 22, 59)  # 23:59 in Paris
    town.launch(town.people(5))
    town.accepted()
    assert plan(town, town.people(1), town.now + timedelta(seconds=30)).kept == ()
    assert len(plan(town, town.people(1), town.now + timedelta(minutes=2)).kept) == 1


def test_two_launches_at_once_do_not_both_take_what_is_left(town: Any) -> None:
    cap(town, daily_messages=5, campaign_messages=5)
    selections = [town.people(4), town.people(4)]
    offers = [town.offer(), town.offer()]
    barrier = threading.Barrier(2)

    def click(which: int) -> int:
        barrier.wait(60)
        return town.launch(selections[which], offers[which]).people

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, range(2))) == [1, 4]
    assert len(town.messages()) == 5


@pytest.mark.parametrize(
    ("caps", "sentence"),
    [
        pytest.param(Caps(daily_messages=0), "entre 1 et", id="nothing a day"),
        pytest.param(Caps(campaign_messages=-1), "entre 1 et", id="less than nothing"),
        pytest.param(Caps(daily_messages=1_000_000), "100\u202f000", id="a slip of a zero"),
        pytest.param(Caps(daily_cost=Decimal(0)), "Le coût par jour", id="no money"),
        pytest.param(Caps(campaign_cost=Decimal(50_000)), "Le coût par campagne", id="much money"),
        pytest.param(Caps(campaign_messages=600), "augmentez celui du jour", id="a campaign beyond its day"),
    ],
)
def test_a_cap_out_of_reason_is_refused_in_a_sentence(town: Any, caps: Caps, sentence: str) -> None:
    with pytest.raises(FtError, match=sentence):
        sending_rules.change_caps(town.database, lead(town), caps, town.now)
    assert sending_rules.rules(town.database, town.counselor).caps == USUAL
    assert town.journal() == []


# Hours


def test_the_hours_of_an_agency_replace_those_of_the_program(town: Any) -> None:
    sending_rules.change_hours(town.database, lead(town), 10, 12, town.now)
    noon = datetime(2026, 11, 24, 11, 0)
    found = plan(town, town.people(1), noon, HOURS)
    assert found.hours == (10, 12)
    assert found.kept[0].leaves_utc == datetime(2026, 11, 25, 9, 0)
    # In the sandbox they stay without effect.
    assert plan(town, town.people(1), noon, None).kept[0].leaves_utc == noon
    assert town.journal() == ["sending hours changed"]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param(7, 19, id="before 8"),
        pytest.param(9, 21, id="after 20"),
        pytest.param(12, 12, id="no time at all"),
        pytest.param(15, 9, id="the wrong way round"),
    ],
)
def test_hours_outside_8_to_20_are_refused_in_a_sentence(town: Any, first: int, last: int) -> None:
    with pytest.raises(FtError, match=f"« {first} h – {last} h » n'est pas permis"):
        sending_rules.change_hours(town.database, lead(town), first, last, town.now)
    assert sending_rules.rules(town.database, town.counselor).hours is None


def test_an_overseas_number_waits_for_its_own_morning(town: Any) -> None:
    (there,) = town.people(1, phone="+262692000001", department=None)
    (known,) = town.people(1, phone="+262692000002", department="07")
    found = plan(town, [there, known], datetime(2026, 11, 24, 16, 0), HOURS)
    assert [planned.leaves_utc for planned in found.kept] == [
        datetime(2026, 11, 25, 5, 0),  # 9:00 in La Réunion
        datetime(2026, 11, 24, 16, 0),  # where the person lives counts before the number
    ]
    assert [planned.department for planned in found.kept] == ["974", "07"]


# The switch


def test_the_switch_halts_launches_and_is_journaled(town: Any) -> None:
    people = town.people(2)
    sending_rules.stop_sending(town.database, town.counselor, "Trop de  messages", town.now)
    sending_rules.stop_sending(town.database, lead(town), "Encore", town.now + timedelta(hours=1))
    halt = plan(town, people).halt
    assert halt == sending_rules.Halt(town.now, "c1", "Trop de messages")
    with pytest.raises(LaunchRefused, match="envois de l'agence sont arrêtés"):
        town.launch(people)
    assert town.messages() == []
    town.launch(town.people(1, town.colleague), person=town.colleague)
    sending_rules.resume_sending(town.database, lead(town), town.now)
    assert town.launch(people).people == 2
    assert town.database.rows("SELECT act, actor, reason FROM journal WHERE act LIKE 'sending%' ORDER BY act") == [
        {"act": "sending resumed", "actor": "lead", "reason": None},
        {"act": "sending stopped", "actor": "c1", "reason": "in their own words (16 characters)"},
    ]


def test_who_stopped_may_go_on_and_a_colleague_may_not(town: Any) -> None:
    sending_rules.stop_sending(town.database, town.counselor, "", town.now)
    other = replace(town.counselor, person_id="c3")
    with pytest.raises(NotAllowed, match="un responsable d'équipe"):
        sending_rules.resume_sending(town.database, other, town.now)
    assert sending_rules.rules(town.database, other).halt is not None
    sending_rules.resume_sending(town.database, town.counselor, town.now)
    sending_rules.resume_sending(town.database, town.counselor, town.now)
    assert sending_rules.rules(town.database, other).halt is None
    assert town.journal() == ["sending resumed", "sending stopped"]


def test_stopping_keeps_caps_and_hours(town: Any) -> None:
    cap(town, daily_messages=7, campaign_messages=7)
    sending_rules.change_hours(town.database, lead(town), 8, 20, town.now)
    sending_rules.stop_sending(town.database, town.counselor, "x", town.now)
    sending_rules.resume_sending(town.database, lead(town), town.now)
    found = sending_rules.rules(town.database, town.counselor)
    assert (found.caps.daily_messages, found.hours, found.halt) == (7, (8, 20), None)


@pytest.mark.parametrize("role", [Role.COUNSELOR, Role.EVALUATOR])
def test_who_may_not_change_the_rules_cannot(town: Any, role: Role) -> None:
    person = replace(town.counselor, role=role)
    with pytest.raises(NotAllowed):
        sending_rules.change_caps(town.database, person, USUAL, town.now)
    with pytest.raises(NotAllowed):
        sending_rules.change_hours(town.database, person, 9, 18, town.now)
    if role is Role.EVALUATOR:
        with pytest.raises(NotAllowed):
            sending_rules.stop_sending(town.database, person, "x", town.now)
