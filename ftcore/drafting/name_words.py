"""Words that tell a person's name from other words: first names, and surnames that are also words, trades or brands.

The lists are in `names/*.txt`, folded: no accents, lower case.
"""

from __future__ import annotations

from pathlib import Path

_LISTS = Path(__file__).parent / "names"


def _listed(name: str) -> frozenset[str]:
    return frozenset((_LISTS / f"{name}.txt").read_text(encoding="utf-8").split())


# Frequent first names in France and of its job seekers; those that are also words are in WORDS too.
FIRST_NAMES = _listed("first_names")
# Of these, the ones that are a thing or a place before they are somebody.
THINGS = _listed("things")
# Words, trades and towns that are also somebody's surname: alone, without a sign of a person, they stay.
WORDS = _listed("words")
# What follows a civility, a label or a greeting without being a name; also what opens a sentence.
NO_NAMES = _listed("no_names")
# What is called after somebody: a street, a school, a firm.
NAMED_AFTER = _listed("named_after")
# Words in capitals that are no surname: contracts, licences, papers, bodies, programs.
CAPITALS = _listed("capitals")
CIVILITIES = _listed("civilities")
# Words inside surnames: "de La Tour", "Ben Salah", "van der Meer".
PARTICLES = _listed("particles")
# After these a word with a capital is more often a trade or a town than somebody.
BEFORE_OTHERS = _listed("before_others")
# Firms and places that read like a person's first name and surname, one a line.
BRANDS = frozenset((_LISTS / "brands.txt").read_text(encoding="utf-8").replace(" ", "").splitlines())
