"""The address somebody came with, kept while they sign in: Streamlit leads everybody to the first page.

The page's own address comes with the request that begins the sign-in, as its Referer. It waits in a cookie of the
browser, one for each sign-in, as two tabs may sign in at once, and only the return from the provider is shown it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qs, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A shared view of Mesures has some 300 characters. What is longer comes back to its page without its choices: many
# cookies together must not outgrow what a proxy takes.
LONGEST = 800
# As long as somebody looks for their password or their telephone.
_SECONDS = 15 * 60
# Our pages are single words: nothing else of this host is led to, least of all the way out.
_PAGE = re.compile(r"/[a-z]+")
_QUERY = re.compile(r"[\w%.~!*'()+&=:@/?$,;-]+", re.ASCII)
_PORTS = {"http": 80, "https": 443}


def own_page(address: str, public_url: str) -> str | None:
    """The path and query of an address where it is one of our pages, else None; without the query if that is too long.

    `address` is whole, or begins with its path.
    """
    ours = urlsplit(public_url)
    try:
        came = urlsplit(address)
        if (came.scheme or came.netloc) and _origin(came) != _origin(ours):
            return None
    except ValueError:
        return None
    if not came.path.startswith(ours.path) or not _PAGE.fullmatch(came.path.removeprefix(ours.path)):
        return None
    whole = f"{came.path}?{came.query}"
    return whole if _QUERY.fullmatch(came.query) and len(whole) <= LONGEST else came.path


class WayBack:
    """ASGI middleware around Streamlit's sign-in: after it, one is where one was before."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self._app = app
        self._public_url = public_url
        base = urlsplit(public_url).path
        self._leaving, self._returning = f"{base}/auth/login", f"{base}/oauth2callback"
        self._secure = "; Secure" if public_url.startswith("https:") else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == self._leaving:
            send = self._keeping(Request(scope), send)
        elif scope["type"] == "http" and scope["path"] == self._returning:
            send = self._leading_back(Request(scope), send)
        await self._app(scope, receive, send)

    def _keeping(self, request: Request, send: Send) -> Send:
        page = own_page(request.headers.get("referer", ""), self._public_url)

        async def keep(message: Message) -> None:
            if page is not None and message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                # What the provider is asked with, and gives back: it makes one sign-in differ from the next.
                state = parse_qs(urlsplit(headers.get("location", "")).query).get("state")
                if state:
                    value = base64.urlsafe_b64encode(page.encode()).decode().rstrip("=")
                    headers.append("set-cookie", self._cookie(_name(state[0]), value, _SECONDS))
            await send(message)

        return keep

    def _leading_back(self, request: Request, send: Send) -> Send:
        name = _name(request.query_params.get("state", ""))
        kept = request.cookies.get(name)

        async def lead_back(message: Message) -> None:
            if kept is not None and message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                # A browser may have been told any cookie: it is looked at like an address from anywhere. Also where
                # the provider refused: one asks again from the same place.
                page = own_page(_decoded(kept), self._public_url)
                if page is not None and "location" in headers:
                    headers["location"] = page
                headers.append("set-cookie", self._cookie(name, "", 0))
            await send(message)

        return lead_back

    def _cookie(self, name: str, value: str, seconds: int) -> str:
        return f"{name}={value}; Max-Age={seconds}; Path={self._returning}; HttpOnly; SameSite=Lax{self._secure}"


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _name(state: str) -> str:
    return f"entremise_retour_{hashlib.sha256(state.encode()).hexdigest()[:16]}"


def _decoded(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except ValueError:
        return ""
