"""What is asked by SMS before a person is handed over: the offer's prerequisites, as closed questions."""

from __future__ import annotations

import re

from ftcore.model import Demand, Offer, Prerequisite
from ftcore.text import fold, words

# What a prerequisite of an offer is called → how it is asked. The first that fits counts. All of it is about the
# work (Code du travail, L1221-6); health, family or means of transport of a person are never asked as such.
_ASKED: tuple[tuple[str, str], ...] = (
    (r"permis (?P<x>.+)", "Avez-vous le permis {x} ?"),
    (r"(?P<x>caces\b.*)", "Avez-vous le {x} ?"),
    (r"habilitation (?P<x>.+)", "Avez-vous l'habilitation {x} ?"),
    (r"langue : (?P<x>.+)", "Parlez-vous {x} ?"),
    (r"travail (?P<x>(?:de|le|les|en|dans|la|au|par) .+)", "Pouvez-vous travailler {x} ?"),
    (r"horaires? (?P<x>.+)", "Le poste est en horaires {x}. Cela vous convient-il ?"),
    (r"(?P<x>astreintes?)", "Le poste comporte des {x}. Cela vous convient-il ?"),
    (r"(?P<x>d[ée]placements?\b.*)", "Le poste comporte des {x}. Cela vous convient-il ?"),
    (r"v[ée]hicule personnel", "Pouvez-vous venir travailler par vos propres moyens ?"),
    (r"mobilit[ée](?P<x>.*)", "Le poste demande d'être mobile{x}. Cela vous convient-il ?"),
    (r"port de charges(?P<x>.*)", "Le poste comporte du port de charges{x}. Cela vous convient-il ?"),
    (r"pr[ée]sence sur site.*", "Le poste est sur site, sans télétravail. Cela vous convient-il ?"),
)
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), sentence) for pattern, sentence in _ASKED)
# What is longer would cost a second part, and is better asked by a person.
LONGEST = 80


def prerequisites(offer: Offer) -> list[Prerequisite]:
    """What people are asked for an offer, blocking first: its licences, its prerequisites, not what only informs."""
    said = [fold(each.text) for each in offer.prerequisites]
    licences = [
        Prerequisite(text, Demand.BLOCKING)
        for text in (name if fold(name).startswith("caces") else f"permis {name}" for name in offer.licences)
        if not any(_names(each, text) for each in said)
    ]
    asked = [*licences, *(each for each in offer.prerequisites if each.demand is not Demand.INFORMATION)]
    asked.sort(key=lambda each: each.demand is not Demand.BLOCKING)
    return list({fold(each.text): each for each in asked}.values())


def _names(said: str, licence: str) -> bool:
    return re.search(rf"\b{re.escape(fold(licence))}\b", said) is not None


def closed_question(prerequisite: str) -> str:
    """The prerequisite as a question that OUI or NON answers."""
    text = " ".join(prerequisite.split()).rstrip(" .;!")
    for pattern, sentence in _PATTERNS:
        if found := pattern.fullmatch(text):
            return sentence.format(x=_lowered(found.groupdict().get("x") or ""))
    return f"Le poste demande : {text}. Est-ce bon pour vous ?"


def _lowered(words: str) -> str:
    return words if words.isupper() or re.match(r"[A-Z]{2}|[A-Z]\b|[A-Z]\d", words) else words[:1].lower() + words[1:]


def can_be_asked(prerequisite: Prerequisite) -> bool:
    """Whether it fits an SMS."""
    return len(prerequisite.text) <= LONGEST


# "Non, je ne suis plus intéressé" to "Avez-vous le permis ?" is a no to the offer.
_WITHDRAWS = re.compile(
    r"\b(?:plus|pas) (?:du tout |vraiment |trop )?(?:interess|motiv|dispo)|m interesse (?:pas|plus)|non merci"
    r"|deja (?:trouve|un|en poste)|ai trouve (?:un|du|mieux|autre|ailleurs)|laisse[zr]? tomber|trop loin"
    r"|finalement non|sans moi|je (?:refuse|decline|renonce)|postule (?:pas|plus)|plus la peine"
)


def withdraws(text: str) -> bool:
    """Whether a no to one question is said of the whole offer."""
    return _WITHDRAWS.search(" ".join(words(text))) is not None


# "Merci, bonne journée" after a handover is no doubt that somebody has to read before they call.
_COURTESY = re.compile(
    r"(?:(?:ok|okay|d accord|entendu|tres bien|super|parfait|genial|merci|mercie?|beaucoup|bien|a vous|aussi|encore"
    r"|bonne? (?:journee|soiree|continuation|reception|week ?end)|bonjour|bonsoir|cordialement|bien a vous|a bientot"
    r"|a plus tard|au revoir|monsieur|madame|pour (?:tout|votre reponse|votre retour|l info|l information)) ?)+"
)


def is_courtesy(text: str) -> bool:
    """Whether a message only thanks or takes leave."""
    return _COURTESY.fullmatch(" ".join(words(text))) is not None
