"""An offer that closes: everyone still in conversation is told, once, in words that a person approved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ftcore.errors import FtError, NotAllowed, NotFound
from ftcore.model import Person, Role, Verdict
from ftcore.outreach import closing, silences, threads

BODY = "France Travail : le poste n'est plus à pourvoir. Merci."


def talked(town: Any) -> Any:
    """An offer with one person in each situation; gives it."""
    offer = town.offer()
    people = town.people(7)
    town.launch(people, offer)
    town.accepted()
    _silent, yes, ready, no, stop, doubt, decided = (town.phone(person) for person in people)
    for phone, texts in ((yes, ["Oui"]), (ready, ["Oui", "lundi"]), (no, ["Non"]), (stop, ["STOP"]), (doubt, ["?!"]),
                         (decided, ["Oui", "lundi"])):  # fmt: skip
        for text in texts:
            town.writes(phone, text)
            town.accepted()
    conversation_id = town.database.value("SELECT conversation_id FROM conversation WHERE phone = $1", decided)
    threads.decide(town.database, town.counselor, conversation_id, Verdict.INTRODUCED, "", town.now)
    return offer


def close(town: Any, offer: Any, body: str = BODY, person: Person | None = None) -> int:
    return closing.close_offer(town.database, person or town.counselor, offer.offer_id, body, None, town.now)


def told(town: Any) -> list[Any]:
    return town.messages("template = 'closing'")


def test_whoever_still_waits_is_told_and_nobody_else(town: Any) -> None:
    offer = talked(town)
    plan = closing.preview(town.database, town.counselor, offer.offer_id)
    assert (plan.people, plan.unsent, plan.closed_utc) == (4, 0, None)
    assert "n'est plus a pourvoir" in plan.body or "n'est plus à pourvoir" in plan.body
    assert "((" not in plan.body
    assert close(town, offer) == 4
    messages = told(town)
    assert {row["body"] for row in messages} == {BODY}
    assert {row["author"] for row in messages} == {"c1"}, "a person approved it"
    assert sorted(town.conversations()) == ["closed"] * 4 + ["declined", "interested", "stopped"]
    assert town.database.value("SELECT state FROM campaign") == "stopped"
    assert "offer closed" in town.journal()
    town.accepted()
    assert {row["state"] for row in told(town)} == {"accepted"}, "also to who was in doubt"


def test_closing_twice_tells_once(town: Any) -> None:
    offer = talked(town)
    assert (close(town, offer), close(town, offer)) == (4, 0)
    assert len(told(town)) == 4
    assert closing.preview(town.database, town.counselor, offer.offer_id).closed_utc == town.now


def test_who_was_never_written_to_is_not_told_that_it_is_over(town: Any) -> None:
    offer = town.offer()
    town.launch(town.people(2), offer)
    assert closing.preview(town.database, town.counselor, offer.offer_id).unsent == 2
    assert close(town, offer) == 0
    assert town.states() == ["cancelled", "cancelled"]
    assert town.conversations() == ["closed", "closed"]


def test_after_the_end_the_automaton_is_silent_and_a_late_answer_goes_to_a_person(town: Any) -> None:
    offer = town.offer()
    people = town.people(1)
    town.launch(people, offer)
    town.accepted()
    close(town, offer)
    town.accepted()
    assert silences.attend(town.database, None, town.now + timedelta(days=2)) == 0
    town.writes(town.phone(people[0]), "Oui")
    assert town.conversations() == ["needs_human"]
    assert town.messages("state = 'queued'") == []


@pytest.mark.parametrize("body", ["", "  \n", "x" * 481])
def test_a_closing_message_has_words_and_a_length(town: Any, body: str) -> None:
    offer = talked(town)
    with pytest.raises(FtError, match="message"):
        close(town, offer, body)
    assert told(town) == []
    assert closing.preview(town.database, town.counselor, offer.offer_id).closed_utc is None


def test_only_the_agency_of_the_offer_closes_it(town: Any) -> None:
    offer = talked(town)
    with pytest.raises(NotFound):
        close(town, offer, person=town.colleague)
    with pytest.raises(NotFound):
        closing.preview(town.database, town.colleague, offer.offer_id)
    with pytest.raises(NotAllowed):
        close(town, offer, person=Person("e", "E", Role.EVALUATOR, town.counselor.agency_id))
    assert told(town) == []
