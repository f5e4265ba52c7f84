"""UPDATE … RETURNING: nothing that another transaction changes in the same row is lost; both engines."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ftcore.database import Database, Transaction, in_place
from ftcore.database.in_place import Update
from ftcore.errors import DatabaseError

PROJECT = Path(__file__).parents[1]
PLAIN = "UPDATE launch_turn SET turns = turns + 1 WHERE name = $1"
RETURNING = f"{PLAIN} RETURNING name, turns"
JOINED = (
    "UPDATE launch_turn t SET turns = t.turns + n.more FROM (SELECT $1 AS name, 1 AS more) n "
    "WHERE t.name = n.name RETURNING t.turns"
)


@pytest.fixture
def base(fresh_database: Callable[..., Database]) -> Database:
    return fresh_database()


def turns(base: Database) -> int:
    return int(base.value("SELECT turns FROM launch_turn WHERE name = 'launch'"))


@pytest.mark.parametrize("first", [PLAIN, RETURNING, JOINED], ids=["plain", "returning", "joined"])
@pytest.mark.parametrize("second", [PLAIN, RETURNING, JOINED], ids=["plain", "returning", "joined"])
def test_of_two_who_change_a_row_at_once_neither_is_lost(base: Database, first: str, second: str) -> None:
    before = turns(base)
    attempts = 0

    def work(tx: Transaction) -> None:
        nonlocal attempts
        attempts += 1
        tx.value("SELECT turns FROM launch_turn WHERE name = 'launch'")  # from here on it sees no other's change
        if attempts == 1:
            base.transact(lambda other: other.rows(first, "launch"))
        tx.rows(second, "launch")

    base.transact(work)
    assert attempts == 2, "the later one began again"
    assert turns(base) == before + 2


def test_it_gives_what_it_changed_and_nothing_where_nothing_is(base: Database) -> None:
    before = turns(base)
    changed = base.transact(lambda tx: tx.rows(RETURNING, "launch"))
    assert changed == [{"name": "launch", "turns": before + 1}]
    assert base.transact(lambda tx: tx.value(JOINED, "launch")) == before + 2
    assert base.transact(lambda tx: tx.rows(RETURNING, "nobody")) == []


def test_what_the_engine_would_write_anew_all_the_same_is_refused() -> None:
    base = Database.open(":memory:")
    with pytest.raises(DatabaseError, match="sur place"):
        base.transact(
            lambda tx: tx.rows("UPDATE launch_turn SET name = $1 WHERE name = 'launch' RETURNING turns", "other")
        )
    base.close()


@pytest.mark.parametrize(
    ("sql", "parts"),
    [
        pytest.param("UPDATE t SET a = $1 RETURNING b", Update("t", "a = $1", "", "true", "b"), id="every row"),
        pytest.param(
            "update t x set a = (SELECT b FROM u WHERE c) , d = 'FROM (' FROM (SELECT 1 AS e WHERE true) s "
            "WHERE x.e IN (SELECT 1 FROM v) -- RETURNING (\n AND true RETURNING x.a, d",
            Update(
                "t x",
                "a = (SELECT b FROM u WHERE c) , d = 'FROM ('",
                "(SELECT 1 AS e WHERE true) s",
                "x.e IN (SELECT 1 FROM v) -- RETURNING (\n AND true",
                "x.a, d",
            ),
            id="words in parentheses, texts and comments are no parts",
        ),
        pytest.param("UPDATE t SET a = 1", None, id="nothing is to be returned"),
        pytest.param("DELETE FROM t RETURNING a", None, id="a delete"),
        pytest.param("INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 1 RETURNING a", None, id="an insert"),
        pytest.param("SELECT 1", None, id="no change at all"),
    ],
)
def test_its_parts_are_found(sql: str, parts: Update | None) -> None:
    assert in_place.read(sql) == parts


def statements() -> Iterator[tuple[str, str]]:
    for file in sorted(PROJECT.glob("ftcore/**/*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                text = "".join(part.value if isinstance(part, ast.Constant) else "0" for part in node.values)  # type: ignore[misc]
            else:
                text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if re.match(r"\s*UPDATE \w", text) and "RETURNING" in text:
                yield f"{file.name}:{node.lineno}", text  # type: ignore[attr-defined]


def test_every_such_statement_of_the_program_is_read_and_changes_no_key() -> None:
    base = Database.open(":memory:")
    keys = {
        row["table_name"]: set(row["names"])
        for row in base.rows(
            "SELECT table_name, constraint_column_names AS names FROM duckdb_constraints() "
            "WHERE constraint_type = 'PRIMARY KEY'"
        )
    }
    base.close()
    found = 0
    for where, sql in statements():
        update = in_place.read(sql)
        assert update is not None, where
        changed = set(re.findall(r"(?:^|, )(\w+) = ", update.change))
        assert changed, where
        assert not changed & keys[update.table.split()[0]], where
        found += 1
    assert found > 10
