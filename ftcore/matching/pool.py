"""The agency's pool of job seekers: import from a file, row by row checked, and one person's record."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

import pandas as pd
import pyarrow as pa

from ftcore import phones
from ftcore.database import Database, Row, Transaction
from ftcore.errors import FtError, NotFound, UnreadableFile
from ftcore.matching.occupations import OccupationIndex, SkillWords, build_index
from ftcore.matching.places import CodeKind, Communes
from ftcore.model import BadRow, Candidate, ImportReport, Person, Place
from ftcore.text import fold, words
from ftcore.trust import access, journal

ACCEPTED = (
    "Fichiers acceptés : CSV (séparé par des virgules, des points-virgules ou des tabulations, "
    "en UTF-8 ou Windows-1252), avec les noms des colonnes en première ligne, ou Parquet."
)

# Where cells go that stand beyond the last column of the header.
BEYOND = "(au-delà de l'en-tête)"

_IDENTITY = UUID("3a1f7f62-95c5-4a43-8b52-0d5c1f1f4a55")
_LONGEST = 200
_MOST_SUGGESTIONS = 100


@dataclass(frozen=True, slots=True)
class Field:
    """One of our columns: its French label, whether a file must have it, how else its column may be called."""

    label: str
    required: bool
    also: tuple[str, ...] = ()


FIELDS: dict[str, Field] = {
    "external_id": Field(
        "Identifiant", True, ("id", "identifiant de", "identifiant externe", "numero", "matricule", "reference", "ref")
    ),
    "first_name": Field("Prénom", True, ("prenoms", "firstname", "given name")),
    "last_name": Field("Nom", True, ("nom de famille", "nom usuel", "lastname", "surname", "family name")),
    "phone": Field(
        "Téléphone mobile",
        True,
        ("telephone", "tel", "mobile", "portable", "numero de telephone", "telephone portable", "phone number", "gsm"),
    ),
    "occupation": Field(
        "Métier recherché",
        True,
        ("metier", "code rome", "rome", "rome code", "code metier", "job", "emploi recherche", "occupation code"),
    ),
    "skills": Field("Compétences", False, ("competence", "skill")),
    "experience_years": Field(
        "Expérience (années)",
        False,
        ("experience", "annees d experience", "experience en annees", "years of experience", "experience annees"),
    ),
    "commune": Field(
        "Commune",
        False,
        ("ville", "lieu", "city", "town", "code postal", "postcode", "code insee", "insee", "residence", "cp"),
    ),
    "mobility_km": Field(
        "Mobilité (km)", False, ("mobilite", "mobility", "rayon", "rayon de mobilite", "distance maximale", "radius")
    ),
    "available_from": Field(
        "Disponible à partir du",
        False,
        ("disponibilite", "disponible le", "date de disponibilite", "disponible", "available", "availability"),
    ),
    "licences": Field("Permis", False, ("permis de conduire", "licence", "driving licence", "permis et habilitations")),
}


def candidate_id(agency_id: UUID, external_id: str) -> UUID:
    """The id of a person: the same for the same agency and identifier, on every machine."""
    return uuid5(_IDENTITY, f"{agency_id}:{external_id}")


def candidate(database: Database, agency_id: UUID, candidate_id: UUID) -> Candidate:
    """One person of the agency's pool. Raises NotFound."""
    row = database.one("SELECT * FROM candidate WHERE agency_id = $1 AND candidate_id = $2", agency_id, candidate_id)
    if row is None:
        raise NotFound("Cette personne n'est pas, ou plus, dans le fichier de votre agence.")
    return from_row(row)


def from_row(row: Row) -> Candidate:
    """A candidate from a row of the table `candidate` (further columns are ignored)."""
    return Candidate(
        agency_id=row["agency_id"],
        candidate_id=row["candidate_id"],
        external_id=row["external_id"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        phone=row["phone"],
        occupation=row["occupation_code"],
        skills=tuple(row["skills"]),
        experience_years=row["experience_years"],
        commune=row["commune"],
        department=row["department"],
        lat=row["lat"],
        lon=row["lon"],
        mobility_km=row["mobility_km"],
        available_from=row["available_from"],
        licences=None if row["licences"] is None else tuple(row["licences"]),
        demo=row["demo"],
    )


def read_table(name: str, data: bytes) -> pd.DataFrame:
    """The rows of a CSV (every cell as text) or Parquet file; the index is the line in the file, header = 1.

    Blank lines are left out. Raises UnreadableFile with the reason and what would be accepted.
    """
    if name.lower().endswith((".parquet", ".pq")) or data[:4] == b"PAR1":
        return _read_parquet(data)
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(f"C'est un classeur de tableur : enregistrez-le d'abord au format CSV. {ACCEPTED}")
    text = _decode(data)
    if not text.strip():
        raise UnreadableFile(f"Le fichier est vide. {ACCEPTED}")
    return _frame(_read_csv(text))


def _read_parquet(data: bytes) -> pd.DataFrame:
    try:
        frame = pd.read_parquet(io.BytesIO(data))
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        raise UnreadableFile(f"Ce fichier Parquet est abîmé ou incomplet. {ACCEPTED}") from error
    frame.columns = pd.Index(_column_names([str(column) for column in frame.columns]))
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return frame


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableFile(f"Les caractères de ce fichier sont illisibles. {ACCEPTED}")


def _read_csv(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that holds something, with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(
            f"La ligne {line} du fichier est illisible : un guillemet n'est sans doute pas fermé. {ACCEPTED}"
        ) from error


def _delimiter(text: str) -> str:
    header = next(line for line in text.splitlines() if line.strip())
    bare = re.sub(r'"[^"]*"', "", header)
    return max(";,\t", key=bare.count)


def _frame(rows: Iterator[tuple[int, list[str]]]) -> pd.DataFrame:
    _, header = next(rows, (1, []))
    if not header:
        raise UnreadableFile(f"Le fichier n'a pas de ligne avec les noms des colonnes. {ACCEPTED}")
    names = _column_names(header)
    width = len(names)
    lines: list[int] = []
    cells: list[list[str]] = []
    beyond: list[str] = []
    for line, row in rows:
        lines.append(line)
        cells.append(row[:width] + [""] * (width - len(row)))
        beyond.append(" ".join(row[width:]).strip())
    frame = pd.DataFrame(cells, columns=names, index=pd.Index(lines, dtype="int64"), dtype="object")
    if any(beyond):
        frame[BEYOND] = beyond
    return frame


def _column_names(header: list[str]) -> list[str]:
    names: list[str] = []
    for number, cell in enumerate(header, start=1):
        name = " ".join(cell.split()) or f"colonne {number}"
        names.append(f"{name} ({number})" if name in names else name)
    return names


def guess_mapping(columns: Iterable[str]) -> dict[str, str]:
    """Which column of a file holds which of our fields, from its French or English name; doubt is left out."""
    headers = {column: " ".join(words(column)) for column in columns if column != BEYOND}
    mapping: dict[str, str] = {}
    for fits in (str.__eq__, _begins):
        for name, field in FIELDS.items():
            known = [" ".join(words(known)) for known in (field.label, name, name.replace("_", " "), *field.also)]
            free = [column for column in headers if column not in mapping.values()]
            found = [column for word in known for column in free if fits(headers[column], word)]
            if found:
                mapping.setdefault(name, found[0])
    return mapping


def _begins(header: str, word: str) -> bool:
    return len(word) > 4 and header.startswith(f"{word} ")


def import_candidates(
    database: Database,
    person: Person,
    frame: pd.DataFrame,
    mapping: Mapping[str, str],
    now: datetime,
    progress: Callable[[float], None] | None = None,
) -> ImportReport:
    """Bring the rows of a file into the agency's pool; the bad ones are reported and change nothing.

    `frame` is `read_table`'s; `mapping` says which of its columns holds which of `FIELDS`; `progress`
    hears the part done, 0..1. People are known by the agency and their identifier, so that the same
    file twice changes nothing. What the file has no column for stays as it is. Raises FtError when a
    required field has no column.
    """
    access.require(person, "import")
    _check_mapping(frame, mapping)
    checked = _Checked(database, person.agency_id, frame, mapping, progress or (lambda part: None))

    def write(tx: Transaction) -> ImportReport:
        report = _merge(tx, person.agency_id, checked, mapping)
        detail = (
            f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, "
            f"{len({bad.line for bad in report.rejected})} rejected"
        )
        journal.record(tx, person.agency_id, person.person_id, "candidates imported", person.agency_id, now, detail)
        return report

    report = database.transact(write)
    if progress is not None:
        progress(1.0)
    return report


def _check_mapping(frame: pd.DataFrame, mapping: Mapping[str, str]) -> None:
    missing = [field.label for name, field in FIELDS.items() if field.required and not mapping.get(name)]
    if missing:
        raise FtError(f"Indiquez la colonne du fichier pour : {', '.join(missing)}.")
    absent = [column for name, column in mapping.items() if name not in FIELDS or column not in frame.columns]
    if absent:
        raise FtError(f"Le fichier n'a pas de colonne « {absent[0]} » : choisissez-en une autre.")


class _Refused(Exception):
    """Why one cell is not accepted, in French."""


class _Checked:
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
                    raise _Refused("À remplir : cette information est obligatoire")
                row.update(self._readers[name](value))
            except _Refused as refusal:
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
    }
    # The same few cells come again and again in these columns: each is read once.
    often = ("skills", "experience_years", "mobility_km", "available_from", "licences")
    return readers | {name: lru_cache(maxsize=10_000)(readers[name]) for name in often}


_PLACE = ("commune", "department", "lat", "lon")


def _found(answer: Any) -> Any:
    if isinstance(answer, _Refused):
        raise answer
    return answer


def _short(value: str, longest: int = _LONGEST) -> str:
    plain = " ".join(value.split())
    if len(plain) > longest:
        raise _Refused(f"Trop long : {longest} caractères au plus")
    return plain


def _phone(value: str) -> str:
    # Spreadsheets drop the "+" of an international number.
    number = phones.normalise(f"+{value}" if re.fullmatch(r"33[67]\d{8}", value, re.ASCII) else value)
    if number is None:
        raise _Refused("Ce n'est pas un numéro de mobile valide (exemple : 06 39 98 00 01)")
    return number


def _occupations(index: OccupationIndex, cells: Iterable[str]) -> dict[str, str | _Refused]:
    """The ROME code of each distinct cell, or why there is none."""
    answers: dict[str, str | _Refused] = {}
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
        answers[cell] = _Refused(reason)
    return answers


def _communes(
    known: Communes, cells: Iterable[str], code_is: CodeKind | None, home: str | None
) -> dict[str, Row | _Refused]:
    """The place of each distinct cell, homonyms told by the agency's department; or why there is none."""
    answers: dict[str, Row | _Refused] = {}
    for cell in set(cells):
        found = known.named(cell, home, code_is)
        if len(found) == 1:
            answers[cell] = dict(zip(_PLACE, (found[0].name, found[0].department, found[0].lat, found[0].lon),
                                     strict=True))  # fmt: skip
        elif found and re.fullmatch(r"\d{5}", cell, re.ASCII):
            answers[cell] = _middle(cell, found)
        elif found:
            answers[cell] = _Refused("Plusieurs communes portent ce nom : ajoutez le code postal, ou le département")
        else:
            answers[cell] = _Refused("Commune inconnue du référentiel : vérifiez-la, ou laissez la cellule vide")
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
        raise _Refused(f"Ce n'est pas un nombre entre 0 et {most:g}")
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
        raise _Refused("Ce n'est pas une date : écrivez-la 31/12/2026 ou 2026-12-31")
    return found


def _licences(value: str) -> tuple[str, ...] | None:
    """None is unknown; an explicit "aucun" is no licence at all."""
    if not value:
        return None
    if fold(value) in ("aucun", "aucune", "non", "sans", "sans permis", "pas de permis"):
        return ()
    names = (_short(re.sub(r"^permis\s+", "", item.strip(), flags=re.IGNORECASE), 40) for item in _items(value, "|;,"))
    return tuple(dict.fromkeys(name.upper() for name in names if name))


def _items(value: str, separators: str) -> list[str]:
    return [item.strip() for item in re.split(f"[{re.escape(separators)}]", value) if item.strip()]


# What a row is given where the file has no column for it, and the person is new.
_UNKNOWN: Row = {
    "skills": (), "experience_years": None, "commune": None, "department": None, "lat": None, "lon": None,
    "mobility_km": None, "available_from": None, "licences": None, "demo": False,
}  # fmt: skip


def _merge(tx: Transaction, agency_id: UUID, checked: _Checked, mapping: Mapping[str, str]) -> ImportReport:
    """Put the good rows into the pool: new ones inserted, changed ones updated, both in bulk."""
    known, holders = _already_there(tx, agency_id, [row for _, row in checked.good])
    rejected = list(checked.bad)
    added: list[Row] = []
    changed: list[Row] = []
    unchanged = 0
    for line, row in checked.good:
        holder = holders.get(row["phone"])
        if holder is not None and holder != row["external_id"]:
            rejected.append(
                checked.reject(line, "phone", row["phone"], "Ce numéro est déjà celui d'une autre personne de l'agence")
            )
            continue
        before = known.get(row["external_id"])
        if before is None:
            added.append({**_UNKNOWN, **row})
        elif any(_differs(before[name], value) for name, value in row.items()):
            changed.append({**{name: before[name] for name in _UNKNOWN}, **row, "candidate_id": before["candidate_id"]})
        else:
            unchanged += 1
    _insert(tx, "candidate", added)
    _update(tx, changed)
    return ImportReport(len(added), len(changed), unchanged, tuple(sorted(rejected, key=lambda bad: bad.line)))


def _already_there(tx: Transaction, agency_id: UUID, rows: list[Row]) -> tuple[dict[str, Row], dict[str, str]]:
    """The people of the pool by identifier, and who holds which number, as far as the rows concern them."""
    found = tx.rows(
        """
        SELECT * FROM candidate
        WHERE agency_id = $1 AND (candidate_id IN (SELECT unnest($2::TEXT[])::UUID)
                                  OR phone IN (SELECT unnest($3::TEXT[])))
        """,
        agency_id,
        [str(row["candidate_id"]) for row in rows],
        [row["phone"] for row in rows],
    )
    return {row["external_id"]: row for row in found}, {row["phone"]: row["external_id"] for row in found}


def _differs(before: Any, after: Any) -> bool:
    return bool((tuple(before) if isinstance(before, list) else before) != after)


def _insert(tx: Transaction, table: str, rows: list[Row]) -> None:
    order = sorted(rows[0]) if rows else []
    tx.insert(table, [{name: row[name] for name in order} for row in rows])


def _update(tx: Transaction, rows: list[Row]) -> None:
    """Change many people at once. The keys stay as they are, so no row is deleted and written anew."""
    if not rows:
        return
    tx.execute("CREATE TEMPORARY TABLE changed_candidate AS SELECT * FROM candidate WHERE false")
    _insert(tx, "changed_candidate", rows)
    names = [name for name in sorted(rows[0]) if name not in ("agency_id", "candidate_id", "external_id")]
    tx.execute(
        f"""
        UPDATE candidate SET {", ".join(f"{name} = n.{name}" for name in names)}
        FROM changed_candidate n
        WHERE candidate.agency_id = n.agency_id AND candidate.candidate_id = n.candidate_id
        """
    )
    tx.execute("DROP TABLE changed_candidate")


def rejected_csv(report: ImportReport) -> bytes:
    """The rejected rows for a spreadsheet: UTF-8 with BOM, semicolons, and no cell that is a formula."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Ligne", "Colonne", "Valeur", "Motif"])
    for bad in report.rejected:
        writer.writerow([bad.line, *(_harmless(cell) for cell in (bad.column, bad.value, bad.reason))])
    return lines.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
