"""Where a person stands in what others typed, and the same text without them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from ftcore.phones import normalise

GONE = "[personne effacée]"
GONE_NUMBER = "[numéro effacé]"
# Between the digits and between the words of what people type.
_BETWEEN_DIGITS = r"[\s.\-/()\u00a0\u202f]{0,3}"
_BETWEEN_WORDS = r"[\W_]{1,3}"
_CIVIL = r"(?:m|mr|mme|mlle|monsieur|madame|mademoiselle)"


@dataclass(frozen=True)
class Traces:
    """By what a person may be named: first and last name, numbers in E.164, and the agency's identifiers."""

    names: tuple[tuple[str, str], ...]
    numbers: tuple[str, ...]
    external_ids: tuple[str, ...]

    @cached_property
    def search_words(self) -> list[str]:
        """Every text that names the person holds one of these, as `place_key` folds texts: to read few of them."""
        known = [last for _, last in self.names] + [each for each in self.external_ids if len(each.strip()) >= 2]
        return sorted({" ".join(re.findall(r"[a-z0-9]+", fold(each)[0])) for each in known})

    @cached_property
    def search_digits(self) -> list[str]:
        """The last nine digits of each number."""
        return [re.sub(r"\D", "", number)[-9:] for number in self.numbers]

    def without(self, text: str) -> str:
        """The text without the person; the same text where it does not name them.

        A surname alone may be somebody else's: it goes where a title stands before it, or where the text names the
        person in full, by number or by identifier anyway.
        """
        spans = [(span, GONE_NUMBER) for span in self._numbers(text)]
        folded, places = fold(text)
        named = [place for pattern in self._full for place in _spans(pattern, folded)]
        if named or spans:
            named += [place for pattern in self._single for place in _spans(pattern, folded)]
        spans += [((places[start], places[end - 1] + 1), GONE) for start, end in named]
        return _cut(text, spans)

    def _numbers(self, text: str) -> list[tuple[int, int]]:
        return [found.span() for pattern in self._number_patterns for found in pattern.finditer(text)]

    @cached_property
    def _number_patterns(self) -> list[re.Pattern[str]]:
        patterns = []
        for number in self.numbers:
            if number.startswith("+33"):
                start = r"(?:(?:\+|00|%2B)?33" + _BETWEEN_DIGITS + r"(?:0" + _BETWEEN_DIGITS + r")?|0)"
                digits = number[3:]
            else:
                start, digits = r"(?:\+|00|%2B)?", number.lstrip("+")
            body = _BETWEEN_DIGITS.join(digits)
            patterns.append(re.compile(rf"(?<!\d){start}{_BETWEEN_DIGITS}{body}(?!\d)", re.IGNORECASE))
        return patterns

    @cached_property
    def _full(self) -> list[re.Pattern[str]]:
        patterns = []
        for first, last in self.names:
            given, family = _words(first), _words(last)
            if not family:
                continue
            if given:
                initial = re.escape(fold(first.strip())[0][:1])
                patterns += [_whole(given + _BETWEEN_WORDS + family), _whole(family + _BETWEEN_WORDS + given)]
                patterns.append(_whole(initial + r"\.\s?" + family))
            patterns.append(_whole(_CIVIL + r"\.?\s+" + family))
        patterns += [_whole(re.escape(fold(each)[0])) for each in self.external_ids if len(each.strip()) >= 2]
        return patterns

    @cached_property
    def _single(self) -> list[re.Pattern[str]]:
        words = [_words(part) for pair in self.names for part in pair if len(part.strip()) >= 2]
        return [_whole(word) for word in words if word]


def traces(people: list[dict[str, str]], numbers: list[str]) -> Traces:
    """What the rows of `candidate` and further numbers of one person leave in texts."""
    known = dict.fromkeys(normalise(number) or number for number in [*[p["phone"] for p in people], *numbers])
    return Traces(
        tuple(dict.fromkeys((person["first_name"], person["last_name"]) for person in people)),
        tuple(number for number in known if sum(map(str.isdigit, number)) >= 6),
        tuple(dict.fromkeys(person["external_id"] for person in people)),
    )


def fold(text: str) -> tuple[str, list[int]]:
    """The text without case and accents, and of each of its letters the place in the text."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for plain in unicodedata.normalize("NFKD", letter.lower().replace("œ", "oe").replace("æ", "ae")):
            if not unicodedata.combining(plain):
                letters.append(plain)
                places.append(place)
    return "".join(letters), places


def _words(text: str) -> str:
    """A pattern of the words of a name, whatever stands between them."""
    return _BETWEEN_WORDS.join(re.escape(word) for word in re.findall(r"\w+", fold(text)[0]))


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){pattern}(?!\w)")


def _spans(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    return [found.span() for found in pattern.finditer(text)]


def _cut(text: str, spans: list[tuple[tuple[int, int], str]]) -> str:
    """The text with each span replaced; of two that overlap, they become one."""
    result, done = [], 0
    for (start, end), instead in sorted(spans, key=lambda one: (one[0][0], -one[0][1])):
        if start >= done:
            result += [text[done:start], instead]
        done = max(done, end)
    return "".join(result) + text[done:]
