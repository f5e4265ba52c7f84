"""Rules that read who is wanted, how many, and by whom: title, openings, employer."""

from __future__ import annotations

import re

from ftcore.drafting.terms import COUNT, Said, number_of
from ftcore.text import fold

_OPENING = re.compile(
    r"(?:(?:bonjour|urgent|merci|nouveau)\b)?[\s,!:.-]*"
    r"(?:(?:nous|on|je|l'entreprise|notre client)\s+)?"
    r"(?:sommes (?:actuellement )?à la recherche\s+(?:de\s+|d['’])|(?:souhait\w+ )?(?:re)?(?:cherch\w+"
    r"|crut\w+))?\s*:?\s*"
    r"(?:besoin\s+(?:urgent\s+)?d['’e]\s*|offre\s+(?:d'emploi\s+)?(?:de\s+|d['’])?|poste\s+(?:de\s+|d['’]))?"
    r"(?:une?\(?e?\)?\s+|un[-.·]e\s+|des\s+|le\s+|la\s+|\d+\s+(?:postes?\s+(?:de\s+|d['’]))?"
    r"|(?:deux|trois|quatre|cinq)\s+(?:postes?\s+(?:de\s+|d['’]))?)?",
    re.IGNORECASE,
)
_WANTED = re.compile(
    r"\b(?:re)?cherch(?:e|ons|ent)\b(?!\s+(?:à|active))|\brecrut(?:e|ons|ent)\b|\bposte (?:de |d['’])(?!travail)"
    r"|\bbesoin d|\bà la recherche d",
    re.IGNORECASE,
)
_TITLE_ENDS = re.compile(
    r"[,;:!\n]|\.(?!\w)|\s[-–—]\s|\s(?:pour|dans|chez|en\s+(?:CD[ID]|int[ée]rim|alternance)|avec|qui|dès|CDI|CDD"
    r"|int[ée]rim|temps|débutant|permis|CACES|expérience|basée?|secteur|saison|motivée?|du(?=\s\d)|\d)(?=\s|\d|\(|$)"
    # "serveur à Rennes", but "aide à domicile"
    r"|\s(?:à|À|a|au|aux|sur)\s+(?:partir|compter|pourvoir|temps|(?-i:[A-ZÉÈÎ\d]))",
    re.IGNORECASE,
)
_FOR_ALL = re.compile(r"\(?\b[HFM]\s?/\s?[HFM]\b", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"\s*(?:bonjour|bonsoir|madame|monsieur|objet|missions?|profil|conditions|annonce|offre d'emploi|notes?"
    r"|urgent)\b\W*"
    r"(?:$|\n)|.*[:?]\s*$",
    re.IGNORECASE,
)
_QUOTES = "\"'«» *_\t\u00a0"
NEAR_THE_TOP = 300


def find_title(text: str) -> Said[str] | None:
    """The title: the first line when it is one, the words that follow "cherche", "poste de"…, or the first words."""
    line = re.compile(r"[^\n]*").match(text, len(text) - len(text.lstrip()))
    if (
        line is None
        or not line.group(0)
        or "à préciser" in line.group(0).lower()
        or "a preciser" in fold(line.group(0))
    ):
        return None
    wanted = _WANTED.search(text)
    for_all = _FOR_ALL.search(line.group(0)[:130])
    if for_all and not (wanted and line.start() <= wanted.start() < line.start() + for_all.start()):
        return _title_at(text, line.start(), line.end())
    alone = line.end() < len(text.rstrip()) and len(line.group(0)) <= 80 and not _NO_TITLE.match(line.group(0))
    if wanted and not (alone and wanted.start() > NEAR_THE_TOP):
        return _title_at(text, wanted.start(), len(text)) or (_title_at(text, *line.span()) if alone else None)
    return _title_at(text, *line.span())


def _title_at(text: str, start: int, end: int) -> Said[str] | None:
    begun = re.compile(r"[\s•*#_-]*").match(text, start, end)
    start = begun.end() if begun else start
    opening = _OPENING.match(text, start, end)
    several = bool(opening and re.search(r"\d|\b(?:deux|trois|quatre|cinq|des)\b", opening.group(0), re.IGNORECASE))
    start = opening.end() if opening else start
    # With a space before it, a text that begins with "CDI" or "temps plein" has no title at all.
    rest = " " + text[start : min(end, start + 200)]
    cut = _TITLE_ENDS.search(rest)
    words = rest[1 : max(1, cut.start())] if cut else rest[1:]
    lead = len(words) - len(words.lstrip(_QUOTES))
    words = words.strip(_QUOTES + "(")
    title = " ".join(words.split())
    if len(title) < 3 or len(title) > 120 or not re.search(r"[a-zA-ZÀ-ÿ]{3}", title):
        return None
    if several:
        title = re.sub(r"^(?:[\wÀ-ÿ-]+s\b ?)+", lambda plural: re.sub(r"(?<!mi)s\b", "", plural.group(0)), title)
    return Said(title[0].upper() + title[1:], words, start + lead)


_OPENINGS = (
    re.compile(
        rf"\b{COUNT}\s+postes?\b(?!\s+(?:de travail|clients?|informatiques?))|\bpostes?\s*:\s*{COUNT}\b", re.IGNORECASE
    ),
    re.compile(
        rf"\b(?:cherch\w+|recrut\w+|besoin de)\s+{COUNT}\s+(?!ans?\b|mois\b|heures?\b|personne\s+motiv)[a-zà-ÿ]", re.I
    ),
)


def read_openings(text: str) -> Said[int] | None:
    """How many people are wanted: "2 postes", "cherche trois serveurs"."""
    found = next((match for rule in _OPENINGS if (match := rule.search(text))), None)
    count = next((group for group in found.groups() if group), "") if found else ""
    # "cherche un serveur" is how one asks for a server, not a count.
    number = 0 if fold(count) in ("un", "une") else number_of(count)
    return Said(number, found.group(0), found.start()) if found and number else None


_CAPITALS = r"[A-ZÉÈÀÎ][\w&'’.-]{0,40}"
_HOUSE_NAME = rf"{_CAPITALS}(?:\s(?:de|du|des|la|le|les|et|&|d['’])?\s?{_CAPITALS}){{0,4}}"
_EMPLOYERS = (
    re.compile(rf"\b(?:pour|de) (?:son|notre) client,?\s+(?P<name>{_HOUSE_NAME})(?=\s*[,.(]|\s+(?:à|basé|situé))"),
    re.compile(rf"\bchez\s+(?P<name>{_HOUSE_NAME})"),
    re.compile(
        rf"(?:^|[.!\n][ \t]*|\b(?:[Ll]a société|[Ll]['’]entreprise|[Ll]e groupe)\s+)(?P<name>{_HOUSE_NAME})"
        r"(?:,[^,.\n]{3,80},)?\s+(?:recherche|recrute|cherche|embauche)\b"
    ),
    re.compile(r"(?P<name>(?<![\w'’-])(?:[A-ZÉÈ][\w&'’-]{1,40}\s){1,3}(?:SAS|SARL|SASU|EURL|SA)\b)"),
)
_KIND = re.compile(r"(?:[Ll]['’]entreprise|[Ll]a société|[Ll]e groupe)\s+")
_NO_NAMES = """
nous on je urgent bonjour notre votre vous poste restaurant entreprise le la particulier cabinet offre client clients
les cdi cdd importants nos merci
"""
_NO_HOUSE = frozenset(_NO_NAMES.split())


def find_employer(text: str) -> Said[str] | None:
    """The employer when it is named: "DURAND SAS recrute", "chez Boulangerie Martin"."""
    for rule in _EMPLOYERS:
        for found in rule.finditer(text):
            name = found["name"].rstrip(" .,'’-")
            lead = _KIND.match(name)
            skipped = lead.end() if lead else 0
            name = name[skipped:]
            if len(name) >= 3 and fold(name).split()[0] not in _NO_HOUSE:
                return Said(name, name, found.start("name") + skipped)
    return None
