"""Headers that keep a browser from doing with our pages what nobody meant; Streamlit sends none of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A route registers them all and answers 405 itself: an unknown method would fall through to the pages, with 200.
EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]

# Streamlit's front end evaluates compiled templates and sets inline styles; nothing comes from elsewhere.
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' ws: wss:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


# As they stand in an answer, also of the callbacks' door that is a process of its own.
SAFETY_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)
_NAMES = {name for name, _ in SAFETY_HEADERS}


class SafetyHeaders:
    """ASGI middleware that adds the headers to every HTTP answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                others = [(name, value) for name, value in message["headers"] if name.lower() not in _NAMES]
                message["headers"] = [*others, *SAFETY_HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers)


# Asked by machines that know the program by another name: a gateway behind a proxy, a probe, a collector of metrics.
# They have a secret of their own, or say nothing of anybody.
_BY_ANY_NAME = ("/callbacks/", "/health/", "/metrics")


class KnownHosts:
    """ASGI middleware that refuses a request for a host of another name, as a page elsewhere makes it by DNS rebinding.

    Streamlit asks `server.allowedHosts` for its WebSocket only.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_BY_ANY_NAME) or self._knows(dict(scope["headers"])):
            await self._app(scope, receive, send)
            return
        text = b"Cette adresse n'est pas celle du programme."
        kind = (b"content-type", b"text/plain; charset=utf-8")
        length = (b"content-length", str(len(text)).encode())
        await send({"type": "http.response.start", "status": 421, "headers": [kind, length]})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else text})

    def _knows(self, headers: dict[bytes, bytes]) -> bool:
        try:
            return urlsplit(f"//{headers.get(b'host', b'').decode('latin-1')}").hostname in self._hosts
        except ValueError:
            return False
