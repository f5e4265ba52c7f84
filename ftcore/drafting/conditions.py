"""Rules that read when and how the work is done: the schedule, and what people should be asked about it."""

from __future__ import annotations

import re

from ftcore.drafting.demands import Asked, demand_of, is_denied
from ftcore.drafting.terms import Said
from ftcore.model import Demand

_WEEKDAY = r"(?:lundis?|mardis?|mercredis?|jeudis?|vendredis?|samedis?|dimanches?)"
_CLOCK = r"(?:[01]?\d|2[0-4])\s?(?:[hH]|heures?)\s?(?:[0-5]\d)?(?!\d)"
_HALF_DAY = rf"{_CLOCK}\s*(?:à|-|–|/|et)\s*(?:[01]?\d|2[0-4])(?:\s?(?:[hH]|heures?)\s?(?:[0-5]\d)?)?"
_NO_FIGURE = r"(?!\d|,\d|\s?%|\s?€)"
_PIECE = re.compile(
    rf"\b(?:du\s+{_WEEKDAY}\s+au\s+{_WEEKDAY}(?:\s+inclus)?"
    rf"|{_WEEKDAY}(?:\s*(?:,|et|ou|/|puis)\s*(?:le\s+)?{_WEEKDAY})*"
    rf"|(?:de\s+|entre\s+)?{_HALF_DAY}{_NO_FIGURE}"
    r"|(?:(?:en|équipes?)\s+)?[2357]\s?[x*×]\s?8\b|\b3x12\b"
    r"|(?:travail|horaires?|postes?|équipes?)\s+(?:de\s+|en\s+|du\s+)?(?:nuit|jour|journée|matin|soir|soirée|après-midi"
    r"|week-?end|alternance|coupure|coupée?s?|décalée?s?|variables?|flexibles?|fixes|atypiques|irréguliers|libres"
    r"|de bureau|continus?)"
    r"|(?:une?|1|deux|2|un)\s+(?:week[- ]?ends?|samedis?|dimanches?)\s+(?:sur|/)\s+(?:deux|trois|quatre|cinq|\d)"
    r"|(?:le |les |tous les )?week[- ]?ends?(?:\s+et\s+(?:les\s+)?jours fériés)?|(?:et|les)\s+jours fériés"
    r"|horaires?(?: sont)? en journée|de nuit"
    r"|(?:\d|un|deux|trois|quatre|cinq|six)\s+(?:jours?|interventions?|matinées?|soirs?)\s*(?:par|/)\s*semaine"
    r"|forfait[- ]jours?|en coupure|avec coupure|(?:en|par) roulement|le matin|l['’]après-midi|le soir)",
    re.IGNORECASE,
)
# What may stand between two pieces of one schedule.
_LINK = re.compile(r"[\s,/+:()&-]*(?:(?:et|ou|de|le|la|les|en|puis|avec|du|à)\b[\s,/+:(-]*){0,2}", re.IGNORECASE)
_NOT_WORK = re.compile(
    r"\b(?:ouvert\w*|fermée?|ouvre|candidat\w*|permanence|rendez-vous|entretien|évènement|événement|rencontrer|appel\w*"
    r"|joindre|repos|pas de travail|télétravail|jamais|aucun\w*)\b[^.;\n]{0,60}$",
    re.IGNORECASE,
)
_FREE_AFTER = re.compile(r"[^.;\n,]{0,15}\b(?:libres?|off|(?:de |en )?repos|chômés|fermés?)\b", re.IGNORECASE)
_ONE_DAY = re.compile(_WEEKDAY, re.IGNORECASE)
_DAY_NUMBER = re.compile(r"\s+\d{1,2}(?!\d|\s?h)", re.IGNORECASE)
_DAY_OF_WORK = re.compile(r"(?:\b(?:le|les|chaque|travail|sauf|uniquement|plus|:|,|et|-)\s*|^\s*)$", re.IGNORECASE)
MOST_PIECES = 6


def read_schedule(text: str) -> list[Said[str]]:
    """The phrases that say when one works, in the order of the text, at most six: "du lundi au vendredi, 8h-16h"."""
    spans: list[tuple[int, int]] = []
    for found in _PIECE.finditer(text):
        if _is_no_work(text, *found.span()) or _is_day_of_month(text, found):
            continue
        if spans and _LINK.fullmatch(text[spans[-1][1] : found.start()]):
            spans[-1] = (spans[-1][0], found.end())
        else:
            spans.append(found.span())
    said = [_said(text, start, end) for start, end in spans]
    # "de nuit" adds nothing to "travail de nuit, 21h-7h".
    return [
        each
        for place, each in enumerate(said)
        if not any(
            each.value.lower() in other.value.lower() and (len(each.value) < len(other.value) or place > before)
            for before, other in enumerate(said)
            if before != place
        )
    ][:MOST_PIECES]


def _said(text: str, start: int, end: int) -> Said[str]:
    words = text[start:end].rstrip()
    if "(" in words and ")" not in words and text[start + len(words) :].startswith(")"):
        words += ")"
    return Said(" ".join(words.split()), words, start)


def _is_no_work(text: str, start: int, end: int) -> bool:
    """ "pas de travail le week-end", "dimanche et lundi repos", "ouvert du mardi au samedi"."""
    return bool(_NOT_WORK.search(text[max(0, start - 80) : start]) or _FREE_AFTER.match(text[end : end + 30]))


def _is_day_of_month(text: str, found: re.Match[str]) -> bool:
    """ "jeudi 5 juin" is a date; a single day is a schedule only when it is said to be one: "le samedi"."""
    if not _ONE_DAY.fullmatch(found.group(0)):
        return False
    return bool(_DAY_NUMBER.match(text, found.end())) or not _DAY_OF_WORK.search(text[: found.start()][-15:])


# How it is asked in an SMS, and the words that say it. All of it is about the work, nothing about the person.
_ASKED = (
    (
        "Travail de nuit",
        r"\b(?:travail|horaires?|poste|équipe|équipes|veilleur|surveillant\w*) (?:de )?nuit\b|\bde nuit\b|\bla nuit\b",
    ),
    ("Travail le week-end", r"\bweek[- ]?ends?\b|\bsamedis? et (?:le )?dimanches?\b"),
    ("Travail le samedi", r"\b(?:travail|poste|ouvert|disponible)\w*\s+(?:tous )?les? samedis?\b|\bun samedi sur \w+"),
    ("Travail le dimanche", r"\b(?:travail|poste|disponible)\w*\s+(?:tous )?les? dimanches?\b|\bun dimanche sur \w+"),
    ("Travail les jours fériés", r"\b(?:les|et|travail\w*) jours fériés\b"),
    ("Horaires coupés", r"\b(?:en |avec |horaires? )?coup(?:ures?|ées?|és)\b(?! (?:de|des|du))"),
    ("Horaires décalés", r"\bhoraires? (?:décalés?|atypiques|irréguliers|variables?)\b"),
    ("Travail en équipes (2x8)", r"\b2\s?[x*×]\s?8\b"),
    ("Travail en équipes (3x8)", r"\b3\s?[x*×]\s?8\b"),
    ("Travail en équipes (5x8)", r"\b5\s?[x*×]\s?8\b"),
    ("Astreintes", r"\bastreintes?\b"),
    (
        "Déplacements",
        r"(?<!indemnité de )(?<!indemnités de )(?<!frais de )(?<!aide au )(?<!prime de )\b(?:grands? )?déplacements?\b"
        r"(?! (?:domicile|remboursés))",
    ),
    (
        "Véhicule personnel",
        r"\b(?:véhicule|voiture)s? (?:personnel\w*|indispensable|obligatoire|exigée?|souhaitée?|nécessaire)\b"
        r"|\bêtre véhiculÉe?s?\b"
        r"|\bvéhiculÉe?s?\b|\bmoyen de locomotion\b|\bavoir (?:un |son )véhicule\b",
    ),
    ("Mobilité", r"\bmobilité (?:géographique|régionale|nationale|internationale|exigée|souhaitée)\b"
    r"|\bêtre mobiles?\b"),
    ("Port de charges", r"\bport(?:er)? (?:de |des )?charges?(?: lourdes)?\b|\bcharges lourdes\b"),
    ("Travail en hauteur", r"\btravail(?:ler)? en hauteur\b"),
    ("Travail en extérieur", r"\btravail(?:ler)? en (?:extérieur|plein air)\b"),
    ("Travail dans le froid", r"\b(?:travail(?:ler)? (?:dans le|au) froid|chambres? froides?|milieu froid"
    r"|froid positif)\b"),
    ("Présence sur site, sans télétravail", r"\bpas de télétravail\b|\bsans télétravail\b"),
    ("Station debout", r"\bstation debout\b"),
)  # fmt: skip
# In capitals accents are often left out: "DEPLACEMENTS"; a capital É is one that must stand ("véhiculé").
_ASKED_RULES = tuple((asked, re.compile(rule.replace("é", "[ée]"), re.IGNORECASE)) for asked, rule in _ASKED)


def find_conditions(text: str) -> list[Asked]:
    """The conditions of the work worth asking people about, each once, in the order of the text.

    For information unless the text insists: "déplacements à prévoir" excludes nobody.
    """
    asked = []
    for name, rule in _ASKED_RULES:
        for found in rule.finditer(text):
            start, end = found.span()
            if is_denied(text, start, end) or _is_no_work(text, start, end):
                continue
            asked.append(Asked(name, start, end, demand_of(text, start, end, Demand.INFORMATION)))
            break
    return sorted(asked, key=lambda each: each.start)
