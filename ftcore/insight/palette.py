"""The colours of every chart, on screen and on paper: one colour a state, the same everywhere.

Derived from Okabe and Ito (2008), then moved apart until the three colour deficiencies keep them apart too, and
until each stands out 3:1 from its background (WCAG 2.2, 1.4.11); tests hold both. Colour never speaks alone:
charts also name what they draw.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Theme = Literal["light", "dark"]


class Colour(NamedTuple):
    """One colour, as it is on a light and on a dark background."""

    light: str
    dark: str


CONSIDERED = Colour("#55585F", "#A4A7AE")
WAITING = Colour("#8A7460", "#8F7B66")
SENT = Colour("#8688CC", "#7584BE")
DELIVERED = Colour("#2C71D4", "#2B6FD0")
REPLIED = Colour("#05638C", "#5CB6F6")
INTERESTED = Colour("#1F9E78", "#6AE6A5")
INTRODUCED = Colour("#4A135F", "#B0609A")
OPTED_OUT = Colour("#B8430A", "#E56300")
FAILED = Colour("#1B1B1B", "#E7EFFD")
UNKNOWN = Colour("#B38205", "#E9C516")
NOT_MET = Colour("#B0305C", "#F07FA8")

STATES: dict[str, Colour] = {
    "considered": CONSIDERED,
    "waiting": WAITING,
    "sent": SENT,
    "contacted": SENT,
    "delivered": DELIVERED,
    "replied": REPLIED,
    "interested": INTERESTED,
    "introduced": INTRODUCED,
    "opted_out": OPTED_OUT,
    "failed": FAILED,
    "unknown": UNKNOWN,
    "not_met": NOT_MET,
}

# Two groups beside each other (pilot and control, first and second wording) are no states, and look like none.
GROUPS = (Colour("#00798C", "#35B5C9"), Colour("#7A2A5C", "#E58BBE"))
# Text, lines that only carry the eye, the published figures, and the surfaces on which all of it stands.
INK = Colour("#1c2333", "#e6eaf2")
QUIET = Colour("#5b6678", "#9aa5b8")
GRID = Colour("#e3e8f0", "#2c3444")
REFERENCE = Colour("#6b7280", "#a9b1bf")
PAPER = Colour("#ffffff", "#12161f")
# From nothing to much, for heat maps; in the dark no brighter than white words can be read on.
SEQUENCE = {
    "light": ("#eef3fb", "#b9d0f2", "#7aa7e6", "#2C71D4", "#1a4587"),
    "dark": ("#1a2233", "#1d335c", "#224c8f", "#2B6FD0", "#4a8fe8"),
}


def shade(colour: Colour, theme: Theme) -> str:
    """The colour as drawn in a theme."""
    return colour.dark if theme == "dark" else colour.light


def see_through(colour: str, opacity: float) -> str:
    """A "#rrggbb" colour that lets what is behind it through: for bands and intervals."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity:g})"
