"""Each cell of a file of job seekers, checked before anything is looked up in the pool."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

import pandas as pd

from ftcore import phones
from ftcore.database import Database, Row
from ftcore.matching.occupations import OccupationIndex, SkillWords, build_index
from ftcore.matching.people_file import BEYOND, FIELDS
from ftcore.matching.places import CodeKind, Communes
from ftcore.model import BadRow, Place
from ftcore.text import fold, words

_IDENTITY = UUID("3a1f7f62-95c5-4a43-8b52-0d5c1f1f4a55")
_LONGEST = 200
_MOST_SUGGESTIONS = 100


def candidate_id(agency_id: UUID, external_id: str) -> UUID:
    """The id of a person: the same for the same agency and identifier, on every machine."""
    return uuid5(_IDENTITY, f"{agency_id}:{external_id}")


class Refused(Exception):
    """Why one cell is not accepted, in French."""


class CheckedRows:
    """The rows of a file after every check that needs no look at the pool."""

    def __init__(
        self,
        database: Database,
        agency_id: UUID,
        frame: pd.DataFrame,
        mapping: Mapping[str, str],
        progress: Callable[[float], None],
    ) -> None:
        self.good: list[tuple[int, Row]] = []
        self.bad: list[BadRow] = []
        self._mapping = mapping
        columns = {name: [_text(value) for value in frame[column]] for name, column in mapping.items()}
        self._readers = _readers(database, agency_id, columns, mapping)
        beyond = [str(value) for value in frame[BEYOND]] if BEYOND in frame.columns else None
        first_lines: dict[str, dict[str, int]] = {"external_id": {}, "phone": {}}
        every = max(1, len(frame) // 50)
        for position, line in enumerate(int(number) for number in frame.index):
            cells = {name: values[position] for name, values in columns.items()}
            row, problems = self._read(line, cells)
            problems += self._repeated(line, cells, row, first_lines)
            if beyond and beyond[position]:
                problems.append(BadRow(line, BEYOND, _shown(beyond[position]), "Plus de cellules que de colonnes"))
            if problems:
                self.bad += problems
            else:
                row["agency_id"] = agency_id
                row["candidate_id"] = candidate_id(agency_id, row["external_id"])
                self.good.append((line, row))
            if position % every == 0:
                progress(0.9 * position / len(frame))

    def reject(self, line: int, name: str, value: str, reason: str) -> BadRow:
        return BadRow(line, self._mapping[name], _shown(value, is_phone=name == "phone"), reason)

    def _read(self, line: int, cells: dict[str, str]) -> tuple[Row, list[BadRow]]:
        row: Row = {}
        problems: list[BadRow] = []
        for name, value in cells.items():
            try:
                if not value and FIELDS[name].required:
                    raise Refused("À remplir : cette information est obligatoire")
                row.update(self._readers[name](value))
            except Refused as refusal:
                problems.append(self.reject(line, name, value, str(refusal)))
        return row, problems

    def _repeated(
        self, line: int, cells: dict[str, str], row: Row, first_lines: dict[str, dict[str, int]]
    ) -> list[BadRow]:
        problems = []
        for name, said in (("external_id", "Identifiant déjà présent"), ("phone", "Numéro déjà présent")):
            key = row.get(name)
            if key is None:
                continue
            first = first_lines[name].setdefault(key, line)
            if first != line:
                problems.append(self.reject(line, name, cells[name], f"{said} à la ligne {first}"))
        return problems


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")


def _text(value: Any) -> str:
    """A cell as text; Parquet cells may be numbers, dates, lists or nothing."""
    if isinstance(value, str):
        return _CONTROL.sub(" ", value).strip()
    if value is None:
        return ""
    if isinstance(value, bytes):
        return _text(value.decode("utf-8", "replace"))
    if not isinstance(value, dict) and hasattr(value, "__iter__"):
        return "|".join(_text(item) for item in value)
    if pd.isna(value):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, date):  # datetimes and pandas' own are dates too
        return value.isoformat()[:10]
    return _text(str(value))


def _shown(value: str, *, is_phone: bool = False) -> str:
    """A value as a report may show it: numbers masked, not endless."""
    masked = phones.mask(value)
    if is_phone and masked == value and sum(c.isdigit() for c in value) >= 6:
        masked = "[numéro]"
    return masked if len(masked) <= 80 else masked[:79] + "…"


_Reader = Callable[[str], Row]


def _readers(
    database: Database, agency_id: UUID, columns: dict[str, list[str]], mapping: Mapping[str, str]
) -> dict[str, _Reader]:
    """How each field's cell becomes columns of the table; occupations and communes are looked up once each."""
    occupations = _occupations(build_index(database), columns["occupation"])
    header = " ".join(words(mapping.get("commune", "")))
    code_is: CodeKind | None = "insee" if "insee" in header else "postcode"
    known = Communes(database, set(columns.get("commune", ())))
    home = database.value("SELECT department FROM agency WHERE agency_id = $1", agency_id)
    communes = _communes(known, columns.get("commune", ()), code_is, home)
    wording = SkillWords(database)
    readers: dict[str, _Reader] = {
        "external_id": lambda value: {"external_id": _short(value, 64)},
        "first_name": lambda value: {"first_name": _short(value, 80)},
        "last_name": lambda value: {"last_name": _short(value, 80)},
        "phone": lambda value: {"phone": _phone(value)},
        "occupation": lambda value: {"occupation_code": _found(occupations[value])},
        "skills": lambda value: {"skills": wording.same(_short(item) for item in _items(value, "|;"))},
        "experience_years": lambda value: {"experience_years": _experience(value)},
        "commune": lambda value: _found(communes[value]) if value else dict.fromkeys(_PLACE),
        "mobility_km": lambda value: {"mobility_km": _number(value, "km", 1000.0)},
        "available_from": lambda value: {"available_from": _date(value)},
        "licences": lambda value: {"licences": _licences(value)},
        "contracts": lambda value: {"contracts": _contracts(value)},
        "working_time": lambda value: {"working_time": _working_time(value)},
    }
    # The same few cells come again and again in these columns: each is read once.
    often = ("skills", "experience_years", "mobility_km", "available_from", "licences", "contracts", "working_time")
    return readers | {name: lru_cache(maxsize=10_000)(readers[name]) for name in often}


_PLACE = ("commune", "department", "lat", "lon")


def _found(answer: Any) -> Any:
    if isinstance(answer, Refused):
        raise answer
    return answer


def _short(value: str, longest: int = _LONGEST) -> str:
    plain = " ".join(value.split())
    if len(plain) > longest:
        raise Refused(f"Trop long : {longest} caractères au plus")
    return plain


def _phone(value: str) -> str:
    # Spreadsheets drop the "+" of an international number.
    number = phones.normalise(f"+{value}" if re.fullmatch(r"33[67]\d{8}", value, re.ASCII) else value)
    if number is None:
        raise Refused("Ce n'est pas un numéro de mobile valide (exemple : 06 39 98 00 01)")
    return number


def _occupations(index: OccupationIndex, cells: Iterable[str]) -> dict[str, str | Refused]:
    """The ROME code of each distinct cell, or why there is none."""
    answers: dict[str, str | Refused] = {}
    suggestions = 0
    for cell in sorted(set(cells)):
        found = index.find(cell)
        if len(found) == 1:
            answers[cell] = found[0].code
            continue
        reason = "Métier inconnu du référentiel"
        if found:
            reason = "Plusieurs métiers portent ce nom : donnez le code ROME"
        elif suggestions < _MOST_SUGGESTIONS and len(cell) <= _LONGEST:
            suggestions += 1
            found = index.search(cell, 2)
        if found:
            reason += f" ({' ou '.join(f'{match.label}, {match.code}' for match in found[:3])} ?)"
        answers[cell] = Refused(reason)
    return answers


def _communes(
    known: Communes, cells: Iterable[str], code_is: CodeKind | None, home: str | None
) -> dict[str, Row | Refused]:
    """The place of each distinct cell, homonyms told by the agency's department; or why there is none."""
    answers: dict[str, Row | Refused] = {}
    for cell in set(cells):
        found = known.named(cell, home, code_is)
        if len(found) == 1:
            answers[cell] = dict(zip(_PLACE, (found[0].name, found[0].department, found[0].lat, found[0].lon),
                                     strict=True))  # fmt: skip
        elif found and re.fullmatch(r"\d{5}", cell, re.ASCII):
            answers[cell] = _middle(cell, found)
        elif found:
            answers[cell] = Refused("Plusieurs communes portent ce nom : ajoutez le code postal, ou le département")
        else:
            answers[cell] = Refused("Commune inconnue du référentiel : vérifiez-la, ou laissez la cellule vide")
    return answers


def _middle(postcode: str, places: list[Place]) -> Row:
    """A postcode that communes share is kept as it is, in their middle: a few kilometres off at most."""
    located = [(p.lat, p.lon) for p in places if p.lat is not None and p.lon is not None]
    lat, lon = (sum(axis) / len(located) for axis in zip(*located, strict=True)) if located else (None, None)
    return dict(zip(_PLACE, (postcode, places[0].department, lat, lon), strict=True))


def _number(value: str, unit: str, most: float) -> float | None:
    if not value:
        return None
    found = re.fullmatch(rf"(\d{{1,6}}(?:[.,]\d{{1,6}})?)\s*(?:{unit})?\.?", fold(value), re.ASCII)
    if not found or float(found.group(1).replace(",", ".")) > most:
        raise Refused(f"Ce n'est pas un nombre entre 0 et {most:g}")
    return float(found.group(1).replace(",", "."))


def _experience(value: str) -> float | None:
    months = re.fullmatch(r"(\d{1,3}) ?mois", fold(value), re.ASCII)
    if months:
        return round(int(months.group(1)) / 12, 2)
    return _number(value, "ans?|annees?", 60.0)


def _date(value: str) -> date | None:
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
    if found is None or not 1950 <= found.year <= 2100:
        raise Refused("Ce n'est pas une date : écrivez-la 31/12/2026 ou 2026-12-31")
    return found


def _licences(value: str) -> tuple[str, ...] | None:
    """None is unknown; an explicit "aucun" is no licence at all."""
    if not value:
        return None
    if fold(value) in ("aucun", "aucune", "non", "sans", "sans permis", "pas de permis"):
        return ()
    names = (_short(re.sub(r"^permis\s+", "", item.strip(), flags=re.IGNORECASE), 40) for item in _items(value, "|;,"))
    return tuple(dict.fromkeys(name.upper() for name in names if name))


def _contracts(value: str) -> tuple[str, ...] | None:
    """The kinds of contract that somebody wishes for, as offers name them; None is unknown."""
    names = [_short(item, 20).upper() for item in _items(value, "|;,/")]
    return tuple(dict.fromkeys("MIS" if fold(n) in ("interim", "mission") else n for n in names)) or None


_WORKING_TIMES = {
    "plein": "full", "temps plein": "full", "temps complet": "full", "full": "full", "full time": "full",
    "partiel": "part", "temps partiel": "part", "mi temps": "part", "part": "part", "part time": "part",
    "indifferent": "any", "les deux": "any", "plein ou partiel": "any", "tous": "any", "any": "any",
}  # fmt: skip


def _working_time(value: str) -> str | None:
    if not value:
        return None
    found = _WORKING_TIMES.get(" ".join(words(value)))
    if found is None:
        raise Refused("Écrivez temps plein, temps partiel ou indifférent")
    return found


def _items(value: str, separators: str) -> list[str]:
    return [item.strip() for item in re.split(f"[{re.escape(separators)}]", value) if item.strip()]
