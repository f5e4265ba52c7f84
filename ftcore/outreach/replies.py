"""What an answer means, by rules. Doubt is `UNCLEAR`: a person reads it, never a machine decides."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ftcore.model import Reading
from ftcore.text import fold, words

# French words, and those that the operators honour in English. Alone in the message only.
_STOP_WORDS = {"stop", "arret", "arreter", "arretez", "unsubscribe", "end", "quit", "cancel", "stopall"}
# In a sentence they are doubt, as is any wish to be left alone. ("end" is not there: "week-end".)
_STOP_IN_A_SENTENCE = (_STOP_WORDS - {"end"}) | {"arrete", "arretes", "unsubscribed"}
_LEAVE_ME_ALONE = re.compile(
    r"\b(desinscri\w*|desabonn\w*|desactiv\w*|harcel\w*|spams?|laissez moi|tranquille|foutez|fichez"
    r"|(?:ne|pas) (?:me |m |plus )*(?:re)?(?:contact|ecri|envo|sollicit|deran|appel|recevoir|etre contact)\w*"
    r"|(?:contacte[rz]|ecri(?:re|vez)|envoye[rz]|solliciter?z?|derange[rz]|appele[rz]) (?:moi )?(?:plus|pas)"
    r"|plus (?:de|aucun|recevoir|jamais) (?:de |d |vos |ces |ce )?(?:sms|messages?|textos?)"
    r"|(?:supprime|efface|retire|enleve)\w* (?:moi|mon|mes))\b"
)

_YES = re.compile(
    r"\b(oui|ouais|ouaip|ok|okay|d accord|dac|volontiers|avec plaisir|bien sur|carrement|yes|yep"
    r"|(?:je suis |suis |tres |toujours )?(?:interessee?|partante?|motivee?|preneu(?:r|se))"
    r"|(?:ca|cela) m interesse|je veux bien|pourquoi pas|appelez moi|rappelez moi"
    r"|je suis (?:bien )?(?:disponible|dispo))\b"
)
# "no" only by itself: "mon no de téléphone", "no souci". "non" not where it is half of a word.
_NO = re.compile(
    r"\b(non(?! (?:vehicul|fumeu|diplom|titulaire|qualifi|stop))|nan|nope|^no(?: merci| thanks?| thank you)?$"
    r"|pas (?:du tout |vraiment |tres )?(?:interessee?|dispo|disponible|possible|pour moi)"
    r"|pas (?:en ce moment|maintenant)|m interesse pas|ne m interesse plus|plus disponible|plus dispo"
    r"|(?:j ai|ai|j ai deja|deja) trouve (?:un |du )?(?:emploi|travail|job|boulot|poste)"
    r"|j ai deja (?:un |du )?(?:emploi|travail|job|boulot|poste)|deja en poste"
    r"|je decline|je refuse(?! pas)|sans facon|(?<!pas )trop loin)\b"
)
# A negated yes reads as no, and must not also count as yes.
_NEGATED = re.compile(
    r"\b(?:pas|plus|ni|non|sans etre) (?:du tout |vraiment |tres |trop )?"
    r"(?:interessee?|partante?|motivee?|preneu(?:r|se)|dispo|disponible|d accord|ok)\b"
    r"|\b(?:ca|cela) m interesse pas\b|\bne m interesse (?:pas|plus)\b"
)
_QUESTION = re.compile(
    r"\b(combien|quel|quelle|quels|quelles|quand|pourquoi (?!pas)|comment|est ce|c est ou|ou est"
    r"|ou se trouve|y a t il|peut on|puis je|savoir|renseignement|renseignements|precision|precisions)\b"
)
# A yes with a condition is not a yes that may be acted upon unread, nor a no for a time or by a doubt a no.
_RESERVE = re.compile(
    r"\b(mais|sauf|cependant|par contre|a condition|seulement|uniquement|si|sous reserve|peut etre"
    r"|pas avant|pas encore|pas tout de suite|plus tard|a partir d\w*|a compter d\w*|des que|jusqu\w*|apres l\w*"
    r"|ca depend|cela depend|je ne sais pas|sais pas|hesit\w*|a voir|vais voir|verrai|verra|verrons|reflech\w*"
    r"|reflexion|prefer\w*|plutot|a moins|moyen|moyennement|(?<!ne )m interesse plus"
    r"|(?<!ne suis )plus (?:interessee?|motivee?) (?:par|que)"
    r"|tromp\w*|erreur|mauvais numero|faux numero|ne dis pas|pas non plus"
    r"|pas (?:du tout |vraiment |tres )?(?:dispo|disponible|possible) "
    r"(?!merci|desole|du tout|et |ni |cordialement|bonne |pour ce|pour cet|pour le poste|pour l offre))\b"
)
# "Pas de souci" may say yes as well as no.
_EASY = re.compile(r"\b(?:pas de|sans|no|aucun) (?:soucis?|problemes?|problem)\b")
_SOME_NEGATION = re.compile(r"\b(?:pas|jamais|aucune?|ni|peu|guere|moins)\b")


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
    if any(c.isalpha() and not c.isascii() for c in fold(body)):
        return Read(Reading.UNCLEAR, "une autre écriture")
    if not said:
        return _thumbs(body)
    if len(said) == 1 and said[0] in _STOP_WORDS:
        return Read(Reading.STOP, "le mot STOP seul")
    text = " ".join(said)
    if not _STOP_IN_A_SENTENCE.isdisjoint(said):
        return Read(Reading.UNCLEAR, "STOP dans une phrase")
    if _LEAVE_ME_ALONE.search(text):
        return Read(Reading.UNCLEAR, "ne souhaite peut-être plus de messages")
    affirmed = _EASY.sub(" ", _NEGATED.sub(" ", text))
    yes = bool(_YES.search(affirmed))
    no = bool(_NO.search(text) or _NEGATED.search(text))
    question = "?" in body or bool(_QUESTION.search(text))
    if yes and (no or "👎" in body):
        return Read(Reading.UNCLEAR, "oui et non dans le même message")
    if question:
        return Read(Reading.QUESTION, "une question" if not yes else "oui, avec une question")
    if _RESERVE.search(text):
        return Read(Reading.UNCLEAR, "une réserve ou une hésitation")
    if yes and _SOME_NEGATION.search(_YES.sub(" ", affirmed)):
        return Read(Reading.UNCLEAR, "oui, avec une négation")
    if no and (_EASY.search(text) or "👍" in body):
        return Read(Reading.UNCLEAR, "un refus qui n'en est peut-être pas un")
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
