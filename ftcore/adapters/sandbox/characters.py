"""The characters of the sandbox's people, and the words they type. All of it is invented.

Each text is written as people write SMS: without accents, in shorthand, with a smile. A test reads every
one of them with the real reader, so that a character stays who they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Character(StrEnum):
    """Who answers. A person keeps their character."""

    EAGER = "eager"
    BRIEF = "brief"
    TALKATIVE = "talkative"
    HESITANT = "hesitant"
    ASKS_PAY = "asks_pay"
    BUSY = "busy"
    FURIOUS = "furious"
    WRONG_NUMBER = "wrong_number"
    SILENT = "silent"


class Ask(StrEnum):
    """What an SMS asks the person, as they understand it."""

    INTEREST = "interest"
    AVAILABILITY = "availability"
    CLOSED = "closed"  # oui or non
    OPEN = "open"  # a question that neither a day nor oui or non answers
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Trait:
    """How a character behaves: its share of people, its pace (1 is the median of everybody), and its leanings.

    `yes` is how often they say yes to an offer, `can` how often yes to a closed question, `thanks` how
    often they thank for a message that asks nothing.
    """

    share: float
    pace: float
    yes: float
    can: float
    thanks: float


# How many people are like that. Invented, as no reply rate was ever published.
TRAITS: dict[Character, Trait] = {
    Character.EAGER: Trait(0.12, 0.5, 1.0, 0.95, 0.5),
    Character.BRIEF: Trait(0.13, 0.8, 0.65, 0.8, 0.1),
    Character.TALKATIVE: Trait(0.07, 1.3, 0.85, 0.85, 0.7),
    Character.HESITANT: Trait(0.065, 1.9, 0.45, 0.6, 0.15),
    Character.ASKS_PAY: Trait(0.08, 1.0, 0.7, 0.8, 0.2),
    Character.BUSY: Trait(0.08, 1.4, 0.0, 0.5, 0.1),
    Character.FURIOUS: Trait(0.02, 0.4, 0.0, 0.0, 0.0),
    Character.WRONG_NUMBER: Trait(0.015, 1.0, 0.0, 0.0, 0.3),
    Character.SILENT: Trait(0.42, 1.6, 0.75, 0.8, 0.05),
}
# How often who was silent answers the reminder.
ANSWERS_REMINDER = 0.25

YES: dict[Character, tuple[str, ...]] = {
    Character.EAGER: (
        "Oui !!",
        "Oui avec plaisir 😊",
        "OUI ça m'intéresse beaucoup",
        "Bonjour, oui ce poste m'intéresse vraiment !",
        "oui grave, merci de penser à moi 🙏",
        "Oui oui oui, je prends",
        "Bonjour oui ça me tente, merciiii",
    ),
    Character.BRIEF: ("oui", "Oui", "OUI", "ok", "ok pour moi", "👍", "oui interesse", "ouep", "oui svp"),
    Character.TALKATIVE: (
        "Bonjour, merci de votre message ! Oui le poste m'intéresse, j'ai fait trois saisons dans une boutique et "
        "j'ai adoré",
        "Coucou, alors oui ça m'intéresse, ma voisine travaille dans le coin et m'en a dit beaucoup de bien 😄",
        "Oui bien sûr, ça m'intéresse ! J'ai toujours aimé le contact et me lever tôt ne me fait pas peur",
    ),
    Character.HESITANT: (
        "Finalement oui, ça m'interesse",
        "bon allez oui, je suis interesse",
        "apres reflexion oui, ça m'interesse",
    ),
    Character.ASKS_PAY: (
        "ok ça me va, oui ça m'intéresse",
        "oui ça me convient",
        "Oui, à ce tarif là ça m'intéresse 👌",
    ),
    Character.SILENT: (
        "Oui ! j'avais pas vu votre sms, ça m'intéresse",
        "oui ! pardon pour le retard, le poste m'intéresse",
        "OUI, toujours intéressé(e), merci du rappel",
    ),
}

NO: dict[Character, tuple[str, ...]] = {
    Character.BRIEF: ("non", "Non", "NON", "non merci", "pas interesse", "👎"),
    Character.TALKATIVE: (
        "Bonjour, c'est très gentil mais non merci, j'ai déjà trouvé un emploi dans une boulangerie et j'y suis bien, "
        "ça sent bon toute la journée 🥐",
    ),
    Character.HESITANT: ("finalement non, je suis pas interesse", "non je prefere pas"),
    Character.ASKS_PAY: (
        "Non merci, c'est pas assez",
        "non ça fait pas lourd, pas intéressé",
        "non merci trop peu payé",
    ),
    Character.BUSY: (
        "Non merci, j'ai déjà trouvé un emploi",
        "Bonjour, non c'est trop loin pour moi désolé",
        "Non, je ne suis plus disponible, j'ai signé un CDI ailleurs",
        "non desole jai deja trouvé du travail",
        "Non merci, je monte ma boîte de gâteaux 🍰",
        "Pas intéressé, j'ai changé de métier",
        "Non, je reprends des études cette année",
    ),
    Character.SILENT: ("Non merci, j'ai trouvé entre temps", "non désolé"),
}

UNSURE: tuple[str, ...] = (
    "je sais pas trop",
    "Je sais pas, faut voir",
    "peut etre, ça dépend",
    "euh... peut-être 🤔",
    "j'hésite un peu",
    "pourquoi pas, à voir",
    "faut que j'y réfléchisse",
)

ASKS: tuple[str, ...] = (
    "C'est payé combien ?",
    "Bonjour, quel est le salaire svp ?",
    "cest payé cb ?",
    "Quel salaire ?",
    "Bonjour c'est combien de l'heure ?",
    "ça gagne combien ?",
)

WRONG: tuple[str, ...] = (
    "Vous vous trompez de numéro",
    "Bonjour, vous avez fait un faux numéro je crois",
    "c pas moi, mauvais numero",
    "Erreur de numéro, je ne connais pas cette personne 🙂",
)

# Clear words, no insult: the opt-out must be heard without the word STOP as well.
ANGRY: tuple[str, ...] = (
    "STOP",
    "STOP !!!",
    "Arrêtez de m'envoyer des messages !!!",
    "Ne m'écrivez plus jamais",
    "laissez moi tranquille, ne me contactez plus",
    "Supprimez mon numéro, j'en ai marre de vos sms 😡",
    "Je ne veux plus recevoir vos messages",
)

DAY: dict[Character, tuple[str, ...]] = {
    Character.EAGER: (
        "Dès lundi !",
        "Tout de suite 💪",
        "Je peux commencer demain",
        "dès que possible, lundi si vous voulez",
        "Disponible immédiatement !",
    ),
    Character.BRIEF: ("lundi", "demain", "maintenant", "tt de suite", "mardi", "le 1er du mois", "de suite"),
    Character.TALKATIVE: (
        "Alors je garde mes neveux cette semaine, donc je suis libre à partir de lundi prochain",
        "Je rends les clés de mon ancien travail vendredi, donc je suis libre à partir de mardi",
        "Dispo dès demain, avec mon vélo et mes deux réveils ☕",
    ),
    Character.HESITANT: ("dans 2 semaines je pense", "le mois prochain", "pas avant lundi"),
    Character.ASKS_PAY: ("Dès lundi", "à partir de la semaine prochaine", "dispo demain"),
    Character.SILENT: ("à partir de lundi", "de suite", "dans une semaine"),
}
NO_DAY: tuple[str, ...] = ("je sais pas encore", "Je ne sais pas encore, ça dépend")

CAN: dict[Character, tuple[str, ...]] = {
    Character.EAGER: ("Oui !", "oui sans problème 👌", "Oui bien sûr", "OUI"),
    Character.BRIEF: ("oui", "ok", "OUI", "Oui", "👍"),
    Character.TALKATIVE: (
        "Oui bien sûr, j'en ai l'habitude depuis des années",
        "Oui oui, aucun souci de ce côté là, au contraire 😄",
    ),
    Character.HESITANT: ("oui", "oui c'est bon"),
    Character.ASKS_PAY: ("oui", "Oui pas de souci", "oui ça me va"),
    Character.SILENT: ("oui", "Oui"),
}
CANNOT: dict[Character, tuple[str, ...]] = {
    Character.EAGER: ("Non malheureusement",),
    Character.BRIEF: ("non", "Non"),
    Character.TALKATIVE: ("Ah non, ça malheureusement ce n'est pas possible pour moi",),
    Character.HESITANT: ("non", "je sais pas trop"),
}

CALL_ME: tuple[str, ...] = ("Appelez-moi, ce sera plus simple", "on peut en parler au téléphone ? appelez moi")

THANKS: tuple[str, ...] = (
    "Merci !",
    "merci beaucoup",
    "ok merci",
    "Super, merci 🙂",
    "Merci bonne journée",
    "d'accord",
)
NO_OFFENCE: tuple[str, ...] = ("Merci", "Merci, bonne journée", "Merci, bonne continuation")
