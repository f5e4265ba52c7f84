"""How much a text insists on what it asks for: "exigé", "souhaité", or nothing said."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ftcore.model import Demand


@dataclass(frozen=True, slots=True)
class Asked:
    """Something a text asks for, where it stands in the text, and how much it insists."""

    name: str
    start: int
    end: int
    demand: Demand


_MUST = r"exig\w*|obligatoire\w*|indispensable\w*|imp[ée]rati\w*|requis\w*|n[ée]cessaire\w*|incontournable\w*"
_WISH = (
    r"souhait\w*|appr[ée]ci[ée]\w*|un plus|un (?:r[ée]el )?atout|id[ée]ale?\w*|facultati\w*|de pr[ée]f[ée]rence"
    r"|pr[ée]f[ée]rable\w*|si possible|recommand[ée]\w*|optionnel\w*|bienvenue?s?"
)
# A word of demand stands in the same clause; after a comma only when it comes at once ("permis B, exigé").
_AFTER = re.compile(rf"^(?:[^,.;\n]{{0,45}}?|\s*,\s*)\b(?:(?P<must>{_MUST})|(?P<wish>{_WISH}))", re.IGNORECASE)
_BEFORE = re.compile(
    r"\b(?:(?P<wish>id[ée]alement|si possible|de pr[ée]f[ée]rence|serait|appr[ée]cions"
    r"|(?:un |les )?plus\s*:|souhait\w*\s*:|atouts?\s*:|appr[ée]ci[ée]\w*\s*:|un plus si)"
    r"|(?P<must>imp[ée]rativement|obligatoirement|il faut|devez|exigeons|n[ée]cessite|exige|avoir absolument"
    rf"|(?:{_MUST})\s*:))",
    re.IGNORECASE,
)
_HEADING = re.compile(r"^[^\n]{0,40}:[ \t]*$|^[ \t*#]*(?:les plus|atouts?|serait un plus)\b[^\n]{0,20}$", re.I | re.M)
_NOT_AFTER = re.compile(
    r"^[^,.;\n]{0,25}?\b(?:(?:non|pas)\s+(?:exig|n[ée]cessaire|requis|obligatoire|demand|indispensable)|inutile)", re.I
)
_NOT_BEFORE = re.compile(
    r"(?:\bsans|\bpas (?:de |besoin (?:de |d['’]))?|\baucune?)\s*(?:le |la |l['’]|un |une )?$", re.IGNORECASE
)


def is_denied(text: str, start: int, end: int) -> bool:
    """Whether the text says that `text[start:end]` is not asked for: "permis B non exigé", "sans permis"."""
    return bool(_NOT_AFTER.match(text[end : end + 60]) or _NOT_BEFORE.search(text[max(0, start - 30) : start]))


def demand_of(text: str, start: int, end: int, plain: Demand) -> Demand:
    """How much the words around `text[start:end]` insist; `plain` when they say nothing."""
    after = _AFTER.match(text[end : end + 60])
    if after:
        return Demand.BLOCKING if after["must"] else Demand.FLEXIBLE
    clause = re.split(r"[.;\n!?]", text[max(0, start - 80) : start])[-1]
    before = list(_BEFORE.finditer(clause))
    if before:
        return Demand.BLOCKING if before[-1]["must"] else Demand.FLEXIBLE
    return _demand_of_heading(text[max(0, start - 400) : start]) or plain


def _demand_of_heading(above: str) -> Demand | None:
    """The list under "Les plus :" is wished for, the one under "Exigé :" is required."""
    block = re.split(r"\n\s*\n", above)[-1]
    headings = _HEADING.findall(block)
    if not headings:
        return None
    if re.search(rf"\b(?:{_WISH}|les plus|plus\s*:|atouts?)", headings[-1], re.IGNORECASE):
        return Demand.FLEXIBLE
    return Demand.BLOCKING if re.search(rf"\b(?:{_MUST})", headings[-1], re.IGNORECASE) else None
