"""HTTP/1.1, as much of it as a callback needs: `httptools` parses, answers leave in groups.

A general server costs more for each request than all the rest of a callback. What makes one safe is kept: limits on
the head, the body, the time and the number of connections, answers in the order of the requests, an end that does
not cut an answer off.
"""

from __future__ import annotations

import asyncio
import logging
import time
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Protocol

import httptools

from ftcore.headers import SAFETY_HEADERS
from ftcore.webhooks.checks import LARGEST_FORM, Answer
from ftcore.webhooks.tally import Tally

log = logging.getLogger(__name__)

LARGEST_HEAD = 16 * 1024
MOST_CONNECTIONS = 800
# Seconds that a request may take from its first byte to its last, and that a connection may rest between two.
REQUEST_SECONDS = 20.0
REST_SECONDS = 75.0
# And that a connection which is being closed is still read: a reset could overtake its answer.
_LINGER_SECONDS = 2.0

_KEPT = {b"content-type", b"content-length", b"expect", b"x-forwarded-for"}
NO_ROOM: Answer = (503, (b"retry-after", b"30"))


class Request:
    """One request; `body` is whole only when its end has come."""

    __slots__ = ("body", "headers", "kind", "method", "path", "peer")

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self.method = b""
        self.path = b""
        # Which kind of callback it is, once its address has been looked at.
        self.kind = ""
        self.headers: dict[bytes, bytes] = {}
        self.body = b""


class Desk(Protocol):
    """Who says what becomes of requests."""

    def refusal(self, request: Request) -> Answer | None:
        """The answer that the head alone earns, or None."""

    def read(self, request: Request) -> Answer | bytes:
        """The answer to a whole request, or the record that must be stored before a 200."""

    def store(self, records: list[bytes]) -> bool:
        """Whether these records are durable now."""


class Server:
    """All connections, and what they wait for.

    The records of all requests that came in one turn of the event loop are stored together, in the loop itself:
    a thread would wait for the interpreter longer than for the disk, and meanwhile the kernel holds what arrives.
    """

    def __init__(self, desk: Desk, tally: Tally | None = None) -> None:
        self.desk = desk
        self.tally = tally or Tally()
        self.loop = asyncio.get_running_loop()
        self.connections: set[Connection] = set()
        self._waiting: list[tuple[Connection, Answer | bytes, bool, float]] = []

    def accept(self) -> Connection:
        """The protocol of a new connection."""
        return Connection(self)

    def put(self, connection: Connection, answer: Answer | bytes, ends: bool) -> None:
        """Have this answered at the end of the turn."""
        if not self._waiting:
            self.loop.call_soon(self.flush)
        self._waiting.append((connection, answer, ends, self.loop.time()))

    def flush(self) -> None:
        """Store, then answer, in the order in which it was asked."""
        waiting, self._waiting = self._waiting, []
        records = [answer for _, answer, _, _ in waiting if isinstance(answer, bytes)]
        stored: Answer = (200,) if not records or self.desk.store(records) else NO_ROOM
        for connection, answer, ends, _ in waiting:
            connection.write(stored if isinstance(answer, bytes) else answer, ends)
        now = self.loop.time()
        for _, answer, _, since in waiting:
            self.tally.answered(stored[0] if isinstance(answer, bytes) else answer[0], now - since)

    def close_late(self) -> None:
        """End the connections whose time is over; call it each second."""
        now = self.loop.time()
        for connection in [one for one in self.connections if one.until < now]:
            connection.abort()

    def close(self) -> None:
        """Answer what can be answered, and end all connections."""
        self.flush()
        for connection in list(self.connections):
            connection.close()


class Connection(asyncio.Protocol):
    """One connection, kept between requests."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport
        self._request = Request("")
        self._refusal: Answer | None = None
        self._head = 0
        self._in_body = False
        self._unanswered = 0
        # Answered for good: what still comes is read, so that the answer arrives, and thrown away.
        self._deaf = False
        # The other side has said all it will.
        self._left = False
        self.until = server.loop.time() + REQUEST_SECONDS

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self._request.peer = peer[0] if peer else ""
        full = len(self._server.connections) >= MOST_CONNECTIONS
        self._server.connections.add(self)
        if full:
            self._hang_up(NO_ROOM)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.connections.discard(self)
        self._deaf = True

    def eof_received(self) -> bool:
        """Whoever has nothing more to say may still be owed an answer."""
        self._deaf = self._left = True
        return self._unanswered > 0

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        self._head += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            return  # refused when its head had come
        except httptools.HttpParserError:
            if not self._deaf:
                log.warning("malformed callback: no request of HTTP")
                self._hang_up((400,))
            return
        if not self._in_body and self._head > LARGEST_HEAD and not self._deaf:
            self._hang_up((431,))

    # What the parser calls

    def on_message_begin(self) -> None:
        self._request = Request(self._request.peer)
        self._refusal = None
        self.until = self._server.loop.time() + REQUEST_SECONDS

    def on_url(self, url: bytes) -> None:
        self._request.path += url

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name in _KEPT:
            before = self._request.headers.get(name)
            self._request.headers[name] = value if before is None else before + b", " + value

    def on_headers_complete(self) -> None:
        if self._deaf:
            return
        self._in_body = True
        self._request.method = self._parser.get_method()
        self._refusal = self._server.desk.refusal(self._request)
        unsent = b"expect" in self._request.headers
        length = self._request.headers.get(b"content-length", b"0")
        if self._refusal is not None and (unsent or int(length) > LARGEST_FORM):
            self._hang_up(self._refusal)
        elif unsent:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        if self._deaf:
            return
        self._request.body += body
        if len(self._request.body) > LARGEST_FORM:
            # As if it were whole: it is refused for its size.
            self._hang_up(self._refusal or self._server.desk.read(self._request))

    def on_message_complete(self) -> None:
        if self._deaf:
            return
        self._in_body = False
        self._head = 0
        if self._parser.should_upgrade():
            log.warning("malformed callback: another protocol is asked for")
            self._hang_up((400,))
            return
        ends = not self._parser.should_keep_alive()
        self._deaf = ends
        self._unanswered += 1
        self._server.put(self, self._refusal or self._server.desk.read(self._request), ends)

    # Answers

    def _hang_up(self, answer: Answer | bytes) -> None:
        self._deaf = True
        self._unanswered += 1
        self._server.put(self, answer, True)

    def write(self, answer: Answer, ends: bool) -> None:
        """Send an answer; after the last one nothing more is said, and what still comes is read for a moment."""
        if self._transport.is_closing():
            return
        self._unanswered -= 1
        self._transport.write(_written(answer, ends, int(time.time())))
        if self._left and not self._unanswered:
            self._transport.close()
        elif ends:
            self.until = self._server.loop.time() + _LINGER_SECONDS
            if self._transport.can_write_eof():
                self._transport.write_eof()
        else:
            self.until = self._server.loop.time() + REST_SECONDS

    def close(self) -> None:
        self._transport.close()

    def abort(self) -> None:
        self._transport.abort()


@lru_cache(maxsize=64)
def _written(answer: Answer, ends: bool, second: int) -> bytes:
    """An answer as it leaves; the same for all of one second."""
    status, *more = answer
    headers = [(b"content-length", b"0"), *more, *SAFETY_HEADERS, (b"date", formatdate(second, usegmt=True).encode())]
    if ends:
        headers.append((b"connection", b"close"))
    first = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode()
    return first + b"".join(name + b": " + value + b"\r\n" for name, value in headers) + b"\r\n"
