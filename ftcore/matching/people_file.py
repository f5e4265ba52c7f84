"""A file of job seekers as it comes: its table, and which of its columns holds what."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from ftcore.errors import UnreadableFile
from ftcore.text import words

ACCEPTED = (
    "Fichiers acceptés : CSV (séparé par des virgules, des points-virgules ou des tabulations, "
    "en UTF-8 ou Windows-1252), avec les noms des colonnes en première ligne, ou Parquet."
)

# Where cells go that stand beyond the last column of the header.
BEYOND = "(au-delà de l'en-tête)"


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
    "contracts": Field(
        "Contrats souhaités", False, ("contrat souhaite", "contrats", "contrat", "type de contrat", "contract")
    ),
    "working_time": Field(
        "Temps de travail souhaité", False, ("temps de travail", "duree de travail", "temps plein", "working time")
    ),
    "licences": Field("Permis", False, ("permis de conduire", "licence", "driving licence", "permis et habilitations")),
}


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
