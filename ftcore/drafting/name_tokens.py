"""The words of a text, seen as what may be parts of people's names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ftcore.drafting.name_words import (
    BEFORE_OTHERS,
    BRANDS,
    CAPITALS,
    CIVILITIES,
    FIRST_NAMES,
    NAMED_AFTER,
    NO_NAMES,
    PARTICLES,
    WORDS,
)
from ftcore.text import fold, words

_WORD = re.compile(r"[^\W\d_]+(?:['-](?!s\b)[^\W\d_]+)*")
_ELIDED = re.compile(r"[cdjlmnst]'", re.IGNORECASE)
_INNER_CAPITAL = re.compile(r"(?:[dlno]'|[a-z]{1,3}-)([^\W\d_])")
_TITLES = frozenset(["docteur", "general", "president", "marechal", "professeur", "commandant", "colonel", "abbe"])
_BEFORE_NAMED = (PARTICLES - {"saint", "sainte", "st"}) | _TITLES
LONGEST = 4  # words of a first name or of a surname


def name_key(name: str) -> str:
    """A name as it is compared: no case, no accents, no spaces, hyphens or apostrophes."""
    return "".join(words(name)) or fold(name)


@dataclass(frozen=True, slots=True)
class Token:
    """One word and where it stands. `key` is folded."""

    start: int
    end: int
    raw: str
    key: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", name_key(self.raw))

    @property
    def word(self) -> str:
        """The key without an elided article: "l'équipe" is "equipe"."""
        return self.key[1:] if _ELIDED.match(self.raw) else self.key

    @property
    def capital(self) -> bool:
        """Begins with a capital, also "d'Almeida"; scripts without capitals count as if they did."""
        inner = _INNER_CAPITAL.match(self.raw)
        return not self.raw[0].islower() or (inner is not None and inner[1].isupper())

    @property
    def capitals(self) -> bool:
        return len(self.raw) > 1 and self.raw.isupper()

    @property
    def is_first(self) -> bool:
        """A frequent first name, also with a hyphen: "Marie-Ange"."""
        return self.key in FIRST_NAMES or name_key(self.raw.split("-")[0]) in FIRST_NAMES

    @property
    def is_word(self) -> bool:
        return self.key in WORDS or self.word in NO_NAMES


class Tokens:
    """The words of one text in their order."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.all = [Token(match.start(), match.end(), match.group()) for match in _WORD.finditer(text)]
        self._numbers = {token.start: number for number, token in enumerate(self.all)}

    def at(self, position: int) -> int | None:
        """The number of the word that begins at this position of the text."""
        return self._numbers.get(position)

    def gap(self, number: int) -> str:
        """What stands between a word and the next."""
        following = self.all[number + 1].start if number + 1 < len(self.all) else len(self.text)
        return self.text[self.all[number].end : following]

    def before(self, number: int) -> str:
        return self.text[max(0, self.all[number].start - 30) : self.all[number].start]

    def after(self, number: int) -> str:
        return self.text[self.all[number].end : self.all[number].end + 12]

    def key(self, number: int, length: int) -> str:
        """The key of some words in a row, "" when more than a space stands between two of them."""
        if number + length > len(self.all):
            return ""
        if any(not re.fullmatch(r"[ \t-]{1,3}|,? ?\n?", self.gap(n)) for n in range(number, number + length - 1)):
            return ""
        return "".join(token.key for token in self.all[number : number + length])

    def run(self, number: int, most: int, *, any_case: bool = False) -> int:
        """Where the run of name words that begins here ends; `number` itself when there is none."""
        end = at = number
        while at < len(self.all) and end - number < most and at - number < most + 3:
            token = self.all[at]
            between = r"[ \t]{1,2}|-|\. ?" if len(self.all[at - 1].raw) == 1 else r"[ \t]{1,2}|-"
            if at > number and not re.fullmatch(between, self.gap(at - 1)):
                break
            if token.key not in PARTICLES or at + 1 == len(self.all):
                is_other = token.word in NO_NAMES or token.key in CAPITALS or token.key in CIVILITIES
                named_after = token.key in NAMED_AFTER and end == number and not any_case
                if is_other or named_after or not (token.capital or (any_case and at - number < 2)):
                    break
                end = at + 1
            at += 1
        return end

    def amid(self, number: int) -> bool:
        """In the middle of a sentence, where a capital means a name, and not after an article."""
        if not number or self.all[number].raw != self.all[number].raw.capitalize():
            return False
        before = self.all[number - 1]
        return self.gap(number - 1) in (" ", ", ") and before.raw.islower() and before.word not in BEFORE_OTHERS

    def named_after(self, number: int) -> bool:
        """After "rue", "lycée", "société": the name is a place's or a firm's."""
        back = number - 1
        while back >= 0 and number - back < 5 and self._may_stand_between(self.all[back]):
            back -= 1
        if back < 0 or "\n" in self.gap(back):
            return False
        token = self.all[back]
        return token.word in NAMED_AFTER or name_key(re.split("['-]", token.raw)[-1]) in NAMED_AFTER

    def is_brand(self, number: int) -> bool:
        return any(self.key(number, size) in BRANDS for size in (2, 3, 4))

    @staticmethod
    def _may_stand_between(token: Token) -> bool:
        return token.key in _BEFORE_NAMED or (token.is_first and token.capital)
