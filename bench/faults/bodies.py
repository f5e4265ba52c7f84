"""Bodies that no vendor would send, by the thousand: the door answers 200 or 400, and what it stored can be read."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from urllib.parse import quote_plus

from starlette.applications import Starlette
from starlette.types import Message

from ftcore.database import Database, GroupCommit, utc_now
from ftcore.outreach import inbox
from ftcore.trust.callback_secrets import KnownSecrets
from ftcore.webhooks import asgi
from ftcore.webhooks.checks import Limits

SECRET = "secret-of-the-wild-bodies"
KINDS = ("delivery", "incoming", "opt-out")
FIELDS = ("id", "status", "from", "text", "phoneNumber", "to", "date", "failureReason", "é", "")
VALUES = (
    *("+33639980001", "06 39 98 00 01", "Success", "Failed", "Oui", "STOP", "", "0", "\x00", "\ud800", "٠٦٣٩"),
    *("x" * 5000, "' OR 1=1 --", "null", "[]", "\N{ZERO WIDTH JOINER}", "👍🏽", "+", "%", "&=;", "ATXid_1", "36000"),
)
FORM = b"application/x-www-form-urlencoded"
TYPES = (*[FORM] * 12, b"application/json", b"text/plain", b"", b"\xff", b"multipart/form-data")
NEEDED = {"delivery": ("id", "status"), "incoming": ("from", "text"), "opt-out": ("phoneNumber",)}


def wild(seed: int) -> Iterator[tuple[str, bytes, bytes]]:
    """Kind, type and body, for ever: forms of odd fields, cut and stirred, and plain noise."""
    chance = random.Random(seed)
    while True:
        kind = chance.choice(KINDS)
        names = set(NEEDED[kind]) if chance.random() < 0.7 else set()
        names |= set(chance.sample(FIELDS, chance.randint(0, 4)))
        pairs = [(name, chance.choice(VALUES)) for name in sorted(names)]
        body = "&".join(f"{quote_plus(n)}={quote_plus(v, errors='surrogatepass')}" for n, v in pairs).encode()
        for _ in range(chance.choice((0, 0, 0, 1, 3))):
            place = chance.randint(0, len(body))
            body = body[:place] + bytes([chance.randrange(256)]) + body[place + chance.randint(0, 2) :]
        if chance.random() < 0.1:
            body = chance.randbytes(chance.randint(0, 200))
        yield kind, chance.choice(TYPES), body


def bodies(address: str, count: int, seed: int) -> tuple[dict[int, int], dict[str, int]]:
    """Post them, 200 at once; gives the statuses, and what went wrong."""
    database = Database.open(address)
    writer = GroupCommit(database)
    try:
        app = Starlette(routes=asgi.routes(writer, KnownSecrets(database, SECRET), lambda: None,
                                               Limits(callbacks=1e9)))  # fmt: skip
        statuses = asyncio.run(_post_all(app, count, seed))
        now = utc_now() + timedelta(minutes=2)
        while inbox.take_in(database, None, now):
            pass
        stored = database.rows("SELECT form, outcome FROM callback")
    finally:
        writer.close()
        database.close()
    wrong = {
        "answers other than 200 and 400": sum(n for status, n in statuses.items() if status not in (200, 400)),
        "rows that cannot be read": sum(not isinstance(json.loads(row["form"]), dict) for row in stored),
        "rows that the reader stumbled over": sum(row["outcome"] in (None, "error") for row in stored),
    }
    return dict(statuses), wrong


async def _post_all(app: Starlette, count: int, seed: int) -> Counter[int]:
    statuses: Counter[int] = Counter()
    posts = wild(seed)
    for start in range(0, count, 200):
        some = islice(posts, min(200, count - start))
        statuses.update(await asyncio.gather(*(_post(app, *one) for one in some)))
    return statuses


async def _post(app: Starlette, kind: str, content_type: bytes, body: bytes) -> int:
    """The status that the door answers; 0 where it fell over."""
    scope = {
        "type": "http", "method": "POST", "path": f"/callbacks/{SECRET}/{kind}", "query_string": b"", "root_path": "",
        "headers": [(b"content-type", content_type), (b"content-length", str(len(body)).encode())],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "scheme": "http", "http_version": "1.1",
    }  # fmt: skip
    status = 0

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)

    try:
        await app(scope, receive, send)
    except Exception:  # noqa: BLE001 - whatever it is, it is a breach, and counted
        return 0
    return status
