"""Which patterns are worth trying on a text: one pass over it for all of them.

RE2 reads a text once, however many patterns it looks for, but cannot look ahead or behind. It is asked for each
pattern without these, so that it finds too much and never too little; `re` has the last word.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import re2

# RE2 makes its automaton while it reads, and starts anew when this is full.
_MEMORY = 32 << 20
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]])*\]|\(\?<?[=!]|.", re.DOTALL)


class Possible:
    """Patterns by name. They must be for plain ASCII text: elsewhere the two do not agree on what a word is."""

    def __init__(self, patterns: Mapping[str, str]) -> None:
        self._names = list(patterns)
        options = re2.Options()
        options.max_mem = _MEMORY
        self._set = re2.Set.SearchSet(options)
        for pattern in patterns.values():
            self._set.Add(loosened(pattern))
        # Found in any text. Where it is not, RE2 had too little memory, and its silence says nothing.
        self._set.Add("")
        self._set.Compile()

    def within(self, text: str) -> Collection[str]:
        """The names of the patterns that may match somewhere in a text; of the others none does."""
        found = self._set.Match(text) if text.isascii() else None
        names = self._names
        return [names[at] for at in found if at < len(names)] if found else names


def loosened(pattern: str) -> str:
    """A pattern without what it says of the text before and after: it matches at least where it did."""
    kept, depth = [], 0
    for piece in _PIECE.findall(pattern):
        if depth:
            depth += piece.startswith("(") - (piece == ")")
        elif piece.startswith("(?") and len(piece) > 1:
            depth = 1
        else:
            kept.append(piece)
    return "".join(kept)
