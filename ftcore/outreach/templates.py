"""The wordings of the automaton: one kind of message, one text with placeholders such as ((prénom))."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from ftcore.database import Transaction
from ftcore.outreach.sms import gsm_safe


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


# Version 0 of each kind: what is said until an agency writes its own.
DEFAULTS: dict[Kind, str] = {
    Kind.OPENING: "France Travail, ((agence)) : bonjour ((prénom)), un poste de ((offre))((lieu))((contrat)) pourrait "
    "vous convenir. Êtes-vous intéressé(e) ? Répondez OUI, NON ou posez votre question. Message automatique, réf. "
    "((code)). STOP pour ne plus en recevoir.",
    Kind.REMINDER: "France Travail, ((agence)) : bonjour ((prénom)), le poste de ((offre)) vous intéresse-t-il ? "
    "Répondez OUI ou NON. Sans réponse, nous n'écrirons plus pour cette offre. Message automatique, réf. ((code)). "
    "STOP pour ne plus en recevoir.",
    Kind.ASK_AVAILABILITY: "Merci ((prénom)). À partir de quand êtes-vous disponible ? (réf. ((code)))",
    Kind.ASK_PREREQUISITE: "((question)) (réf. ((code)))",
    Kind.HANDOVER: "Merci ((prénom)), c'est noté. Un conseiller de l'((agence)) vous appellera pour ce poste.",
    Kind.CALLBACK: "C'est noté ((prénom)), un conseiller de l'((agence)) vous appellera.",
    Kind.DECLINED: "C'est noté, merci de votre réponse. Elle ne change rien à votre suivi.",
    Kind.UNSURE: "Prenez votre temps. Un conseiller de l'((agence)) reprendra contact avec vous pour ce poste.",
    Kind.WRONG_PERSON: "Désolés de l'erreur, et merci de nous l'avoir dit. Un conseiller va corriger ce numéro.",
    Kind.FACT: "((fait)) ((question))",
    Kind.QUESTION: "Message bien reçu. Un conseiller de l'((agence)) vous répondra.",
    Kind.CLOSING: "France Travail, ((agence)) : le poste de ((offre)) n'est plus à pourvoir. Merci de votre réponse, "
    "elle ne change rien à votre suivi. Message automatique.",
}

# What may stand in a text of that kind; every value is written by the program, never by whoever answers.
PLACEHOLDERS: dict[Kind, frozenset[str]] = {
    kind: frozenset({"prénom", "agence", "offre", "lieu", "contrat", "code"}) for kind in Kind
} | {
    Kind.ASK_PREREQUISITE: frozenset({"prénom", "agence", "offre", "code", "question"}),
    Kind.FACT: frozenset({"prénom", "agence", "offre", "code", "fait", "question"}),
}

_PLACEHOLDER = re.compile(r"\(\(([^()]*)\)\)")


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
    return gsm_safe(_PLACEHOLDER.sub(lambda found: values.get(found[1], ""), template.body))
