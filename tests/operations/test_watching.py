"""Health and metrics: what those who watch are told, and that strangers are told nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from ftcore.database import utc_now
from ftcore.errors import SmsError, SmsUnknown
from ftcore.headers import EVERY_METHOD, SafetyHeaders
from ftcore.operations import health as health_module
from ftcore.outreach.campaigns import Receipt
from ftcore.outreach.dispatcher import Dispatcher
from ftcore.outreach.sending import send
from ftcore.services import Services

TOKEN = "a-token-for-the-watchers"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def client(house: Services) -> TestClient:
    return TestClient(Starlette(routes=house.routes, middleware=[Middleware(SafetyHeaders)]))


@pytest.fixture
def watched(house: Services) -> Iterator[Services]:
    """The program with its dispatcher at work."""
    house.settings = replace(house.settings, metrics_token=TOKEN)
    house.dispatcher = Dispatcher(house.database, house.sandbox and None, None, idle=0.01)  # type: ignore[arg-type]
    house.dispatcher.start()
    yield house
    if house.dispatcher is not None and house.dispatcher._threads != [threading.main_thread()]:
        house.dispatcher.stop()


def figures(house: Services) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = client(house).get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_a_program_that_works_is_live_and_ready_and_says_nothing_else(watched: Services) -> None:
    for path in ("/health/live", "/health/ready"):
        answer = client(watched).get(path)
        assert (answer.status_code, answer.text) == (200, "ok")
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert client(watched).head(path).status_code == 200


def _not_started(house: Services) -> None:
    assert house.dispatcher is not None
    house.dispatcher.stop()
    house.dispatcher = None


def _silent(house: Services) -> None:
    assert house.dispatcher is not None
    house.dispatcher.stop()
    house.dispatcher._threads = [threading.main_thread()]
    house.dispatcher._seen_at["sending"] -= 121.0


def _dead_thread(house: Services) -> None:
    assert house.dispatcher is not None
    house.dispatcher._stopping.set()
    house.dispatcher.wake()
    for thread in house.dispatcher._threads:
        thread.join()


def _closed(house: Services) -> None:
    house.group_commit.close()


def _older_schema(house: Services) -> None:
    house.database.transact(lambda tx: tx.execute("DELETE FROM schema_migration WHERE number = 12"))


def _no_door(house: Services) -> None:
    house.settings = replace(house.settings, callback_listen=("127.0.0.1", 0))


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(_not_started, id="it does not send yet"),
        pytest.param(_dead_thread, id="a thread that died"),
        pytest.param(_silent, id="a thread that has been silent for two minutes"),
        pytest.param(_closed, id="nobody commits callbacks"),
        pytest.param(_older_schema, id="a schema that lacks a step"),
        pytest.param(_no_door, id="the callbacks' own door is not open"),
    ],
)
@pytest.mark.parametrize("engine", ["duckdb"], indirect=True)
def test_a_program_that_lacks_a_part_is_live_and_not_ready(harm: Any, watched: Services) -> None:
    harm(watched)
    try:
        assert client(watched).get("/health/live").status_code == 200
        answer = client(watched).get("/health/ready")
        assert (answer.status_code, answer.text) == (503, "not ready")
    finally:
        if harm is _older_schema:
            row = {"number": 12, "applied_utc": utc_now()}
            watched.database.transact(lambda tx: tx.insert("schema_migration", [row], if_absent=True))


@pytest.mark.parametrize("engine", ["duckdb"], indirect=True)
def test_a_database_that_hangs_is_not_ready_and_is_asked_one_question_at_a_time(
    watched: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_module, "_PATIENCE", 0.05)
    monkeypatch.setattr(health_module, "_FRESH", 0.0)
    answering, asked = threading.Event(), []

    def hang(sql: str) -> list[Any]:
        asked.append(sql)
        answering.wait(30)
        return []

    health = watched.health
    monkeypatch.setattr(watched.database, "rows", hang)
    with TestClient(Starlette(routes=health.routes())) as caller:
        assert [caller.get("/health/ready").status_code for _ in range(3)] == [503] * 3
        assert len(asked) == 1
        answering.set()
        monkeypatch.undo()
        while caller.get("/health/ready").status_code != 200:
            pass


@pytest.mark.parametrize("engine", ["duckdb"], indirect=True)
@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
def test_every_other_method_is_refused(path: str, watched: Services) -> None:
    for method in EVERY_METHOD:
        if method not in ("GET", "HEAD"):
            assert client(watched).request(method, path, headers=BEARER).status_code == 405, method


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 401, id="no token"),
        pytest.param({"Authorization": TOKEN}, 401, id="without its scheme"),
        pytest.param({"Authorization": "Bearer é"}, 401, id="letters that are no header's"),
        pytest.param({"Authorization": f"Bearer {TOKEN}x"}, 401, id="one letter more"),
        pytest.param(BEARER, 200, id="the token"),
    ],
)
@pytest.mark.parametrize("engine", ["duckdb"], indirect=True)
def test_metrics_open_to_the_token_only(headers: dict[str, str], status: int, watched: Services) -> None:
    sent = {name: value.encode("utf-8") for name, value in headers.items()}
    answer = client(watched).get("/metrics", headers=sent)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert ("entremise" in answer.text) == (status == 200)


@pytest.mark.parametrize("engine", ["duckdb"], indirect=True)
def test_without_a_token_there_are_no_metrics(house: Services) -> None:
    assert client(house).get("/metrics", headers=BEARER).status_code == 404
    assert client(house).post("/metrics").status_code == 404


def _sms(house: Services, state: str, minutes: int) -> dict[str, Any]:
    then = utc_now() - timedelta(minutes=minutes)
    return {
        "agency_id": house.person.agency_id, "message_id": uuid4(), "campaign_id": uuid4(),
        "conversation_id": uuid4(), "phone": "+33639980001", "department": "07", "body": "Bonjour Zoé", "parts": 1,
        "automatic": True, "opening": True, "state": state, "queued_utc": then, "not_before_utc": then,
        "contradicted": False,
    }  # fmt: skip


def test_what_waits_and_what_is_uncertain_is_counted_and_names_nobody(house: Services) -> None:
    house.settings = replace(house.settings, metrics_token=TOKEN)
    rows = [_sms(house, "queued", 5), _sms(house, "queued", -60), _sms(house, "unknown", 9), _sms(house, "sent", 1)]
    late = utc_now() - timedelta(minutes=2)
    unread = {"callback_id": "a", "kind": "incoming", "form": "from=%2B33639980001", "received_utc": late}
    house.database.transact(lambda tx: (tx.insert("message", rows), tx.insert("callback", [unread])))
    seen = figures(house)
    assert seen["entremise_messages", ("queued",)] == 2
    assert seen["entremise_messages", ("claimed",)] == 0
    assert seen["entremise_messages", ("unknown",)] == 1
    assert 290 < seen["entremise_oldest_due_seconds", ()] < 400
    assert seen["entremise_callbacks_unread", ()] == 1
    assert 110 < seen["entremise_oldest_unread_seconds", ()] < 200
    assert seen["process_resident_memory_bytes", ()] > 1e6
    text = client(house).get("/metrics", headers=BEARER).text
    for hidden in ("39980001", "Zoé", house.agency_name, str(house.person.agency_id), house.person.person_id):
        assert hidden not in text


class _Gateway:
    """Accepts, refuses, or says nothing."""

    def __init__(self, answer: Receipt | Exception) -> None:
        self._answer = answer

    def send(self, phone: str, body: str) -> Receipt:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@pytest.mark.parametrize("engine", ["duckdb"], indirect=True)
def test_callbacks_sms_and_errors_are_counted_by_what_became_of_them(
    house: Services, caplog: pytest.LogCaptureFixture
) -> None:
    from ftcore import logs

    house.settings = replace(house.settings, metrics_token=TOKEN)
    before = figures(house)
    door = client(house)
    address = f"/callbacks/{house.callback_secret}"
    form = {"id": "1", "from": "+33639980001", "to": "1", "text": "oui"}
    answers = [door.post(f"{address}/incoming", data=form) for _ in range(2)]
    answers += [door.post(f"{address}/incoming", data={"id": "1"}), door.post("/callbacks/guess/incoming", data=form)]
    assert [answer.status_code for answer in answers] == [200, 200, 400, 404]
    for answer in (Receipt("ATXid_1", None), SmsUnknown("no answer"), SmsError("non", retryable=False)):
        send(_Gateway(answer), {"agency_id": uuid4(), "message_id": uuid4(), "phone": "x", "body": "y"}, utc_now)
    seen = figures(house)

    def more(name: str, *labels: str) -> float:
        return seen[name, labels] - before.get((name, labels), 0.0)

    assert more("entremise_callbacks_total", "stored") == 2
    assert more("entremise_callbacks_total", "malformed") == 1
    assert more("entremise_callbacks_total", "unknown_address") == 1
    assert more("entremise_callbacks_duplicate_total") == 1
    assert more("entremise_callback_seconds_count") == 4
    assert seen["entremise_callback_seconds_bucket", ("+Inf",)] == seen["entremise_callback_seconds_count", ()]
    for outcome in ("accepted", "unknown", "failed"):
        assert more("entremise_gateway_calls_total", outcome) == 1
    assert more("entremise_gateway_seconds_count") == 3
    assert logs.errors().keys() <= {key[1][0] for key in seen if key[0] == "entremise_errors_total"}
