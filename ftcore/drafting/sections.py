"""The sections of an offer's text: what its headings and bullets announce."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ftcore.text import fold


class Section(StrEnum):
    """What the lines under a heading are about."""

    OPENING = "opening"
    TASKS = "tasks"
    PROFILE = "profile"
    SKILLS = "skills"
    TERMS = "terms"
    HOUSE = "house"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the text without its bullet: `text` stands at `start` of the whole text."""

    text: str
    start: int
    section: Section
    bullet: bool
    inline: bool = False

    @property
    def end(self) -> int:
        return self.start + len(self.text)


_HEADINGS = (
    (Section.HOUSE, r"presentation|l'entreprise|entreprise|qui sommes|a propos|notre|processus|candidature"
    r"|postuler|contact"),
    (Section.SKILLS, r"(?:les |vos )?(?:competences?|savoir[- ]faire|connaissances)"),
    (Section.PROFILE, r"(?:votre |le |les )?(?:profil|prerequis|pre-requis|qualites|formation|diplomes?|vous etes"
    r"|savoir[- ]etre)"),
    (
        Section.TERMS,
        r"(?:vos |votre |les |nos )?(?:conditions|horaires|contrat|remuneration|salaire|avantages"
        r"|poste a pourvoir|informations"
        r"|pourquoi|evolution|lieu|duree|type de contrat|debut)",
    ),
    (
        Section.TASKS,
        r"(?:\d[.)] ?)?(?:vos |votre |les |la |ses |principales |nos )?(?:missions?|taches?|activites"
        r"|responsabilites|fonctions|role"
        r"|principales (?:missions|activites|taches)|quotidien|descriptif du poste|description du poste"
        r"|attributions)\b",
    ),
)  # fmt: skip
_HEADING_RULES = tuple((section, re.compile(rule)) for section, rule in _HEADINGS)
# A sentence that announces the tasks: "vos missions principales seront :", "vous êtes chargé(e) de :".
_ANNOUNCES = re.compile(r"\b(?:missions?|taches?|charge\S*|activites|responsabilites|devrez|devra|role|consist\w+)\b")
_BULLET = re.compile(r"[ \t]*(?:[-–•*·►●▪➢>✓]+|o(?= [A-ZÉ])|\d{1,2}[.)](?=\s))[ \t]*")


def lines_of(text: str) -> list[Line]:
    """The lines that are not empty, each with the section it stands in; headings themselves are left out."""
    section, listed, blank, inline = Section.OPENING, 0, False, False
    found: list[Line] = []
    for match in re.finditer(r"[^\n\r]+|\n", text):
        raw = match.group(0)
        if not raw.strip():
            blank = blank or (raw == "\n" and text[max(0, match.start() - 1) : match.start()] == "\n")
            continue
        bullet = _BULLET.match(raw)
        start = match.start() + (bullet.end() if bullet else len(raw) - len(raw.lstrip()))
        line = raw[start - match.start() :].rstrip(" \t*")
        heading, rest = _heading(line)
        if heading is not None:
            section, listed, blank, inline = heading, 0, False, bool(rest)
            if rest:
                start, line = start + len(line) - len(rest), rest
                found.append(Line(line, start, section, False, inline=True))
            continue
        # "Mission : accueil" is a section of one line, unless bullets follow.
        if inline and not bullet:
            section = Section.OPENING
        inline = False
        # A list ends at an empty line, unless it has not begun or goes on with bullets.
        if section is Section.TASKS and blank and listed and not bullet:
            section = Section.OPENING
        blank = False
        listed += 1
        if line:
            found.append(Line(line, start, section, bool(bullet)))
    return found


def _heading(line: str) -> tuple[Section | None, str]:
    """The section that a heading opens, and what follows the heading on the same line."""
    head, colon, rest = line.partition(":")
    key = fold(head).strip(" *_#=-")
    value = rest.strip(" *_")
    if not colon and (len(line) > 45 or re.search(r"[.,;!]$|\(h/f\)", key)):
        return None, ""
    if len(key) <= 45:
        for section, rule in _HEADING_RULES:
            if rule.match(key) and (colon or len(key.split()) <= 4):
                return section, value
    if colon and not value and len(line) < 300 and _ANNOUNCES.search(key):
        return Section.TASKS, ""
    return None, ""
