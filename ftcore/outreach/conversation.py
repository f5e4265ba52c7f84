"""The conversation as a table one can read: where a person stands × what they answered → what follows.

interest → availability → each prerequisite → handover, with a branch for every other answer. Every
automatic message replies to something the person wrote, but for the first and one reminder; six are
the most that a conversation may hold, then a person goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

from ftcore.model import Answer, Expecting
from ftcore.model import ConversationState as State
from ftcore.outreach.templates import Kind

# The first message and the reminder count as well.
AUTOMATIC_LIMIT = 6


@dataclass(frozen=True, slots=True)
class Step:
    """What follows an answer.

    `to` is the next state, None to stay; `say` the automatic message, None for silence. `next` means
    the next question, or the handover after the last one. `facts` means: answer from the offer's facts
    and stay, and only where they do not answer, go to `to` and say `say`.
    """

    to: State | None = None
    say: Kind | None = None
    next: bool = False
    facts: bool = False


_STAY = Step()
_NEXT = Step(next=True)
_CALL = Step(State.INTERESTED, Kind.CALLBACK)
_NO = Step(State.DECLINED, Kind.DECLINED)
_ASKED = Step(State.NEEDS_HUMAN, Kind.QUESTION, facts=True)
_HESITATES = Step(State.NEEDS_HUMAN, Kind.UNSURE)
_WRONG = Step(State.WRONG_PERSON, Kind.WRONG_PERSON)
# Doubt is never answered: a person reads it first.
_DOUBT = Step(State.UNCLEAR)
_STOP = Step(State.STOPPED)

_TABLE: dict[State, dict[Answer, Step]] = {
    # Asked whether the offer interests them.
    State.WAITING: {
        Answer.YES: _NEXT,
        Answer.CALLBACK: _CALL,
        Answer.NO: _NO,
        Answer.UNSURE: _HESITATES,
        Answer.QUESTION: _ASKED,
        Answer.WRONG_PERSON: _WRONG,
        Answer.UNCLEAR: _DOUBT,
        Answer.STOP: _STOP,
    },
    # Asked from when. Not to know yet is an answer: it stays unknown, and a counselor asks again.
    State.AVAILABILITY: {
        Answer.YES: _NEXT,
        Answer.CALLBACK: _CALL,
        Answer.NO: _NO,
        Answer.UNSURE: _NEXT,
        Answer.QUESTION: _ASKED,
        Answer.WRONG_PERSON: _WRONG,
        Answer.UNCLEAR: _DOUBT,
        Answer.STOP: _STOP,
    },
    # Asked a prerequisite: yes and no are answers to it, not to the offer. Nobody is turned away by one.
    State.PREREQUISITE: {
        Answer.YES: _NEXT,
        Answer.CALLBACK: _CALL,
        Answer.NO: _NEXT,
        Answer.UNSURE: _NEXT,
        Answer.QUESTION: _ASKED,
        Answer.WRONG_PERSON: _WRONG,
        Answer.UNCLEAR: _DOUBT,
        Answer.STOP: _STOP,
    },
    # Handed over: a counselor calls. Facts are still told, and a change of mind is heard.
    State.INTERESTED: {
        Answer.YES: _STAY,
        Answer.CALLBACK: _STAY,
        Answer.NO: _NO,
        Answer.UNSURE: Step(State.NEEDS_HUMAN),
        Answer.QUESTION: _ASKED,
        Answer.WRONG_PERSON: _WRONG,
        Answer.UNCLEAR: _DOUBT,
        Answer.STOP: _STOP,
    },
    State.DECLINED: {
        Answer.YES: _NEXT,
        Answer.CALLBACK: _CALL,
        Answer.NO: _STAY,
        Answer.UNSURE: Step(State.NEEDS_HUMAN),
        Answer.QUESTION: _ASKED,
        Answer.WRONG_PERSON: _WRONG,
        Answer.UNCLEAR: _DOUBT,
        Answer.STOP: _STOP,
    },
    # A counselor is awaited: the automaton stays silent.
    State.NEEDS_HUMAN: {
        Answer.YES: _STAY,
        Answer.CALLBACK: _STAY,
        Answer.NO: Step(State.DECLINED),
        Answer.UNSURE: _STAY,
        Answer.QUESTION: _STAY,
        Answer.WRONG_PERSON: Step(State.WRONG_PERSON),
        Answer.UNCLEAR: _DOUBT,
        Answer.STOP: _STOP,
    },
}
# Not even a clear answer ends the silence that a doubt began: from NEEDS_HUMAN a NO and a YES would.
_TABLE[State.UNCLEAR] = dict.fromkeys(Answer, _STAY) | {Answer.STOP: _STOP}
# Who answers is not the person of the file: nothing they say counts for that person, except their STOP.
_TABLE[State.WRONG_PERSON] = dict.fromkeys(Answer, _STAY) | {Answer.STOP: _STOP}
# Silence after a STOP: whatever comes next, a person reads it and nothing leaves by itself.
_TABLE[State.STOPPED] = dict.fromkeys(Answer, _STAY)
# An answer proves that the message arrived, whatever the gateway said; and a late answer is an answer.
_TABLE[State.UNREACHED] = _TABLE[State.WAITING]
_TABLE[State.CLOSED] = _TABLE[State.WAITING]

# What the last automatic message asked, so that a bare "lundi" or "non" is read for what it answers.
EXPECTING: dict[State, Expecting] = {
    State.WAITING: Expecting.INTEREST,
    State.CLOSED: Expecting.INTEREST,
    State.AVAILABILITY: Expecting.AVAILABILITY,
    State.PREREQUISITE: Expecting.PREREQUISITE,
}
# The states in which an answer is awaited from the person.
AWAITED = (State.WAITING, State.AVAILABILITY, State.PREREQUISITE)

# What a counselor's correction of the last reading means for the conversation. Nothing is sent after it.
AFTER_CORRECTION: dict[Answer, State] = {
    Answer.YES: State.INTERESTED,
    Answer.CALLBACK: State.INTERESTED,
    Answer.NO: State.DECLINED,
    Answer.QUESTION: State.NEEDS_HUMAN,
    Answer.UNCLEAR: State.UNCLEAR,
    Answer.UNSURE: State.NEEDS_HUMAN,
    Answer.WRONG_PERSON: State.WRONG_PERSON,
    Answer.STOP: State.STOPPED,
}


def step(state: State, answer: Answer) -> Step:
    """What follows when a person in `state` gives this answer."""
    return _TABLE[state][answer]
