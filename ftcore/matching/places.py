"""Places as people write them: "St Péray", "07100", "Annonay (07)", "07 - Annonay", "Ardèche"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ftcore.database import Database, Row
from ftcore.model import Place
from ftcore.text import words

DEFAULT_ZONE = "Europe/Paris"

CodeKind = Literal["insee", "postcode"]

_DEPARTMENT = r"(?:97[1-8]|2[AB]|\d{2})"
_CODE = re.compile(r"\b(\d{5}|2[ABab]\d{3})\b")
_DEPARTMENT_BEFORE = re.compile(rf"^\s*({_DEPARTMENT})\s*[-–—:]\s*(?=\D)", re.IGNORECASE)
_DEPARTMENT_AFTER = re.compile(rf"(?:\(\s*({_DEPARTMENT})\s*\)|[-–—,]\s*({_DEPARTMENT}))\s*$", re.IGNORECASE)
# Three cities are one commune each: what follows their name or stands in their codes is only where in town.
_DISTRICT = re.compile(r"^(paris|lyon|marseille) \d{1,2}(?:e|er|eme)?(?: arrondissement)?$")
_CITY_OF_POSTCODE = (
    (re.compile(r"750\d\d|75116"), "75056"),
    (re.compile(r"6900[1-9]"), "69123"),
    (re.compile(r"130(?:0[1-9]|1[0-6])"), "13055"),
)
_CITY_OF_INSEE = (
    (re.compile(r"751(?:0[1-9]|1\d|20)"), "75056"),
    (re.compile(r"6938[1-9]"), "69123"),
    (re.compile(r"132(?:0[1-9]|1[0-6])"), "13055"),
)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a text says of a commune: its folded name, a postcode or INSEE code, a department."""

    name: str
    code: str | None
    department: str | None


def find_place(database: Database, text: str, near: str | None = None) -> Place | None:
    """The commune that a text names, or None when there is none, or several that it does not tell apart.

    Names are compared without case, accents or hyphens, "St" is "Saint"; a postcode, an INSEE code
    or a department in the text decides between homonyms, then the department `near`.
    """
    found = Communes(database, [text]).named(text, near)
    return found[0] if len(found) == 1 else None


class Communes:
    """The communes that any of some texts may mean, read from the database in one go."""

    def __init__(self, database: Database, texts: Iterable[str]) -> None:
        said = {text: _parse(text) for text in texts}
        codes = {s.code for s in said.values() if s.code}
        rows = database.rows(
            """
            SELECT insee, name, department, lat, lon, place_key(name) AS folded FROM commune
            WHERE insee IN (SELECT unnest($1::TEXT[])) OR place_key(name) IN (SELECT unnest($3::TEXT[]))
               OR insee IN (SELECT insee FROM commune_postcode WHERE postcode IN (SELECT unnest($2::TEXT[])))
            ORDER BY insee
            """,
            sorted(codes | {_city(code, cities) for code in codes for cities in (_CITY_OF_INSEE, _CITY_OF_POSTCODE)}),
            sorted(codes),
            sorted({s.name for s in said.values() if s.name}),
        )
        self._said = said
        self._by_insee = {row["insee"]: row for row in rows}
        postcodes = database.rows(
            "SELECT postcode, insee FROM commune_postcode WHERE postcode IN (SELECT unnest($1::TEXT[])) ORDER BY insee",
            sorted(codes),
        )
        self._by_postcode: defaultdict[str, list[Row]] = defaultdict(list)
        for row in postcodes:
            if row["insee"] in self._by_insee:
                self._by_postcode[row["postcode"]].append(self._by_insee[row["insee"]])
        self._by_name = _grouped(rows, "folded")

    def named(self, text: str, near: str | None = None, code_is: CodeKind | None = None) -> list[Place]:
        """The communes that this one of the texts may mean: none, one, or several (in order of INSEE code).

        Five figures may be the postcode of one commune and the INSEE code of another: `code_is` says
        which is meant where that is known.
        """
        said = self._said[text]
        rows = self._by_name.get(said.name, [])
        if said.code:
            coded = self._coded(said.code, code_is)
            if not said.name:
                rows = coded
            elif coded:
                rows = [row for row in rows if row in coded]
            else:
                # A business postcode (CEDEX) is in no list, but it begins with the department.
                rows = [row for row in rows if said.code.startswith(row["department"][:2])]
        if said.department:
            rows = [row for row in rows if row["department"] == said.department]
        nearby = [row for row in rows if row["department"] == near]
        return [_place(row) for row in nearby or rows]

    def _coded(self, code: str, code_is: CodeKind | None) -> list[Row]:
        by_insee = self._by_insee.get(city_of(code))
        by_postcode = self._by_postcode.get(code, [])
        city = self._by_insee.get(_city(code, _CITY_OF_POSTCODE))
        if city is not None and city["insee"] != code and city not in by_postcode:
            by_postcode = [*by_postcode, city]
        if code_is == "insee" or not by_postcode:
            return [by_insee] if by_insee is not None else by_postcode
        if code_is == "postcode" or by_insee is None or by_insee in by_postcode:
            return by_postcode
        return [by_insee, *by_postcode]


def _parse(text: str) -> _Said:
    rest = text
    department = None
    for pattern in (_DEPARTMENT_BEFORE, _DEPARTMENT_AFTER):
        found = pattern.search(rest)
        if found:
            department = next(group for group in found.groups() if group).upper()
            rest = rest[: found.start()] + " " + rest[found.end() :]
    code = _CODE.search(rest)
    if code:
        rest = rest[: code.start()] + " " + rest[code.end() :]
    return _Said(_name_key(rest), code.group(1).upper() if code else None, department)


def _name_key(text: str) -> str:
    """The same key as the macro `place_key`, for a name that may be abbreviated."""
    expanded = ["saint" if w == "st" else "sainte" if w == "ste" else w for w in words(text)]
    while len(expanded) > 1 and (expanded[-1] == "cedex" or expanded[-2] == "cedex"):
        expanded.pop()
    name = " ".join(expanded)
    district = _DISTRICT.match(name)
    return district.group(1) if district else name


def city_of(insee: str) -> str:
    """The INSEE code of the city whose district this is, or the code itself."""
    return _city(insee, _CITY_OF_INSEE)


def _city(code: str, cities: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    return next((city for pattern, city in cities if pattern.fullmatch(code)), code)


def _grouped(rows: list[Row], column: str) -> dict[str, list[Row]]:
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return dict(groups)


def department_place(database: Database, code: str) -> Place | None:
    """The centre of a department, by its code ("07") or its name ("Ardèche"); `insee` is None: it is rough."""
    found = database.one(
        "SELECT code, name, lat, lon FROM department WHERE code = $1 OR place_key(name) = $2 ORDER BY code LIMIT 1",
        code.strip().upper(),
        " ".join(words(code)),
    )
    return Place(found["name"], found["code"], None, found["lat"], found["lon"]) if found else None


def communes(database: Database) -> list[Place]:
    """All communes of the referential by name, for a select box."""
    return [
        _place(row)
        for row in database.rows("SELECT insee, name, department, lat, lon FROM commune ORDER BY name, insee")
    ]


def zone_of(database: Database, department: str | None) -> str:
    """The IANA time zone of a department; Europe/Paris where it is not known."""
    zone = database.value("SELECT zone FROM department WHERE code = $1", department)
    return str(zone) if zone else DEFAULT_ZONE


def _place(row: Row) -> Place:
    return Place(row["name"], row["department"], row["insee"], row["lat"], row["lon"])
