"""Folding of French text, so that accents, case and typography do not matter when comparing."""

from __future__ import annotations

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'", "‘": "'"})


def fold(text: str) -> str:
    """Lower case, no accents, ligatures spelled out, every run of white space a single space."""
    if text.isascii():
        return " ".join(text.lower().split())
    bare = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    letters = "".join(c for c in bare if not unicodedata.combining(c))
    return " ".join(letters.casefold().split())


def words(text: str) -> list[str]:
    """The folded words of a text, punctuation dropped: `words("J'y vais !") == ["j", "y", "vais"]`."""
    return re.findall(r"[a-z0-9]+", fold(text))
