"""What the callbacks' door asks of a request, wherever it stands: address, method, rate, size, form.

Light to import: the door that is a process of its own starts with nothing but this.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any
from urllib.parse import unquote_to_bytes

from ftcore.outreach import callbacks

log = logging.getLogger(__name__)

LARGEST_FORM = 64 * 1024

# What a form must hold to be of that kind. Other fields are kept; their absence is no fault.
_REQUIRED = {
    "delivery": ("id", "status"),
    "incoming": ("from", "text"),
    "opt_out": ("phoneNumber",),
}
KINDS = {"delivery": "delivery", "incoming": "incoming", "opt-out": "opt_out"}


Row = dict[str, Any]
# A status and headers beside the length of nothing.
Answer = tuple[int, *tuple[tuple[bytes, bytes], ...]]
_TOO_MANY: Answer = (429, (b"retry-after", b"1"))


class Malformed(Exception):
    """A form that cannot be a callback; the text says why, without anything from the form."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From where callbacks may come (None: from anywhere), and how many a second from one address.

    `guesses` are wrong secrets. What is refused for its rate is lost to nobody: the gateway tries again.
    """

    allowed: tuple[IPv4Network | IPv6Network, ...] | None = None
    callbacks: float = 5_000.0
    guesses: float = 10.0


class Guard:
    """Says what a request is refused for, before anything of its body counts."""

    def __init__(self, opens: Callable[[str], bool], limits: Limits) -> None:
        self._opens = opens
        self._allowed = limits.allowed
        self._callbacks = Buckets(limits.callbacks)
        self._guesses = Buckets(limits.guesses)

    def refusal(self, caller: str, method: str, secret: str, kind: str) -> Answer | None:
        """The answer to a request that is no callback of this door's, or None. `kind` is as in the address."""
        if self._allowed is not None and not is_within(caller, self._allowed):
            return (403,)
        if kind not in KINDS or not self._opens(secret):
            # Who guesses is slowed down; who knows a secret is not, even behind the same address.
            return (404,) if self._guesses.take(caller) else _TOO_MANY
        if method != "POST":
            return 405, (b"allow", b"POST")
        return None if self._callbacks.take(caller) else _TOO_MANY


def announced(length: bytes) -> None:
    """Raise Malformed where the announced length of a body is none, or larger than any callback."""
    if not length.isdigit() or int(length) > LARGEST_FORM:
        raise Malformed("the form is too large")


def row_of(kind: str, body: bytes, content_type: bytes) -> Row:
    """The row of table `callback` that this body is. Raises Malformed, and says so in the log."""
    kind = KINDS[kind]
    try:
        if len(body) > LARGEST_FORM:
            raise Malformed("the form is too large")
        form = _read_form(kind, body, content_type.decode("latin-1"))
    except Malformed as fault:
        complain(kind, fault)
        raise
    return callbacks.stored(kind, form, datetime.now(UTC).replace(tzinfo=None))


def complain(kind: str, fault: Malformed) -> None:
    """Note a malformed callback: its kind and why, nothing personal."""
    log.warning("malformed %s callback: %s", kind, fault)


def is_within(address: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    """Whether the address, also one of IPv4 as IPv6 writes it, is in one of these networks."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if found.version == 6 and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in network for network in networks)


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


def _read_form(kind: str, body: bytes, content_type: str) -> dict[str, str]:
    if content_type.split(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise Malformed("not a form")
    try:
        pairs = read_pairs(body)
    except ValueError as error:
        raise Malformed("unreadable form") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Malformed("a field stands twice")
    missing = [name for name in _REQUIRED[kind] if not form.get(name) and name != "text"]
    if missing or any(name not in form for name in _REQUIRED[kind]):
        raise Malformed("a required field is missing")
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
