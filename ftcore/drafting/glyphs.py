"""A text as a person reads it, character for character, and where each one stands in what was typed."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from ftcore.drafting.untrusted import INVISIBLE

_SAME = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'"} | dict.fromkeys("‐‑‒–—−﹣", "-"))


class Reading:
    """What one reads: no invisible character, one kind of space, dash and apostrophe, plain digits, NFC.

    A number or a name cut by a zero-width space, or written in full-width digits, reads as what it is.
    """

    def __init__(self, typed: str) -> None:
        self.typed = typed
        if typed.isascii() and typed.isprintable():
            self.text = typed
            self._starts: list[int] | None = None
            return
        read: list[str] = []
        starts: list[int] = []
        for start, end in pairwise([*_beginnings(typed), len(typed)]):
            shown = _shown(typed[start:end])
            read.append(shown)
            starts += [start] * len(shown)
        self.text = "".join(read)
        self._starts = [*starts, len(typed)]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters from `start` to `end` of the reading stand in what was typed."""
        if self._starts is None:
            return start, end
        first, last = self._starts[start], self._starts[end - 1]
        # The whole of the last character, with its accents; what is invisible after it stays outside.
        after = last + 1
        while after < len(self.typed) and unicodedata.combining(self.typed[after]):
            after += 1
        return first, after


def _beginnings(typed: str) -> list[int]:
    """Where each character begins that is no mark upon another."""
    return [at for at, c in enumerate(typed) if at == 0 or not unicodedata.combining(c)]


def _shown(cluster: str) -> str:
    if len(cluster) == 1 and cluster.isascii():
        return cluster if cluster.isprintable() or cluster in "\n\t" else ("\n" if cluster in "\r\x0b\x0c" else "")
    if INVISIBLE.match(cluster):
        return ""
    digit = unicodedata.digit(cluster[0], None)
    if digit is not None and cluster[0].isdecimal():
        return str(digit)
    shown = unicodedata.normalize("NFKC", cluster).translate(_SAME)
    if cluster[0] in "\u0085\u2028\u2029":
        return "\n"
    if shown.isspace():
        return " "
    # What stands for several letters (½, ﷺ) is no letter of a name: as it is, one for one.
    return shown if len(shown) == 1 else cluster[0]
