"""Text of people or of a model with words marked in it, as Markdown in which nothing else is Markdown."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ftcore.drafting.changes import Change, Piece

# An address becomes a link, ":name:" a picture and "->" an arrow after what is escaped has been read: only a sign in
# it, which nobody sees, keeps it one text. Word joiners do not break lines.
_ADDRESS = re.compile(
    r"(?<=http)(?=s?://)|(?<=www)(?=\.)|(?=@)|(?<=:)(?=[a-z_][\w+-]*:)|(?<=<)(?=[-=])|(?<=-)(?=[->])|(?<=[>~])(?==)",
    re.IGNORECASE,
)
_JOINER = "\u2060"
# CommonMark lets every ASCII sign be escaped; a line's first digits could begin a list.
_SIGNS = re.compile(r"([!-/:-@\[-`{-~])")


def escaped(text: str) -> str:
    """The text as Markdown that shows just this text: no link, image, directive or list comes of it."""
    lines = (
        _SIGNS.sub(r"\\\1", _ADDRESS.sub(_JOINER, line.replace("\t", " ")))
        for line in text.replace("\r\n", "\n").split("\n")
    )
    return "  \n".join(
        re.sub(r"^ +", lambda spaces: "\u00a0" * len(spaces.group(0)), line) or "\u00a0" for line in lines
    )


# What Markdown or Streamlit would take for more than a sign, inside one of our sentences. A colon followed by a
# letter begins a directive or an address; a point after "www" an address.
_LIVE = re.compile(r"[\\`*_\[\]<>$~|{}@&]|:(?=\S)|(?<=www)\.|^[#+=-]|(?<=^\d)[.)]", re.IGNORECASE)


def as_sentence(text: object) -> str:
    """A sentence of ours that may quote what people typed, or a refusal: read as it stands, never as Markdown."""
    plain = _ADDRESS.sub(_JOINER, re.sub(r"[\r\n\t]+", " ", str(text)))
    return _LIVE.sub(lambda sign: f"\\{sign.group(0)}", plain)


def marked(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """The text with each (start, end, colour) on a background; of two that overlap the first one given wins."""
    colours: list[str | None] = [None] * len(text)
    for start, end, colour in reversed(list(spans)):
        for place in range(max(start, 0), min(end, len(text))):
            colours[place] = colour
    edges = [0, *(place for place in range(1, len(text)) if colours[place] != colours[place - 1]), len(text)]
    parts = (_coloured(text[start:end], colours[start]) for start, end in pairwise(edges) if start < end)
    return "".join(parts)


def changed(pieces: Sequence[Piece]) -> str:
    """A word diff: what was removed is struck through, what was added is on a green background."""
    shown = []
    for piece in pieces:
        if piece.change is Change.SAME:
            shown.append(escaped(piece.text))
        elif piece.change is Change.ADDED:
            shown.append(_coloured(piece.text, "green"))
        else:
            shown.append(_coloured(piece.text, "red", struck=True))
    return "".join(shown)


def _coloured(text: str, colour: str | None, *, struck: bool = False) -> str:
    if colour is None:
        return escaped(text)
    return "  \n".join(_coloured_line(line, colour, struck) for line in text.split("\n"))


def _coloured_line(line: str, colour: str, struck: bool) -> str:
    words = line.strip()
    if not words:
        return line
    before, after = line[: len(line) - len(line.lstrip())], line[len(line.rstrip()) :]
    inside = f"~~{escaped(words)}~~" if struck else escaped(words)
    return f"{before}:{colour}-background[{inside}]{after}"
