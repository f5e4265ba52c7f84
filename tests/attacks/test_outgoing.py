"""Where the program connects to: the gateway and the model that were configured, and nobody else.

OWASP ASVS 5.0: V13.2.4, V13.2.5 (allowed destinations), V15.3.2 (no redirect is followed).
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from ftcore.adapters.africastalking import AfricasTalkingGateway
from ftcore.errors import FtError
from ftcore.settings import SmsSettings
from tests.adapters import test_africastalking as gateway_tests
from tests.adapters import test_mistral as model_tests

vendors, server = gateway_tests.vendors, model_tests.server
PROJECT = Path(__file__).parents[2]
# Who may open a connection or listen, and why.
CONNECT = {
    "ftcore/adapters/africastalking.py": "the gateway",
    "ftcore/adapters/mistral.py": "the model",
    "ftcore/adapters/sandbox/network.py": "the sandbox, which posts to our own callbacks",
    "ftcore/matching/reference_fetch.py": "a command of the operator, to the two official sources",
    "ftcore/commands/run.py": "looks for a free port",
    "ftcore/rehearsal.py": "listens on loopback for a rehearsal",
    "ftcore/listening.py": "its own listening socket",
    "ftcore/webhooks/door.py": "its own listening socket",
    "ftcore/webhooks/keeper.py": "its own listening socket",
    "ftcore/operations/control.py": "a command asks the program that runs, over a socket file of this machine",
}
_LIBRARIES = {"requests", "httpx2", "httpx", "socket", "http.client", "urllib.request", "urllib3", "aiohttp", "smtplib",
              "ftplib", "websockets"}  # fmt: skip

_asked: list[tuple[str, Any]] = []
_watching = False


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and event == "socket.connect":
        _asked.append((event, arguments[1]))
    elif _watching and event == "socket.getaddrinfo":
        _asked.append((event, arguments[:2]))


@contextmanager
def watched() -> Iterator[list[tuple[str, Any]]]:
    """Every address that this process connects to, as the interpreter itself reports it."""
    global _watching
    if _hook not in _hooks:
        sys.addaudithook(_hook)
        _hooks.append(_hook)
    _asked.clear()
    _watching = True
    yield _asked
    _watching = False


_hooks: list[Any] = []


@pytest.mark.parametrize("status", [200, 301, 302, 303, 307, 308, 500])
def test_only_the_two_configured_hosts_are_contacted_whatever_they_answer(
    vendors: Callable[[], gateway_tests.Vendor], server: model_tests.FakeMistral, status: int
) -> None:
    vendor, stranger = vendors(), vendors()
    body = gateway_tests.accepted() if status == 200 else ""
    away = f"{stranger.url}/messaging"
    vendor.answer = gateway_tests.says(status, body, Location=away)
    if status != 200:
        server.answer = model_tests.fails(status, {"Location": away})
    gateway = AfricasTalkingGateway(SmsSettings("agence", gateway_tests.KEY, None, vendor.url))
    with watched() as asked:
        for number in range(3):
            with suppress(FtError):
                gateway.send(gateway_tests.PHONE, f"Bonjour {number}")
        with suppress(FtError):
            gateway.fetch("0")
        with suppress(FtError):
            list(model_tests.model(server).stream(model_tests.ASK))
    ports = {address[1] for event, address in asked if event == "socket.connect"}
    configured = {int(url.rpartition(":")[2].partition("/")[0]) for url in (vendor.url, server.url)}
    assert ports == configured
    assert {address[0] for _, address in asked} <= {"127.0.0.1", b"127.0.0.1"}
    assert (stranger.forms, stranger.headers) == ([], [])


def test_nothing_else_of_the_program_knows_how_to_connect() -> None:
    found = set()
    for file in sorted([*PROJECT.glob("ftcore/**/*.py"), *PROJECT.glob("pages/*.py"), PROJECT / "app.py"]):
        text = file.read_text()
        if not any(name.partition(".")[0] in text for name in _LIBRARIES):
            continue
        for node in ast.walk(ast.parse(text)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name in _LIBRARIES or name.partition(".")[0] in _LIBRARIES for name in names):
                found.add(str(file.relative_to(PROJECT)))
    assert found <= CONNECT.keys()
