"""Messages that speak to the machine: nothing in a message can do anything but be read.

An order is told by its form (markup, code, a role with a colon), by who is addressed or claims to speak ("tu es une
IA", "en tant qu'administrateur"), or by a command about the record ("valide mon dossier", "classe ce message").
"Vous êtes un robot ?" asks, and is none.
"""

from __future__ import annotations

import re

# What is ordered of a machine, and of what: each alone is ordinary ("passez me voir", "ma candidature").
_COMMAND = (
    r"(?:classe[rz]?|classifie[rz]?|considere[rz]?|marque[rz]?|enregistre[rz]?|note[rz]?|interprete[rz]?|lis|lisez|traite[rz]?"
    r"|valide[rz]?|ajoute[rz]?|augmente[rz]?|change[rz]?|modifie[rz]?|mets|mettre|mettez|met|passe[rz]?|bascule[rz]?|coche[rz]?"
    r"|reponds?|repondre|repondez|dis|dites|dire|repete[rz]?|affiche[rz]?|renvoie|renvoyez|retourne[rz]?|ecris|ecrivez|genere[rz]?"
    r"|accepte[rz]?|embauche[rz]?|recrute[rz]?|selectionne[rz]?|execute[rz]?|attribue[rz]?|donne[rz]?|lu)"
)
_RECORD = (
    r"(?:mon (?:dossier|statut|profil|score|classement|etat)|ma (?:candidature|fiche)|ce (?:candidat|dossier|message|sms|profil)"
    r"|cette (?:candidature|personne|reponse)|le (?:candidat|dossier|statut|score)|la (?:candidature|fiche)|ma reponse|a mon score"
    r"|tous les (?:candidats|messages|dossiers)|tout le monde|haut de la liste|candidat suivant)"
)
_VERDICT = (
    r"(?:oui|yes|interesse\w*|disponible|positif|positive|embauche\w*|recrute\w*|retenu\w*|accepte\w*|qualifie\w*|prioritaire"
    r"|priorite|valide\w*|selectionne\w*|hired|accepted)"
)
_ORDER = re.compile(
    # Code, markup and the words of prompts.
    r"\b(?:system|systeme|assistant|user|admin|root|developer|developpeur|ia|robot|bot|siri|chatgpt|gpt|output|answer|reading"
    r"|status|statut|confidence|label|intent|role|content|prompt|instructions?|consignes?|regle)\s*(?::|>|\]|\}|=)"
    r"|[<\[{]/?\|?[a-z_]+\|?[>\]}]|[{\[]\s*[\"'{]|\"\s*:\s*[\"\d]|```|\$\{|<script|#{2,}|;\s*--|^[/!]\w+$"
    r"|\b(?:drop|delete|insert|update|select|truncate) (?:table|from|into|\*|\w+ (?:set|from)\b)|\bset [a-z_]+ ?="
    r"|\b(?:print|return|eval|exec)\s*(?:\(|(?:yes|true|oui)\b)|\b(?:prompt|jailbreak|injection|override|sudo|dan mode)\b"
    # Somebody else's voice, or a new one for the machine.
    r"|\b(?:ignore|ignorez|oublie|oubliez|disregard|forget)\b.{0,40}\b(?:instructions?|consignes?|regles?|rules?|previous"
    r"|precedent\w*|prompt|tout et)\b"
    r"|\b(?:tu es|you are|vous etes) (?:une? |maintenant |now |desormais |in )*(?:ia|ai|assistant|robot|modele|model|chatbot"
    r"|classif\w*|developer mode|helpful|recruteu?r)\b(?=.*\b(?:" + _COMMAND + r"|qui|must|always|toujours|hire)\b|(?:.*\bmode\b))(?!.*\?)"
    r"|\b(?:act as|pretend|fais comme si|joue le role|from now on|a partir de maintenant tu|dorenavant|desormais tu)\b"
    r"|\b(?:en tant qu? ?'?|je suis |c'est |ici )(?:le |la |l'|l |l’|votre |ton )?(?:admin\w*|directeur|directrice|chef|developp\w+"
    r"|super ?user|root|responsable|patron)\b.{0,60}\b(?:je (?:te|vous|t') ?\w*(?:demande|ordonne)|" + _COMMAND + r")\b"
    r"|\b(?:nouvelles?|nouveau|new) (?:consignes?|instructions?|regles?|ordres?|prompt|role)\b"
    r"|\b(?:instructions?|note|message|consigne|ordre) (?:au|pour|a) (?:le |la |l'|l )?(?:systeme|ia|robot|modele|machine|programme)"
    r"|\b(?:tu dois|vous devez|il faut|je t'ordonne|debut des instructions).{0,30}\b(?:repondre|mettre|dire|marquer|valider"
    r"|classer|noter|considerer|lire|que je suis)\b.{0,30}" + _VERDICT +
    r"|\b(?:si tu es|si vous etes) (?:un |une )?(?:robot|ia|machine)\b(?=.*" + _COMMAND + r")"
    # Commands about the record.
    r"|\b(?:mark|set|classify|label|treat|update|change|answer|respond|output|say|hire|accept) (?:\w+ ){0,3}(?:as|to|with|=|yes|me"
    r"|hired)\b"
    r"|(?<!je )(?<!vous )(?<!pouvez )(?<!l')\b" + _COMMAND + r"\b (?:\w+ ){0,3}?" + _RECORD + r"(?:\b.{0,40}\b(?:comme|en|a|:|=)\b.{0,20}"
    + _VERDICT + r"|$| automatiquement| en haut| classement)"
    r"|(?<!je )\b" + _COMMAND + r"\b.{0,40}\b(?:comme|en|:|=|a) (?:un |une |etant )?\"?" + _VERDICT + r"\b"
    r"|(?<!je )(?<!vous )\b(?:reponds?|repondez|repondre|dis|dites|repete[rz]?|ecris|affiche[rz]?) (?:toujours |seulement |uniquement "
    r"|apres moi ?:? ?|par |a tout |que )*[\"«']? ?(?:oui|yes|interesse|je suis (?:disponible|retenu|interesse))[\"»']?(?: a (?:tout|ma"
    r"|mon)\b.*)?\W*$"
    r"|\b(?:tous les|ce|le) (?:messages?|sms)(?: \w+){0,2} (?:sont|doit etre|doivent etre) (?:\w+ )?(?:comme |des )?(?:un )?"
    + _VERDICT + r"|\bvalide[rz]? tout|\b(?:priorite haute|haute priorite)\b|\bhaut de la liste\b|\b(?:mon|le) (?:score|classement)\b"
    r"|\b(?:as|me) hired\b|\bhired\b|\bhire me\b|\bmettre oui\b"
)  # fmt: skip

# Words one of which every order has; most answers have none. Some orders are told by a mark instead.
_WORDS = frozenset(
    re.findall(
        r"[a-z]+",
        "system systeme assistant user admin administrateur administratrice root developer developpeur ia ai robot bot siri"
        " chatgpt gpt output answer reading status statut confidence label intent role content prompt instruction"
        " instructions consigne consignes regle regles drop delete insert update select truncate set print return eval"
        " exec jailbreak injection override sudo ignore ignorez oublie oubliez disregard forget modele model chatbot"
        " recruteur act pretend joue dorenavant desormais directeur directrice chef responsable patron nouvelle nouveau"
        " new note mark classify treat change respond say hire hired accept priorite score classement dossier profil"
        " candidature candidat candidats fiche profil monde haut repondre reponds repondez dis dites"
        " repete repetez repeter affiche affichez ecris valide validez classe classer classez considere considerez"
        " marque marquez enregistre enregistrez interprete traite traitez passe passez bascule coche renvoie retourne"
        " genere accepte acceptez embauche recrute selectionne execute attribue mets mettez mettre lis lisez from partir"
        " dois devez dan helpful reponse lu ordonne oui yes",
    )
)
_MARKS = re.compile(r"[<>{}\[\]`$\"]|##|--|^[/!]|[a-z]\(")
_SPLIT = re.compile(r"[a-z]+")


def is_order(low: str) -> bool:
    """Whether a text (in small letters, no accents) speaks to the machine instead of answering."""
    if _WORDS.isdisjoint(_SPLIT.findall(low)) and not _MARKS.search(low):
        return False
    return bool(_ORDER.search(low))
