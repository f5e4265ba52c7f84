"""Which page, and which section of Administration, a role may open. Each page asks at its door; the menu only hides.

A page asks for one of the permissions that stand here. What it then shows is asked for by its functions, each by
itself: an open door gives nobody anything.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ftcore.model import Person
from ftcore.trust import access

# The sections of Administration, each by its name on the screen. One that is missing here is open to nobody.
SECTIONS = {
    "Importer des personnes": "import",
    "Modèles de SMS": "see sending rules",
    "Plafonds et horaires": "see sending rules",
    "Assistant": "write with the assistant",
    "Comptes et rôles": "manage accounts",
    "Droits d'une personne": "answer rights",
    "Conservation": "see retention",
    "Journal": "see journal",
    "Registre": "see register",
    "État du service": "see service state",
}
PAGES: dict[str, frozenset[str]] = {
    "chat.py": frozenset({"write with the assistant"}),
    "preselection.py": frozenset({"see candidates"}),
    "conversations.py": frozenset({"read conversations"}),
    "metrics.py": frozenset({"see figures"}),
    "evaluation.py": frozenset({"see evaluation"}),
    "administration.py": frozenset(SECTIONS.values()) - {"write with the assistant"},
    "phones.py": frozenset({"play with phones"}),
}
CLOSED = (
    "Votre rôle ne permet pas d'ouvrir cette page. Choisissez-en une autre dans le menu ; si vous en avez besoin pour "
    "votre travail, demandez à votre administrateur de changer votre rôle."
)


def opens(person: Person, page: str) -> bool:
    """Whether this person may open the page of that file."""
    return any(access.may(person, permission) for permission in PAGES[page])


def keep(page: str, person: Person) -> None:
    """Let the person in, or say why not and end the page's run: the first line of each page."""
    if not opens(person, page):
        st.error(CLOSED, icon=":material/lock:")
        st.stop()


def sections(person: Person, names: Sequence[str]) -> list[str]:
    """Those of Administration's sections that this person may open."""
    return [name for name in names if name in SECTIONS and access.may(person, SECTIONS[name])]
