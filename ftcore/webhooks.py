"""The callbacks' door: what the gateway posts is made durable before it gets its 200.

The vendor signs nothing, so the address holds a secret. Reading what came happens elsewhere
(`outreach.inbox`): here a form is checked for shape, stored once, and acknowledged.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from urllib.parse import unquote_to_bytes

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ftcore.database import GroupCommit, utc_now
from ftcore.headers import EVERY_METHOD
from ftcore.outreach import callbacks
from ftcore.trust.callback_secrets import KnownSecrets

log = logging.getLogger(__name__)

LARGEST_FORM = 64 * 1024

# What a form must hold to be of that kind. Other fields are kept; their absence is no fault.
_REQUIRED = {
    "delivery": ("id", "status"),
    "incoming": ("from", "text"),
    "opt_out": ("phoneNumber",),
}
_KINDS = {"delivery": "delivery", "incoming": "incoming", "opt-out": "opt_out"}


# A status and headers beside the length of nothing.
_Answer = tuple[int, *tuple[tuple[bytes, bytes], ...]]
_TOO_MANY: _Answer = (429, (b"retry-after", b"1"))


class _Malformed(Exception):
    """A form that cannot be a callback; the text says why, without anything from the form."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From where callbacks may come (None: from anywhere), and how many a second from one address.

    `guesses` are wrong secrets. What is refused for its rate is lost to nobody: the gateway tries again.
    """

    allowed: tuple[IPv4Network | IPv6Network, ...] | None = None
    callbacks: float = 5_000.0
    guesses: float = 10.0


def routes(
    group_commit: GroupCommit, known: KnownSecrets, on_stored: Callable[[], None], limits: Limits | None = None
) -> list[Route]:
    """The routes POST /callbacks/SECRET/{delivery,incoming,opt-out}; every other method gets 405."""
    door = _Door(group_commit, known, on_stored, limits or Limits())
    return [Route("/callbacks/{secret}/{kind}", door, methods=EVERY_METHOD)]


class _Door:
    """The ASGI endpoint behind those routes."""

    def __init__(
        self, group_commit: GroupCommit, known: KnownSecrets, on_stored: Callable[[], None], limits: Limits
    ) -> None:
        self._group_commit = group_commit
        self._known = known
        self._on_stored = on_stored
        self._limits = limits
        self._callbacks = Buckets(limits.callbacks)
        self._guesses = Buckets(limits.guesses)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Without the framework's request and response: they cost as much as all the rest of a callback.
        status, *more = await self._answer(scope, receive)
        headers = [(b"content-length", b"0"), *more]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        # No body: it would be written apart from its head, a second call of the system for each callback.
        await send({"type": "http.response.body", "body": b""})

    async def _answer(self, scope: Scope, receive: Receive) -> _Answer:
        caller = scope["client"][0] if scope.get("client") else ""
        if not _is_allowed(caller, self._limits.allowed):
            return (403,)
        kind = _KINDS.get(scope["path_params"]["kind"])
        if kind is None or not await self._opens(str(scope["path_params"]["secret"])):
            # Who guesses is slowed down; who knows a secret is not, even behind the same address.
            return (404,) if self._guesses.take(caller) else _TOO_MANY
        if scope["method"] != "POST":
            return 405, (b"allow", b"POST")
        if not self._callbacks.take(caller):
            return _TOO_MANY
        headers = dict(scope["headers"])
        try:
            body = await _body(headers.get(b"content-length", b"0"), receive)
            form = _read_form(kind, body, headers.get(b"content-type", b"").decode("latin-1"))
        except _Malformed as fault:
            log.warning("malformed %s callback: %s", kind, fault)
            return (400,)
        try:
            await self._group_commit.committed("callback", callbacks.stored(kind, form, utc_now()))
        except Exception:
            log.exception("a callback could not be stored")
            return 503, (b"retry-after", b"30")
        self._on_stored()
        return (200,)

    async def _opens(self, secret: str) -> bool:
        if self._known.is_stale():
            try:
                await asyncio.to_thread(self._known.refresh)
            except Exception:
                log.exception("the callbacks' secrets could not be read; those known before stay valid")
        return self._known.opens(secret)


def _is_allowed(caller: str, allowed: Sequence[IPv4Network | IPv6Network] | None) -> bool:
    if allowed is None:
        return True
    try:
        address = ip_address(caller)
    except ValueError:
        return False
    if address.version == 6 and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in allowed)


class Buckets:
    """A token bucket for each address: `rate` a second, four seconds' worth at once."""

    MOST_ADDRESSES = 10_000

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> bool:
        tokens = self._tokens(address)
        taken = tokens >= 1.0
        self._left[address] = (tokens - taken, self._clock())
        self._left.move_to_end(address)
        if len(self._left) > self.MOST_ADDRESSES:
            self._left.popitem(last=False)
        return taken

    def _tokens(self, address: str) -> float:
        full = 4 * self._rate
        tokens, since = self._left.get(address, (full, self._clock()))
        return min(full, tokens + (self._clock() - since) * self._rate)


async def _body(declared: bytes, receive: Receive) -> bytes:
    """The body, refused as soon as it is larger than any callback: the framework sets no total limit."""
    if not declared.isdigit() or int(declared) > LARGEST_FORM:
        raise _Malformed("the form is too large")
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise _Malformed("the caller went away")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_FORM:
            raise _Malformed("the form is too large")
    return body


def _read_form(kind: str, body: bytes, content_type: str) -> dict[str, str]:
    if content_type.split(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise _Malformed("not a form")
    try:
        pairs = read_pairs(body)
    except ValueError as error:
        raise _Malformed("unreadable form") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise _Malformed("a field stands twice")
    missing = [name for name in _REQUIRED[kind] if not form.get(name) and name != "text"]
    if missing or any(name not in form for name in _REQUIRED[kind]):
        raise _Malformed("a required field is missing")
    return form


MOST_FIELDS = 50


def read_pairs(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form in their order, as `urllib.parse.parse_qsl` reads them strictly, in a quarter of its time.

    Raises ValueError for what is no form: other bytes than ASCII, a field without "=", more than fifty of
    them, an escape that is not UTF-8.
    """
    fields = body.decode("ascii").split("&")
    if len(fields) > MOST_FIELDS:
        raise ValueError("too many fields")
    pairs = [field.partition("=") for field in fields]
    if not all(equals for _, equals, _ in pairs):
        raise ValueError("a field without a value")
    return [(_plain(name), _plain(value)) for name, _, value in pairs]


def _plain(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    return unquote_to_bytes(text).decode("utf-8") if "%" in text else text
