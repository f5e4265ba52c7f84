"""What an answer means, by rules. Doubt is `UNCLEAR`: a person reads it, never a machine decides."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ftcore.model import Reading
from ftcore.text import fold, words

# French words, and those that the operators honour in English. Alone in the message only.
_STOP_WORDS = {"stop", "arret", "arreter", "arretez", "unsubscribe", "end", "quit", "cancel", "stopall"}

_YES = re.compile(
    r"\b(oui|ouais|ouaip|ok|okay|d accord|dac|volontiers|avec plaisir|bien sur|carrement|yes|yep"
    r"|(?:je suis |suis |tres |toujours )?(?:interessee?|partante?|motivee?|preneu(?:r|se))"
    r"|(?:ca|cela) m interesse|je veux bien|pourquoi pas|appelez moi|rappelez moi"
    r"|je suis (?:bien )?(?:disponible|dispo))\b"
)
_NO = re.compile(
    r"\b(non|nan|nope|no|pas (?:du tout |vraiment |tres )?(?:interessee?|dispo|disponible|possible|pour moi)"
    r"|pas (?:en ce moment|maintenant)|ne m interesse pas|m interesse pas|plus disponible|plus dispo"
    r"|(?:deja )?trouve (?:un |du )?(?:emploi|travail|job|boulot|poste)"
    r"|j ai deja (?:un |du )?(?:emploi|travail|job|boulot|poste)|deja en poste"
    r"|je decline|je refuse|sans facon|trop loin)\b"
)
# A negated yes reads as no, and must not also count as yes.
_NEGATED = re.compile(
    r"\b(?:pas|plus|ni|sans etre) (?:du tout |vraiment |tres |trop )?"
    r"(?:interessee?|partante?|motivee?|preneu(?:r|se)|dispo|disponible|d accord|ok)\b"
    r"|\b(?:ca|cela) ne m interesse pas\b|\bne m interesse pas\b|\bca m interesse pas\b"
)
_QUESTION = re.compile(
    r"\b(combien|quel|quelle|quels|quelles|quand|pourquoi (?!pas)|comment|est ce|c est ou|ou est"
    r"|ou se trouve|y a t il|peut on|puis je|savoir|renseignement|renseignements|precision|precisions)\b"
)
# A yes with a condition is not a yes that may be acted upon unread.
_RESERVE = re.compile(
    r"\b(mais|sauf|cependant|par contre|a condition|seulement|uniquement|si c est|sous reserve|peut etre"
    r"|pas avant|pas encore|ca depend|cela depend|je ne sais pas|sais pas|j hesite|a voir|je verrai|je reflechis)\b"
)


@dataclass(frozen=True, slots=True)
class Read:
    """A reading with the rule that gave it, in French words that a counselor can check."""

    reading: Reading
    rule: str


def read(body: str) -> Read:
    """Read one answer. Any text is allowed; what no rule is sure of is UNCLEAR.

    STOP counts when it stands alone, up to case, accents and punctuation; inside a sentence it is
    doubt, and doubt goes to a person.
    """
    said = words(body)
    if not said:
        return _thumbs(body)
    if len(said) == 1 and said[0] in _STOP_WORDS:
        return Read(Reading.STOP, "le mot STOP seul")
    if any(word in {"stop", "arret", "arretez", "desinscrire"} for word in said):
        return Read(Reading.UNCLEAR, "STOP dans une phrase")
    text = " ".join(said)
    yes = bool(_YES.search(_NEGATED.sub(" ", text)))
    no = bool(_NO.search(text) or _NEGATED.search(text))
    question = "?" in body or bool(_QUESTION.search(text))
    if yes and no:
        return Read(Reading.UNCLEAR, "oui et non dans le même message")
    if question:
        return Read(Reading.QUESTION, "une question" if not yes else "oui, avec une question")
    if _RESERVE.search(text):
        return Read(Reading.UNCLEAR, "une réserve ou une hésitation")
    if yes:
        return Read(Reading.YES, "un mot d'accord")
    if no:
        return Read(Reading.NO, "un mot de refus")
    return Read(Reading.UNCLEAR, "aucun mot connu")


def _thumbs(body: str) -> Read:
    if "👍" in body and "👎" not in body:
        return Read(Reading.YES, "pouce levé")
    if "👎" in body and "👍" not in body:
        return Read(Reading.NO, "pouce baissé")
    if "?" in fold(body):
        return Read(Reading.QUESTION, "un point d'interrogation")
    return Read(Reading.UNCLEAR, "aucun mot")
