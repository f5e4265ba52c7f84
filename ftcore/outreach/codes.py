"""A short code for an offer, so that an answer by SMS can say which of two offers it means."""

from __future__ import annotations

import hashlib
import re
from uuid import UUID

# Letters that name no French road, bus line or licence; two digits, the first not zero.
_LETTERS = "FGHJKRVWXZ"
_CODE = re.compile(rf"(?<![a-z0-9])([{_LETTERS.lower()}])\s?([1-9]\d)(?![a-z0-9])", re.IGNORECASE)


def short_code(offer_id: UUID) -> str:
    """The code of an offer, such as "K47": the same on every machine, one of 900. Two offers may share one."""
    number = int.from_bytes(hashlib.sha256(offer_id.bytes).digest()[:4], "big")
    return f"{_LETTERS[number % 10]}{10 + number // 10 % 90}"


def codes_in(text: str) -> set[str]:
    """The codes that a message may name, in capitals; whether one is meant depends on what the person was sent."""
    return {f"{letter}{digits}".upper() for letter, digits in _CODE.findall(text)}
