"""What the gateway tells us, as it is stored: one row a callback, whichever way it came."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from ftcore.database import Row
from ftcore.outreach.inbox import form_text
from ftcore.phones import normalise


def stored(kind: str, form: Mapping[str, str], now: datetime) -> Row:
    """The row of a callback. What is the same news has the same key, so that it counts once.

    An incoming SMS is known by the vendor's id and its sender: posted twice, or posted and fetched, its
    other fields may be written differently. Everything else is the same news only when all of it is.
    """
    text = form_text(dict(form))
    if kind == "incoming" and form.get("id"):
        known_by = f"{form['id']}\n{normalise(form['from']) or form['from']}"
    else:
        known_by = text
    return {
        "callback_id": hashlib.sha256(f"{kind}\n{known_by}".encode()).hexdigest(),
        "kind": kind,
        "form": text,
        "received_utc": now,
    }
