"""Two engines, one house: the copy from one to the other, and several processes on one PostgreSQL."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ftcore import demo, rehearsal
from ftcore.database import Database, utc_now
from ftcore.database.copy import TABLES, copy
from ftcore.errors import DatabaseError
from ftcore.matching import reference
from ftcore.outreach import campaigns

PROJECT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 24, 9, 0)
# Rows in every table that the demo fills, and few in each.
SMALL = tuple(replace(agency, people=300, campaign_people=3) for agency in demo.AGENCIES)


def silent(done: int, total: int) -> None:
    assert 0 <= done <= total


@pytest.fixture
def empty_postgres(postgres: Any) -> Iterator[str]:
    name = postgres.fresh("house")
    yield postgres.address(name)
    postgres.drop(name)


def contents(database: Database) -> dict[str, list[str]]:
    return {
        table: sorted(str(sorted(row.items())) for row in database.rows(f"SELECT * FROM {table}")) for table in TABLES
    }


def test_a_copy_to_the_other_engine_and_back_changes_nothing(tmp_path: Path, empty_postgres: str) -> None:
    first, last = str(tmp_path / "first.duckdb"), str(tmp_path / "last.duckdb")
    original = Database.open(first)
    reference.load_starter(original)
    demo.ensure_demo(original, NOW, agencies=SMALL)
    before = contents(original)
    original.close()
    counts = copy(first, empty_postgres, silent)
    assert counts["candidate"] == 600
    assert set(counts) == set(TABLES)
    assert copy(empty_postgres, last, silent) == counts
    again = Database.open(last)
    assert contents(again) == before
    again.close()


def test_every_table_is_copied() -> None:
    database = Database.open(":memory:")
    tables = {row["table_name"] for row in database.rows("SELECT table_name FROM information_schema.tables")}
    assert tables == {*TABLES, "schema_migration"}


def test_an_interrupted_copy_leaves_the_target_empty(tmp_path: Path, empty_postgres: str) -> None:
    source = str(tmp_path / "source.duckdb")
    original = Database.open(source)
    reference.load_starter(original)
    original.close()

    def interrupt(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy(source, empty_postgres, interrupt)
    target = Database.open(empty_postgres)
    assert target.value("SELECT count(*) FROM occupation") == 0
    assert target.value("SELECT count(*) FROM launch_turn") == 2
    target.close()
    assert copy(source, empty_postgres, silent)["occupation"] > 60


def test_a_target_with_data_is_refused(tmp_path: Path, empty_postgres: str) -> None:
    full = Database.open(empty_postgres)
    reference.load_starter(full)
    full.close()
    with pytest.raises(DatabaseError, match="contient déjà des données"):
        copy(str(tmp_path / "source.duckdb"), empty_postgres, silent)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        pytest.param("postgresql://nobody:secret-word@127.0.0.1:1/none", "ne répond pas", id="nobody listens"),
        pytest.param("{uri}_missing", "n'existe pas", id="no such database"),
    ],
)
def test_an_unreachable_server_is_said_without_the_password(postgres: Any, address: str, said: str) -> None:
    where = address.replace("{uri}_missing", postgres.address("missing"))
    with pytest.raises(DatabaseError) as refused:
        Database.open(where)
    assert said in str(refused.value)
    assert "secret-word" not in str(refused.value)


def test_replicas_that_start_together_seed_once(postgres: Any) -> None:
    name = postgres.fresh("template0")
    address = postgres.address(name)

    def start() -> None:
        database = Database.open(address)
        try:
            reference.load_starter(database)
            demo.ensure_demo(database, NOW, agencies=SMALL)
        finally:
            database.close()

    failures: list[BaseException] = []

    def attempt() -> None:
        try:
            start()
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    database = Database.open(address)
    assert database.value("SELECT count(*) FROM agency") == 2
    assert database.value("SELECT count(*) FROM candidate") == 600
    database.close()
    postgres.drop(name)


class Gateway:
    """What the four processes send to: it counts what arrives, and answers as the vendor does."""

    def __init__(self) -> None:
        self.arrived: dict[str, int] = {}
        self._lock = threading.Lock()

    async def messaging(self, request: Request) -> JSONResponse:
        await asyncio.sleep(0.05)  # a batch is nearly always under way, also in the process that is killed
        form = dict((await request.form()).items())
        number = str(form["to"])
        with self._lock:
            self.arrived[number] = self.arrived.get(number, 0) + 1
        row = {"statusCode": 101, "number": number, "status": "Success", "cost": "0", "messageId": f"AT-{uuid4()}"}
        return JSONResponse({"SMSMessageData": {"Message": "Sent", "Recipients": [row]}}, 201)

    @contextmanager
    def served(self) -> Iterator[str]:
        app = Starlette(routes=[Route("/version1/messaging", self.messaging, methods=["POST"])])
        with socket.socket() as listening:
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            listening.bind(("127.0.0.1", 0))
            server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none"))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
            thread.start()
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}/version1"
            finally:
                server.should_exit = True
                thread.join()


def queue_up(database: Database, count: int) -> UUID:
    """An agency with `count` people who each wait for an SMS."""
    agency, campaign, offer = uuid4(), uuid4(), uuid4()
    now = utc_now()
    people = [
        {
            "agency_id": agency, "conversation_id": uuid4(), "campaign_id": campaign, "offer_id": offer,
            "candidate_id": uuid4(), "phone": f"+3363998{number:04d}", "state": "waiting", "opened_utc": now,
            "changed_utc": now,
        }
        for number in range(count)
    ]  # fmt: skip

    def write(tx: Any) -> None:
        tx.insert("agency", [{"agency_id": agency, "name": "Agence", "department": "07", "demo": False}])
        tx.insert(
            "campaign",
            [
                {"agency_id": agency, "campaign_id": campaign, "offer_id": offer, "state": "running",
                 "launched_utc": now, "launched_by": "x", "considered": count, "demo": False}
            ],
        )  # fmt: skip
        tx.insert("conversation", people)
        campaigns.queue(
            tx,
            [
                campaigns.Outgoing(
                    agency, person["conversation_id"], campaign, person["phone"], "07", "Bonjour", now, True
                )
                for person in people
            ],
            now,
        )

    database.transact(write)
    return agency


@pytest.mark.timeout(240)
def test_four_dispatchers_and_a_killed_one_send_each_message_once(empty_postgres: str) -> None:
    count = 1_000
    database = Database.open(empty_postgres)
    queue_up(database, count)
    gateway = Gateway()
    with gateway.served() as url:
        # Open at any hour of any day: what is tried here is who sends, not when.
        program = (
            "import sys; from datetime import timedelta; from ftcore.outreach import dispatcher;"
            "from ftcore.database import Database; from ftcore.adapters.africastalking import AfricasTalkingGateway;"
            "from ftcore.settings import SmsSettings;"
            "d = dispatcher.Dispatcher(Database.open(sys.argv[1]), AfricasTalkingGateway(SmsSettings('u', 'k', None, "
            "sys.argv[2])), None, lease=timedelta(seconds=8)); d.start(); sys.stdin.read(); d.stop()"
        )
        env = {**os.environ, "PYTHONPATH": str(PROJECT)}
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", program, empty_postgres, url], cwd=PROJECT, env=env, stdin=subprocess.PIPE
            )
            for _ in range(4)
        ]
        try:
            wait_until(lambda: len(gateway.arrived) > count // 8, 120)
            kill_while_it_holds_claims(processes[0], database)
            wait_until(lambda: not open_states(database), 200)
        finally:
            for process in processes:
                if process.stdin:
                    process.stdin.close()
                process.wait(60)
    states = {
        row["state"]: row["n"] for row in database.rows("SELECT state, count(*) AS n FROM message GROUP BY state")
    }
    unknown = states.pop("unknown", 0)
    assert states == {"accepted": count - unknown}
    # The killed process had one batch at most; whoever found its claims says so, and nobody sends them again.
    assert 0 < unknown <= 20
    said = "SELECT count(*) FROM journal WHERE act = 'message unknown' AND subject IN "
    said += "(SELECT CAST(message_id AS TEXT) FROM message WHERE state = 'unknown')"
    assert database.value(said) == unknown
    assert max(gateway.arrived.values()) == 1
    assert count - unknown <= len(gateway.arrived) <= count
    senders = database.value("SELECT count(DISTINCT claimed_by) FROM message")
    assert senders == 4
    database.close()


def kill_while_it_holds_claims(process: subprocess.Popen[bytes], database: Database) -> None:
    """Stop the process where it stands; if it holds claims then, kill it, else let it go on and try again."""
    for _ in range(20):
        process.send_signal(signal.SIGSTOP)
        time.sleep(1.5)  # the others have long settled what they hold by now
        since = utc_now() - timedelta(seconds=1.2)
        held = database.value("SELECT count(*) FROM message WHERE state = 'claimed' AND claimed_utc < $1", since)
        if held:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return
        process.send_signal(signal.SIGCONT)
        time.sleep(0.1)
    raise AssertionError("the process never held a claim")


def open_states(database: Database) -> int:
    return int(database.value("SELECT count(*) FROM message WHERE state IN ('queued', 'claimed')"))


def wait_until(reached: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.1)


def test_the_rehearsal_gives_the_same_funnel_on_both_engines(postgres: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "SELECTED", 8)
    sample = (PROJECT / "data" / "sample_offers.json").read_bytes()
    embedded, server = (
        rehearsal.rehearse(sample, 400, 5, address) for address in (":memory:", postgres.address("house"))
    )
    assert server == embedded
    assert server["totals"]["replied"] > 0
