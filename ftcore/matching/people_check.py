"""Each cell of a file of job seekers, checked before anything is looked up in the pool."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import pandas as pd
import pyarrow as pa

from ftcore import phones
from ftcore.database import Database
from ftcore.matching.occupations import OccupationIndex, SkillWords, build_index
from ftcore.matching.people_file import BEYOND, Chunk
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


# What the rows of a file become: every row is kept, with the identifier and the number that could be read, so
# that repeated ones are found; only the good ones go further.
TYPES: dict[str, pa.DataType] = {
    "external_id": pa.string(), "first_name": pa.string(), "last_name": pa.string(), "phone": pa.string(),
    "occupation_code": pa.string(), "skills": pa.list_(pa.string()), "experience_years": pa.float64(),
    "commune": pa.string(), "department": pa.string(), "lat": pa.float64(), "lon": pa.float64(),
    "mobility_km": pa.float64(), "available_from": pa.date32(), "licences": pa.list_(pa.string()),
    "contracts": pa.list_(pa.string()), "working_time": pa.string(),
}  # fmt: skip
_PLACE = ("commune", "department", "lat", "lon")


class PeopleCheck:
    """The check of a file's rows, some at a time, as far as it needs no look at the pool.

    Each different cell of a column is read once. Occupations and communes are looked up as they come.
    """

    def __init__(self, database: Database, agency_id: UUID, mapping: Mapping[str, str]) -> None:
        self.bad: list[BadRow] = []
        self._agency_id = agency_id
        self._mapping = mapping
        self._columns = {name: reader(mapping) for name, reader in _readers(database, agency_id).items()
                         if name in mapping}  # fmt: skip
        self.fields = [field for name in mapping for field in (_PLACE if name == "commune" else (_column(name),))]

    @property
    def schema(self) -> pa.Schema:
        """The columns of what `staged` gives."""
        fixed = [("line", pa.int64()), ("good", pa.bool_()), ("candidate_id", pa.string())]
        return pa.schema(fixed + [(name, TYPES[name]) for name in self.fields])

    def staged(self, chunk: Chunk) -> pa.Table:
        """The rows as the pool stores them, `good` where nothing is wrong with them; the bad ones go to `bad`."""
        problems: list[tuple[int, BadRow]] = []
        columns: dict[str, Sequence[Any]] = {}
        for name, column in self._mapping.items():
            cells = chunk.cells[column]
            reader = self._columns[name]
            answers = reader.read(cells)
            for position, answer in enumerate(answers) if reader.refused else ():
                if type(answer) is Refused:
                    bad = self.reject(chunk.lines[position], name, text_of(cells[position]), str(answer))
                    problems.append((position, bad))
                    answers[position] = None
            if name == "commune":
                nowhere = (None,) * len(_PLACE)
                columns.update(zip(_PLACE, zip(*(answer or nowhere for answer in answers), strict=True), strict=True))
            else:
                columns[_column(name)] = answers
        for position, beyond in enumerate(chunk.beyond or ()):
            if beyond:
                shown = BadRow(chunk.lines[position], BEYOND, _shown(beyond), "Plus de cellules que de colonnes")
                problems.append((position, shown))
        self.bad += [bad for _, bad in sorted(problems, key=lambda problem: problem[0])]
        good = [True] * len(chunk.lines)
        for position, _ in problems:
            good[position] = False
        ids = [_id_text(self._agency_id, external_id) for external_id in columns["external_id"]]
        return pa.table(
            {"line": chunk.lines, "good": good, "candidate_id": ids} | {name: columns[name] for name in self.fields},
            schema=self.schema,
        )

    def reject(self, line: int, name: str, value: str, reason: str) -> BadRow:
        """The report of one cell; a number is masked in it."""
        return BadRow(line, self._mapping[name], _shown(value, is_phone=name == "phone"), reason)


def _column(name: str) -> str:
    return "occupation_code" if name == "occupation" else name


def _id_text(agency_id: UUID, external_id: str | None) -> str | None:
    return None if external_id is None else str(candidate_id(agency_id, external_id))


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


def _shown(value: str, *, is_phone: bool = False) -> str:
    """A value as a report may show it: numbers masked, not endless."""
    masked = phones.mask(value)
    if is_phone and masked == value and sum(c.isdigit() for c in value) >= 6:
        masked = "[numéro]"
    return masked if len(masked) <= 80 else masked[:79] + "…"


# More different cells of one column than this are not remembered.
_REMEMBERED = 100_000


class _Column:
    """The reader of one column's cells: `one` reads a text, or raises Refused; `several` prepares many at once."""

    def __init__(
        self,
        one: Callable[[str], Any],
        *,
        required: bool = False,
        prepare: Callable[[Iterable[str]], None] | None = None,
        remembers: bool = True,
    ) -> None:
        self._one, self._required, self._prepare, self._remembers = one, required, prepare, remembers
        self._known: dict[str, Any] = {}
        # Whether any cell so far was refused: most columns of most files never are.
        self.refused = False

    def read(self, cells: Iterable[Any]) -> list[Any]:
        """What each cell says, or the Refused that it deserves."""
        if not self._remembers:
            return [self._answer(text_of(cell)) for cell in cells]
        texts = [cell if type(cell) is str else text_of(cell) for cell in cells]
        if len(self._known) > _REMEMBERED:
            self._known = {}
        known = self._known
        # In the order of the file: the first wording of a skill that the referential lacks is the one that is kept.
        new = {text: text_of(text) for text in dict.fromkeys(texts) if text not in known}
        if self._prepare is not None:
            self._prepare(new.values())
        for text, plain in new.items():
            known[text] = self._answer(plain)
        return [known[text] for text in texts]

    def _answer(self, plain: str) -> Any:
        try:
            if not plain and self._required:
                raise Refused("À remplir : cette information est obligatoire")
            return self._one(plain)
        except Refused as refusal:
            self.refused = True
            return refusal


def _readers(database: Database, agency_id: UUID) -> dict[str, Callable[[Mapping[str, str]], _Column]]:
    """How the cells of each field are read, once it is known which column of the file holds it."""
    wording = SkillWords(database)

    def occupation(mapping: Mapping[str, str]) -> _Column:
        return _Column(_Occupations(build_index(database)), required=True)

    def commune(mapping: Mapping[str, str]) -> _Column:
        places = _Places(database, agency_id, mapping["commune"])
        return _Column(places, prepare=places.prepare)

    def plain(
        one: Callable[[str], Any], *, required: bool = False, remembers: bool = True
    ) -> Callable[[Mapping[str, str]], _Column]:
        return lambda mapping: _Column(one, required=required, remembers=remembers)

    return {
        "external_id": plain(lambda value: _short(value, 64), required=True, remembers=False),
        "first_name": plain(lambda value: _short(value, 80), required=True),
        "last_name": plain(lambda value: _short(value, 80), required=True),
        "phone": plain(_phone, required=True, remembers=False),
        "occupation": occupation,
        "skills": plain(lambda value: wording.same(_short(item) for item in _items(value, "|;"))),
        "experience_years": plain(_experience),
        "commune": commune,
        "mobility_km": plain(lambda value: _number(value, "km", 1000.0)),
        "available_from": plain(_date),
        "licences": plain(_licences),
        "contracts": plain(_contracts),
        "working_time": plain(_working_time),
    }


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


class _Occupations:
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


class _Places:
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
    for other in separators[1:]:
        value = value.replace(other, separators[0])
    return [item.strip() for item in value.split(separators[0]) if item and not item.isspace()]
