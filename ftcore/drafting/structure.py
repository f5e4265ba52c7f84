"""An offer read from notes or a draft, each of its fields with the words that it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from ftcore.database import Database
from ftcore.drafting.demands import Asked
from ftcore.drafting.notes import Facts, read_facts
from ftcore.drafting.skills import find_skills
from ftcore.drafting.terms import Said, number_of
from ftcore.drafting.whereabouts import find_work_place
from ftcore.matching.occupations import OccupationIndex, SkillWords, skills_of
from ftcore.model import Demand, FieldNote, Occupation, Offer, OfferSource, Prerequisite, Trace

# Below the first score the nearest title is no reading at all; below the second a person must look.
NEAR_ENOUGH = 0.5
SURE = 0.95
LONGEST_SCHEDULE = 300


def structure(
    text: str, index: OccupationIndex, database: Database, agency_id: UUID, now: datetime
) -> tuple[Offer, list[FieldNote]]:
    """Turn notes or a draft into an offer, and say field by field what could not be found.

    Rules only, so that the same text always gives the same offer. Every value that was read has a
    trace in `text`. An offer without a title has the title "": it can be shown, and `save` refuses it.
    """
    facts = read_facts(text, now.date())
    occupation, sure = find_occupation(facts.occupation or facts.title, index)
    place, place_words = find_work_place(database, agency_id, facts.places)
    title = _without_place(facts.span("title"), place_words if place else None)
    skills = list(_skills(text, occupation, database))
    prerequisites = list(_prerequisites(text, facts.asked))
    offer = Offer(
        agency_id=agency_id,
        offer_id=uuid4(),
        title=title.value if title else "",
        description=text.strip(),
        occupation=occupation,
        place=place,
        source=OfferSource.NOTES,
        created_utc=now,
        contract=facts.contract.value if facts.contract else None,
        contract_end=facts.contract_end.value if facts.contract_end else None,
        weekly_hours=facts.weekly_hours.value if facts.weekly_hours else None,
        schedule=", ".join(said.value for said in facts.schedule)[:LONGEST_SCHEDULE] or None,
        pay=facts.pay.value if facts.pay else None,
        pay_text=facts.pay.words if facts.pay else facts.net_pay or _value(facts.span("pay_text")),
        experience_years=facts.experience_years.value if facts.experience_years else None,
        licences=facts.licences,
        languages=facts.languages,
        diplomas=facts.diplomas,
        start=facts.start.value if facts.start else None,
        openings=facts.openings.value if facts.openings else 1,
        employer=facts.employer,
        tasks=tuple(said.value for said in facts.tasks),
        skills_required=tuple(each.name for each in skills if each.demand is Demand.BLOCKING),
        skills_desired=tuple(each.name for each in skills if each.demand is not Demand.BLOCKING),
        prerequisites=tuple(dict.fromkeys(prerequisite for prerequisite, _ in prerequisites)),
        traces=_traces(text, facts, title, occupation, place_words if place else None, skills, prerequisites),
    )
    return offer, _to_specify(facts, offer, sure)


def traced_to(offer: Offer, notes: Offer) -> Offer:
    """The offer of a draft, with the spans of the notes in the place of the draft's where both say the same.

    `notes` is what `structure` read in the notes. A field that only the draft states keeps no trace:
    it came from nowhere that the counselor wrote.
    """
    same = {
        trace.field
        for trace in notes.traces
        if getattr(notes, trace.field) == getattr(offer, trace.field) or trace.field in _LISTED
    }
    stated = {field: set(getattr(offer, field)) for field in _LISTED}
    kept = [
        trace
        for trace in notes.traces
        if trace.field in same and (trace.field not in stated or set(getattr(notes, trace.field)) & stated[trace.field])
    ]
    return replace(offer, traces=tuple(kept))


_LISTED = ("licences", "languages", "diplomas", "tasks", "skills_required", "skills_desired", "prerequisites")


def find_occupation(words: str | None, index: OccupationIndex) -> tuple[Occupation | None, bool]:
    """The nearest occupation of the referential, and whether it is sure."""
    best = next(iter(index.search(words, 1)), None) if words else None
    if best is None or best.score < NEAR_ENOUGH:
        return None, False
    return Occupation(best.code, best.label), best.score >= SURE


def _without_place(title: Said[str] | None, place: Said[str] | None) -> Said[str] | None:
    """ "Serveur annonay" beside the place Annonay is the title "Serveur"."""
    if title is None or place is None or not title.start + 3 < place.start < title.end:
        return title
    rest = title.words[place.end - title.start :]
    before = re.sub(r"[\s(–—-]+(?:à|a|sur|en)?$", "", title.words[: place.start - title.start].rstrip())
    if len(before) < 3 or re.sub(r"[()/\s]|[HF]\b", "", rest, flags=re.IGNORECASE):
        return title
    kept = " ".join(f"{title.value[: len(' '.join(before.split()))]} {rest.strip(' )')}".split())
    return Said(kept + (")" if "(" in kept and ")" not in kept else ""), before, title.start)


def _skills(text: str, occupation: Occupation | None, database: Database) -> Iterator[Asked]:
    known = skills_of(database, occupation.code) if occupation else []
    found = find_skills(text, known)
    if all(each.name in known for each in found):
        yield from found
        return
    wording = SkillWords(database)
    told = set()
    for each in found:
        [name] = wording.same([each.name])
        if name not in told:
            told.add(name)
            yield Asked(name, each.start, each.end, each.demand)


def _prerequisites(text: str, asked: Iterable[tuple[str, Asked]]) -> Iterator[tuple[Prerequisite, Asked]]:
    """What people can be asked by SMS, each once; the strongest demand of the text counts."""
    order = (Demand.BLOCKING, Demand.FLEXIBLE, Demand.INFORMATION)
    worded: dict[str, Asked] = {}
    for field, each in asked:
        words = in_words(field, each, text)
        known = worded.get(words)
        if known is None or order.index(each.demand) < order.index(known.demand):
            worded[words] = each
    for words, each in worded.items():
        yield Prerequisite(words, each.demand), each


_LEVEL = re.compile(r"[\s:]*(courante?|professionnel|bilingue|[ABC][12]|lu,? (?:et )?écrit,? (?:et )?parlé)\b", re.I)


def in_words(field: str, asked: Asked, text: str) -> str:
    """A prerequisite in a few words fit for an SMS: "Permis B", "Anglais courant", "2 ans d'expérience"."""
    if field == "licences":
        return f"Permis {asked.name}" if len(asked.name) <= 2 else asked.name[0].upper() + asked.name[1:]
    if field == "languages":
        level = _LEVEL.match(text, asked.end)
        return f"{asked.name.capitalize()} {level.group(1)}" if level else asked.name.capitalize()
    if field == "experience_years":
        return _experience_in_words(asked.name)
    return asked.name


def _experience_in_words(words: str) -> str:
    said = re.search(r"(\w+)(?:\s*(?:à|-|/|ou)\s*\w+)?\s*(an|mois|année)", words, re.IGNORECASE)
    if said is None:
        return words
    count = number_of(said.group(1)) or said.group(1)
    unit = "mois" if said.group(2).lower() == "mois" else "an" if count == 1 else "ans"
    return f"{count} {unit} d'expérience"


def _value(said: Said[str] | None) -> str | None:
    return said.value if said else None


def _traces(
    text: str,
    facts: Facts,
    title: Said[str] | None,
    occupation: Occupation | None,
    place: Said[str] | None,
    skills: list[Asked],
    prerequisites: list[tuple[Prerequisite, Asked]],
) -> tuple[Trace, ...]:
    spans: list[tuple[str, int, int]] = []

    def add(field: str, said: Said[object] | Said[str] | None) -> None:
        if said is not None:
            spans.append((field, said.start, said.end))

    add("title", title)
    if occupation:
        add("occupation", facts.span("occupation") or facts.span("title"))
    add("place", place)
    add("employer", facts.span("employer"))
    for field, fact in (
        ("contract", facts.contract),
        ("contract_end", facts.contract_end),
        ("weekly_hours", facts.weekly_hours),
        ("pay", facts.pay or facts.span("net_pay") or facts.span("pay_text")),
        ("experience_years", facts.experience_years),
        ("start", facts.start if facts.start and facts.start.value else None),
        ("openings", facts.openings),
    ):
        if fact is not None:
            spans.append((field, fact.start, fact.end))
    for field, several in (("schedule", facts.schedule), ("tasks", facts.tasks)):
        spans += [(field, said.start, said.end) for said in several]
    for field, each in facts.asked:
        # Wishes are traced as prerequisites only: they are not among the requirements.
        if field in ("licences", "languages", "diplomas") and each.name in getattr(facts, field):
            spans.append((field, each.start, each.end))
    for each in skills:
        field = "skills_required" if each.demand is Demand.BLOCKING else "skills_desired"
        spans.append((field, each.start, each.end))
    spans += [("prerequisites", each.start, each.end) for _, each in prerequisites]
    unique = dict.fromkeys(spans)
    return tuple(Trace(field, start, end, text[start:end]) for field, start, end in unique)


def _to_specify(facts: Facts, offer: Offer, sure_of_occupation: bool) -> list[FieldNote]:
    missing: list[tuple[str, str, str]] = []
    if not offer.title:
        missing.append(("titre", "", "aucun intitulé de poste n'a été reconnu"))
    if offer.occupation is None:
        reason = "aucun métier du référentiel n'y ressemble assez ; ajoutez une ligne « Métier : … »"
        missing.append(("métier", facts.occupation or facts.title or "", reason))
    elif not sure_of_occupation:
        reason = "c'est le plus proche du titre ; s'il ne convient pas, ajoutez une ligne « Métier : … »"
        missing.append(("métier", offer.occupation.label, reason))
    if offer.place is None:
        reason = "lieu inconnu du référentiel" if facts.place else "aucun lieu n'a été reconnu"
        missing.append(("lieu", facts.place or "", reason))
    if offer.contract is None:
        missing.append(("contrat", "", "ni CDI, ni CDD, ni intérim, ni alternance n'est indiqué"))
    if offer.weekly_hours is None:
        said = f"« {facts.working_time} » ne dit pas le nombre d'heures" if facts.working_time else None
        missing.append(("horaires", facts.working_time or "", said or "aucune durée hebdomadaire"))
    if offer.pay is None:
        net = "montant net : le brut est à préciser" if facts.net_pay else "aucun montant"
        missing.append(("salaire", facts.net_pay or offer.pay_text or "", net))
    if offer.experience_years is None:
        missing.append(("expérience", "", "aucune durée, ni « débutant accepté »"))
    if facts.start is None:
        missing.append(("début", "", "aucune date de début"))
    missing += [
        ("souhaits", wish, "souhaité, non exigé : demandé aux candidats, n'écarte personne") for wish in facts.wished
    ]
    return [FieldNote("offre", field, value, reason) for field, value, reason in missing]
