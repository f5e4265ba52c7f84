"""The real SDK against a server on the loopback that speaks, or fails, as the vendor's does."""

from __future__ import annotations

import json
import logging
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from ftcore.adapters import africastalking
from ftcore.adapters.africastalking import AfricasTalkingGateway
from ftcore.errors import SmsError, SmsUnknown
from ftcore.outreach.campaigns import Receipt
from ftcore.settings import SmsSettings

KEY = "atsk_very-secret-key"
PHONE = "+33639980001"
BODY = "Bonjour Zoé, un poste à 12 € & plus ; « oui » ?"

RECORDED = Path(__file__).parents[2].parent / "shared" / "africastalking" / "recorded"


@dataclass
class Vendor:
    """What the server answers next, and what it was asked."""

    answer: Callable[[BaseHTTPRequestHandler], None]
    url: str = ""
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        vendor: Vendor = self.server.vendor  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        vendor.paths.append(self.path)
        vendor.headers.append({name.lower(): value for name, value in self.headers.items()})
        vendor.forms.append(parse_qs(body, keep_blank_values=True))
        vendor.answer(self)

    do_GET = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def vendors(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Vendor]]:
    """Starts servers; each speaks as the vendor until its answer is replaced."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    running: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start() -> Vendor:
        vendor = Vendor(says(201, accepted()))
        http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        http.daemon_threads = False
        http.vendor = vendor  # type: ignore[attr-defined]
        vendor.url = f"http://127.0.0.1:{http.server_port}/version1"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((http, thread))
        return vendor

    yield start
    for http, thread in running:
        http.shutdown()
        thread.join()
        http.server_close()


@pytest.fixture
def vendor(vendors: Callable[[], Vendor]) -> Vendor:
    return vendors()


def says(status: int, body: str, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        data = body.encode()
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def recipients(*rows: dict[str, Any], message: str = "Sent to 1/1 Total Cost: EUR 0.05") -> str:
    return json.dumps({"SMSMessageData": {"Message": message, "Recipients": list(rows)}})


def row(code: int, **more: Any) -> dict[str, Any]:
    return {
        "statusCode": code,
        "number": PHONE,
        "status": "whatever",
        "cost": "EUR 0.05",
        "messageId": "ATXid_1",
        **more,
    }


def accepted() -> str:
    return recipients(row(101))


def send(vendor: Vendor, *, sender: str | None = None, phone: str = PHONE) -> Receipt:
    return AfricasTalkingGateway(SmsSettings("agence", KEY, sender, vendor.url)).send(phone, BODY)


# What is asked


def test_the_request_is_the_vendors_form(vendor: Vendor) -> None:
    assert send(vendor) == Receipt("ATXid_1", "EUR 0.05")
    assert vendor.paths == ["/version1/messaging"]
    assert vendor.forms == [{"username": ["agence"], "to": [PHONE], "message": [BODY], "bulkSMSMode": ["1"]}]
    (headers,) = vendor.headers
    assert headers["apikey"] == KEY
    assert headers["accept"] == "application/json"
    assert headers["content-type"] == "application/x-www-form-urlencoded"


def test_the_sender_is_named_when_there_is_one(vendor: Vendor) -> None:
    send(vendor, sender="36000")
    assert vendor.forms[0]["from"] == ["36000"]


def test_several_threads_may_send_at_once(vendor: Vendor) -> None:
    from concurrent.futures import ThreadPoolExecutor

    gateway = AfricasTalkingGateway(SmsSettings("agence", KEY, None, vendor.url))
    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(lambda n: gateway.send(PHONE, f"SMS {n}"), range(12)))
    assert len(receipts) == 12
    assert sorted(form["message"][0] for form in vendor.forms) == sorted(f"SMS {n}" for n in range(12))


def test_a_number_that_is_none_is_refused_before_anything_leaves(vendor: Vendor) -> None:
    with pytest.raises(SmsError, match="invalide"):
        send(vendor, phone="0639980001")
    assert vendor.forms == []


# What is answered

SAME = "accepted"
UNKNOWN = "unknown"
REFUSED = "refused"
PAUSED = "paused"
STOPPED = "stopped"
RETRY = "retry"


def kind(act: Callable[[], Receipt]) -> tuple[str, str]:
    """What the adapter made of an answer, and what it said."""
    try:
        return SAME, act().gateway_id
    except SmsUnknown as error:
        return UNKNOWN, str(error)
    except SmsError as error:
        name = STOPPED if error.opted_out else PAUSED if error.pauses else RETRY if error.retryable else REFUSED
        return name, str(error)


EMPTY = recipients(message="Sent to 0/1 Total Cost: 0")


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        pytest.param(201, recipients(row(100)), SAME, id="processed"),
        pytest.param(201, recipients(row(102)), SAME, id="queued"),
        pytest.param(200, accepted(), SAME, id="200 instead of 201"),
        pytest.param(201, recipients(row(101, number="+33639980002"), row(101)), SAME, id="found by number"),
        pytest.param(201, recipients(row(101, statusCode="101")), SAME, id="a code in quotes"),
        pytest.param(201, recipients(row(101, cost=0)), SAME, id="a cost that is a number"),
        pytest.param(201, recipients(message="InvalidSenderId"), PAUSED, id="no recipients, a word for it"),
        pytest.param(201, EMPTY, PAUSED, id="no recipients"),
        pytest.param(201, recipients(row(101, messageId="None")), UNKNOWN, id="accepted without an id"),
        pytest.param(201, recipients(row(101, messageId=None)), UNKNOWN, id="accepted with a null id"),
        pytest.param(201, recipients(row(101, number="+33639980002")), UNKNOWN, id="another number"),
        pytest.param(201, recipients(row(401, messageId="None")), REFUSED, id="401 risk"),
        pytest.param(201, recipients(row(402, messageId="None")), PAUSED, id="402 sender"),
        pytest.param(201, recipients(row(403, messageId="None")), REFUSED, id="403 number"),
        pytest.param(201, recipients(row(404, messageId="None")), REFUSED, id="404 kind of number"),
        pytest.param(201, recipients(row(405, messageId="None")), PAUSED, id="405 no credit"),
        pytest.param(201, recipients(row(406, messageId="None")), STOPPED, id="406 opted out"),
        pytest.param(201, recipients(row(407, messageId="None")), REFUSED, id="407 no route"),
        pytest.param(201, recipients(row(409, messageId="None")), REFUSED, id="409 in a 201"),
        pytest.param(409, recipients(row(409, messageId="None")), REFUSED, id="409 as the vendor documents it"),
        pytest.param(409, "conflict", UNKNOWN, id="409 without its body"),
        pytest.param(201, recipients(row(500)), UNKNOWN, id="500 in a 201"),
        pytest.param(201, recipients(row(501)), UNKNOWN, id="501 in a 201"),
        pytest.param(201, recipients(row(999)), UNKNOWN, id="a code that nobody documented"),
        pytest.param(201, "Sent", UNKNOWN, id="no JSON"),
        pytest.param(201, "", UNKNOWN, id="nothing"),
        pytest.param(201, "[]", UNKNOWN, id="a list"),
        pytest.param(201, "null", UNKNOWN, id="null"),
        pytest.param(201, '{"SMSMessageData": null}', UNKNOWN, id="null inside"),
        pytest.param(201, '{"SMSMessageData": {"Recipients": null}}', UNKNOWN, id="null recipients"),
        pytest.param(201, '{"SMSMessageData": {"Recipients": ["x"]}}', UNKNOWN, id="recipients that are words"),
        pytest.param(201, recipients({"number": PHONE}), UNKNOWN, id="no code"),
        pytest.param(201, recipients(row(101, statusCode="Sent")), UNKNOWN, id="a code in letters"),
        pytest.param(201, accepted()[:-5], UNKNOWN, id="cut short"),
        pytest.param(400, "Bad", PAUSED, id="400"),
        pytest.param(401, "The supplied authentication is invalid", PAUSED, id="401 text"),
        pytest.param(403, "", PAUSED, id="403"),
        pytest.param(404, "", PAUSED, id="404"),
        pytest.param(429, "", RETRY, id="429 slow down"),
        pytest.param(500, "", UNKNOWN, id="500"),
        pytest.param(502, accepted(), UNKNOWN, id="502 whatever it holds"),
        pytest.param(503, "", UNKNOWN, id="503"),
        pytest.param(302, accepted(), UNKNOWN, id="a redirect"),
    ],
)
def test_an_answer_proves_what_it_proves_and_no_more(
    vendor: Vendor, caplog: pytest.LogCaptureFixture, status: int, body: str, expected: str
) -> None:
    caplog.set_level(logging.DEBUG, "ftcore")
    vendor.answer = says(status, body)
    made, said = kind(lambda: send(vendor))
    assert made == expected
    assert len(vendor.forms) == 1, "never sent twice"
    for secret in (KEY, PHONE, "639980001", BODY, "Zoé"):
        assert secret not in said
        assert secret not in caplog.text


def test_the_vendors_sentence_is_not_shown_as_it_could_hold_a_number(vendor: Vendor) -> None:
    vendor.answer = says(201, recipients(message=f"Blocked {PHONE}"))
    with pytest.raises(SmsError) as refused:
        send(vendor)
    assert PHONE not in str(refused.value)
    vendor.answer = says(201, recipients(message="InvalidSenderId"))
    with pytest.raises(SmsError, match="InvalidSenderId"):
        send(vendor)


def test_a_receipt_is_of_text_only(vendor: Vendor) -> None:
    vendor.answer = says(201, recipients(row(101, cost=0.05, messageId=12)))
    assert send(vendor) == Receipt("12", "0.05")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("changed-sender", SAME),
        ("default-sender", SAME),
        ("invalid-key", PAUSED),
        ("invalid-sender-id", PAUSED),
        ("notification", SAME),
        ("on-demand", SAME),
        ("with-enqueue", SAME),
        ("with-sender", SAME),
        ("without-enqueue", SAME),
    ],
)
def test_the_vendors_recorded_answers_are_understood(vendor: Vendor, name: str, expected: str) -> None:
    file = RECORDED / f"{name}.json"
    if not file.exists():
        pytest.skip("the recorded answers are not on this machine")
    recorded = json.loads(file.read_text(encoding="utf-8"))
    vendor.answer = says(recorded["statusCode"], recorded["data"], Content_Type=recorded["headers"]["Content-Type"])
    made, said = kind(lambda: send(vendor, phone="+254700072929"))
    assert made == expected
    assert "700072929" not in said
    if made == SAME:
        assert said in recorded["data"]
        assert said.startswith("ATXid_")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param(None, None, id="nothing"),
        pytest.param("7", 7.0, id="seconds"),
        pytest.param("86400", 86_400.0, id="a day, which the queue caps"),
        pytest.param("Wed, 21 Oct 2015 07:28:00 GMT", 0.0, id="a date that is over"),
        pytest.param("soon", None, id="no number and no date"),
        pytest.param("-3", None, id="a negative number"),
        pytest.param("7.5", None, id="a fraction, which HTTP does not know"),
    ],
)
def test_how_long_the_gateway_asks_to_be_left_alone(vendor: Vendor, header: str | None, expected: float | None) -> None:
    vendor.answer = says(429, "", **({} if header is None else {"Retry_After": header}))
    with pytest.raises(SmsError) as refused:
        send(vendor)
    assert (refused.value.retryable, refused.value.retry_after) == (True, expected)


# What came in, asked for


def fetched(vendor: Vendor, last_id: str = "0") -> list[dict[str, str]]:
    return AfricasTalkingGateway(SmsSettings("agence", KEY, None, vendor.url)).fetch(last_id)


def test_incoming_sms_are_asked_for_after_the_last_one_and_come_as_forms(vendor: Vendor) -> None:
    listed = {"linkId": None, "text": "Oui", "to": "28901", "id": 15071, "date": "2018-03-19T08:34:18.445Z",
              "from": PHONE}  # fmt: skip
    vendor.answer = says(200, json.dumps({"SMSMessageData": {"Messages": [listed]}}))
    expected = {"text": "Oui", "to": "28901", "id": "15071", "date": "2018-03-19T08:34:18.445Z", "from": PHONE}
    assert fetched(vendor, "15070") == [expected]
    assert vendor.paths == ["/version1/messaging?username=agence&lastReceivedId=15070"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(500, "", id="an error"),
        pytest.param(307, "", id="a redirect"),
        pytest.param(200, "no JSON", id="no JSON"),
        pytest.param(200, '{"SMSMessageData": {"Messages": [{"id": 1, "from": "+33639980001"}]}}', id="no text"),
        pytest.param(200, '{"SMSMessageData": {"Messages": [{"id": "", "from": "1", "text": ""}]}}', id="no id"),
        pytest.param(200, '{"SMSMessageData": {"Messages": 7}}', id="a number of messages"),
    ],
)
def test_a_list_that_cannot_be_read_is_an_error_without_a_number(vendor: Vendor, status: int, body: str) -> None:
    vendor.answer = says(status, body, Location="http://127.0.0.1:9/")
    with pytest.raises(SmsError) as refused:
        fetched(vendor)
    assert "639980001" not in str(refused.value)


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed_and_the_key_goes_nowhere_else(vendors: Callable[[], Vendor], status: int) -> None:
    vendor, stranger = vendors(), vendors()
    vendor.answer = says(status, "", Location=f"{stranger.url}/messaging")
    with pytest.raises(SmsUnknown):
        send(vendor)
    assert len(vendor.forms) == 1
    assert (stranger.forms, stranger.headers) == ([], [])


# Lines that break


def _reset(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.rfile.close()
    handler.close_connection = True


def _hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


def _half(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(201)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(accepted().encode())
    handler.close_connection = True


def _gibberish(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x00\x01 not HTTP\r\n\r\n")
    handler.close_connection = True


def _bad_chunk(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
    handler.close_connection = True


def _not_gzip(handler: BaseHTTPRequestHandler) -> None:
    says(201, accepted(), Content_Encoding="gzip")(handler)


@pytest.mark.parametrize("answer", [_reset, _hang_up, _half, _gibberish, _bad_chunk, _not_gzip])
def test_a_line_that_breaks_after_the_request_leaves_it_unknown(
    vendor: Vendor, answer: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    vendor.answer = answer
    made, said = kind(lambda: send(vendor))
    assert made == UNKNOWN
    assert len(vendor.forms) == 1
    assert PHONE not in said


def test_a_refused_connection_never_left_and_may_be_tried_again() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        vendor = Vendor(says(201, ""), url=f"http://127.0.0.1:{free.getsockname()[1]}/version1")
        made, said = kind(lambda: send(vendor))
    assert made == RETRY
    assert said == "La passerelle SMS est injoignable."


def test_a_host_without_an_address_never_left_either(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    assert kind(lambda: send(Vendor(says(201, ""), url="http://localhost:9/version1")))[0] == RETRY


def test_an_answer_that_never_comes_is_unknown(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(africastalking, "DEADLINE", 0.1)
    over = threading.Event()
    vendor.answer = lambda handler: (over.wait(5), _hang_up(handler))[1]
    made, _ = kind(lambda: send(vendor))
    over.set()
    assert made == UNKNOWN
    assert len(vendor.forms) == 1


@pytest.mark.parametrize("chunked", [True, False])
def test_an_answer_that_comes_drop_by_drop_is_given_up_at_the_deadline(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch, chunked: bool
) -> None:
    monkeypatch.setattr(africastalking, "DEADLINE", 0.2)
    given_up, over = threading.Event(), threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(201)
        name, value = ("Transfer-Encoding", "chunked") if chunked else ("Content-Length", "4000")
        handler.send_header(name, value)
        handler.end_headers()
        try:
            for _ in range(2000):
                handler.wfile.write(b"1\r\n \r\n" if chunked else b" ")
                if over.wait(0.03):
                    return
        except OSError:
            given_up.set()

    vendor.answer = drip
    made, _ = kind(lambda: send(vendor))
    assert made == UNKNOWN
    assert given_up.wait(30), "the line was let go long before the end of the answer"
    over.set()


def test_an_answer_without_end_is_given_up(vendor: Vendor) -> None:
    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(201)
        handler.send_header("Content-Length", "50000000")
        handler.end_headers()
        try:
            for _ in range(50):
                handler.wfile.write(b" " * 1_000_000)
        except OSError:
            handler.close_connection = True

    vendor.answer = flood
    assert kind(lambda: send(vendor))[0] == UNKNOWN
