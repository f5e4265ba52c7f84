"""The real SDK against a small server on the loopback that speaks, or fails, as Mistral does."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ftcore.adapters import mistral
from ftcore.adapters.mistral import MistralModel
from ftcore.drafting.assistant import Turn, draft_offer
from ftcore.errors import ModelError
from ftcore.settings import MistralSettings

NOTES = "Notes secrètes : serveur à Rennes, CDI"


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
    return MistralModel(MistralSettings(key="key-of-the-test", url=server.url, model="mistral-small-latest"), **limits)


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
    pieces = list(model(server).stream("consigne", [Turn("user", NOTES)]))
    assert pieces == ["Titre : ", "Serveur ", "(H/F)"]


def test_the_request_holds_the_prompt_the_notes_and_the_model(server: FakeMistral) -> None:
    assert read(draft_offer(model(server), NOTES)) == ("Bonjour", None)
    [request] = server.requests
    assert server.paths == ["/v1/chat/completions#stream"] or server.paths == ["/v1/chat/completions"]
    assert request["model"] == "mistral-small-latest"
    assert request["stream"] is True
    assert [message["role"] for message in request["messages"]] == ["system", "user"]
    assert "L1132-1" in request["messages"][0]["content"]
    assert request["messages"][1]["content"] == NOTES


def test_thoughts_of_a_reasoning_model_are_no_part_of_the_draft(server: FakeMistral) -> None:
    thought = [{"type": "thinking", "thinking": [{"type": "text", "text": "hum"}]}, {"type": "text", "text": "Bonjour"}]
    server.answer = answers([thought, " !"])
    assert read(model(server).stream("", [Turn("user", NOTES)])) == ("Bonjour !", None)


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
    assert read(model(server).stream("", [Turn("user", NOTES)])) == ("Titre", mistral.CUT)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        pytest.param(401, "clé", id="refused key"),
        pytest.param(403, "clé", id="forbidden"),
        pytest.param(404, "FT_MISTRAL_MODEL", id="unknown model"),
        pytest.param(422, "refusé", id="invalid request"),
        pytest.param(429, "trop de demandes", id="too many requests"),
        pytest.param(500, "panne", id="server error"),
        pytest.param(503, "panne", id="unavailable"),
        pytest.param(302, "illisible", id="redirect, not followed"),
    ],
)
def test_each_refusal_is_a_sentence_and_nothing_is_tried_twice(
    server: FakeMistral, status: int, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    server.answer = fails(status, {"Retry-After": "86400", "Location": "http://127.0.0.1:9/elsewhere"})
    with caplog.at_level(logging.DEBUG):
        text, sentence = read(model(server).stream("", [Turn("user", NOTES)]))
    assert text == ""
    assert sentence is not None
    assert said in sentence
    assert len(server.requests) == 1
    for secret in ("secrètes", "key-of-the-test"):
        assert secret not in sentence
        assert secret not in caplog.text
    assert f"status {status}" in caplog.text


def test_a_server_that_stays_silent_is_given_up(server: FakeMistral) -> None:
    released = threading.Event()
    server.answer = lambda handler: (released.wait(5), None)[1]
    begun = time.monotonic()
    try:
        assert read(model(server, silence=0.2).stream("", [Turn("user", NOTES)])) == ("", mistral.SLOW)
        assert time.monotonic() - begun < 3
    finally:
        released.set()


def test_an_answer_that_trickles_is_cut_at_the_deadline(server: FakeMistral) -> None:
    server.answer = answers(["mot "] * 200, pause=0.05)
    begun = time.monotonic()
    text, sentence = read(model(server, silence=1.0, deadline=0.4).stream("", [Turn("user", NOTES)]))
    assert text.startswith("mot ")
    assert sentence == mistral.CUT
    assert time.monotonic() - begun < 3


def test_a_server_that_is_not_there_is_unreachable(server: FakeMistral) -> None:
    settings = MistralSettings(key="k", url="http://127.0.0.1:9", model="m")
    assert read(MistralModel(settings).stream("", [Turn("user", NOTES)])) == ("", mistral.UNREACHABLE)


def test_an_answer_that_is_no_event_stream_is_unreadable(server: FakeMistral) -> None:
    server.answer = fails(200)
    assert read(model(server).stream("", [Turn("user", NOTES)])) == ("", mistral.UNREADABLE)


def test_stopping_half_way_closes_the_connection(server: FakeMistral) -> None:
    server.answer = answers(["mot "] * 50, pause=0.01)
    pieces = model(server).stream("", [Turn("user", NOTES)])
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
    read(MistralModel(MistralSettings(key="k", url=None, model="m")).stream("", [Turn("user", NOTES)]))
    assert asked == ["api.eu.mistral.ai"]


def test_a_key_with_an_accent_is_a_refused_key(server: FakeMistral) -> None:
    settings = MistralSettings(key="clé", url=server.url, model="m")
    assert read(MistralModel(settings).stream("", [Turn("user", NOTES)])) == ("", mistral.BY_STATUS[401])
    assert server.requests == []
