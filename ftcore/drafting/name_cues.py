"""What stands before or after a name and gives it away: labels, salutations, signatures, verbs."""

from __future__ import annotations

import re

# After these stands a name, whatever its case: "Nom : zamblé", and in a table "Nom | Zamblé".
NAME_LABEL = re.compile(
    r"\b(?:nom/pr[ée]nom|(?:nom|pr[ée]noms?)(?:,? (?:et )?pr[ée]noms?| et nom| de famille| de naissance| d'usage"
    r"| d'[ée]poux?(?:se)?| marital| du candidat| de la candidate| complet)?)(?: ?\([^)\n]{1,12}\))?"
    r"[ \t]*(?:[:=|]|\t)\s*"
    r"|\b(?-i:NOM|PR[EÉ]NOM)S?[ ]+",
    re.IGNORECASE,
)
FIRST_NAME_LABEL = re.compile(r"(?:nom/|nom,? (?:et )?)?pr[ée]nom", re.IGNORECASE)
CALLED = re.compile(
    r"\b(?:m'appelle|s'appelle|me nomme|se nomme|(?:pr[ée]|d[ée])?nomm[ée]e?|au nom de|[ms]on (?:pr[ée])?nom est"
    r"|moi c'est|[ée]pouse|veuve|n[ée]e(?= (?-i:[A-ZÀ-Þ])))[ \t]+",
    re.IGNORECASE,
)
# After these, one with a capital.
LABEL = re.compile(
    r"\b(?:(?:candidate?s?|contacts?|interlocut(?:eur|rice)|r[ée]f[ée]rente?|conseill(?:er|[èe]re)|sign(?:é|ature)"
    r"|destinataire|tut(?:eur|rice)|responsable|b[ée]n[ée]ficiaire|demandeu(?:r|se)(?: d'emploi)?|suivie? par"
    r"|re[çc]ue? par|titulaire|assur[ée]e?|salari[ée]e?|employ[ée]e?|personne(?: [àa] contacter)?|usager|stagiaire"
    r"|participante?|exp[ée]diteur|auteur|r[ée]dig[ée] par|objet|rh|recruteu(?:r|se)|g[ée]rante?|direct(?:eur|rice)"
    r"|parrain)[ \t]*[:=|][ \t]*"
    r"|(?:[àa] l'attention de|de la part de|pour le compte de|sign[ée]|suivie? par|re[çc]ue? par|contacter|joindre"
    r"|demander|aupr[èe]s de|(?:dossier|cv|candidature|profil) de|(?:entretien|rencontr[ée]|[ée]chang[ée]) avec"
    r"|accompagne|re[çc]u)[ \t]+)",
    re.IGNORECASE,
)
GREETING = re.compile(
    r"\b(?:bonjour|bonsoir|salut|ch[èe]re?s?|coucou|hello|merci|bienvenue|bravo|c'est|ici)[ \t]+", re.IGNORECASE
)
SIGNED = re.compile(
    r"\b(?:cordialement|(?:bien )?[àa] (?:vous|toi)|salutations(?: distingu[ée]es)?|bonne (?:journ[ée]e|r[ée]ception)"
    r"|[àa] bient[ôo]t|respectueusement|sentiments distingu[ée]s|merci(?: d'avance)?)[ \t]*[,.!]?[ \t]*\n\s*",
    re.IGNORECASE,
)
# Before a known surname that is also a word, and after it: then it is somebody's.
ABOUT = re.compile(
    r"\b(?:dossier|cv|candidature|entretien|situation|appel|rdv|rendez-vous|message|r[ée]ponse|mail|courrier)s?"
    r" (?:de |d'|avec |[àa] )$",
    re.IGNORECASE,
)
ACTS = re.compile(
    r" (?:est|a|sera|[ée]tait|avait|veut|cherche|souhaite|viendra|ne|n'|habite|dit|demande|rappelle|r[ée]pond|accepte"
    r"|refuse)\b"
)
# A trade's title: "Boulanger (H/F)".
TITLE = re.compile(r"[ \t]*[(\[]?[ \t]*(?:H ?/ ?F|F ?/ ?H)\b")
# A verb that opens a sentence before a name: "Rappeler Zamblé", "Appelé Zamblé".
VERB = re.compile(r"(?:er|ir|ez|oir|é|ée|és|ons|ent|u|us)$")
