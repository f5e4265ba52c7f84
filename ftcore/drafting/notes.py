"""Rules that read the facts of an offer in a counselor's notes, or in a draft of the offer.

Every fact keeps the words it was read in, so that a draft can quote them and state nothing else.
A line "Salaire : …" is believed before the rest of the text, and "à préciser" there means unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from ftcore.drafting.profile import read_experience, read_languages, read_licences
from ftcore.drafting.terms import (
    COUNT,
    Said,
    number_of,
    read_contract,
    read_pay,
    read_start,
    read_weekly_hours,
    read_working_time,
)
from ftcore.model import Pay
from ftcore.text import fold

T = TypeVar("T")
TO_SPECIFY = "à préciser"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text says about an offer; None, or empty, means that it does not say.

    `start.value` is None when the text says "as soon as possible". `net_pay` holds an amount given
    as net, which is no gross pay. `wished` are the licences and languages that are no requirement.
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


def read_facts(text: str, today: date) -> Facts:
    """Read every fact of `text`; `today` dates a day said without its year."""
    lines = labelled_lines(text)

    def find(rule: Callable[[str], T | None], *labels: str) -> T | None:
        for label in labels:
            if label in lines:
                return rule(lines[label])
        return rule(text)

    pay, net_pay = find(read_pay, "salaire", "remuneration") or (None, None)
    licences, wished_licences = find(read_licences, "permis") or ((), ())
    languages, wished_languages = find(read_languages, "langues", "langue") or ((), ())
    return Facts(
        title=find(read_title, "titre", "poste", "intitule"),
        occupation=_known(lines.get("metier")),
        place=_known(lines["lieu"]) if "lieu" in lines else read_place_words(text),
        contract=find(read_contract, "contrat", "type de contrat"),
        weekly_hours=find(read_weekly_hours, "horaires", "duree du travail"),
        working_time=find(read_working_time, "horaires", "duree du travail"),
        pay=pay,
        net_pay=net_pay,
        experience_years=find(read_experience, "experience"),
        licences=licences,
        languages=languages,
        wished=wished_licences + wished_languages,
        start=find(lambda part: read_start(part, today), "debut", "date de debut", "prise de poste"),
        openings=find(read_openings, "nombre de postes", "postes"),
        employer=_known(lines.get("employeur") or lines.get("entreprise")),
    )


def labelled_lines(text: str) -> dict[str, str]:
    """The lines of the form "Label : value", by folded label; a label alone takes the next line."""
    found: dict[str, str] = {}
    lines = [line.strip(" \t-•*#_") for line in text.splitlines()]
    for number, line in enumerate(lines):
        label, colon, value = line.partition(":")
        label, value = fold(label.strip("*_ ")), value.strip(" *_")
        if label == "titre" and not value:
            value = next((later for later in lines[number + 1 :] if later), "")
        if (colon or label == "titre") and value and len(label) <= 24:
            # "Contrat : CDI" must still be found where the rule looks for its own label.
            found.setdefault(label, f"{label} : {value}" if label in _COUNTED_LABELS else value)
    return found


_COUNTED_LABELS = ("nombre de postes", "postes")


def _known(value: str | None) -> str | None:
    return value if value and fold(TO_SPECIFY) not in fold(value) else None


_OPENINGS = (
    r"(?:bonjour|urgent|merci)?[\s,!:.-]*"
    r"(?:(?:nous|on|je|l'entreprise|notre client)\s+)?"
    r"(?:re)?(?:cherch\w+|crut\w+)?\s*"
    r"(?:besoin\s+d['’e]\s*|offre\s+(?:d'emploi\s+)?(?:de\s+|d['’])?|poste\s+(?:de\s+|d['’]))?"
    r"(?:une?\(?e?\)?\s+|des\s+|le\s+|la\s+|\d+\s+(?:postes?\s+(?:de\s+|d['’]))?"
    r"|(?:deux|trois|quatre|cinq)\s+(?:postes?\s+(?:de\s+|d['’]))?)?"
)
_WANTED = re.compile(r"\b(?:re)?cherch(?:e|ons|ent)\b|\brecrut(?:e|ons|ent)\b|\bposte (?:de |d['’])|\bbesoin d", re.I)
_TITLE_ENDS = re.compile(
    r"[,;:.!\n]|\s[-–—]\s|\s(?:pour|dans|chez|en\s+(?:CD[ID]|int[ée]rim|alternance)|avec|qui|dès|CDI|CDD"
    r"|int[ée]rim|temps|débutant|permis|CACES|expérience|basée?|\d)(?=\s|\d|$)"
    # "serveur à Rennes", but "aide à domicile"
    r"|\s(?:à|À|a|au|aux|sur)\s+(?:partir|compter|pourvoir|temps|(?-i:[A-ZÉÈÎ\d]))",
    re.IGNORECASE,
)


def read_title(text: str) -> str | None:
    """The title: the words that follow "cherche", "poste de"…, or the first words of the text."""
    if not _known(text):
        return None
    first = next((line for line in text.splitlines() if line.strip()), "").strip(" -•*#_\t")
    wanted = _WANTED.search(text)
    first = text[wanted.start() :] if wanted else first
    opening = re.match(_OPENINGS, first, re.IGNORECASE)
    several = bool(opening and re.search(r"\d|\b(?:deux|trois|quatre|cinq|des)\b", opening.group(0), re.I))
    first = first[opening.end() :] if opening else first
    # With a space before it, a text that begins with "CDI" or "temps plein" has no title at all.
    first = f" {first}"
    end = _TITLE_ENDS.search(first)
    title = " ".join((first[: end.start()] if end else first).split()).strip("\"'« »")
    if len(title) < 3 or len(title) > 120 or not re.search(r"[a-zA-ZÀ-ÿ]{3}", title):
        return None
    if several:
        title = re.sub(r"^(?:[\wÀ-ÿ-]+s\b ?)+", lambda plural: re.sub(r"(?<!mi)s\b", "", plural.group(0)), title)
    return title[0].upper() + title[1:]


def read_place_words(text: str) -> str | None:
    """The words that name a place after "à", "sur", "basé à": not yet a known place."""
    found = re.search(
        r"\b(?:à|À|sur|près de|basée? à|secteur(?: de)?)\s+"
        r"((?:(?:La|Le|Les|L['’]|St|Ste|Saint|Sainte)[\s-]*)?[A-ZÉÈÎÂ][\w'’]+"
        r"(?:[\s-](?:(?:sur|sous|en|de|du|des|la|le|les|lès|l['’]|d['’])[\s-]?)*[A-ZÉÈÎÂ][\w'’]+|-[\w'’]+)*"
        r"(?:\s*\((?:\d{2,3}|2[AB]|\d{5})\))?)",
        text,
    )
    if found:
        return found.group(1)
    postcode = re.search(r"\b\d{5}\b(?:\s+[A-ZÉÈ][\w'’-]+)?", text)
    return postcode.group(0) if postcode else None


def read_openings(text: str) -> Said[int] | None:
    """How many people are wanted: "2 postes", "cherche trois serveurs"."""
    found = re.search(rf"\b{COUNT}\s+postes?\b|\bpostes?\s*:\s*{COUNT}\b", text, re.I) or re.search(
        rf"\b(?:cherch\w+|recrut\w+|besoin de)\s+{COUNT}\s+(?!ans?\b|mois\b|heures?\b)[a-zà-ÿ]", text, re.I
    )
    if not found:
        return None
    count = next(group for group in found.groups() if group)
    number = number_of(count)
    return Said(number, found.group(0)) if number else None
