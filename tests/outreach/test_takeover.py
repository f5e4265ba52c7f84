"""A counselor speaks: the automaton is silent from that instant, and can be given the word back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from ftcore.errors import FtError, NotAllowed, NotFound
from ftcore.model import Person, Role
from ftcore.outreach import dispatcher, takeover, threads
from ftcore.outreach.threads import Happening


def answered(town: Any, *texts: str) -> tuple[UUID, str]:
    people = town.people(1)
    town.launch(people)
    town.accepted()
    phone = town.phone(people[0])
    for text in texts:
        town.writes(phone, text)
    return town.database.value("SELECT conversation_id FROM conversation WHERE phone = $1", phone), phone


def write(town: Any, conversation_id: UUID, body: str, person: Person | None = None) -> None:
    takeover.write_by_hand(town.database, person or town.counselor, conversation_id, body, None, town.now)


def happened(town: Any, conversation_id: UUID) -> list[Happening]:
    return [event.kind for event in threads.details(town.database, town.counselor, conversation_id).events]


def test_taking_over_takes_back_what_was_queued_and_silences_what_follows(town: Any) -> None:
    conversation_id, phone = answered(town, "Oui")
    assert len(town.messages("state = 'queued'")) == 1
    takeover.take_over(town.database, town.counselor, conversation_id, town.now)
    assert town.states() == ["accepted", "cancelled"]
    town.writes(phone, "lundi")
    assert town.states() == ["accepted", "cancelled"]
    assert town.conversations() == ["availability"], "the person's answers are kept, the automaton does not go on"
    assert happened(town, conversation_id) == [Happening.TAKEN_OVER]
    assert "taken over" in town.journal()


def test_a_message_that_slipped_into_the_queue_is_not_claimed_after_a_take_over(town: Any) -> None:
    conversation_id, _ = answered(town, "Oui")
    # As if another replica had queued it between the counselor's click and its commit.
    town.database.transact(
        lambda tx: tx.execute("UPDATE conversation SET taken_over_utc = $1, taken_over_by = 'c1'", town.now)
    )
    assert dispatcher.claim(town.database, "test", None, town.now, 10) == []
    takeover.give_back(town.database, town.counselor, conversation_id, town.now)
    assert len(dispatcher.claim(town.database, "test", None, town.now, 10)) == 1


def test_taking_over_twice_is_taking_over_once(town: Any) -> None:
    conversation_id, _ = answered(town, "Oui")
    takeover.take_over(town.database, town.counselor, conversation_id, town.now)
    takeover.take_over(town.database, town.counselor, conversation_id, town.now)
    assert happened(town, conversation_id) == [Happening.TAKEN_OVER]


def test_given_back_the_automaton_answers_the_next_message_and_none_before(town: Any) -> None:
    conversation_id, phone = answered(town, "Oui")
    takeover.take_over(town.database, town.counselor, conversation_id, town.now)
    town.writes(phone, "lundi")
    takeover.give_back(town.database, town.counselor, conversation_id, town.now)
    assert town.messages("state = 'queued'") == [], "nothing is sent by giving back"
    town.writes(phone, "mardi")
    assert town.conversations() == ["interested"]
    assert len(town.messages("state = 'queued'")) == 1
    assert happened(town, conversation_id) == [Happening.TAKEN_OVER, Happening.GIVEN_BACK]
    takeover.give_back(town.database, town.counselor, conversation_id, town.now)
    assert len(happened(town, conversation_id)) == 2


def test_a_word_by_hand_replaces_what_the_automaton_had_queued_and_takes_over(town: Any) -> None:
    conversation_id, phone = answered(town, "Il y a un bus ?")
    write(town, conversation_id, " Bonjour,\n à Privas. ")
    assert town.states() == ["accepted", "cancelled", "queued"]
    (mine,) = town.messages("author IS NOT NULL")
    assert (mine["body"], mine["automatic"], mine["author"]) == ("Bonjour, à Privas.", False, "c1")
    town.accepted()
    assert town.states() == ["accepted", "accepted", "cancelled"]
    town.writes(phone, "Oui")
    assert town.messages("state = 'queued'") == []
    assert threads.details(town.database, town.counselor, conversation_id).taken_over_by == "c1"


def test_nobody_writes_by_hand_to_who_said_stop(town: Any) -> None:
    conversation_id, _ = answered(town, "STOP")
    with pytest.raises(FtError, match="STOP"):
        write(town, conversation_id, "Bonjour")
    assert town.states() == ["accepted"]
    assert happened(town, conversation_id) == [], "a refused message does not take over either"


@pytest.mark.parametrize("body", ["", "  \n ", "x" * 481])
def test_a_word_by_hand_has_a_length(town: Any, body: str) -> None:
    conversation_id, _ = answered(town)
    with pytest.raises(FtError, match="message"):
        write(town, conversation_id, body)
    assert town.states() == ["accepted"]


def test_a_note_is_kept_for_colleagues_and_never_sent(town: Any) -> None:
    conversation_id, _ = answered(town, "Oui")
    before = town.states()
    takeover.note(town.database, town.counselor, conversation_id, " A rappeler jeudi. ", town.now)
    (event,) = threads.details(town.database, town.counselor, conversation_id).events
    assert (event.kind, event.body, event.actor) == (Happening.NOTE, "A rappeler jeudi.", "c1")
    assert town.states() == before
    assert not any("rappeler" in str(row) for row in town.database.rows("SELECT * FROM journal"))
    for text in ("", "x" * 1001):
        with pytest.raises(FtError, match="note"):
            takeover.note(town.database, town.counselor, conversation_id, text, town.now)


def test_another_agency_and_other_roles_touch_nothing(town: Any) -> None:
    conversation_id, _ = answered(town, "Oui")
    before = (town.states(), town.journal())
    for act in (takeover.take_over, takeover.give_back):
        with pytest.raises(NotFound):
            act(town.database, town.colleague, conversation_id, town.now)
    with pytest.raises(NotFound):
        takeover.note(town.database, town.colleague, conversation_id, "note", town.now)
    with pytest.raises(NotFound):
        write(town, conversation_id, "Bonjour", town.colleague)
    evaluator = Person("e", "E", Role.EVALUATOR, town.counselor.agency_id)
    with pytest.raises(NotAllowed):
        takeover.take_over(town.database, evaluator, conversation_id, town.now)
    assert (town.states(), town.journal()) == before
