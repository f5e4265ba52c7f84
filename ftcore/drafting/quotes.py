"""Where the words that a model quotes stand in the text, and whether a value is what they say."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache

from ftcore.drafting.quantities import quantities, says
from ftcore.drafting.stems import alike, stems
from ftcore.text import fold

_SAME = str.maketrans({"’": "'", "‘": "'", "«": '"', "»": '"', "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-"})
_LIGATURES = {"œ": "oe", "æ": "ae"}
# "24 mois" says "2 ans": the figures are compared with what they count, these words need not be the same.
_UNITS = stems("an ans année mois semaine jour heure heures euro euros")
ANY_DAY = date(2000, 1, 1)
SHORTEST_QUOTE = 2


def locate(text: str, quote: str) -> tuple[int, int] | None:
    """The span of the quoted words, first as they are, then without regard to spaces, case and typography."""
    quote = quote.strip()
    if len(quote) < SHORTEST_QUOTE:
        # A bare figure may be the whole quote ("2"), a bare letter says nothing.
        return _figure(text, quote)
    exact = text.find(quote)
    if exact >= 0:
        return exact, exact + len(quote)
    plain, places = _plain(text)
    wanted, _ = _plain(quote)
    wanted = wanted.strip(" .,;:\"'")
    at = plain.find(wanted) if len(wanted) >= SHORTEST_QUOTE else -1
    return (places[at], places[at + len(wanted) - 1] + 1) if at >= 0 else None


def _figure(text: str, quote: str) -> tuple[int, int] | None:
    found = re.search(rf"(?<!\d){re.escape(quote)}(?!\d)", text) if quote.isdecimal() else None
    return found.span() if found else None


@lru_cache(maxsize=8)
def _plain(text: str) -> tuple[str, list[int]]:
    """The text folded character by character, with the place in `text` of each character kept."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text.translate(_SAME)):
        bare = " " if character.isspace() else unicodedata.normalize("NFKD", character.casefold())
        bare = _LIGATURES.get(bare, bare)
        for letter in bare:
            if unicodedata.combining(letter) or unicodedata.category(letter) == "Cf":
                continue
            if letter == " " and letters and letters[-1] == " ":
                continue
            letters.append(letter)
            places.append(place)
    return "".join(letters), places


def is_said(value: str, quote: str) -> bool:
    """Whether the quoted words say the value: every figure of it, and its telling words up to their endings."""
    told = list(quantities(quote, ANY_DAY))
    if not all(says(told, stated) for stated in quantities(value, ANY_DAY)):
        return False
    if fold(value) in fold(quote):
        return True
    held = stems(quote)
    wanted = stems(value)
    if wanted & _UNITS and told:
        wanted -= _UNITS
        return all(any(alike(stem, other) for other in held) for stem in wanted)
    return bool(wanted) and all(any(alike(stem, other) for other in held) for stem in wanted)
