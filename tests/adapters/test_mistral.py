"""The real SDK against a small server on the loopback that speaks, or fails, as Mistral does."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from ftcore.adapters import mistral
from ftcore.adapters.mistral import MistralModel
from ftcore.drafting.assistant import Ask, Stop, Turn, Usage
from ftcore.errors import ModelError
from ftcore.settings import MistralSettings

NOTES = "Notes secrètes : serveur à Rennes, CDI"
ASK = Ask("offer", "offer/2", "consigne L1132-1", (Turn("user", NOTES),), temperature=0.2, longest_answer=500)


@dataclass
class FakeMistral:
    """What the server answers next, and what it was asked."""

    answer: Callable[[BaseHTTPRequestHandler], None]
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        fake: FakeMistral = self.server.fake  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fake.paths.append(self.path)
        fake.keys.append(self.headers["Authorization"])
        fake.requests.append(json.loads(body))
        self.body = body
        fake.answer(self)

    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMistral]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MISTRAL_DEBUG", "1")
    fake = FakeMistral(answers(["Bonjour"]))
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as http:
        http.fake = fake  # type: ignore[attr-defined]
        fake.url = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield fake
        http.shutdown()
        thread.join()


def event(text: Any, finish: str | None = None) -> bytes:
    chunk = {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "mistral-small-latest",
        "choices": [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": finish}],
    }
    return f"data: {json.dumps(chunk)}\n\n".encode()


def answers(
    pieces: list[Any], *, finish: str | None = "stop", done: bool = True, pause: float = 0.0, announced: int = 0
) -> Callable[[BaseHTTPRequestHandler], None]:
    """An SSE answer; `announced` bytes that never come make the connection end too early."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        parts = [event(piece) for piece in pieces]
        if finish:
            parts.append(event("", finish))
        if done:
            parts.append(b"data: [DONE]\n\n")
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        if announced:
            handler.send_header("Content-Length", str(sum(map(len, parts)) + announced))
        handler.end_headers()
        for part in parts:
            try:
                handler.wfile.write(part)
                handler.wfile.flush()
            except OSError:
                return
            time.sleep(pause)

    return answer


def fails(status: int, headers: dict[str, str] | None = None) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        body = json.dumps({"message": f"echo of the prompt: {NOTES}", "detail": []}).encode()
        handler.send_response(status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **(headers or {}),
        }.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def model(server: FakeMistral, **limits: float) -> MistralModel:
    settings = MistralSettings(key="key-of-the-test", url=server.url, model="mistral-small-latest")
    return MistralModel(settings, **({"backoff": 0.0} | limits))


def read(pieces: Iterator[str]) -> tuple[str, str | None]:
    """What came, and the sentence of the error, if any."""
    text = ""
    try:
        for piece in pieces:
            text += piece
    except ModelError as error:
        return text, str(error)
    return text, None


def test_the_answer_streams_in_pieces(server: FakeMistral) -> None:
    server.answer = answers(["Titre : ", "Serveur ", "(H/F)"])
    pieces = list(model(server).stream(ASK))
    assert pieces == ["Titre : ", "Serveur ", "(H/F)"]


def test_the_request_holds_the_prompt_the_notes_and_the_model(server: FakeMistral) -> None:
    assert read(model(server).stream(ASK)) == ("Bonjour", None)
    [request] = server.requests
    assert server.paths == ["/v1/chat/completions#stream"] or server.paths == ["/v1/chat/completions"]
    assert request["model"] == "mistral-small-latest"
    assert request["stream"] is True
    assert (request["temperature"], request["max_tokens"]) == (0.2, 500)
    assert [message["role"] for message in request["messages"]] == ["system", "user"]
    assert "L1132-1" in request["messages"][0]["content"]
    assert request["messages"][1]["content"] == NOTES


def test_thoughts_of_a_reasoning_model_are_no_part_of_the_draft(server: FakeMistral) -> None:
    thought = [{"type": "thinking", "thinking": [{"type": "text", "text": "hum"}]}, {"type": "text", "text": "Bonjour"}]
    server.answer = answers([thought, " !"])
    assert read(model(server).stream(ASK)) == ("Bonjour !", None)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(answers(["Titre"], finish=None, done=False), id="ends without a finish reason"),
        pytest.param(answers(["Titre"], finish=None), id="done without a finish reason"),
        pytest.param(answers(["Titre"], finish="length"), id="reached the longest answer"),
        pytest.param(answers(["Titre"], finish="error"), id="the model failed half-way"),
        pytest.param(answers(["Titre"], finish=None, done=False, announced=50), id="the connection broke"),
    ],
)
def test_a_cut_answer_is_said_to_be_cut_and_what_came_is_kept(
    server: FakeMistral, answer: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    server.answer = answer
    assert read(model(server).stream(ASK)) == ("Titre", mistral.CUT)


@pytest.mark.parametrize(
    ("status", "said", "tries"),
    [
        pytest.param(401, "clé", 1, id="refused key"),
        pytest.param(403, "clé", 1, id="forbidden"),
        pytest.param(404, "FT_MISTRAL_MODEL", 1, id="unknown model"),
        pytest.param(422, "refusé", 1, id="invalid request"),
        pytest.param(429, "trop de demandes", 3, id="too many requests"),
        pytest.param(500, "panne", 3, id="server error"),
        pytest.param(503, "panne", 3, id="unavailable"),
        pytest.param(302, "illisible", 1, id="redirect, not followed"),
    ],
)
def test_each_refusal_is_a_sentence_and_only_what_may_succeed_is_tried_again(
    server: FakeMistral, status: int, said: str, tries: int, caplog: pytest.LogCaptureFixture
) -> None:
    server.answer = fails(status, {"Location": "http://127.0.0.1:9/elsewhere"})
    with caplog.at_level(logging.DEBUG), pytest.raises(ModelError) as raised:
        list(model(server).stream(ASK))
    assert said in raised.value.reason
    assert raised.value.retryable == (tries > 1)
    assert len(server.requests) == tries
    for secret in ("secrètes", "key-of-the-test"):
        assert secret not in raised.value.reason
        assert secret not in caplog.text
    assert f"status {status}" in caplog.text


@pytest.mark.parametrize(
    ("header", "tries"),
    [
        pytest.param("0", 3, id="at once"),
        pytest.param("86400", 1, id="tomorrow: given up at once"),
        pytest.param("Wed, 21 Oct 2099 07:28:00 GMT", 1, id="a date far away: given up at once"),
        pytest.param("Wed, 21 Oct 2015 07:28:00 GMT", 3, id="a date that has passed"),
        pytest.param("soon", 3, id="no time at all: our own pause"),
    ],
)
def test_the_server_s_own_wait_is_kept_to(server: FakeMistral, header: str, tries: int) -> None:
    server.answer = fails(429, {"Retry-After": header})
    text, sentence = read(model(server).stream(ASK))
    assert (text, sentence) == ("", mistral.BY_STATUS[429])
    assert len(server.requests) == tries


def test_a_service_that_comes_back_is_answered_from(server: FakeMistral) -> None:
    good = server.answer

    def first_fails(handler: BaseHTTPRequestHandler) -> None:
        (fails(503) if len(server.requests) == 1 else good)(handler)

    server.answer = first_fails
    assert read(model(server).stream(ASK)) == ("Bonjour", None)
    assert len(server.requests) == 2


def test_after_failures_in_a_row_pages_answer_at_once_until_one_try_succeeds(server: FakeMistral) -> None:
    now = [1000.0]
    asked = MistralModel(MistralSettings(key="k", url=server.url, model="m"), backoff=0.0, clock=lambda: now[0])
    good, server.answer = server.answer, fails(500)
    for _ in range(mistral.FAILURES_TO_OPEN):
        assert read(asked.stream(ASK))[1] == mistral.DOWN
    before = len(server.requests)
    assert read(asked.stream(ASK)) == ("", mistral.OPEN)
    assert len(server.requests) == before
    now[0] += mistral.SECONDS_OPEN + 1
    assert read(asked.stream(ASK))[1] == mistral.DOWN
    assert read(asked.stream(ASK)) == ("", mistral.OPEN)
    now[0] += mistral.SECONDS_OPEN + 1
    server.answer = good
    assert read(asked.stream(ASK)) == ("Bonjour", None)
    assert read(asked.stream(ASK)) == ("Bonjour", None)


def test_a_refused_key_does_not_open_the_circuit(server: FakeMistral) -> None:
    asked = model(server)
    server.answer = fails(401)
    for _ in range(mistral.FAILURES_TO_OPEN + 2):
        assert read(asked.stream(ASK))[1] == mistral.BY_STATUS[401]


def test_a_stop_wakes_a_read_that_waits_and_ends_without_an_error(server: FakeMistral) -> None:
    gone, stop = threading.Event(), Stop()

    def hangs(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        handler.wfile.write(event("mot"))
        handler.wfile.flush()
        # An empty read means that the other side has closed.
        if handler.connection.recv(1) == b"":
            gone.set()

    server.answer = hangs
    pieces = model(server).stream(ASK, stop)
    assert next(pieces) == "mot"
    threading.Timer(0.05, stop.ask).start()
    assert list(pieces) == []
    assert gone.wait(60)


def test_a_stop_before_the_first_byte_ends_at_once(server: FakeMistral) -> None:
    stop, gone = Stop(), threading.Event()

    def silent(handler: BaseHTTPRequestHandler) -> None:
        stop.ask()
        if handler.connection.recv(1) == b"":
            gone.set()

    server.answer = silent
    assert list(model(server).stream(ASK, stop)) == []
    assert gone.wait(60)


def test_a_stop_during_a_pause_between_tries_ends_it(server: FakeMistral) -> None:
    stop = Stop()

    def fails_and_stops(handler: BaseHTTPRequestHandler) -> None:
        fails(503)(handler)
        threading.Timer(0.1, stop.ask).start()

    server.answer = fails_and_stops
    begun = time.monotonic()
    assert list(model(server, backoff=20.0).stream(ASK, stop)) == []
    assert time.monotonic() - begun < 10
    assert len(server.requests) == 1


def counting(pieces: list[Any]) -> Callable[[BaseHTTPRequestHandler], None]:
    """An answer whose last event counts 120 tokens in and 30 out."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        last = json.loads(event("", "stop").removeprefix(b"data: "))
        last["usage"] = {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150}
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        body = b"".join(map(event, pieces)) + f"data: {json.dumps(last)}\n\ndata: [DONE]\n\n".encode()
        handler.wfile.write(body)

    return answer


@pytest.mark.parametrize(
    ("answer", "tokens"),
    [
        pytest.param(counting(["Bonjour"]), (120, 30), id="the server counts"),
        pytest.param(answers(["Bonjour " * 10]), None, id="it does not: estimated"),
        pytest.param(fails(401), (0, 0), id="nothing came"),
    ],
)
def test_what_a_request_took_is_told_once_however_it_ends(
    server: FakeMistral, answer: Callable[[BaseHTTPRequestHandler], None], tokens: tuple[int, int] | None
) -> None:
    heard: list[Usage] = []
    server.answer = answer
    read(model(server).stream(ASK, told=heard.append))
    [usage] = heard
    if tokens is None:
        assert usage.tokens_in > 5
        assert usage.tokens_out == 21
    else:
        assert (usage.tokens_in, usage.tokens_out) == tokens
    assert usage.latency_ms >= (usage.first_ms or 0)


class Fact(BaseModel):
    title: str
    hours: float | None


GOOD = '{"title": "Serveur", "hours": 35}'


def test_an_answer_by_schema_is_an_object(server: FakeMistral) -> None:
    server.answer = counting([GOOD[:10], GOOD[10:]])
    heard: list[Usage] = []
    assert model(server).parse(ASK, Fact, told=heard.append) == Fact(title="Serveur", hours=35)
    [request] = server.requests
    assert request["response_format"]["type"] == "json_schema"
    assert request["response_format"]["json_schema"]["schema"]["properties"].keys() == {"title", "hours"}
    assert [(usage.tokens_in, usage.tokens_out) for usage in heard] == [(120, 30)]


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(counting(["{"]), id="no JSON"),
        pytest.param(counting(['{"title": 3}']), id="another shape"),
        pytest.param(answers(["{"], finish="length"), id="cut at the longest answer"),
    ],
)
def test_an_answer_that_does_not_fit_is_repaired_once(
    server: FakeMistral, bad: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    server.answer = lambda handler: (bad if len(server.requests) == 1 else counting([GOOD]))(handler)
    assert model(server).parse(ASK, Fact) == Fact(title="Serveur", hours=35)
    roles = [message["role"] for message in server.requests[1]["messages"]]
    assert roles == ["system", "user", "assistant", "user"]


def test_an_answer_that_never_fits_is_an_honest_error_that_counts_both_tries(server: FakeMistral) -> None:
    server.answer = counting(["désolé"])
    heard: list[Usage] = []
    with pytest.raises(ModelError) as raised:
        model(server).parse(ASK, Fact, told=heard.append)
    assert raised.value.reason == mistral.MISSHAPEN
    assert not raised.value.retryable
    assert len(server.requests) == 2
    assert [(usage.tokens_in, usage.tokens_out) for usage in heard] == [(240, 60)]


def test_several_at_once_get_their_own_answers(server: FakeMistral) -> None:
    def echo(handler: BaseHTTPRequestHandler) -> None:
        asked = json.loads(handler.body)["messages"][1]["content"]  # type: ignore[attr-defined]
        answers([asked, " !"])(handler)

    server.answer = echo
    asked = model(server)
    texts = [f"notes {number}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda text: "".join(asked.stream(replace(ASK, turns=(Turn("user", text),)))), texts)
    assert list(found) == [f"{text} !" for text in texts]


SPECIFICATION = Path(__file__).parents[2].parent / "shared" / "mistral" / "openapi.yaml"


@pytest.mark.skipif(not SPECIFICATION.exists(), reason="the published specification lies beside the project only")
def test_what_is_sent_follows_the_published_specification(server: FakeMistral) -> None:
    server.answer = counting([GOOD])
    asked = model(server)
    read(asked.stream(replace(ASK, turns=(*ASK.turns, Turn("assistant", "Titre"), Turn("user", "Plus court")))))
    asked.parse(ASK, Fact)
    document = yaml.load(
        SPECIFICATION.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    body = document["paths"]["/v1/chat/completions"]["post"]["requestBody"]["content"]["application/json"]
    validator = Draft202012Validator({"$ref": "#/whole", "whole": body["schema"], "components": document["components"]})
    assert len(server.requests) == 2
    for request in server.requests:
        assert [error.message for error in validator.iter_errors(request)] == []
    assert list(validator.iter_errors(server.requests[0] | {"temperature": "hot"})) != []


def test_a_server_that_stays_silent_is_given_up(server: FakeMistral) -> None:
    released = threading.Event()
    server.answer = lambda handler: (released.wait(60), None)[1]
    begun = time.monotonic()
    try:
        assert read(model(server, silence=0.2).stream(ASK)) == ("", mistral.SLOW)
        assert time.monotonic() - begun < 30
    finally:
        released.set()


def test_an_answer_that_trickles_is_cut_at_the_deadline(server: FakeMistral) -> None:
    # Uncut it would take half a minute: the bounds hold on a machine that is busy with other things, too.
    server.answer = answers(["mot "] * 600, pause=0.05)
    begun = time.monotonic()
    text, sentence = read(model(server, silence=5.0, deadline=1.5).stream(ASK))
    assert text.startswith("mot ")
    assert sentence == mistral.CUT
    assert time.monotonic() - begun < 20


def test_a_server_that_is_not_there_is_unreachable(server: FakeMistral) -> None:
    settings = MistralSettings(key="k", url="http://127.0.0.1:9", model="m")
    assert read(MistralModel(settings, backoff=0.0).stream(ASK)) == ("", mistral.UNREACHABLE)


def test_an_answer_that_is_no_event_stream_is_unreadable(server: FakeMistral) -> None:
    server.answer = fails(200)
    assert read(model(server).stream(ASK)) == ("", mistral.UNREADABLE)


def test_stopping_half_way_closes_the_connection(server: FakeMistral) -> None:
    server.answer = answers(["mot "] * 50, pause=0.01)
    pieces = model(server).stream(ASK)
    assert next(pieces) == "mot "
    pieces.close()  # type: ignore[attr-defined]
    assert list(pieces) == []


def test_without_an_address_the_european_server_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Refused(Exception):
        pass

    def send(self: Any, request: Any, **options: Any) -> None:
        asked.append(request.url.host)
        raise Refused

    monkeypatch.setattr("httpx2.Client.send", send)
    read(MistralModel(MistralSettings(key="k", url=None, model="m"), backoff=0.0).stream(ASK))
    assert asked == ["api.eu.mistral.ai"]


def test_a_key_with_an_accent_is_a_refused_key(server: FakeMistral) -> None:
    settings = MistralSettings(key="clé", url=server.url, model="m")
    assert read(MistralModel(settings, backoff=0.0).stream(ASK)) == ("", mistral.BY_STATUS[401])
    assert server.requests == []
