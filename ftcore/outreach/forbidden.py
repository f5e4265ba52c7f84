"""What a person may not be asked by SMS: one table, each line with its article.

Only what is directly and necessarily linked to the job may be asked (Code du travail, art. L1221-6), and
nothing that L1132-1 protects. A line that is not sure forbids: a counselor can still ask by phone what a
job truly requires. Words that describe the job (a "secrétaire médicale", a "garde d'enfants") are no
question about the person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ftcore.drafting import compliance
from ftcore.text import fold

_L1132 = "Code du travail, art. L1132-1 et L1221-6"
_L1221 = "Code du travail, art. L1221-6"


@dataclass(frozen=True, slots=True)
class Subject:
    """`words` and `harmless` are read on folded text; what `harmless` finds is taken out first."""

    name: str
    article: str
    words: re.Pattern[str]
    harmless: re.Pattern[str] | None = None


def _subject(name: str, article: str, words: str, harmless: str | None = None) -> Subject:
    return Subject(
        name,
        article,
        re.compile(rf"\b(?:{words})\b"),
        re.compile(rf"\b(?:{harmless})\b") if harmless else None,
    )


# People whom one works for, before a word that would otherwise be about the person who is asked.
_SERVED = r"(?:personnes?|publics?|patient(?:e?s)?|enfants?|jeunes?|adultes?|residents?|eleves?|usagers?|aupres)"
SUBJECTS = (
    _subject(
        "la santé ou le handicap",
        f"{_L1132}, et RGPD, art. 9",
        r"(?:votre|vos|leur|etat de|soucis? de|problemes? de|bonne|parfaite|ennuis? de) sante"
        r"|sante (?:fragile|physique|mentale)|malade|maladies?|arrets? (?:maladie|de travail)|accidente?e?"
        r"|(?:probleme|suivi|traitement|dossier|antecedent|certificat)s? (?:medical|medicaux)|medicaments?"
        r"|medecin traitant|allergi\w+|diabet\w+|epilep\w+|asthm\w+|cancer|depress\w+|depression"
        r"|psychiatr\w+|addictions?|alcoolique|buvez|fumez|fumeu(?:r|se)|drogues?|vaccin\w*|seropositi\w+"
        r"|vih|sida|groupe sanguin|handicap\w*|rqth|invalidite|inapt(?:e|itude)s?|mal (?:au|de) dos"
        r"|operation chirurgicale|hospitalise\w*|bonne condition physique|restrictions? medicales?",
        rf"{_SERVED} (?:\w+ ){{0,4}}(?:malades?|handicap\w*|depress\w+|alzheimer|dependan\w+)"
        r"|(?:poste |emploi |offre )?(?:ouverte?s?|accessibles?|amenage\w*) (?:a tou\w+|aux?) (?:\w+ ){0,5}handicap\w*"
        r"|(?:secteur|milieu|domaine|monde) du handicap"
        r"|(?:accompagn\w+|aide\w*|soin\w*|assist\w+) (?:\w+ ){0,4}(?:malades?|handicap\w*)"
        r"|(?:service|secteur|unite|hopital|experience|en) (?:de |en )?(?:psychiatri\w+|sante mentale)"
        r"|acteur (?:\w+ )?de la sante mentale|referente? handicap|assurance maladie|industrie du medicament"
        r"|(?:preparation|distribution|vente|gestion|livraison) (?:de |des )medicaments?",
    ),
    _subject(
        "la grossesse",
        _L1132,
        r"enceinte|grossesse|tomber enceinte|desir d'enfants?|projet d'enfants?"
        r"|conge (?:de )?(?:maternite|parental)|accouch\w+|allait\w+",
        r"(?:remplace\w*|suppleance)[^.?!]{0,30}conge (?:de )?(?:maternite|parental)",
    ),
    _subject(
        "la situation de famille",
        _L1132,
        r"(?:avez|as|ayant|aurez|combien|sans|vos|des|plusieurs|charge|garde (?:de|pour) (?:vos|votre))"
        r"[ -]?(?:vous )?(?:[dl]')?(?:es |d'|de |des )?enfants?(?: a charge)?"
        r"|enfants? a charge|(?:etes|est|es)[- ](?:vous |tu )?mariee?s?|mariee?s? ou"
        r"|celibataires?|divorcee?s?|pacsee?s?|veu(?:f|ve)s?|conjointe?s?"
        r"|votre (?:mari|femme|epou(?:x|se)|compagn(?:e|on)|couple|mere|pere)"
        r"|situation (?:de famille|familiale|matrimoniale|maritale)|charges? (?:de famille|familiales?)"
        r"|vivez-vous seule?|parents? isolee?s?|votre famille",
        r"(?:avec|aupres|pour|garder?|garde|surveill\w+|occup\w+|accompagn\w+|anim\w+"
        r"|accueil\w*|encadr\w+|soin\w*|jeux?|atelier\w*|groupes?)"
        r" (?:avec )?(?:(?!vos |votre )\w+ ){0,2}?(?:d'|des |de |les |aux )?(?:jeunes )?enfants?(?! a charge)",
    ),
    _subject(
        "la religion",
        f"{_L1132}, et RGPD, art. 9",
        r"religion|religieu(?:x|se|ses)|confession\w*|croyan(?:ce|ces|te?s?)|pratiquante?s?|musulmane?s?"
        r"|catholiques?|chretien(?:ne)?s?|protestante?s?|juif|juive|juifs|bouddhiste?s?|athees?|ramadan"
        r"|shabbat|careme|mosquee|priere|prier|voile|foulard|halal|casher",
        r"(?:enseignement|ecole|college|lycee|etablissement|association|secours)"
        r" (?:prive )?(?:catholique|protestant|musulman)\w*"
        r"|(?:produits?|boucherie|rayon|viande|cuisine|traiteur) (?:halal|casher)"
        r"|(?:voile|planche a voile) (?:sportive|de bateau)|moniteur de voile",
    ),
    _subject(
        "l'origine ou la nationalité",
        f"{_L1132}, et RGPD, art. 9",
        r"nationalite|(?:votre|quelle|vos) origines?"
        r"|d'origine (?:francaise|etrangere|europeenne|africaine|maghrebine)|pays (?:d'origine|de naissance)"
        r"|lieu de naissance|d'ou venez|ou etes-vous nee?|nee? (?:a l'etranger|en france)|ethni\w+|race"
        r"|couleur de peau|langue maternelle|accent etranger|titre de sejour|carte de sejour|sans[- ]papiers"
        r"|naturalisee?|immigree?s?|etes-vous (?:francais|etranger|europeen)\w*",
    ),
    _subject(
        "les opinions politiques ou syndicales",
        f"{_L1132}, et RGPD, art. 9",
        r"parti politique|opinions?"
        r"|(?:vos|votre|une|des|quelles?) (?:idees? |convictions? |opinions? )?politiques?|convictions?"
        r"|syndiquee?s?|syndicat|syndicale?s?|pour qui (?:avez-vous vote|votez)|vot(?:ez|e aux)|militante?s?"
        r"|grevistes?|(?:fait|faites|faire) (?:la )?greve|mandat (?:electif|electoral)|franc-macon\w*",
        r"politiques? (?:de l|commercial|qualite|rh|de securite|publique|sociale|tarifaire)\w*",
    ),
    _subject(
        "la vie privée ou l'orientation sexuelle",
        f"{_L1132}, et RGPD, art. 9",
        r"orientation sexuelle|homosexuel\w*|heterosexuel\w*|bisexuel\w*|lesbienne|gay"
        r"|trans(?:genre|sexuel\w*)|identite de genre|vie (?:sexuelle|amoureuse|privee|sentimentale)"
        r"|vos (?:loisirs|hobbies)|(?:profil|compte)s? (?:facebook|instagram|tiktok|snapchat)",
        r"respect\w* de (?:la|leur) vie privee",
    ),
    _subject(
        "l'âge",
        _L1132,
        r"quel age|votre age|date de naissance|annee de naissance|nee? (?:le|en) (?:\d|quelle)"
        r"|trop (?:jeune|vieux|agee?)|senior|(?:moins|plus) de (?:[2-6]\d) ans",
        r"depuis (?:moins|plus) de \d+ ans|(?:moins|plus) de [2-6]\d ans d'(?:experience|anciennete|existence)",
    ),
    _subject(
        "l'apparence",
        _L1132,
        r"votre (?:taille|poids|physique|apparence|photo|silhouette)|combien (?:pesez|mesurez)"
        r"|vos mensurations|une photo de vous|tatouages?|tatouee?s?|piercings?|surpoids|belle presentation",
        r"salon de tatouage",
    ),
    _subject(
        "le lieu de résidence (demandez plutôt si la personne peut se rendre sur place)",
        _L1132,
        r"ou habitez|habitez-vous|(?:votre|quelle) adresse(?! (?:mail|e-mail|electronique))|domiciliee?s?"
        r"|votre quartier|votre domicile|hebergee?s?|sans domicile",
    ),
    _subject(
        "les comptes bancaires ou l'argent",
        _L1132,
        r"rib|iban|bic|carte (?:bancaire|bleue|de credit)|coordonnees bancaires"
        r"|comptes? (?:bancaire|en banque)|numero de compte|interdit bancaire|(?:sur)?endette\w*|vos credits"
        r"|vos dettes|fiche de paie|bulletins? de salaire|avis d'imposition|virement|mandat cash"
        r"|western union",
        r"(?:secteur|milieu|agence|conseille\w+|domaine|etablissement) bancaire",
    ),
    _subject(
        "le salaire précédent",
        "Directive (UE) 2023/970, art. 5",
        r"(?:dernier|ancien|precedent|actuel) salaire|salaires? (?:actuel|precedent|anterieur)\w*"
        r"|combien (?:gagnez|gagniez|touchez|touchiez)",
    ),
    _subject(
        "le numéro de sécurité sociale",
        "Décret n° 2019-341 du 19 avril 2019",
        r"(?:numero|n°|no) (?:de )?(?:securite sociale|secu|ss)|securite sociale|numero de secu|carte vitale"
        r"|nir",
        r"(?:organisme|agence|caisse|plafond|technicien\w*) de (?:la )?securite sociale",
    ),
    _subject(
        "le casier judiciaire",
        f"{_L1221}, et RGPD, art. 10",
        r"casier(?: judiciaire)?|condamn(?:ee?s?|ations?)|prison|garde a vue|detention|sous bracelet",
        r"centre de detention|surveillant\w* de prison|administration penitentiaire",
    ),
    _subject(
        "les papiers d'identité et les mots de passe",
        _L1221,
        r"(?:copie|photo|scan|numero|recto)[^.?!]{0,20}(?:carte d'identite|passeport|piece d'identite|cni)"
        r"|mots? de passe|code (?:secret|pin|confidentiel)|vos identifiants",
    ),
)

# What an offer may not say, a message may not ask.
_OF_OFFERS = ("characteristic", "age_limit", "sex", "past_pay", "fee")


def forbidden(text: str) -> str | None:
    """Why a text may not be sent as a question to a person: a French sentence with the article, or None."""
    folded = fold(text)
    for subject in SUBJECTS:
        # In blanks of the same length, so that a place in the folded text stays one.
        rest = subject.harmless.sub(lambda found: " " * len(found[0]), folded) if subject.harmless else folded
        found = subject.words.search(rest)
        if found:
            return (
                f"« {_as_written(text, folded, found)} » touche à {subject.name} : il est interdit de le demander "
                f"par SMS ({subject.article}). Retirez ces mots."
            )
    for finding in compliance.check(text):
        if finding.rule in _OF_OFFERS:
            return f"« {finding.excerpt} » : {finding.why} ({finding.article}). Retirez ces mots."
    return None


def _as_written(text: str, folded: str, found: re.Match[str]) -> str:
    """The words that were found, with their accents: folding keeps the number of words."""
    first = folded.count(" ", 0, found.start())
    words = text.split()[first : first + 1 + found[0].count(" ")]
    return " ".join(words).strip(' ?!.,;:()"«»') or found[0]
