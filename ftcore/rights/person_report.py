"""What is kept of a person, as a PDF that they can read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from ftcore.insight import wording
from ftcore.insight.paper import heading, new_paper, paragraph
from ftcore.insight.traits import TRAITS
from ftcore.model import Answer, Met
from ftcore.outreach.replies import ANSWER_WORDS
from ftcore.phones import display

if TYPE_CHECKING:
    from fpdf import FPDF

TITLE = "Vos données"
_FILE = {
    "external_id": "Identifiant", "first_name": "Prénom", "last_name": "Nom", "phone": "Téléphone",
    "occupation_code": "Métier recherché (ROME)", "skills": "Compétences", "experience_years": "Expérience (années)",
    "commune": "Commune", "department": "Département", "mobility_km": "Mobilité (km)",
    "available_from": "Disponible à partir du", "licences": "Permis et habilitations",
    "contracts": "Contrats souhaités", "working_time": "Temps de travail", "left_utc": "Sorti de la liste le",
}  # fmt: skip
_TRAIT = {"sex": "Sexe", "birth_year": "Année de naissance", "priority_district": "Quartier prioritaire",
          "unemployed_since": "Sans emploi depuis"}  # fmt: skip
_MET = {Met.MET: "rempli", Met.NOT_MET: "non rempli", Met.UNKNOWN: "inconnu"}
_VERDICT = {
    "retained": "retenu",
    "introduced": "mis en relation",
    "not_retained": "non retenu",
    "to_see": "à voir",
    "called_back": "rappelé",
    "closed": "échange terminé",
}


def pdf(told: Mapping[str, Any]) -> bytes:
    """The document, from what `people.export` gives."""
    paper = new_paper(TITLE, told["made_utc"])
    paper.add_page()
    heading(paper, TITLE, 20)
    paragraph(paper, f"Ce que {told['agency']} garde à votre sujet dans Entremise. Droit d'accès : RGPD, article 15.")
    for file in told["files"]:
        _part(paper, "Votre fiche")
        _fields(paper, file, _FILE)
    _part(paper, "Ce que vous avez déclaré pour mesurer l'équité")
    for row in told["declared_traits"]:
        _fields(paper, row, _TRAIT)
    if not told["declared_traits"]:
        paragraph(paper, "Rien.")
    _part(paper, "Votre opposition aux SMS")
    for row in told["objections"]:
        paragraph(paper, f"{display(row['phone'])} : {_objection(row)}")
    _part(paper, "Les offres pour lesquelles vous avez été proposé(e)")
    for row in told["proposed_for"]:
        chosen = "choisi(e) par un conseiller" if row["chosen"] else row["removal"] or "non choisi(e)"
        place = f"rang {row['place']}" if row["place"] else "ajouté(e) à la main"
        paragraph(
            paper, f"{wording.instant(row['shown_utc'])} · {row['offer'] or 'offre supprimée'} · {place} · {chosen}"
        )
    if not told["proposed_for"]:
        paragraph(paper, "Aucune.")
    for talk in told["conversations"]:
        _conversation(paper, talk)
    _part(paper, "Ce qui a été fait, d'après le journal")
    for row in told["journal"]:
        paragraph(paper, f"{wording.instant(row['happened_utc'])} · {row['actor']} · {row['act']}"
                          + (f" · {row['detail']}" if row["detail"] else ""))  # fmt: skip
    _part(paper, "Aussi gardé")
    others = sum(told["texts_of_others_naming_the_person"].values())
    paragraph(paper, f"{len(told['raw_callbacks'])} retour(s) brut(s) de la passerelle SMS (dans le fichier JSON) "
                      f"et {others} note(s) ou brouillon(s) de travail qui vous nomment.")  # fmt: skip
    return bytes(paper.output())


def _part(paper: FPDF, title: str) -> None:
    paper.ln(4)
    heading(paper, title, 13)


def _fields(paper: FPDF, row: Mapping[str, Any], labels: Mapping[str, str]) -> None:
    for name, label in labels.items():
        paragraph(paper, f"{label} : {_value(row.get(name))}")


def _value(value: Any) -> str:
    if value is None or value == []:
        return "inconnu"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return wording.instant(value)
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _objection(row: Mapping[str, Any]) -> str:
    if not row["objected"]:
        return "aucune, vous pouvez recevoir des SMS"
    since = f" depuis le {wording.instant(row['since_utc'])}" if row.get("since_utc") else ""
    return f"vous ne recevez plus de SMS{since} ({row.get('reason') or row['source']})"


def _conversation(paper: FPDF, talk: Mapping[str, Any]) -> None:
    _part(paper, f"Échange : {talk['offer'] or 'offre supprimée'}")
    paragraph(paper, f"Ouvert le {wording.instant(talk['opened_utc'])}, au {display(talk['phone'])}")
    lines = [(one["claimed_utc"] or one["queued_utc"], _sent(one)) for one in talk["messages"]]
    lines += [(one["received_utc"], _received(one)) for one in talk["replies"]]
    lines += [(one["happened_utc"], f"Dossier · {one['kind']} {one['body'] or ''}") for one in talk["notes"]]
    for instant, line in sorted(lines):
        paragraph(paper, f"{wording.instant(instant)} · {line}")
    for check in talk["checks"]:
        paragraph(paper, f"Critère « {check['text']} » : {_MET[Met(check['met'])]}")
    if talk["verdict"]:
        why = f" : {talk['verdict_reason']}" if talk["verdict_reason"] else ""
        verdict = _VERDICT.get(talk["verdict"], talk["verdict"])
        paragraph(paper, f"Décision d'un conseiller, {wording.instant(talk['verdict_utc'])} : {verdict}{why}")
    for arm in talk["arms"]:
        paragraph(paper, f"Tirage au sort « {arm['comparison']} » : {arm['arm']}")
    for group in talk["groups"]:
        known = [f"{TRAITS[name].label} : {TRAITS[name].groups[value][0]}" for name, value in group.items()
                 if name in TRAITS and value in TRAITS[name].groups]  # fmt: skip
        paragraph(paper, "Groupes comptés pour l'équité : " + (", ".join(known) or "aucun"))


def _sent(one: Mapping[str, Any]) -> str:
    writer = "automate" if one["automatic"] else "un conseiller"
    return f"SMS envoyé par {writer} ({one['state']}) : {one['body'] or '(texte effacé)'}"


def _received(one: Mapping[str, Any]) -> str:
    read = ANSWER_WORDS[Answer(one["corrected"] or one["reading"])]
    by = "corrigé par un conseiller" if one["corrected"] else one["rule"] or "règle effacée"
    return f"Votre réponse : {one['body'] or '(texte effacé)'} · lue comme « {read} » ({by})"
