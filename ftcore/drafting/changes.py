"""What changed between two texts, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import Indel


class Change(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is in both, only in the first, or only in the second."""

    change: Change
    text: str


_TOKENS = re.compile(r"\w+|\s+|[^\w\s]")
_CHANGES = {"equal": Change.SAME, "delete": Change.REMOVED, "insert": Change.ADDED}


def word_diff(before: str, after: str) -> list[Piece]:
    """The two texts as one list of pieces; the same and removed ones make `before`, the same and added ones `after`.

    A longest common subsequence over words, spaces and punctuation signs.
    """
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    pieces: list[Piece] = []
    for step in Indel.opcodes(old, new):
        change = _CHANGES[step.tag]
        text = "".join(
            new[step.dest_start : step.dest_end] if change is Change.ADDED else old[step.src_start : step.src_end]
        )
        pieces.append(Piece(change, text))
    return _whole(pieces)


def _whole(pieces: list[Piece]) -> list[Piece]:
    """Two changes with only a space between them read better as one."""
    merged: list[Piece] = []
    removed = added = ""
    for place, piece in enumerate(pieces):
        between = piece.change is Change.SAME and piece.text.isspace() and "\n" not in piece.text
        follows = place + 1 < len(pieces) and pieces[place + 1].change is not Change.SAME
        if piece.change is Change.REMOVED:
            removed += piece.text
        elif piece.change is Change.ADDED:
            added += piece.text
        elif between and follows and (removed and added):
            removed += piece.text
            added += piece.text
        else:
            merged += _changed(removed, added)
            removed = added = ""
            merged.append(piece)
    return merged + _changed(removed, added)


def _changed(removed: str, added: str) -> list[Piece]:
    found = [Piece(Change.REMOVED, removed)] if removed else []
    return found + ([Piece(Change.ADDED, added)] if added else [])
