"""UPDATE … RETURNING for the embedded engine, as an update in place and a look at what it changed.

DuckDB writes rows anew for RETURNING: it deletes and inserts them. A delete by one transaction and an update in place
by another do not meet: both commit, and one of the two changes is lost without an error (duckdb/duckdb#17223). Between
two updates in place of one column, or two deletes, the later one fails and is run again, as it must.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import duckdb

from ftcore.errors import DatabaseError

_WORD = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|[()]|\w+")
_PLACE = re.compile(r"\$(\d+)")
_PARTS = ("UPDATE", "SET", "FROM", "WHERE", "RETURNING")


@dataclass(frozen=True, slots=True)
class Update:
    """The parts of an UPDATE … RETURNING. `source` is what stands behind FROM, if it has one."""

    table: str
    change: str
    source: str
    condition: str
    returning: str

    @property
    def name(self) -> str:
        """By which the columns of the table are spoken of: its alias, or itself."""
        return self.table.split()[-1]


@lru_cache(maxsize=512)
def read(sql: str) -> Update | None:
    """The parts of the statement; None where it is no UPDATE … RETURNING."""
    if sql.split(maxsplit=1)[:1] not in (["UPDATE"], ["update"]):
        return None
    found = {word: (begin, end) for word, begin, end in _outer(sql)}
    if "RETURNING" not in found:
        return None
    ends = [begin for begin, _ in list(found.values())[1:]] + [len(sql)]
    parts = {word: sql[end:until].strip() for (word, (_, end)), until in zip(found.items(), ends, strict=True)}
    return Update(parts["UPDATE"], parts["SET"], parts.get("FROM", ""), parts.get("WHERE", "true"), parts["RETURNING"])


def _outer(sql: str) -> Iterator[tuple[str, int, int]]:
    """The words of `_PARTS` that stand in no parentheses, each once, and where."""
    depth = 0
    seen = set()
    for found in _WORD.finditer(sql):
        word = found[0].upper()
        depth += (word == "(") - (word == ")")
        if depth == 0 and word in _PARTS and word not in seen:
            seen.add(word)
            yield word, *found.span()


def run(
    cursor: duckdb.DuckDBPyConnection, update: Update, values: Sequence[Any]
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Update, and give the columns and rows that RETURNING would."""
    source = f", {update.source}" if update.source else ""
    rows = _execute(
        cursor, f"SELECT {update.name}.rowid FROM {update.table}{source} WHERE {update.condition}", values
    ).fetchall()
    if not rows:
        return [], []
    there = f"{update.name}.rowid IN ({', '.join(str(row[0]) for row in rows)})"
    source = f" FROM {update.source}" if update.source else ""
    condition = f"{there} AND {update.condition}" if update.source else there
    _execute(cursor, f"UPDATE {update.table} SET {update.change}{source} WHERE {condition}", values).fetchall()
    result = _execute(cursor, f"SELECT {update.returning} FROM {update.table} WHERE {there}", values)
    names = [column[0] for column in result.description or []]
    changed = result.fetchall()
    if len(changed) != len({row[0] for row in rows}):
        # A column of a key, or a list: the engine has written the rows anew all the same, under other numbers.
        raise DatabaseError(f"La table {update.table} ne peut pas être changée sur place.")
    return names, changed


def _execute(cursor: duckdb.DuckDBPyConnection, sql: str, values: Sequence[Any]) -> duckdb.DuckDBPyConnection:
    # The engine refuses values for which a statement has no place.
    used = {place: values[int(place) - 1] for place in _PLACE.findall(sql)}
    return cursor.execute(sql, used) if used else cursor.execute(sql)
