"""The door that is a process of its own: its spool, its keeper, its manners on the wire."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.faults.arrivals import children
from ftcore.database import Database
from ftcore.errors import ConfigError
from ftcore.outreach import callbacks
from ftcore.trust import callback_secrets
from ftcore.trust.callback_secrets import KnownSecrets
from ftcore.webhooks import spool
from ftcore.webhooks.checks import Limits
from ftcore.webhooks.keeper import DoorKeeper, listen
from ftcore.webhooks.spool import SpoolReader, SpoolWriter

SECRET = "secret-of-this-test-run-0001"
NOW = datetime(2026, 11, 24, 9, 0)


def row(number: int, text: str = "Oui") -> dict[str, Any]:
    return callbacks.stored("incoming", {"from": "+33639980001", "text": text, "id": str(number)}, NOW)


def record(number: int) -> bytes:
    return spool.to_record(row(number))


class Taken:
    """Takes a spool out into a list."""

    def __init__(self, folder: Path) -> None:
        self.rows: list[dict[str, Any]] = []
        self.refuses = False
        self.reader = SpoolReader(folder, self._store)

    def _store(self, rows: list[dict[str, Any]]) -> None:
        if self.refuses:
            raise RuntimeError("the database refuses")
        self.rows += rows


def left(folder: Path) -> list[str]:
    return sorted(file.suffix for file in folder.iterdir())


# The spool


def test_what_is_appended_is_taken_once_and_in_order_over_several_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "_LARGEST_FILE", 500)
    monkeypatch.setattr(SpoolReader, "LARGEST_GROUP", 3)
    writer, taken = SpoolWriter(tmp_path), Taken(tmp_path)
    for start in range(0, 30, 5):
        writer.append([record(number) for number in range(start, start + 5)])
        if start == 10:
            taken.reader.take()
    assert left(tmp_path) == [".done"] * 3
    taken.reader.take()
    assert taken.rows == [row(number) for number in range(30)]
    assert left(tmp_path) == []
    assert taken.reader.take() == 0


def test_only_its_owner_can_read_what_people_wrote(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    SpoolWriter(folder).append([record(1)])
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@settings(max_examples=40)
@given(cut=st.integers(0, 2000), then=st.binary(max_size=20) | st.just(bytes(100)))
def test_an_end_that_was_torn_off_costs_nothing_that_is_whole(
    tmp_path_factory: pytest.TempPathFactory, cut: int, then: bytes
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    writer = SpoolWriter(folder)
    writer.append([record(number) for number in range(8)])
    (file,) = folder.iterdir()
    file.write_bytes(file.read_bytes()[:cut] + then)
    taken = Taken(folder)
    SpoolWriter(folder).append([record(9)])
    taken.reader.take()
    whole = min(8, cut // len(record(0)))
    assert taken.rows[:whole] == [row(number) for number in range(whole)]
    assert taken.rows[-1] == row(9)


def test_what_is_damaged_inside_is_kept_for_a_person(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    writer = SpoolWriter(tmp_path)
    writer.append([record(1), record(2), record(3)])
    writer.close()
    (file,) = tmp_path.iterdir()
    written = bytearray(file.read_bytes())
    written[len(record(1)) + 20] ^= 1
    file.write_bytes(written)
    taken = Taken(tmp_path)
    taken.reader.take()
    assert taken.rows == [row(1)]
    assert left(tmp_path) == [".damaged"]
    assert "damaged" in caplog.text
    assert taken.reader.take() == 0


def test_what_the_database_refuses_stays_and_comes_in_its_order(tmp_path: Path) -> None:
    writer, taken = SpoolWriter(tmp_path), Taken(tmp_path)
    taken.refuses = True
    for number in range(3):
        writer.append([record(number)])
        with pytest.raises(RuntimeError):
            taken.reader.take()
    writer.close()
    taken.refuses = False
    assert taken.reader.take() == 3
    assert taken.rows == [row(number) for number in range(3)]
    assert left(tmp_path) == []


def test_a_reader_that_died_before_it_cleared_up_takes_again_what_then_counts_once(
    database: Database, tmp_path: Path
) -> None:
    def store(rows: list[dict[str, Any]]) -> None:
        database.transact(lambda tx: tx.insert("callback", rows, if_absent=True))

    SpoolWriter(tmp_path).append([record(1), record(2), record(1)])
    assert SpoolReader(tmp_path, store).take() == 3
    assert SpoolReader(tmp_path, store).take() == 3
    kept = database.rows("SELECT callback_id, kind, form, received_utc FROM callback ORDER BY form")
    assert kept == [row(1), row(2)]


def test_a_file_is_closed_when_it_has_been_open_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = SpoolWriter(tmp_path)
    assert writer.close_if_old() is False
    writer.append([record(1)])
    assert writer.close_if_old() is False
    monkeypatch.setattr(spool, "_OLDEST", 0.0)
    assert writer.close_if_old() is True
    assert left(tmp_path) == [".done"]


def test_numbers_never_go_back_even_if_the_clock_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = Taken(tmp_path)
    for number, now in enumerate((5_000_000, 1_000_000, 9_000_000)):
        monkeypatch.setattr(time, "time_ns", lambda now=now: now)
        SpoolWriter(tmp_path).append([record(number)])
    taken.reader.take()
    assert taken.rows == [row(number) for number in range(3)]


# The keeper and its process


class House:
    """A keeper with a real process, over a real database."""

    def __init__(self, database: Database, folder: Path, **limits: Any) -> None:
        self.database = database
        self.folder = folder / "spool"
        self.stored = threading.Event()
        self.keeper = DoorKeeper(
            database,
            KnownSecrets(database, SECRET),
            self.stored.set,
            folder=self.folder,
            listening=listen("127.0.0.1", 0),
            limits=Limits(**limits),
        )
        self.keeper.start()

    def post(self, number: int, secret: str = SECRET) -> int:
        form = {"from": "+33639980001", "text": "Oui", "id": str(number)}
        # As a vendor does: what gets no answer is posted again.
        while True:
            try:
                return httpx2.post(
                    f"{self.keeper.url}/callbacks/{secret}/incoming", data=form, trust_env=False, timeout=30
                ).status_code
            except httpx2.TransportError:
                time.sleep(0.01)

    def rows_when(self, count: int) -> int:
        """How many callbacks are stored, once it is as many; the keeper tells when there is something new."""
        while (found := int(self.database.value("SELECT count(*) FROM callback"))) < count:
            assert self.stored.wait(30)
            self.stored.clear()
        return found


@pytest.fixture
def database(fresh_database: Callable[..., Database]) -> Database:
    return fresh_database()


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    found = House(database, tmp_path)
    yield found
    found.keeper.stop()
    assert left(found.folder) == [""], "nothing but the lock is left after an orderly end"
    assert found.keeper.pid not in children(os.getpid())


def test_what_is_acknowledged_is_in_the_database_a_moment_later_and_the_reader_is_woken(house: House) -> None:
    assert [house.post(number) for number in range(5)] == [200] * 5
    assert house.rows_when(5) == 5


def test_a_door_that_is_killed_is_opened_again_at_the_same_port_and_has_lost_nothing(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        assert house.post(number) == 200
        first = house.keeper.pid
        assert first is not None
        os.kill(first, signal.SIGTERM if number == 2 else signal.SIGKILL)
        assert house.post(100 + number) == 200
        assert house.keeper.pid != first
    assert house.rows_when(6) == 6
    assert "opened again" in caplog.text


def test_what_the_doors_have_answered_is_counted_over_all_their_lives(house: House) -> None:
    assert [house.post(number) for number in (1, 1, 2)] == [200] * 3
    assert house.post(3, secret="a-guess-that-opens-nothing") == 404
    first = house.keeper.pid
    assert first is not None
    os.kill(first, signal.SIGTERM)
    while house.keeper.pid == first or not house.keeper.is_well:
        time.sleep(0.01)
    assert house.post(4) == 200
    while sum(house.keeper.tally.answers.values()) < 5:
        time.sleep(0.01)
    tally = house.keeper.tally
    assert tally.answers == {200: 4, 404: 1}
    assert (tally.duplicates, sum(tally.classes)) == (1, 5)
    assert house.keeper.spooled_bytes() >= 0


def test_what_the_database_does_not_take_is_acknowledged_all_the_same_and_comes_later(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.database.transact(lambda tx: tx.execute("ALTER TABLE callback RENAME TO moved"))
    assert house.post(1) == 200
    while "does not take them" not in caplog.text:
        time.sleep(0.01)
    assert house.post(2) == 200
    house.database.transact(lambda tx: tx.execute("ALTER TABLE moved RENAME TO callback"))
    assert house.rows_when(2) == 2
    assert "639980001" not in caplog.text


def test_secrets_come_and_go_while_the_door_is_open(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callback_secrets, "FRESH_SECONDS", 0.0)
    agency = {"agency_id": uuid4(), "name": "Agence d'essai", "department": "07", "demo": False}
    house.database.transact(lambda tx: tx.insert("agency", [agency]))
    secret = callback_secrets.new(house.database, agency["agency_id"], "c1", NOW)
    while house.post(1, secret) != 200:
        time.sleep(0.05)
    (kept,) = callback_secrets.listed(house.database, agency["agency_id"])
    callback_secrets.retire(house.database, agency["agency_id"], kept.mark, "c1", NOW)
    while house.post(2, secret) == 200:
        time.sleep(0.05)
    assert house.post(3) == 200


def test_the_process_that_strangers_talk_to_knows_no_key(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FT_SMS_KEY", "key-that-is-not-for-it")
    house.post(0)
    first = house.keeper.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    house.post(1)
    for what in ("environ", "cmdline"):
        told = Path(f"/proc/{house.keeper.pid}/{what}").read_bytes()
        assert b"key-that-is-not-for-it" not in told
        assert SECRET.encode() not in told


@pytest.mark.parametrize("engine", ["duckdb"])
def test_a_folder_or_a_port_in_use_is_said_in_a_sentence(house: House, engine: str, tmp_path: Path) -> None:
    port = int(house.keeper.url.rpartition(":")[2])
    with pytest.raises(ConfigError, match=f"FT_CALLBACK_PORT : le port {port}"):
        listen("127.0.0.1", port)
    for folder, sentence in ((house.folder, "sert déjà à un autre"), (tmp_path / "file" / "x", "ne peut pas être")):
        (tmp_path / "file").touch()
        known = KnownSecrets(house.database, SECRET)
        listening = listen("127.0.0.1", 0)
        other = DoorKeeper(house.database, known, lambda: None, folder=folder, listening=listening, limits=Limits())
        with pytest.raises(ConfigError, match=sentence):
            other.start()
        listening.close()


# On the wire


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """The address of a door whose database nobody looks at."""
    database = Database.open(":memory:")
    house = House(database, tmp_path_factory.mktemp("wire"), guesses=1e6)
    yield "127.0.0.1", int(house.keeper.url.rpartition(":")[2])
    house.keeper.stop()
    database.close()


BODY = urlencode({"id": "AT-1", "status": "Success"})
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


def request(head: str = "", body: str = BODY, path: str = f"/callbacks/{SECRET}/delivery", version: str = "1.1") -> str:
    return f"POST {path} HTTP/{version}\r\nHost: x\r\n{FORM}Content-Length: {len(body)}\r\n{head}\r\n{body}"


def statuses(address: tuple[str, int], *parts: str, leave: bool = True) -> list[int]:
    """The answers to what is written, until the other side hangs up."""
    came = b""
    with socket.create_connection(address) as line:
        line.settimeout(30)
        for part in parts:
            line.sendall(part.encode("latin-1"))
            if len(parts) > 1:
                time.sleep(0.02)
        if leave:
            line.shutdown(socket.SHUT_WR)
        while some := line.recv(65536):
            came += some
    return [int(answer.split(b" ")[0]) for answer in came.split(b"HTTP/1.1 ")[1:]]


ENDS = "Connection: close\r\n"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param([request(), request(ENDS)], [200, 200], id="two on one connection"),
        pytest.param([request() + request(path="/x") + request(body="id=") + request(ENDS)], [200, 404, 400, 200],
                     id="four at once, answered in their order"),
        pytest.param([*request(ENDS)], [200], id="a letter at a time"),
        pytest.param([request(version="1.0")], [200], id="HTTP/1.0"),
        pytest.param([request("Expect: 100-continue\r\n", BODY)], [100, 200], id="who asks before sending the body"),
        pytest.param([request("Expect: 100-continue\r\n", path="/x").partition("id=")[0]], [404],
                     id="who asks, and is refused"),
        pytest.param([request("Connection: Upgrade\r\nUpgrade: h2c\r\n")], [400],
                     id="who would rather speak HTTP/2"),
        pytest.param(["GET /callbacks/x/delivery HTTP/1.1\r\nConnection: close\r\n\r\n"], [404], id="no host"),
        pytest.param(["hello\r\n\r\n"], [400], id="no HTTP"),
        pytest.param(["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"], [400], id="TLS"),
        pytest.param([request("Content-Length: 3\r\n")], [400], id="two lengths"),
        pytest.param([request("Transfer-Encoding: chunked\r\n")], [400], id="a length and chunks"),
        pytest.param(["POST / HTTP/1.1\r\n" + "a: b\r\n" * 6000], [431], id="a head without end"),
        pytest.param([request(body="x" * 300_000)], [400], id="a body far too large"),
        pytest.param(["POST /callbacks/x/delivery HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                      + "fff\r\n" + "x" * 4095 + "\r\n" + ("fff\r\n" + "x" * 4095 + "\r\n") * 30], [404],
                     id="a stranger's body far too large"),
        pytest.param([request(path=f"/callbacks/{SECRET.replace('-', '%2D')}/delivery?a=b") + request(ENDS)],
                     [200, 200], id="an address written otherwise"),
        pytest.param([""], [], id="nothing"),
    ],
)  # fmt: skip
def test_it_answers_whoever_calls(wire: tuple[str, int], parts: list[str], expected: list[int]) -> None:
    assert statuses(wire, *parts) == expected


def test_an_answer_has_the_headers_of_every_other_answer(wire: tuple[str, int]) -> None:
    with httpx2.Client(base_url=f"http://{wire[0]}:{wire[1]}", trust_env=False) as client:
        for answer in (client.get("/"), client.post(f"/callbacks/{SECRET}/delivery", data={"id": "1", "status": "x"})):
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Length"] == "0"
            assert "Date" in answer.headers


def test_a_door_without_its_program_ends(database: Database, tmp_path: Path) -> None:
    house = House(database, tmp_path)
    house.post(1)
    process = house.keeper._process
    assert isinstance(process, subprocess.Popen)
    assert process.stdin is not None
    # What the end of the program does to its side of the pipe.
    house.keeper._ending.set()
    process.stdin.close()
    assert process.wait(10) == 0
    house.keeper.stop()
    assert house.rows_when(1) == 1
