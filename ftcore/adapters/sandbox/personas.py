"""People who answer by themselves: what an SMS asks, and what a character types after it.

The same seed and number always give the same person. Wordings are an agency's own, so what is asked is
told by robust cues and never by an exact text.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from ftcore.adapters.sandbox import characters
from ftcore.adapters.sandbox.characters import TRAITS, Ask, Character
from ftcore.outreach.codes import codes_in
from ftcore.text import fold

# Median of the first reply and its spread: 19 minutes were published for the original; the spread is ours.
_REPLY_MEDIAN_MINUTES = 19.0
_REPLY_SIGMA = 1.3
# Who has the phone in hand answers the next question sooner. Ours.
_NEXT_MEDIAN_MINUTES = 3.0
_NEXT_SIGMA = 0.7
# Who hesitates may come back to it. Ours.
_SECOND_THOUGHT_MINUTES = 90.0
LONGEST_MINUTES = 24 * 60.0
# The most that one persona types in one conversation, whatever is asked.
MOST_ANSWERS = 7

_INTEREST = re.compile(r"interess|motiv|tente|ca vous dit|souhaite[zr]|envie|postul|etes vous partant")
_AVAILABILITY = re.compile(r"disponib|\bdispo\b|\bquand\b|quelle date|quel jour|commencer")
_OPEN = re.compile(r"^(?:\W|bonjour|et|merci)*(?:quels?|quelles?|combien|comment|pourquoi|ou|qui|que|quoi)\b")
_OPENING = re.compile(r"\bstop\b")
_AGAIN = re.compile(r"sans reponse|rappel\b|relance|de nouveau|toujours")


def asked(body: str) -> Ask:
    """What an SMS asks, from its last question and its cues."""
    text = fold(body)
    question = _question(text)
    if not question:
        return Ask.NOTHING
    if _OPENING.search(text) or _INTEREST.search(question):
        return Ask.INTEREST
    if _AVAILABILITY.search(question):
        return Ask.AVAILABILITY
    return Ask.OPEN if _OPEN.search(question) else Ask.CLOSED


def _question(text: str) -> str:
    """The last sentence that ends with a question mark."""
    found = re.findall(r"[^.!?]*\?", text)
    return found[-1].strip() if found else ""


def character_of(seed: int, phone: str) -> Character:
    """Who has this number: always the same."""
    chance = random.Random(f"{seed}/{phone}")
    return chance.choices(list(TRAITS), [trait.share for trait in TRAITS.values()])[0]


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person types, and after how many of their minutes."""

    minutes: float
    text: str


@dataclass(slots=True)
class _Memory:
    """What a person remembers of the conversation they are in."""

    code: str | None
    answers: int = 0
    asked_pay: bool = False
    declined: bool = False
    reminded: bool = False


class Personas:
    """Everybody's phones: they read each SMS and say what will be typed. Thread-safe."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._memories: dict[str, _Memory] = {}
        self._lock = threading.Lock()

    def read(self, phone: str, body: str) -> list[Typed]:
        """What the person with this number types after this SMS, and when; nothing if they stay silent."""
        character = character_of(self.seed, phone)
        ask = asked(body)
        with self._lock:
            memory = self._remembered(phone, body, ask)
            # By what they have typed as well: the same question twice is not answered in the same words.
            chance = random.Random(f"{self.seed}/{phone}/{fold(body)}/{memory.answers}")
            if memory.answers >= MOST_ANSWERS:
                return []
            first = memory.answers == 0
            if first and ask is Ask.CLOSED:
                ask = Ask.INTEREST  # whatever the first question is called, it is about the offer
            texts = _answers(character, ask, memory, chance)
            memory.answers += len(texts)
        return _timed(texts, TRAITS[character].pace, chance, first)

    def _remembered(self, phone: str, body: str, ask: Ask) -> _Memory:
        """The memory of this conversation; another offer begins another one."""
        code = next(iter(sorted(codes_in(body))), None)
        memory = self._memories.get(phone)
        opening = ask is Ask.INTEREST and _OPENING.search(fold(body)) is not None
        if memory is None or (opening and memory.code != code):
            memory = self._memories[phone] = _Memory(code)
        elif opening:
            memory.reminded = True
        if opening and _AGAIN.search(fold(body)):
            memory.reminded = True
        return memory


def _timed(texts: list[str], pace: float, chance: random.Random, first: bool) -> list[Typed]:
    median, sigma = (_REPLY_MEDIAN_MINUTES, _REPLY_SIGMA) if first else (_NEXT_MEDIAN_MINUTES, _NEXT_SIGMA)
    typed: list[Typed] = []
    minutes = 0.0
    for text in texts:
        minutes += min(chance.lognormvariate(0.0, sigma) * median * pace, LONGEST_MINUTES)
        typed.append(Typed(minutes, text))
        median, sigma = _SECOND_THOUGHT_MINUTES, 0.4
    return typed


def _answers(character: Character, ask: Ask, memory: _Memory, chance: random.Random) -> list[str]:
    """The texts that a character types after a message: none, one, or one and a second thought."""
    trait = TRAITS[character]
    if ask is Ask.NOTHING:
        polite = memory.answers > 0 and chance.random() < trait.thanks
        return [chance.choice(characters.NO_OFFENCE if memory.declined else characters.THANKS)] if polite else []
    if character is Character.FURIOUS:
        return [chance.choice(characters.ANGRY)] if memory.answers == 0 else []
    if character is Character.WRONG_NUMBER:
        return [chance.choice(characters.WRONG)] if memory.answers == 0 else []
    if character is Character.SILENT and memory.answers == 0:
        late = memory.reminded and chance.random() < characters.ANSWERS_REMINDER
        if not late:
            return []
    if ask is Ask.INTEREST:
        return _about_the_offer(character, memory, chance)
    if ask is Ask.AVAILABILITY:
        if character is Character.HESITANT and chance.random() < 0.4:
            return [chance.choice(characters.NO_DAY)]
        return [_said(characters.DAY, character, chance)]
    if ask is Ask.OPEN:
        return [chance.choice(characters.CALL_ME)]
    can = chance.random() < trait.can
    return [_said(characters.CAN if can else characters.CANNOT, character, chance)]


def _about_the_offer(character: Character, memory: _Memory, chance: random.Random) -> list[str]:
    if character is Character.ASKS_PAY and not memory.asked_pay:
        memory.asked_pay = True
        return [chance.choice(characters.ASKS)]
    yes = chance.random() < TRAITS[character].yes
    decision = _said(characters.YES if yes else characters.NO, character, chance)
    if character is Character.HESITANT and memory.answers == 0:
        # First a doubt; a day later some have made up their mind, and some never write again.
        return [chance.choice(characters.UNSURE), *([decision] if yes else [])]
    memory.declined = not yes
    return [decision]


def _said(texts: Mapping[Character, tuple[str, ...]], character: Character, chance: random.Random) -> str:
    return chance.choice(texts.get(character) or texts[Character.BRIEF])
