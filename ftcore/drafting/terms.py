"""Rules that read the terms of an offer in free text: contract, working time, pay, first day."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from ftcore.model import Pay, PayUnit
from ftcore.text import fold

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said(Generic[T]):
    """A fact, the words that say it, and where they begin in the text that was read."""

    value: T
    words: str
    start: int = field(default=0, compare=False)

    @property
    def end(self) -> int:
        return self.start + len(self.words)


NUMBERS = {"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "dix": 10}
COUNT = r"(\d{1,2}|" + "|".join(NUMBERS) + r")"


def number_of(count: str) -> int:
    """The number that `COUNT` matched, in figures or in letters; 0 when it is none."""
    return NUMBERS.get(fold(count)) or (int(count) if count.isdecimal() else 0)


MONTHS = (
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
)
_MONTH = r"(?:janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|octobre|novembre|d[ée]cembre)"
_WEEKDAY = r"(?:(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\s+)?"
_DAY = rf"(?:\d{{1,2}}(?:er)?\s+{_MONTH}(?:\s+\d{{4}})?|\d{{1,2}}/\d{{1,2}}(?:/\d{{4}}|/\d{{2}})?)"
_CONTRACTS = {
    "cdi": "CDI",
    "contrat a duree indeterminee": "CDI",
    "cdd": "CDD",
    "contrat a duree determinee": "CDD",
    "interim": "Intérim",
    "interimaire": "Intérim",
    "alternance": "Alternance",
    "apprentissage": "Alternance",
    "contrat de professionnalisation": "Alternance",
    "saisonnier": "Saisonnier",
}
_CONTRACT = re.compile(
    r"\b(?<!agence d')(CDI|CDD|contrat à durée (?:in)?déterminée|int[ée]rim(?:aire)?|alternance"
    r"|(?<!l')apprentissage(?! d)|contrat de professionnalisation|saisonnier)\b"
    r"((?:\s*,)?\s*(?:de\s+|d'une durée de\s+|pour\s+|-\s+)?\(?(\d{1,2})\s+(mois|semaines?|jours?|ans?)\)?"
    rf"(?!\s*d'exp)|(?:\s*,)?\s*jusqu'(?:au|à)\s+{_WEEKDAY}({_DAY}))?",
    re.IGNORECASE,
)


def read_contract(text: str) -> Said[str] | None:
    """The first contract named, with its length or its end: "CDD de 6 mois", "Intérim jusqu'au …"."""
    found = _CONTRACT.search(text.replace("’", "'"))
    if not found:
        return None
    contract = _CONTRACTS.get(fold(found.group(1)), found.group(1))
    if found.group(3):
        contract += f" de {found.group(3)} {found.group(4).lower()}"
    elif found.group(5):
        contract += f" jusqu'au {found.group(5)}"
    return Said(contract, found.group(0).rstrip(), found.start())


_UNTIL = re.compile(
    r"\b(?:jusqu'(?:au|à)\s+|(?:date de )?fin (?:de contrat|de mission)?\s*(?:prévue\s*)?(?::|le)\s*"
    rf"|se termine(?:ra)? le\s+|du\s+{_WEEKDAY}(?P<first>{_DAY}|\d{{1,2}}(?:er)?)\s+au\s+){_WEEKDAY}(?P<last>{_DAY})",
    re.IGNORECASE,
)
# "Candidatures jusqu'au 15 mars" dates no contract.
_APPLYING = re.compile(r"\b(?:candidat\w*|postul\w*|répon\w*|CV|congés?|ferm\w+|ouver\w+|inscri\w+)\b[^.;\n]*$", re.I)


def read_contract_end(text: str, today: date) -> Said[date] | None:
    """The last day of the contract when a day is said; a length ("6 mois") gives no day."""
    found = _contract_until(text)
    day = read_day(found["last"], today) if found else None
    return Said(day, found.group(0), found.start()) if found and day else None


def _contract_until(text: str) -> re.Match[str] | None:
    text = text.replace("’", "'")
    for found in _UNTIL.finditer(text):
        if not _APPLYING.search(text[max(0, found.start() - 60) : found.start()]):
            return found
    return None


_CLOCK_BEFORE = re.compile(
    r"(?:\bà|\ba|\bde|\bdès|\bvers|\bet|\bjusqu'à|\bavant|\baprès|\bentre|\b(?:lun|mar|mercre|jeu|vendre|same)di"
    r"|\bdimanche|\bmidi|[\dh]\s*[-/–])\s*$",
    re.IGNORECASE,
)
_HOURS = re.compile(
    r"(?<![\d,./:])(\d{1,2})(?:[,.](\d{1,2}))?\s?(?:heures?|h)(?:\s?([0-5]\d)(?!\d|[.,]\d|\s?(?:€|k|euro)))?\b",
    re.IGNORECASE,
)
_WEEKLY_AFTER = re.compile(r"\s*(?:/|par|la|de travail par)?\s*(?:semaine|sem\b|hebdo\w*)", re.IGNORECASE)
_WEEKLY_BEFORE = re.compile(
    r"(?:temps partiel|temps plein|temps complet|mi-temps|contrat(?: de)?|dur[ée]e|hebdomadaire)\s*(?:de|à|[-:(])?\s*$",
    re.IGNORECASE,
)
_OTHER_PERIOD = re.compile(
    r"\s*(?:/|par)?\s*(?:jour|j\b|mois|an\b|24)|\s*(?:à|-|–|/)\s*\d{1,2}(?!\d|,\d|\s?€)", re.IGNORECASE
)
LONGEST_WEEK = 48


def read_weekly_hours(text: str) -> Said[float] | None:
    """Hours a week: "35h", "37H30" (37.5), "temps partiel 20 h"; times of day are passed over."""
    for found in _HOURS.finditer(text):
        before, after = text[max(0, found.start() - 40) : found.start()], text[found.end() : found.end() + 30]
        hours = float(f"{found.group(1)}.{found.group(2) or 0}") + int(found.group(3) or 0) / 60
        a_week = _WEEKLY_AFTER.match(after)
        weekly = bool(a_week or _WEEKLY_BEFORE.search(before))
        if not weekly and (_CLOCK_BEFORE.search(before) or _OTHER_PERIOD.match(after) or hours < 15):
            continue
        if 1 <= hours <= LONGEST_WEEK and int(found.group(3) or 0) < 60:
            said = (found.group(0) + (a_week.group(0) if a_week else "")).rstrip()
            return Said(round(hours, 2), said, found.start())
    return None


def read_working_time(text: str) -> str | None:
    """ "temps plein" or "temps partiel", when it is said: it does not tell the number of hours."""
    found = re.search(r"\b(temps (?:plein|complet|partiel)|mi-temps)\b", text, re.IGNORECASE)
    return found.group(1).lower() if found else None


_AMOUNT = r"\d{1,3}(?:[ \u00a0\u202f.]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
# "1900 brut" is said of an amount in euros.
_CURRENCY = r"(?:\s*(?:k\s*€|k\s*euros?|k\b|€|euros?\b)|(?=\s+bruts?\b))"
_PAY = re.compile(
    rf"(?:\b(?:de|entre)\s+)?(?<![\d,.x×*])(?P<low>{_AMOUNT})(?P<unit1>{_CURRENCY})?"
    rf"(?:\s*(?:à|et|-|–|/)\s*(?P<high>{_AMOUNT})(?P<unit2>{_CURRENCY}))?"
    r"(?P<net>\s+nets?\b)?(?P<after>(?:\s+bruts?)?(?:\s*(?:/|par|de l'|l'|à l')?\s*"
    r"(?:heure|h\b|mois|mensuels?|ans?\b|annuels?|horaires?))?)(?P<net2>\s+nets?\b)?",
    re.IGNORECASE,
)
# An amount after these words is no pay: "prime de 200 €", "panier repas 9 €".
_EXTRA = re.compile(
    r"\b(primes?|paniers?|tickets?|indemnit\w+|titres?|repas|mutuelle|ch[èe]ques?|chiffre d'affaires|capital|budget"
    r"|panier moyen|ségur)\b[^,.;\n]{0,30}$",
    re.IGNORECASE,
)
_UNITS = (
    (r"heure|\bh\b|horaire", PayUnit.HOUR),
    (r"mois|mensuel", PayUnit.MONTH),
    (r"\ban|annuel", PayUnit.YEAR),
)


def read_pay(text: str) -> tuple[Said[Pay] | None, str | None] | None:
    """Gross pay, or else the words of an amount said to be net; None when no amount is said.

    Without a unit the amount tells: at most 100 € an hour, 400 to 9,999 € a month, more a year.
    """
    text = text.replace("’", "'")
    for found in _PAY.finditer(text):
        currency = found["unit1"] if found["unit2"] is None else found["unit2"]
        before = text[max(0, found.start() - 60) : found.start()]
        if currency is None or _EXTRA.search(before):
            continue
        currency = currency.strip().lower()
        if currency == "k" and not found["high"] and not found["after"]:
            continue
        begin = found.start("low") if not found["high"] else found.start()
        said = text[begin : found.end()].rstrip()
        if found["net"] or found["net2"]:
            return None, said
        thousand = 1000 if currency.startswith("k") else 1
        low = amount(found["low"]) * thousand
        high = amount(found["high"]) * thousand if found["high"] else None
        pay = pay_of(low, high, _pay_unit(found["after"], before, low))
        if pay:
            return Said(pay, said, begin), None
    return None


def amount(text: str) -> float:
    """A French number: "1 900,50" and "1.900" are amounts of thousands, "12.17" has decimals."""
    digits = re.sub(r"[\s\u00a0\u202f]", "", text)
    if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d+)?", digits):
        digits = digits.replace(".", "")
    return float(digits.replace(",", "."))


def pay_of(low: float, high: float | None, unit: PayUnit | None) -> Pay | None:
    """A pay whose amounts are plausible for the unit and in order, or None."""
    least, most = {
        PayUnit.HOUR: (1.0, 1000.0),
        PayUnit.MONTH: (20.0, 100_000.0),
        PayUnit.YEAR: (500.0, 1_000_000.0),
        None: (1.0, 0.0),
    }[unit]
    amounts = [low] if high is None else [low, high]
    if unit is None or not all(least <= each <= most for each in amounts):
        return None
    return Pay(low=min(amounts), unit=unit, high=max(amounts) if high not in (None, low) else None)


def _pay_unit(after: str, before: str, low: float) -> PayUnit | None:
    for pattern, unit in _UNITS:
        if re.search(pattern, after, re.IGNORECASE):
            return unit
    close = re.search(r"(horaire|mensuel|annuel)\w*\s*(?:brute?)?\s*(?:de|:|entre)*\s*$", before, re.IGNORECASE)
    if close:
        return {"h": PayUnit.HOUR, "m": PayUnit.MONTH, "a": PayUnit.YEAR}[close.group(1)[0].lower()]
    if low <= 100:
        return PayUnit.HOUR
    if low < 400:
        return None
    return PayUnit.MONTH if low < 10_000 else PayUnit.YEAR


_SOON = re.compile(
    r"\b(d[èe]s que possible|(?<!proximité )imm[ée]diat\w*|de suite|tout de suite|au plus (?:vite|t[ôo]t)|urgent"
    r"|ASAP)\b",
    re.IGNORECASE,
)
_START = re.compile(
    r"\b(?:à partir du|à compter du|dès le|début(?:e(?:r|ra)?)?(?:\s*:|\s+le|\s+prévue? le|\s+du contrat le)?"
    r"|commence(?:r|ra)? le|démarr(?:age|e|era)(?:\s+le|\s*:)?|prise de poste(?:\s+prévue)?(?:\s+(?:au|le)|\s*:)?"
    r"|entrée en fonctions?(?:\s+le|\s*:)?|à pourvoir (?:au|le|pour le)|embauche le|disponible le"
    rf"|date de (?:début|démarrage)(?: de mission| du contrat)?|pour le)\s*:?\s*{_WEEKDAY}({_DAY})",
    re.IGNORECASE,
)


def read_start(text: str, today: date) -> Said[date | None] | None:
    """The first day of work. The value is None for "dès que possible"; a month alone is no day."""
    found = _START.search(text) or re.match(rf"\s*(?:le\s+)?({_DAY})\s*\.?\s*$", text, re.IGNORECASE)
    if found and (day := read_day(found.group(1), today)):
        return _said(day, found)
    between = _contract_until(text)
    if between and between["first"] and (day := _first_day(between["first"], between["last"], today)):
        return Said(day, text[between.start() : between.end()], between.start())
    soon = _SOON.search(text)
    return _said(None, soon) if soon else None


def _said(value: T, found: re.Match[str]) -> Said[T]:
    whole = found.group(0)
    return Said(value, whole.strip(), found.start() + len(whole) - len(whole.lstrip()))


def _first_day(first: str, last: str, today: date) -> date | None:
    """ "du 1er mars au 31 août 2027": the year of the last day is that of the first, or the one after."""
    end = read_day(last, today)
    if end and first.removesuffix("er").isdecimal():
        # "du 2 au 27 février"
        return read_day(f"{first.removesuffix('er')}/{end.month}/{end.year}", today)
    start = read_day(first, today)
    if start is None or end is None or re.search(r"\d{4}$|/\d+/\d+$", first):
        return start
    same_year = read_day(f"{start.day}/{start.month}/{end.year}", today)
    return same_year if same_year and same_year <= end else read_day(f"{start.day}/{start.month}/{end.year - 1}", today)


def read_day(text: str, today: date) -> date | None:
    """ "1er décembre", "12/01/2027": without a year, the next such day from `today` on."""
    parts = re.findall(r"\d+|[a-z]+", fold(text).replace("1er", "1"))
    try:
        day = int(parts[0])
        month = MONTHS.index(parts[1]) + 1 if parts[1] in MONTHS else int(parts[1])
        if len(parts) > 2:
            year = int(parts[2])
            return date(year + 2000 if year < 100 else year, month, day)
        this_year = date(today.year, month, day)
        return this_year if this_year >= today else date(today.year + 1, month, day)
    except ValueError:
        return None
