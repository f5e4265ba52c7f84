"""The table of the conversation: complete, and silent where a person is awaited."""

from __future__ import annotations

import itertools

import pytest

from ftcore.model import Answer
from ftcore.model import ConversationState as State
from ftcore.outreach.conversation import AFTER_CORRECTION, ANSWERS, step
from ftcore.outreach.sms import gsm_safe, measure


@pytest.mark.parametrize(("state", "reading"), list(itertools.product(State, Answer)))
def test_every_state_knows_what_follows_every_answer(state: State, reading: Answer) -> None:
    found = step(state, reading)
    assert found.state in State
    assert found.answer is None or found.answer in ANSWERS


@pytest.mark.parametrize("state", State)
def test_a_stop_ends_and_doubt_silences_in_every_state(state: State) -> None:
    assert step(state, Answer.STOP).state is State.STOPPED
    assert step(state, Answer.STOP).answer is None
    assert step(state, Answer.UNCLEAR).answer is None


@pytest.mark.parametrize("state", [State.STOPPED, State.UNCLEAR])
def test_nothing_leaves_after_a_stop_or_a_doubt_whatever_is_written_next(state: State) -> None:
    reached = {state}
    for _ in State:
        for here, reading in itertools.product(list(reached), Answer):
            assert step(here, reading).answer is None, (here, reading)
            reached.add(step(here, reading).state)
    assert reached <= {State.STOPPED, State.UNCLEAR}


def test_nothing_that_is_written_after_a_stop_changes_it() -> None:
    assert {step(State.STOPPED, reading).state for reading in Answer} == {State.STOPPED}


@pytest.mark.parametrize(
    ("state", "reading", "to", "answer"),
    [
        (State.WAITING, Answer.YES, State.INTERESTED, "yes"),
        (State.WAITING, Answer.NO, State.DECLINED, "no"),
        (State.WAITING, Answer.QUESTION, State.NEEDS_HUMAN, "question"),
        (State.WAITING, Answer.UNCLEAR, State.UNCLEAR, None),
        (State.WAITING, Answer.CALLBACK, State.INTERESTED, "yes"),
        (State.WAITING, Answer.UNSURE, State.NEEDS_HUMAN, None),
        (State.WAITING, Answer.WRONG_PERSON, State.UNCLEAR, None),
        (State.DECLINED, Answer.WRONG_PERSON, State.UNCLEAR, None),
        (State.UNREACHED, Answer.YES, State.INTERESTED, "yes"),
        (State.INTERESTED, Answer.YES, State.INTERESTED, None),
        (State.INTERESTED, Answer.NO, State.DECLINED, "no"),
        (State.DECLINED, Answer.YES, State.INTERESTED, "yes"),
        (State.NEEDS_HUMAN, Answer.YES, State.NEEDS_HUMAN, None),
        (State.NEEDS_HUMAN, Answer.QUESTION, State.NEEDS_HUMAN, None),
        (State.UNCLEAR, Answer.YES, State.UNCLEAR, None),
    ],
)
def test_the_steps_that_matter(state: State, reading: Answer, to: State, answer: str | None) -> None:
    assert (step(state, reading).state, step(state, reading).answer) == (to, answer)


def test_the_same_answer_twice_gets_one_acknowledgement() -> None:
    for reading in (Answer.YES, Answer.NO, Answer.QUESTION):
        first = step(State.WAITING, reading)
        assert first.answer
        assert step(first.state, reading).answer is None


def test_a_correction_knows_every_reading() -> None:
    assert AFTER_CORRECTION.keys() == set(Answer)


@pytest.mark.parametrize("answer", ANSWERS.values())
def test_an_acknowledgement_is_one_cheap_sms(answer: str) -> None:
    body = gsm_safe(answer.format(first_name="Marie-Françoise", agency="agence de Saint-Étienne Bellevue"))
    assert not measure(body).unicode
    assert measure(body).parts == 1
