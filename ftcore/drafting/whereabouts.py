"""Rules that find the words naming the place of work; which of them is a commune, the referential says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from ftcore.database import Database
from ftcore.drafting.form import home_department
from ftcore.drafting.terms import Said
from ftcore.matching.places import Communes, department_place
from ftcore.model import Place

_NO_NAME = r"(?!(?:CDI|CDD|CV|RDV|EHPAD|IME|Noël|Pâques|Internet|Vous|Nous|Notre|Votre|Poste|Salaire|Contrat)\b)"
_NAME = (
    r"(?:(?:La|Le|Les|L['’]|St|Ste|Saint|Sainte|LA|LE|LES|ST|SAINT)[ \t-]*)?"
    rf"{_NO_NAME}[A-ZÉÈÎÂ][\w'’]+"
    rf"(?:[ \t-](?:(?:sur|sous|en|de|du|des|la|le|les|lès|l['’]|d['’])[ \t-]?)*{_NO_NAME}[A-ZÉÈÎÂ][\w'’]+|-[\w'’]+)*"
    r"(?:\s*\((?:\d{2,3}|2[AB]|\d{5})\s*\))?"
)
# What says outright where the work is.
_SURE = re.compile(
    r"\b(?:(?:basée?s?|située?s?|se situe|implantée?s?|postes?|travail(?:ler)?|lieu(?: de travail)?)\s+(?:à|sur|au)"
    rf"|secteurs? (?:de|d['’])|commune (?:de|d['’]))\s*({_NAME})",
    re.IGNORECASE,
)
_LIKELY = re.compile(rf"\b(?:à|À|sur|près de|secteur)\s+({_NAME})")
# A postcode opens or closes what it stands in, and is no norm ("ISO 22000") and no amount.
_POSTCODE = re.compile(
    rf"(?:^|(?<=[(,:\n–-])|(?<=\bà)|(?<=\bsur))[ \t]*((?:\d{{5}}|2[AB]\d{{3}})\b(?:[ \t]+{_NAME})?)(?!\s*€)",
    re.MULTILINE,
)
# "CDI 35 h, Lyon, 1 850 €": a clause that is one name.
_CLAUSE = re.compile(rf"[,;–-][ \t]+({_NAME})(?=(?:[ \t]+\d{{1,2}}e(?:r|me)?)?[ \t]*(?:[,;\n]|[ \t][–-][ \t]|$))")
_NAMED = re.compile(_NAME)
_LOWER_AFTER = re.compile(r"\b(?:à|a|sur|secteur(?: de)?|vers)\s+((?:[a-zà-ÿ'’]{2,}[ -]?){1,5})")
_LOWER_ALONE = re.compile(r"(?:^|[,;\n])[ \t]*((?:[a-zà-ÿ'’]{3,}[ -]?){1,4})(?=\s*(?:[,;\n(]|\d{2}\b|$))", re.MULTILINE)
_LOWER_BEFORE_CONTRACT = re.compile(r"\b((?:[a-zà-ÿ'’]{3,}[ -]){1,4})(?=(?:CDI|CDD|cdi|cdd|int[ée]rim|\(?\d{2}\b\)?))")
TOP = 500


@dataclass(frozen=True, slots=True)
class Places:
    """Words that may name the place of work, from the surest to the least sure.

    `titled` and `bare` are names without a word such as "à": they count only in the agency's own department.
    """

    labelled: Said[str] | None = None
    sure: tuple[Said[str], ...] = ()
    titled: tuple[Said[str], ...] = ()
    likely: tuple[Said[str], ...] = ()
    clauses: tuple[Said[str], ...] = ()
    bare: tuple[Said[str], ...] = ()

    @property
    def first(self) -> Said[str] | None:
        """The words to show when none of them is known."""
        said = [self.labelled] if self.labelled else [*self.sure, *self.likely]
        return next(iter(said), None)


def place_words(text: str) -> Places:
    """Every group of words of `text` that may name the place of work."""
    sure = []
    for found in _SURE.finditer(text):
        named = _NAMED.match(text, found.start(1))
        if named:
            sure.append(Said(named.group(0), named.group(0), named.start()))
    likely = [Said(found.group(1), found.group(1), found.start(1)) for found in _LIKELY.finditer(text)]
    coded = [Said(found.group(1), found.group(1), found.start(1)) for found in _POSTCODE.finditer(text)]
    top = re.match(r"\s*[^\n]{1,120}(?=\n)", text)
    titled = tuple(_bare(top.group(0))) if top else ()
    clauses = [Said(found.group(1), found.group(1), found.start(1)) for found in _CLAUSE.finditer(text[:TOP])]
    return Places(None, tuple(sure), titled, (*likely, *coded), tuple(clauses), tuple(_bare(text[:TOP])))


def _bare(top: str) -> Iterator[Said[str]]:
    for rule in (_NAMED, _LOWER_AFTER, _LOWER_ALONE, _LOWER_BEFORE_CONTRACT):
        for found in rule.finditer(top):
            group = 1 if rule.groups else 0
            words = found.group(group).rstrip(" -'’")
            if len(words) >= 4:
                yield Said(words, words, found.start(group))


# A name is not cut before these: "Saint-Sauveur" is not Saint-Sauveur-de-Montagut.
_GOES_ON = frozenset(
    ("de", "du", "des", "d", "en", "sur", "sous", "le", "la", "les", "lès", "saint", "st", "sainte", "ste")
)


def _within(said: Said[str], bare: bool) -> Iterator[Said[str]]:
    """The words, then fewer of them: "Annonay CDI" names Annonay; a bare name may begin later too."""
    pieces = [match.span() for match in re.finditer(r"[^\s]+", said.words)][:8]
    words = [said.words[begin:end].lower() for begin, end in pieces]
    for first in range(len(pieces) if bare else 1):
        for last in range(len(pieces), first, -1):
            cut = last < len(pieces) and (words[last] in _GOES_ON or words[last - 1] in _GOES_ON)
            begin, end = pieces[first][0], pieces[last - 1][1]
            # "le Campus d'Annonay"
            begin += 2 if bare and re.match(r"[dl]['’]", said.words[begin:], re.IGNORECASE) else 0
            if end - begin >= 3 and not cut and words[first] not in _GOES_ON - {"le", "la", "les", "saint", "st"}:
                part = said.words[begin:end].rstrip(",;.")
                yield Said(part, part, said.start + begin)


def find_work_place(database: Database, agency_id: UUID, places: Places) -> tuple[Place | None, Said[str] | None]:
    """The commune (or department) that the text names, with the words that name it.

    Of communes of one name, the one in the agency's department is meant. A place that is said outright
    and unknown is not replaced by another one that the text happens to name.
    """
    near = home_department(database, agency_id)
    if places.labelled is not None:
        found = _first_known(database, (places.labelled,), near, bare=False)
        return found or _whole_department(database, places.labelled)
    groups = [(places.sure, False)] if places.sure else [(places.titled, True), (places.likely, False)]
    if not places.sure and not places.likely:
        groups += [(places.clauses, False), (places.bare, True)]
    for group, bare in groups:
        found = _first_known(database, group, near, bare=bare)
        if found:
            return found
    first = places.first
    return _whole_department(database, first) if first else (None, None)


def _whole_department(database: Database, said: Said[str]) -> tuple[Place | None, Said[str] | None]:
    place = department_place(database, said.value)
    return place, said if place else None


def _first_known(
    database: Database, group: tuple[Said[str], ...], near: str | None, bare: bool
) -> tuple[Place, Said[str]] | None:
    if not group:
        return None
    tried = [part for said in group[:30] for part in _within(said, bare)]
    communes = Communes(database, {part.value for part in tried})
    for part in tried:
        named = communes.named(part.value, near)
        if len(named) == 1 and (not bare or named[0].department == near):
            return named[0], part
    return None
