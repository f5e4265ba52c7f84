"""Backups: whole, of one moment, or not there; and back into an empty or a replaced database."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from ftcore.database import Database, Transaction
from ftcore.database.backup import back_up, newest
from ftcore.errors import DatabaseError
from ftcore.operations import restoring
from ftcore.operations.backups import make
from ftcore.operations.control import ControlDoor, socket_of
from ftcore.settings import Settings

PROJECT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 24, 9, 0)
AGENCY = UUID("0f0f0f0f-0000-4000-8000-000000000001")


def silent(done: int, total: int) -> None:
    """Nobody looks at the progress."""


def told(tx: Transaction, text: str = "x") -> None:
    """One act in two tables: a backup of one moment has both or neither."""
    key = uuid4()
    entry = {"agency_id": AGENCY, "entry_id": key, "happened_utc": NOW, "actor": "a", "act": text}
    tx.insert("journal", [entry | {"subject": str(key), "detail": ""}])
    tx.insert("callback", [{"callback_id": str(key), "kind": "incoming", "form": "{}", "received_utc": NOW}])


def agency(database: Database) -> None:
    row = {"agency_id": AGENCY, "name": "Agence d'essai", "department": "07", "demo": False}
    database.transact(lambda tx: tx.insert("agency", [row]))


def filled(address: str) -> Database:
    database = Database.open(address)
    occupation = {"code": "G1803", "label": "Service en restauration"}
    database.transact(lambda tx: tx.insert("occupation", [occupation]))
    agency(database)
    database.transact(told)
    return database


def backed_up(database: Database, folder: Path) -> Path:
    return back_up(database, folder, NOW, silent).file


def sms(state: str) -> dict[str, object]:
    return {
        "agency_id": AGENCY, "message_id": uuid4(), "campaign_id": uuid4(), "conversation_id": uuid4(),
        "phone": "+33639980001", "department": "07", "body": "Bonjour", "parts": 1, "automatic": True,
        "opening": True, "state": state, "queued_utc": NOW, "not_before_utc": NOW, "contradicted": False,
    }  # fmt: skip


def test_a_backup_made_while_others_write_is_of_one_moment(
    fresh_database: Callable[..., Database], tmp_path: Path
) -> None:
    database = fresh_database()
    agency(database)
    ending = threading.Event()

    def write() -> None:
        while not ending.is_set():
            database.transact(told)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        made = [back_up(database, tmp_path, NOW.replace(minute=minute), silent) for minute in range(2)]
    finally:
        ending.set()
        for writer in writers:
            writer.join()
    for backup in made:
        assert backup.rows["journal"] == backup.rows["callback"]
        copy = Database.open(str(backup.file))
        apart = copy.value(
            "SELECT count(*) FROM journal FULL JOIN callback ON subject = callback_id "
            "WHERE subject IS NULL OR callback_id IS NULL"
        )
        kept = copy.value("SELECT count(*) FROM journal")
        copy.close()
        assert (apart, kept) == (0, backup.rows["journal"])
    assert made[0].rows["journal"] < made[1].rows["journal"] < database.value("SELECT count(*) FROM journal")


def test_a_backup_is_for_the_account_of_the_program_alone_and_is_found_as_the_newest(tmp_path: Path) -> None:
    database = filled(":memory:")
    for month in (11, 3):
        back_up(database, tmp_path / "new", NOW.replace(month=month), silent)
    database.close()
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "new").iterdir()} == {0o600}
    assert newest(tmp_path / "new") == (tmp_path / "new" / "entremise-20261124T090000Z.duckdb", NOW)
    assert newest(tmp_path / "nowhere") is None


def test_an_interrupted_backup_leaves_nothing(fresh_database: Callable[..., Database], tmp_path: Path) -> None:
    database = fresh_database()
    agency(database)

    def interrupt(done: int, total: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(database, tmp_path, NOW, interrupt)
    assert list(tmp_path.iterdir()) == []
    database.transact(told)  # and the database works on
    assert back_up(database, tmp_path, NOW, silent).rows["journal"] == 1


_BACK_UP_SLOWLY = """
import sys, time
from pathlib import Path
from datetime import datetime
from ftcore.database import Database
from ftcore.database.backup import back_up
def wait(done, total):
    if done:
        print("under way", flush=True)
        time.sleep(60)
back_up(Database.open(sys.argv[1]), Path(sys.argv[2]), datetime(2026, 11, 24), wait)
"""


def test_a_backup_that_is_killed_leaves_no_file_of_its_name_and_the_next_one_tidies_up(tmp_path: Path) -> None:
    filled(str(tmp_path / "house.duckdb")).close()
    folder = tmp_path / "backups"
    command = [sys.executable, "-c", _BACK_UP_SLOWLY, str(tmp_path / "house.duckdb"), str(folder)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"under way\n"
        other = filled(":memory:")
        with pytest.raises(DatabaseError, match="Une autre sauvegarde est en cours"):
            backed_up(other, folder)
        other.close()
        program.send_signal(signal.SIGKILL)
    assert list(folder.glob("entremise-*")) == []
    assert list(folder.glob(".*"))
    database = Database.open(str(tmp_path / "house.duckdb"))
    file = backed_up(database, folder)
    database.close()
    assert list(folder.iterdir()) == [file]


@contextmanager
def running(address: str) -> Iterator[Database]:
    """A program that has the database open."""
    database = filled(address)
    door = ControlDoor(database, None)
    door.start()
    try:
        yield database
    finally:
        door.stop()
        database.close()


def ftcore(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("FT_")} | settings
    command = [sys.executable, "-m", "ftcore", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, timeout=120)


def test_the_command_asks_the_program_that_runs_and_the_restored_base_is_the_same(tmp_path: Path) -> None:
    deep = tmp_path / ("a-folder-of-a-long-name" * 4)  # the address of a socket holds a hundred letters
    deep.mkdir()
    file = str(deep / "house.duckdb")
    with running(file):
        assert socket_of(file).stat().st_mode & 0o777 == 0o600
        done = ftcore("backup", "--into", str(tmp_path / "b"), FT_DATABASE=file)
        assert "Sauvegarde vérifiée" in done.stdout, done.stderr
        refused = ftcore("restore", str(next((tmp_path / "b").iterdir())), "--replace", FT_DATABASE=file)
        assert refused.returncode == 1
        assert "est déjà ouverte par le processus" in refused.stderr
    assert not socket_of(file).exists()
    (made,) = (tmp_path / "b").iterdir()
    fresh = str(tmp_path / "fresh" / "house.duckdb")
    back = ftcore("restore", str(made), FT_DATABASE=fresh)
    assert "Restauration vérifiée" in back.stdout, back.stderr
    assert [path.name for path in (tmp_path / "fresh").iterdir()] == ["house.duckdb"]
    restored = Database.open(fresh)
    assert restored.value("SELECT count(*) FROM callback") == 1
    assert restored.value("SELECT count(*) FROM journal WHERE act = 'database restored'") == 1
    restored.close()


def test_who_hangs_up_on_the_running_program_leaves_no_file(tmp_path: Path) -> None:
    import json
    import socket

    address = str(tmp_path / "h.duckdb")
    with running(address) as database:
        with socket.socket(socket.AF_UNIX) as caller:
            os.chdir(tmp_path)
            try:
                caller.connect("h.duckdb.control")
            finally:
                os.chdir(PROJECT)
            caller.sendall(json.dumps({"backup": str(tmp_path / "b")}).encode() + b"\n")
        while not (tmp_path / "b").exists() or list((tmp_path / "b").glob(".*")):
            time.sleep(0.01)
        assert make(Settings(database=address), tmp_path / "c", silent).rows["callback"] == 1
        database.transact(told)


def test_a_backup_of_a_database_that_is_not_there_makes_none(tmp_path: Path) -> None:
    done = ftcore("backup", "--into", str(tmp_path), FT_DATABASE=str(tmp_path / "none.duckdb"))
    assert done.returncode == 1
    assert "il n'y a rien à sauvegarder" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def target(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database of the engine that nobody else uses."""
    if engine == "duckdb":
        yield str(tmp_path / "target.duckdb")
        return
    postgres = request.getfixturevalue("postgres")
    name = postgres.fresh("house")
    yield postgres.address(name)
    postgres.drop(name)


def test_a_base_that_holds_data_is_replaced_only_when_told_and_nothing_is_sent_twice_and_no_stop_is_lost(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "utc_now", lambda: NOW)  # both restores in the same second
    database = filled(target)
    database.transact(lambda tx: tx.insert("message", [sms("queued"), sms("claimed"), sms("delivered")]))
    file = backed_up(database, tmp_path / "backups")
    stop = {"phone": "+33639980002", "since_utc": NOW, "source": "sms", "reason": "STOP"}
    database.transact(lambda tx: tx.insert("opt_out", [stop]))
    database.transact(told)
    database.close()
    settings = Settings(database=target)
    with pytest.raises(DatabaseError, match="ajoutez --replace"):
        restoring.restore(settings, file, silent)
    done = restoring.restore(settings, file, silent, replace=True)
    assert (done.held, done.opt_outs) == (2, 1)
    restored = Database.open(target)
    states = [row["state"] for row in restored.rows("SELECT state FROM message ORDER BY state")]
    assert states == ["delivered", "unknown", "unknown"]
    assert restored.value("SELECT phone FROM opt_out") == "+33639980002"
    assert restored.value("SELECT count(*) FROM callback") == 1
    assert restored.value("SELECT count(*) FROM journal WHERE act = 'database restored'") == 1
    restored.transact(told)
    restored.close()
    again = restoring.restore(settings, file, silent, replace=True, nothing_left=True)
    assert again.held == 0
    if "://" not in target:
        assert again.aside is not None
        before = Database.open(str(again.aside))
        assert before.value("SELECT count(*) FROM callback") == 2
        before.close()
        assert done.aside is not None
        assert done.aside != again.aside
        assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("*.duckdb*")} == {0o600}
    restored = Database.open(target)
    assert restored.value("SELECT count(*) FROM message WHERE state = 'queued'") == 1
    restored.close()


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_replica_that_runs_on_the_server_refuses_a_restore(target: str, tmp_path: Path) -> None:
    database = filled(target)
    file = backed_up(database, tmp_path)
    with pytest.raises(DatabaseError, match="arrêtez toutes les répliques"):
        restoring.restore(Settings(database=target), file, silent, replace=True)
    database.close()


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _flipped(data: bytes) -> bytes:
    # A byte of every block, from the third on: the first ones say only which blocks there are.
    changed = bytearray(data)
    for place in range(3 * 4096 + 100, len(changed), 65_536):
        changed[place] ^= 0xFF
    return bytes(changed)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(_cut, id="half of it"),
        pytest.param(_flipped, id="bytes changed on the disk"),
        pytest.param(lambda data: b"", id="an empty file"),
        pytest.param(lambda data: b"id;nom\n1;Essai\n" * 1000, id="another kind of file"),
    ],
)
def test_a_damaged_backup_is_refused_and_what_was_there_stays(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    source = filled(":memory:")
    file = backed_up(source, tmp_path / "b")
    source.close()
    file.write_bytes(damage(file.read_bytes()))
    target = tmp_path / "house.duckdb"
    filled(str(target)).close()
    before = target.read_bytes()
    done = ftcore("restore", str(file), "--replace", FT_DATABASE=str(target))
    assert done.returncode == 1
    assert re.search("abîmée|pas être ouverte|n'est pas une sauvegarde", done.stderr), done.stderr
    assert "Traceback" not in done.stderr
    assert str(file) in done.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name != "b"] == ["house.duckdb"]
    left = Database.open(str(target))
    assert left.value("SELECT count(*) FROM callback") == 1
    left.close()
    assert before
