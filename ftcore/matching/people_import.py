"""A file of job seekers goes into the agency's pool: checked piece by piece, then all at once or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import IO, Any
from uuid import UUID

import pandas as pd
import pyarrow as pa

from ftcore import spreadsheet
from ftcore.database import Database, Transaction
from ftcore.errors import FtError
from ftcore.insight import traits
from ftcore.matching import pool
from ftcore.matching.people_check import MOST_REASONS, TYPES, PeopleCheck
from ftcore.matching.people_file import FIELDS, FrameTable, PeopleTable
from ftcore.model import BadRow, ImportReport, Person
from ftcore.trust import access, journal

# What is checked waits in memory up to here, then on disk, in a file without a name that dies with the program.
_IN_MEMORY = 16 << 20
# The parts of the work, as progress counts them: the check of the rows on their way to the engine, then the rest.
_ARRIVED, _COMPARED, _CHANGED, _INSERTED, _WRITTEN = 0.5, 0.6, 0.7, 0.95, 0.98

BUSY = "Un autre import de cette agence est en cours : rien n'a changé. Recommencez quand il sera fini."

Progress = Callable[[float], None]


def import_candidates(
    database: Database,
    person: Person,
    table: PeopleTable | pd.DataFrame,
    mapping: Mapping[str, str],
    now: datetime,
    progress: Progress | None = None,
    *,
    whole: bool = False,
    invented: bool = False,
) -> ImportReport:
    """Bring the rows of a file into the agency's pool; the bad ones are reported and change nothing.

    `table` is `open_table`'s, or a frame of `read_table`'s; `mapping` says which of its columns holds which of
    `FIELDS`; `progress` hears the part done, 0..1, and ends the import when it raises. People are known by the
    agency and their identifier, so that the same file twice changes nothing. What the file has no column for
    stays as it is. Whoever reads meanwhile sees the pool as it was, until all of it has changed.

    `whole` says that the file is the agency's complete list: who is not in it leaves the pool, is proposed
    to nobody any more, and stays on record for the conversations. Who is in a file again is back. All of it,
    or nothing. `invented` accepts numbers of the range reserved for works of fiction only: where nobody signs in,
    nobody real may be shown. Raises FtError when a required field has no column, or when more than half of the
    pool would leave, which a file cut short would do; UnreadableFile.
    """
    access.require(person, "import")
    rows = FrameTable(table) if isinstance(table, pd.DataFrame) else table
    _check_mapping(rows, mapping)
    said = _forward(progress)
    said(0.0)
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
        checked = _Checked(rows, PeopleCheck(database, person.agency_id, mapping, invented=invented), spool, said)

        def write(tx: Transaction) -> ImportReport:
            report = _merge(tx, person.agency_id, checked, whole, now, said)
            detail = (
                f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, "
                f"{report.rejected_lines} rejected, {report.left} left"
            )
            journal.record(tx, person.agency_id, person.person_id, "candidates imported", person.agency_id, now, detail)
            return report

        try:
            report = database.transact(write)
        except database.conflicts as error:
            raise FtError(BUSY) from error
    said(1.0)
    return report


def _check_mapping(table: PeopleTable, mapping: Mapping[str, str]) -> None:
    missing = [field.label for name, field in FIELDS.items() if field.required and not mapping.get(name)]
    if missing:
        raise FtError(f"Indiquez la colonne du fichier pour : {', '.join(missing)}.")
    absent = [column for name, column in mapping.items() if name not in FIELDS or column not in table.columns]
    if absent:
        raise FtError(f"Le fichier n'a pas de colonne « {absent[0]} » : choisissez-en une autre.")


def _forward(progress: Progress | None) -> Progress:
    """The same, never going back: a transaction that is run again begins again."""
    furthest = 0.0

    def said(part: float) -> None:
        nonlocal furthest
        furthest = max(furthest, part)
        if progress is not None:
            progress(furthest)

    return said


class _Checked:
    """What the pool would store of a file: checked piece by piece as it is asked for, and kept to be read again."""

    def __init__(self, rows: PeopleTable, check: PeopleCheck, spool: IO[bytes], said: Progress) -> None:
        self.check = check
        self._rows, self._spool, self._said = rows, spool, said
        self._first = self._check_all()
        self._asked = False

    def pieces(self) -> Iterator[pa.Table]:
        """All pieces; those of a transaction that is run again come from the spool."""
        if not self._asked:
            self._asked = True
            yield from self._first
            return
        for _ in self._first:  # what the first run has left unchecked
            pass
        self._spool.seek(0)
        with pa.ipc.open_stream(self._spool) as reader:
            for batch in reader:
                yield pa.Table.from_batches([batch])

    def _check_all(self) -> Iterator[pa.Table]:
        done = 0
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        with pa.ipc.new_stream(self._spool, self.check.schema, options=options) as writer:
            for chunk in self._rows.chunks():
                piece = self.check.staged(chunk)
                writer.write_table(piece)
                yield piece
                done += len(chunk.lines)
                self._said(_ARRIVED * done / max(self._rows.rows, 1))


def _merge(
    tx: Transaction,
    agency_id: UUID,
    checked: _Checked,
    whole: bool,
    now: datetime,
    said: Progress,
) -> ImportReport:
    """Put the good rows into the pool."""
    # Two imports of one agency take turns, also from two replicas: the later begins anew on what the first left.
    tx.execute("UPDATE agency SET name = name WHERE agency_id = $1", agency_id)
    tx.expect_many()
    _arrive(tx, checked)
    check = checked.check
    rejected = list(check.bad)
    said(_ARRIVED)
    _refuse_repeated(tx, check, rejected)
    said((_ARRIVED + _COMPARED) / 2)
    _refuse_held_by_others(tx, agency_id, check, whole, rejected)
    said(_COMPARED)
    leaving = _leave(tx, agency_id, now) if whole else 0
    said(_COMPARED)  # nothing more is done, but a stop is heard
    bad = int(tx.value("SELECT count(*) FROM arriving WHERE NOT good"))
    traits.keep_declared(tx, agency_id, [name for name in check.fields if name in traits.DECLARED])
    counts = _write(tx, agency_id, [name for name in check.fields if name not in traits.DECLARED], said)
    pool.count_sizes(tx, agency_id)
    tx.execute("DROP TABLE declared")
    tx.execute("DROP TABLE changed")
    tx.execute("DROP TABLE arriving")
    # The planner of the server must know at once what has come, or the next rankings are slow.
    tx.execute("ANALYZE candidate")
    said(_WRITTEN)
    rejected.sort(key=lambda row: row.line)
    unlisted = bad - len({row.line for row in rejected})
    return ImportReport(*counts, tuple(rejected), unlisted, leaving)


def _arrive(tx: Transaction, checked: _Checked) -> None:
    """The table `arriving`: every row of the file, the good ones marked, nothing of the pool touched yet."""
    tx.execute(f"CREATE TEMPORARY TABLE arriving (line BIGINT, good BOOLEAN, {_typed(checked.check.fields)})")
    # The engine takes in one piece while the next is checked: on two cores, one costs nothing.
    with ThreadPoolExecutor(1, thread_name_prefix="import-load") as loader:
        loading: Future[None] | None = None
        for piece in checked.pieces():
            if loading is not None:
                loading.result()
            loading = loader.submit(tx.load, "arriving", piece)
        if loading is not None:
            loading.result()
    tx.execute("ANALYZE arriving (external_id, phone, candidate_id, occupation_code)")


_SQL_TYPES = {
    pa.string(): "TEXT", pa.float64(): "DOUBLE PRECISION", pa.date32(): "DATE", pa.list_(pa.string()): "TEXT[]",
    pa.int32(): "INTEGER", pa.bool_(): "BOOLEAN",
}  # fmt: skip


def _typed(names: Iterable[str]) -> str:
    """The columns of a table of people, written out.

    Danger: a table made by CREATE TABLE … AS an empty SELECT loses, in DuckDB 2.0, every row of the first large
    INSERT of its transaction, without a word.
    """
    columns = [f"{name} {_SQL_TYPES[TYPES[name]] if name in TYPES else 'BOOLEAN'}" for name in names]
    return ", ".join(["candidate_id UUID", *columns])


def _refuse_repeated(tx: Transaction, check: PeopleCheck, rejected: list[BadRow]) -> None:
    """Refuse the rows whose identifier or number an earlier row has."""
    for name, said in (("external_id", "Identifiant déjà présent"), ("phone", "Numéro déjà présent")):
        question = f"""
            SELECT a.line, a.{name}, f.line FROM arriving a JOIN (
                SELECT {name} AS value, min(line) AS line FROM arriving WHERE {name} IS NOT NULL
                GROUP BY {name} HAVING count(*) > 1
            ) f ON f.value = a.{name} WHERE a.line > f.line
        """
        _refuse(tx, check, rejected, name, said + " à la ligne {first}", question)


def _refuse_held_by_others(
    tx: Transaction, agency_id: UUID, check: PeopleCheck, whole: bool, rejected: list[BadRow]
) -> None:
    """Refuse the rows whose number is somebody else's of the agency, and stays it.

    Who leaves, or gets another number from the same file, gives the number free. Again and again, as a person
    whose own row is refused keeps the number after all.
    """
    stays = "AND EXISTS (SELECT 1 FROM arriving n WHERE n.external_id = c.external_id)" if whole else ""
    question = f"""
        SELECT a.line, a.phone, CAST(NULL AS BIGINT) FROM arriving a
        JOIN candidate c ON c.agency_id = $1 AND c.phone = a.phone AND c.external_id <> a.external_id
        WHERE a.good AND c.left_utc IS NULL {stays}
        AND NOT EXISTS (
            SELECT 1 FROM arriving h WHERE h.external_id = c.external_id AND h.good AND h.phone <> c.phone
        )
    """
    reason = "Ce numéro est déjà celui d'une autre personne de l'agence"
    while _refuse(tx, check, rejected, "phone", reason, question, agency_id):
        pass


def _refuse(
    tx: Transaction, check: PeopleCheck, rejected: list[BadRow], name: str, reason: str, question: str, *values: Any
) -> int:
    """Mark the rows that `question` finds (line, value, line of the first) and report them; how many there are."""
    tx.execute("CREATE TEMPORARY TABLE refused (line BIGINT, value TEXT, first BIGINT)")
    tx.execute(f"INSERT INTO refused {question}", *values)
    found = int(tx.value("SELECT count(*) FROM refused"))
    if found:
        room = MOST_REASONS - len(rejected)
        rows = tx.rows("SELECT DISTINCT line, value, first FROM refused ORDER BY line LIMIT $1", room)
        rejected += check.rejected(rows, name, reason)
        tx.execute("UPDATE arriving SET good = false WHERE line IN (SELECT line FROM refused)")
    tx.execute("DROP TABLE refused")
    return found


def _leave(tx: Transaction, agency_id: UUID, now: datetime) -> int:
    """Whom the file does not name, not even in a bad row, leaves; how many. Raises FtError for more than half."""
    counts: dict[str, Any] = (
        tx.one(
            """
            SELECT count(*) AS people, count(CASE WHEN a.external_id IS NULL THEN 1 END) AS leaving
            FROM candidate c
            LEFT JOIN (SELECT DISTINCT external_id FROM arriving) a ON a.external_id = c.external_id
            WHERE c.agency_id = $1 AND c.left_utc IS NULL
            """,
            agency_id,
        )
        or {}
    )
    if counts["leaving"] * 2 > counts["people"]:
        raise FtError(
            f"Ce fichier ferait sortir {_spaced(counts['leaving'])} personnes sur {_spaced(counts['people'])} : "
            "il est sans doute incomplet. Rien n'a changé. Vérifiez-le, ou importez-le sans dire qu'il est complet."
        )
    if counts["leaving"]:
        tx.execute(
            """
            UPDATE candidate SET left_utc = $2 WHERE agency_id = $1 AND left_utc IS NULL
            AND NOT EXISTS (SELECT 1 FROM arriving a WHERE a.external_id = candidate.external_id)
            """,
            agency_id,
            now,
        )
    return int(counts["leaving"])


def _spaced(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f")


# How a pool is kept: by occupation, then by place, for the ranking to read less. Codes compare as bytes: in the
# order of a language, the server sorts for twice as long.
_IN_ORDER = 'occupation_code COLLATE "C", round(4 * coalesce(lat, 0)), coalesce(lon, 0), candidate_id'
# What a new person has where the file has no column for it.
_DEFAULTS = {"skills": "ARRAY[]::TEXT[]", "demo": "false"}
_COLUMNS = (
    "external_id", "first_name", "last_name", "phone", "occupation_code", "skills", "experience_years", "commune",
    "department", "lat", "lon", "mobility_km", "available_from", "licences", "contracts", "working_time", "demo",
)  # fmt: skip


def _write(tx: Transaction, agency_id: UUID, fields: list[str], said: Progress) -> tuple[int, int, int]:
    """Write the new and the changed people; how many were added, updated, unchanged.

    Changed ones are written anew, in the order in which a pool is kept, so that a nightly list does not
    scatter the people of one occupation over the whole table.
    """
    tx.execute(f"CREATE TEMPORARY TABLE changed (agency_id UUID, {_typed(_COLUMNS)})")
    names = f"agency_id, candidate_id, {', '.join(_COLUMNS)}"
    kept = ", ".join(f"a.{name}" if name in fields else f"c.{name}" for name in _COLUMNS)
    differs = " OR ".join(f"a.{name} IS DISTINCT FROM c.{name}" for name in fields)
    tx.execute(
        f"""
        INSERT INTO changed SELECT c.agency_id, c.candidate_id, {kept}
        FROM arriving a JOIN candidate c ON c.agency_id = $1 AND c.candidate_id = a.candidate_id
        WHERE a.good AND (c.left_utc IS NOT NULL OR {differs})
        """,
        agency_id,
    )
    said(_CHANGED)
    good, changed = (int(tx.value(f"SELECT count(*) FROM {rows}")) for rows in ("arriving WHERE good", "changed"))
    tx.execute(
        "DELETE FROM arriving WHERE NOT good OR candidate_id IN (SELECT candidate_id FROM candidate "
        "WHERE agency_id = $1)",
        agency_id,
    )
    added = int(tx.value("SELECT count(*) FROM arriving"))
    # Known people of whom only a trait is new have been updated too, beside the pool.
    beside = int(tx.value(_DECLARED_ONLY))
    tx.execute(
        "DELETE FROM candidate WHERE agency_id = $1 AND candidate_id IN (SELECT candidate_id FROM changed)", agency_id
    )
    said(_CHANGED)
    new = ", ".join(name if name in fields else _DEFAULTS.get(name, "NULL") for name in _COLUMNS)
    for done, (first, last) in enumerate(shares := _shares(tx), start=1):
        tx.execute(
            f"""
            INSERT INTO candidate ({names}, {", ".join(pool.BOX)})
            SELECT *, {", ".join(pool.BOX.values())} FROM (
                SELECT {names} FROM changed WHERE left(occupation_code, 1) BETWEEN $2 AND $3
                UNION ALL
                SELECT $1, candidate_id, {new} FROM arriving WHERE left(occupation_code, 1) BETWEEN $2 AND $3
            ) written ORDER BY {_IN_ORDER}
            """,
            agency_id,
            first,
            last,
        )
        said(_CHANGED + (_INSERTED - _CHANGED) * done / len(shares))
    return added, changed + beside, good - added - changed - beside


_DECLARED_ONLY = """
    SELECT count(*) FROM declared WHERE candidate_id NOT IN (SELECT candidate_id FROM changed)
    AND candidate_id NOT IN (SELECT candidate_id FROM arriving)
"""


# Sorting a whole pool at once takes a gigabyte; going through it for each domain takes long.
_SHARE = 200_000


def _shares(tx: Transaction) -> list[tuple[str, str]]:
    """Whose turn it is to be written: the first and the last domain of occupations (a letter) of each share."""
    domains = tx.rows(
        """
        SELECT domain, count(*) AS people FROM (
            SELECT left(occupation_code, 1) AS domain FROM arriving
            UNION ALL SELECT left(occupation_code, 1) FROM changed
        ) written GROUP BY domain ORDER BY domain
        """
    )
    shares: list[tuple[str, str]] = []
    people = 0
    for row in domains:
        if shares and people + row["people"] <= _SHARE:
            shares[-1] = (shares[-1][0], row["domain"])
            people += row["people"]
        else:
            shares.append((row["domain"], row["domain"]))
            people = row["people"]
    return shares


def rejected_csv(report: ImportReport) -> bytes:
    """The rejected rows as a file for spreadsheets."""
    rows = ((bad.line, bad.column, bad.value, bad.reason) for bad in report.rejected)
    return spreadsheet.table_bytes(["Ligne", "Colonne", "Valeur", "Motif"], rows)
