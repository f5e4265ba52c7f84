"""One conversation as it is being talked: what an answer changes, and what the automaton says to it.

No database here: the inbox loads a `Talk`, lets it `hear`, and stores what changed; the demo's history
talks the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from ftcore.database import Row
from ftcore.model import Answer, Demand, Expecting, Met, Offer, Prerequisite, Reading
from ftcore.model import ConversationState as State
from ftcore.outreach import conversation, facts, questions, replies, templates
from ftcore.outreach.templates import Kind


@dataclass(slots=True)
class Check:
    """One prerequisite of one conversation, and the reply that settled it."""

    prerequisite: Prerequisite
    met: Met = Met.UNKNOWN
    reply_id: UUID | None = None


@dataclass(slots=True)
class Talk:
    """Where one conversation stands. `position` is the check being asked, `automatic` what has been said by itself."""

    offer: Offer
    first_name: str
    agency_name: str
    state: State
    automatic: int
    position: int | None = None
    interest: Answer | None = None
    interest_reply: UUID | None = None
    available_from: date | None = None
    available_reply: UUID | None = None
    taken_over: bool = False
    offer_closed: bool = False
    checks: list[Check] = field(default_factory=list)
    # Checks whose answer is news, by position.
    settled: set[int] = field(default_factory=set)
    # Whether the questions after a first yes have begun, and whether all were gone through.
    started: bool = False
    finished: bool = False

    @property
    def expecting(self) -> Expecting | None:
        """What the last message asked, or None after a handover."""
        return conversation.EXPECTING.get(self.state)

    @property
    def left(self) -> int:
        """How many automatic messages may still be said."""
        return conversation.AUTOMATIC_LIMIT - self.automatic


@dataclass(frozen=True, slots=True)
class Said:
    """What the automaton says: a kind of message and what stands in it. `source` is the fact's own words."""

    kind: Kind
    values: Mapping[str, str]
    source: str | None = None


def hear(talk: Talk, reading: Reading, text: str, reply_id: UUID) -> Said | None:
    """Let the person's answer change the talk; gives what the automaton says, None for silence.

    Once a counselor has taken over, or the offer has closed, answers are kept and nothing is said; only
    a STOP still moves the conversation by itself.
    """
    answer = replies.settled(reading)
    if talk.taken_over or talk.offer_closed:
        if answer is Answer.STOP:
            talk.state = State.STOPPED
        elif talk.offer_closed and talk.state is State.CLOSED:
            talk.state = State.NEEDS_HUMAN  # a late answer: somebody should tell them
        return None
    if _is_thanks(talk, answer, text):
        return None
    withdrawn = talk.state is State.PREREQUISITE and answer is Answer.NO and questions.withdraws(text)
    step = conversation.step(State.WAITING if withdrawn else talk.state, answer)
    _note(talk, answer, reading, reply_id, withdrawn)
    if step.facts or (step.next and reading.has_question):
        return _told(talk, step, text)
    if step.next:
        return _asked(talk)
    return _moved(talk, step)


def _is_thanks(talk: Talk, answer: Answer, text: str) -> bool:
    """Mere courtesy where nothing was asked. "Ok merci" after a refusal was noted is no yes to the offer."""
    if talk.state in conversation.AWAITED or not questions.is_courtesy(text):
        return False
    return answer is Answer.UNCLEAR or (answer is Answer.YES and talk.state in (State.DECLINED, State.NEEDS_HUMAN))


def _note(talk: Talk, answer: Answer, reading: Reading, reply_id: UUID, withdrawn: bool) -> None:
    """Keep what the answer says of interest, of the day, or of the prerequisite that was asked."""
    if talk.state in (State.UNCLEAR, State.WRONG_PERSON, State.STOPPED):
        return
    if reading.available_from is not None and answer in (Answer.YES, Answer.UNSURE, Answer.CALLBACK):
        talk.available_from, talk.available_reply = reading.available_from, reply_id
    if talk.state is State.PREREQUISITE and not withdrawn:
        met = {Answer.YES: Met.MET, Answer.NO: Met.NOT_MET}.get(answer)
        if talk.position is not None and answer in (Answer.YES, Answer.NO, Answer.UNSURE):
            check = talk.checks[talk.position]
            check.met, check.reply_id = met or Met.UNKNOWN, reply_id
            talk.settled.add(talk.position)
        return
    if talk.state is State.AVAILABILITY and answer in (Answer.YES, Answer.UNSURE):
        talk.available_reply = reply_id  # without a day, the SMS itself is what the counselor reads
        return
    if answer in (Answer.YES, Answer.CALLBACK):
        talk.interest, talk.interest_reply = Answer.YES, reply_id
    elif answer in (Answer.NO, Answer.UNSURE):
        talk.interest, talk.interest_reply = answer, reply_id


def _told(talk: Talk, step: conversation.Step, text: str) -> Said | None:
    """A question is answered from the offer, with what is still asked after it; else a counselor will answer."""
    fact = facts.answer(talk.offer, text)
    # One message must be left for the handover.
    if fact is None or talk.left < 2:
        return _moved(talk, conversation.step(State.WAITING, Answer.QUESTION))
    if step.next:
        asked = _next_question(talk)
        question = _HANDOVER if asked is None else asked if talk.position is None else f"{asked} OUI ou NON."
    else:
        question = _pending(talk)
    talk.automatic += 1
    return Said(Kind.FACT, _values(talk) | {"fait": fact.sentence, "question": question}, fact.source)


_AVAILABLE = "Quand pourriez-vous commencer ?"
_HANDOVER = "Un conseiller vous appellera pour ce poste."


def _pending(talk: Talk) -> str:
    """What is still asked after a fact, in the state in which the person stands."""
    if talk.state in (State.WAITING, State.UNREACHED, State.CLOSED):
        return "Le poste vous intéresse-t-il ? OUI ou NON."
    if talk.state is State.AVAILABILITY:
        return _AVAILABLE
    if talk.state is State.PREREQUISITE and talk.position is not None:
        return f"{questions.closed_question(talk.checks[talk.position].prerequisite.text)} OUI ou NON."
    return ""


def _next_question(talk: Talk) -> str | None:
    """Move to the next question and give it, or hand over and give None.

    A no to a blocking prerequisite ends the questions: the person is handed over with it, not turned away.
    """
    if not talk.checks:
        talk.checks = checks_of(talk.offer)
    talk.started = True
    asked = talk.position if talk.state is State.PREREQUISITE else None
    if talk.state not in (State.AVAILABILITY, State.PREREQUISITE) and talk.available_from is None and talk.left >= 2:
        talk.state = State.AVAILABILITY
        return _AVAILABLE
    blocked = asked is not None and talk.checks[asked].met is Met.NOT_MET and _is_blocking(talk.checks[asked])
    first = 0 if asked is None else asked + 1
    for position in range(first, len(talk.checks)):
        check = talk.checks[position]
        if blocked or talk.left < 2:
            break
        if check.met is Met.UNKNOWN and questions.can_be_asked(check.prerequisite):
            talk.state, talk.position = State.PREREQUISITE, position
            return questions.closed_question(check.prerequisite.text)
    talk.state, talk.position = State.INTERESTED, None
    talk.finished = True
    return None


def _is_blocking(check: Check) -> bool:
    return check.prerequisite.demand is Demand.BLOCKING


def _asked(talk: Talk) -> Said | None:
    question = _next_question(talk)
    if talk.left < 1:
        return None
    talk.automatic += 1
    if question is None:
        return Said(Kind.HANDOVER, _values(talk))
    if talk.state is State.AVAILABILITY:
        return Said(Kind.ASK_AVAILABILITY, _values(talk))
    return Said(Kind.ASK_PREREQUISITE, _values(talk) | {"question": question})


def _moved(talk: Talk, step: conversation.Step) -> Said | None:
    talk.state = step.to or talk.state
    if talk.state is not State.PREREQUISITE:
        talk.position = None
    if step.say is None or talk.left < 1:
        return None
    talk.automatic += 1
    return Said(step.say, _values(talk))


def checks_of(offer: Offer) -> list[Check]:
    """The prerequisites of an offer before anybody answered."""
    return [Check(each) for each in questions.prerequisites(offer)]


def check_rows(agency_id: UUID, conversation_id: UUID, checks: list[Check]) -> list[Row]:
    """The rows of `prerequisite_check` that keep these checks."""
    return [
        {
            "agency_id": agency_id,
            "conversation_id": conversation_id,
            "position": position,
            "text": check.prerequisite.text,
            "demand": check.prerequisite.demand.value,
            "met": check.met.value,
            "reply_id": check.reply_id,
        }
        for position, check in enumerate(checks)
    ]


def time_prequalification(row: Row, talk: Talk, received: datetime) -> None:
    """Note in a row of `conversation` when the questions began and ended, the first time they do."""
    if talk.started:
        row["started_utc"] = row["started_utc"] or received
    if talk.finished:
        row["finished_utc"] = row["finished_utc"] or received


def columns(talk: Talk) -> Row:
    """Where the talk stands, as columns of `conversation`."""
    return {
        "state": talk.state.value,
        "position": talk.position,
        "interest": talk.interest.value if talk.interest else None,
        "interest_reply": talk.interest_reply,
        "available_from": talk.available_from,
        "available_reply": talk.available_reply,
    }


def _values(talk: Talk) -> dict[str, str]:
    return templates.values_of(talk.agency_name, talk.offer, talk.first_name)
