"""What a wording must say, what it may not, and how long it gets: every fault is a French sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ftcore.outreach import templates
from ftcore.outreach.forbidden import forbidden
from ftcore.outreach.sms import Length, dear, gsm_safe, measure, rewrites
from ftcore.outreach.templates import PLACEHOLDER, PLACEHOLDERS, Kind, Template
from ftcore.text import fold

MOST_PARTS = 3

# A person as invented as any, with a rather long name and offer: what a wording comes to for most.
SAMPLE = {
    "prénom": "Marie-Laure",
    "offre": "Employé polyvalent de restauration",
    "lieu": "à Saint-Péray",
    "contrat": "(CDI)",
    "code": "K47",
    "question": "Avez-vous le permis B ?",
    "fait": "Le salaire est de 12,50 € brut de l'heure.",
}

_SERVICE = (r"\bfrance travail\b", "Dites qui écrit : « France Travail ».")
_AGENCY = (r"\(\(agence\)\)", "Nommez l'agence : ((agence)).")
_OFFER = (r"\(\(offre\)\)", "Nommez l'offre : ((offre)).")
_AUTOMATIC = (
    r"\b(?:message|sms) automatique\b",
    "Dites que c'est un « message automatique » : la personne doit le savoir (règlement européen sur l'IA, art. 50).",
)
_STOP = (r"\bstop\b", "Dites comment ne plus en recevoir : « STOP pour ne plus en recevoir ».")
_CODE = (r"\(\(code\)\)", "Ajoutez ((code)), qui dit de quelle offre parle une réponse.")
_WHOLE = (_SERVICE, _AGENCY, _OFFER, _AUTOMATIC, _STOP, _CODE)

# What a message of that kind must hold, read on folded text.
COMPULSORY: dict[Kind, tuple[tuple[str, str], ...]] = {
    Kind.OPENING: _WHOLE,
    Kind.REMINDER: _WHOLE,
    Kind.CLOSING: (_SERVICE, _AGENCY, _OFFER, _AUTOMATIC),
    Kind.SATISFACTION: (
        *_WHOLE,
        (r"\b1\b.*\b5\b", "Dites l'échelle : une note de 1 (pas du tout) à 5 (tout à fait)."),
    ),
    Kind.ASK_PREREQUISITE: ((r"\(\(question\)\)", "Mettez la question à poser : ((question))."),),
    Kind.FACT: ((r"\(\(fait\)\)", "Mettez la réponse tirée de l'offre : ((fait))."),),
}

_LINK = re.compile(r"https?:|www\.|\b[\w-]+\.(?:fr|com|net|org|eu|info)\b|\b[\w-]+\.[a-z]{2,8}/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Preview:
    """How a wording comes out for the sample person. `rewritten` pairs a character with what is sent for it.

    `saved_parts` is how many more parts it would take as it was typed; `dear` holds the characters that
    cannot be rewritten and keep the whole message in the dear alphabet.
    """

    body: str
    length: Length
    rewritten: tuple[tuple[str, str], ...]
    saved_parts: int
    dear: str


def preview(kind: Kind, body: str, agency_name: str) -> Preview:
    """The message that the sample person would get from this text."""
    typed = templates.raw(Template(kind, 0, body), SAMPLE | {"agence": agency_name})
    sent = gsm_safe(typed)
    length = measure(sent)
    return Preview(sent, length, rewrites(typed), measure(typed).parts - length.parts, dear(sent))


def faults(kind: Kind, body: str, agency_name: str) -> list[str]:
    """Everything that keeps a text from being used, in French; empty when it may be."""
    if not body.strip():
        return ["Le texte est vide."]
    return [
        *_placeholders(kind, body),
        *(why for pattern, why in COMPULSORY.get(kind, ()) if not re.search(pattern, fold(body))),
        *_manners(body),
        *_length(kind, body, agency_name),
    ]


def _placeholders(kind: Kind, body: str) -> list[str]:
    possible = ", ".join(f"(({name}))" for name in sorted(PLACEHOLDERS[kind]))
    wrong = []
    for name in dict.fromkeys(PLACEHOLDER.findall(body)):
        if name in PLACEHOLDERS[kind]:
            continue
        meant = next((known for known in PLACEHOLDERS[kind] if fold(known) == fold(name)), None)
        wrong.append(
            f"(({name})) s'écrit (({meant}))."
            if meant
            else f"(({name})) n'est pas connu dans ce message. Sont possibles : {possible}."
        )
    if re.search(r"\(\(|\)\)", PLACEHOLDER.sub("", body)):
        wrong.append("Une double parenthèse n'est pas fermée : un repère s'écrit ((prénom)).")
    return wrong


def _manners(body: str) -> list[str]:
    wrong = []
    if _LINK.search(body):
        wrong.append("Retirez le lien : les SMS frauduleux en contiennent, et personne n'en a besoin pour répondre.")
    if any(not c.isprintable() and c != "\n" for c in body):
        wrong.append("Le texte contient un caractère invisible : écrivez-le au clavier plutôt que de le coller.")
    asked = forbidden(PLACEHOLDER.sub("", body))
    if asked:
        wrong.append(asked)
    return wrong


def _length(kind: Kind, body: str, agency_name: str) -> list[str]:
    length = preview(kind, body, agency_name).length
    if length.parts <= MOST_PARTS:
        return []
    return [
        f"Le message est trop long : {length.units} caractères, soit {length.parts} SMS facturés pour une personne. "
        f"Restez à {MOST_PARTS} au plus."
    ]
