"""What a counselor sees and does in the conversations of the agency, and of no other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ftcore.errors import FtError, NotAllowed, NotFound
from ftcore.model import Answer, ConversationState, MessageState, Met, Person, Role, Verdict
from ftcore.outreach import silences, threads, worklist
from ftcore.outreach.worklist import WorkList


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


def counted(town: Any, person: Person | None = None, after: timedelta = timedelta(0)) -> dict[str, int]:
    found = worklist.counts(town.database, person or town.counselor, town.now + after)
    return {one.value: count for one, count in found.items() if count}


def listed(town: Any, which: WorkList, person: Person | None = None, **more: Any) -> list[worklist.Thread]:
    return worklist.worklist(town.database, person or town.counselor, which, town.now, **more)


BUS = "Il y a un bus ?"


def test_the_work_lists_say_who_is_to_be_called_read_and_answered(town: Any) -> None:
    question, silent = answered(town, BUS, "Oui"), answered(town)
    ready, doubt = answered(town, "Oui", "lundi"), answered(town, "Stop au chômage")
    assert counted(town) == {"human": 1, "silent": 1, "call": 1, "read": 1, "unread": 3}
    found = listed(town, WorkList.HUMAN)
    assert [(t.conversation_id, t.latest_answer, t.offer_title) for t in found] == [(question, "Oui", "Serveur H/F")]
    assert [t.conversation_id for t in listed(town, WorkList.CALL)] == [ready]
    assert [t.conversation_id for t in listed(town, WorkList.READ)] == [doubt]
    assert [t.conversation_id for t in listed(town, WorkList.SILENT)] == [silent]
    assert listed(town, WorkList.CALL, offer_id=uuid4()) == []
    assert len(listed(town, WorkList.UNREAD, limit=2)) == 2


def test_who_has_waited_longest_comes_first_and_is_late_after_a_day(town: Any) -> None:
    first, second = answered(town, BUS), answered(town, BUS)
    assert [t.conversation_id for t in listed(town, WorkList.HUMAN)] == [first, second]
    assert "late" not in counted(town, after=timedelta(hours=23))
    assert counted(town, after=timedelta(hours=25))["late"] == 2


def test_a_thread_is_unread_until_somebody_opens_it_and_again_after_the_next_answer(town: Any) -> None:
    conversation_id = answered(town, "Oui")
    assert [t.unread for t in listed(town, WorkList.ONGOING)] == [True]
    threads.seen(town.database, town.counselor, conversation_id, town.now)
    assert "unread" not in counted(town)
    town.writes(town.phone(details(town, conversation_id).candidate_id), "lundi")
    assert counted(town)["unread"] == 1


def test_a_verdict_moves_a_conversation_to_the_finished_ones_and_back(town: Any) -> None:
    conversation_id = answered(town, "Oui", "lundi")
    threads.decide(town.database, town.counselor, conversation_id, Verdict.INTRODUCED, "  ", town.now)
    threads.seen(town.database, town.counselor, conversation_id, town.now)
    assert counted(town) == {"done": 1}
    (finished,) = listed(town, WorkList.DONE)
    assert (finished.verdict, details(town, conversation_id).verdict_reason) == (Verdict.INTRODUCED, None)
    threads.reopen(town.database, town.counselor, conversation_id, town.now)
    assert counted(town) == {"call": 1}
    assert town.journal()[-2:] == ["verdict", "verdict withdrawn"]


def test_to_see_keeps_a_conversation_on_its_list(town: Any) -> None:
    conversation_id = answered(town, "Oui", "lundi")
    threads.decide(town.database, town.counselor, conversation_id, Verdict.TO_SEE, "à rappeler jeudi", town.now)
    assert counted(town)["call"] == 1
    assert "done" not in counted(town)


def test_a_verdict_takes_back_what_the_automaton_had_queued(town: Any) -> None:
    conversation_id = answered(town, "Oui")
    assert len(town.messages("state = 'queued'")) == 1
    threads.decide(town.database, town.counselor, conversation_id, Verdict.RETAINED, "", town.now)
    assert town.states() == ["accepted", "cancelled"]


def test_no_verdict_is_ever_written_by_the_automaton_and_none_says_rejected(town: Any) -> None:
    for texts in (("Non",), ("STOP",), ("Oui", "non"), ("?",), ("Vous vous trompez de personne",)):
        answered(town, *texts)
    later = town.now + timedelta(days=30)
    silences.attend(town.database, None, later)
    rows = town.database.rows("SELECT verdict, verdict_by FROM conversation")
    assert {(row["verdict"], row["verdict_by"]) for row in rows} == {(None, None)}
    words = {value for kind in (Verdict, ConversationState) for value in kind}
    assert not {word for word in words if "reject" in word or "refus" in word}


def test_a_person_is_not_turned_down_without_a_reason(town: Any) -> None:
    conversation_id = answered(town, "Oui")
    with pytest.raises(FtError, match="pourquoi"):
        threads.decide(town.database, town.counselor, conversation_id, Verdict.NOT_RETAINED, "  ", town.now)
    assert "done" not in counted(town)
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
        (Answer.WRONG_PERSON, "wrong_person"),
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


def test_a_correction_of_the_answer_to_a_prerequisite_settles_that_prerequisite(town: Any) -> None:
    people = town.people(1)
    town.launch(people, town.offer(licences=("B",)))
    town.accepted()
    for text in ("Oui", "lundi", "Non"):
        town.writes(town.phone(people[0]), text)
        town.accepted()
    conversation_id = town.database.value("SELECT conversation_id FROM conversation")
    (licence,) = details(town, conversation_id).prerequisites
    assert (licence.text, licence.met, licence.quote) == ("permis B", Met.NOT_MET, "Non")
    threads.correct(town.database, town.counselor, latest_reply(town), Answer.YES, town.now)
    (licence,) = details(town, conversation_id).prerequisites
    assert (licence.met, licence.quote, licence.decided_by) == (Met.MET, "Non", "c1")
    assert town.conversations() == ["interested"]
    assert details(town, conversation_id).interest is Answer.YES, "a no to one question is no no to the offer"


def test_what_was_said_on_the_phone_is_noted_also_where_nothing_was_asked(town: Any) -> None:
    people = town.people(1)
    town.launch(people, town.offer(licences=("B",)))
    town.accepted()
    conversation_id = town.database.value("SELECT conversation_id FROM conversation")
    assert [each.met for each in details(town, conversation_id).prerequisites] == [Met.UNKNOWN]
    threads.settle_prerequisite(town.database, town.counselor, conversation_id, 0, Met.MET, town.now)
    (licence,) = details(town, conversation_id).prerequisites
    assert (licence.met, licence.quote, licence.decided_by) == (Met.MET, None, "c1")
    with pytest.raises(NotFound):
        threads.settle_prerequisite(town.database, town.counselor, conversation_id, 7, Met.MET, town.now)
    # A later answer does not ask again what a person has settled.
    town.writes(town.phone(people[0]), "oui dispo lundi")
    assert town.conversations() == ["interested"]


def test_another_agency_finds_nothing(town: Any) -> None:
    conversation_id = answered(town, "Oui")
    reply_id, base, other = latest_reply(town), town.database, town.colleague
    before = (town.messages(), town.conversations(), town.journal())
    assert counted(town, other) == {}
    assert [one for which in WorkList for one in listed(town, which, other)] == []
    with pytest.raises(NotFound):
        threads.details(base, other, conversation_id)
    with pytest.raises(NotFound):
        threads.correct(base, other, reply_id, Answer.NO, town.now)
    with pytest.raises(NotFound):
        threads.decide(base, other, conversation_id, Verdict.CLOSED, "", town.now)
    with pytest.raises(NotFound):
        threads.reopen(base, other, conversation_id, town.now)
    with pytest.raises(NotFound):
        threads.settle_prerequisite(base, other, conversation_id, 0, Met.MET, town.now)
    threads.seen(base, other, conversation_id, town.now)
    assert (town.messages(), town.conversations(), town.journal()) == before


@pytest.mark.parametrize("role", [Role.EVALUATOR, Role.ADMINISTRATOR])
def test_who_may_not_read_conversations_reads_none(town: Any, role: Role) -> None:
    person = Person("x", "X", role, town.counselor.agency_id)
    conversation_id = answered(town, "Oui")
    with pytest.raises(NotAllowed):
        threads.details(town.database, person, conversation_id)
    with pytest.raises(NotAllowed):
        listed(town, WorkList.CALL, person)
    with pytest.raises(NotAllowed):
        counted(town, person)
