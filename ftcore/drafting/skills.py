"""The skills that a text names: those of the occupation in other words, and the lists of the text itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ftcore.drafting.demands import Asked, demand_of
from ftcore.drafting.sections import Section, lines_of
from ftcore.drafting.stems import stem, stems_at
from ftcore.model import Demand
from ftcore.text import words

# How much of a skill's telling words one sentence must hold.
ENOUGH = 0.7
LONGEST_SKILL = 90
_LISTED = re.compile(
    # "le respect de la maîtrise des coûts" asks for no skill: the word opens its clause, or is asked for.
    r"(?:(?:^|[.;:,(•*\n-]|\b(?:bonnes?|parfaite|une|avoir (?:des|une)|avec|et|excellente|solides))[ \t]*)"
    r"\b(?:ma[iî]trise|connaissances?|notions?|pratique|utilisation)\s+(?:de |d['’]|des |du |en |sur |l['’]|le "
    r"|la |les )+"
    r"(?P<what>[^.;:\n]{3,60}?)(?=\s*(?:$|[.;:\n(]|,|\bet (?:de|d['’])|\b(?:exig|souhait|appr[ée]ci|obligatoire"
    r"|requis|indispensable"
    r"|serait|serai|est|sont|un plus|n[ée]cessaire)))",
    re.IGNORECASE | re.MULTILINE,
)
# Languages, diplomas and licences have their own fields.
_OTHER_FIELD = re.compile(
    r"anglais|allemand|espagnol|italien|permis|caces|dipl[oô]me|exp[ée]rience|\bbac\b|\bcap\b|\bbts\b"
    r"|[àa] pr[ée]ciser|langue",
    re.IGNORECASE,
)


def find_skills(text: str, known: Sequence[str]) -> list[Asked]:
    """The skills named in the text: `known` ones in the referential's wording, then the listed ones in the text's.

    A skill is required unless the words around it wish for it.
    """
    found = [*_known_skills(text, known), *_listed_skills(text)]
    first: dict[str, Asked] = {}
    for asked in found:
        first.setdefault(" ".join(words(asked.name)), asked)
    return list(first.values())


def _known_skills(text: str, known: Sequence[str]) -> list[Asked]:
    wanted = [(skill, {stem(word) for word in words(skill) if len(word) > 2} - _WEAK) for skill in known]
    found = []
    told: set[str] = set()
    for sentence in re.finditer(r"[^.;!?\n]+", text):
        at = stems_at(sentence.group(0))
        here = {each for each, _, _ in at}
        for skill, telling in wanted:
            if skill in told or not telling:
                continue
            common = telling & here
            if len(common) / len(telling) < ENOUGH or (len(telling) > 1 and len(common) < 2):
                continue
            told.add(skill)
            spots = [(start, end) for each, start, end in at if each in common]
            start = sentence.start() + min(spot[0] for spot in spots)
            end = sentence.start() + max(spot[1] for spot in spots)
            found.append(Asked(skill, start, end, demand_of(text, start, end, Demand.BLOCKING)))
    return found


_WEAK = frozenset(
    stem(word) for word in ("une", "des", "les", "son", "ses", "produit", "technique", "realiser", "effectuer", "faire")
)


def _listed_skills(text: str) -> list[Asked]:
    found = []
    for line in lines_of(text):
        if line.section is Section.SKILLS and len(line.text) <= LONGEST_SKILL and not _OTHER_FIELD.search(line.text):
            for match in re.finditer(r"[^,;]+", line.text) if not line.bullet else [re.compile(r".+").match(line.text)]:
                found += _listed(text, line.start + match.start(), line.start + match.end()) if match else []
    for match in _LISTED.finditer(text):
        if not _OTHER_FIELD.search(match["what"]) and not any(
            a.start < match.end() and match.start() < a.end for a in found
        ):
            found += _listed(text, match.start("what"), match.end("what"))
    return found


def _listed(text: str, start: int, end: int) -> list[Asked]:
    said = text[start:end].strip(" .-–•*")
    if len(said) < 3 or not re.search(r"[^\W\d_]{3}", said):
        return []
    start = text.index(said, start)
    name = " ".join(said.split())
    demand = demand_of(text, start, start + len(said), Demand.BLOCKING)
    return [Asked(name[0].upper() + name[1:], start, start + len(said), demand)]
