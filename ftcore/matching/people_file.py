"""A file of job seekers as it comes: its table, and which of its columns holds what."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TextIO

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute as pc
from pyarrow import csv as arrow_csv
from pyarrow import parquet

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
    # What only fairness is measured by: `ftcore/insight/traits.py` keeps it apart from the pool.
    "sex": Field("Sexe", False, ("genre", "civilite", "gender")),
    "birth_year": Field(
        "Année de naissance",
        False,
        ("naissance", "date de naissance", "ne le", "ne e le", "year of birth", "date of birth", "birth date"),
    ),
    "priority_district": Field(
        "Quartier prioritaire",
        False,
        ("qpv", "quartier prioritaire de la ville", "quartier prioritaire qpv", "en qpv", "resident qpv"),
    ),
    "unemployed_since": Field(
        "Sans emploi depuis",
        False,
        ("inscrit depuis", "inscrit e depuis", "date d inscription", "chomage depuis", "sans emploi depuis le"),
    ),
}


# Rows that are read and checked at a time: what an import takes of memory does not grow with its file.
CHUNK = 50_000
# What a Parquet file of some kilobytes may not unpack to: rows, bytes in all, bytes of one column of a piece.
MOST_ROWS = 5_000_000
LARGEST_UNPACKED = 4_000_000_000
LARGEST_PIECE = 200_000_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a file: the line of each (the header is line 1), and its cells by column."""

    lines: list[int]
    cells: dict[str, list[Any] | pa.Array]
    # What stands beyond the last column of the header, where anything does.
    beyond: list[str] | None = None


class PeopleTable(Protocol):
    """The rows of a file, some at a time, as often as one likes."""

    columns: list[str]
    rows: int

    def chunks(self) -> Iterator[Chunk]:
        """All rows. Raises UnreadableFile."""


def open_table(name: str, source: Path | bytes) -> PeopleTable:
    """The table in a CSV (every cell is text) or Parquet file, which may be larger than the memory.

    A CSV is read through once, so that what is wrong with the file as a whole is known before anything is done.
    Raises UnreadableFile with the reason and what would be accepted.
    """
    try:
        with _opened(source) as file:
            first = file.read(4)
    except OSError as error:
        raise UnreadableFile(f"Le fichier « {name} » ne peut pas être lu. {ACCEPTED}") from error
    if name.lower().endswith((".parquet", ".pq")) or first == b"PAR1":
        return _ParquetTable(source)
    if first in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(f"C'est un classeur de tableur : enregistrez-le d'abord au format CSV. {ACCEPTED}")
    return _CsvTable(source)


def read_table(name: str, data: bytes) -> pd.DataFrame:
    """The whole of a file that fits into memory; the index is the line in the file. Raises UnreadableFile."""
    table = open_table(name, data)
    columns: dict[str, list[Any]] = {column: [] for column in table.columns}
    lines: list[int] = []
    beyond: list[str] = []
    for chunk in table.chunks():
        lines += chunk.lines
        beyond += chunk.beyond or [""] * len(chunk.lines)
        for column, values in columns.items():
            cells = chunk.cells[column]
            values += cells.to_pylist() if isinstance(cells, pa.Array) else cells
    if any(beyond):
        columns[BEYOND] = beyond
    return pd.DataFrame(columns, index=pd.Index(lines, dtype="int64"), dtype="object")


class FrameTable:
    """The rows of a frame, as `read_table` gives it."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.columns = [column for column in frame.columns if column != BEYOND]
        self.rows = len(frame)
        self._frame = frame

    def chunks(self) -> Iterator[Chunk]:
        for start in range(0, self.rows, CHUNK):
            some = self._frame.iloc[start : start + CHUNK]
            beyond = [str(value) for value in some[BEYOND]] if BEYOND in some.columns else None
            cells: dict[str, list[Any] | pa.Array] = {column: some[column].tolist() for column in self.columns}
            yield Chunk([int(line) for line in some.index], cells, beyond)


def _opened(source: Path | bytes) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


class _ParquetTable:
    def __init__(self, source: Path | bytes) -> None:
        self._source = source
        try:
            with _opened(source) as file, parquet.ParquetFile(file) as opened:
                names = opened.schema_arrow.names
                self.rows = opened.metadata.num_rows
                groups = (opened.metadata.row_group(place) for place in range(opened.metadata.num_row_groups))
                if self.rows > MOST_ROWS or sum(group.total_byte_size for group in groups) > LARGEST_UNPACKED:
                    raise _too_heavy()
                self._texts = [name for name, kind in zip(names, opened.schema_arrow.types, strict=True)
                               if pa.types.is_string(kind) or pa.types.is_large_string(kind)]  # fmt: skip
        except _PARQUET_FAULTS as error:
            raise _broken_parquet() from error
        # pandas writes its row numbers along, which are no information.
        self._places = [place for place, name in enumerate(names) if not name.startswith("__index_level_")]
        self.columns = _column_names([names[place] for place in self._places])

    def chunks(self) -> Iterator[Chunk]:
        line = 2
        try:
            # A text that stands once in the file may be meant by every row of it: it is weighed before it is unfolded.
            with _opened(self._source) as file, parquet.ParquetFile(file, read_dictionary=self._texts) as opened:
                for batch in opened.iter_batches(CHUNK):
                    columns = zip(self.columns, self._places, strict=True)
                    cells: dict[str, list[Any] | pa.Array] = {
                        name: _unfolded(batch.column(place)) for name, place in columns
                    }
                    yield Chunk(list(range(line, line + batch.num_rows)), cells)
                    line += batch.num_rows
        except _PARQUET_FAULTS as error:
            raise _broken_parquet() from error


def _unfolded(column: pa.Array) -> pa.Array:
    """The column as plain texts. Raises UnreadableFile for what a small file unfolds to without end."""
    if not pa.types.is_dictionary(column.type):
        return column
    lengths = pc.binary_length(column.dictionary)
    if (pc.sum(lengths.take(column.indices)).as_py() or 0) > LARGEST_PIECE:
        raise _too_heavy()
    return column.dictionary_decode()


def _too_heavy() -> UnreadableFile:
    return UnreadableFile(
        "Ce fichier Parquet est trop lourd une fois ouvert : donnez un fichier par agence, sans textes très longs. "
        f"{ACCEPTED}"
    )


_PARQUET_FAULTS = (pa.ArrowException, OSError, ValueError, TypeError)


def _broken_parquet() -> UnreadableFile:
    return UnreadableFile(f"Ce fichier Parquet est abîmé ou incomplet. {ACCEPTED}")


class _CsvTable:
    def __init__(self, source: Path | bytes) -> None:
        self._source = source
        self._encoding = next((name for name in ("utf-8-sig", "cp1252") if self._is_written_in(name)), None)
        if self._encoding is None:
            raise UnreadableFile(f"Les caractères de ce fichier sont illisibles. {ACCEPTED}")
        with self._text() as text:
            header = next((line for line in text if line.strip()), None)
        if header is None:
            raise UnreadableFile(f"Le fichier est vide. {ACCEPTED}")
        bare = re.sub(r'"[^"]*"', "", header)
        self._delimiter = max(";,\t", key=bare.count)
        with self._text() as text:
            _, names = next(self._rows(text, 1), (1, []))
        if not names:
            raise UnreadableFile(f"Le fichier n'a pas de ligne avec les noms des colonnes. {ACCEPTED}")
        self.columns = _column_names(names)
        self.rows = sum(len(some.plain) + len(some.others) for some in self._some_lines())

    def _is_written_in(self, encoding: str) -> bool:
        decoder = codecs.getincrementaldecoder(encoding)()
        with _opened(self._source) as file:
            try:
                while block := file.read(1 << 20):
                    if "\0" in decoder.decode(block):
                        return False
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                return False
        return True

    def _text(self) -> TextIO:
        return io.TextIOWrapper(_opened(self._source), encoding=self._encoding, newline="")

    def _rows(self, text: Iterable[str], first: int) -> Iterator[tuple[int, list[str]]]:
        """Each row that holds something, with the line on which it begins; `first` is the line of the first."""
        line = first
        reader = csv.reader(text, delimiter=self._delimiter, strict=True)
        try:
            for row in reader:
                if row and (row[0].strip() or any(cell.strip() for cell in row)):
                    yield line, row
                line = first + reader.line_num
        except csv.Error as error:
            raise UnreadableFile(
                f"La ligne {line} du fichier est illisible : un guillemet n'est sans doute pas fermé. {ACCEPTED}"
            ) from error

    def _some_lines(self) -> Iterator[_Lines]:
        """The rows below the header, `CHUNK` lines at a time: most are cut up quickly, the others with care."""
        with self._text() as text:
            source = _Counted(text)
            next(self._rows(source, 1))
            while group := list(islice(source, CHUNK)):
                yield self._sorted_out(group, source)

    def _sorted_out(self, group: list[str], source: _Counted) -> _Lines:
        """The plain lines of a group and its other rows; a row with line breaks may take more of `source`."""
        first = source.line - len(group)
        between = len(self.columns) - 1
        delimiter = self._delimiter
        odd = [
            place
            for place, line in enumerate(group)
            # Quotes, too few or too many cells, or perhaps nothing in any cell.
            if line.count(delimiter) != between or '"' in line or not line[0].isalnum()
        ]
        if not odd:
            return _Lines(list(range(first, first + len(group))), group, [])
        lines: list[int] = []
        plain: list[str] = []
        others: list[tuple[int, list[str]]] = []
        done = 0
        for place in odd:
            if place < done:
                continue  # within the row of an earlier line
            lines += range(first + done, first + place)
            plain += group[done:place]
            rest = _Counted(_chain(group, place, source))
            others += islice(self._rows(rest, first + place), 1) if group[place].strip() else ()
            done = place + max(rest.line - 1, 1)
        lines += range(first + done, first + len(group))
        plain += group[done:]
        return _Lines(lines, plain, others)

    def chunks(self) -> Iterator[Chunk]:
        for some in self._some_lines():
            if some.plain or some.others:
                yield self._chunk(some)

    def _chunk(self, some: _Lines) -> Chunk:
        width = len(self.columns)
        arrays = self._cut(some.plain)
        if not some.others:
            return Chunk(some.lines, dict(zip(self.columns, arrays, strict=True)))
        rows = [row[:width] + [""] * (width - len(row)) for _, row in some.others]
        slow = [pa.array(list(column), pa.string()) for column in zip(*rows, strict=True)]
        lines = np.array([*some.lines, *(line for line, _ in some.others)])
        order = np.argsort(lines)
        both = [pa.concat_arrays(pair).take(order) for pair in zip(arrays, slow, strict=True)]
        beyond = None
        if any(len(row) > width for _, row in some.others):
            more = [""] * len(some.plain) + [" ".join(row[width:]).strip() for _, row in some.others]
            beyond = [more[place] for place in order]
        return Chunk(lines[order].tolist(), dict(zip(self.columns, both, strict=True)), beyond)

    def _cut(self, plain: list[str]) -> list[pa.Array]:
        """The cells of lines that hold no quote and as many cells as there are columns, by column."""
        names = [str(number) for number in range(len(self.columns))]
        if not plain:
            return [pa.array([], pa.string()) for _ in names]
        data = "".join(plain).encode()
        table = arrow_csv.read_csv(
            pa.BufferReader(data),
            arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(data) + 1),
            arrow_csv.ParseOptions(delimiter=self._delimiter, quote_char=False, escape_char=False),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
        return [column.combine_chunks() for column in table.columns]


@dataclass(frozen=True, slots=True)
class _Lines:
    """Some lines of a CSV: the numbers of the plain ones, these as they are, and the other rows, cut up."""

    lines: list[int]
    plain: list[str]
    others: list[tuple[int, list[str]]]


class _Counted:
    """Lines, and the number of the next one."""

    def __init__(self, text: Iterable[str]) -> None:
        self._text = iter(text)
        self.line = 1

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> str:
        found = next(self._text)
        self.line += 1
        return found


def _chain(group: list[str], place: int, source: Iterable[str]) -> Iterator[str]:
    yield from islice(group, place, None)
    yield from source


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
