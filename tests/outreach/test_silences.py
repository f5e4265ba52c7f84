"""When nobody writes: one reminder at D+1 in hours, then silence; who left a question open is called."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ftcore.model import CampaignState, MessageState
from ftcore.outreach import campaigns, ledger, silences, takeover
from ftcore.outreach.silences import CLOSED_AFTER, LEFT_OPEN_AFTER, REMINDER_AFTER

HOURS = (9, 19)


def contacted(town: Any, count: int = 1, person: Any = None) -> list[Any]:
    people = town.people(count, person)
    town.launch(people, person=person)
    town.accepted()
    return people


def attend(town: Any, after: timedelta, hours: tuple[int, int] | None = HOURS) -> int:
    town.now += after
    return silences.attend(town.database, hours, town.now)


def reminders(town: Any) -> list[Any]:
    return town.messages("template LIKE 'reminder %'")


def test_who_did_not_answer_gets_one_reminder_a_day_later_and_no_second_one(town: Any) -> None:
    contacted(town)
    assert attend(town, REMINDER_AFTER - timedelta(minutes=1)) == 0
    assert attend(town, timedelta(minutes=2)) == 1
    (reminder,) = reminders(town)
    assert (reminder["automatic"], reminder["opening"], reminder["state"]) == (True, False, "queued")
    assert "STOP" in reminder["body"]
    assert "Message automatique" in reminder["body"]
    assert "((" not in reminder["body"]
    town.accepted()
    for _ in range(3):
        attend(town, timedelta(days=1))
    assert len(reminders(town)) == 1


def test_a_reminder_waits_for_the_hours_of_the_recipient(town: Any) -> None:
    contacted(town)
    town.now += timedelta(hours=11)  # 21:00 in Paris
    assert attend(town, timedelta(hours=24)) == 0
    assert attend(town, timedelta(hours=12)) == 1  # 9:00


def test_silence_after_the_reminder_closes_the_conversation_and_says_nothing(town: Any) -> None:
    people = contacted(town)
    attend(town, REMINDER_AFTER + timedelta(minutes=1))
    town.accepted()
    assert attend(town, CLOSED_AFTER - timedelta(minutes=1)) == 0
    assert attend(town, timedelta(minutes=2)) == 1
    assert town.conversations() == ["closed"]
    assert len(town.messages()) == 2
    assert "silence: closed" in town.journal()
    # A late answer is an answer.
    town.writes(town.phone(people[0]), "Oui")
    assert town.conversations() == ["availability"]


def no_answer(town: Any, person: Any) -> None:
    """Nothing."""


def answers(town: Any, person: Any) -> None:
    town.writes(town.phone(person), "Bonjour")


def says_stop(town: Any, person: Any) -> None:
    town.writes(town.phone(person), "STOP")


def is_taken_over(town: Any, person: Any) -> None:
    conversation_id = town.database.value("SELECT conversation_id FROM conversation WHERE candidate_id = $1", person)
    takeover.take_over(town.database, town.counselor, conversation_id, town.now)


def is_written_to(town: Any, person: Any) -> None:
    conversation_id = town.database.value("SELECT conversation_id FROM conversation WHERE candidate_id = $1", person)
    takeover.write_by_hand(town.database, town.counselor, conversation_id, "Bonjour", None, town.now)


def campaign_rests(town: Any, person: Any) -> None:
    campaign_id = town.database.value("SELECT campaign_id FROM conversation WHERE candidate_id = $1", person)
    campaigns.set_state(town.database, town.counselor, campaign_id, CampaignState.PAUSED, town.now)


def was_not_reached(town: Any, person: Any) -> None:
    (message,) = town.messages()
    change = ledger.Change(message["agency_id"], message["message_id"], MessageState.FAILED, town.now, "callback")
    town.database.transact(lambda tx: ledger.record(tx, [change]))


@pytest.mark.parametrize(
    ("before", "reminded"),
    [
        pytest.param(no_answer, 1, id="who is silent"),
        pytest.param(answers, 0, id="who wrote anything"),
        pytest.param(says_stop, 0, id="who said STOP"),
        pytest.param(is_taken_over, 0, id="with whom a person speaks"),
        pytest.param(is_written_to, 0, id="to whom a person wrote"),
        pytest.param(campaign_rests, 0, id="in a campaign that rests"),
        pytest.param(was_not_reached, 0, id="whom the first message did not reach"),
    ],
)
def test_only_who_was_reached_and_is_silent_is_reminded(town: Any, before: Any, reminded: int) -> None:
    (person,) = contacted(town)
    before(town, person)
    attend(town, timedelta(hours=25))
    assert len(reminders(town)) == reminded


def test_nobody_is_reminded_within_a_day_of_another_message_they_did_not_ask_for(town: Any) -> None:
    (person,) = contacted(town)
    town.now += timedelta(hours=24, minutes=1)
    town.launch([person])
    town.accepted()
    assert attend(town, timedelta(hours=1)) == 0
    assert attend(town, timedelta(hours=24)) >= 1


def test_an_unfinished_questionnaire_is_handed_over_after_a_day(town: Any) -> None:
    (person,) = contacted(town)
    town.writes(town.phone(person), "Oui")
    town.accepted()
    assert attend(town, LEFT_OPEN_AFTER - timedelta(minutes=1)) == 0
    assert attend(town, timedelta(minutes=2)) == 1
    assert town.conversations() == ["interested"]
    assert reminders(town) == [], "a reminder is for those who did not answer"


def test_every_agency_is_attended_to_in_its_own_name(town: Any) -> None:
    contacted(town, 2)
    contacted(town, 1, town.colleague)
    assert attend(town, timedelta(hours=25)) == 3
    bodies = {row["body"].split(" :")[0] for row in reminders(town)}
    assert bodies == {"France Travail, Agence de Privas", "France Travail, Agence d'Aubenas"}


def test_a_reminded_person_rests_a_day_before_another_offer(town: Any) -> None:
    (person,) = contacted(town)
    attend(town, timedelta(hours=25))
    town.accepted()
    plan = campaigns.preflight(town.database, town.counselor, town.offer(), [person], None, town.now)
    assert [one.reason for one in plan.excluded] == ["Déjà contactée il y a moins de 24 heures"]


def test_a_number_that_belongs_to_somebody_else_is_not_written_to_again_until_it_is_corrected(town: Any) -> None:
    (person,) = contacted(town)
    town.writes(town.phone(person), "Vous vous trompez de personne")
    town.now += timedelta(days=2)
    offer = town.offer()
    plan = campaigns.preflight(town.database, town.counselor, offer, [person], None, town.now)
    assert [one.reason for one in plan.excluded] == [
        "Numéro d'une autre personne, d'après sa réponse : à corriger dans le fichier"
    ]
    town.database.transact(lambda tx: tx.execute("UPDATE candidate SET phone = '+33639980999'"))
    assert campaigns.preflight(town.database, town.counselor, offer, [person], None, town.now).kept


def test_reminders_stay_under_the_cap_of_the_day_and_stop_with_the_switch(town: Any) -> None:
    contacted(town, 3)
    rule = {"agency_id": town.counselor.agency_id, "daily_messages": 2}
    town.database.transact(lambda tx: tx.insert("sending_rule", [rule]))
    assert attend(town, timedelta(hours=25)) == 2
    assert len(reminders(town)) == 2
    town.accepted()
    town.database.transact(lambda tx: tx.execute("UPDATE sending_rule SET stopped_utc = $1", town.now))
    attend(town, timedelta(hours=23))
    assert len(reminders(town)) == 2
    town.database.transact(lambda tx: tx.execute("UPDATE sending_rule SET stopped_utc = NULL"))
    attend(town, timedelta(minutes=30))
    assert len(reminders(town)) == 3, "the next day has a cap of its own"
