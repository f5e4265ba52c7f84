"""The communes as they are published: La Poste's list of postcodes (CSV), or the state's geographic API (JSON).

Sources: La Poste, « Base officielle des codes postaux » (hexasmal), Licence Ouverte 2.0; Etalab, « API Découpage
administratif » (geo.api.gouv.fr), Licence Ouverte 2.0.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ftcore.database import Row
from ftcore.errors import UnreadableFile
from ftcore.matching.places import city_of
from ftcore.matching.rome_files import Rejected
from ftcore.text import fold, words

ACCEPTED = (
    "Donnez le fichier CSV « Base officielle des codes postaux » de La Poste, ou les communes de geo.api.gouv.fr "
    "(JSON)."
)
# Paris, Lyon and Marseille are one commune each; La Poste lists their districts.
_CITIES = {"75056": "Paris", "69123": "Lyon", "13055": "Marseille"}
_INSEE = re.compile(r"(?:\d{2}|2[AB])\d{3}")


@dataclass(slots=True)
class Communes:
    """The communes as rows of our tables; `read` counts the communes of the file, districts included."""

    source: str
    read: int = 0
    rows: list[Row] = field(default_factory=list)
    postcodes: list[Row] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    @property
    def unlocated(self) -> int:
        return sum(row["lat"] is None for row in self.rows)


@dataclass(slots=True)
class _Said:
    """What the lines of a file say together of one commune."""

    name: str
    postcodes: set[str] = field(default_factory=set)
    points: list[tuple[float, float]] = field(default_factory=list)
    population: int | None = None


def read_communes(path: Path) -> Communes:
    """Read the communes of a file. Raises UnreadableFile where it is neither of the two kinds."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"« {path} » ne peut pas être lu. {ACCEPTED}") from error
    if data.lstrip()[:1] in (b"[", b"{"):
        return _gathered("geo.api.gouv.fr", path.name, *_from_json(data, path.name))
    return _gathered("La Poste", path.name, *_from_csv(data, path.name))


def _from_csv(data: bytes, file: str) -> tuple[dict[str, _Said], list[Rejected]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    header = [" ".join(words(cell)) for cell in next(reader, [])]
    code, name, postcode = (
        _column(header, kinds) for kinds in (("code commune insee",), ("nom commune", "nom de la commune"),
                                             ("code postal",))
    )  # fmt: skip
    point = _column(header, ("coordonnees gps", "coordonnees geographiques"))
    if code is None or name is None or postcode is None:
        raise UnreadableFile(f"Le fichier « {file} » n'a pas les colonnes attendues. {ACCEPTED}")
    said: dict[str, _Said] = {}
    rejected: list[Rejected] = []
    for cells in reader:
        if not any(cells):
            continue
        row = [*cells, *[""] * len(header)]
        reason = _unfit(row[code], row[name], row[postcode])
        if reason:
            rejected.append(Rejected(file, reader.line_num, reason))
            continue
        commune = said.setdefault(row[code], _Said(_written(row[name])))
        commune.postcodes.add(row[postcode])
        if point is not None:
            commune.points += _points(row[point])
    return said, rejected


def _column(header: list[str], names: Iterable[str]) -> int | None:
    return next((header.index(name) for name in names if name in header), None)


def _points(text: str) -> list[tuple[float, float]]:
    found = re.fullmatch(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*", text, re.ASCII)
    return [(float(found.group(1)), float(found.group(2)))] if found else []


def _from_json(data: bytes, file: str) -> tuple[dict[str, _Said], list[Rejected]]:
    try:
        records = json.loads(data)
    except ValueError as error:
        raise UnreadableFile(f"Le fichier « {file} » est abîmé. {ACCEPTED}") from error
    if not isinstance(records, list) or not any(isinstance(record, dict) and "code" in record for record in records):
        raise UnreadableFile(f"Le fichier « {file} » n'est pas une liste de communes. {ACCEPTED}")
    said: dict[str, _Said] = {}
    rejected: list[Rejected] = []
    for number, record in enumerate(records, 1):
        record = record if isinstance(record, dict) else {}
        code, name = str(record.get("code", "")), str(record.get("nom", ""))
        postcodes = [str(postcode) for postcode in record.get("codesPostaux") or []]
        reason = _unfit(code, name, *postcodes)
        if reason:
            rejected.append(Rejected(file, number, reason))
            continue
        said[code] = _Said(name, set(postcodes))
        where = (record.get("centre") or {}).get("coordinates") or []
        if len(where) == 2 and all(isinstance(axis, int | float) for axis in where):
            said[code].points.append((float(where[1]), float(where[0])))
        population = record.get("population")
        said[code].population = population if isinstance(population, int) else None
    return said, rejected


def _unfit(code: str, name: str, *postcodes: str) -> str | None:
    if not _INSEE.fullmatch(code):
        return f"« {code[:20]} » n'est pas un code INSEE"
    if not name.strip():
        return f"la commune {code} n'a pas de nom"
    if not postcodes or not all(re.fullmatch(r"\d{5}", postcode, re.ASCII) for postcode in postcodes):
        return f"la commune {code} n'a pas de code postal à cinq chiffres"
    return None


def _gathered(source: str, file: str, said: dict[str, _Said], rejected: list[Rejected]) -> Communes:
    """One row a commune, the districts of the three cities put together."""
    if not said:
        raise UnreadableFile(f"Le fichier « {file} » ne contient aucune commune. {ACCEPTED}")
    found = Communes(source, read=len(said), rejected=rejected)
    cities: defaultdict[str, list[_Said]] = defaultdict(list)
    for code, commune in said.items():
        if city_of(code) != code:
            cities[city_of(code)].append(commune)
    for code, districts in cities.items():
        city = said.get(code) or _Said(_CITIES[code])
        city.postcodes |= {postcode for district in districts for postcode in district.postcodes}
        city.points = city.points or [point for district in districts for point in district.points]
        said[code] = city
    for code, commune in sorted(said.items()):
        if city_of(code) != code:
            continue
        lat, lon = (
            (round(sum(axis) / len(commune.points), 5) for axis in zip(*commune.points, strict=True))
            if commune.points
            else (None, None)
        )
        department = code[:3] if code.startswith(("97", "98")) else code[:2]
        postcodes = sorted(commune.postcodes)
        found.rows.append(
            {"insee": code, "name": commune.name, "postcode": postcodes[0], "department": department,
             "lat": lat, "lon": lon, "population": commune.population}
        )  # fmt: skip
        found.postcodes += [{"postcode": postcode, "insee": code} for postcode in postcodes]
    return found


# La Poste writes names in capitals, without accents or hyphens; these come in hundreds of communes.
_SMALL = frozenset(
    {
        "a",
        "au",
        "aux",
        "d",
        "de",
        "des",
        "du",
        "en",
        "entre",
        "et",
        "l",
        "la",
        "le",
        "les",
        "lez",
        "pres",
        "sous",
        "sur",
    }
)
_ACCENTED = {
    "arreme": "Arrême", "ardeche": "Ardèche", "chateau": "Château", "chateaux": "Châteaux", "chatel": "Châtel",
    "chatillon": "Châtillon", "coteaux": "Coteaux", "cote": "Côte", "cotes": "Côtes", "eglise": "Église",
    "eglises": "Églises", "epinay": "Épinay", "etienne": "Étienne", "etang": "Étang", "evreux": "Évreux",
    "foret": "Forêt", "helene": "Hélène", "isere": "Isère", "ile": "Île", "iles": "Îles", "jerome": "Jérôme",
    "medard": "Médard", "mezieres": "Mézières", "pre": "Pré", "pres": "près", "rhone": "Rhône", "saone": "Saône",
    "valerien": "Valérien", "vendee": "Vendée", "nimes": "Nîmes", "beziers": "Béziers", "orleans": "Orléans",
    "sevres": "Sèvres", "frejus": "Fréjus", "andre": "André", "aime": "Aimé", "barthelemy": "Barthélemy",
    "leger": "Léger", "remy": "Rémy", "cesaire": "Césaire", "felix": "Félix", "genevieve": "Geneviève",
    "genes": "Genès", "heand": "Héand", "peray": "Péray", "sebastien": "Sébastien", "severin": "Séverin",
    "chalons": "Châlons", "compiegne": "Compiègne", "perigueux": "Périgueux", "angouleme": "Angoulême",
}  # fmt: skip
_SHORT = {"st": "Saint", "ste": "Sainte", "sts": "Saints", "stes": "Saintes"}
_ARTICLES = frozenset({"la", "le", "les", "l"})


def _written(name: str) -> str:
    """A name in capitals as one writes it: "ST GERMAIN LE CHATELET" → "Saint-Germain-le-Chatelet"."""
    parts = re.findall(r"[^\s'-]+", name)
    if name != name.upper() or not parts:
        return " ".join(name.split())
    written = ""
    for place, part in enumerate(parts):
        low = fold(part)
        first = place == 0 or (place == 1 and fold(parts[0]) in _ARTICLES)
        word = _SHORT.get(low) or _ACCENTED.get(low) or part.capitalize()
        if low in _SMALL and not first:
            word = low
        written += word
        if place + 1 < len(parts):
            after_article = place == 0 and low in _ARTICLES
            written += "'" if low in ("l", "d") else " " if after_article else "-"
    return written
