"""After an erasure the bytes are gone from the disk, too; and a crash at any moment leaves a whole database."""

from __future__ import annotations

import hashlib
import itertools
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner

from ftcore.__main__ import main
from ftcore.database import Database, compaction
from ftcore.database.compaction import Gate
from ftcore.database.copy import TABLES
from ftcore.errors import DatabaseError
from ftcore.model import Person, Role
from ftcore.rights import erasure
from ftcore.rights.compaction import compact, compact_if_wanted, wanted_since
from ftcore.rights.erasure import Reason
from ftcore.rights.night import Night
from tests.outreach.conftest import Town
from tests.trust.conftest import NAME, NUMBER, TEXTS, plant

WORDS = [word.encode() for word in (*NAME, NUMBER[3:], *TEXTS)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "essai.duckdb"


COUNSELOR = Person("c1", "Claire", Role.COUNSELOR, UUID(int=7))


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Town]:
    """A town in a file, where somebody has left traces that are on the disk."""
    file = tmp_path_factory.mktemp("planted") / "essai.duckdb"
    database = Database.open(str(file))
    counselor = COUNSELOR
    row = {"agency_id": counselor.agency_id, "name": "Agence de Privas", "department": "07", "demo": False}
    database.transact(lambda tx: tx.insert("agency", [row]))
    town = Town(database, counselor, counselor)
    plant(town)
    database.close()
    return file, town


@pytest.fixture
def kept(file: Path, planted: tuple[Path, Town]) -> Iterator[Town]:
    """The same town in a file of this test's own."""
    shutil.copy(planted[0], file)
    database = Database.open(str(file))
    town = replace(planted[1], database=database, _numbers=itertools.count(100))
    yield town
    database.close()


def erase(town: Town) -> None:
    who = town.database.value("SELECT candidate_id FROM candidate WHERE external_id = 'DE-PLANTE-1'")
    lead = replace(town.counselor, role=Role.TEAM_LEAD)
    erasure.erase(town.database, lead, who, "DE-PLANTE-1", Reason.ASKED, town.now)


def on_disk(file: Path) -> set[bytes]:
    """Which of the words stand in any file beside the database, its log included; letters as they are stored."""
    content = b"".join(each.read_bytes() for each in file.parent.iterdir() if each.is_file())
    return {word for word in WORDS if word in content}


def test_after_an_erasure_and_a_rewriting_no_byte_of_the_person_is_left(file: Path, kept: Town) -> None:
    assert on_disk(file)
    erase(kept)
    assert wanted_since(kept.database) is not None
    assert compact_if_wanted(kept.database)
    assert on_disk(file) == set()
    assert wanted_since(kept.database) is None
    assert not compact_if_wanted(kept.database)
    # The program goes on with the fresh file, its keys and its rules.
    kept.launch(kept.people(1))
    with pytest.raises(Exception, match=r"(?i)duplicate|constraint"):
        kept.people(1, candidate_id=kept.database.value("SELECT min(candidate_id) FROM candidate"))


def test_the_night_after_it_is_done_by_itself(file: Path, kept: Town) -> None:
    erase(kept)
    Night(kept.database).work((kept.now + timedelta(days=1)).replace(hour=2))
    assert on_disk(file) == set()


def test_the_next_start_does_it_before_anything_else(file: Path, kept: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from ftcore import services
    from ftcore.settings import Settings

    erase(kept)
    kept.database.close()
    house = services.build(Settings(database=str(file), demo=False))
    try:
        assert on_disk(file) == set()
        assert house.database.number_key is not None
    finally:
        house.stop()


def test_the_file_keeps_its_permissions(file: Path, kept: Town) -> None:
    file.chmod(0o600)
    erase(kept)
    compact(kept.database)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_others_wait_meanwhile_and_lose_nothing(kept: Town) -> None:
    erase(kept)
    done = threading.Event()
    written = 0

    def write() -> None:
        nonlocal written
        while not done.is_set():
            row = {"sms_id": str(uuid4()), "phone": "x", "outgoing": True, "body": "y", "happened_utc": kept.now}
            kept.database.transact(lambda tx, row=row: tx.insert("sandbox_sms", [row]))
            written += 1

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(2):
        compact(kept.database)
    done.set()
    writer.join()
    assert written == kept.database.value("SELECT count(*) FROM sandbox_sms")


def test_without_room_nothing_changes(file: Path, kept: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    erase(kept)
    monkeypatch.setattr(compaction.shutil, "disk_usage", lambda _: _Full())
    with pytest.raises(DatabaseError, match="Il manque de la place"):
        compact(kept.database)
    assert not compact_if_wanted(kept.database)
    assert wanted_since(kept.database) is not None
    assert sorted(each.name for each in file.parent.iterdir()) == ["essai.duckdb", "essai.duckdb.privacy-key"]


class _Full:
    free = 0


def test_who_stays_inside_puts_it_off(kept: Town) -> None:
    gate = Gate()
    inside, leave = threading.Event(), threading.Event()

    def stay() -> None:
        with gate.passed(), gate.passed():
            inside.set()
            leave.wait(30)

    staying = threading.Thread(target=stay)
    staying.start()
    inside.wait(30)
    with pytest.raises(DatabaseError, match="trop occupée"), gate.closed(patience=0.05):
        pass
    with gate.passed():
        leave.set()
    staying.join()
    with gate.closed(patience=5):
        pass


# Killed at each of its steps, by its own hand: no cleaning up, as when the machine goes off.
KILLED = """
import os, signal, sys
from ftcore.database import Database, compaction
from ftcore.rights.compaction import compact

step, file = sys.argv[1:]
def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if step == "before the copy is compared":
    compaction._compare = kill
elif step == "before it is in place":
    compaction.put_in_place = kill
elif step == "right before the name changes":
    os.replace = kill
elif step == "right after the name has changed":
    replace = os.replace
    os.replace = lambda *names: (replace(*names), kill())
compact(Database.open(file))
"""


@pytest.mark.parametrize(
    "step",
    [
        "before the copy is compared",
        "before it is in place",
        "right before the name changes",
        "right after the name has changed",
    ],
)
def test_a_crash_at_any_step_leaves_a_whole_database(file: Path, kept: Town, step: str) -> None:
    erase(kept)
    counts = {table: kept.database.value(f"SELECT count(*) FROM {table}") for table in ("message", "journal", "reply")}
    kept.database.close()
    ran = subprocess.run([sys.executable, "-c", KILLED, step, str(file)], cwd=Path(__file__).parents[2], check=False)
    assert ran.returncode == -signal.SIGKILL
    again = Database.open(str(file))
    try:
        assert {table: again.value(f"SELECT count(*) FROM {table}") for table in counts} == counts
        compact_if_wanted(again)
    finally:
        again.close()
    assert on_disk(file) == set()
    assert not list(file.parent.glob("*.compacting*"))


def test_a_copy_that_a_crash_left_is_removed_at_the_next_start(file: Path, kept: Town) -> None:
    kept.database.close()
    left = [file.with_name(f"{file.name}.compacting{end}") for end in ("", ".wal")]
    for each in left:
        each.write_bytes(b"data of people")
    Database.open(str(file)).close()
    assert not any(each.exists() for each in left)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_server_is_asked_to_write_its_tables_anew(fresh_database: Callable[..., Database]) -> None:
    base = fresh_database()
    compact(base)
    assert not compact_if_wanted(base)


def test_the_command_counts_and_changes_nothing_when_dry(
    file: Path, kept: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FT_DATABASE", str(file))
    kept.database.transact(lambda tx: tx.execute("UPDATE message SET queued_utc = queued_utc - INTERVAL '3 years'"))
    kept.database.close()
    before = checksums(file)
    ran = CliRunner().invoke(main, ["purge", "--dry-run"], catch_exceptions=False)
    assert "Texte des SMS envoyés" in ran.output
    assert checksums(file) == before
    ran = CliRunner().invoke(main, ["purge", "--compact"], catch_exceptions=False)
    assert "rien de ce qui est effacé ne reste" in ran.output
    assert TEXTS[3].encode() not in file.read_bytes()


def checksums(file: Path) -> dict[str, str]:
    """Of each table, by content: opening a file writes its functions anew."""
    base = Database.open(str(file))
    try:
        return {
            table: hashlib.sha256(str(sorted(map(str, base.rows(f"SELECT * FROM {table}")))).encode()).hexdigest()
            for table in TABLES
        }
    finally:
        base.close()


def test_the_command_erases_a_person_down_to_the_bytes(
    file: Path, kept: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FT_DATABASE", str(file))
    kept.database.close()
    run = CliRunner().invoke
    assert "DE-PLANTE-1" in run(main, ["person", "find", "06.39.98.17.77"]).output
    assert "Partirait" in run(main, ["person", "erase", "DE-PLANTE-1", "--dry-run"]).output
    assert "répétez l'identifiant" in str(run(main, ["person", "erase", "DE-PLANTE-1"]).exception)
    assert on_disk(file)
    assert "Effacé" in run(main, ["person", "erase", "DE-PLANTE-1", "--confirm", "DE-PLANTE-1"]).output
    assert on_disk(file) == set()
