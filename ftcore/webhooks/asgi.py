"""The door inside the program: routes beside the pages, over the database."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ftcore.database import GroupCommit
from ftcore.headers import EVERY_METHOD
from ftcore.trust.callback_secrets import KnownSecrets
from ftcore.webhooks.checks import LARGEST_FORM, Answer, Guard, Limits, Malformed, announced, complain, row_of
from ftcore.webhooks.tally import Tally

log = logging.getLogger(__name__)


def routes(
    group_commit: GroupCommit,
    known: KnownSecrets,
    on_stored: Callable[[], None],
    limits: Limits | None = None,
    tally: Tally | None = None,
) -> list[Route]:
    """The routes POST /callbacks/SECRET/{delivery,incoming,opt-out}; every other method gets 405."""
    door = _Door(group_commit, known, on_stored, limits or Limits(), tally or Tally())
    return [Route("/callbacks/{secret}/{kind}", door, methods=EVERY_METHOD)]


class _Door:
    """The ASGI endpoint behind those routes."""

    def __init__(
        self,
        group_commit: GroupCommit,
        known: KnownSecrets,
        on_stored: Callable[[], None],
        limits: Limits,
        tally: Tally,
    ) -> None:
        self._tally = tally
        self._group_commit = group_commit
        self._known = known
        self._on_stored = on_stored
        self._guard = Guard(known.opens, limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Without the framework's request and response: they cost as much as all the rest of a callback.
        began = time.monotonic()
        status, *more = await self._answer(scope, receive)
        self._tally.answered(status, time.monotonic() - began)
        headers = [(b"content-length", b"0"), *more]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        # No body: it would be written apart from its head, a second call of the system for each callback.
        await send({"type": "http.response.body", "body": b""})

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        await self._refresh_secrets()
        caller = scope["client"][0] if scope.get("client") else ""
        kind = scope["path_params"]["kind"]
        refusal = self._guard.refusal(caller, scope["method"], str(scope["path_params"]["secret"]), kind)
        if refusal is not None:
            return refusal
        headers = dict(scope["headers"])
        try:
            body = await _body(kind, headers.get(b"content-length", b"0"), receive)
            row = row_of(kind, body, headers.get(b"content-type", b""))
        except Malformed:
            return (400,)
        try:
            await self._group_commit.committed("callback", row)
        except Exception:
            log.exception("a callback could not be stored")
            return 503, (b"retry-after", b"30")
        self._tally.saw(row["callback_id"])
        self._on_stored()
        return (200,)

    async def _refresh_secrets(self) -> None:
        if self._known.is_stale():
            try:
                await asyncio.to_thread(self._known.refresh)
            except Exception:
                log.exception("the callbacks' secrets could not be read; those known before stay valid")


async def _body(kind: str, declared: bytes, receive: Receive) -> bytes:
    """The body, or as much of it as shows that it is larger than any callback: the framework sets no total limit."""
    try:
        announced(declared)
        body = b""
        more = True
        while more and len(body) <= LARGEST_FORM:
            message = await receive()
            if message["type"] != "http.request":
                raise Malformed("the caller went away")
            body += message.get("body", b"")
            more = message.get("more_body", False)
    except Malformed as fault:
        complain(kind, fault)
        raise
    return body
