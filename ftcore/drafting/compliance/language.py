"""English words that have a French term, coded words, and titles that speak to one gender only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ftcore.drafting.compliance.findings import L1142, Finding, Level, finding_at, words

_ENGLISH = {
    "part-time": "temps partiel",
    "part time": "temps partiel",
    "full-time": "temps plein",
    "full time": "temps plein",
    "sales manager": "responsable des ventes",
    "office manager": "responsable administratif",
    "account manager": "chargé de clientèle",
    "customer service": "service client",
    "team leader": "chef d'équipe",
    "feedback": "retour",
    "deadline": "échéance",
    "deadlines": "échéances",
    "meeting": "réunion",
    "meetings": "réunions",
    "reporting": "compte rendu",
    "onboarding": "accueil",
    "teambuilding": "cohésion d'équipe",
    "team building": "cohésion d'équipe",
    "skills": "compétences",
    "soft skills": "savoir-être",
    "package": "rémunération",
    "asap": "dès que possible",
    "happiness manager": "chargé de la qualité de vie au travail",
    "mindset": "état d'esprit",
    "challenge": "défi",
    "challenges": "défis",
    "job": "emploi",
    "coworking": "travail partagé",
    "remote": "télétravail",
    "home office": "télétravail",
    "business developer": "chargé de développement commercial",
    "shift": "poste",
}
_ENGLISH_WORDS = words(
    r"(?<![\w-])(?:" + "|".join(sorted(map(re.escape, _ENGLISH), key=len, reverse=True)) + r")(?![\w-])"
)
_NOT_ENGLISH = words(r"job ?(?:dating|étudiant|coach)|anglais (?:technique|courant)|logiciel|marque|remote desktop")
_CODED = words(
    r"\b(?:ninja|rock ?star|viril\w*|douceur féminine|force de la nature|homme de terrain|bon père de famille"
    r"|petites mains|fée du logis|maîtresse femme|gros bras|main de fer)\b"
)
_BOTH = words(
    r"\b[HF]\s?/\s?[HF](?:\s?/\s?[XN])?\b|\(e\)|·e|\w+(?:eur|ier|ien|teur|ant|é|er)s? ?/ ?\w+|\bmixte\b|homme\W+femme"
)
_TITLE = words(r"\A\s*(?:titre\s*:\s*)?([^\n]{3,120})")
_OFFER_TEXT = words(r"\A\s*titre\s*:|\brecrut|\bcherch")


def language(text: str) -> Iterator[Finding]:
    for found in _ENGLISH_WORDS.finditer(text):
        if _NOT_ENGLISH.search(text[found.start() : found.end() + 20]):
            continue
        french = _ENGLISH[found.group(0).lower()]
        french = french.capitalize() if found.group(0)[0].isupper() else french
        why = f"Un terme français existe : « {french.lower()} »."
        yield finding_at(text, "language", Level.WARN, "Code du travail, art. L5331-4", found, why, french)


def gender(text: str) -> Iterator[Finding]:
    for found in _CODED.finditer(text):
        why = "Cette image vise un genre plus que l'autre : dites la compétence attendue."
        yield finding_at(text, "gender_wording", Level.WARN, L1142, found, why)
    title = _TITLE.search(text)
    if title and _OFFER_TEXT.search(text) and not _BOTH.search(text[:400]) and not _EPICENE.search(title.group(1)):
        words = title.group(1).strip()
        start = title.start(1)
        why = "Le titre ne dit pas que le poste est ouvert aux femmes et aux hommes."
        yield Finding(
            "gender_wording", Level.WARN, L1142, start, start + len(words), words, why,
            f"{words} (H/F)" if re.match(r"\s*titre\s*:", text, re.IGNORECASE) else None,
        )  # fmt: skip


_EPICENE = words(r"\bpersonne\b|\bprofil\b|\bquelqu")
