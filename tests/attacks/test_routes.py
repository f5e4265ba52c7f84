"""Every address of the running program, by every method, as somebody with a socket asks for it.

OWASP ASVS 5.0: V3.4.3, V3.4.4, V3.4.5, V3.4.6 (headers), V3.5.1 (forged requests), V3.3 (cookies), V4.1.4 and V13.4.4
(methods), V4.4.2 (origin of a WebSocket), V5.3.2 and V13.4.7 (paths), V13.4.2 (no debugging).
"""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ftcore.headers import EVERY_METHOD
from tests.e2e.conftest import free_port, served

ROUTES = (
    "/", "/redaction", "/mesures", "/administration", "/nulle-part", "/a/b/c", "/index.html", "/favicon.png",
    "/static/js/index.js", "/static/nothing.css", "/app/static/nothing.png", "/media/nothing.csv",
    "/component/nothing/index.html", "/_stcore/health", "/_stcore/host-config", "/_stcore/stream",
    "/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/upload_file/x/y", "/_stcore/bidi-components/x/y",
    "/callbacks/wrong/delivery", "/callbacks/wrong", "/sandbox/africastalking/version1/messaging",
    "/sandbox/nothing", "/auth/login", "/auth/logout", "/oauth2callback", "/?embed=true",
)  # fmt: skip
SECRETS = ("FT_", "root:", "[server]", "import streamlit", "CREATE TABLE", "DUCK")
PATHS = (
    "/../app.py", "/static/../../app.py", "/static/..%2f..%2fapp.py", "/static/%2e%2e/%2e%2e/.streamlit/config.toml",
    "/media/../../../../etc/passwd", "/media/..%2f..%2f..%2fetc%2fpasswd", "/media/%252e%252e%252fetc%252fpasswd",
    "/app/static/../../app.py", "/app/static/..%5c..%5capp.py", "/component/../../app.py",
    "/component/x/..%2f..%2f..%2fapp.py", "/_stcore/upload_file/../../app.py",
    "/_stcore/bidi-components/x/../../app.py",
    "//etc/passwd", "/static//etc/passwd", "/static/%00/app.py", "/callbacks/../app.py", "/.git/config", "/.env",
    "/data/entremise.duckdb", "/essai.duckdb", "/pages/main.py", "/.streamlit/secrets.toml",
)  # fmt: skip


class Address:
    """Where the program listens; asks without a client that would tidy up what is asked."""

    def __init__(self, url: str) -> None:
        self.port = int(urlsplit(url).port or 0)

    def ask(
        self, method: str, path: str, host: str | None = None, body: bytes = b"", **headers: str
    ) -> tuple[int, dict[str, str], str]:
        """Status, headers (in small letters) and body."""
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {host or f'127.0.0.1:{self.port}'}",
            f"Content-Length: {len(body)}",
        ]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if "Upgrade" not in headers:
            lines.append("Connection: close")
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as line:
            line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body)
            answer = b""
            while came := line.recv(65536):
                answer += came
                if b" 101 " in answer[:20] and b"\r\n\r\n" in answer:
                    break
        head, _, text = answer.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        told = {name.strip().lower(): value.strip() for name, _, value in (each.partition(":") for each in rest)}
        return int(first.split()[1]), told, text.decode("utf-8", "replace")

    def websocket(self, origin: str | None, host: str | None = None) -> int:
        """The status that the handshake of a page's WebSocket gets; 101 is an open line."""
        more = {"Origin": origin} if origin else {}
        key = base64.b64encode(b"0123456789abcdef").decode()
        status, _, _ = self.ask("GET", "/_stcore/stream", host, Upgrade="websocket", Connection="Upgrade",
                                Sec_WebSocket_Version="13", Sec_WebSocket_Key=key, **more)  # fmt: skip
        return status


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    with served(tmp_path_factory.mktemp("house"), free_port(), {"FT_DEMO": "0"}) as url:
        yield Address(url)


def test_every_answer_says_what_a_browser_must_not_do(address: Address) -> None:
    missing = []
    for route in ROUTES:
        for method in EVERY_METHOD:
            _, headers, _ = address.ask(method, route)
            policy = headers.get("content-security-policy", "")
            wanted = ("frame-ancestors 'none'", "object-src 'none'", "default-src 'self'", "base-uri")
            if not all(each in policy for each in wanted) or headers.get("x-content-type-options") != "nosniff":
                missing.append(f"{method} {route}")
            if headers.get("referrer-policy") != "same-origin":
                missing.append(f"{method} {route}: referrer")
    assert missing == []


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "PROPFIND", "DEBUG", "CONNECT"])
def test_a_method_that_nobody_needs_gives_nothing_back(address: Address, method: str) -> None:
    for route in ("/", "/callbacks/wrong/delivery", "/_stcore/health"):
        _, _, body = address.ask(method, route, X_Probe="zzprobezz")
        assert "zzprobezz" not in body


@pytest.mark.parametrize(
    "host", ["attaque.example", "attaque.example:80", "127.0.0.1.attaque.example", "localhost@x", ""]
)
def test_a_request_for_another_host_is_refused(address: Address, host: str) -> None:
    for route in ("/", "/media/x", "/_stcore/host-config", "/_stcore/upload_file/x/y", "/static/js/index.js"):
        status, headers, _ = address.ask("GET", route, host or " ")
        assert status in (400, 421), route
        assert status == 400 or headers["x-content-type-options"] == "nosniff"
    assert address.websocket(None, host or " ") in (400, 403)


def test_a_probe_and_the_gateway_may_know_the_program_by_another_name(address: Address) -> None:
    assert address.ask("POST", "/callbacks/wrong/delivery", "entremise.internal")[0] == 404


@pytest.mark.parametrize(
    "origin",
    [
        "https://attaque.example",
        "http://localhost.attaque.example",
        "null",
        "file://",
    ],
)
def test_a_page_of_somebody_else_opens_no_websocket(address: Address, origin: str) -> None:
    assert address.websocket(origin) == 403


def test_our_own_page_opens_one(address: Address) -> None:
    assert address.websocket(f"http://127.0.0.1:{address.port}") == 101


def test_nothing_is_uploaded_or_deleted_without_a_token_and_a_session(address: Address) -> None:
    for method in ("PUT", "DELETE", "POST"):
        status, _, _ = address.ask(method, "/_stcore/upload_file/no-session/no-file", body=b"x" * 10)
        assert status in (400, 403, 405), method


def test_no_cookie_that_opens_something_can_be_read_by_a_script_or_goes_elsewhere(address: Address) -> None:
    for route in ROUTES:
        _, headers, _ = address.ask("GET", route)
        cookie = headers.get("set-cookie", "").lower()
        # The token against forged requests must be read by our page, to be sent back as a header.
        assert not cookie or "samesite=" in cookie, route
        assert not cookie or cookie.startswith("_streamlit_xsrf=") or "httponly" in cookie or '=""' in cookie, route


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out_of_what_is_served(address: Address, path: str) -> None:
    for method in ("GET", "POST"):
        _, _, body = address.ask(method, path)
        assert not any(secret in body for secret in SECRETS), body[:200]


def test_no_answer_tells_of_the_inside(address: Address) -> None:
    for route in (*ROUTES, "/" + "x" * 5000, "/%ff%fe", "/callbacks/%ff/delivery"):
        for method in ("GET", "POST"):
            _, _, body = address.ask(method, route, body=b"\xff\x00{")
            assert "Traceback" not in body
            assert 'File "' not in body
            assert str(Path.home()) not in body
