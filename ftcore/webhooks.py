"""The callbacks' door: what the gateway posts is made durable before it gets its 200.

The vendor signs nothing, so the address holds a secret. Reading what came happens elsewhere
(`outreach.inbox`): here a form is checked for shape, stored once, and acknowledged.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Callable
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ftcore.database import GroupCommit, utc_now
from ftcore.headers import EVERY_METHOD
from ftcore.outreach.inbox import form_text

log = logging.getLogger(__name__)

LARGEST_FORM = 64 * 1024

# What a form must hold to be of that kind. Other fields are kept; their absence is no fault.
_REQUIRED = {
    "delivery": ("id", "status"),
    "incoming": ("from", "text"),
    "opt_out": ("phoneNumber",),
}
_KINDS = {"delivery": "delivery", "incoming": "incoming", "opt-out": "opt_out"}


class _Malformed(Exception):
    """A form that cannot be a callback; the text says why, without anything from the form."""


def routes(group_commit: GroupCommit, secret: str, on_stored: Callable[[], None]) -> list[Route]:
    """The routes POST /callbacks/SECRET/{delivery,incoming,opt-out}; every other method gets 405."""

    async def endpoint(request: Request) -> Response:
        kind = _KINDS.get(request.path_params["kind"])
        given = str(request.path_params["secret"])
        if kind is None or not hmac.compare_digest(given.encode(), secret.encode()):
            return PlainTextResponse("Not found", 404)
        if request.method != "POST":
            return PlainTextResponse("Method not allowed", 405, {"Allow": "POST"})
        try:
            form = _read_form(kind, await _body(request), request.headers.get("content-type", ""))
        except _Malformed as fault:
            log.warning("malformed %s callback: %s", kind, fault)
            return PlainTextResponse("Malformed", 400)
        text = form_text(form)
        row = {
            "callback_id": hashlib.sha256(f"{kind}\n{text}".encode()).hexdigest(),
            "kind": kind,
            "form": text,
            "received_utc": utc_now(),
        }
        try:
            await asyncio.wrap_future(group_commit.put("callback", row))
        except Exception:
            log.exception("a callback could not be stored")
            return PlainTextResponse("Try again", 503, {"Retry-After": "30"})
        on_stored()
        return PlainTextResponse("OK")

    return [Route("/callbacks/{secret}/{kind}", endpoint, methods=EVERY_METHOD)]


async def _body(request: Request) -> bytes:
    """The body, refused as soon as it is larger than any callback: the framework sets no total limit."""
    declared = request.headers.get("content-length", "0")
    if not (declared.isascii() and declared.isdigit()) or int(declared) > LARGEST_FORM:
        raise _Malformed("the form is too large")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise _Malformed("the form is too large")
    return bytes(body)


def _read_form(kind: str, body: bytes, content_type: str) -> dict[str, str]:
    if content_type.split(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise _Malformed("not a form")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True,
                          errors="strict", max_num_fields=50)  # fmt: skip
    except ValueError as error:
        raise _Malformed("unreadable form") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise _Malformed("a field stands twice")
    missing = [name for name in _REQUIRED[kind] if not form.get(name) and name != "text"]
    if missing or any(name not in form for name in _REQUIRED[kind]):
        raise _Malformed("a required field is missing")
    return form
