"""The table of the conversation: complete, and silent where a person is awaited."""

from __future__ import annotations

import itertools

import pytest

from ftcore.model import Answer
from ftcore.model import ConversationState as State
from ftcore.outreach.conversation import AFTER_CORRECTION, AWAITED, EXPECTING, step
from ftcore.outreach.templates import Kind

FINAL = (State.UNCLEAR, State.WRONG_PERSON, State.STOPPED)


@pytest.mark.parametrize(("state", "answer"), list(itertools.product(State, Answer)))
def test_every_state_knows_what_follows_every_answer(state: State, answer: Answer) -> None:
    found = step(state, answer)
    assert found.to is None or found.to in State
    assert found.say is None or found.say in Kind
    assert not (found.next and (found.to or found.say)), "the next question says where it goes"


@pytest.mark.parametrize("state", State)
def test_a_stop_ends_and_doubt_silences_in_every_state(state: State) -> None:
    stopped, doubt = step(state, Answer.STOP), step(state, Answer.UNCLEAR)
    assert (stopped.to or state) is State.STOPPED
    assert (doubt.to or state) in FINAL
    assert (stopped.say, doubt.say) == (None, None)
    assert (stopped.next, doubt.next, stopped.facts, doubt.facts) == (False,) * 4


@pytest.mark.parametrize("state", FINAL)
@pytest.mark.parametrize("answer", Answer)
def test_nothing_leaves_after_a_stop_a_doubt_or_a_wrong_person_whatever_is_written_next(
    state: State, answer: Answer
) -> None:
    found = step(state, answer)
    assert (found.say, found.next, found.facts) == (None, False, False)
    assert (found.to or state) in (state, State.STOPPED)


@pytest.mark.parametrize(
    ("state", "answer", "to", "say"),
    [
        pytest.param(State.WAITING, Answer.NO, State.DECLINED, Kind.DECLINED, id="a no is noted, once"),
        pytest.param(State.WAITING, Answer.CALLBACK, State.INTERESTED, Kind.CALLBACK, id="who wants a call is called"),
        pytest.param(State.WAITING, Answer.UNSURE, State.NEEDS_HUMAN, Kind.UNSURE, id="hesitation"),
        pytest.param(State.WAITING, Answer.QUESTION, State.NEEDS_HUMAN, Kind.QUESTION, id="a question without a fact"),
        pytest.param(State.WAITING, Answer.WRONG_PERSON, State.WRONG_PERSON, Kind.WRONG_PERSON, id="wrong person"),
        pytest.param(State.AVAILABILITY, Answer.NO, State.DECLINED, Kind.DECLINED, id="not available is a no"),
        pytest.param(State.DECLINED, Answer.NO, None, None, id="a second no needs no second answer"),
        pytest.param(State.INTERESTED, Answer.YES, None, None, id="thanks after the handover"),
        pytest.param(State.INTERESTED, Answer.NO, State.DECLINED, Kind.DECLINED, id="a change of mind is heard"),
        pytest.param(State.NEEDS_HUMAN, Answer.YES, None, None, id="a person is awaited"),
        pytest.param(State.NEEDS_HUMAN, Answer.QUESTION, None, None, id="a person is awaited already"),
    ],
)
def test_the_steps_that_matter(state: State, answer: Answer, to: State | None, say: Kind | None) -> None:
    assert (step(state, answer).to, step(state, answer).say) == (to, say)


@pytest.mark.parametrize("state", [State.WAITING, State.AVAILABILITY, State.PREREQUISITE, State.DECLINED])
def test_a_yes_goes_on_to_the_next_question(state: State) -> None:
    assert step(state, Answer.YES).next


def test_a_no_to_a_prerequisite_is_an_answer_and_never_the_end() -> None:
    assert step(State.PREREQUISITE, Answer.NO).next
    assert step(State.PREREQUISITE, Answer.UNSURE).next


def test_a_late_or_unexpected_answer_counts_as_one_to_the_first_message() -> None:
    for state in (State.UNREACHED, State.CLOSED):
        assert {answer: step(state, answer) for answer in Answer} == {
            answer: step(State.WAITING, answer) for answer in Answer
        }


def test_a_correction_knows_every_reading_and_every_awaited_answer_has_its_question() -> None:
    assert AFTER_CORRECTION.keys() == set(Answer)
    assert set(AWAITED) <= EXPECTING.keys()
