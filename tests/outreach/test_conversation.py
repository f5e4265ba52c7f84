"""The table of the conversation: complete, and silent where a person is awaited."""

from __future__ import annotations

import itertools

import pytest

from ftcore.model import ConversationState as State
from ftcore.model import Reading
from ftcore.outreach.conversation import AFTER_CORRECTION, ANSWERS, step
from ftcore.outreach.sms import gsm_safe, measure


@pytest.mark.parametrize(("state", "reading"), list(itertools.product(State, Reading)))
def test_every_state_knows_what_follows_every_answer(state: State, reading: Reading) -> None:
    found = step(state, reading)
    assert found.state in State
    assert found.answer is None or found.answer in ANSWERS


@pytest.mark.parametrize("state", State)
def test_a_stop_ends_and_doubt_silences_in_every_state(state: State) -> None:
    assert step(state, Reading.STOP).state is State.STOPPED
    assert step(state, Reading.STOP).answer is None
    assert step(state, Reading.UNCLEAR).answer is None


@pytest.mark.parametrize("state", [State.STOPPED, State.UNCLEAR])
def test_nothing_leaves_after_a_stop_or_a_doubt_whatever_is_written_next(state: State) -> None:
    reached = {state}
    for _ in State:
        for here, reading in itertools.product(list(reached), Reading):
            assert step(here, reading).answer is None, (here, reading)
            reached.add(step(here, reading).state)
    assert reached <= {State.STOPPED, State.UNCLEAR}


def test_nothing_that_is_written_after_a_stop_changes_it() -> None:
    assert {step(State.STOPPED, reading).state for reading in Reading} == {State.STOPPED}


@pytest.mark.parametrize(
    ("state", "reading", "to", "answer"),
    [
        (State.WAITING, Reading.YES, State.INTERESTED, "yes"),
        (State.WAITING, Reading.NO, State.DECLINED, "no"),
        (State.WAITING, Reading.QUESTION, State.NEEDS_HUMAN, "question"),
        (State.WAITING, Reading.UNCLEAR, State.UNCLEAR, None),
        (State.UNREACHED, Reading.YES, State.INTERESTED, "yes"),
        (State.INTERESTED, Reading.YES, State.INTERESTED, None),
        (State.INTERESTED, Reading.NO, State.DECLINED, "no"),
        (State.DECLINED, Reading.YES, State.INTERESTED, "yes"),
        (State.NEEDS_HUMAN, Reading.YES, State.NEEDS_HUMAN, None),
        (State.NEEDS_HUMAN, Reading.QUESTION, State.NEEDS_HUMAN, None),
        (State.UNCLEAR, Reading.YES, State.UNCLEAR, None),
    ],
)
def test_the_steps_that_matter(state: State, reading: Reading, to: State, answer: str | None) -> None:
    assert (step(state, reading).state, step(state, reading).answer) == (to, answer)


def test_the_same_answer_twice_gets_one_acknowledgement() -> None:
    for reading in (Reading.YES, Reading.NO, Reading.QUESTION):
        first = step(State.WAITING, reading)
        assert first.answer
        assert step(first.state, reading).answer is None


def test_a_correction_knows_every_reading() -> None:
    assert AFTER_CORRECTION.keys() == set(Reading)


@pytest.mark.parametrize("answer", ANSWERS.values())
def test_an_acknowledgement_is_one_cheap_sms(answer: str) -> None:
    body = gsm_safe(answer.format(first_name="Marie-Françoise", agency="agence de Saint-Étienne Bellevue"))
    assert not measure(body).unicode
    assert measure(body).parts == 1
