"""The lists of an offer as a language model reads them: tasks, skills, and what people are asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ftcore.database import Database
from ftcore.drafting.demands import Asked, demand_of
from ftcore.drafting.diplomas import find_diplomas
from ftcore.drafting.facts_schema import SaidDemand, SaidFacts, SaidText
from ftcore.drafting.profile import find_languages, find_licences
from ftcore.drafting.quotes import is_said, locate
from ftcore.drafting.stems import stems
from ftcore.drafting.structure import in_words
from ftcore.matching.occupations import SkillWords
from ftcore.model import Demand, FieldNote, Offer, Prerequisite, Trace
from ftcore.text import fold

LONGEST_TASK = 240
LONGEST_ASKED = 80
# A rule never reads these; a model might. They are no question to put to anybody (L1132-1, L5331-2, L1221-6).
_FORBIDDEN = re.compile(
    r"\b(?:âgée?s?|âge|moins de \d+ ans|\d+ ans (?:maximum|max)|jeunes?|nationalité|origine|religi\w+"
    r"|syndi\w+|enceinte|grossesse|enfants à charge|mariée?|célibataire|handicap\w*|santé|hommes?|femmes?"
    r"|masculin|féminin"
    r"|langue maternelle|casier|physique|apparence|présentation|habite[rz]?|résid\w+|domicil\w+)\b",
    re.IGNORECASE,
)


class Lists:
    """Takes the lists of a model's answer into `changes`; keeps their traces, and notes what is not believed."""

    def __init__(self, text: str, changes: dict[str, Any]) -> None:
        self._text = text
        self._changes = changes
        self.traced: dict[str, list[Trace]] = {}
        self.notes: list[FieldNote] = []

    def take(self, said: SaidFacts, offer: Offer, database: Database) -> None:
        """Tasks are the model's when it read some; all other lists are the rules' and the model's together."""
        self._take_tasks(said.tasks)
        self._take_skills(said.skills, offer, database)
        asked = [
            *self._named("licences", "permis", said.licences, find_licences, offer),
            *self._named("languages", "langues", said.languages, find_languages, offer),
            *self._named("diplomas", "diplômes", said.diplomas, find_diplomas, offer),
        ]
        self._take_prerequisites([*asked, *self._demanded(said.prerequisites)], offer)

    def _take_tasks(self, facts: Sequence[SaidText]) -> None:
        tasks: dict[str, tuple[str, tuple[int, int]]] = {}
        for fact in facts:
            span = self._span("tâches", fact.value, fact.quote)
            if span:
                quote = " ".join(self._text[slice(*span)].split())
                value = fact.value if is_said(fact.value, quote) else quote
                tasks.setdefault(fold(value), (" ".join(value.split())[:LONGEST_TASK], span))
        if tasks:
            self._changes["tasks"] = tuple(value for value, _ in tasks.values())
            self.traced["tasks"] = [self._trace("tasks", span) for _, span in tasks.values()]

    def _take_skills(self, facts: Sequence[SaidDemand], offer: Offer, database: Database) -> None:
        found: list[tuple[str, Asked]] = []
        for fact in facts:
            span = self._span("compétences", fact.value, fact.quote)
            if span and self._is_said("compétences", fact.value, span):
                plain = Demand.BLOCKING if fact.demand == "blocking" else Demand.FLEXIBLE
                found.append((fact.value, Asked(fact.value, *span, demand_of(self._text, *span, plain))))
        if not found:
            return
        wording = SkillWords(database)
        known = {fold(skill) for skill in (*offer.skills_required, *offer.skills_desired)}
        for field, required in (("skills_required", True), ("skills_desired", False)):
            new = [
                (name, each)
                for value, each in found
                if (each.demand is Demand.BLOCKING) is required
                for name in wording.same([value])
                if fold(name) not in known
            ]
            if new:
                known |= {fold(name) for name, _ in new}
                self._changes[field] = (*getattr(offer, field), *dict.fromkeys(name for name, _ in new))
                self._add(offer, field, [each for _, each in new])

    def _named(
        self, field: str, french: str, facts: Sequence[SaidText], read: Callable[[str], list[Asked]], offer: Offer
    ) -> Iterator[tuple[str, Asked]]:
        """Licences, languages or diplomas: in the rules' names where they know them, else in the model's words."""
        new: list[Asked] = []
        known = {fold(name) for name in getattr(offer, field)}
        # A wish of the rules is no requirement because a model lists it.
        wished = {fold(each.name) for each in read(self._text)} - known
        for fact in facts:
            span = self._span(french, fact.value, fact.quote)
            if span is None or not self._is_said(french, fact.value, span):
                continue
            names = [each.name for each in read(self._text[slice(*span)])] or [fact.value.strip()]
            demand = demand_of(self._text, *span, Demand.BLOCKING)
            for name in names:
                if fold(name) not in known | wished and not _same_as(name, known):
                    new.append(Asked(name, *span, demand))
                    known.add(fold(name))
        required = [each for each in new if each.demand is Demand.BLOCKING]
        if required:
            self._changes[field] = (*getattr(offer, field), *(each.name for each in required))
            self._add(offer, field, required)
        for each in new:
            yield in_words(field, each, self._text), each

    def _demanded(self, facts: Sequence[SaidDemand]) -> Iterator[tuple[str, Asked]]:
        for fact in facts:
            span = self._span("prérequis", fact.value, fact.quote)
            if span is None:
                continue
            words = " ".join(self._text[slice(*span)].split())
            name = fact.value.strip() if is_said(fact.value, words) else words
            if _FORBIDDEN.search(name) or _FORBIDDEN.search(words):
                self._note("prérequis", fact.value, "cela ne se demande pas à une personne candidate")
                continue
            # Only the text's own word makes a demand blocking: it alone may exclude somebody.
            plain = Demand.INFORMATION if fact.demand == "information" else Demand.FLEXIBLE
            name = name[:LONGEST_ASKED]
            yield name[:1].upper() + name[1:], Asked(name, *span, demand_of(self._text, *span, plain))

    def _take_prerequisites(self, asked: Sequence[tuple[str, Asked]], offer: Offer) -> None:
        known = [stems(prerequisite.text) for prerequisite in offer.prerequisites]
        new: list[tuple[Prerequisite, Asked]] = []
        for words, each in asked:
            telling = stems(words)
            if telling and not any(telling <= other or other <= telling for other in known if other):
                known.append(telling)
                new.append((Prerequisite(words, each.demand), each))
        if new:
            self._changes["prerequisites"] = (*offer.prerequisites, *(prerequisite for prerequisite, _ in new))
            self._add(offer, "prerequisites", [each for _, each in new])

    def _span(self, french: str, value: str, quote: str) -> tuple[int, int] | None:
        span = locate(self._text, quote)
        if span is None and value.strip():
            self._note(french, value, "à vérifier : ces mots ne sont pas dans le texte")
        return span if value.strip() else None

    def _is_said(self, french: str, value: str, span: tuple[int, int]) -> bool:
        if is_said(value, self._text[slice(*span)]):
            return True
        self._note(french, value, "à vérifier : le passage cité ne le dit pas")
        return False

    def _add(self, offer: Offer, field: str, asked: Sequence[Asked]) -> None:
        before = [trace for trace in offer.traces if trace.field == field]
        self.traced[field] = [*before, *(self._trace(field, (each.start, each.end)) for each in asked)]

    def _trace(self, field: str, span: tuple[int, int]) -> Trace:
        return Trace(field, *span, self._text[slice(*span)])

    def _note(self, french: str, value: str, reason: str) -> None:
        self.notes.append(FieldNote("offre", french, value[:200], reason))


def _same_as(name: str, known: set[str]) -> bool:
    telling = stems(name)
    return bool(telling) and any(telling <= stems(other) for other in known)
