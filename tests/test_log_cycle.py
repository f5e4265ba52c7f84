"""A full day at DEBUG, with everything that libraries say: no planted key, number or text is in the logs."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from pydantic import BaseModel
from streamlit.testing.v1 import AppTest

from ftcore import logs, rehearsal, services
from ftcore.adapters.africastalking import AfricasTalkingGateway
from ftcore.adapters.mistral import MistralModel
from ftcore.database import Database
from ftcore.drafting.assistant import Ask, Turn
from ftcore.errors import FtError
from ftcore.phones import mask
from ftcore.settings import Settings

PROJECT = Path(__file__).parents[1]
SECRETS = {
    "FT_MISTRAL_KEY": "planted-mistral-key-0001",
    "FT_SMS_KEY": "planted-gateway-key-0002",
    "FT_CALLBACK_SECRET": "planted-callback-secret-0003",
    "FT_METRICS_TOKEN": "planted-metrics-token-0004",
    "FT_DATABASE_KEY": "planted-database-key-0005",
    "FT_DATABASE": "postgresql://account:planted-p%40ssword-0006@127.0.0.1:9/base",
}
PLANTED = [*(value for name, value in SECRETS.items() if name != "FT_DATABASE"),
           "planted-p%40ssword-0006", "planted-p@ssword-0006", "planted-code-0007"]  # fmt: skip
NUMBERS = [
    "+33639980001", "0639980001", "06 39 98 00 01", "06.39.98.00.01", "06-39-98-00-01", "+33 6 39 98 00 01",
    "+33 (0)6 39 98 00 01", "0033639980001", "33639980001", "%2B33639980001",
    "+33\u00a06\u00a039\u00a098\u00a000\u00a001",
    "06\u202f39\u202f98\u202f00\u202f01", "tel:+33639980001", "+33-6-39-98-00-01",
]  # fmt: skip
WORDS = "je suis malade depuis mardi et ma fille aussi"


@contextmanager
def everything_said(kind: str) -> Iterator[io.StringIO]:
    """All that any logger says at DEBUG, formatted as the program does; the usual logging comes back after."""
    root, written = logging.getLogger(), io.StringIO()
    before = (
        logging.getLogRecordFactory(), logging.Handler.format, root.level, sys.excepthook, threading.excepthook,
        sys.unraisablehook,
    )  # fmt: skip
    levels = {name: logging.getLogger(name).level for name in list(logging.root.manager.loggerDict)}
    logs.set_up(kind, [])
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter(logs.TEXT))
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    for name in levels:
        logger = logging.getLogger(name)
        logger.setLevel(logging.DEBUG)
        if not logger.propagate:
            logger.addHandler(handler)
    try:
        yield written
    finally:
        logging.captureWarnings(False)
        root.removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
            logging.getLogger(name).removeHandler(handler)
        factory, plain_format, level, hook, thread_hook, unraisable_hook = before
        logging.setLogRecordFactory(factory)
        logging.Handler.format = plain_format  # type: ignore[method-assign]
        root.setLevel(level)
        sys.excepthook, threading.excepthook, sys.unraisablehook = hook, thread_hook, unraisable_hook


class _Model(BaseHTTPRequestHandler):
    """A model that repeats what it was asked: in an answer, in an error, and in what is no JSON at all."""

    asked = 0

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        _Model.asked += 1
        if self.path.endswith("/messaging"):
            self._answer(500, body)
        elif _Model.asked % 2:
            self._answer(422, json.dumps({"detail": [{"msg": body, "input": body}]}))
        else:
            self._answer(200, json.dumps({"choices": body}))

    def _answer(self, status: int, body: str) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        return


@contextmanager
def repeating_server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Model)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Form(BaseModel):
    years: int


def _ask_models_and_gateways(settings: Settings, url: str) -> None:
    assert settings.mistral is not None
    assert settings.sms is not None
    model = MistralModel(settings.mistral)
    ask = Ask("offer", "offer/1", f"{WORDS} {NUMBERS[0]}", (Turn("user", f"{WORDS} {NUMBERS[2]}"),))
    for _ in range(2):
        with suppress(FtError):
            list(model.stream(ask))
        with suppress(FtError):
            model.parse(ask, _Form)
    with suppress(FtError):
        AfricasTalkingGateway(settings.sms).send(NUMBERS[0], WORDS)
    secret = SECRETS["FT_CALLBACK_SECRET"]
    requests.post(f"{url}/callbacks/{secret}/incoming?code=planted-code-0007", data={"text": WORDS}, timeout=5)
    httpx.get(f"{url}/oauth2callback?state=x&code=planted-code-0007", headers={"Authorization": f"Bearer {secret}"})


def _fail_everywhere() -> None:
    """Everything that can raise with data in its words."""
    log = logging.getLogger("anybody")
    database = Database.open(":memory:")
    for fail in (
        lambda: database.transact(lambda tx: tx.execute("SELECT CAST($1 AS INTEGER)", WORDS)),
        lambda: database.transact(lambda tx: tx.execute(f"SELECT '{WORDS}' + nothing")),
        lambda: _Form.model_validate({"years": WORDS}),
        lambda: int(WORDS),
        lambda: Settings.from_env({"FT_DATABASE": SECRETS["FT_DATABASE"], "FT_MISTRAL_KEY": "ab cd"}),
        lambda: Database.open(SECRETS["FT_DATABASE"]),
        lambda: {}[f"{NUMBERS[0]}"],  # type: ignore[index]
    ):
        try:
            fail()
        except Exception:
            log.exception("failed")
    database.close()
    for number in NUMBERS:
        log.debug("to %s", number)
        log.info(json.dumps({"phone": number, "k": SECRETS["FT_SMS_KEY"]}))
        warnings.warn(f"cannot reach {number} with {SECRETS['FT_MISTRAL_KEY']}", stacklevel=1)

    def raise_it() -> None:
        raise RuntimeError(f"no route to {NUMBERS[3]} with {SECRETS['FT_SMS_KEY']}")

    thread = threading.Thread(target=raise_it)
    thread.start()
    thread.join()

    async def in_the_loop() -> None:
        asyncio.get_running_loop().call_soon(raise_it)
        await asyncio.sleep(0.01)

    asyncio.run(in_the_loop())
    try:
        raise_it()
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)


def _open_a_page_that_fails() -> None:
    def page() -> None:
        # In pieces: a traceback shows the line of the source too.
        words = " ".join(["je", "suis", "malade", "depuis", "mardi", "et", "ma", "fille", "aussi"])
        raise ValueError(f"cannot draw '{words}' of +33{6399}{80001}")

    AppTest.from_function(page).run()
    from pages.frame import show_error

    show_error(ValueError(f"cannot draw '{WORDS}' of {NUMBERS[0]}"))


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("kind", ["text", "json"])
def test_a_full_cycle_leaves_no_key_no_number_and_no_text_in_the_logs(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: set[str] = set()
    build = services.build

    def built(settings: Settings, **more: Any) -> services.Services:
        house = build(settings, **more)
        stop = house.stop

        def read_then_stop() -> None:
            for table, column in (("message", "body"), ("reply", "body"), ("callback", "form")):
                texts.update(row[column] for row in house.database.rows(f"SELECT {column} FROM {table}"))
            stop()

        house.stop = read_then_stop  # type: ignore[method-assign]
        return house

    monkeypatch.setattr(services, "build", built)
    data = (PROJECT / "data" / "sample_offers.json").read_bytes()
    with repeating_server() as url, everything_said(kind) as written:
        settings = Settings.from_env(SECRETS | {"FT_MISTRAL_URL": url, "FT_SMS_USERNAME": "u", "FT_SMS_URL": url})
        if kind == "text":
            rehearsal.rehearse(data, 60, 2026, ":memory:")
        _ask_models_and_gateways(settings, url)
        _fail_everywhere()
        _open_a_page_that_fails()
    said = written.getvalue()
    assert "urllib3.connectionpool" in said
    assert "nobody caught this" in said
    for hidden in [*PLANTED, WORDS, *NUMBERS, "39980001", "39 98 00 01", "39980"]:
        assert hidden not in said, (hidden, [line for line in said.splitlines() if hidden in line][:3])
    assert mask(said) == said
    if kind == "json":
        assert all("message" in json.loads(line) for line in said.splitlines())
    else:
        assert len(texts) > 20
    for text in (text for text in texts if len(text) >= 12):
        assert text not in said, [line for line in said.splitlines() if text in line][:3]


def test_a_command_that_fails_without_a_sentence_shows_no_number(tmp_path: Path) -> None:
    import subprocess

    fail = f"import runpy, sys, click; click.Command.invoke = lambda *a: 1 / int('{NUMBERS[0]}x {WORDS}'); "
    run = "sys.argv = ['ftcore', 'occupation', 'x']; runpy.run_module('ftcore', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", fail + run], cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "nobody caught this" in done.stderr
    assert "ValueError" in done.stderr
    shown = "\n".join(line for line in done.stderr.splitlines() if not line.startswith("  "))
    assert "39980001" not in shown
    assert WORDS not in shown
