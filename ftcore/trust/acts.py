"""What can stand in the journal as an act, in the words of the screen. A test finds those that are missing here."""

from __future__ import annotations

import re

ACTS = {
    # Writing
    "offer saved": "Offre enregistrée",
    "offer changed": "Offre modifiée",
    "findings overridden": "Points bloquants d'une offre outrepassés",
    "draft written": "Texte proposé par le modèle de langue",
    "draft accepted": "Texte proposé retenu",
    "prompt published": "Consigne de l'assistant publiée",
    "prompt withdrawn": "Consigne de l'assistant retirée",
    # Choosing people
    "candidates imported": "Fichier de personnes importé",
    "referential loaded": "Référentiel chargé",
    "weights saved": "Profil de critères enregistré",
    "campaign launched": "Campagne lancée",
    "person contacted": "Personne contactée",
    "person left out": "Personne non contactée à la vérification",
    "person set aside": "Personne retirée de la sélection",
    "campaign running": "Campagne reprise",
    "campaign paused": "Campagne mise en pause",
    "campaign stopped": "Campagne arrêtée",
    # Sending
    "test message": "SMS de test envoyé",
    "message unknown": "Envoi incertain",
    "unknown message arrived": "Envoi incertain : reçu",
    "unknown message lost": "Envoi incertain : non reçu",
    "unknown message send_again": "Envoi incertain : renvoyé",
    "wording changed": "Modèle de SMS modifié",
    "sending hours changed": "Horaires d'envoi modifiés",
    "caps changed": "Plafonds d'envoi modifiés",
    "satisfaction question": "Question de satisfaction réglée",
    "sending stopped": "Envois de l'agence arrêtés",
    "sending resumed": "Envois de l'agence repris",
    "opt-out": "STOP enregistré",
    # Exchanges
    "reply read": "Réponse lue par l'automate",
    "reply looked at again": "Réponse relue par le modèle de langue",
    "reading corrected": "Lecture corrigée",
    "prerequisite noted": "Prérequis noté",
    "taken over": "Échange repris par un conseiller",
    "given back": "Échange rendu à l'automate",
    "message by hand": "SMS écrit par un conseiller",
    "complaint noted": "Réclamation notée",
    "verdict": "Décision d'un conseiller",
    "verdict withdrawn": "Décision retirée",
    "employer sheet": "Fiche pour l'employeur préparée",
    "offer closed": "Offre fermée",
    "silence: closed": "Échanges clos faute de réponse",
    "silence: interested": "Échanges confiés à un conseiller faute de suite",
    # Measuring
    "comparison defined": "Comparaison définie",
    "comparison discarded": "Comparaison abandonnée avant son début",
    "comparison started": "Comparaison commencée",
    "comparison stopped": "Comparaison arrêtée",
    "comparison full": "Comparaison : effectif atteint",
    "comparison counted": "Comparaison : résultat compté",
    "pilot designated": "Agences pilotes désignées",
    "pilot outcomes imported": "Résultats d'agences importés",
    "baseline changed": "Hypothèse de gain modifiée",
    "labelled set read": "Jeu étiqueté relu",
    "research export": "Export pour la recherche",
    # Keeping
    "callback secret made": "Adresse de retour créée",
    "callback secret retired": "Adresse de retour retirée",
    "demo created": "Démonstration créée",
    "journal exported": "Journal exporté",
    "journal forgotten": "Écritures anciennes du journal effacées",
    "contact explained": "Explication d'un contact établie",
    "database backed up": "Sauvegarde faite",
    "database restored": "Sauvegarde restaurée",
    "purge": "Données anciennes effacées",
    "retention changed": "Durée de conservation modifiée",
    # The rights of a person
    "person searched": "Personne recherchée",
    "person exported": "Données d'une personne exportées",
    "person corrected": "Données d'une personne corrigées",
    "person erased": "Personne effacée",
    "number revealed": "Numéro affiché à la demande",
    # Staff
    "agency recorded": "Agence enregistrée",
    "signed in": "Connexion",
    "signed out": "Déconnexion",
    "session over": "Session fermée",
    "sign-in refused": "Connexion refusée",
    "role taken": "Changement de rôle",
    "roles changed": "Rôles retirés ou rendus",
}


def label(act: str) -> str:
    """The act as it is shown; one that is not known yet, as it is written."""
    return ACTS.get(act, act)


# What entries say beside their act is written in few English words, the same for ever as they are hashed. The screen
# says them in French; a word that is missing here is shown as it is written.
_WORDS = {
    # verdicts and readings
    "introduced": "mise en relation",
    "retained": "retenue",
    "not_retained": "non retenue",
    "called_back": "rappelée",
    "to_see": "à revoir",
    "closed": "clos",
    "chosen by hand": "choisie à la main",
    "chosen": "choisie",
    "removed": "retirée",
    "overridden": "outrepassé",
    "as it was": "tel quel",
    "edited": "modifié",
    "yes": "oui",
    "no": "non",
    "unsure": "hésite",
    "question": "question",
    "callback": "à rappeler",
    "stop": "STOP",
    "wrong_person": "mauvaise personne",
    "unclear": "à lire",
    "met": "rempli",
    "not_met": "non rempli",
    "unknown": "inconnu",
    "arrived": "reçu",
    "lost": "non reçu",
    "send_again": "renvoyé",
    "sure": "de sûreté",
    "read as": "lu comme",
    "asked for interest": "à la question de l'intérêt",
    "asked for availability": "à la question de la disponibilité",
    "asked for prerequisite": "à la question d'un prérequis",
    "asked for": "à la question",
    "nothing was asked": "rien n'était demandé",
    "proposed to a person, who decides": "proposé à une personne, qui décide",
    "proposed, place": "proposée, place",
    # roles and sessions
    "counselor": "conseil",
    "team_lead": "encadrement",
    "evaluator": "évaluation",
    "administrator": "administration",
    "withheld": "retirés",
    "none": "aucun",
    "idle": "sans activité",
    "too long": "durée atteinte",
    "no role": "aucun rôle",
    "no agency": "aucune agence",
    # reasons
    "in their own words": "en toutes lettres, à part",
    "in the thread": "en toutes lettres, dans l'échange",
    "with the comparison": "en toutes lettres, avec la comparaison",
    "characters": "caractères",
    # counts
    "people told": "personnes prévenues",
    "people": "personnes",
    "excluded": "exclues",
    "SMS parts": "parties de SMS",
    "wording": "modèle",
    "conversations": "échanges",
    "added": "ajoutées",
    "updated": "mises à jour",
    "unchanged": "inchangées",
    "rejected": "rejetées",
    "left": "sorties de la liste",
    "entries before": "écritures d'avant le",
    "entries": "écritures",
    "messages": "messages",
    "rows": "lignes",
    "units": "unités",
    "suppressed": "retirées",
    "pilots": "pilotes",
    "controls since": "témoins depuis",
    "euros a day": "euros par jour",
    "euros a campaign": "euros par campagne",
    "a campaign": "par campagne",
    "became": "est devenu",
    "complete": "complet",
    "and": "et",
    "to": "à",
    # machines
    "automate": "Automate",
    "ranking": "classement",
    "preflight": "vérification",
    "reader": "lecture",
    "second look": "seconde lecture",
    "opt-outs": "STOP",
    "silences": "silences",
    "dispatcher": "envoi",
    "assistant": "assistant",
    "opening": "premier message",
}
# Said alone only: within a sentence they might be French.
_WHOLE = {"on": "oui", "off": "non"}
_WORD = re.compile(r"(?<![\w-])(?:" + "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True)) + r")(?![\w-])")


def in_french(text: str) -> str:
    """What an entry says, in the words of the screen."""
    if text in _WHOLE:
        return _WHOLE[text]
    return re.sub(r"(?<=\d)%", "\u202f%", _WORD.sub(lambda found: _WORDS[found[0]], text))
