"""What an answer means, by rules. They decide what is plain, and leave the rest to the statistical model.

The order is that of the harm a mistake does: an opt-out, an order to the machine, a wrong person, a wish to
speak to somebody, then yes, no and doubt.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from ftcore.model import Answer, Expecting
from ftcore.outreach.replies import opt_outs, orders, wordings
from ftcore.outreach.replies.cues import cues as cues_of
from ftcore.outreach.replies.folding import Folded

CERTAIN, PLAIN, LIKELY = 0.99, 0.93, 0.8


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rules say: an answer with its words, or None where they are not sure.

    `doubtful`
    says that it may be an opt-out: whatever the reading, a person decides.
    """

    answer: Answer | None
    confidence: float
    evidence: str
    doubtful: bool = False


def judge(body: str, low: str, said: Folded) -> Ruling | None:
    """What stands by itself: an opt-out, an order to the machine, a sign, a mere greeting; else None.

    `low` is the folded text with its punctuation. Of a message that may be an opt-out, `answer` is None.
    """
    text = said.text
    if said.foreign:
        return _final(Answer.UNCLEAR, PLAIN, "une autre écriture")
    wish = opt_outs.look(body, said)
    if wish.wish is not opt_outs.Wish.SURE and orders.is_order(low):
        return _final(Answer.UNCLEAR, CERTAIN, "une consigne, pas une réponse")
    if not text:
        return _signs(said)
    if wish.wish is not opt_outs.Wish.NONE:
        return _left_alone(said, wish)
    if said.up and not said.down and said.asks and not _DENIES.search(text):
        return _final(Answer.YES, PLAIN, "pouce levé")
    if wordings.ONLY_GREETING.match(text):
        if said.up or said.down or said.shrugs or said.phones or said.asks:
            return _signs(said)
        return _final(Answer.UNCLEAR, PLAIN, text[:60])
    return None


_DATED = re.compile(
    r"\d|lundi|mardi|mercredi|jeudi|vendredi|janv|fevr|mars|avril|\bmai\b|juin|juil|aout|sept|oct|nov|dec"
)
_DENIES = re.compile(r"\b(?:non|pas|plus|jamais)\b")


def wording(body: str, said: Folded, expecting: str | None) -> Ruling:
    """What the words say, one voice among those that the statistical model weighs."""
    return _weighed(said.text, said, cues_of(body, said), expecting)


def _final(answer: Answer, confidence: float, evidence: str) -> Ruling:
    return Ruling(answer, confidence, evidence)


def _left_alone(said: Folded, wish: opt_outs.Found) -> Ruling:
    """An opt-out, unless the rest of the message says yes: then it is doubt, as is a keyword among other sentences."""
    rest = said.text.replace(wish.evidence, " ")
    affirms = bool(wordings.YES.search(wordings.NEGATED.sub(" ", rest))) and not wordings.NO.search(rest)
    if wish.wish is opt_outs.Wish.SURE and not affirms:
        return _final(Answer.STOP, CERTAIN, wish.evidence)
    if wish.wish is opt_outs.Wish.SURE or wish.alone:
        return _final(Answer.UNCLEAR, PLAIN, wish.evidence)
    return Ruling(None, 0.0, wish.evidence, doubtful=True)


def _weighed(text: str, said: Folded, found: dict[str, str], expecting: str | None) -> Ruling:
    def ruled(answer: Answer, confidence: float, *names: str) -> Ruling:
        return Ruling(answer, confidence, next((found[name] for name in names if name in found), text[:60]))

    cues = found.keys()
    yes, no = "yes" in cues or "up" in cues, "no" in cues or "down" in cues
    if "wrong" in cues:
        return ruled(Answer.WRONG_PERSON, PLAIN, "wrong")
    if "chat" in cues:
        return ruled(Answer.UNCLEAR, LIKELY, "chat")
    turned = _last_word(wordings.DOUBLE.sub(" volontiers ", text)) if "turn" in cues else None
    if turned is not None:
        return Ruling(turned[0], PLAIN, turned[1])
    if "at first" in cues and not (yes and "no" not in cues and "turn" in cues):
        return ruled(Answer.NO, LIKELY, "no")
    if "call" in cues and not ("may call" in cues and yes) and (not no or found.get("no", "👎") in found["call"]):
        unsure = "unsure" in cues and found["unsure"] not in found["call"]
        return ruled(Answer.CALLBACK, LIKELY if unsure else PLAIN, "call")
    if expecting == Expecting.PREREQUISITE and not (yes and no) and not said.asks:
        prerequisite = _prerequisite(text, cues)
    else:
        prerequisite = None
    if prerequisite is not None:
        return ruled(prerequisite, PLAIN, "have not", "have", "unsure")
    if expecting == Expecting.AVAILABILITY and wordings.NOT_BEFORE.search(text) and _DATED.search(text):
        return Ruling(Answer.YES, LIKELY, text[:60])
    if (
        not no
        and "unsure" not in cues
        and "schedule" in cues
        and (expecting == Expecting.AVAILABILITY or wordings.FROM.search(text))
    ):
        return Ruling(Answer.YES, PLAIN if expecting == Expecting.AVAILABILITY else LIKELY, text[:60])
    if yes and not no and wordings.NOT_BEFORE.search(text):
        return ruled(Answer.YES, LIKELY, "yes")
    if "reserve" in cues and (yes or no) and "question" not in cues:
        return _reserved(text, found)
    if yes and no:
        return Ruling(None, 0.0, found.get("no", "👎"))
    if "question" in cues:
        if yes and "unsure" not in cues:
            return ruled(Answer.YES, PLAIN, "yes", "up")
        if no and wordings.BEGINS_NO.match(text) and len(text.split()) > 3:
            return ruled(Answer.NO, LIKELY, "no")
        if "unsure" not in cues or said.asks:
            return ruled(Answer.QUESTION, LIKELY if no else PLAIN, "question")
        return Ruling(None, 0.0, found["question"])
    if "unsure" in cues and (not no or found.get("no", "👎") in found["unsure"] or _is_not_yet(found)):
        return ruled(Answer.UNSURE, PLAIN if not yes else LIKELY, "unsure")
    if yes:
        if "busy" in cues or "have not" in cues:
            return Ruling(None, 0.0, found.get("yes", "👍"))
        return ruled(Answer.YES, PLAIN, "yes", "up")
    if no:
        if "unsure" in cues or "up" in cues or "easy" in cues or "double" in cues:
            return Ruling(None, 0.0, found.get("no", "👎"))
        return ruled(Answer.NO, PLAIN, "no", "down")
    if "easy" in cues and len(text.split()) < 6:
        return ruled(Answer.YES, LIKELY, "easy")
    if "busy" in cues:
        return ruled(Answer.UNSURE, LIKELY, "busy")
    if "shrug" in cues:
        return ruled(Answer.UNSURE, LIKELY, "shrug")
    if "phone" in cues:
        return ruled(Answer.CALLBACK, LIKELY, "phone")
    return Ruling(None, 0.0, "")


def _is_not_yet(found: dict[str, str]) -> bool:
    """ "Pas dispo avant lundi" is no refusal, "déjà en poste, pas avant juin" is one."""
    return "avant" in found["unsure"] and bool(re.search("dispo|possible|peu[tx]|pourr", found.get("no", "")))


def _prerequisite(text: str, cues: Collection[str]) -> Answer | None:
    """The answer to "avez-vous le permis ?", where what one has or has not counts."""
    if wordings.LATER.search(text) and "yes" not in cues and "no" not in cues:
        return Answer.UNSURE
    if "unsure" in cues and not ("have not" in cues and "pas encore" in text):
        return None
    if ("have not" in cues or "no" in cues) and "yes" not in cues:
        return Answer.NO
    if ("have" in cues or "easy" in cues) and "no" not in cues and "have not" not in cues:
        return Answer.YES
    return None


def _reserved(text: str, found: dict[str, str]) -> Ruling:
    """ "Oui mais …": what follows decides, and a yes with a reserve is no yes."""
    cues = found.keys()
    after = text[list(wordings.RESERVE.finditer(text))[-1].end() :]
    side = _side(after)
    if side is Answer.NO and not wordings.HAVE_NOT.search(after) and "pas" not in after.split()[:1]:
        return Ruling(Answer.NO, LIKELY, after.strip()[:60])
    if "yes" in cues and after.split()[:1] in (["pas"], ["si"]):
        return Ruling(Answer.UNSURE, LIKELY, after.strip()[:60])
    if side is Answer.YES and "unsure" not in cues:
        return Ruling(Answer.YES, LIKELY, after.strip()[:60])
    if ("yes" in cues and "no" not in cues) or ("yes" in cues and side is Answer.NO):
        return Ruling(Answer.UNSURE, LIKELY, found["reserve"])
    if "no" in cues and "yes" not in cues and "unsure" not in cues:
        return Ruling(Answer.NO, LIKELY, found["no"])
    return Ruling(None, 0.0, found["reserve"])


def _last_word(text: str) -> tuple[Answer, str] | None:
    """After a change of mind ("oui enfin non", "non en fait si") the last word counts."""
    turns = list(wordings.TURN.finditer(text))
    for turn in reversed(turns):
        before, after = text[: turn.start()], text[turn.end() :]
        sides = [_side(before), _side(after)]
        if sides[1] is not None and (sides[0] is not None or sides[1] is Answer.NO or not before.strip()):
            return sides[1], text[turn.start() :][:60]
    return None


def _side(text: str) -> Answer | None:
    eased = wordings.DOUBLE.sub(" volontiers ", wordings.EASY.sub(" ", text))
    affirmed = wordings.NEGATED.sub(" ", eased)
    if wordings.UNSURE.search(text) or wordings.ASKS.search(text):
        return None
    yes, no = (
        bool(wordings.YES.search(affirmed) or wordings.SI.match(text)),
        bool(wordings.NO.search(eased) or wordings.NEGATED.search(eased)),
    )
    return Answer.YES if yes and not no else Answer.NO if no and not yes else None


def _signs(said: Folded) -> Ruling:
    """A message without a word: a thumb, a mark."""
    if said.up and not said.down:
        return _final(Answer.YES, PLAIN, "pouce levé")
    if said.down and not said.up:
        return _final(Answer.NO, PLAIN, "pouce baissé")
    if said.phones:
        return _final(Answer.CALLBACK, LIKELY, "un téléphone")
    if said.asks:
        return _final(Answer.QUESTION, LIKELY, "un point d'interrogation")
    if said.shrugs:
        return _final(Answer.UNSURE, LIKELY, "un doute")
    return _final(Answer.UNCLEAR, PLAIN, "aucun mot")
