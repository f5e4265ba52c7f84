"""Statements of one offer that cannot all be true, and what a contract must say: the most frequent faults."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from ftcore.drafting.compliance.findings import (
    L1242,
    L5331_3,
    PAY_DIRECTIVE,
    Finding,
    Level,
    finding_at,
    sentence_of,
    words,
)
from ftcore.drafting.terms import LONGEST_WEEK, read_pay
from ftcore.model import PayUnit

# Gross hourly minimum wage (SMIC) from each day on, in euros: decrees of 23 October 2024 and December 2025.
MINIMUM_WAGE = ((date(2024, 11, 1), 11.88), (date(2026, 1, 1), 12.02))
FULL_TIME = 35.0
WEEKS_A_MONTH = 52 / 12


# Contradictions: pairs of statements that cannot both be true.
_FULL = words(r"\btemps (?:plein|complet)\b")
_PART = words(r"\btemps partiel\b|\bmi-temps\b")
_WEEK = words(
    r"\b(\d{1,2})(?:[,.](\d{1,2}))?\s?(?:h|heures?)\s?(?:30)?\s*(?:/|par|la|hebdomadaires?|de travail)\s*(?:semaine"
    r"|sem\b|hebdo)?"
)
_CDI = words(r"\bCDI\b(?! intérim)")
_CDI_END = words(
    r"\bCDI (?:de|d['’]une durée de|pour|renouvelable)\s*(?:\d{1,2} (?:mois|semaines?|ans?|jours?))?"
    r"|\bCDI (?:jusqu['’]|du \d)[^.\n,]{0,25}"
)
_CDD = words(r"\bCDD\b")
_BEGINNER = words(r"\bdébutant\S* (?:est |sont )?(?:accepté|bienvenu)\w*|\bsans expérience\b")
_YEARS = words(
    r"\b(\d{1,2}) ans?\s*(?:minimum |au moins )?d['’]expérience|\bexpérience\s*(?:[a-zéèê]+ ){0,3}(?:de "
    r"|d['’]au moins |: )?(\d{1,2}) ans\b"
)
_WISHED = words(r"souhait|appréci|un plus|idéalement|atout|ou \d|préféren")
_DAYS = words(r"\bdu lundi au vendredi\b")
_SATURDAY = words(
    r"\b(?:travail|travaill\w+|ouvert|présence|horaires?)\s[^.\n]{0,15}\b(?:le |les )?(?:samedi|dimanche|week-?end)s?\b"
)
_NIGHT = words(r"\b(?:travail|poste|horaires?) de nuit\b")
_DAY_HOURS = words(r"\b(?:8|9) ?h(?:00)?\s*(?:à|-|–)\s*1[678] ?h")
_LICENCE = words(r"\bpermis B (?:exigé|obligatoire|indispensable|requis)")
_NO_LICENCE = words(r"\bsans permis\b|\bpermis (?:B )?non (?:exigé|requis|obligatoire|nécessaire)")
_REMOTE = words(
    r"\b(?:100 ?%|full|intégral\w*|totale?ment en) ?(?:de )?télétravail\b|\btélétravail (?:complet|intégral|total"
    r"|à 100)"
)
_ON_SITE = words(
    r"\b(?:pas de|sans|aucun) télétravail\b|\bprésence (?:obligatoire )?(?:sur (?:site|place)) tous les jours\b"
)
_PAIRS: tuple[tuple[re.Pattern[str], re.Pattern[str], str], ...] = (
    (_FULL, _PART, "L'offre dit à la fois temps plein et temps partiel."),
    (_DAYS, _SATURDAY, "« Du lundi au vendredi » contredit le travail de fin de semaine."),
    (_NIGHT, _DAY_HOURS, "Un travail de nuit ne se fait pas à ces heures."),
    (_LICENCE, _NO_LICENCE, "Le permis est à la fois exigé et non exigé."),
    (_REMOTE, _ON_SITE, "Le télétravail est à la fois complet et exclu."),
)


def contradictions(text: str) -> Iterator[Finding]:
    for one, other, why in _PAIRS:
        first, second = one.search(text), other.search(text)
        if (
            first
            and second
            and not re.search(
                r"\bou\b|selon|possible|choix",
                text[min(first.end(), second.end()) : max(first.start(), second.start())][:40],
                re.I,
            )
        ):
            yield _inconsistent(text, second, why)
    for found in _CDI_END.finditer(text):
        if re.search(r"\d|renouvelable|jusqu", found.group(0)) and not re.search(
            r"heures?|\dh", text[found.start() : found.end() + 8]
        ):
            yield _inconsistent(text, found, "Un CDI n'a ni durée ni date de fin.")
    yield from _hours(text)
    yield from _experience(text)
    yield from _wage(text)


def _inconsistent(text: str, found: re.Match[str], why: str) -> Finding:
    return finding_at(text, "inconsistency", Level.BLOCK, L5331_3, found, why)


def _hours(text: str) -> Iterator[Finding]:
    weeks = [
        found for found in _WEEK.finditer(text) if "sem" in found.group(0).lower() or "hebdo" in found.group(0).lower()
    ]
    full, part = _FULL.search(text), _PART.search(text)
    for found in weeks:
        hours = float(f"{found.group(1)}.{found.group(2) or 0}")
        if full and not part and 0 < hours < 32:
            yield _inconsistent(
                text, found, "Un temps plein est d'au moins 35 heures par semaine, sauf accord particulier."
            )
        elif part and not full and FULL_TIME <= hours <= LONGEST_WEEK:
            yield _inconsistent(text, found, "Un temps partiel est de moins de 35 heures par semaine.")
        elif hours > LONGEST_WEEK:
            yield _inconsistent(text, found, "La durée du travail ne peut pas dépasser 48 heures par semaine.")


def _experience(text: str) -> Iterator[Finding]:
    beginner = _BEGINNER.search(text)
    if not beginner:
        return
    for found in _YEARS.finditer(text):
        years = int(found.group(1) or found.group(2))
        if years >= 1 and not _WISHED.search(sentence_of(text, found.start(), found.end())):
            yield _inconsistent(text, found, "L'offre accepte les débutants et demande des années d'expérience.")


def _wage(text: str) -> Iterator[Finding]:
    """Only an hourly or a full-time monthly pay can be compared without a doubt; apprentices have their own scale."""
    if re.search(r"apprenti|alternance|professionnalisation|stage\b|service civique|bénévol|volontariat", text, re.I):
        return
    read = read_pay(text)
    if read is None or read[0] is None:
        return
    said = read[0]
    place = text.find(said.words)
    if place >= 0 and (least := minimum(said.value.unit, _PART.search(text) is not None)) and said.value.low < least:
        found = re.compile(re.escape(said.words)).search(text)
        if found:
            yield _inconsistent(text, found, "Ce salaire est inférieur au minimum légal (SMIC).")


def minimum(unit: PayUnit, part_time: bool, on: date | None = None) -> float | None:
    """The legal minimum in gross euros an hour, or a month or year of 35 hours a week; None where hours are needed."""
    hourly = [wage for since, wage in MINIMUM_WAGE if on is None or since <= on][-1]
    if unit is PayUnit.HOUR:
        return hourly
    if part_time:
        return None
    month = hourly * FULL_TIME * WEEKS_A_MONTH
    return round(month - 1, 2) if unit is PayUnit.MONTH else round(12 * month - 12, 2)


def pay_range(text: str) -> Iterator[Finding]:
    if not re.search(r"^\s*-?\s*salaire\s*:\s*à préciser", text, re.IGNORECASE | re.MULTILINE):
        return
    found = re.search(r"salaire\s*:\s*à préciser", text, re.IGNORECASE)
    if found:
        why = "Une fourchette de salaire doit être connue avant l'entretien."
        yield finding_at(text, "pay_range", Level.WARN, PAY_DIRECTIVE, found, why)


_EVOLVES = words(
    r"\b(?:pouvant|susceptible (?:de |d['’])|amené à) ?"
    r"(?:évoluer|déboucher|aboutir|se transformer)[^.\n]{0,15}\bCDI\b"
)


def reason(text: str) -> Iterator[Finding]:
    contract = _CDD.search(text)
    ends = re.search(
        r"\b\d{1,2} (?:mois|semaines?|jours?|ans?)\b|jusqu['’]|\bau \d|fin (?:le|de)|remplacement|saison"
        r"|accroissement|surcroît",
        text,
        re.I,
    )
    evolves = _EVOLVES.search(text)
    if contract and evolves and not re.search(r"CDD[^.\n]*$", text[: evolves.start()]):
        why = "Un CDD ne peut pas servir de période d'essai avant un CDI."
        yield finding_at(text, "fixed_term", Level.WARN, L1242, evolves, why)
    permanent = re.search(r"\bcontrat\s*:\s*CDI\b", text, re.IGNORECASE) or (not evolves and _CDI.search(text))
    if contract and not permanent and not ends:
        why = "Un CDD dit pourquoi et jusqu'à quand : le motif ou la fin manque."
        yield finding_at(text, "fixed_term", Level.WARN, L1242, contract, why)
