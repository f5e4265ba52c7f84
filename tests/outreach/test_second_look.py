"""A language model may propose how to read a doubtful reply; a person decides, and nothing leaves."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from ftcore.adapters.mistral import MistralModel
from ftcore.drafting.budget import metered, today
from ftcore.outreach.second_look import SecondLook
from ftcore.settings import MistralSettings

DOUBTFUL = "Awa Essai ici, la girouette tourne au vent du soir 0639980042"


class _Mistral(BaseHTTPRequestHandler):
    """Answers what the test wants, as the real server streams it."""

    said = ""
    status = 200
    asked: list[dict[str, Any]] = []  # noqa: RUF012 - the handler is made anew for each request

    def do_POST(self) -> None:
        self.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.status)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for text, finish in ((self.said, None), ("", "stop")):
            chunk = {
                "id": "1",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "m",
                "choices": [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": finish}],
            }
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def mistral(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[type[_Mistral], MistralModel]]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    handler = type("Handler", (_Mistral,), {"asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings = MistralSettings("key-of-the-test", f"http://127.0.0.1:{http.server_port}", "m")
        yield handler, MistralModel(settings, backoff=0.0)
        http.shutdown()
        thread.join()


def looking(town: Any, model: MistralModel, cap: int = 100_000) -> SecondLook:
    return SecondLook(
        town.database, lambda agency: metered(model, town.database, agency, cap, lambda: town.now), lambda: town.now
    )


def doubtful(town: Any, body: str = DOUBTFUL) -> None:
    """Somebody was asked, and answered what is stored as doubt."""
    [person] = town.people()
    town.launch([person])
    town.accepted()
    town.writes(town.phone(person), body)
    town.database.transact(
        lambda tx: (
            tx.execute("UPDATE reply SET reading = 'unclear', confidence = 0.5, rule = '« vent »'"),
            tx.execute("UPDATE conversation SET state = 'unclear'"),
        )
    )


def stored(town: Any) -> tuple[str, str, float]:
    [row] = town.database.rows("SELECT reading, rule, confidence FROM reply")
    return row["reading"], row["rule"], row["confidence"]


def test_what_the_language_model_says_is_a_proposal_and_changes_nothing_else(town: Any, mistral: Any) -> None:
    server, model = mistral
    server.said = '{"answer": "yes", "has_question": false}'
    doubtful(town)
    before = len(town.messages())
    look = looking(town, model)
    assert (look.turn(), look.turn()) == (1, 0)
    reading, rule, confidence = stored(town)
    assert (reading, confidence) == ("unclear", 0.5)
    assert rule == "lu par le modèle de langue : peut-être « Oui » ; avant lui : « vent »"
    assert town.conversations() == ["unclear"]
    assert len(town.messages()) == before, "no SMS follows"
    assert today(town.database, town.counselor, town.now) > 0


def test_neither_name_nor_number_leaves(town: Any, mistral: Any) -> None:
    server, model = mistral
    server.said = '{"answer": "no", "has_question": false}'
    doubtful(town)
    looking(town, model).turn()
    [request] = server.asked
    sent = json.dumps(request, ensure_ascii=False)
    assert "girouette" in sent
    assert "Awa" not in sent
    assert "0639980042" not in sent
    said = request["response_format"]["json_schema"]["schema"]["properties"]["answer"]["enum"]
    assert "stop" not in said


@pytest.mark.parametrize(
    "said",
    [
        pytest.param('{"answer": "unclear", "has_question": false}', id="it cannot read it either"),
        pytest.param('{"answer": "stop", "has_question": false}', id="it may not say stop"),
        pytest.param("bien sûr !", id="no JSON"),
    ],
)
def test_nothing_is_shown_where_the_language_model_has_no_fit_answer(town: Any, mistral: Any, said: str) -> None:
    server, model = mistral
    server.said = said
    doubtful(town)
    look = looking(town, model)
    assert (look.turn(), look.turn()) == (1, 0), "a message is looked at once"
    assert stored(town)[1] == "« vent »"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param("UPDATE reply SET corrected = 'no'", "a person has read it", id="corrected"),
        pytest.param("UPDATE reply SET confidence = 0.93", "it is surely unclear", id="sure"),
        pytest.param("UPDATE reply SET reading = 'no'", "it was read", id="read"),
        pytest.param("UPDATE conversation SET state = 'stopped'", "nobody waits", id="stopped"),
        pytest.param("UPDATE reply SET body = 'stop je verrai'", "it may be an opt-out", id="perhaps a STOP"),
    ],
)
def test_only_doubt_that_waits_for_a_person_is_looked_at(town: Any, mistral: Any, change: str, why: str) -> None:
    server, model = mistral
    doubtful(town)
    town.database.transact(lambda tx: tx.execute(change))
    looking(town, model).turn()
    assert server.asked == [], why


def test_old_doubt_and_an_exhausted_day_ask_nothing(town: Any, mistral: Any) -> None:
    server, model = mistral
    doubtful(town)
    assert looking(town, model, cap=10).turn() == 1
    town.now += timedelta(hours=2)
    assert looking(town, model).turn() == 0
    assert server.asked == []


def test_once_stopped_it_asks_nothing(town: Any, mistral: Any) -> None:
    server, model = mistral
    doubtful(town)
    look = looking(town, model)
    look.stop()
    assert look.turn() == 0
    assert server.asked == []
