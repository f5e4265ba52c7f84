"""The figures of a text with what they count: euros, hours, days, years; "deux ans" and "24 mois" are equal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from ftcore.drafting.terms import amount, read_day
from ftcore.text import fold


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure at `start:end` of a text. `kind` is what it counts, "" when the text does not say."""

    kind: str
    value: float
    start: int
    end: int
    # The year that is said, and the one that is meant when none is.
    year: int | None = None
    meant: int | None = None

    @property
    def why(self) -> str:
        return _WHY.get(self.kind, "ce nombre n'est pas dans les notes")


_WHY = {
    "€": "ce montant n'est pas dans les notes",
    "h": "cet horaire n'est pas dans les notes",
    "date": "cette date n'est pas dans les notes",
    "mois": "cette durée n'est pas dans les notes",
    "semaine": "cette durée n'est pas dans les notes",
    "jour": "cette durée n'est pas dans les notes",
}
_WORDS = {
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10, "onze": 11,
    "douze": 12, "treize": 13, "quinze": 15, "vingt": 20, "trente": 30,
}  # fmt: skip
_MONTH = r"(?:janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|octobre|novembre|d[ée]cembre)"
_FIGURE = re.compile(
    rf"(?P<day>\b\d{{1,2}}(?:er)?\s+{_MONTH}(?:\s+\d{{4}})?|\b\d{{1,2}}/\d{{1,2}}/\d{{2,4}}\b|\b\d{{1,2}}/\d{{1,2}}\b(?![/\d]))"
    r"|(?P<hours>(?<![\d,.])\d{1,2})\s?(?:heures?|h(?![a-zà-ÿ]))(?:\s?(?P<minutes>[0-5]\d(?!\d)))?"
    r"|(?P<number>(?<!\d)(?:\d{1,3}(?:[ \u00a0\u202f.]\d{3})+(?!\d)(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?))"
    r"(?P<unit>\s?(?:k\s?€|k\s?euros?\b|k\b|€|euros?\b|%|ans?\b|ann[ée]es?\b|mois\b|semaines?\b|jours?\b|km\b))?"
    rf"|\b(?P<word>{'|'.join(_WORDS)})\b(?P<unit2>\s(?:ans?|ann[ée]es?|mois|semaines?|jours?|heures?)\b)?"
    r"|\b(?P<one>une?)\s(?P<unit3>ans?|ann[ée]e|mois|semaine|jour)\b",
    re.IGNORECASE,
)


def quantities(text: str, now: date) -> Iterator[Quantity]:
    """Every figure of the text, in its order; `now` dates a day said without its year."""
    figures = list(_FIGURE.finditer(text))
    for place, found in enumerate(figures):
        if found["day"]:
            yield _day(found, now)
        elif found["hours"]:
            yield Quantity("h", 60 * int(found["hours"]) + int(found["minutes"] or 0), *found.span())
        elif found["number"]:
            unit = found["unit"] or _unit_of_range(text, found, figures[place + 1 : place + 2])
            yield _counted(amount(found["number"]), unit, found)
        elif found["word"]:
            yield _counted(_WORDS[fold(found["word"])], found["unit2"] or "", found)
        else:
            yield _counted(1, found["unit3"], found)


def _unit_of_range(text: str, found: re.Match[str], following: list[re.Match[str]]) -> str:
    """ "22 à 25 k€": the first figure counts what the second does."""
    for later in following:
        if _TO.fullmatch(text[found.end() : later.start()]):
            return later["unit"] or ""
    return ""


_TO = re.compile(r"\s*(?:à|et|ou|-|–|/)\s*", re.IGNORECASE)


def _day(found: re.Match[str], now: date) -> Quantity:
    said = found["day"]
    day = read_day(said, now)
    year = re.search(r"\d{4}$|(?<=/)\d{2}$", said) if said.count("/") != 1 else None
    if day is None:
        return Quantity("", float(re.sub(r"\D", "", said) or 0), *found.span())
    full = int(year.group(0)) if year else None
    said_year = full + 2000 if full is not None and full < 100 else full
    return Quantity("date", 100 * day.month + day.day, *found.span(), year=said_year, meant=day.year)


def _counted(value: float, unit: str, found: re.Match[str]) -> Quantity:
    unit = fold(unit)
    if unit.startswith("k") and unit != "km":
        return Quantity("€", value * 1000, *found.span())
    if unit.startswith("an"):
        return Quantity("mois", value * 12, *found.span())
    if unit.startswith("heure"):
        return Quantity("h", value * 60, *found.span())
    for kind, begins in (("€", ("€", "euro")), ("mois", ("mois",)), ("semaine", ("semaine",)), ("jour", ("jour",))):
        if unit.startswith(begins):
            return Quantity(kind, value, *found.span())
    return Quantity("%" if unit == "%" else "km" if unit == "km" else "", value, *found.span())


def says(told: Iterable[Quantity], stated: Quantity) -> bool:
    """Whether one of the figures told is the stated one; a bare figure may be of any kind, 1 is no figure."""
    if stated.kind == "" and stated.value <= 1:
        return True
    return any(_same(each, stated) for each in told)


def _same(one: Quantity, other: Quantity) -> bool:
    if one.kind == other.kind:
        return one.value == other.value and (other.year is None or one.meant == other.meant)
    if "" in (one.kind, other.kind):
        counted, bare = (one, other) if other.kind == "" else (other, one)
        # Without its unit: 35 for 35 h, 2 for 2 years, 22 for 22 k€.
        scale = {"h": (60,), "mois": (1, 12), "€": (1, 1000)}.get(counted.kind, (1,))
        return counted.kind != "date" and any(bare.value * each == counted.value for each in scale)
    return False
