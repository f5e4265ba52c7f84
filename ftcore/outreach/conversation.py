"""The conversation as a table one can read: where a person stands × what they answered → what follows.

Every automatic answer replies to something the person wrote; the opening message and six automatic
ones are the most a conversation may hold, then a person goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

from ftcore.model import ConversationState as State
from ftcore.model import Reading

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

# From the states in which a person (a counselor) is already awaited, the automaton stays silent.
_TABLE: dict[State, dict[Reading, Step]] = {
    State.WAITING: {
        Reading.YES: Step(State.INTERESTED, "yes"),
        Reading.NO: Step(State.DECLINED, "no"),
        Reading.QUESTION: Step(State.NEEDS_HUMAN, "question"),
        Reading.UNCLEAR: Step(State.UNCLEAR),
        Reading.STOP: Step(State.STOPPED),
    },
    State.INTERESTED: {
        Reading.YES: Step(State.INTERESTED),
        Reading.NO: Step(State.DECLINED, "no"),
        Reading.QUESTION: Step(State.NEEDS_HUMAN, "question"),
        Reading.UNCLEAR: Step(State.UNCLEAR),
        Reading.STOP: Step(State.STOPPED),
    },
    State.DECLINED: {
        Reading.YES: Step(State.INTERESTED, "yes"),
        Reading.NO: Step(State.DECLINED),
        Reading.QUESTION: Step(State.NEEDS_HUMAN, "question"),
        Reading.UNCLEAR: Step(State.UNCLEAR),
        Reading.STOP: Step(State.STOPPED),
    },
    State.NEEDS_HUMAN: {
        Reading.YES: Step(State.NEEDS_HUMAN),
        Reading.NO: Step(State.DECLINED),
        Reading.QUESTION: Step(State.NEEDS_HUMAN),
        Reading.UNCLEAR: Step(State.UNCLEAR),
        Reading.STOP: Step(State.STOPPED),
    },
    State.UNCLEAR: {
        Reading.YES: Step(State.UNCLEAR),
        Reading.NO: Step(State.UNCLEAR),
        # Not NEEDS_HUMAN: from there a NO and a YES would end the silence without a person.
        Reading.QUESTION: Step(State.UNCLEAR),
        Reading.UNCLEAR: Step(State.UNCLEAR),
        Reading.STOP: Step(State.STOPPED),
    },
}
# Silence after a STOP: whatever comes next, a person reads it and nothing leaves by itself.
_TABLE[State.STOPPED] = {reading: Step(State.STOPPED) for reading in Reading}
# An answer proves that the message arrived, whatever the gateway said.
_TABLE[State.UNREACHED] = _TABLE[State.WAITING]

# What a counselor's correction of the last reading means for the conversation.
AFTER_CORRECTION: dict[Reading, State] = {
    Reading.YES: State.INTERESTED,
    Reading.NO: State.DECLINED,
    Reading.QUESTION: State.NEEDS_HUMAN,
    Reading.UNCLEAR: State.UNCLEAR,
    Reading.STOP: State.STOPPED,
}


def step(state: State, reading: Reading) -> Step:
    """What follows when a person in `state` gives an answer read as `reading`."""
    return _TABLE[state][reading]
