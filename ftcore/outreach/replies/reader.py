"""`read`: rules first, then the statistical model. Nothing in a message can do anything but be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from ftcore.model import Answer, Reading
from ftcore.outreach.replies import dates, many, model, rules
from ftcore.outreach.replies.cues import asks
from ftcore.outreach.replies.folding import Folded, fold_lines, plain

# From here on a reading moves a conversation and may be answered by the automaton. Below, a person decides:
# the reading is a proposal, shown as such, and nothing is sent.
ACTED_ON = 0.75
# Below this there is not even a proposal.
PROPOSED = 0.4
# From here on the model needs no second voice.
SURE_ALONE = 0.9

_DATED = frozenset({Answer.YES, Answer.UNSURE, Answer.UNCLEAR})
_MAY_ASK = frozenset({Answer.YES, Answer.NO, Answer.UNSURE, Answer.CALLBACK})


def read(text: str, *, now: datetime, expecting: str | None = None) -> Reading:
    """Read one answer; any text is allowed. `now` is naive UTC; `expecting` is one of `Expecting`, or None.

    An opt-out is only ever found by rules: the model, which guesses, can neither find nor hide one.
    """
    low = fold_lines(text)
    said = plain(low)
    ruling = rules.judge(text, low, said)
    if ruling is not None and ruling.answer is not None:
        found = ruling.answer, ruling.confidence, ruling.evidence
    else:
        typed = _typed(text, said)
        guessed = _guessed_before if len(said.text) <= _SHORT and not typed else _guessed
        found = guessed(typed, said, expecting)
    return _reading(found, ruling, said, low, now)


def read_many(messages: Sequence[tuple[str, datetime, str | None]]) -> list[Reading]:
    """`read` for many answers, each with its `now` and `expecting`: the same readings, in less time."""
    readings: list[Reading] = []
    for begin in range(0, len(messages), _AT_ONCE):
        some = messages[begin : begin + _AT_ONCE]
        lows = [fold_lines(text) for text, _, _ in some]
        saids = [plain(low) for low in lows]
        rulings = [rules.judge(text, low, said) for (text, _, _), low, said in zip(some, lows, saids, strict=True)]
        left = [at for at, ruling in enumerate(rulings) if ruling is None or ruling.answer is None]
        guesses = iter(many.guesses([saids[at] for at in left], [some[at][2] for at in left]))
        for (text, now, expecting), low, said, ruling in zip(some, lows, saids, rulings, strict=True):
            if ruling is not None and ruling.answer is not None:
                found = ruling.answer, ruling.confidence, ruling.evidence
            else:
                found = _weighed(next(guesses), _typed(text, said), said, expecting)
            readings.append(_reading(found, ruling, said, low, now))
    return readings


# So many messages share the sums of the model: more are no faster.
_AT_ONCE = 250


def _typed(text: str, said: Folded) -> str:
    """The text as typed, which is only read for a name after "pas"."""
    return text if " pas " in said.text else ""


def _reading(
    found: tuple[Answer, float, str], ruling: rules.Ruling | None, said: Folded, low: str, now: datetime
) -> Reading:
    answer, confidence, evidence = found
    if ruling is not None and ruling.doubtful:
        confidence = min(confidence, ACTED_ON - 0.01)
    return Reading(answer, _asks(answer, said), _first_day(low, now, answer), confidence, evidence)


def _guessed(text: str, said: Folded, expecting: str | None) -> tuple[Answer, float, str]:
    return _weighed(model.guess(said, expecting), text, said, expecting)


def _weighed(guess: model.Guess, text: str, said: Folded, expecting: str | None) -> tuple[Answer, float, str]:
    """The model's answer; where it is not sure, what the rules say of the words is weighed too."""
    if guess.chance < SURE_ALONE or not _TWISTED.isdisjoint(said.text.split()) or "pas non" in said.text:
        ruling = rules.wording(text, said, expecting)
        guess.hear(ruling.answer, expecting)
    if guess.answer is Answer.STOP or guess.chance < PROPOSED:
        return Answer.UNCLEAR, guess.chance, said.text[:60]
    return guess.answer, guess.chance, guess.evidence()


# Where one word turns the sense of the others, the rules are heard in any case: "oui enfin non", "pas contre".
_TWISTED = frozenset({"enfin", "finalement", "contre", "refuse", "refus", "refuser", "plutot", "avis", "mais"})

# A few hundred short answers ("oui", "non merci") are most of what people write.
_guessed_before = lru_cache(maxsize=10_000)(_guessed)
_SHORT = 30


def forget() -> None:
    """Forget the short answers read before: they are read anew."""
    _guessed_before.cache_clear()


def settled(reading: Reading) -> Answer:
    """The answer that may move a conversation: that of the reading, or UNCLEAR below the confidence for it."""
    return reading.answer if reading.confidence >= ACTED_ON else Answer.UNCLEAR


def kept(reading: Reading) -> dict[str, object]:
    """The reading as columns of `reply`. Doubt is kept as doubt, with the proposal in words: it counts for nothing."""
    answer = settled(reading)
    words = f"« {reading.evidence} »" if reading.evidence else "aucun mot"
    if answer is not reading.answer:
        words = f"peut-être « {ANSWER_WORDS[reading.answer]} », {reading.confidence:.0%} : {words}".replace("%", " %")
    return {
        "reading": answer.value,
        "rule": words,
        "has_question": reading.has_question,
        "available_from": reading.available_from,
        "confidence": round(reading.confidence, 3),
    }


ANSWER_WORDS = {
    Answer.YES: "Oui",
    Answer.NO: "Non",
    Answer.UNSURE: "Hésite",
    Answer.QUESTION: "Question",
    Answer.CALLBACK: "À rappeler",
    Answer.STOP: "STOP",
    Answer.WRONG_PERSON: "Mauvaise personne",
    Answer.UNCLEAR: "À lire",
}


def _asks(answer: Answer, said: Folded) -> bool:
    return answer is Answer.QUESTION or (answer in _MAY_ASK and (said.asks or asks(said.text)))


def _first_day(text: str, now: datetime, answer: Answer) -> date | None:
    if answer in (Answer.STOP, Answer.WRONG_PERSON):
        return None
    return dates.first_day(text, now, only_said=answer not in _DATED)
