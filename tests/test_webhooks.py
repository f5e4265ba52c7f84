"""The callbacks' door: durable before its 200, closed to everything that is no callback."""

from __future__ import annotations

import json
import os
import resource
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote_plus, urlencode

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ftcore.database import Database, GroupCommit, utc_now
from ftcore.outreach import inbox
from ftcore.trust.callback_secrets import KnownSecrets
from ftcore.trust.secret_hashes import digest
from ftcore.webhooks import asgi, checks
from ftcore.webhooks.checks import Limits
from ftcore.webhooks.keeper import listen
from ftcore.webhooks.orders import Orders, start_door
from ftcore.webhooks.spool import SpoolReader

SECRET = "secret-of-this-test-run-0001"
DELIVERY = {"id": "ATXid_1", "status": "Success", "phoneNumber": "+33639980001", "networkCode": "99999"}
INCOMING = {"from": "+33639980001", "to": "36000", "text": "Oui à 12 € & plus 👍", "id": "1", "date": "2026-11-24"}
OPT_OUT = {"senderId": "36000", "phoneNumber": "+33639980001"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Door(Protocol):
    """A door with an empty database behind it, wherever it stands."""

    database: Database

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response: ...
    def rows(self) -> list[dict[str, object]]: ...
    def rang(self) -> int:
        """How often the reader was woken, with something to read, since it was last asked."""

    def said(self) -> list[str]:
        """What the door wrote into its log."""


def post(door: Door, kind: str, form: dict[str, str], secret: str = SECRET, **more: Any) -> int:
    return door.request("POST", f"/callbacks/{secret}/{kind}", data=form, **more).status_code


def raw(door: Door, kind: str, body: bytes, **headers: str) -> int:
    given = FORM | {name.replace("_", "-"): value for name, value in headers.items()}
    return door.request("POST", f"/callbacks/{SECRET}/{kind}", content=body, headers=given).status_code


class PagesDoor:
    """The door inside the program."""

    def __init__(self, writer: GroupCommit, caplog: pytest.LogCaptureFixture, limits: Limits | None = None) -> None:
        self.database = writer._database
        self._bell = 0
        self._caplog = caplog
        routes = asgi.routes(writer, KnownSecrets(self.database, SECRET), self._ring, limits)
        self._client = TestClient(Starlette(routes=routes), client=("127.0.0.1", 1))

    def __enter__(self) -> PagesDoor:
        self._client.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.__exit__()

    def _ring(self) -> None:
        self._bell += bool(self.rows())

    def request(self, method: str, path: str, caller: str = "127.0.0.1", **more: Any) -> httpx2.Response:
        if caller == "127.0.0.1":
            return self._client.request(method, path, **more)
        return TestClient(self._client.app, client=(caller, 1)).request(method, path, **more)

    def rows(self) -> list[dict[str, object]]:
        return self.database.rows("SELECT * FROM callback ORDER BY received_utc")

    def rang(self) -> int:
        rang, self._bell = self._bell, 0
        return rang

    def said(self) -> list[str]:
        return [r.getMessage() for r in self._caplog.records if r.name.startswith("ftcore.webhooks")]


class OwnDoor:
    """The door that is a process of its own, and its spool, which is taken in when somebody looks."""

    def __init__(self, folder: Path, **limits: Any) -> None:
        self.folder = folder / "spool"
        self._rings, self._bell = os.pipe()
        os.set_blocking(self._rings, False)
        self._listening = listen("127.0.0.1", 0)
        # A pipe: a file could not grow either where the process's files cannot.
        self._log, log = os.pipe()
        os.set_blocking(self._log, False)
        given = Limits(**{"guesses": 1000.0, "callbacks": 100_000.0} | limits)
        self.orders = Orders(
            listening=self._listening.fileno(),
            bell=self._bell,
            folder=str(self.folder),
            hashes=[digest(SECRET)],
            allowed=None if given.allowed is None else list(map(str, given.allowed)),
            callbacks=given.callbacks,
            guesses=given.guesses,
            forwarders=["127.0.0.1"],
        )
        self.process = start_door(self.orders, log)
        os.close(log)
        self.address = self._listening.getsockname()
        self._client = httpx2.Client(base_url=f"http://127.0.0.1:{self.address[1]}", trust_env=False)
        self.database: Any = None
        self._taken = 0
        self._reader = SpoolReader(self.folder, self._store)

    def over(self, database: Database) -> None:
        """Take in to this database from now on, and forget what was."""
        self.database = None
        self._reader.take()
        self.rang()
        self.said()
        self._taken = 0
        self.database = database

    def _store(self, rows: list[dict[str, Any]]) -> None:
        if self.database is not None:
            self._taken += len(rows)
            self.database.transact(lambda tx: tx.insert("callback", rows, if_absent=True))

    def request(self, method: str, path: str, caller: str | None = None, **more: Any) -> httpx2.Response:
        if caller is not None:
            more["headers"] = more.get("headers", {}) | {"X-Forwarded-For": caller}
        if "Content-Length" in more.get("headers", {}):
            return self._by_hand(method, path, more["headers"], more["content"])
        return self._client.request(method, path, **more)

    def _by_hand(self, method: str, path: str, headers: dict[str, str], body: bytes) -> httpx2.Response:
        """What no client would send."""
        with socket.create_connection(self.address) as line:
            head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            line.sendall(f"{method} {path} HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode() + body)
            answer = b""
            while came := line.recv(1000):
                answer += came
        return httpx2.Response(int(answer.split(b" ")[1]))

    def rows(self) -> list[dict[str, object]]:
        self._reader.take()
        return self.database.rows("SELECT * FROM callback ORDER BY received_utc")

    def rang(self) -> int:
        # It also rings when it closes a part of the spool that an earlier test has filled.
        self._reader.take()
        rings = len(self._read(self._rings))
        return rings if self._taken else 0

    def said(self) -> list[str]:
        return [line.split(" ", 4)[4] for line in self._read(self._log).decode().splitlines()]

    def _read(self, pipe: int) -> bytes:
        try:
            return os.read(pipe, 100_000)
        except BlockingIOError:
            return b""

    def close(self) -> int:
        """The orderly end; gives how the process ended."""
        self._client.close()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        status = self.process.wait(10)
        self.process.stdout.close()
        self._listening.close()
        for pipe in (self._log, self._rings, self._bell):
            os.close(pipe)
        return status


@pytest.fixture
def group_commit(fresh_database: Callable[..., Database]) -> Iterator[GroupCommit]:
    writer = GroupCommit(fresh_database())
    yield writer
    writer.close()


@pytest.fixture(scope="module")
def own_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnDoor]:
    """One process for all tests that set no limits."""
    found = OwnDoor(tmp_path_factory.mktemp("door"))
    yield found
    assert found.close() == 0


# The process knows no database: what it spools is taken in to both engines in test_door.
@pytest.fixture(params=["in the program, duckdb", "in the program, postgresql", "a process, duckdb"])
def place(request: pytest.FixtureRequest) -> list[str]:
    """Where the door stands, and over which database."""
    return str(request.param).split(", ")


@pytest.fixture
def stands(place: list[str]) -> str:
    return place[0]


@pytest.fixture
def engine(place: list[str]) -> str:
    return place[1]


@pytest.fixture
def door(stands: str, group_commit: GroupCommit, caplog: pytest.LogCaptureFixture, own_door: OwnDoor) -> Iterator[Door]:
    if stands == "in the program":
        with PagesDoor(group_commit, caplog) as found:
            yield found
    else:
        own_door.over(group_commit._database)
        yield own_door


@pytest.fixture
def limited(
    stands: str, group_commit: GroupCommit, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> Iterator[Callable[..., Door]]:
    """Makes a door with limits."""
    own: list[OwnDoor] = []

    def make(**limits: Any) -> Door:
        if stands == "in the program":
            return PagesDoor(group_commit, caplog, Limits(**limits))
        own.append(OwnDoor(tmp_path, **limits))
        own[0].database = group_commit._database
        return own[0]

    yield make
    for one in own:
        one.close()


@pytest.mark.parametrize(
    ("path", "kind", "form"),
    [("delivery", "delivery", DELIVERY), ("incoming", "incoming", INCOMING), ("opt-out", "opt_out", OPT_OUT)],
)
def test_a_callback_is_stored_whole_before_it_is_acknowledged(
    door: Door, path: str, kind: str, form: dict[str, str]
) -> None:
    assert post(door, path, form) == 200
    (row,) = door.rows()
    assert (row["kind"], json.loads(str(row["form"])), row["handled_utc"]) == (kind, form, None)
    assert door.rang() == 1, "the reader is woken once the row is there"


def test_the_same_form_again_is_stored_once_and_gets_its_200(door: Door) -> None:
    backwards = dict(reversed(list(DELIVERY.items())))
    assert [post(door, "delivery", form) for form in (DELIVERY, DELIVERY, backwards)] == [200, 200, 200]
    assert len(door.rows()) == 1
    assert post(door, "delivery", DELIVERY | {"status": "Sent"}) == 200
    assert len(door.rows()) == 2


def test_a_repeat_after_reading_is_not_read_again(door: Door) -> None:
    post(door, "opt-out", OPT_OUT)
    now = door.rows()[0]["received_utc"]
    assert inbox.take_in(door.database, None, now) == 1
    post(door, "opt-out", OPT_OUT)
    assert len(door.rows()) == 1
    assert inbox.pending(door.database) == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_only_post_is_answered(door: Door, method: str) -> None:
    answer = door.request(method, f"/callbacks/{SECRET}/delivery", params=DELIVERY)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert door.rows() == []


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/callbacks/secret-of-this-test-run-0002/delivery", id="another secret"),
        pytest.param(f"/callbacks/{SECRET}x/delivery", id="a longer one"),
        pytest.param(f"/callbacks/{SECRET[:-1]}/delivery", id="a shorter one"),
        pytest.param("/callbacks/s%C3%A9cret/delivery", id="one with an accent"),
        pytest.param(f"/callbacks/{SECRET.upper()}/delivery", id="in capitals"),
        pytest.param(f"/callbacks/{SECRET}/other", id="another kind"),
        pytest.param(f"/callbacks/{SECRET}/opt_out", id="the name inside"),
        pytest.param(f"/callbacks/{SECRET}", id="no kind"),
        pytest.param(f"/callbacks/{SECRET}/delivery/more", id="more behind it"),
    ],
)
def test_any_other_address_is_not_there(door: Door, path: str, method: str) -> None:
    assert door.request(method, path, data=DELIVERY if method == "POST" else None).status_code == 404
    assert door.rows() == []
    assert door.rang() == 0


@pytest.mark.parametrize(
    ("kind", "body", "headers"),
    [
        pytest.param("delivery", b"", {}, id="nothing"),
        pytest.param("delivery", b"id=ATXid_1", {}, id="no status"),
        pytest.param("delivery", b"id=&status=Success", {}, id="an empty id"),
        pytest.param("delivery", b"status=Success", {}, id="no id"),
        pytest.param("incoming", b"text=Oui", {}, id="no sender"),
        pytest.param("incoming", b"from=%2B33639980001", {}, id="no text"),
        pytest.param("opt-out", b"senderId=36000", {}, id="no number"),
        pytest.param("opt-out", b"phoneNumber=", {}, id="an empty number"),
        pytest.param("delivery", b"id=1&id=2&status=Sent", {}, id="a field twice"),
        pytest.param("delivery", b"id=1&status", {}, id="a field without a value"),
        pytest.param("delivery", b"id=1&status=Sent" + b"&a=%d" * 60, {}, id="too many fields"),
        pytest.param("incoming", b"from=%2B33639980001&text=%E9%E8", {}, id="percent codes that are no UTF-8"),
        pytest.param("incoming", "from=%2B33639980001&text=é".encode(), {}, id="bytes that are no form"),
        pytest.param("incoming", b"\xff\xfe\x00", {}, id="bytes"),
        pytest.param("delivery", json.dumps(DELIVERY).encode(), {"Content_Type": "application/json"}, id="JSON"),
        pytest.param("delivery", urlencode(DELIVERY).encode(), {"Content_Type": ""}, id="no type"),
        pytest.param("delivery", urlencode(DELIVERY).encode(), {"Content_Type": "text/plain"}, id="another type"),
        pytest.param("incoming", urlencode(INCOMING | {"text": "x" * 70_000}).encode(), {}, id="too large"),
        pytest.param("delivery", b"id=1&status=Sent", {"Content_Length": "999999"}, id="announced too large"),
        pytest.param("delivery", b"id=1&status=Sent", {"Content_Length": "1e3"}, id="a length that is no number"),
        pytest.param("delivery", b"id=1&status=Sent", {"Content_Length": "-1"}, id="a negative length"),
    ],
)
def test_what_is_no_callback_is_refused_without_a_personal_word_in_the_log(
    door: Door, kind: str, body: bytes, headers: dict[str, str]
) -> None:
    assert raw(door, kind, body, **headers) == 400
    assert door.rows() == []
    assert door.rang() == 0
    (line,) = door.said()
    assert line.startswith("malformed ")
    for personal in ("639980001", "Oui", "ATXid", SECRET):
        assert personal not in line


def test_a_large_form_without_an_announced_length_is_refused(door: Door) -> None:
    def drops() -> Iterator[bytes]:
        yield b"from=%2B33639980001&text="
        for _ in range(70):
            yield b"x" * 1000

    answer = door.request("POST", f"/callbacks/{SECRET}/incoming", content=drops(), headers=FORM)
    assert answer.status_code == 400
    assert door.rows() == []


@pytest.mark.parametrize(
    ("form", "kept"),
    [
        pytest.param(INCOMING | {"text": ""}, "", id="an empty text"),
        pytest.param(INCOMING | {"text": "'; DROP TABLE callback; --"}, "'; DROP TABLE callback; --", id="SQL"),
        pytest.param(INCOMING | {"text": "a\x00b\n"}, "a\x00b\n", id="control characters"),
        pytest.param(INCOMING | {"text": "x" * 1600}, "x" * 1600, id="ten SMS"),
        pytest.param(INCOMING | {"new field": "of the vendor"}, INCOMING["text"], id="an unknown field"),
    ],
)
def test_odd_but_possible_answers_are_stored(door: Door, form: dict[str, str], kept: str) -> None:
    assert post(door, "incoming", form) == 200
    assert json.loads(str(door.rows()[0]["form"]))["text"] == kept


def test_a_charset_in_the_type_is_no_fault(door: Door) -> None:
    body = urlencode(DELIVERY).encode()
    assert raw(door, "delivery", body, Content_Type="application/x-www-form-urlencoded; charset=UTF-8") == 200


@contextmanager
def refusing(door: Door) -> Iterator[None]:
    """As long as it lasts, nothing can be stored."""
    if isinstance(door, OwnDoor):
        # No file may grow any more, as on a full disk or one that has become read-only.
        resource.prlimit(door.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        yield
        resource.prlimit(door.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    else:
        door.database.transact(lambda tx: tx.execute("ALTER TABLE callback RENAME TO moved"))
        yield
        door.database.transact(lambda tx: tx.execute("ALTER TABLE moved RENAME TO callback"))


def test_what_cannot_be_stored_is_not_acknowledged(door: Door) -> None:
    with refusing(door):
        answer = door.request("POST", f"/callbacks/{SECRET}/incoming", data=INCOMING)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert door.rang() == 0
    (line,) = door.said()
    assert "stored" in line
    assert "639980001" not in line
    while post(door, "incoming", INCOMING) == 503:
        time.sleep(0.05)  # a disk that has just refused is left alone for a moment
    assert len(door.rows()) == 1


def test_a_closed_writer_is_not_an_acknowledgement_either(
    group_commit: GroupCommit, caplog: pytest.LogCaptureFixture
) -> None:
    door = PagesDoor(group_commit, caplog)
    group_commit.close()
    assert post(door, "incoming", INCOMING) == 503


def test_an_incoming_sms_is_known_by_its_id_and_its_sender(door: Door) -> None:
    again = INCOMING | {"from": "06 39 98 00 01", "date": "2026-11-24T09:00:00Z", "networkCode": "99999"}
    other_person = INCOMING | {"from": "+33639980002"}
    other_id = INCOMING | {"id": "2"}
    assert [post(door, "incoming", form) for form in (INCOMING, again, other_person, other_id)] == [200] * 4
    assert len(door.rows()) == 3


def test_an_incoming_sms_without_an_id_is_known_by_all_its_fields(door: Door) -> None:
    bare = {name: value for name, value in INCOMING.items() if name != "id"}
    assert [post(door, "incoming", form) for form in (bare, bare, bare | {"text": "Non"})] == [200] * 3
    assert len(door.rows()) == 2


# Limits


@pytest.mark.parametrize(
    ("caller", "status"),
    [
        pytest.param("203.0.113.7", 200, id="in the network"),
        pytest.param("::ffff:203.0.113.7", 200, id="the same, as IPv6 writes it"),
        pytest.param("2001:db8::1", 200, id="in the other network"),
        pytest.param("203.0.114.7", 403, id="beside it"),
        pytest.param("testclient", 403, id="no address at all"),
    ],
)
def test_callbacks_may_be_taken_from_known_networks_only(
    limited: Callable[..., Door], caller: str, status: int
) -> None:
    door = limited(allowed=(ip_network("203.0.113.0/24"), ip_network("2001:db8::/32")))
    assert post(door, "delivery", DELIVERY, caller=caller) == status
    assert len(door.rows()) == (status == 200)


def test_a_flood_from_one_address_is_told_to_come_back_and_loses_nothing(limited: Callable[..., Door]) -> None:
    door = limited(callbacks=1.0)
    path = f"/callbacks/{SECRET}/incoming"
    answers = [door.request("POST", path, data=INCOMING | {"id": str(n)}) for n in range(8)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[:4] == [200] * 4
    assert 429 in statuses
    assert answers[-1].headers["retry-after"] == "1"
    assert len(door.rows()) == statuses.count(200)


def test_who_guesses_secrets_is_slowed_down_and_who_knows_one_is_not(limited: Callable[..., Door]) -> None:
    door = limited(guesses=0.5)
    guesses = [post(door, "delivery", DELIVERY, f"guess-{n}") for n in range(6)]
    assert set(guesses) == {404, 429}
    assert post(door, "delivery", DELIVERY) == 200


def test_a_bucket_fills_again_and_remembers_only_so_many_addresses() -> None:
    now = [0.0]
    buckets = checks.Buckets(1.0, lambda: now[0])
    assert [buckets.take("a") for _ in range(5)] == [True] * 4 + [False]
    now[0] = 2.0
    assert [buckets.take("a") for _ in range(3)] == [True, True, False]
    for number in range(checks.Buckets.MOST_ADDRESSES + 5):
        buckets.take(str(number))
    assert len(buckets._left) == checks.Buckets.MOST_ADDRESSES


# Wild bodies


@given(
    kind=st.sampled_from(["delivery", "incoming", "opt-out"]),
    body=st.one_of(
        st.binary(max_size=300),
        st.dictionaries(
            st.sampled_from(["id", "status", "from", "text", "phoneNumber", "date", "x\x00"]),
            st.text(max_size=30) | st.sampled_from(["+33639980001", "Success", "Oui", "1", "\ud800"]),
            max_size=6,
        ).map(lambda form: urlencode(form, errors="surrogatepass").encode()),
    ),
)
@settings(max_examples=120)
def test_no_body_makes_the_door_or_the_reader_stumble(door: Door, kind: str, body: bytes) -> None:
    assert raw(door, kind, body) in (200, 400)
    door.rows()
    while inbox.take_in(door.database, None, utc_now() + timedelta(minutes=2)):
        pass
    assert door.database.value("SELECT count(*) FROM callback WHERE outcome = 'error'") == 0
    for row in door.database.rows("SELECT form FROM callback"):
        assert isinstance(json.loads(row["form"]), dict)


FORMS = st.lists(st.text("abé%2+=&;\x00 C3A9", max_size=8), max_size=60).map("&".join)


@given(FORMS | st.text(max_size=40), st.booleans())
def test_a_form_is_read_as_the_standard_library_reads_it(form: str, escaped: bool) -> None:
    body = (quote_plus(form, safe="=&%+") if escaped else form).encode()
    try:
        expected = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=50
        )
    except ValueError:
        with pytest.raises(ValueError):  # noqa: PT011 - whichever: the door answers 400 to all
            checks.read_pairs(body)
    else:
        if body:
            assert checks.read_pairs(body) == expected
