"""What somebody was typing when their session ended: kept for them in memory for an hour, given back where they were.

A text reaches the server when its field is left or its button clicked. What never left the browser can't be kept
here, so that the frame says beforehand when a session is about to end. Nothing is written to disk: another replica,
or a restart, knows nothing of it.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from urllib.parse import urlsplit

import streamlit as st

# The fields in which people write at length. Streamlit forbids setting a chat's input, so that it isn't one of them.
FIELDS = ("chat.document.", "chat.input.", "chat.form.", "conversations.write.", "conversations.note.")
KEPT_SECONDS = 60 * 60
LONGEST, MOST = 50_000, 200

# Whose, and at which address: two tabs get each their own.
_Place = tuple[str, str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class _Draft:
    until: float
    texts: dict[str, str]


_kept: OrderedDict[_Place, _Draft] = OrderedDict()
_lock = Lock()


def keep(subject: str) -> bool:
    """Keep for this person what stands in the fields of this tab, and say whether anything is kept for this address."""
    typed = {
        str(key): text
        for key, text in st.session_state.items()
        if str(key).startswith(FIELDS) and isinstance(text, str) and 0 < len(text.strip()) <= LONGEST
    }
    place, now = _place(subject), time.monotonic()
    with _lock:
        for old in [place for place, draft in _kept.items() if draft.until <= now]:
            del _kept[old]
        if typed:
            _kept[place] = _Draft(now + KEPT_SECONDS, typed)
            _kept.move_to_end(place)
        while len(_kept) > MOST:
            _kept.popitem(last=False)
        return place in _kept


def give_back(subject: str) -> bool:
    """Put into the empty fields of this address what this person was typing there, once; say whether there was any."""
    with _lock:
        draft = _kept.pop(_place(subject), None)
    if draft is None or draft.until <= time.monotonic():
        return False
    for key, text in draft.texts.items():
        if not st.session_state.get(key):
            st.session_state[key] = text
    return True


def _place(subject: str) -> _Place:
    path = urlsplit(st.context.url or "").path
    return subject, path, tuple(sorted(st.query_params.to_dict().items()))
