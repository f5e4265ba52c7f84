"""Ready answers for one thread: a start for the counselor, who edits before anything leaves."""

from __future__ import annotations

from ftcore.model import Answer, Offer
from ftcore.outreach import facts
from ftcore.outreach.threads import Details

_READY = (
    (
        "Je vous appelle",
        "Bonjour {prénom}, je vous appelle aujourd'hui pour le poste de {offre}. À tout à l'heure.",
    ),
    ("Je me renseigne", "Bonjour {prénom}, merci pour votre question. Je me renseigne et je reviens vers vous."),
    ("Disponibilité", "Bonjour {prénom}, à partir de quand êtes-vous disponible pour le poste de {offre} ?"),
    ("Merci, transmis", "Bonjour {prénom}, merci pour vos réponses. Je transmets votre candidature à l'employeur."),
    ("Pris note du refus", "Bonjour {prénom}, c'est noté, merci de votre réponse. Elle ne change rien à votre suivi."),
    ("Mauvais numéro", "Bonjour, désolé de l'erreur. Je corrige ce numéro, vous ne recevrez plus nos messages."),
)


def answers(found: Details, offer: Offer, first_name: str) -> dict[str, str]:
    """Texts by label. Where the offer answers the latest question, its own words come first."""
    ready: dict[str, str] = {}
    asked = [line for line in found.lines if line.incoming]
    if asked and ((asked[-1].corrected or asked[-1].reading) is Answer.QUESTION or asked[-1].has_question):
        fact = facts.answer(offer, asked[-1].body)
        if fact is not None:
            ready["D'après l'offre"] = f"Bonjour {first_name}, {fact.sentence[:1].lower()}{fact.sentence[1:]}"
    for label, text in _READY:
        # The name last, and by a plain replace: names and titles may hold braces.
        ready[label] = text.replace("{offre}", offer.title).replace("{prénom}", first_name)
    return ready
