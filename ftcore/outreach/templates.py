"""The wordings of the automaton: one kind of message, one text with placeholders such as ((prénom)).

An agency may write its own (`template_versions`); the latest of a kind is the one in use. Version 0 is the
program's. What a wording must and may not hold is in `wording_rules`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from ftcore.database import Transaction
from ftcore.model import Offer
from ftcore.outreach.codes import short_code
from ftcore.outreach.forbidden import forbidden
from ftcore.outreach.sms import gsm_safe

__all__ = ["DEFAULTS", "LABELS", "PLACEHOLDER", "PLACEHOLDERS", "Kind", "Template", "current", "fill", "forbidden",
           "raw", "short_title", "values_of"]  # fmt: skip


class Kind(StrEnum):
    """What a message of the automaton is for."""

    OPENING = "opening"
    REMINDER = "reminder"
    ASK_AVAILABILITY = "ask_availability"
    ASK_PREREQUISITE = "ask_prerequisite"
    HANDOVER = "handover"
    CALLBACK = "callback"
    DECLINED = "declined"
    UNSURE = "unsure"
    WRONG_PERSON = "wrong_person"
    FACT = "fact"
    QUESTION = "question"
    CLOSING = "closing"
    SATISFACTION = "satisfaction"


LABELS: dict[Kind, str] = {
    Kind.OPENING: "Premier message",
    Kind.REMINDER: "Relance, un jour après",
    Kind.ASK_AVAILABILITY: "Question : la disponibilité",
    Kind.ASK_PREREQUISITE: "Question : un critère de l'offre",
    Kind.HANDOVER: "Tout est rempli : un conseiller appelle",
    Kind.CALLBACK: "La personne veut être appelée",
    Kind.DECLINED: "La personne dit non",
    Kind.UNSURE: "La personne hésite",
    Kind.WRONG_PERSON: "Ce n'est pas la bonne personne",
    Kind.FACT: "Réponse à une question sur l'offre",
    Kind.QUESTION: "Question laissée à un conseiller",
    Kind.CLOSING: "Le poste n'est plus à pourvoir",
    Kind.SATISFACTION: "Question de satisfaction, si l'agence la pose",
}

# No "de ((offre))", no "l'((agence))": the article would depend on the first letter of what is put in.
DEFAULTS: dict[Kind, str] = {
    Kind.OPENING: "France Travail, ((agence)) : bonjour ((prénom)), ce poste pourrait vous convenir : ((offre)) "
    "((lieu)) ((contrat)). Cela vous intéresse ? Répondez OUI, NON ou votre question. Message automatique, réf. "
    "((code)). STOP pour ne plus en recevoir.",
    Kind.REMINDER: "France Travail, ((agence)) : bonjour ((prénom)), ce poste vous intéresse-t-il : ((offre)) "
    "((lieu)) ? Répondez OUI ou NON. Sans réponse, nous n'écrirons plus pour cette offre. Message automatique, réf. "
    "((code)). STOP pour ne plus en recevoir.",
    Kind.ASK_AVAILABILITY: "Merci ((prénom)). Quand pourriez-vous commencer ? Message automatique, réf. ((code)).",
    Kind.ASK_PREREQUISITE: "((question)) Répondez OUI ou NON. Message automatique, réf. ((code)).",
    Kind.HANDOVER: "Merci ((prénom)), c'est noté. Un conseiller vous appellera pour ce poste. "
    "Message automatique, réf. ((code)).",
    Kind.CALLBACK: "C'est noté ((prénom)), un conseiller vous appellera. Message automatique, réf. ((code)).",
    Kind.DECLINED: "C'est noté, merci de votre réponse. Elle ne change rien à votre suivi. "
    "Message automatique, réf. ((code)).",
    Kind.UNSURE: "Prenez votre temps. Un conseiller reprendra contact avec vous pour ce poste. "
    "Message automatique, réf. ((code)).",
    Kind.WRONG_PERSON: "Désolés de l'erreur, et merci de nous l'avoir dite. Un conseiller va vérifier ce numéro. "
    "Message automatique.",
    Kind.FACT: "((fait)) ((question)) Message automatique, réf. ((code)).",
    Kind.QUESTION: "Bien noté : un conseiller vous répondra. Message automatique, réf. ((code)).",
    Kind.CLOSING: "France Travail, ((agence)) : ce poste n'est plus à pourvoir : ((offre)). Merci de votre réponse, "
    "elle ne change rien à votre suivi. Message automatique, réf. ((code)).",
    Kind.SATISFACTION: "France Travail, ((agence)) : nos SMS pour ((offre)) vous ont-ils été utiles ? Si vous voulez, "
    "répondez par une note de 1 (pas du tout) à 5 (tout à fait). Sans effet sur votre suivi. Message automatique, réf. "
    "((code)). STOP pour ne plus en recevoir.",
}

# What may stand in a text of that kind; every value is written by the program, never by whoever answers.
PLACEHOLDERS: dict[Kind, frozenset[str]] = {
    kind: frozenset({"prénom", "agence", "offre", "lieu", "contrat", "code"}) for kind in Kind
} | {
    Kind.ASK_PREREQUISITE: frozenset({"prénom", "agence", "offre", "code", "question"}),
    Kind.FACT: frozenset({"prénom", "agence", "offre", "code", "fait", "question"}),
}

PLACEHOLDER = re.compile(r"\(\(([^()]*)\)\)")


@dataclass(frozen=True, slots=True)
class Template:
    """One version of one wording. Version 0 is the program's own."""

    kind: Kind
    version: int
    body: str

    @property
    def name(self) -> str:
        """What is kept with each message written from it."""
        return f"{self.kind.value} {self.version}"


def current(tx: Transaction, agency_id: UUID) -> dict[Kind, Template]:
    """The wordings in use in an agency: its own latest version, else the program's."""
    latest = {
        row["kind"]: row
        for row in tx.rows(
            """
            SELECT kind, version, body FROM sms_template t WHERE agency_id = $1 AND version = (
                SELECT max(version) FROM sms_template x WHERE x.agency_id = t.agency_id AND x.kind = t.kind)
            """,
            agency_id,
        )
    }
    return {
        kind: Template(kind, latest[kind]["version"], latest[kind]["body"])
        if kind in latest
        else Template(kind, 0, text)
        for kind, text in DEFAULTS.items()
    }


def fill(template: Template, values: Mapping[str, str]) -> str:
    """The text as it is sent, in characters that do not double its price. A placeholder without value stays empty."""
    return gsm_safe(raw(template, values))


def raw(template: Template, values: Mapping[str, str]) -> str:
    """The same before any character is rewritten. What an empty value leaves behind is tidied up."""
    text = PLACEHOLDER.sub(lambda found: values.get(found[1], ""), template.body)
    return re.sub(r" +(?=[,.)\n]|$)", "", re.sub(r" {2,}", " ", text)).strip()


def values_of(agency_name: str, offer: Offer, first_name: str) -> dict[str, str]:
    """What the placeholders stand for, for one person and one offer. A place known by its department is not named."""
    return {
        "prénom": first_name,
        "agence": agency_name,
        "offre": short_title(offer.title),
        "lieu": f"à {offer.place.name}" if offer.place and offer.place.insee else "",
        "contrat": f"({offer.contract})" if offer.contract else "",
        "code": short_code(offer.offer_id),
    }


def short_title(title: str, limit: int = 60) -> str:
    """The title without its "(H/F)" and not longer than an SMS can bear."""
    bare = " ".join(re.sub(r"\(?\b[HF]\s?/\s?[HF]\b\)?", "", title, flags=re.IGNORECASE).split())
    return bare if len(bare) <= limit else bare[: limit - 3].rstrip() + "..."
