"""The conversation as a table one can read: where a person stands × what they answered → what follows.

Every automatic answer replies to something the person wrote; the opening message and six automatic
ones are the most a conversation may hold, then a person goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

from ftcore.model import Answer
from ftcore.model import ConversationState as State

AUTOMATIC_LIMIT = 6


@dataclass(frozen=True, slots=True)
class Step:
    """The next state, and the automatic answer (a key of `ANSWERS`) or None for silence."""

    state: State
    answer: str | None = None


ANSWERS = {
    "yes": "Merci {first_name}, c'est noté. Un conseiller de l'{agency} vous appellera pour ce poste.",
    "no": "C'est noté, merci de votre réponse. Elle ne change rien à votre suivi.",
    "question": "Message bien reçu. Un conseiller de l'{agency} vous répondra.",
}

# A wish to be phoned goes on the list of calls, as a yes does. Who is unsure is left to a person, in silence. A wrong
# person is read by one (`UNCLEAR`): no machine closes the file of somebody whose number somebody else has.
# From the states in which a person (a counselor) is already awaited, the automaton stays silent.
_TABLE: dict[State, dict[Answer, Step]] = {
    State.WAITING: {
        Answer.YES: Step(State.INTERESTED, "yes"),
        Answer.CALLBACK: Step(State.INTERESTED, "yes"),
        Answer.NO: Step(State.DECLINED, "no"),
        Answer.QUESTION: Step(State.NEEDS_HUMAN, "question"),
        Answer.UNCLEAR: Step(State.UNCLEAR),
        Answer.UNSURE: Step(State.NEEDS_HUMAN),
        Answer.WRONG_PERSON: Step(State.UNCLEAR),
        Answer.STOP: Step(State.STOPPED),
    },
    State.INTERESTED: {
        Answer.YES: Step(State.INTERESTED),
        Answer.CALLBACK: Step(State.INTERESTED),
        Answer.NO: Step(State.DECLINED, "no"),
        Answer.QUESTION: Step(State.NEEDS_HUMAN, "question"),
        Answer.UNCLEAR: Step(State.UNCLEAR),
        Answer.UNSURE: Step(State.NEEDS_HUMAN),
        Answer.WRONG_PERSON: Step(State.UNCLEAR),
        Answer.STOP: Step(State.STOPPED),
    },
    State.DECLINED: {
        Answer.YES: Step(State.INTERESTED, "yes"),
        Answer.CALLBACK: Step(State.INTERESTED, "yes"),
        Answer.NO: Step(State.DECLINED),
        Answer.QUESTION: Step(State.NEEDS_HUMAN, "question"),
        Answer.UNCLEAR: Step(State.UNCLEAR),
        Answer.UNSURE: Step(State.NEEDS_HUMAN),
        Answer.WRONG_PERSON: Step(State.UNCLEAR),
        Answer.STOP: Step(State.STOPPED),
    },
    State.NEEDS_HUMAN: {
        Answer.YES: Step(State.NEEDS_HUMAN),
        Answer.CALLBACK: Step(State.NEEDS_HUMAN),
        Answer.NO: Step(State.DECLINED),
        Answer.QUESTION: Step(State.NEEDS_HUMAN),
        Answer.UNCLEAR: Step(State.UNCLEAR),
        Answer.UNSURE: Step(State.NEEDS_HUMAN),
        Answer.WRONG_PERSON: Step(State.UNCLEAR),
        Answer.STOP: Step(State.STOPPED),
    },
    State.UNCLEAR: {
        Answer.YES: Step(State.UNCLEAR),
        Answer.CALLBACK: Step(State.UNCLEAR),
        Answer.NO: Step(State.UNCLEAR),
        # Not NEEDS_HUMAN: from there a NO and a YES would end the silence without a person.
        Answer.QUESTION: Step(State.UNCLEAR),
        Answer.UNCLEAR: Step(State.UNCLEAR),
        Answer.UNSURE: Step(State.UNCLEAR),
        Answer.WRONG_PERSON: Step(State.UNCLEAR),
        Answer.STOP: Step(State.STOPPED),
    },
}
# Silence after a STOP: whatever comes next, a person reads it and nothing leaves by itself.
_TABLE[State.STOPPED] = {answer: Step(State.STOPPED) for answer in Answer}
# An answer proves that the message arrived, whatever the gateway said.
_TABLE[State.UNREACHED] = _TABLE[State.WAITING]

# What a counselor's correction of the last reading means for the conversation.
AFTER_CORRECTION: dict[Answer, State] = {
    Answer.YES: State.INTERESTED,
    Answer.CALLBACK: State.INTERESTED,
    Answer.NO: State.DECLINED,
    Answer.QUESTION: State.NEEDS_HUMAN,
    Answer.UNCLEAR: State.UNCLEAR,
    Answer.UNSURE: State.NEEDS_HUMAN,
    # It stays unread by the automaton until somebody decides: the candidate said neither yes nor no.
    Answer.WRONG_PERSON: State.UNCLEAR,
    Answer.STOP: State.STOPPED,
}


def step(state: State, answer: Answer) -> Step:
    """What follows when a person in `state` gives this answer."""
    return _TABLE[state][answer]
