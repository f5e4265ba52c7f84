"""What an SMS costs: its encoding, its parts, and a rewrite that avoids the dear alphabet."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

# GSM 03.38, basic table and the extension table whose characters take two places.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("^{}\\[~]|€\f")
_GSM = _BASIC | _DOUBLE

_SAFE = str.maketrans(
    {
        "ê": "e", "â": "a", "î": "i", "ô": "o", "û": "u", "ë": "e", "ï": "i", "ç": "c", "œ": "oe", "Œ": "OE",
        "À": "A", "È": "E", "Ê": "E", "Â": "A", "Î": "I", "Ô": "O", "Û": "U", "Ë": "E", "Ï": "I", "Ù": "U",
        "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "…": "...",
        "\u00a0": " ", "\u202f": " ", "\u2009": " ", "ÿ": "y", "Ÿ": "Y",
        "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "‑": "-", "\u200b": "", "\u2060": "", "\ufeff": "",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Length:
    """How a text travels: `units` are GSM places or UTF-16 code units, as its alphabet counts them."""

    units: int
    parts: int
    unicode: bool

    @property
    def encoding(self) -> str:
        """The name of the alphabet: GSM-7 (160 a part), or UCS-2 (70 a part) for what it does not hold."""
        return "UCS-2" if self.unicode else "GSM-7"


def measure(body: str) -> Length:
    """Encoding and number of parts: 160 in one GSM part (153 each beyond), 70 in one UCS-2 part (67)."""
    if _GSM.issuperset(body):
        units = len(body) + sum(map(body.count, _DOUBLE))
        return Length(units, _parts(units, 160, 153), unicode=False)
    units = len(body.encode("utf-16-be", "surrogatepass")) // 2
    return Length(units, _parts(units, 70, 67), unicode=True)


def _parts(units: int, single: int, each: int) -> int:
    return 1 if units <= single else -(-units // each)


def gsm_safe(body: str) -> str:
    """The same text without the characters that would double the price, as far as that can be done."""
    if _GSM.issuperset(body):
        return body
    composed = unicodedata.normalize("NFC", body).translate(_SAFE)
    return "".join(c if c in _GSM else _bare(c) for c in composed)


def rewrites(body: str) -> tuple[tuple[str, str], ...]:
    """What `gsm_safe` writes otherwise: each such character once, with what it becomes, in order of appearance."""
    if _GSM.issuperset(body):
        return ()
    composed = dict.fromkeys(unicodedata.normalize("NFC", body))
    return tuple((c, safe) for c in composed if (safe := gsm_safe(c)) != c)


def dear(body: str) -> str:
    """The characters, once each, that keep a text out of the GSM alphabet."""
    return "".join(c for c in dict.fromkeys(body) if c not in _GSM)


def _bare(character: str) -> str:
    """A letter of another language without its accent ("ã" → "a"); what has no such letter stays."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    bare = bare.replace("⁄", "/")  # "½" comes apart as 1⁄2, with a slash of its own
    return bare if bare and all(c in _BASIC for c in bare) else character
