"""The database under the conditions it will meet: several writers, bad rows, other processes, restarts."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from ftcore.database import Database, GroupCommit, Transaction, utc_now
from ftcore.errors import DatabaseError

NOW = datetime(2026, 11, 24, 9, 0)


@pytest.fixture
def base(fresh_database: Callable[..., Database]) -> Database:
    return fresh_database()


@pytest.fixture
def group(base: Database) -> Iterator[GroupCommit]:
    writer = GroupCommit(base)
    yield writer
    writer.close()


def callback(key: str, form: str = "{}") -> dict[str, object]:
    return {"callback_id": key, "kind": "delivery", "form": form, "received_utc": NOW}


def keys(base: Database) -> list[str]:
    return [row["callback_id"] for row in base.rows("SELECT callback_id FROM callback ORDER BY callback_id")]


# Transactions


def test_a_conflict_runs_the_whole_transaction_again_and_gives_the_committed_result(base: Database) -> None:
    seen: list[int] = []

    def work(tx: Transaction) -> int:
        before = tx.value("SELECT turns FROM launch_turn")
        if not seen:  # somebody else writes in between, once
            base.transact(lambda other: other.execute("UPDATE launch_turn SET turns = 10"))
        seen.append(before)
        tx.execute("UPDATE launch_turn SET turns = turns + 1")
        return int(tx.value("SELECT turns FROM launch_turn"))

    assert base.transact(work) == 11
    assert seen == [0, 10]
    assert base.value("SELECT turns FROM launch_turn") == 11


def test_no_increment_is_lost_between_threads(base: Database) -> None:
    def add(_: int) -> None:
        base.transact(lambda tx: tx.execute("UPDATE launch_turn SET turns = turns + 1"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(40)))
    assert base.value("SELECT turns FROM launch_turn") == 40


def test_two_writers_of_the_same_absent_key_leave_one_row(base: Database) -> None:
    barrier = threading.Barrier(2)
    first = [True, True]

    def write(who: int) -> None:
        def work(tx: Transaction) -> None:
            if first[who]:
                first[who] = False
                barrier.wait(60)
            tx.insert("callback", [callback("same", str(who))], if_absent=True)

        base.transact(work)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, range(2)))
    assert keys(base) == ["same"]


def test_an_error_rolls_everything_back_and_reaches_the_caller(base: Database) -> None:
    def work(tx: Transaction) -> None:
        tx.insert("callback", [callback("a")])
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        base.transact(work)
    assert keys(base) == []


def test_an_error_of_sql_that_the_work_swallows_does_not_pass_for_a_commit(base: Database) -> None:
    def work(tx: Transaction) -> None:
        tx.insert("callback", [callback("a")])
        try:
            tx.execute("INSERT INTO callback SELECT * FROM callback")
        except base.faults:
            tx.value("SELECT 1")

    with pytest.raises(base.faults):
        base.transact(work)
    assert keys(base) == []


def test_each_thread_reads_its_own_rows_while_others_write(base: Database) -> None:
    def work(who: int) -> None:
        for number in range(12):
            base.transact(lambda tx, n=number: tx.insert("callback", [callback(f"{who}-{n:02d}", str(who))]))
            rows = base.rows("SELECT callback_id, form FROM callback WHERE form = $1 ORDER BY 1", str(who))
            assert [row["callback_id"] for row in rows] == [f"{who}-{n:02d}" for n in range(number + 1)]
            assert base.one("SELECT $1::INT AS mine", who) == {"mine": who}
            assert base.value("SELECT $1::INT", who) == who

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert len(keys(base)) == 48


# Values


def candidate(**more: object) -> dict[str, object]:
    return {
        "agency_id": uuid4(),
        "candidate_id": uuid4(),
        "external_id": "D1",
        "first_name": "Zoé",
        "last_name": "Essai",
        "phone": "+33639980001",
        "occupation_code": None,
        "skills": [],
        "experience_years": None,
        "lat": None,
        "available_from": None,
        "licences": None,
        "demo": False,
        **more,
    }


@pytest.mark.parametrize(
    ("rows", "column", "expected"),
    [
        pytest.param([{}], "lat", [None], id="a column of nothing but NULL"),
        pytest.param([{}, {}], "licences", [None, None], id="a list column of nothing but NULL"),
        pytest.param([{}], "skills", [[]], id="an empty list"),
        pytest.param([{"skills": ("a", "é")}, {}], "skills", [["a", "é"], []], id="a tuple beside an empty list"),
        pytest.param([{"licences": ["B"]}, {}], "licences", [["B"], None], id="a list beside NULL"),
        pytest.param([{"experience_years": 2}, {"experience_years": 1.5}], "experience_years", [2.0, 1.5], id="2 1.5"),
        pytest.param([{"available_from": date(2027, 1, 4)}], "available_from", [date(2027, 1, 4)], id="a date"),
        pytest.param([{"agency_id": UUID(int=7)}], "agency_id", [UUID(int=7)], id="a UUID"),
        pytest.param([{"first_name": "L'Œuf; DROP \"x\" '"}], "first_name", ["L'Œuf; DROP \"x\" '"], id="quotes"),
    ],
)
def test_what_is_inserted_is_what_is_read(
    base: Database, rows: list[dict[str, object]], column: str, expected: list[object]
) -> None:
    full = [candidate(external_id=str(number), **row) for number, row in enumerate(rows)]
    base.transact(lambda tx: tx.insert("candidate", full))
    stored = base.rows(f"SELECT {column} FROM candidate ORDER BY external_id")
    assert [row[column] for row in stored] == expected
    assert base.value("SELECT count(*) FROM candidate") == len(rows)


def test_one_transaction_may_read_and_write_in_turns(base: Database) -> None:
    def work(tx: Transaction) -> None:
        for number in range(3):
            assert tx.value("SELECT count(*) FROM callback") == number
            tx.insert("callback", [callback(f"{number}a")])
            assert tx.value("SELECT unnest($1::INTEGER[])", [0, 1, 2]) == 0
            tx.execute("DELETE FROM callback WHERE callback_id = 'x'")
            assert tx.one("SELECT form FROM callback") == {"form": "{}"}
            assert len(tx.rows("SELECT * FROM callback")) == number + 1

    base.transact(work)
    assert len(keys(base)) == 3


def test_inserting_no_rows_is_nothing(base: Database) -> None:
    base.transact(lambda tx: tx.insert("callback", []))
    assert base.one("SELECT * FROM callback") is None
    assert base.value("SELECT form FROM callback") is None


def test_a_present_key_is_an_error_unless_absence_was_asked_for(base: Database) -> None:
    base.transact(lambda tx: tx.insert("callback", [callback("a", "first")]))
    with pytest.raises(base.faults):
        base.transact(lambda tx: tx.insert("callback", [callback("a", "second")]))
    base.transact(lambda tx: tx.insert("callback", [callback("a", "second"), callback("b")], if_absent=True))
    assert base.value("SELECT form FROM callback WHERE callback_id = 'a'") == "first"
    assert keys(base) == ["a", "b"]


def test_the_present_is_naive_utc() -> None:
    assert utc_now().tzinfo is None


# Group commit


def test_a_row_is_visible_to_others_once_its_future_resolves(base: Database, group: GroupCommit) -> None:
    for number in range(10):
        group.put("callback", callback(f"{number}")).result(60)
        assert base.value("SELECT count(*) FROM callback WHERE callback_id = $1", f"{number}") == 1


def test_repeated_keys_in_one_group_and_across_groups_are_stored_once(base: Database, group: GroupCommit) -> None:
    together = [group.put("callback", callback("a", str(n))) for n in range(20)]
    for future in together:
        future.result(60)
    group.put("callback", callback("a", "later")).result(60)
    assert base.rows("SELECT callback_id, form FROM callback") == [{"callback_id": "a", "form": "0"}]


def test_many_threads_lose_no_row(base: Database, group: GroupCommit) -> None:
    def put(who: int) -> None:
        for future in [group.put("callback", callback(f"{who}-{n}")) for n in range(30)]:
            future.result(60)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, range(4)))
    assert len(keys(base)) == 120


def held(base: Database, group: GroupCommit) -> threading.Event:
    """Occupy the writer, so that what is put meanwhile makes one group."""
    release = threading.Event()
    usual = base.transact

    def slow(work: object) -> object:
        base.transact = usual  # type: ignore[method-assign]
        release.wait(60)
        return usual(work)  # type: ignore[arg-type]

    base.transact = slow  # type: ignore[method-assign, assignment]
    group.put("callback", callback("first"))
    while base.transact is slow:
        pass
    return release


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param({"callback_id": "bad", "colour": "red"}, id="an unknown column"),
        pytest.param({"callback_id": "bad"}, id="a required column is missing"),
        pytest.param(callback("bad") | {"received_utc": "no instant"}, id="a value of another kind"),
    ],
)
def test_a_bad_row_fails_alone_and_the_writer_lives_on(
    base: Database, group: GroupCommit, bad: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    release = held(base, group)
    before, wrong, after = (group.put("callback", row) for row in (callback("a"), bad, callback("b")))
    release.set()
    before.result(60)
    after.result(60)
    with pytest.raises(base.faults):
        wrong.result(60)
    group.put("callback", callback("c")).result(60)
    assert keys(base) == ["a", "b", "c", "first"]
    assert "could not be committed" in caplog.text


def test_an_unknown_table_fails_its_future_only(base: Database, group: GroupCommit) -> None:
    with pytest.raises(base.faults):
        group.put("nowhere", {"a": 1}).result(60)
    group.put("callback", callback("a")).result(60)
    assert keys(base) == ["a"]


def test_rows_of_different_tables_and_shapes_share_a_group(base: Database, group: GroupCommit) -> None:
    release = held(base, group)
    futures = [
        group.put("callback", callback("a")),
        group.put("callback", callback("b") | {"outcome": "kept"}),
        group.put("opt_out", {"phone": "+33639980001", "since_utc": NOW, "source": "sms", "reason": "r"}),
    ]
    release.set()
    for future in futures:
        future.result(60)
    assert base.value("SELECT outcome FROM callback WHERE callback_id = 'b'") == "kept"
    assert base.value("SELECT count(*) FROM opt_out") == 1


def test_a_waiter_that_gives_up_does_not_end_the_writer(base: Database, group: GroupCommit) -> None:
    release = held(base, group)
    given_up = group.put("callback", callback("a"))
    assert given_up.cancel()
    release.set()
    group.put("callback", callback("b")).result(60)
    assert keys(base) == ["a", "b", "first"]


def test_closing_commits_what_waits_and_refuses_what_comes_later(base: Database) -> None:
    writer = GroupCommit(base)
    futures = [writer.put("callback", callback(str(n))) for n in range(30)]
    writer.close()
    assert all(future.result(0) is None for future in futures)
    with pytest.raises(DatabaseError, match="fermeture"):
        writer.put("callback", callback("late"))
    writer.close()
    assert len(keys(base)) == 30


# Files


def test_rows_survive_closing_and_the_migration_is_repeatable(tmp_path: Path) -> None:
    address = str(tmp_path / "new folder" / "house.duckdb")
    first = Database.open(address)
    first.transact(lambda tx: tx.insert("callback", [callback("kept")]))
    writer = GroupCommit(first)
    writer.put("callback", callback("kept too")).result(60)
    writer.close()
    steps = first.rows("SELECT * FROM schema_migration ORDER BY number")
    first.close()
    for _ in range(2):
        again = Database.open(address)
        assert keys(again) == ["kept", "kept too"]
        assert again.rows("SELECT * FROM schema_migration ORDER BY number") == steps
        assert again.value("SELECT has_item(['a', 'b'], 'b')")
        again.close()


def test_acknowledged_rows_survive_a_killed_process(tmp_path: Path) -> None:
    address = tmp_path / "house.duckdb"
    program = (
        "import sys, os, datetime\n"
        "from ftcore.database import Database, GroupCommit\n"
        "writer = GroupCommit(Database.open(sys.argv[1]))\n"
        "now = datetime.datetime(2026, 11, 24)\n"
        "for n in range(20):\n"
        "    row = {'callback_id': str(n), 'kind': 'k', 'form': '{}', 'received_utc': now}\n"
        "    writer.put('callback', row).result(60)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(address)], cwd=Path(__file__).parents[1], check=False)
    assert done.returncode == -9
    again = Database.open(str(address))
    assert len(keys(again)) == 20
    again.close()


def test_a_newer_database_is_refused_with_a_sentence(tmp_path: Path) -> None:
    address = str(tmp_path / "house.duckdb")
    first = Database.open(address)
    first.transact(lambda tx: tx.execute("INSERT INTO schema_migration VALUES (999, now()::TIMESTAMP)"))
    first.close()
    for _ in range(2):  # the refusal lets the file go
        with pytest.raises(DatabaseError, match=r"version plus récente.*FT_DATABASE"):
            Database.open(address)


def test_a_file_held_by_another_process_is_refused_with_its_number(tmp_path: Path) -> None:
    address = str(tmp_path / "house.duckdb")
    program = "import duckdb, sys\nheld = duckdb.connect(sys.argv[1])\nprint('held', flush=True)\nsys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(DatabaseError) as refused:
            Database.open(address)
        assert str(refused.value) == (
            f"La base « {address} » est déjà ouverte par le processus {other.pid} : un fichier DuckDB n'appartient "
            "qu'à un programme à la fois. Fermez-le, choisissez une autre base avec FT_DATABASE, ou passez à "
            f"PostgreSQL pour travailler à plusieurs : python -m ftcore database copy {address} postgresql://…"
        )
        other.communicate("")
    Database.open(address).close()


@pytest.mark.parametrize("folder", ["plain", "blocks"])
def test_a_file_that_is_no_database_is_refused_with_a_sentence(tmp_path: Path, folder: str) -> None:
    file = tmp_path / folder / "notes.duckdb"
    file.parent.mkdir()
    file.write_text("des notes, pas une base\n" * 400, encoding="utf-8")
    with pytest.raises(DatabaseError, match="pas un fichier DuckDB lisible") as refused:
        Database.open(str(file))
    assert "\n" not in str(refused.value)
    assert file.read_text(encoding="utf-8").startswith("des notes")


def test_a_folder_in_place_of_the_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="FT_DATABASE"):
        Database.open(str(tmp_path))


def test_a_file_in_place_of_the_folder_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseError, match="dossier de la base"):
        Database.open(str(tmp_path / "file" / "house.duckdb"))


def test_the_embedded_engine_loads_nothing_and_keeps_its_settings() -> None:
    base = Database.open(":memory:")
    assert base.value("SELECT current_setting('autoinstall_known_extensions')") is False
    assert base.value("SELECT current_setting('autoload_known_extensions')") is False
    with pytest.raises(base.faults):
        base.transact(lambda tx: tx.execute("SET memory_limit = '1GB'"))
