"""One cell of a file of job seekers, read: what it says, or why it is not accepted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import pandas as pd

from ftcore import phones
from ftcore.database import Database, utc_now
from ftcore.matching.occupations import OccupationIndex
from ftcore.matching.places import CodeKind, Communes
from ftcore.model import Place
from ftcore.text import fold, words

_LONGEST = 200
_MOST_SUGGESTIONS = 100


class Refused(Exception):
    """Why one cell is not accepted, in French."""


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")


def text_of(value: Any) -> str:
    """A cell as text; Parquet cells may be numbers, dates, lists or nothing."""
    if isinstance(value, str):
        return _CONTROL.sub(" ", value).strip()
    if value is None:
        return ""
    if isinstance(value, bytes):
        return text_of(value.decode("utf-8", "replace"))
    if not isinstance(value, dict) and hasattr(value, "__iter__"):
        return "|".join(text_of(item) for item in value)
    if pd.isna(value):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, date):  # datetimes and pandas' own are dates too
        return value.isoformat()[:10]
    return text_of(str(value))


def short(value: str, longest: int = _LONGEST) -> str:
    """A text with single spaces. Raises Refused for one that is too long."""
    plain = " ".join(value.split())
    if len(plain) > longest:
        raise Refused(f"Trop long : {longest} caractères au plus")
    return plain


def phone(value: str) -> str:
    """A mobile number in E.164. Raises Refused."""
    # Spreadsheets drop the "+" of an international number.
    normal = phones.normalise(f"+{value}" if re.fullmatch(r"33[67]\d{8}", value, re.ASCII) else value)
    if normal is None:
        raise Refused("Ce n'est pas un numéro de mobile valide (exemple : 06 39 98 00 01)")
    return normal


def invented_phone(value: str) -> str:
    """The same, of the range reserved for works of fiction only. Raises Refused."""
    normal = phone(value)
    if not phones.is_fictional(normal):
        raise Refused("La démonstration n'accepte que des numéros inventés (06 39 98 00 00 à 06 39 98 99 99)")
    return normal


class Occupations:
    """The ROME code that a cell means."""

    def __init__(self, index: OccupationIndex) -> None:
        self._index = index
        self._suggestions = 0

    def __call__(self, cell: str) -> str:
        found = self._index.find(cell)
        if len(found) == 1:
            return found[0].code
        reason = "Métier inconnu du référentiel"
        if found:
            reason = "Plusieurs métiers portent ce nom : donnez le code ROME"
        elif self._suggestions < _MOST_SUGGESTIONS and len(cell) <= _LONGEST:
            self._suggestions += 1
            found = self._index.search(cell, 2)
        if found:
            reason += f" ({' ou '.join(f'{match.label}, {match.code}' for match in found[:3])} ?)"
        raise Refused(reason)


_Where = tuple[str | None, str | None, float | None, float | None]


class Places:
    """The place that a cell means, homonyms told by the agency's department."""

    def __init__(self, database: Database, agency_id: UUID, column: str) -> None:
        self._database = database
        self._home = database.value("SELECT department FROM agency WHERE agency_id = $1", agency_id)
        self._code_is: CodeKind | None = "insee" if "insee" in " ".join(words(column)) else "postcode"
        self._communes = Communes(database, ())

    def prepare(self, cells: Iterable[str]) -> None:
        """Read the communes that these cells may mean, all in one go."""
        self._communes = Communes(self._database, [cell for cell in cells if cell])

    def __call__(self, cell: str) -> _Where:
        if not cell:
            return (None, None, None, None)
        found = self._communes.named(cell, self._home, self._code_is)
        if len(found) == 1:
            return (found[0].name, found[0].department, found[0].lat, found[0].lon)
        if found and re.fullmatch(r"\d{5}", cell, re.ASCII):
            return _middle(cell, found)
        if found:
            raise Refused("Plusieurs communes portent ce nom : ajoutez le code postal, ou le département")
        raise Refused("Commune inconnue du référentiel : vérifiez-la, ou laissez la cellule vide")


def _middle(postcode: str, places: list[Place]) -> _Where:
    """A postcode that communes share is kept as it is, in their middle: a few kilometres off at most."""
    located = [(p.lat, p.lon) for p in places if p.lat is not None and p.lon is not None]
    lat, lon = (sum(axis) / len(located) for axis in zip(*located, strict=True)) if located else (None, None)
    return (postcode, places[0].department, lat, lon)


def number(value: str, unit: str, most: float) -> float | None:
    """A number from 0 to `most`, the unit (a pattern) written or not; None is unknown. Raises Refused."""
    if not value:
        return None
    found = re.fullmatch(rf"(\d{{1,6}}(?:[.,]\d{{1,6}})?)\s*(?:{unit})?\.?", fold(value), re.ASCII)
    if not found or float(found.group(1).replace(",", ".")) > most:
        raise Refused(f"Ce n'est pas un nombre entre 0 et {most:g}")
    return float(found.group(1).replace(",", "."))


def experience(value: str) -> float | None:
    """Years, from years or months; None is unknown. Raises Refused."""
    months = re.fullmatch(r"(\d{1,3}) ?mois", fold(value), re.ASCII)
    if months:
        return round(int(months.group(1)) / 12, 2)
    return number(value, "ans?|annees?", 60.0)


def day(value: str, first_year: int = 1950) -> date | None:
    """A date as 31/12/2026 or 2026-12-31; None is unknown. Raises Refused."""
    if not value:
        return None
    iso = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?(?:\.0+)?)?", value, re.ASCII)
    french = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", value, re.ASCII)
    try:
        if iso:
            found = date(int(iso.group(1)), int(iso.group(2)), int(iso.group(3)))
        elif french:
            found = date(int(french.group(3)), int(french.group(2)), int(french.group(1)))
        else:
            found = None
    except ValueError:
        found = None
    if found is None or not first_year <= found.year <= 2100:
        raise Refused("Ce n'est pas une date : écrivez-la 31/12/2026 ou 2026-12-31")
    return found


def licences(value: str) -> tuple[str, ...] | None:
    """None is unknown; an explicit "aucun" is no licence at all."""
    if not value:
        return None
    if fold(value) in ("aucun", "aucune", "non", "sans", "sans permis", "pas de permis"):
        return ()
    names = (short(re.sub(r"^permis\s+", "", item.strip(), flags=re.IGNORECASE), 40) for item in _items(value, "|;,"))
    return tuple(dict.fromkeys(name.upper() for name in names if name))


def contracts(value: str) -> tuple[str, ...] | None:
    """The kinds of contract that somebody wishes for, as offers name them; None is unknown."""
    names = [short(item, 20).upper() for item in _items(value, "|;,/")]
    return tuple(dict.fromkeys("MIS" if fold(n) in ("interim", "mission") else n for n in names)) or None


_WORKING_TIMES = {
    "plein": "full", "temps plein": "full", "temps complet": "full", "full": "full", "full time": "full",
    "partiel": "part", "temps partiel": "part", "mi temps": "part", "part": "part", "part time": "part",
    "indifferent": "any", "les deux": "any", "plein ou partiel": "any", "tous": "any", "any": "any",
}  # fmt: skip


def working_time(value: str) -> str | None:
    """What is wished: full, part or any; None is unknown. Raises Refused."""
    if not value:
        return None
    found = _WORKING_TIMES.get(" ".join(words(value)))
    if found is None:
        raise Refused("Écrivez temps plein, temps partiel ou indifférent")
    return found


_NOT_SAID = ("inconnu", "inconnue", "non renseigne", "non renseignee", "nr", "nc", "nsp", "autre", "non precise", "na")
_SEXES = {
    "f": "f", "femme": "f", "feminin": "f", "mme": "f", "madame": "f", "mlle": "f", "female": "f", "2": "f",
    "h": "m", "m": "m", "homme": "m", "masculin": "m", "monsieur": "m", "mr": "m", "male": "m", "1": "m",
}  # fmt: skip


def sex(value: str) -> str | None:
    """f or m, as declared (1 and 2 as INSEE numbers them); None is unknown, and what is neither. Raises Refused."""
    said = " ".join(words(value))
    if not said or said in _NOT_SAID:
        return None
    if said not in _SEXES:
        raise Refused("Écrivez F ou H, ou laissez la cellule vide")
    return _SEXES[said]


def birth_year(value: str) -> int | None:
    """The year of a birth, from the year or the date; the day is not kept. None is unknown. Raises Refused."""
    if not value or " ".join(words(value)) in _NOT_SAID:
        return None
    year = re.fullmatch(r"\d{4}", value, re.ASCII)
    born = None if year else day(value, 1900)
    found = int(value) if year else born.year if born else 0
    # Nobody is registered before the age at which school may end.
    if not 1910 <= found <= utc_now().date().year - 14:
        raise Refused("Écrivez l'année de naissance (1987) ou la date (31/12/1987)")
    return found


def priority_district(value: str) -> bool | None:
    """Whether somebody lives in a priority district, or the district's code; None is unknown. Raises Refused."""
    said = " ".join(words(value))
    if not said or said in _NOT_SAID:
        return None
    if said in ("oui", "o", "1", "vrai", "true", "qpv", "en qpv", "yes") or re.fullmatch(r"q[pn]\d[0-9a-z]{4,6}", said):
        return True
    if said in ("non", "n", "0", "faux", "false", "hors qpv", "hors quartier prioritaire", "no"):
        return False
    raise Refused("Écrivez oui ou non, ou le code du quartier (QN00701M)")


def unemployed_since(value: str) -> date | None:
    """The first day of the month since which somebody is out of work; None is unknown. Raises Refused."""
    if " ".join(words(value)) in _NOT_SAID:
        return None
    found = day(value)
    if found is not None and found > utc_now().date():
        raise Refused("Cette date est à venir : écrivez depuis quand la personne est sans emploi")
    return found and found.replace(day=1)


def _items(value: str, separators: str) -> list[str]:
    for other in separators[1:]:
        value = value.replace(other, separators[0])
    return [item.strip() for item in value.split(separators[0]) if item and not item.isspace()]
