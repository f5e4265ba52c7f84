"""A rank in words: why this person, what is missing, what is to be asked. In French, as counselors say it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ftcore.database import Row
from ftcore.matching.wanted import Wanted
from ftcore.model import Candidate, Ranked, Reason

# With the department alone, the work may be anywhere in it: about the longest way from a centre to its border.
ROUGH_KM = 60.0


def explained(person: Candidate, row: Row, wanted: Wanted, shares: Mapping[str, float], label: str | None) -> Ranked:
    """The rank of a person with its reasons.

    `row` holds the parts of the score and the means that stand for unknown ones, `shares` the share of each
    criterion that is judged, `label` the label of the person's occupation.
    """
    sentences = {
        "occupation": lambda: _occupation(person, wanted, row["degree"], label),
        "skills": lambda: _skills(person, wanted),
        "experience": lambda: _experience(person, wanted),
        "distance": lambda: _distance(person, wanted, row["km"]),
        "availability": lambda: _availability(person, wanted),
        "prerequisites": lambda: _prerequisites(person, wanted),
        "wishes": lambda: _wishes(person, wanted),
    }
    known = {name: row[f"{name}_part"] for name in shares}
    reasons = tuple(
        Reason(name, share * (row[f"{name}_mean"] if known[name] is None else known[name]), sentences[name]())
        for name, share in shares.items()
    )
    return Ranked(
        candidate=person,
        score=row["score"],
        reasons=reasons,
        confidence=row["confidence"],
        distance_km=row["km"],
        why=tuple(reason.sentence for reason in reasons if (known[reason.criterion] or 0.0) >= 0.5),
        missing=tuple(_missing(person, wanted, row["km"])),
        to_ask=tuple(_to_ask(person, wanted, row["km"])),
        proposed=row["proposed"],
    )


def _occupation(person: Candidate, wanted: Wanted, degree: float | None, label: str | None) -> str:
    if person.occupation is None:
        return "métier recherché inconnu"
    if wanted.offer.occupation is not None and person.occupation == wanted.offer.occupation.code:
        return "métier recherché"
    kind = "métier proche" if degree is not None else "autre métier"
    return f"{kind} : {label or person.occupation}"


def _skills(person: Candidate, wanted: Wanted) -> str:
    held = [skill for skill in wanted.skills if skill in person.skills]
    if not person.skills:
        return "compétences inconnues"
    if len(wanted.skills) == 1:
        return f"la compétence demandée : {held[0]}" if held else "sans la compétence demandée"
    if not held:
        return f"aucune des {len(wanted.skills)} compétences"
    return f"{len(held)} des {len(wanted.skills)} compétences : {', '.join(held)}"


def _experience(person: Candidate, wanted: Wanted) -> str:
    years, asked = person.experience_years, wanted.experience or 0.0
    demanded = f"({_number(asked)} demandé{'s' if asked >= 2 else ''})"
    if years is None:
        return f"expérience inconnue {demanded}"
    if years == 0:
        return f"sans expérience {demanded}"
    return f"{_years(years)} d'expérience {demanded}"


def _distance(person: Candidate, wanted: Wanted, km: float | None) -> str:
    mobility = person.mobility_km
    if km is None:
        return "distance inconnue"
    if wanted.rough:
        return f"à environ {_number(km, 0)} km du centre du département"
    way = f"à {_number(km, 0)} km" if km >= 1 else "à moins de 1 km"
    if mobility is None:
        return f"{way}, mobilité inconnue"
    side = "dans" if km <= mobility else "hors de"
    return f"{way}, {side} sa zone de mobilité ({_number(mobility)} km)"


def _availability(person: Candidate, wanted: Wanted) -> str:
    free = person.available_from
    if free is None:
        return "disponibilité inconnue"
    return "disponible" if free <= wanted.today else f"disponible le {_day(free, wanted.today)}"


def _prerequisites(person: Candidate, wanted: Wanted) -> str:
    if person.licences is None:
        return "permis inconnus"
    held = [_licence(name) for name in wanted.licences if name in person.licences]
    if len(held) == len(wanted.licences):
        return f"possède : {', '.join(held)}"
    return f"possède seulement : {', '.join(held)}" if held else "sans le permis demandé"


def _wishes(person: Candidate, wanted: Wanted) -> str:
    said = []
    if wanted.contract is not None and person.contracts is not None:
        said.append(f"{'souhaite' if wanted.contract in person.contracts else 'ne souhaite pas'} un {_named(wanted)}")
    if wanted.working_time is not None and person.working_time is not None:
        fits = person.working_time in (wanted.working_time, "any")
        time = "temps plein" if wanted.working_time == "full" else "temps partiel"
        said.append(f"{time} {'souhaité' if fits else 'non souhaité'}")
    return ", ".join(said) or "souhaits inconnus"


def _named(wanted: Wanted) -> str:
    return "intérim" if wanted.contract == "MIS" else wanted.contract or "contrat"


def _missing(person: Candidate, wanted: Wanted, km: float | None) -> list[str]:
    """What is known to lack, as the counselor would say it."""
    lacks: list[str] = []
    if km is not None and person.mobility_km is not None and not wanted.rough and km > person.mobility_km:
        beyond = max(1, round(km - person.mobility_km))
        lacks.append(f"à {beyond} km au-delà de sa mobilité ({_number(person.mobility_km)} km)")
    if person.skills:
        lacks += [skill for skill in wanted.skills if skill not in person.skills]
    if person.licences is not None:
        lacks += [_licence(name) for name in wanted.licences if name not in person.licences]
    if wanted.experience is not None and person.experience_years is not None:
        short = wanted.experience - person.experience_years
        lacks += [f"{_years(short)} d'expérience"] if short > 0 else []
    if person.available_from is not None and person.available_from > wanted.starts:
        lacks.append(f"disponible seulement le {_day(person.available_from, wanted.today)}")
    return lacks


def _to_ask(person: Candidate, wanted: Wanted, km: float | None) -> list[str]:
    """What is not known, of what the offer makes worth knowing; then what no file of people answers."""
    unknown = {
        "le métier recherché": wanted.offer.occupation is not None and person.occupation is None,
        "ses compétences": bool(wanted.skills) and not person.skills,
        "son expérience": wanted.experience is not None and person.experience_years is None,
        "sa commune": wanted.located and km is None,
        "sa mobilité": wanted.located and person.mobility_km is None,
        "sa mobilité jusqu'au lieu exact": wanted.rough and _may_be_too_far(person, km),
        "sa disponibilité": person.available_from is None,
        "le contrat souhaité": wanted.contract is not None and person.contracts is None,
        "le temps de travail souhaité": wanted.working_time is not None and person.working_time is None,
    }
    licences = [_licence(name) for name in wanted.licences] if person.licences is None else []
    return [*(what for what, is_unknown in unknown.items() if is_unknown), *licences, *wanted.to_check]


def _may_be_too_far(person: Candidate, km: float | None) -> bool:
    return km is not None and person.mobility_km is not None and km + ROUGH_KM > person.mobility_km


def _licence(name: str) -> str:
    return f"permis {name}" if len(name) <= 3 else name


def _years(years: float) -> str:
    if years < 1:
        return f"{max(1, round(years * 12))} mois"
    return f"{_number(years)} an{'s' if years >= 2 else ''}"


def _number(value: float, digits: int = 1) -> str:
    """A number as it is written in French: "2", "2,5"."""
    return f"{round(value, digits):g}".replace(".", ",")


_MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


def _day(day: date, today: date) -> str:
    number = "1er" if day.day == 1 else str(day.day)
    year = "" if day.year == today.year else f" {day.year}"
    return f"{number} {_MONTHS[day.month - 1]}{year}"
