"""Rules that read the diplomas an offer asks for."""

from __future__ import annotations

import re

from ftcore.drafting.demands import Asked, demand_of, is_denied
from ftcore.model import Demand

# The subject of a diploma ends where a sentence, a demand or another fact begins.
_SUBJECT_END = (
    r"(?=\s*(?:$|[,;.:()\n/+»\"]|\s[-–—]\s|\b(?:exig|souhait|obligatoire|requis|indispensable|imp[ée]rati|appr[ée]ci"
    r"|id[ée]al|ou|et (?:équiv|une?|vous|permis|exp|anglais|avec|CAP|BEP|BTS|[Bb]ac|\d|savoir|motiv)|avec|est|sont"
    r"|serait|un plus|minimum|n[ée]cessaire|valid|recommand|pr[ée]f[ée]r|permis|CDI|CDD|anglais|vous|pour|dans"
    r"|exp[ée]rience|d[ée]butant|ayant|qui|\d+\s*(?:h|ans?|mois|€)))\w*)"
)
_SUBJECT = (
    r"(?:[ \t]+(?!et )(?:en |de |d['’]|des |du |option |mention )?[^\W\d_][^\n,;.:()/+»\"]{1,50}?"
    + _SUBJECT_END
    + r")?"
)
_LEVELS = re.compile(r"\bbac\s?\+\s?(?P<years>[1-8])\b(?:\s?(?:/|à|ou)\s?(?:bac)?\s?\+?\s?[1-8])?", re.IGNORECASE)
_NAMED = re.compile(
    r"(?<![\w-])(?:"
    # Mostly capitals: "cap", "bac" and "master" are everyday words.
    r"(?:niveau )?(?:CAP|(?<=titulaire du )cap|(?<=titulaire d['’]un )cap"
    r"|cap(?=\s[\w ]{3,25} (?:exig|souhait|requis|obligat|appr[ée]ci))|(?i:BEP|BTS|DUT|BPJEPS|BAFA|BAFD)|BUT|BP"
    r"|DCG|DSCG|CQP|MBA|[Bb]ac(?:calauréat)? [Pp]ro(?:fessionnel)?|BAC PRO"
    r"|[Ll]icence [Pp]ro(?:fessionnelle)?|[Mm]aster|[Tt]itre [Pp]ro(?:fessionnel)?|[Bb]revet"
    r" [Pp]rofessionnel)\b(?!['’])"
    + _SUBJECT
    + r"|(?:DE(?:AES|AS|AP|AVS|ES|ASS|CESF|EJE|ME|I|JEPS)|CAP AEPE|IDE|AES|DEAMP|CAFERUIS|CNAPS)\b"
    r"|[Nn]iveau [Bb]ac\b(?!\s?\+)|\bBac\b(?!\s?(?:\+|[Pp]ro))"
    r")"
)
_STATE = re.compile(
    r"\b(?:dipl[ôo]mes?|titre|certificat)(?: ou (?:un )?(?:titre|dipl[ôo]me))?(?: d['’][ÉEé]tat)?"
    r"(?P<subject>\s+(?:de |d['’]|en )?[^\W\d_][^\n,;.:()/+»\"]{2,60}?)" + _SUBJECT_END,
    # "un diplôme exigé" names none.
    re.IGNORECASE,
)
_TRAINED = re.compile(
    r"\b(?:titulaires? d['’]une? (?:formation|dipl[ôo]me)(?: de| d['’]| en)?"
    r"|formation (?:exig[ée]e|souhait[ée]e|requise)\s*:|formation (?:de"
    r"|en))\s*[«\"]?\s*(?P<subject>[^\W\d_][^\n,;.:()»\"]{2,60}?)\s*[»\"]?" + _SUBJECT_END,
    re.IGNORECASE,
)
_NO_SUBJECT = re.compile(
    r"\s*(?:est|sont|ou|et|n[ée]cessaire|exig|requis|demand|souhait|obligatoire|appr[ée]ci|adapt|correspond|reconnu"
    r"|valid|[ée]quivalent|professionnel de la route|interne|pr[ée]alable|initiale|continue|assur|compl[èe]te"
    r"|pr[ée]vue|qualifiante)",
    re.IGNORECASE,
)


MOST_DIPLOMAS = 30


def find_diplomas(text: str) -> list[Asked]:
    """Every diploma asked for, in the order of the text: "CAP Cuisine", "Bac+2", "DEAES".

    The name is in the words of the text. Plainly stated ones are required.
    """
    taken: list[Asked] = []
    for rule in (_LEVELS, _STATE, _TRAINED, _NAMED):
        for found in rule.finditer(text):
            asked = _asked(text, found) if len(taken) < MOST_DIPLOMAS else None
            if asked and not any(other.start < asked.end and asked.start < other.end for other in taken):
                taken.append(asked)
    return _joined(text, sorted(taken, key=lambda asked: asked.start))


def _joined(text: str, asked: list[Asked]) -> list[Asked]:
    """ "CAP ou BEP" is one demand, not two: whoever has either has what is asked."""
    joined: list[Asked] = []
    for each in asked:
        last = joined[-1] if joined else None
        between = text[last.end : each.start] if last else ""
        if last and _ABBREVIATED.fullmatch(between):
            continue
        if last and (_EITHER.fullmatch(between) or (last.name in ("CAP", "BEP") and between.strip() == ",")):
            joined[-1] = Asked(f"{last.name} ou {each.name}", last.start, each.end, each.demand)
        else:
            joined.append(each)
    return joined


_EITHER = re.compile(r"\s*(?:,?\s*\bou\b|/)\s*(?:une? |d['’]une? |du |de )?\s*", re.IGNORECASE)
_ABBREVIATED = re.compile(r"\s*\(\s*")


def _asked(text: str, found: re.Match[str]) -> Asked | None:
    start, end = found.span()
    if found.re is _LEVELS:
        name = f"Bac+{found['years']}"
    elif found.re is _NAMED:
        name = " ".join(found.group(0).split())
    else:
        subject = found["subject"]
        if _NO_SUBJECT.match(subject):
            return None
        if found.re is _TRAINED:
            # A training course that the employer gives is no diploma of the person.
            if not re.match(r"titulaire|formation (?:exig|souhait|requis)", found.group(0), re.IGNORECASE):
                return None
            name = f"Formation {' '.join(subject.split())}"
        else:
            name = " ".join(found.group(0).split())
            if name.lower().startswith(("titre", "certificat")) and not re.search(r"[ée]tat|pro|dipl", name, re.I):
                return None
    name = re.sub(r"^(?:cap|bep|bts|dut|bpjeps|bafa|bafd)\b", lambda short: short[0].upper(), name.strip(" «»\"'-"))
    if is_denied(text, start, end):
        return None
    return Asked(name[0].upper() + name[1:], start, end, demand_of(text, start, end, Demand.BLOCKING))
