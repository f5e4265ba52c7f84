"""Occupations: the search over titles as people write them, neighbours, labels and skills."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache

from ftcore.database import Database
from ftcore.matching.occupation_index import Match, OccupationIndex
from ftcore.matching.reference import STARTER, starter_rows
from ftcore.model import Occupation, Offer
from ftcore.text import fold

__all__ = [
    "Match", "OccupationIndex", "SkillWords", "build_index", "label", "near", "skills_of", "suggest",
]  # fmt: skip


def build_index(database: Database) -> OccupationIndex:
    """The index of all labels, titles and skills of the referential."""
    labels = database.rows("SELECT code, label FROM occupation ORDER BY code")
    titles = database.rows(
        "SELECT t.code, t.title FROM occupation_title t JOIN occupation o ON o.code = t.code ORDER BY t.code, t.title"
    )
    skills = database.rows(
        "SELECT code, skill FROM occupation_skill WHERE coalesce(kind, '') <> 'contexte' ORDER BY code, skill"
    )
    return _index_of(
        tuple([(row["code"], row["label"]) for row in labels] + [(row["code"], row["title"]) for row in titles]),
        tuple((row["code"], row["skill"]) for row in skills),
    )


@lru_cache(maxsize=1)
def _index_of(entries: tuple[tuple[str, str], ...], skills: tuple[tuple[str, str], ...]) -> OccupationIndex:
    """Made again only when the referential is another: every import asks for it."""
    return OccupationIndex(entries, skills)


def suggest(offer: Offer, limit: int = 10, index: OccupationIndex | None = None) -> list[Match]:
    """The occupations that a whole offer means, best first; by the starter referential where no index is given."""
    return (index or _starter_index()).suggest(offer, limit)


@cache
def _starter_index() -> OccupationIndex:
    def pairs(name: str, column: str) -> list[tuple[str, str]]:
        return [(row["code"], row[column]) for row in starter_rows(STARTER / name)]

    return OccupationIndex(
        pairs("occupations.csv", "label") + pairs("titles.csv", "title"), pairs("skills.csv", "skill")
    )


def near(database: Database, code: str) -> list[tuple[Occupation, float]]:
    """The neighbours of an occupation with their degree (0..1), nearest first."""
    rows = database.rows(
        """
        SELECT o.code, o.label, n.degree FROM occupation_near n JOIN occupation o ON o.code = n.neighbour
        WHERE n.code = $1 ORDER BY n.degree DESC, o.code
        """,
        code,
    )
    return [(Occupation(row["code"], row["label"]), row["degree"]) for row in rows]


def label(database: Database, code: str) -> str | None:
    """The label of an occupation, or None where the referential does not have the code."""
    found = database.value("SELECT label FROM occupation WHERE code = $1", code)
    return str(found) if found is not None else None


def skills_of(database: Database, code: str) -> list[str]:
    """The skills of an occupation, the core ones first; where it is done is none."""
    rows = database.rows(
        """
        SELECT skill FROM occupation_skill WHERE code = $1 AND coalesce(kind, '') <> 'contexte'
        ORDER BY core DESC, skill
        """,
        code,
    )
    return [row["skill"] for row in rows]


# A file with ever new skills must not fill the memory.
_MOST_NEW = 100_000


class SkillWords:
    """One wording a skill: the referential's where it has it, so that lists can be compared."""

    def __init__(self, database: Database) -> None:
        rows = database.rows("SELECT name, folded FROM skill")
        self._known: dict[str, str] = {row["folded"]: row["name"] for row in rows}
        self._most = len(self._known) + _MOST_NEW

    def same(self, skills: Iterable[str]) -> tuple[str, ...]:
        """The skills in that wording, each once, empty ones dropped."""
        return tuple(dict.fromkeys(self._same(skill) for skill in skills if skill.strip()))

    def _same(self, skill: str) -> str:
        plain = " ".join(skill.split())
        folded, own = fold(plain), plain[0].upper() + plain[1:]
        if len(self._known) < self._most:
            return self._known.setdefault(folded, own)
        return self._known.get(folded, own)
