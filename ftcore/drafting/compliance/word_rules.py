"""Rules about words that an offer may not hold, each with the sentences in which they are no fault."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ftcore.drafting.compliance.findings import (
    L1132,
    L1142,
    L1221,
    L1242,
    L5331_3,
    PAY_DIRECTIVE,
    Finding,
    Level,
    finding_at,
    sentence_of,
    words,
)


@dataclass(frozen=True, slots=True)
class WordRule:
    rule: str
    level: Level
    article: str
    why: str
    words: re.Pattern[str]
    # A sentence that holds these words is no fault.
    unless: re.Pattern[str] | None = None
    suggestion: str | None = ""


_POSITIVE = (
    r"sans (?:limite|condition|distinction|discrimination|critère)|quel(?:le)?s? que soi|ouverte? (?:à|aux) tou"
    r"|égalité|diversité|non[- ]discrimin|accessible aux|ouverte? aux personnes|bienvenu|indifférent|peu importe"
)
_NOT_PEOPLE = r"entreprise|société|maison|groupe|association|existe|depuis|expérience|garantie|fort(?:e)? de|créée?"
_RULES = (
    WordRule(
        "age_limit",
        Level.BLOCK,
        "Code du travail, art. L5331-2",
        "Une offre ne peut pas fixer de limite d'âge supérieure.",
        words(
            r"\b(?:moins de|maximum|max\.?|jusqu'à|pas plus de|âgée?s? de|avoir)\s*(?:1[89]|[2-6]\d)\s*ans"
            r"(?:\s*(?:maximum|maxi?\.?))?|\b(?:1[89]|[2-6]\d)\s*(?:ans)?\s*(?:à|-|–|/)\s*[2-6]\d\s*ans"
            r"|\b[2-6]\d\s*ans\s*(?:maximum|maxi\b|max\b|au plus)|\bâge\s*(?:maximum|maximal|limite)[^.\n]{0,20}"
        ),
        words(
            rf"{_POSITIVE}|enfant|élève|jeune public|résident|patient|usager|client|apprenti|alternance"
            rf"|contrat de professionnalisation|mineur|personnes? (?:accueilli|accompagn|âgé)|{_NOT_PEOPLE}"
        ),
    ),
    WordRule(
        "characteristic",
        Level.BLOCK,
        L1132,
        "Ce critère fait partie de ceux que la loi interdit : décrivez plutôt la compétence attendue.",
        words(
            r"\bde nationalité (?:française|européenne)\b|\bnationalité française (?:exigée|requise|obligatoire)"
            r"|\blangue maternelle\b|\bd['’]origine (?:française|européenne|étrangère)\b"
            r"|\b(?:célibataire|sans enfants?(?: à charge)?|sans charge de famille|marié\(?e?\)?)\b"
            r"|\b(?:bonne présentation|présentation (?:soignée|irréprochable|impeccable)|physique (?:agréable"
            r"|avantageux)"
            r"|belle apparence|taille mannequin|sans (?:tatouage|piercing)s?)\b"
            r"|\bjeune et dynamique\b|\béquipe jeune\b|\b(?:personne|profil|candidate?) jeunes?\b|\bjeune (?:homme"
            r"|femme|candidate?|diplômé de moins)\b"
            r"|\b(?:non[- ]syndiqué|sans engagement (?:syndical|politique))e?s?\b|\bde confession \w+"
            r"|\b(?:chrétien|catholique|musulman|juif)(?:ne|e)? pratiquante?\b|\b(?:ne pas être"
            r"|pas de femme) enceinte\b"
            r"|\ben (?:bonne|parfaite|excellente) santé\b|\bsans (?:problème|antécédent)s? (?:de santé|médica\w+)"
            r"|\b(?:habiter|résider|domicilié\(?e?\)?|habitant|résidant) (?:sur place|à|dans|sur|près"
            r"|le secteur)\b[^.,;\n]{0,25}"
            r"|\bpas de (?:RQTH|travailleurs? handicapés?|personnes? handicapées?)|\bpersonnes? valides?\b"
            r"|\bhétérosexuel\w*|\bsans mandat électif\b|\bcompte (?:bancaire )?non interdit\b"
            r"|\bnon[- ]interdit bancaire\b"
        ),
        words(
            rf"{_POSITIVE}|résident|patient|usager|élève|bénéficiaire|public accueilli|clientèle|animaux|enseign"
            rf"|professeur"
            r"|accompagn|accueil(?:lir|lies?)|prestation|mise en valeur|produits?|vitrine|rayon|linge|soins"
        ),
    ),
    WordRule(
        "sex",
        Level.BLOCK,
        L1142,
        "L'offre doit s'adresser aux femmes et aux hommes.",
        words(
            r"\b(?:recherch\w+|recrut\w+|cherch\w+|besoin d['’e])\s*(?:un homme|une femme|une dame|un monsieur"
            r"|un garçon"
            r"|une jeune fille|(?:des|deux|trois) (?:hommes|femmes|filles))(?! de (?:ménage|chambre))\b"
            r"|\b(?:poste|emploi|travail) (?:réservé|destiné|pour)\s*(?:aux?|à|des|un|une)?\s*(?:hommes?|femmes?)\b"
            r"|\b(?:hommes?|femmes?) (?:uniquement|exclusivement|seulement|de préférence)\b|\bde sexe (?:masculin"
            r"|féminin)\b"
        ),
        words(
            rf"{_POSITIVE}|foyer|hébergement|centre pour|victimes|rayon|vêtement|coiffure|coiffeu|prêt-à-porter|H/F|F/H"
        ),
        None,
    ),
    WordRule(
        "fee",
        Level.BLOCK,
        "Code du travail, art. L5321-3",
        "On ne peut rien faire payer à la personne qui cherche un emploi.",
        words(
            r"\bfrais (?:de dossier|d['’]inscription|d['’]adhésion|de candidature|de formation)\b[^.\n]{0,40}"
            r"|\bformation (?:payante|à (?:vos|votre) (?:frais|charge))|\bà la charge du candidat\b"
            r"|\bdroits? d['’]entrée\b[^.\n]{0,25}|\b(?:verser|versement|dépôt) (?:une? |la |d['’]une? "
            r"|de )?(?:caution|acompte|garantie)\b"
            r"|\bachat (?:du|d['’]un) kit\b|\binvestissement (?:de départ|initial)\b[^.\n]{0,20}"
        ),
        words(
            r"pris(?:e)?s? en charge|rembours|offert|gratuit|à la charge de l['’](?:employeur|entreprise)|aucun"
            r"|sans frais"
            r"|gérer|gestion|saisi|encaiss|recouvr|trait\w+ les|suivi des|clients?\b|musée|visiteur"
        ),
    ),
    WordRule(
        "misleading",
        Level.BLOCK,
        L5331_3,
        "Cette promesse peut tromper sur l'emploi ou sur la paie.",
        words(
            r"\b(?:revenus?|gains?|commissions?|salaires?) (?:illimité|sans limite|garantis? sans effort"
            r"|exceptionnels? garanti)\w*"
            r"|\bdevenez riche\b|\bargent facile\b|\bsans (?:aucun )?effort\b|\bindépendance financière\b"
            r"|\bembauche (?:garantie|assurée)\b|\bCDI (?:garanti|assuré)\b|\bgagnez (?:jusqu['’]à )?\d[\d  .]* ?€"
            r"|\btravail à domicile (?:très )?(?:bien )?rémunérateur\b|\bsoyez votre propre patron\b"
        ),
        words(r"\bne sont pas\b|aucun(?:e)? (?:promesse|garantie)"),
        None,
    ),
    WordRule(
        "past_pay",
        Level.BLOCK,
        PAY_DIRECTIVE,
        "Il est interdit de demander ce que la personne gagnait avant.",
        words(
            r"\b(?:derni(?:er|ère)|ancien(?:ne)?|précédente?|actuel(?:le)?|antérieure?)s? (?:salaires?"
            r"|rémunérations?|fiches? de paie"
            r"|bulletins? de (?:paie|salaire))\b|\b(?:salaires?|rémunérations?) (?:actuel|antérieur|précédent)\w*"
            r"|\b(?:derni(?:er|ère)s?|\d|trois) (?:bulletins?|fiches?) de (?:paie|salaire)\b|\bhistorique (?:de"
            r"|des) (?:salaire|rémunération)s?"
        ),
        words(
            r"établi|édit|contrôl|vérifi|saisi|gestionnaire|prépar|rédig|élabor|calcul|client|ne (?:vous )?(?:sera"
            r"|demand)|jamais"
        ),
    ),
    WordRule(
        "private_life",
        Level.WARN,
        L1221,
        "Cela touche à la vie privée : ne le demandez que si le poste l'exige vraiment.",
        words(
            r"\bcasier (?:judiciaire )?vierge\b|\bvéhicule (?:personnel|indispensable|obligatoire|exigé)\b"
            r"|\bvoiture personnelle\b"
            r"|\bnon[- ]fumeu(?:r|se)\b|\b(?:comptes?|profils?) (?:facebook|instagram|réseaux sociaux)\b"
            r"|\bvos (?:loisirs|hobbies)\b|\bgroupe sanguin\b|\bextrait (?:n°|numéro)? ?[23]? ?d[eu] casier"
        ),
        words(
            r"enfant|mineur|sécurité|surveillance|convoyeur|itinérant|à domicile|déplacement|tournée|transport de fonds"
            r"|animer|gérer|gestion|community|publi|zone|espace|non (?:exigé|nécessaire|obligatoire)|fourni"
            r"|mis(?:e)? à disposition"
        ),
    ),
    WordRule(
        "fixed_term",
        Level.WARN,
        L1242,
        "Un CDD ne peut pas servir de période d'essai avant un CDI, ni pourvoir durablement un emploi permanent.",
        words(
            r"\bCDD\b[^.\n]{0,60}\b(?:pouvant|susceptible|possibilité|évoluti|débouch\w+|en vue|avant|puis"
            r"|suivi)\w*[^.\n]{0,25}\bCDI\b"
            r"|\bCDD\b[^.\n]{0,30}\b(?:renouvelable (?:indéfiniment|sans limite)|de (?:19|2\d|3\d) mois|de (?:2|3"
            r"|deux|trois) ans)"
        ),
        words(r"à objet défini|sénior|senior|doctoral|fonction publique|contractuel"),
        None,
    ),
    WordRule(
        "identity",
        Level.BLOCK,
        "Code du travail, art. L5332-1 et L5332-2",
        "L'employeur peut rester anonyme pour le public, mais l'agence doit connaître son nom.",
        words(
            r"\b(?:société|entreprise|employeur|client) (?:confidentiel(?:le)?|anonyme|souhaitant rester anonyme)\b"
            r"|\bnom de l['’](?:entreprise|employeur) (?:communiqué|donné|dévoilé)[^.\n]{0,40}"
        ),
        words(r"société anonyme (?:au capital|à|d)|\bSA\b"),
        None,
    ),
)


def worded(text: str) -> Iterator[Finding]:
    for rule in _RULES:
        for found in rule.words.finditer(text):
            if rule.unless and rule.unless.search(sentence_of(text, found.start(), found.end())):
                continue
            yield finding_at(text, rule.rule, rule.level, rule.article, found, rule.why, rule.suggestion)
