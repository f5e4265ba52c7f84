"""Rules that read the facts of an offer in a counselor's notes, or in a draft of the offer.

Every fact keeps the words it was read in and where they stand, so that a draft can quote them and state
nothing else. A line "Salaire : …" is believed before the rest of the text, and "à préciser" there means unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from ftcore.drafting.conditions import find_conditions, read_schedule
from ftcore.drafting.demands import Asked, demand_of
from ftcore.drafting.diplomas import find_diplomas
from ftcore.drafting.headline import find_employer, find_title, read_openings
from ftcore.drafting.profile import find_languages, find_licences, read_experience, required_and_wished
from ftcore.drafting.tasks import read_tasks
from ftcore.drafting.terms import (
    COUNT,
    Said,
    number_of,
    read_contract,
    read_contract_end,
    read_pay,
    read_start,
    read_weekly_hours,
    read_working_time,
)
from ftcore.drafting.whereabouts import Places, place_words
from ftcore.model import Demand, Pay
from ftcore.text import fold

T = TypeVar("T")
TO_SPECIFY = "à préciser"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text says about an offer; None, or empty, means that it does not say.

    `start.value` is None when the text says "as soon as possible". `net_pay` holds an amount given
    as net, which is no gross pay. `wished` are the licences, languages and diplomas that are no requirement.
    `asked` is all that people can be asked, by field ("licences", "languages", "diplomas",
    "experience_years", "prerequisites" for the conditions of work). `spans` says where the facts
    without words of their own stand. Every `start` counts in the text that was read.
    """

    title: str | None
    occupation: str | None
    place: str | None
    contract: Said[str] | None
    weekly_hours: Said[float] | None
    working_time: str | None
    pay: Said[Pay] | None
    net_pay: str | None
    experience_years: Said[float] | None
    licences: tuple[str, ...]
    languages: tuple[str, ...]
    wished: tuple[str, ...]
    start: Said[date | None] | None
    openings: Said[int] | None
    employer: str | None
    contract_end: Said[date] | None = None
    schedule: tuple[Said[str], ...] = ()
    tasks: tuple[Said[str], ...] = ()
    diplomas: tuple[str, ...] = ()
    asked: tuple[tuple[str, Asked], ...] = ()
    spans: tuple[tuple[str, Said[str]], ...] = ()
    places: Places = field(default_factory=Places)

    def span(self, named: str) -> Said[str] | None:
        """Where the words of a field stand, for title, occupation, place, employer, net_pay and pay_text."""
        return next((said for name, said in self.spans if name == named), None)


def read_facts(text: str, today: date) -> Facts:
    """Read every fact of `text`; `today` dates a day said without its year."""
    labels = _labelled_spans(text)
    lines = {label: text[start:end] for label, (start, end) in labels.items()}

    def find(rule: Callable[[str], T | None], *names: str) -> tuple[T | None, int]:
        for name in names:
            if name in labels:
                return rule(lines[name]), labels[name][0]
        return rule(text), 0

    def said(rule: Callable[[str], Said[T] | None], *names: str) -> Said[T] | None:
        found, offset = find(rule, *names)
        if found is None and all(_known(lines[name]) for name in names if name in labels):
            # "Horaires : du lundi au vendredi" says no number of hours, the rest of the text may.
            return rule(text)
        return replace(found, start=found.start + offset) if found else None

    def asked(rule: Callable[[str], list[Asked]], *names: str) -> list[Asked]:
        for name in names:
            if name in labels:
                start, end = labels[name]
                return [each for each in rule(text) if start <= each.start < end] or [
                    replace(each, start=each.start + start, end=each.end + start) for each in rule(lines[name])
                ]
        return rule(text)

    def words(*names: str) -> Said[str] | None:
        for name in names:
            if name in labels:
                return Said(lines[name], lines[name], labels[name][0]) if _known(lines[name]) else None
        return None

    both, pay_offset = find(read_pay, "salaire", "remuneration")
    pay, net_pay = both or (None, None)
    licences = asked(find_licences, "permis")
    languages = asked(find_languages, "langues", "langue")
    diplomas = asked(find_diplomas, "diplome", "diplomes", "formation", "niveau de formation")
    contract = said(read_contract, "contrat", "type de contrat")
    if contract and contract.value.startswith("Alternance"):
        # "CAP boucher" beside an apprenticeship is what one learns, unless it is asked for.
        diplomas = [
            replace(each, demand=demand_of(text, each.start, each.end, Demand.INFORMATION)) for each in diplomas
        ]
    wishes = [required_and_wished(group) for group in (licences, languages, diplomas)]
    experience = said(read_experience, "experience", "experience demandee", "experience souhaitee")
    place_labels = ("lieu", "lieu de travail", "localisation", "ville", "commune", "lieu de mission")
    labelled_place = any(name in labels for name in place_labels)
    places = Places(words(*place_labels)) if labelled_place else place_words(text)
    title = said(find_title, "titre", "poste", "intitule", "intitule du poste")
    if title and not _known(title.value):
        title = None
    occupation = words("metier")
    employer = words("employeur", "entreprise", "societe") or find_employer(text)
    schedule = _schedule(text, labels)
    net = _found_again(text, net_pay, pay_offset)
    spans = {
        "title": title,
        "occupation": occupation,
        "place": places.first,
        "employer": employer,
        "net_pay": net,
        "pay_text": None if pay or net else _pay_in_words(text, labels),
    }
    conditions = find_conditions(text)
    every_asked = [("licences", each) for each in licences]
    every_asked += [("languages", each) for each in languages]
    every_asked += [("diplomas", each) for each in diplomas]
    if experience and experience.value > 0:
        demand = demand_of(text, experience.start, experience.end, Demand.FLEXIBLE)
        name = " ".join(experience.words.split())
        every_asked.append(("experience_years", Asked(name, experience.start, experience.end, demand)))
    every_asked += [("prerequisites", each) for each in conditions]
    hours = said(read_weekly_hours, "horaires", "duree du travail", "temps de travail", "duree")
    start = said(
        lambda part: read_start(part, today), "debut", "date de debut", "prise de poste", "date debut de mission"
    )
    taken = [(each.start, each.end) for each in (title, contract, hours, pay, start, experience, *schedule) if each]
    taken += [(each.start, each.end) for _, each in every_asked]
    return Facts(
        title=title.value if title else None,
        occupation=occupation.value if occupation else None,
        place=places.first.value if places.first else None,
        contract=contract,
        weekly_hours=hours,
        working_time=find(read_working_time, "horaires", "duree du travail", "temps de travail")[0],
        pay=replace(pay, start=pay.start + pay_offset) if pay else None,
        net_pay=net_pay,
        experience_years=experience,
        licences=wishes[0][0],
        languages=wishes[1][0],
        wished=tuple(wish for _, wished in wishes for wish in wished),
        start=start,
        openings=_labelled_count(labels, lines) or said(read_openings),
        employer=employer.value if employer else None,
        contract_end=said(lambda part: read_contract_end(part, today)),
        schedule=schedule,
        tasks=tuple(read_tasks(text, taken)),
        diplomas=wishes[2][0],
        asked=tuple(every_asked),
        spans=tuple((name, span) for name, span in spans.items() if span is not None),
        places=places,
    )


def _found_again(text: str, words: str | None, offset: int) -> Said[str] | None:
    if words is None:
        return None
    start = text.replace("’", "'").find(words, offset)
    return Said(words, text[start : start + len(words)], start) if start >= 0 else None


_NO_AMOUNT = re.compile(r"\b(?:SMIC|selon|convention|grille|CCN|négocier|profil|expérience)\b", re.IGNORECASE)


def _pay_in_words(text: str, labels: dict[str, tuple[int, int]]) -> Said[str] | None:
    """What a line "Salaire : selon convention" says of the pay without an amount."""
    for label in ("salaire", "remuneration"):
        if label in labels:
            start, end = labels[label]
            if _NO_AMOUNT.search(text[start:end]) and _known(text[start:end]):
                return Said(" ".join(text[start:end].split()), text[start:end], start)
    return None


def _schedule(text: str, labels: dict[str, tuple[int, int]]) -> tuple[Said[str], ...]:
    """The schedule of the line "Horaires : …" when that line says one, else of the whole text."""
    for label in ("horaires", "horaire", "planning", "jours de travail"):
        if label in labels:
            start, end = labels[label]
            found = [replace(each, start=each.start + start) for each in read_schedule(text[start:end])]
            if found:
                return tuple(found)
    return tuple(read_schedule(text))


_COUNTED_LABELS = ("nombre de postes", "postes", "nombre de poste")


def _labelled_count(labels: dict[str, tuple[int, int]], lines: dict[str, str]) -> Said[int] | None:
    for label in _COUNTED_LABELS:
        found = re.match(COUNT + r"\b", lines.get(label, ""), re.IGNORECASE)
        if found and (number := number_of(found.group(1))):
            return Said(number, found.group(0), labels[label][0])
    return None


def labelled_lines(text: str) -> dict[str, str]:
    """The lines of the form "Label : value", by folded label; a label alone takes the next line."""
    return {
        # "Postes : 2" must still be found where the rule looks for its own label.
        label: f"{label} : {text[start:end]}" if label in _COUNTED_LABELS else text[start:end]
        for label, (start, end) in _labelled_spans(text).items()
    }


def _labelled_spans(text: str) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    lines = [(match.start(), match.group(0)) for match in _LINE.finditer(text)]
    for number, (at, raw) in enumerate(lines):
        head, colon, rest = raw.partition(":")
        label = fold(head.strip(" \t-•*#_"))
        begin = at + len(head) + 1
        if label == "titre" and not rest.strip(" \t*_"):
            colon = ":"
            begin, rest = next(((start, later) for start, later in lines[number + 1 :] if later.strip()), (begin, ""))
        value = rest.strip(" \t*_#•-")
        if colon and value and 0 < len(label) <= 24:
            start = begin + rest.index(value)
            found.setdefault(label, (start, start + len(value)))
    return found


_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")


def _known(value: str | None) -> str | None:
    return value if value and fold(TO_SPECIFY) not in fold(value) else None
