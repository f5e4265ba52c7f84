"""The columns of a file of job seekers, checked before anything is looked up in the pool."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol
from uuid import UUID, uuid5

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from ftcore import phones
from ftcore.database import Database, Row
from ftcore.matching import people_cells as cells
from ftcore.matching.occupations import SkillWords, build_index
from ftcore.matching.people_cells import Refused, text_of
from ftcore.matching.people_file import BEYOND, Chunk
from ftcore.model import BadRow

_IDENTITY = UUID("3a1f7f62-95c5-4a43-8b52-0d5c1f1f4a55")
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


# What the rows of a file become: every row is kept, with the identifier and the number that could be read, so
# that repeated ones are found; only the good ones go further.
TYPES: dict[str, pa.DataType] = {
    "external_id": pa.string(), "first_name": pa.string(), "last_name": pa.string(), "phone": pa.string(),
    "occupation_code": pa.string(), "skills": pa.list_(pa.string()), "experience_years": pa.float64(),
    "commune": pa.string(), "department": pa.string(), "lat": pa.float64(), "lon": pa.float64(),
    "mobility_km": pa.float64(), "available_from": pa.date32(), "licences": pa.list_(pa.string()),
    "contracts": pa.list_(pa.string()), "working_time": pa.string(),
    "sex": pa.string(), "birth_year": pa.int32(), "priority_district": pa.bool_(), "unemployed_since": pa.date32(),
}  # fmt: skip
_PLACE = ("commune", "department", "lat", "lon")
_PLACE_TYPE = pa.struct([(name, TYPES[name]) for name in _PLACE])


class PeopleCheck:
    """The check of a file's rows, some at a time, as far as it needs no look at the pool.

    Each different cell of a column is read once. Occupations and communes are looked up as they come.
    `invented` refuses every number that could be somebody's.
    """

    def __init__(
        self, database: Database, agency_id: UUID, mapping: Mapping[str, str], *, invented: bool = False
    ) -> None:
        self.bad: list[BadRow] = []
        self._agency_id = agency_id
        self._mapping = mapping
        self._columns = {name: reader(mapping) for name, reader in _readers(database, agency_id, invented).items()
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


def _shown(value: str, *, is_phone: bool = False) -> str:
    """A value as a report may show it: numbers masked, not endless."""
    masked = phones.mask(value)
    if is_phone and masked == value and sum(c.isdigit() for c in value) >= 6:
        masked = "[numéro]"
    return masked if len(masked) <= 80 else masked[:79] + "…"


def texts_of(column: list[Any] | pa.Array) -> pa.Array:
    """Cells as texts, none of them null; those that come as texts or lists of texts, as they are."""
    if isinstance(column, pa.Array):
        kind = column.type
        if pa.types.is_list(kind) and pa.types.is_string(kind.value_type) and not column.flatten().null_count:
            column = pc.binary_join(column, "|")
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type) or pa.types.is_integer(column.type):
            return column.cast(pa.string()).fill_null("")
        column = column.to_pylist()
    return pa.array([text_of(cell) for cell in column], pa.string())


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
            return next(iter(self._wording.same([cells.short(text_of(item))])), None)
        except Refused as refusal:
            return refusal.with_traceback(None)


def _readers(database: Database, agency_id: UUID, invented: bool) -> dict[str, Callable[[Mapping[str, str]], _Reader]]:
    """How the cells of each field are read, once it is known which column of the file holds it."""

    def commune(mapping: Mapping[str, str]) -> _Column:
        places = cells.Places(database, agency_id, mapping["commune"])
        return _Column(_PLACE_TYPE, places, prepare=places.prepare)

    def plain(name: str, one: Callable[[str], Any], *, required: bool = False) -> Callable[[object], _Column]:
        return lambda mapping: _Column(TYPES[name], one, required=required)

    return {
        "external_id": lambda mapping: _OwnColumn(_usual_identifiers, lambda value: cells.short(value, 64)),
        "first_name": plain("first_name", lambda value: cells.short(value, 80), required=True),
        "last_name": plain("last_name", lambda value: cells.short(value, 80), required=True),
        "phone": lambda mapping: (
            _Column(pa.string(), cells.invented_phone, required=True)
            if invented
            else _OwnColumn(phones.usual, cells.phone)
        ),
        "occupation": lambda mapping: _Column(pa.string(), cells.Occupations(build_index(database)), required=True),
        "skills": lambda mapping: _SkillLists(SkillWords(database)),
        "experience_years": plain("experience_years", cells.experience),
        "commune": commune,
        "mobility_km": plain("mobility_km", lambda value: cells.number(value, "km", 1000.0)),
        "available_from": plain("available_from", cells.day),
        "licences": plain("licences", cells.licences),
        "contracts": plain("contracts", cells.contracts),
        "working_time": plain("working_time", cells.working_time),
        "sex": plain("sex", cells.sex),
        "birth_year": plain("birth_year", cells.birth_year),
        "priority_district": plain("priority_district", cells.priority_district),
        "unemployed_since": plain("unemployed_since", cells.unemployed_since),
    }


def _usual_identifiers(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.match_substring_regex(texts, r"^[A-Za-z0-9_./\-]{1,64}$"), texts, pa.scalar(None, pa.string()))
