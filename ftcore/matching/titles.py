"""The words of a job title: what tells the occupation, without gender, noise or the place and the firm."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

from ftcore.text import fold, words

DATA = Path(__file__).parents[2] / "data" / "occupations"

_NOISE = re.compile(
    r"\(?\b[hf]\s*[/\-]?\s*[hf](?:\s*[/\-]?\s*[xn])?\b\)?"
    r"|\((?:h|f|e|s|ne|euse|trice|iere|ere|rice|se|ve|le|ice|elle|esse)\)"
    r"|\b\d+\s*(?:h\d*|%|heures?|ans?|mois|postes?|eur(?:os)?|k)\b|\d+"
    r"|\b(?:cdi|cdd|cdic|interim(?:aire)?|stage|alternance|apprentissage|apprenti(?:e)?|contrat pro"
    r"|temps (?:plein|partiel|complet)|mi-temps|saisonnier|saisonniere|debutant(?:e)?s?(?: accepte(?:e)?s?)?|urgent"
    r"|poste (?:de|d')|job (?:de|d')|nous recrutons|on recrute|offre d'emploi)\b"
    # A search for somebody, not the trade of searching or of recruiting.
    r"|^\W*(?:re)?cherche\b|^\W*recrute\b|\b(?:re)?cherchons\b|\b(?:(?:re)?cherche|recrute)(?= (?:un|une|des|son|sa)\b)"
)
_FILLERS = frozenset(
    {"a", "au", "aux", "avec", "chez", "d", "dans", "de", "des", "du", "en", "et", "l", "la", "le", "les", "ou", "par"}
    | {
        "pour",
        "sur",
        "un",
        "une",
        "son",
        "sa",
        "ses",
        "notre",
        "nos",
        "votre",
        "f",
        "h",
        "x",
        "e",
        "s",
        "secteur",
        "poste",
    }
)
# Longest first; the masculine and the feminine of each line share one stem.
_GENDERS = (
    ("hotesse", "hote"), ("sseuse", "ss"),
    ("trice", "t"), ("teuse", "t"), ("teur", "t"),
    ("euse", "e"), ("eur", "e"),
    ("iere", "i"), ("ier", "i"),
    ("enne", "en"), ("onne", "on"), ("elle", "el"),
    ("ante", "ant"), ("ente", "ent"),
    ("ere", "er"), ("ale", "al"), ("ive", "if"),
    ("ee", "e"),
)  # fmt: skip


def title_stems(text: str) -> list[str]:
    """The telling words without their gender, each once, in their order: "Serveuse (H/F)" → ["serve"]."""
    bare = _NOISE.sub(" ", fold(text))
    found: list[str] = []
    for word in words(bare):
        found += [neuter(part) for part in _abbreviations().get(word, (word,)) if part not in _FILLERS]
    return list(dict.fromkeys(found))


def neuter(word: str) -> str:
    """A word without its plural and gender: "vendeuses" and "vendeur" are one."""
    singular = word[:-1] if len(word) > 4 and word.endswith("s") else word
    for ending, stem in _GENDERS:
        if singular.endswith(ending) and len(singular) >= max(len(ending) + 2, 5):
            return singular[: -len(ending)] + stem
    return singular


@cache
def _abbreviations() -> dict[str, tuple[str, ...]]:
    return {short: tuple(words(long)) for short, long in read_pairs("abbreviations.csv")}


def read_pairs(name: str) -> list[tuple[str, str]]:
    """The two columns of one of the small files that come with the program."""
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return [(row[0], row[1]) for row in list(csv.reader(lines))[1:]]
