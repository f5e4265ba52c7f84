"""What a counselor sees and does in the conversations of the agency, and of no other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ftcore.errors import FtError, NotAllowed, NotFound
from ftcore.model import Answer, ConversationState, MessageState, Person, Role, Verdict
from ftcore.outreach import threads


def answered(town: Any, *texts: str) -> UUID:
    """A conversation with these answers; gives its id."""
    people = town.people(1)
    town.launch(people)
    town.accepted()
    for text in texts:
        town.writes(town.phone(people[0]), text)
    return town.database.value("SELECT conversation_id FROM conversation WHERE phone = $1", town.phone(people[0]))


def latest_reply(town: Any) -> UUID:
    return town.database.value("SELECT reply_id FROM reply ORDER BY received_utc DESC")


def details(town: Any, conversation_id: UUID) -> threads.Details:
    return threads.details(town.database, town.counselor, conversation_id)


def test_the_work_list_shows_each_state_with_its_latest_answer(town: Any) -> None:
    yes, silent = answered(town, "C'est où ?", "Oui"), answered(town)
    interested = answered(town, "Oui")
    assert threads.counts(town.database, town.counselor) == {
        ConversationState.NEEDS_HUMAN: 1,
        ConversationState.WAITING: 1,
        ConversationState.INTERESTED: 1,
    }
    found = threads.worklist(town.database, town.counselor, (ConversationState.NEEDS_HUMAN,))
    assert [(t.conversation_id, t.latest_answer, t.offer_title) for t in found] == [(yes, "Oui", "Serveur H/F")]
    both = (ConversationState.INTERESTED, ConversationState.WAITING)
    found = threads.worklist(town.database, town.counselor, both)
    assert [t.conversation_id for t in found] == [interested, silent], "latest news first"
    assert threads.worklist(town.database, town.counselor, both, limit=1) == found[:1]
    assert threads.worklist(town.database, town.counselor, both, offer_id=uuid4()) == []


def test_a_verdict_moves_a_conversation_to_the_finished_ones_and_back(town: Any) -> None:
    conversation_id = answered(town, "Oui")
    threads.decide(town.database, town.counselor, conversation_id, Verdict.INTRODUCED, "  ", town.now)
    assert threads.counts(town.database, town.counselor) == {}
    assert threads.finished_count(town.database, town.counselor) == 1
    (finished,) = threads.worklist(town.database, town.counselor, None)
    assert (finished.verdict, details(town, conversation_id).verdict_reason) == (Verdict.INTRODUCED, None)
    threads.reopen(town.database, town.counselor, conversation_id, town.now)
    assert threads.finished_count(town.database, town.counselor) == 0
    assert town.journal()[-2:] == ["verdict", "verdict withdrawn"]


def test_a_person_is_not_turned_down_without_a_reason(town: Any) -> None:
    conversation_id = answered(town, "Oui")
    with pytest.raises(FtError, match="pourquoi"):
        threads.decide(town.database, town.counselor, conversation_id, Verdict.NOT_RETAINED, "  ", town.now)
    assert threads.finished_count(town.database, town.counselor) == 0
    threads.decide(town.database, town.counselor, conversation_id, Verdict.NOT_RETAINED, "pas de permis", town.now)
    assert details(town, conversation_id).verdict_reason == "pas de permis"


def test_a_thread_reads_in_the_order_in_which_it_happened(town: Any) -> None:
    conversation_id = answered(town, "Oui")
    town.now += timedelta(minutes=1)
    town.accepted()
    found = details(town, conversation_id)
    assert [line.incoming for line in found.lines] == [False, True, False]
    assert [line.state for line in found.lines] == [MessageState.ACCEPTED, None, MessageState.ACCEPTED]
    assert found.lines[1].reading is Answer.YES
    assert found.opted_out is False


@pytest.mark.parametrize(
    ("reading", "state"),
    [
        (Answer.YES, "interested"),
        (Answer.NO, "declined"),
        (Answer.QUESTION, "needs_human"),
        (Answer.UNCLEAR, "unclear"),
        (Answer.STOP, "stopped"),
        (Answer.UNSURE, "needs_human"),
        (Answer.CALLBACK, "interested"),
        (Answer.WRONG_PERSON, "unclear"),
    ],
)
def test_a_correction_moves_the_conversation_and_sends_nothing(town: Any, reading: Answer, state: str) -> None:
    conversation_id = answered(town, "Oui et non, stop")
    threads.correct(town.database, town.counselor, latest_reply(town), reading, town.now)
    assert town.conversations() == [state]
    found = details(town, conversation_id)
    assert (found.lines[1].reading, found.lines[1].corrected) == (Answer.UNCLEAR, reading)
    assert found.lines[1].body == "Oui et non, stop"
    assert found.opted_out is (reading is Answer.STOP)
    assert town.messages("state = 'queued'") == []
    assert "reading corrected" in town.journal()


def test_correcting_an_older_answer_leaves_the_conversation_but_a_stop_always_counts(town: Any) -> None:
    answered(town, "Stop au chômage", "Oui")
    older = town.database.value("SELECT reply_id FROM reply ORDER BY received_utc")
    threads.correct(town.database, town.counselor, older, Answer.YES, town.now)
    assert town.conversations() == ["unclear"]
    threads.correct(town.database, town.counselor, older, Answer.STOP, town.now)
    assert town.conversations() == ["stopped"]
    threads.correct(town.database, town.counselor, latest_reply(town), Answer.YES, town.now)
    assert town.conversations() == ["stopped"], "no correction lifts a STOP"


def write(town: Any, conversation_id: UUID, body: str, person: Person | None = None) -> None:
    threads.write_by_hand(town.database, person or town.counselor, conversation_id, body, None, town.now)


def test_a_word_by_hand_replaces_what_the_automaton_had_queued(town: Any) -> None:
    conversation_id = answered(town, "C'est où ?")
    write(town, conversation_id, " Bonjour,\n à Privas. ")
    assert town.states() == ["accepted", "cancelled", "queued"]
    (mine,) = town.messages("author IS NOT NULL")
    assert (mine["body"], mine["automatic"], mine["author"]) == ("Bonjour, à Privas.", False, "c1")
    town.accepted()
    assert town.states() == ["accepted", "accepted", "cancelled"]


def test_nobody_writes_by_hand_to_who_said_stop(town: Any) -> None:
    conversation_id = answered(town, "STOP")
    with pytest.raises(FtError, match="STOP"):
        write(town, conversation_id, "Bonjour")
    assert town.states() == ["accepted"]


@pytest.mark.parametrize("body", ["", "  \n ", "x" * 481])
def test_a_word_by_hand_has_a_length(town: Any, body: str) -> None:
    conversation_id = answered(town)
    with pytest.raises(FtError, match="message"):
        write(town, conversation_id, body)
    assert town.states() == ["accepted"]


def test_another_agency_finds_nothing(town: Any) -> None:
    conversation_id = answered(town, "Oui")
    reply_id, base, other = latest_reply(town), town.database, town.colleague
    before = (town.messages(), town.conversations(), town.journal())
    assert threads.counts(base, other) == {}
    assert threads.worklist(base, other, tuple(ConversationState)) == []
    with pytest.raises(NotFound):
        threads.details(base, other, conversation_id)
    with pytest.raises(NotFound):
        threads.correct(base, other, reply_id, Answer.NO, town.now)
    with pytest.raises(NotFound):
        threads.decide(base, other, conversation_id, Verdict.CLOSED, "", town.now)
    with pytest.raises(NotFound):
        write(town, conversation_id, "Bonjour", other)
    with pytest.raises(NotFound):
        threads.reopen(base, other, conversation_id, town.now)
    assert (town.messages(), town.conversations(), town.journal()) == before


@pytest.mark.parametrize("role", [Role.EVALUATOR, Role.ADMINISTRATOR])
def test_who_may_not_read_conversations_reads_none(town: Any, role: Role) -> None:
    person = Person("x", "X", role, town.counselor.agency_id)
    conversation_id = answered(town, "Oui")
    with pytest.raises(NotAllowed):
        threads.details(town.database, person, conversation_id)
    with pytest.raises(NotAllowed):
        threads.worklist(town.database, person, None)
    with pytest.raises(NotAllowed):
        threads.counts(town.database, person)
