"""Rules that read what an offer asks of people: experience, licences, languages."""

from __future__ import annotations

import re

from ftcore.drafting.demands import Asked, demand_of, is_denied
from ftcore.drafting.terms import COUNT, Said, number_of
from ftcore.model import Demand
from ftcore.text import fold

# Of "2 à 3 ans" the smaller number is what is asked.
_SPAN = rf"(?:{COUNT.replace('(', '(?P<least>', 1)}\s*(?:à|-|/|ou)\s*)?{COUNT.replace('(', '(?P<count>', 1)}" + (
    r"\s*(?P<unit>ans?|an\(s\)|ann[ée]es?|mois)"
)
_EXPERIENCE = (
    re.compile(
        r"\b(?:d[ée]butant\S*\s+(?:est |sont )?(?:les )?(?:accept\w*|bienvenu\w*|ok\b|possible\b)"
        r"|junior\w*\s+accept\w*|sans exp[ée]rience)",
        re.IGNORECASE,
    ),
    re.compile(rf"\b{_SPAN}\s*(?:minimum\s*|min\.?\s*|au moins\s*)?(?:d['’]\s*|de\s+)?exp[ée]rience", re.I),
    re.compile(
        r"\bexp[ée]rience\s*(?:[a-zéèêàç']+\s+){0,3}(?:de\s+|d['’]\s*|:\s*|\(\s*)?(?:au moins\s+|minimum\s+)?" + _SPAN,
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b{_SPAN}\s*(?:minimum\s*|au moins\s*)?(?:sur|dans|à|en)\s+(?:une?\s+|des\s+)?(?:postes?|fonctions?)"
        r"\s+(?:similaires?|équivalente?s?|identiques?)",
        re.IGNORECASE,
    ),
)
_BEGINNERS_WELCOME = re.compile(r"\bd[ée]butants?\b[^.\n]{0,20}\bbienvenus?", re.I)
_ALONE = re.compile(rf"\s*{_SPAN}(?:\s*(?:minimum|exig\S+|min\.?|souhait\S+))?\.?\s*", re.I)


def read_experience(text: str) -> Said[float] | None:
    """Years of experience asked for; 0 when beginners are welcome."""
    text = text.replace("’", "'")
    alone = _ALONE.fullmatch(text)
    if alone:
        said = text.strip()
        return Said(_years(alone), said, text.index(said))
    hits = [found for rule in (*_EXPERIENCE, _BEGINNERS_WELCOME) if (found := rule.search(text))]
    if not hits:
        return None
    first = min(hits, key=lambda found: found.start())
    return Said(_years(first) if first.re.groups else 0.0, first.group(0), first.start())


def _years(found: re.Match[str]) -> float:
    number = number_of(found["least"] or found["count"])
    return round(number / 12, 2) if found["unit"].lower() == "mois" else float(number)


_LICENCE = re.compile(
    r"\b(?:[Pp]ermis|PERMIS) +(?:de conduire +)?(?:de +)?(?:cat[ée]gorie +)?"
    r"(?P<names>(?:(?:A1|A2|BE|CE|DE|C1|D1|AM|[ABCD]|be|ce|b|c)\b(?!['’])(?: *(?:,|/|et|ou) *)?)+)"
)
_LORRY = re.compile(
    r"\bpermis +(?:de conduire +)?(?:véhicules? légers?|(?P<light>VL)\b|(?P<trailer>super[ -]poids[ -]lourds?|SPL\b)"
    r"|(?P<lorry>poids[ -]lourds?|PL\b))",
    re.IGNORECASE,
)
_CACES = re.compile(
    r"\bCACES\b *((?:R ?\d{3})?(?: *(?:cat(?:[ée]gories?|\.)?|n°)? *(?:\d[AB]?\b(?: *(?:,|/|et|-) *)?)+)?)", re.I
)
_CARD = re.compile(
    r"\b(FIMO|FCO|SSIAP\s?[123]|habilitations? [ée]lectriques?|cartes? professionnelles?|AIPR|ADR|PSC\s?1|SST)\b", re.I
)


def find_licences(text: str) -> list[Asked]:
    """Every licence asked for, in the order of the text; plainly stated ones are required."""
    found_all = [found for rule in (_LICENCE, _LORRY, _CACES, _CARD) for found in rule.finditer(text)]
    asked = []
    for found in sorted(found_all, key=lambda found: found.start()):
        start, end = found.start(), found.start() + len(found.group(0).rstrip(" ,/-"))
        if is_denied(text, start, end):
            continue
        demand = demand_of(text, start, end, Demand.BLOCKING)
        asked += [Asked(name, start, end, demand) for name in _licence_names(found)]
    return asked


def read_licences(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Licences required, and those only wished for: "B", "CE", "CACES R489 1", "FIMO"."""
    return required_and_wished(find_licences(text))


def required_and_wished(asked: list[Asked]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names by demand, each once; one that is required somewhere is not merely wished for."""
    required = dict.fromkeys(each.name for each in asked if each.demand is Demand.BLOCKING)
    wished = dict.fromkeys(each.name for each in asked if each.demand is Demand.FLEXIBLE)
    return tuple(required), tuple(name for name in wished if name not in required)


def _licence_names(found: re.Match[str]) -> list[str]:
    if found.re is _LICENCE:
        return re.findall(r"[A-Z]+\d?", re.sub(r" (?:et|ou) ", " ", f" {found['names']} ").upper())
    if found.re is _LORRY:
        return ["CE" if found["trailer"] else "C" if found["lorry"] else "B"]
    if found.re is _CARD:
        card = " ".join(found.group(1).split())
        if card.lower().startswith("habilitation"):
            return ["habilitation électrique"]
        return ["carte professionnelle"] if card.lower().startswith("carte") else [card.upper()]
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
    r"\b(anglais|allemand|espagnol|italien|portugais|n[ée]erlandais|arabe|chinois|russe|langue des signes)\b", re.I
)
# "restaurant italien" is no language: a word about speaking must stand close by.
_SPEAKING = re.compile(
    r"courant|parl|écrit|\blu\b|niveau|ma[iî]tris|bilingue|pratique|langue|exig|requis|indispensable|obligatoire"
    r"|professionnel|notions|souhait|appréci|un plus|\b[ABC][12]\b",
    re.IGNORECASE,
)


def find_languages(text: str) -> list[Asked]:
    """Every language asked for, in the order of the text; plainly stated ones are required."""
    asked = []
    for found in _LANGUAGE.finditer(text):
        name = _LANGUAGES.get(fold(found.group(1)), found.group(1))
        start, end = found.span()
        around = text[max(0, start - 25) : start] + " " + text[end : end + 30]
        alone = fold(text) == fold(found.group(1)) or text.strip().startswith(found.group(0))
        if is_denied(text, start, end) or not (alone or _SPEAKING.search(around)):
            continue
        asked.append(Asked(name, start, end, demand_of(text, start, end, Demand.BLOCKING)))
    return asked


def read_languages(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Languages required, and those only wished for; never a demand of a mother tongue."""
    return required_and_wished(find_languages(text))
