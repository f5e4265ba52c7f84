"""The callbacks' door: durable before its 200, closed to everything that is no callback."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from ftcore import webhooks
from ftcore.database import Database, GroupCommit, utc_now
from ftcore.outreach import inbox
from ftcore.trust.callback_secrets import KnownSecrets

SECRET = "secret-of-this-test-run-0001"
DELIVERY = {"id": "ATXid_1", "status": "Success", "phoneNumber": "+33639980001", "networkCode": "99999"}
INCOMING = {"from": "+33639980001", "to": "36000", "text": "Oui à 12 € & plus 👍", "id": "1", "date": "2026-11-24"}
OPT_OUT = {"senderId": "36000", "phoneNumber": "+33639980001"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Door:
    """The door with a database behind it; `bell` counts how often it rang."""

    def __init__(self, database: Database, group_commit: GroupCommit, limits: webhooks.Limits | None = None) -> None:
        self.database = database
        self.bell: list[int] = []
        routes = webhooks.routes(group_commit, KnownSecrets(database, SECRET), self._ring, limits)
        self.client = TestClient(Starlette(routes=routes))

    def _ring(self) -> None:
        self.bell.append(len(self.rows()))

    def post(self, kind: str, form: dict[str, str], secret: str = SECRET) -> int:
        return self.client.post(f"/callbacks/{secret}/{kind}", data=form).status_code

    def raw(self, kind: str, body: bytes, **headers: str) -> int:
        given = FORM | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(f"/callbacks/{SECRET}/{kind}", content=body, headers=given).status_code

    def rows(self) -> list[dict[str, object]]:
        return self.database.rows("SELECT * FROM callback ORDER BY received_utc")


@pytest.fixture
def group_commit(fresh_database: Callable[..., Database]) -> Iterator[GroupCommit]:
    writer = GroupCommit(fresh_database())
    yield writer
    writer.close()


@pytest.fixture
def door(group_commit: GroupCommit) -> Iterator[Door]:
    found = Door(group_commit._database, group_commit)
    with found.client:
        yield found


@pytest.mark.parametrize(
    ("path", "kind", "form"),
    [("delivery", "delivery", DELIVERY), ("incoming", "incoming", INCOMING), ("opt-out", "opt_out", OPT_OUT)],
)
def test_a_callback_is_stored_whole_before_it_is_acknowledged(
    door: Door, path: str, kind: str, form: dict[str, str]
) -> None:
    assert door.post(path, form) == 200
    (row,) = door.rows()
    assert (row["kind"], json.loads(str(row["form"])), row["handled_utc"]) == (kind, form, None)
    assert door.bell == [1], "the reader is woken once the row is there"


def test_the_same_form_again_is_stored_once_and_gets_its_200(door: Door) -> None:
    backwards = dict(reversed(list(DELIVERY.items())))
    assert [door.post("delivery", form) for form in (DELIVERY, DELIVERY, backwards)] == [200, 200, 200]
    assert len(door.rows()) == 1
    assert door.post("delivery", DELIVERY | {"status": "Sent"}) == 200
    assert len(door.rows()) == 2


def test_a_repeat_after_reading_is_not_read_again(door: Door) -> None:
    door.post("opt-out", OPT_OUT)
    now = door.database.value("SELECT received_utc FROM callback")
    assert inbox.take_in(door.database, None, now) == 1
    door.post("opt-out", OPT_OUT)
    assert inbox.pending(door.database) == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_only_post_is_answered(door: Door, method: str) -> None:
    answer = door.client.request(method, f"/callbacks/{SECRET}/delivery", params=DELIVERY)
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
    assert door.client.request(method, path, data=DELIVERY if method == "POST" else None).status_code == 404
    assert door.rows() == []
    assert door.bell == []


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
    door: Door, caplog: pytest.LogCaptureFixture, kind: str, body: bytes, headers: dict[str, str]
) -> None:
    caplog.set_level(logging.DEBUG, "ftcore")
    assert door.raw(kind, body, **headers) == 400
    assert door.rows() == []
    assert door.bell == []
    (record,) = [r for r in caplog.records if r.name == "ftcore.webhooks"]
    assert record.getMessage().startswith("malformed ")
    for personal in ("639980001", "Oui", "ATXid", SECRET):
        assert personal not in caplog.text


def test_a_large_form_without_an_announced_length_is_refused(door: Door) -> None:
    def drops() -> Iterator[bytes]:
        yield b"from=%2B33639980001&text="
        for _ in range(70):
            yield b"x" * 1000

    answer = door.client.post(f"/callbacks/{SECRET}/incoming", content=drops(), headers=FORM)
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
    assert door.post("incoming", form) == 200
    assert json.loads(str(door.rows()[0]["form"]))["text"] == kept


def test_a_charset_in_the_type_is_no_fault(door: Door) -> None:
    body = urlencode(DELIVERY).encode()
    assert door.raw("delivery", body, Content_Type="application/x-www-form-urlencoded; charset=UTF-8") == 200


def test_what_cannot_be_stored_is_not_acknowledged(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    door.database.transact(lambda tx: tx.execute("ALTER TABLE callback RENAME TO moved"))
    answer = door.client.post(f"/callbacks/{SECRET}/incoming", data=INCOMING)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert door.bell == []
    assert "could not be stored" in caplog.text
    assert "639980001" not in caplog.text
    door.database.transact(lambda tx: tx.execute("ALTER TABLE moved RENAME TO callback"))
    assert door.post("incoming", INCOMING) == 200


def test_a_closed_writer_is_not_an_acknowledgement_either(door: Door, group_commit: GroupCommit) -> None:
    group_commit.close()
    assert door.post("incoming", INCOMING) == 503


def test_an_incoming_sms_is_known_by_its_id_and_its_sender(door: Door) -> None:
    again = INCOMING | {"from": "06 39 98 00 01", "date": "2026-11-24T09:00:00Z", "networkCode": "99999"}
    other_person = INCOMING | {"from": "+33639980002"}
    other_id = INCOMING | {"id": "2"}
    assert [door.post("incoming", form) for form in (INCOMING, again, other_person, other_id)] == [200] * 4
    assert len(door.rows()) == 3


def test_an_incoming_sms_without_an_id_is_known_by_all_its_fields(door: Door) -> None:
    bare = {name: value for name, value in INCOMING.items() if name != "id"}
    assert [door.post("incoming", form) for form in (bare, bare, bare | {"text": "Non"})] == [200] * 3
    assert len(door.rows()) == 2


# Limits


def limited(group_commit: GroupCommit, **limits: Any) -> Door:
    return Door(group_commit._database, group_commit, webhooks.Limits(**limits))


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
def test_callbacks_may_be_taken_from_known_networks_only(group_commit: GroupCommit, caller: str, status: int) -> None:
    door = limited(group_commit, allowed=(ip_network("203.0.113.0/24"), ip_network("2001:db8::/32")))
    with TestClient(door.client.app, client=(caller, 1)) as client:
        assert client.post(f"/callbacks/{SECRET}/delivery", data=DELIVERY).status_code == status
    assert len(door.rows()) == (status == 200)


def test_a_flood_from_one_address_is_told_to_come_back_and_loses_nothing(group_commit: GroupCommit) -> None:
    door = limited(group_commit, callbacks=1.0)
    with door.client:
        answers = [door.client.post(f"/callbacks/{SECRET}/incoming", data=INCOMING | {"id": str(n)}) for n in range(8)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[:4] == [200] * 4
    assert 429 in statuses
    assert answers[-1].headers["retry-after"] == "1"
    assert len(door.rows()) == statuses.count(200)


def test_who_guesses_secrets_is_slowed_down_and_who_knows_one_is_not(group_commit: GroupCommit) -> None:
    door = limited(group_commit, guesses=0.5)
    with door.client:
        guesses = [door.post("delivery", DELIVERY, f"guess-{n}") for n in range(6)]
        assert set(guesses) == {404, 429}
        assert door.post("delivery", DELIVERY) == 200


def test_a_bucket_fills_again_and_remembers_only_so_many_addresses() -> None:
    now = [0.0]
    buckets = webhooks.Buckets(1.0, lambda: now[0])
    assert [buckets.take("a") for _ in range(5)] == [True] * 4 + [False]
    now[0] = 2.0
    assert [buckets.take("a") for _ in range(3)] == [True, True, False]
    for number in range(webhooks.Buckets.MOST_ADDRESSES + 5):
        buckets.take(str(number))
    assert len(buckets._left) == webhooks.Buckets.MOST_ADDRESSES


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
    assert door.raw(kind, body) in (200, 400)
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
            webhooks.read_pairs(body)
    else:
        if body:
            assert webhooks.read_pairs(body) == expected
