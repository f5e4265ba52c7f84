"""What the gateway tells us, as it is stored: one row a callback, whichever way it came.

Light to import: the callbacks' door, where it is a process of its own, has no database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ftcore.phones import normalise


def form_text(form: Mapping[str, Any]) -> str:
    """The canonical text of a callback's form: what is stored, and what repeated posts share."""
    return json.dumps(form, ensure_ascii=False, sort_keys=True)


def stored(kind: str, form: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The row of a callback. What is the same news has the same key, so that it counts once.

    An incoming SMS is known by the vendor's id and its sender: posted twice, or posted and fetched, its
    other fields may be written differently. Everything else is the same news only when all of it is.
    """
    text = form_text(form)
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
