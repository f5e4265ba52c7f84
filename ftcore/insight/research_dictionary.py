"""The data dictionary of the export for researchers, in French, as it lies in the zip."""

from __future__ import annotations

from ftcore.insight.metrics import WINDOW_HOURS
from ftcore.insight.scope import Scope

_WHERE = "Département de l'agence ; région, puis « France » là où moins de k personnes le partageraient."
_OCCUPATION = "Code ROME du métier de l'offre : 5 caractères, ou 3 ou 1 suivis de * ; « * » : tous ; « — » : inconnu."
CONVERSATION_COLUMNS = {
    "key": "Clé de la ligne, propre à cet export. Ne se retrouve dans aucun autre, ni dans la table des personnes.",
    "department": _WHERE,
    "occupation": _OCCUPATION,
    "period": "Semaine ISO du premier SMS (2026-W45), ou mois (2026-11), trimestre (2026-Q4), année (2026). Paris.",
    "delivered": "Le premier SMS est arrivé, selon l'opérateur.",
    "replied": f"Une réponse autre que STOP dans les {WINDOW_HOURS} h après la remise.",
    "first_reply": "Attente de cette réponse, par tranche ; vide sans réponse.",
    "interest": "Intérêt pour l'offre : yes, no, unsure, unknown. La lecture d'un conseiller prime.",
    "opted_out": "La personne a répondu STOP dans cet échange.",
    "reminded": "Une relance est partie.",
    "by_hand": "Un conseiller a pris la main (et ne l'a pas rendue).",
    "prerequisites": "none : rien demandé ; all met ; not met : au moins un non rempli ; unknown : le reste.",
    "handed_over": "L'échange est transmis au conseiller.",
    "verdict": "Décision d'un conseiller : retained, to_see, introduced, called_back, not_retained, closed, none.",
}
PEOPLE_COLUMNS = {
    "key": "Clé de la ligne, propre à cet export. Ne se retrouve dans aucun autre, ni dans la table des échanges.",
    "department": _WHERE,
    "occupation": _OCCUPATION + " Celui de la première approche de la période.",
    "approaches": "Nombre d'offres proposées dans la période ; « n or more » : n ou plus.",
    "answered": f"A répondu au moins une fois dans les {WINDOW_HOURS} h.",
    "opted_out": "A répondu STOP.",
    "handed_over": "A été transmise au conseiller au moins une fois.",
    "introduced": "A été mise en relation au moins une fois.",
}


def dictionary() -> dict[str, dict[str, str]]:
    """What each column of each table holds."""
    return {"conversations": CONVERSATION_COLUMNS, "people": PEOPLE_COLUMNS}


def readme(k: int, scope: Scope, counts: dict[str, tuple[int, int]]) -> str:
    """What the reader of the export must know: what it holds, what is missing, and what it must not be used for."""
    lines = [
        "Export pour la recherche (Entremise)",
        "",
        f"Période : du {scope.since:%d/%m/%Y} au {scope.until:%d/%m/%Y}, jours de Paris.",
        f"k-anonymat : k = {k}. Toute combinaison publiée de lieu, métier et période (ou nombre d'approches) compte au",
        f"moins {k} personnes différentes. Les lignes sont généralisées ; celles qui ne peuvent pas l'être manquent :",
        *(f"- {name} : {kept} lignes publiées, {gone} retirées" for name, (kept, gone) in counts.items()),
        "",
        "Aucun nom, numéro, texte, identifiant d'origine ni instant exact. Les clés viennent d'un sel tiré au hasard",
        "pour cet export et oublié : deux exports ne peuvent pas être reliés. Les deux tables non plus.",
        "Le k-anonymat ne protège pas d'un groupe où toutes les réponses sont les mêmes : ne tentez de reconnaître",
        "personne, et ne rapprochez ces lignes d'aucun autre fichier.",
        "",
        "Un « non », un STOP ou un silence n'est pas un refus d'offre d'emploi et ne doit pas être présenté ainsi.",
        "Les lignes retirées sont surtout celles des petits lieux et des métiers rares : les moyennes en souffrent.",
        "",
        "Les colonnes sont décrites dans dictionary.json. CSV (UTF-8, virgules) et Parquet ont le même contenu.",
    ]
    return "\n".join(lines) + "\n"
