"""What a draft states that the notes do not: shown as "à vérifier", never corrected by itself.

Figures, dates, hours, contracts, licences and names are compared strictly; the other words by their
stems, clause by clause, so that another wording of the notes is not taken for an invention.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ftcore.drafting.diplomas import find_diplomas
from ftcore.drafting.notes import TO_SPECIFY
from ftcore.drafting.profile import find_languages, find_licences, read_experience, required_and_wished
from ftcore.drafting.quantities import Quantity, quantities, says
from ftcore.drafting.stems import alike, stems, stems_at
from ftcore.drafting.support_words import LABEL_WORDS, TOLD_STRICTLY, WORKING_TIMES
from ftcore.drafting.terms import read_weekly_hours
from ftcore.model import Demand
from ftcore.text import fold, words

# The share of a clause's telling words that the notes must lack for the clause to be shown.
UNKNOWN_SHARE = 0.6
FULL_TIME = 35


@dataclass(frozen=True, slots=True)
class Span:
    """Words of the draft to be checked: `words` stand at `start:end`, `why` says what the notes lack."""

    start: int
    end: int
    words: str
    why: str


@dataclass(frozen=True, slots=True)
class _Notes:
    """What the notes say, read once."""

    text: str
    folded: frozenset[str]
    stems: frozenset[str]
    quantities: tuple[Quantity, ...]

    def holds(self, stem: str) -> bool:
        return stem in self.stems or any(alike(stem, other) for other in self.stems)


def unsupported(draft: str, notes: str, now: date) -> list[Span]:
    """What `draft` states and `notes` do not, in the order of the draft, without overlaps.

    `now` dates a day said without its year. Labels, "à préciser" and "(H/F)" are no statements.
    """
    told = _Notes(notes, frozenset(words(notes)), frozenset(stems(notes)), tuple(quantities(notes, now)))
    found = [*_figures(draft, told, now), *_facts(draft, told), *_words(draft, told)]
    return _merged(draft, [*found, *_clauses(draft, told)])


def _figures(draft: str, told: _Notes, now: date) -> Iterator[Span]:
    for quantity in quantities(draft, now):
        if not says(told.quantities, quantity):
            yield Span(quantity.start, quantity.end, "", quantity.why)


_CONTRACT = re.compile(
    r"\b(CDI|CDD|int[ée]rim(?:aire)?|alternance|contrat d['’]apprentissage|saisonnier"
    r"|contrat à durée (?:in)?déterminée)\b",
    re.IGNORECASE,
)
_CONTRACT_NAMES = {
    "contrat a duree indeterminee": "cdi",
    "contrat a duree determinee": "cdd",
    "interimaire": "interim",
    "contrat d'apprentissage": "alternance",
}
_WORKING_TIME = re.compile(r"\b(?:temps (?:plein|complet|partiel)|mi-temps)\b", re.IGNORECASE)


def _facts(draft: str, told: _Notes) -> Iterator[Span]:
    contracts = {_contract(found) for found in _CONTRACT.finditer(told.text)}
    for found in _CONTRACT.finditer(draft):
        if _contract(found) not in contracts and not _known_apprentice(_contract(found), told):
            yield Span(found.start(), found.end(), "", "ce contrat n'est pas dans les notes")
    for read, why in ((find_licences, "ce permis"), (find_languages, "cette langue")):
        asked = read(told.text)
        noted, required = {each.name for each in asked}, required_and_wished(asked)[0]
        for each in read(draft):
            if each.name not in noted:
                yield Span(each.start, each.end, "", f"{why} n'est pas dans les notes")
            elif each.demand is Demand.BLOCKING and each.name not in required:
                yield Span(each.start, each.end, "", "les notes ne l'exigent pas : c'est un souhait")
    for diploma in find_diplomas(draft):
        if not all(word in told.folded or told.holds(stem) for word, stem in _worded(diploma.name)):
            yield Span(diploma.start, diploma.end, "", "ce diplôme n'est pas dans les notes")
    experience, noted_experience = read_experience(draft), read_experience(told.text)
    if experience and experience.value == 0 and not (noted_experience and noted_experience.value == 0):
        yield Span(experience.start, experience.end, "", "les notes ne disent pas que les débutants sont acceptés")
    hours = read_weekly_hours(told.text)
    times = {WORKING_TIMES[fold(found.group(0))] for found in _WORKING_TIME.finditer(told.text)}
    if hours:
        times.add("plein" if hours.value >= FULL_TIME else "partiel")
    for found in _WORKING_TIME.finditer(draft):
        if WORKING_TIMES[fold(found.group(0))] not in times:
            yield Span(found.start(), found.end(), "", "ce temps de travail n'est pas dans les notes")


def _contract(found: re.Match[str]) -> str:
    name = fold(found.group(1))
    return _CONTRACT_NAMES.get(name, name)


def _known_apprentice(contract: str, told: _Notes) -> bool:
    return contract == "alternance" and told.holds("apprentiss")


def _worded(name: str) -> Iterator[tuple[str, str]]:
    for word in words(name):
        if len(word) > 2 or word.isdigit():
            yield word, next(iter(stems(word)), word)


_NAME = re.compile(r"(?<![.!?:•*\n-])(?<![.!?:•*-]\s)(?<!^)(?<=[^\n])\b[A-ZÀ-Ý][\w'’-]*[a-zà-ÿ][\w-]*")


def _words(draft: str, told: _Notes) -> Iterator[Span]:
    """Single words that matter by themselves: benefits and conditions of work, and names."""
    for stem, start, end in stems_at(draft):
        if stem in TOLD_STRICTLY and not told.holds(stem):
            yield Span(start, end, "", TOLD_STRICTLY[stem])
    for found in _NAME.finditer(draft):
        opens_line = not draft[: found.start()].rpartition("\n")[2].strip(' \t-•*#_«"(')
        unknown = [word for word in words(found.group(0)) if len(word) > 2 and word not in told.folded]
        if unknown and not opens_line and not all(_is_known(stem, told) for stem in stems(found.group(0))):
            yield Span(found.start(), found.end(), "", "ce nom n'est pas dans les notes")


def _is_known(stem: str, told: _Notes) -> bool:
    return stem in LABEL_WORDS or told.holds(stem)


_CLAUSE = re.compile(r"(?:(?!\s(?:et|ainsi que)\s|\.(?:\s|$))[^,;:!?\n•()])+")


def _clauses(draft: str, told: _Notes) -> Iterator[Span]:
    for found in _CLAUSE.finditer(draft):
        clause = found.group(0)
        if fold(TO_SPECIFY) in fold(clause):
            continue
        telling = [(stem, start, end) for stem, start, end in stems_at(clause) if stem not in LABEL_WORDS]
        unknown = [each for each in telling if not told.holds(each[0])]
        if unknown and len(unknown) >= UNKNOWN_SHARE * len(telling):
            first, last = min(each[1] for each in unknown), max(each[2] for each in unknown)
            yield Span(found.start() + first, found.start() + last, "", UNSAID)


UNSAID = "les notes ne le disent pas"


def _merged(draft: str, spans: list[Span]) -> list[Span]:
    """Spans that overlap become one; the reason of a figure or a fact counts before that of a clause."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if merged and span.start < merged[-1].end:
            last = merged.pop()
            why = span.why if last.why == UNSAID else last.why
            span = Span(last.start, max(last.end, span.end), "", why)
        merged.append(span)
    return [Span(span.start, span.end, draft[span.start : span.end], span.why) for span in merged]
