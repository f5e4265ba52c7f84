"""Answers to what people ask, from the facts of the offer and nothing else.

What the offer does not say is never guessed: a counselor answers. The employer is not named by SMS,
and what depends on a person (transport, lodging, an advance) is a counselor's matter too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ftcore.drafting.form import pay_in_words
from ftcore.model import Offer
from ftcore.outreach.sms import gsm_safe
from ftcore.text import fold, words

# Longer than this, a sentence of the offer is not a text message any more.
LONGEST = 130
MOST_TOPICS = 2


@dataclass(frozen=True, slots=True)
class Fact:
    """An answer in one or two sentences, and the words of the offer that it rests on."""

    sentence: str
    source: str


def _pay(offer: Offer) -> Fact | None:
    if offer.pay is not None:
        words = pay_in_words(offer.pay)
        return Fact(f"Salaire indiqué dans l'offre : {words}.", offer.pay_text or words)
    if offer.pay_text and len(offer.pay_text) <= LONGEST:
        return Fact(f"Sur le salaire, l'offre dit : « {offer.pay_text} ».", offer.pay_text)
    return None


def _hours(offer: Offer) -> Fact | None:
    if offer.weekly_hours is None:
        return None
    hours = f"{offer.weekly_hours:g}".replace(".", ",")
    return Fact(f"Durée indiquée dans l'offre : {hours} h par semaine.", f"{hours} h par semaine")


def _schedule(offer: Offer) -> Fact | None:
    if offer.schedule and len(offer.schedule) <= LONGEST:
        return Fact(f"Horaires indiqués dans l'offre : {offer.schedule}.", offer.schedule)
    return _quoted(offer, r"horaire|week-?end|samedi|dimanche|lundi|\bde nuit|\bmatin|\bsoir|journee|roulement|coupure"
                          r"|\b\d{1,2} ?h\b|prise de poste")  # fmt: skip


def _place(offer: Offer) -> Fact | None:
    if offer.place is None or offer.place.insee is None:
        return None
    return Fact(f"Lieu de travail indiqué dans l'offre : {offer.place.name}.", offer.place.name)


def _contract(offer: Offer) -> Fact | None:
    if offer.contract is None:
        return None
    until = f", jusqu'au {offer.contract_end:%d/%m/%Y}" if offer.contract_end else ""
    return Fact(f"Contrat indiqué dans l'offre : {offer.contract}{until}.", f"{offer.contract}{until}")


def _start(offer: Offer) -> Fact | None:
    if offer.start is None:
        return None
    return Fact(f"Début indiqué dans l'offre : le {offer.start:%d/%m/%Y}.", f"{offer.start:%d/%m/%Y}")


def _licence(offer: Offer) -> Fact | None:
    if not offer.licences:
        return None
    names = ", ".join(offer.licences)
    return Fact(f"Permis demandé dans l'offre : {names}.", names)


def _experience(offer: Offer) -> Fact | None:
    if offer.experience_years is None:
        return None
    if offer.experience_years == 0:
        return Fact("L'offre accepte les débutants.", "débutants acceptés")
    years = f"{offer.experience_years:g} an{'s' if offer.experience_years >= 2 else ''}".replace(".", ",")
    return Fact(f"Expérience demandée dans l'offre : {years}.", years)


def _tasks(offer: Offer) -> Fact | None:
    text = " ; ".join(offer.tasks)
    return Fact(f"Missions indiquées dans l'offre : {text}.", text) if text and len(text) <= LONGEST else None


def _openings(offer: Offer) -> Fact | None:
    many = "s" if offer.openings > 1 else ""
    return Fact(f"L'offre compte {offer.openings} poste{many}.", f"{offer.openings} poste{many}")


def _nothing(_: Offer) -> Fact | None:
    return None


# What people ask → what answers. The first topics take their words from the others: "combien d'heures" is no pay.
_TOPICS: tuple[tuple[str, Callable[[Offer], Fact | None]], ...] = (
    (r"combien de postes?|plusieurs postes?", _openings),
    (r"combien d h(?:eures?)?\b|heures? (?:par|/|la) semaine|temps (?:plein|partiel|complet)|mi temps|\b\d\d ?h\b"
     r"|nombre d heures|combien de temps par", _hours),
    (r"(?<!taux )horaire\w*|week ?end\w*|samedi|dimanche|de nuit|planning|quels jours|le matin|le soir|en coupure"
     r"|quelle heure|jours feries|roulement", _schedule),
    (r"pay[ée]?\w*|salaire|remuner\w*|smic|taux horaire|\bbrut|\bnet\b|primes?\b|gagn\w+|touche\w*|^(?:bonjour )?"
     r"combien(?: svp)?$|combien (?:c est|ca) (?:fait|gagne)|combien de l heure", _pay),
    (r"\bcdi\b|\bcdd\b|interim\w*|contrat|combien de temps|\bduree\b", _contract),
    (r"\bquand\b|date de (?:debut|demarrage|prise)|ca (?:commence|debute|demarre)", _start),
    (r"permis|caces", _licence),
    (r"experience|debutante?s?|sans diplome", _experience),
    (r"^(?:bonjour |et |c est )?ou\b|\bou (?:est ce|ca|c est|se|est|exactement|precisement|travaille)|c est ou"
     r"|ca se trouve|quelle (?:ville|commune)|quel (?:lieu|endroit|secteur|coin)"
     r"|dans quel(?:le)? (?:ville|secteur|coin)|lieu de travail|situe\w*|loin\b",
     _place),
    (r"consiste|missions?\b|taches?\b|faire quoi|faut faire|quoi (?:comme|le) (?:travail|poste|boulot)|quel genre de"
     r"|plus de details? sur le poste", _tasks),
    # Only a person answers these.
    (r"entreprise|employeur|patron|societe|quelle boite|nom de la|chez qui|pour qui", _nothing),
    (r"\bbus\b|transport\w*|\bcar\b|train|tram|metro|parking|covoit\w*|log\w+ sur place|hebergement|repas|cantine"
     r"|mutuelle|teletravail|conge\w*|formation|tenue|avance\b|acompte|aide\b|prime d|indemnit\w*|allocation\w*|are\b"
     r"|chomage|handicap\w*|\brqth\b|enfant\w*|creche|essai|age\b|etranger\w*|papiers|titre de sejour", _nothing),
)  # fmt: skip
_PATTERNS = tuple((re.compile(pattern), answer) for pattern, answer in _TOPICS)


def answer(offer: Offer, text: str) -> Fact | None:
    """What the offer says to a question, or None where a counselor has to answer.

    Every topic that the question touches must have its fact: half an answer would hide the other half.
    """
    asked = " ".join(words(text))
    found: list[Fact | None] = []
    for pattern, look in _PATTERNS:
        if pattern.search(asked):
            found.append(look(offer))
            asked = pattern.sub(" ", asked)
    facts = [fact for fact in found if fact is not None]
    if not facts or len(facts) != len(found) or len(facts) > MOST_TOPICS:
        return None
    return Fact(gsm_safe(" ".join(fact.sentence for fact in facts)), " · ".join(fact.source for fact in facts))


def _quoted(offer: Offer, pattern: str) -> Fact | None:
    """The one sentence of the description that speaks of it. With two, which one answers is a person's judgement."""
    sentences = re.split(r"(?<=[.!?;])\s+|\n+", offer.description)
    found = [one.strip(" .;-•*") for one in sentences if re.search(pattern, fold(one))]
    if len(found) != 1 or len(found[0]) > LONGEST:
        return None
    return Fact(f"L'offre dit : « {found[0]} ».", found[0])
