"""Each cell of a file of job seekers, checked before anything is looked up in the pool."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Protocol
from uuid import UUID, uuid5

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute as pc

from ftcore import phones
from ftcore.database import Database, Row
from ftcore.matching.occupations import OccupationIndex, SkillWords, build_index
from ftcore.matching.people_file import BEYOND, Chunk
from ftcore.matching.places import CodeKind, Communes
from ftcore.model import BadRow, Place
from ftcore.text import fold, words

_IDENTITY = UUID("3a1f7f62-95c5-4a43-8b52-0d5c1f1f4a55")
_LONGEST = 200
_MOST_SUGGESTIONS = 100
# Reasons that a report lists. The rows beyond are counted: a wrong column makes every row of a file a bad one.
MOST_REASONS = 100_000


def candidate_id(agency_id: UUID, external_id: str) -> UUID:
    """The id of a person: the same for the same agency and identifier, on every machine."""
    return uuid5(_IDENTITY, f"{agency_id}:{external_id}")


def _ids(agency_id: UUID, external_ids: pa.Array) -> list[str | None]:
    """`candidate_id` of each, written out: for a million people `uuid5` itself would take ten seconds."""
    start = _IDENTITY.bytes + f"{agency_id}:".encode()
    return [
        None if each is None else _as_version_5(hashlib.sha1(start + each.encode(), usedforsecurity=False).hexdigest())
        for each in external_ids.to_pylist()
    ]


_VARIANT = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}


def _as_version_5(digest: str) -> str:
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{_VARIANT[digest[16]]}{digest[17:20]}-{digest[20:32]}"


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
_PLACE_TYPE = pa.struct([(name, TYPES[name]) for name in _PLACE])


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
        good = np.ones(len(chunk.lines), dtype=bool)
        problems: list[tuple[int, str, str, str, bool]] = []
        room = MOST_REASONS - len(self.bad)
        columns: dict[str, pa.Array] = {}
        for name, column in self._mapping.items():
            texts = texts_of(chunk.cells[column])
            answers, refused = self._columns[name].read(texts)
            for position, refusal in refused:
                good[position] = False
                if len(problems) < room:
                    problems.append((position, column, texts[position].as_py(), str(refusal), name == "phone"))
            if name == "commune":
                columns.update(zip(_PLACE, answers.flatten(), strict=True))
            else:
                columns[_column(name)] = answers
        for position, beyond in enumerate(chunk.beyond or ()):
            if beyond:
                good[position] = False
                if len(problems) < room:
                    problems.append((position, BEYOND, beyond, "Plus de cellules que de colonnes", False))
        for position, column, value, reason, is_phone in sorted(problems, key=lambda problem: problem[0]):
            self.bad.append(BadRow(chunk.lines[position], column, _shown(text_of(value), is_phone=is_phone), reason))
        ids = _ids(self._agency_id, columns["external_id"])
        return pa.table(
            {"line": chunk.lines, "good": good, "candidate_id": ids} | {name: columns[name] for name in self.fields},
            schema=self.schema,
        )

    def rejected(self, rows: Iterable[Row], name: str, reason: str) -> list[BadRow]:
        """The report of rows (`line`, `value`) that only a look at the others, or at the pool, shows bad."""
        is_phone, column = name == "phone", self._mapping[name]
        return [
            BadRow(row["line"], column, _shown(row["value"], is_phone=is_phone), reason.format(**row)) for row in rows
        ]


def _column(name: str) -> str:
    return "occupation_code" if name == "occupation" else name


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


def texts_of(cells: list[Any] | pa.Array) -> pa.Array:
    """Cells as texts, none of them null; those that come as texts or lists of texts, as they are."""
    if isinstance(cells, pa.Array):
        kind = cells.type
        if pa.types.is_list(kind) and pa.types.is_string(kind.value_type) and not cells.flatten().null_count:
            cells = pc.binary_join(cells, "|")
        if pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type) or pa.types.is_integer(cells.type):
            return cells.cast(pa.string()).fill_null("")
        cells = cells.to_pylist()
    return pa.array([text_of(cell) for cell in cells], pa.string())


# More different cells of one column than this are not remembered.
_REMEMBERED = 100_000

_Answers = tuple[pa.Array, list[tuple[int, Refused]]]


class _Reader(Protocol):
    def read(self, texts: pa.Array) -> _Answers:
        """What each cell says, and the places of the refused ones with the reason."""


class _Column:
    """The reader of a column in which the same cells come again: each different one is read once.

    `one` reads a text, or raises Refused; `prepare` looks up many at once.
    """

    def __init__(
        self,
        kind: pa.DataType,
        one: Callable[[str], Any],
        *,
        required: bool = False,
        prepare: Callable[[Iterable[str]], None] | None = None,
    ) -> None:
        self._kind, self._one, self._required, self._prepare = kind, one, required, prepare
        self._known: dict[str, Any] = {}

    def read(self, texts: pa.Array) -> _Answers:
        coded = texts.dictionary_encode()
        different = coded.dictionary.to_pylist()
        if len(self._known) > _REMEMBERED:
            self._known = {}
        known = self._known
        new = {text: text_of(text) for text in different if text not in known}
        if self._prepare is not None and new:
            self._prepare(new.values())
        for text, plain in new.items():
            known[text] = self._answer(plain)
        answers = [known[text] for text in different]
        indices = coded.indices
        refused: list[tuple[int, Refused]] = []
        if any(type(answer) is Refused for answer in answers):
            is_refused = np.array([type(answer) is Refused for answer in answers])
            places = indices.to_numpy()
            refused = [(int(place), answers[places[place]]) for place in np.flatnonzero(is_refused[places])]
            answers = [None if type(answer) is Refused else answer for answer in answers]
        return pa.array(answers, self._kind).take(indices), refused

    def _answer(self, plain: str) -> Any:
        try:
            if not plain and self._required:
                raise Refused("À remplir : cette information est obligatoire")
            return self._one(plain)
        except Refused as refusal:
            # Remembered with its traceback it would keep the rows that were being read, all of them.
            return refusal.with_traceback(None)


class _OwnColumn:
    """The reader of a required column in which hardly any cell comes twice.

    `usual` reads the cells that are written as most are, all at once, and gives null for the others.
    """

    def __init__(self, usual: Callable[[pa.Array], pa.Array], one: Callable[[str], str]) -> None:
        self._usual = usual
        self._others = _Column(pa.string(), one, required=True)

    def read(self, texts: pa.Array) -> _Answers:
        answers = self._usual(texts)
        if not answers.null_count:
            return answers, []
        missing = answers.is_null()
        places = np.flatnonzero(missing.to_numpy(zero_copy_only=False))
        others, refused = self._others.read(texts.filter(missing))
        return pc.replace_with_mask(answers, missing, others), [(int(places[at]), why) for at, why in refused]


class _SkillLists:
    """The reader of lists of skills: the lists differ, the skills in them come again and again."""

    def __init__(self, wording: SkillWords) -> None:
        self._wording = wording
        self._known: dict[str, str | Refused | None] = {}

    def read(self, texts: pa.Array) -> _Answers:
        lists = pc.split_pattern_regex(texts, "[|;]")
        items = lists.flatten().dictionary_encode()
        names: dict[str, int] = {}
        numbers: list[int] = []
        reasons: dict[int, Refused] = {}
        if len(self._known) > _REMEMBERED:
            self._known = {}
        for code, item in enumerate(items.dictionary.to_pylist()):
            if item not in self._known:
                self._known[item] = self._named(item)
            name = self._known[item]
            if isinstance(name, Refused):
                reasons[code] = name
            numbers.append(names.setdefault(name, len(names)) if isinstance(name, str) else -1)
        codes = items.indices.to_numpy()
        rows = np.repeat(np.arange(len(texts)), pc.list_value_length(lists).to_numpy())
        held = np.array(numbers, dtype=np.int64)[codes]
        refused: dict[int, Refused] = {}
        if reasons:
            for place in np.flatnonzero(np.isin(codes, list(reasons))):
                refused.setdefault(int(rows[place]), reasons[codes[place]])
        rows, held = rows[held >= 0], held[held >= 0]
        _, once = np.unique(rows * (len(names) + 1) + held, return_index=True)
        once.sort()  # each skill of a person where it stands first
        rows, held = rows[once], held[once]
        offsets = np.searchsorted(rows, np.arange(len(texts) + 1))
        skills = pa.array(list(names), pa.string()).take(pa.array(held))
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), skills), list(refused.items())

    def _named(self, item: str) -> str | Refused | None:
        try:
            return next(iter(self._wording.same([_short(text_of(item))])), None)
        except Refused as refusal:
            return refusal.with_traceback(None)


def _readers(database: Database, agency_id: UUID) -> dict[str, Callable[[Mapping[str, str]], _Reader]]:
    """How the cells of each field are read, once it is known which column of the file holds it."""

    def commune(mapping: Mapping[str, str]) -> _Column:
        places = _Places(database, agency_id, mapping["commune"])
        return _Column(_PLACE_TYPE, places, prepare=places.prepare)

    def plain(name: str, one: Callable[[str], Any], *, required: bool = False) -> Callable[[object], _Column]:
        return lambda mapping: _Column(TYPES[name], one, required=required)

    return {
        "external_id": lambda mapping: _OwnColumn(_usual_identifiers, lambda value: _short(value, 64)),
        "first_name": plain("first_name", lambda value: _short(value, 80), required=True),
        "last_name": plain("last_name", lambda value: _short(value, 80), required=True),
        "phone": lambda mapping: _OwnColumn(phones.usual, _phone),
        "occupation": lambda mapping: _Column(pa.string(), _Occupations(build_index(database)), required=True),
        "skills": lambda mapping: _SkillLists(SkillWords(database)),
        "experience_years": plain("experience_years", _experience),
        "commune": commune,
        "mobility_km": plain("mobility_km", lambda value: _number(value, "km", 1000.0)),
        "available_from": plain("available_from", _date),
        "licences": plain("licences", _licences),
        "contracts": plain("contracts", _contracts),
        "working_time": plain("working_time", _working_time),
    }


def _usual_identifiers(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.match_substring_regex(texts, r"^[A-Za-z0-9_./\-]{1,64}$"), texts, pa.scalar(None, pa.string()))


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
