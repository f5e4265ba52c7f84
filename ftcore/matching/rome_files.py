"""The official ROME 4.0 open data as France Travail publishes it: a folder or an archive of CSV files.

Source: France Travail, ROME 4.0, Licence Ouverte 2.0. The files are named `unix_<table>_v<version>_utf8.csv`.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ftcore.database import Row
from ftcore.errors import UnreadableFile

# Every file that is needed, and the columns of it that are read.
NEEDED: dict[str, tuple[str, ...]] = {
    "referentiel_code_rome": ("code_rome", "libelle_rome"),
    "referentiel_appellation": ("code_rome", "libelle_appellation_long"),
    "coherence_item": ("code_rome", "code_ogr", "coeur_metier"),
    "item": ("code_ogr", "libelle", "code_rubrique"),
    "rubrique_mobilite": ("code_rome", "code_rome_cible", "numero_ordre"),
}
ACCEPTED = "Donnez le dossier ou l'archive ZIP du ROME 4.0 au format CSV (UTF-8), telle que France Travail la publie."
_KINDS = {"1": "savoir-faire", "2": "savoir-être", "3": "savoir", "": "contexte"}
_CODE = re.compile(r"[A-N]\d{4}")
_FILE = re.compile(r"unix_(?P<table>\w+?)_v(?P<version>\d+)_utf8\.csv$")
_VERSION = re.compile(r"version\s*:\s*(\d+)", re.IGNORECASE)

# An archive of a few megabytes may unpack to anything: no file of the ROME comes near this.
_LARGEST = 200_000_000


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line of a reference file that was left out: file, line (header = 1), and the reason in French."""

    file: str
    line: int
    reason: str


@dataclass(slots=True)
class Rome:
    """The referential as rows of our tables; `mobility` holds (from, to, order), 1 being the nearest."""

    version: str
    occupations: list[Row] = field(default_factory=list)
    titles: list[Row] = field(default_factory=list)
    skills: list[Row] = field(default_factory=list)
    mobility: list[tuple[str, str, int]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def read_rome(path: Path) -> Rome:
    """Read the ROME from a folder or a ZIP archive. Raises UnreadableFile where it is not one, or not whole."""
    files, version = _files(path)
    absent = [name for name in NEEDED if name not in files]
    if absent:
        raise UnreadableFile(f"Il manque au ROME le fichier « unix_{absent[0]}_v…_utf8.csv ». {ACCEPTED}")
    rome = Rome(version)
    codes = _read_occupations(rome, files)
    _read_titles(rome, files, codes)
    _read_skills(rome, files, codes)
    _read_mobility(rome, files, codes)
    if not rome.occupations or not rome.titles:
        raise UnreadableFile(f"Le ROME lu ne contient aucun métier. {ACCEPTED}")
    return rome


_Files = Mapping[str, tuple[str, Callable[[], bytes]]]


def _files(path: Path) -> tuple[_Files, str]:
    """Each table's file name and how to read it, and the version."""
    try:
        if path.is_dir():
            content = {file.name: file.read_bytes for file in sorted(path.rglob("*")) if file.is_file()}
        else:
            content = _archive(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise UnreadableFile(f"« {path} » ne peut pas être lu. {ACCEPTED}") from error
    files: dict[str, tuple[str, Callable[[], bytes]]] = {}
    version = ""
    for name, read in content.items():
        found = _FILE.search(name)
        if found:
            files[found["table"]] = (name, read)
            version = version or found["version"]
        elif name == "version.txt":
            said = _VERSION.search(read().decode("utf-8", "replace"))
            version = said.group(1) if said else version
    return files, version or "inconnue"


def _archive(path: Path) -> dict[str, Callable[[], bytes]]:
    archive = zipfile.ZipFile(path)
    content: dict[str, Callable[[], bytes]] = {}
    for info in archive.infolist():
        if not info.is_dir() and info.file_size <= _LARGEST:
            content[Path(info.filename).name] = lambda info=info: archive.read(info)  # type: ignore[misc]
    return content


def _lines(rome: Rome, files: _Files, table: str) -> Iterator[tuple[int, dict[str, str], str]]:
    """Each line of a table's file with its number and the file's name; the cells stripped."""
    name, read = files[table]
    try:
        text = read().decode("utf-8-sig")
    except (UnicodeDecodeError, zipfile.BadZipFile, OSError) as error:
        raise UnreadableFile(f"Le fichier « {name} » est illisible. {ACCEPTED}") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    missing = [column for column in NEEDED[table] if column not in (reader.fieldnames or [])]
    if missing:
        raise UnreadableFile(f"Le fichier « {name} » n'a pas de colonne « {missing[0]} ». {ACCEPTED}")
    for line in reader:
        yield reader.line_num, {column: (line[column] or "").strip() for column in NEEDED[table]}, name


def _read_occupations(rome: Rome, files: _Files) -> set[str]:
    codes: set[str] = set()
    for number, line, file in _lines(rome, files, "referentiel_code_rome"):
        code, label = line["code_rome"], line["libelle_rome"]
        if not _CODE.fullmatch(code):
            rome.rejected.append(Rejected(file, number, f"« {code[:20]} » n'est pas un code ROME"))
        elif code in codes:
            rome.rejected.append(Rejected(file, number, f"le code {code} est déjà donné"))
        elif not label:
            rome.rejected.append(Rejected(file, number, f"le métier {code} n'a pas de libellé"))
        else:
            codes.add(code)
            rome.occupations.append({"code": code, "label": label})
    return codes


def _read_titles(rome: Rome, files: _Files, codes: set[str]) -> None:
    seen: set[tuple[str, str]] = set()
    for number, line, file in _lines(rome, files, "referentiel_appellation"):
        code, title = line["code_rome"], line["libelle_appellation_long"]
        reason = _unfit(code, codes, title, (code, title) in seen, "l'appellation")
        if reason:
            rome.rejected.append(Rejected(file, number, reason))
        else:
            seen.add((code, title))
            rome.titles.append({"code": code, "title": title})


def _read_skills(rome: Rome, files: _Files, codes: set[str]) -> None:
    items = {line["code_ogr"]: line for _, line, _ in _lines(rome, files, "item")}
    seen: set[tuple[str, str]] = set()
    for number, line, file in _lines(rome, files, "coherence_item"):
        code = line["code_rome"]
        item = items.get(line["code_ogr"])
        if item is None:
            rome.rejected.append(Rejected(file, number, f"l'item {line['code_ogr'][:20]} n'est pas dans le ROME"))
            continue
        skill = item["libelle"]
        reason = _unfit(code, codes, skill, (code, skill) in seen, "l'item")
        if reason:
            rome.rejected.append(Rejected(file, number, reason))
            continue
        seen.add((code, skill))
        core = line["coeur_metier"] == "Principale"
        rome.skills.append(
            {"code": code, "skill": skill, "core": core, "kind": _KINDS.get(item["code_rubrique"], "contexte")}
        )


def _read_mobility(rome: Rome, files: _Files, codes: set[str]) -> None:
    seen: set[tuple[str, str]] = set()
    for number, line, file in _lines(rome, files, "rubrique_mobilite"):
        pair, order = (line["code_rome"], line["code_rome_cible"]), line["numero_ordre"]
        unknown = [code for code in pair if code not in codes]
        if unknown:
            rome.rejected.append(Rejected(file, number, f"le métier {unknown[0][:20]} n'est pas dans le ROME"))
        elif pair in seen or pair[0] == pair[1] or not (order.isascii() and order.isdigit()):
            rome.rejected.append(Rejected(file, number, "ce lien entre métiers est répété, ou sans ordre"))
        else:
            seen.add(pair)
            rome.mobility.append((*pair, int(order)))


def _unfit(code: str, codes: set[str], text: str, repeated: bool, what: str) -> str | None:
    if code not in codes:
        return f"le métier {code[:20]} n'est pas dans le ROME"
    if not text:
        return f"{what} n'a pas de libellé"
    return f"{what} est déjà donnée à {code}" if repeated else None
