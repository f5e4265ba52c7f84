"""The one question after an exchange: off by default, once a person, in hours, and nothing follows from the answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from ftcore.database import Row
from ftcore.errors import NotAllowed
from ftcore.model import Role
from ftcore.outreach import satisfaction, sending_rules, silences, takeover, threads
from ftcore.outreach.sending_rules import change_satisfaction
from tests.outreach.conftest import NOW, Town

NEXT_DAY = NOW + timedelta(hours=25)


def turned_on(town: Town, on: bool = True) -> None:
    change_satisfaction(town.database, replace(town.counselor, role=Role.TEAM_LEAD), on, NOW - timedelta(days=1))


def handed_over(town: Town) -> tuple[UUID, str]:
    """One person who said that they want to be called."""
    (person,) = town.people()
    town.launch([person])
    town.accepted()
    town.writes(town.phone(person), "rappelez moi svp")
    town.accepted()
    row = town.database.one("SELECT * FROM conversation WHERE candidate_id = $1", person)
    assert row is not None
    assert row["state"] == "interested"
    return row["conversation_id"], row["phone"]


def questions(town: Town) -> list[Row]:
    return town.messages("template LIKE 'satisfaction %' AND state <> 'cancelled'")


def asked(town: Town) -> tuple[UUID, str]:
    """One person to whom the question has gone."""
    turned_on(town)
    conversation_id, phone = handed_over(town)
    town.now = NEXT_DAY
    silences.attend(town.database, (9, 19), town.now)
    town.accepted()
    assert len(questions(town)) == 1
    return conversation_id, phone


def state(town: Town, conversation_id: UUID) -> Row:
    row = town.database.one("SELECT * FROM conversation WHERE conversation_id = $1", conversation_id)
    assert row is not None
    return row


def test_nobody_is_asked_unless_the_agency_wants_it(town: Town) -> None:
    handed_over(town)
    silences.attend(town.database, (9, 19), NEXT_DAY)
    assert questions(town) == []
    assert sending_rules.rules(town.database, town.counselor).satisfaction is False


def test_it_is_asked_once_says_what_it_must_and_is_automatic(town: Town) -> None:
    asked(town)
    for hours in (1, 30, 80):
        silences.attend(town.database, (9, 19), NEXT_DAY + timedelta(hours=hours))
    (sms,) = questions(town)
    assert sms["automatic"]
    for words in ("France Travail", "Message automatique", "STOP", "de 1 (pas du tout)", "5 (tout"):
        assert words in sms["body"]
    assert town.database.value("SELECT count(*) FROM satisfaction") == 1


def test_who_is_approached_for_two_offers_is_asked_once(town: Town) -> None:
    _, phone = asked(town)
    candidate = town.database.value("SELECT candidate_id FROM candidate WHERE phone = $1", phone)
    town.now += timedelta(days=3)
    town.launch([candidate])
    town.accepted()
    town.writes(phone, "rappelez moi svp")
    silences.attend(town.database, (9, 19), town.now + timedelta(hours=25))
    assert len(questions(town)) == 1


@pytest.mark.parametrize(
    ("now", "why"),
    [
        pytest.param(NOW + timedelta(hours=2), "too early", id="the exchange has just ended"),
        pytest.param(NOW + timedelta(hours=36), "22:00 in Paris", id="outside hours"),
        pytest.param(NOW + timedelta(days=9), "nobody remembers", id="long after"),
    ],
)
def test_it_waits_for_its_time(town: Town, now: datetime, why: str) -> None:
    turned_on(town)
    handed_over(town)
    silences.attend(town.database, (9, 19), now)
    assert questions(town) == [], why


def test_who_never_answered_or_said_stop_or_talks_with_a_person_is_not_asked(town: Town) -> None:
    turned_on(town)
    silent, _ = town.people(2)
    town.launch([silent])
    stopped, phone = handed_over(town)
    town.writes(phone, "STOP")
    taken, _ = handed_over(town)
    takeover.take_over(town.database, town.counselor, taken, town.now)
    assert stopped != taken
    silences.attend(town.database, (9, 19), NEXT_DAY)
    assert questions(town) == []


def test_a_halted_agency_asks_nobody(town: Town) -> None:
    turned_on(town)
    handed_over(town)
    sending_rules.stop_sending(town.database, town.counselor, "essai", NOW)
    silences.attend(town.database, (9, 19), NEXT_DAY)
    assert questions(town) == []


@pytest.mark.parametrize(
    ("body", "score"),
    [
        pytest.param("4", 4, id="a bare mark"),
        pytest.param(" 5 ! ", 5, id="with joy"),
        pytest.param("3/5", 3, id="of five"),
        pytest.param("note : 2 sur 5", 2, id="in words"),
        pytest.param("6", None, id="too high"),
        pytest.param("0", None, id="too low"),
        pytest.param("45", None, id="no mark"),
        pytest.param("٣", None, id="another alphabet's digit"),
        pytest.param("Non", None, id="a no is no refusal of the offer"),
        pytest.param("Oui très utile", None, id="a yes is no mark"),
        pytest.param("C'est payé combien ?", None, id="a question waits for a person"),
    ],
)
def test_the_answer_is_kept_and_changes_nothing(town: Town, body: str, score: int | None) -> None:
    conversation_id, phone = asked(town)
    before, sent = state(town, conversation_id), len(town.messages())
    town.writes(phone, body)
    after = state(town, conversation_id)
    assert town.database.value("SELECT score FROM satisfaction") == score
    assert len(town.messages()) == sent, "nothing is said to it"
    assert {k: v for k, v in after.items() if k != "answered_utc"} == {
        k: v for k, v in before.items() if k != "answered_utc"
    }
    # What is no mark is shown as unread, for a person.
    assert (after["answered_utc"] > before["answered_utc"]) == (score is None)
    line = threads.details(town.database, town.counselor, conversation_id).lines[-1]
    assert line.body == body


def test_a_stop_still_stops_everywhere(town: Town) -> None:
    conversation_id, phone = asked(town)
    town.writes(phone, "STOP")
    assert state(town, conversation_id)["state"] == "stopped"
    assert town.database.value("SELECT count(*) FROM opt_out WHERE phone = $1", phone) == 1


def test_a_mark_given_twice_counts_once_and_what_comes_later_is_news(town: Town) -> None:
    conversation_id, phone = asked(town)
    town.writes(phone, "2")
    town.writes(phone, "5")
    assert town.database.value("SELECT score FROM satisfaction") == 2
    town.writes(phone, "finalement non merci")
    assert state(town, conversation_id)["state"] == "declined"


def test_a_reminder_or_a_campaign_rests_for_a_day_after_the_question(town: Town) -> None:
    _, phone = asked(town)
    with town.database.read() as reader:
        from ftcore.outreach.outgoing import written_to_unasked

        assert written_to_unasked(reader, [phone], town.now - timedelta(hours=24)) == {phone}


def test_a_counselor_does_not_turn_it_on(town: Town) -> None:
    with pytest.raises(NotAllowed):
        change_satisfaction(town.database, town.counselor, True, NOW)
    turned_on(town)
    turned_on(town, on=False)
    assert sending_rules.rules(town.database, town.counselor).satisfaction is False
    assert town.journal().count("satisfaction question") == 2


def test_any_text_is_a_mark_or_none() -> None:
    assert [satisfaction.score_of(text) for text in ("", "1", "1.", "un", "1 ou 2")] == [None, 1, 1, None, None]


def test_a_complaint_is_noted_once_and_journaled(town: Town) -> None:
    conversation_id, _ = handed_over(town)
    for _ in range(2):
        takeover.complain(town.database, town.counselor, conversation_id, NOW)
    events = threads.details(town.database, town.counselor, conversation_id).events
    assert [event.kind for event in events] == [threads.Happening.COMPLAINT]
    assert town.journal().count("complaint noted") == 1
