"""Rules that read what an offer asks of people: experience, licences, languages."""

from __future__ import annotations

import re

from ftcore.drafting.terms import COUNT, Said, number_of
from ftcore.text import fold

_SPAN = rf"{COUNT}\s*(ans?|an\(s\)|ann[ée]es?|mois)"
_EXPERIENCE = (
    re.compile(r"\b(?:d[ée]butant\S*\s+(?:est |sont )?(?:les )?(?:accept|bienvenu)\w*|sans exp[ée]rience)", re.I),
    re.compile(rf"\b{_SPAN}\s*(?:minimum\s*|min\.?\s*|au moins\s*)?(?:d['’]\s*|de\s+)?exp[ée]rience", re.I),
    re.compile(
        rf"\bexp[ée]rience\s*(?:[a-zéèêàç']+\s+){{0,3}}(?:de\s+|d['’]\s*|:\s*)?(?:au moins\s+|minimum\s+)?{_SPAN}", re.I
    ),
)
_BEGINNERS_WELCOME = re.compile(r"\bd[ée]butants?\b[^.\n]{0,20}\bbienvenus?", re.I)


def read_experience(text: str) -> Said[float] | None:
    """Years of experience asked for; 0 when beginners are welcome."""
    text = text.replace("’", "'")
    alone = re.fullmatch(rf"\s*{_SPAN}(?:\s*(?:minimum|exig\S+|min\.?))?\.?\s*", text, re.I)
    if alone:
        return Said(_years(alone.group(1), alone.group(2)), text.strip())
    hits = [found for rule in (*_EXPERIENCE, _BEGINNERS_WELCOME) if (found := rule.search(text))]
    if not hits:
        return None
    first = min(hits, key=lambda found: found.start())
    if not first.re.groups:
        return Said(0.0, first.group(0))
    return Said(_years(first.group(1), first.group(2)), first.group(0))


def _years(count: str, unit: str) -> float:
    number = number_of(count)
    return round(number / 12, 2) if unit.lower() == "mois" else float(number)


_WISHED = re.compile(r"^[^,.;\n]{0,40}?\b(souhait\w*|appr[ée]ci\w*|un plus|un atout|id[ée]alement|facultati\w*)", re.I)
_NOT_ASKED = re.compile(r"^[^,.;\n]{0,25}?\b(non|pas)\s+(exig|n[ée]cessaire|requis|obligatoire|demand)", re.I)
_LICENCE = re.compile(
    r"\b(?:[Pp]ermis|PERMIS) +(?:de conduire +)?((?:(?:A1|A2|BE|CE|DE|C1|D1|AM|[ABCD])\b(?: *(?:,|/|et|ou) *)?)+)"
)
_CACES = re.compile(
    r"\bCACES\b *((?:R ?\d{3})?(?: *(?:cat(?:[ée]gories?|\.)?|n°)? *(?:\d[AB]?\b(?: *(?:,|/|et|-) *)?)+)?)", re.I
)
_CARD = re.compile(r"\b(FIMO|FCO|SSIAP\s?[123]|habilitation électrique)\b", re.I)


def read_licences(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Licences required, and those only wished for: "B", "CE", "CACES R489 1", "FIMO"."""
    required: list[str] = []
    wished: list[str] = []
    for found in (*_LICENCE.finditer(text), *_CACES.finditer(text), *_CARD.finditer(text)):
        after = text[found.end() :]
        if _NOT_ASKED.match(after):
            continue
        target = wished if _WISHED.match(after) else required
        target.extend(name for name in _licence_names(found) if name not in target)
    return tuple(required), tuple(wished)


def _licence_names(found: re.Match[str]) -> list[str]:
    if found.re is _LICENCE:
        return re.findall(r"[A-Z]+\d?", found.group(1))
    if found.re is _CARD:
        card = " ".join(found.group(1).split())
        return [card.upper() if card[:3].isupper() or len(card) < 8 else card.lower()]
    family = re.search(r"R\s?(\d{3})", found.group(1), re.I)
    name = f"CACES R{family.group(1)}" if family else "CACES"
    rest = found.group(1)[family.end() :] if family else found.group(1)
    return [f"{name} {category.upper()}" for category in re.findall(r"\d[AB]?", rest, re.I)] or [name]


_LANGUAGES = {
    "anglais": "anglais",
    "allemand": "allemand",
    "espagnol": "espagnol",
    "italien": "italien",
    "portugais": "portugais",
    "neerlandais": "néerlandais",
    "arabe": "arabe",
    "chinois": "chinois",
    "russe": "russe",
    "langue des signes": "langue des signes",
}
_LANGUAGE = re.compile(
    r"\b(anglais|allemand|espagnol|italien|portugais|néerlandais|arabe|chinois|russe|langue des signes)\b", re.I
)
# "restaurant italien" is no language: a word about speaking must stand close by.
_SPEAKING = re.compile(
    r"courant|parl|écrit|\blu\b|niveau|ma[iî]tris|bilingue|pratique|langue|exig|requis|indispensable"
    r"|professionnel|notions|souhait|appréci|un plus|\b[ABC][12]\b",
    re.IGNORECASE,
)


def read_languages(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Languages required, and those only wished for; never a demand of a mother tongue."""
    required: list[str] = []
    wished: list[str] = []
    for found in _LANGUAGE.finditer(text):
        name = _LANGUAGES.get(fold(found.group(1)), found.group(1))
        before, after = text[: found.start()], text[found.end() :]
        alone = fold(text) == fold(found.group(1)) or text.strip().startswith(found.group(0))
        if _NOT_ASKED.match(after) or not (alone or _SPEAKING.search(before[-25:] + " " + after[:30])):
            continue
        target = wished if _WISHED.match(after) else required
        if name not in target:
            target.append(name)
    return tuple(required), tuple(wished)
