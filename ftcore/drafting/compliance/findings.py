"""A finding, the articles of law behind the rules, and where a finding stands in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

L1132 = "Code du travail, art. L5321-2 et L1132-1"
L5331_3 = "Code du travail, art. L5331-3"
L1142 = "Code du travail, art. L1142-1"
L1221 = "Code du travail, art. L1121-1 et L1221-6"
L1242 = "Code du travail, art. L1242-1 et suivants"
PAY_DIRECTIVE = "Directive (UE) 2023/970, art. 5"


class Level(StrEnum):
    """BLOCK: not to be sent or exported until mended or overridden with a reason. WARN: shown."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Finding:
    """`excerpt` stands at `start:end` of the text. `suggestion` replaces it: "" removes it, None is for a person."""

    rule: str
    level: Level
    article: str
    start: int
    end: int
    excerpt: str
    why: str
    suggestion: str | None
    field: str = "description"


def words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def finding_at(
    text: str, rule: str, level: Level, article: str, found: re.Match[str], why: str, suggestion: str | None = None
) -> Finding:
    words = found.group(0).rstrip(" ,;:.\n\t")
    return Finding(rule, level, article, found.start(), found.start() + len(words), words, why, suggestion)


def sentence_of(text: str, start: int, end: int) -> str:
    before = max(text.rfind(mark, 0, start) for mark in ("\n", ". ", "! ", "? ", "; "))
    after = min(
        (place for mark in ("\n", ". ", "! ", "? ", "; ") if (place := text.find(mark, end)) >= 0), default=len(text)
    )
    return text[before + 1 : after]
