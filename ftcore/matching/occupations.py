"""Occupations: the search over job titles as people write them, neighbours and skills.

The search knows nothing of meaning: it compares the spelling of titles once gender, accents and
filler words are taken out, so that "serveuse", "SERVEUR (H/F)" and "servuese" find one occupation.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ftcore.database import Database
from ftcore.model import Occupation
from ftcore.text import fold, words

_NOISE = re.compile(r"\(?\b[hf]\s*/\s*[hf](?:\s*/\s*x)?\b\)?|\((?:h|f|e|ne|euse|trice|iere|ere)\)")
_FILLERS = frozenset(
    {"a", "au", "aux", "chez", "cherche", "d", "dans", "de", "des", "du", "en", "et", "l", "la", "le", "les", "ou"}
    | {"par", "pour", "recherche", "sur", "un", "une"}
)
# Longest first; the masculine and the feminine of each line share one stem.
_GENDERS = (
    ("hotesse", "hote"),
    ("trice", "t"), ("teuse", "t"), ("teur", "t"),
    ("euse", "e"), ("eur", "e"),
    ("iere", "i"), ("ier", "i"),
    ("enne", "en"), ("onne", "on"), ("elle", "el"),
    ("ante", "ant"), ("ente", "ent"),
    ("ere", "er"), ("ale", "al"), ("ive", "if"),
    ("ee", "e"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """An occupation that a text may mean. `score` is 0..1; 1 is a title of the referential as it stands."""

    code: str
    label: str
    score: float


class OccupationIndex:
    """A search over `(code, title)` entries; the first entry of a code is its label.

    Compares character trigrams by cosine, the rare ones counting more; a few thousand entries take
    a few milliseconds.
    """

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        listed = list(entries)
        self._codes = [code for code, _ in listed]
        self._labels: dict[str, str] = {}
        for code, title in listed:
            self._labels.setdefault(code, title)
        stems = [_stems(title) for _, title in listed]
        self._exact: defaultdict[frozenset[str], set[str]] = defaultdict(set)
        for code, found in zip(self._codes, stems, strict=True):
            if found:
                self._exact[frozenset(found)].add(code)
        grams = [_trigrams(found) for found in stems]
        holders = Counter(gram for counted in grams for gram in counted)
        self._rarity = {gram: math.log(1 + len(listed) / count) for gram, count in holders.items()}
        self._postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for entry, counted in enumerate(grams):
            for gram, weight in self._weighted(counted).items():
                self._postings[gram].append((entry, weight))

    def search(self, text: str, limit: int = 10) -> list[Match]:
        """The occupations whose titles are spelled most like the text, best first; equals by code."""
        code = text.strip().upper()
        if code in self._labels:
            return [Match(code, self._labels[code], 1.0)][:limit]
        found = _stems(text)
        closeness: defaultdict[int, float] = defaultdict(float)
        for gram, weight in self._weighted(_trigrams(found)).items():
            for entry, other in self._postings.get(gram, ()):
                closeness[entry] += weight * other
        best: dict[str, float] = dict.fromkeys(self._exact.get(frozenset(found), ()), 1.0)
        for entry, score in closeness.items():
            code = self._codes[entry]
            best[code] = max(best.get(code, 0.0), min(round(score, 6), 1.0))
        ordered = sorted(best.items(), key=lambda item: (-item[1], item[0]))
        return [Match(code, self._labels[code], score) for code, score in ordered[:limit] if score > 0]

    def find(self, text: str) -> list[Match]:
        """The occupations that have this very title, up to case, accents, gender and filler words."""
        code = text.strip().upper()
        codes = {code} if code in self._labels else self._exact.get(frozenset(_stems(text)), set())
        return [Match(code, self._labels[code], 1.0) for code in sorted(codes)]

    def _weighted(self, counted: Counter[str]) -> dict[str, float]:
        # A trigram that no title holds still lengthens the text: it makes it less like all of them.
        unknown = math.log(1 + len(self._codes)) if self._codes else 1.0
        weights = {gram: count * self._rarity.get(gram, unknown) for gram, count in counted.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        return {gram: weight / length for gram, weight in weights.items()} if length else {}


def _stems(text: str) -> list[str]:
    """The telling words without their gender, each once: "Serveur / Serveuse de bar" → ["serve", "bar"]."""
    bare = _NOISE.sub(" ", fold(text))
    return list(dict.fromkeys(_neuter(word) for word in words(bare) if word not in _FILLERS))


def _neuter(word: str) -> str:
    singular = word[:-1] if len(word) > 4 and word.endswith("s") else word
    for ending, stem in _GENDERS:
        if singular.endswith(ending) and len(singular) >= max(len(ending) + 2, 5):
            return singular[: -len(ending)] + stem
    return singular


def _trigrams(found: list[str]) -> Counter[str]:
    return Counter(f" {word} "[i : i + 3] for word in found for i in range(max(1, len(word))))


def build_index(database: Database) -> OccupationIndex:
    """The index of all labels and titles of the referential."""
    labels = database.rows("SELECT code, label FROM occupation ORDER BY code")
    titles = database.rows(
        "SELECT t.code, t.title FROM occupation_title t JOIN occupation o ON o.code = t.code ORDER BY t.code, t.title"
    )
    return OccupationIndex(
        [(row["code"], row["label"]) for row in labels] + [(row["code"], row["title"]) for row in titles]
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


class SkillWords:
    """One wording a skill: the referential's where it has it, so that lists can be compared."""

    def __init__(self, database: Database) -> None:
        rows = database.rows("SELECT name, folded FROM skill")
        self._known: dict[str, str] = {row["folded"]: row["name"] for row in rows}

    def same(self, skills: Iterable[str]) -> tuple[str, ...]:
        """The skills in that wording, each once, empty ones dropped."""
        return tuple(dict.fromkeys(self._same(skill) for skill in skills if skill.strip()))

    def _same(self, skill: str) -> str:
        plain = " ".join(skill.split())
        folded = fold(plain)
        if folded not in self._known:
            self._known[folded] = plain[0].upper() + plain[1:]
        return self._known[folded]
