"""Kinds of words: one letter for each, so that a sentence becomes a short string that a grammar can read.

"Merci de ne plus m'envoyer de sms" is `AnNPWM`: thanks, ne, plus, me, write, message. Words without a say in it
(articles, "de", "vos") have no letter; a word of no kind is a full stop.
"""

from __future__ import annotations

from functools import lru_cache

# letter, what it stands for, whole words, beginnings of words
_TABLE: tuple[tuple[str, str, str, str], ...] = (
    ("K", "an order to cease, to whom one says vous", "stop stopall stoppez stopper arretez arreter arretiez"
    " cessez cesser"
     " cessiez halte basta finissez finir terminez", ""),
    ("k", "cease, said to a friend, of oneself, or a noun", "arrete arretes arret cesse cesses stoppe stoppes", ""),
    ("M", "what we send", "sms message messages texto textos pub pubs publicite publicites spam spams envoi envois"
     " notif notifs mail mails mms newsletter newsletters alerte alertes demarchage campagne campagnes harcelement"
     " prospection mailing mailings communication communications contacts texts", "notification sollicitation relance"),
    ("W", "write to somebody: an order, or the name of the act", "envoyer envoyez envoyiez renvoyer renvoyez ecrire"
     " ecrivez ecriviez reecrire reecrivez adresser adressez joindre texter spammer spammez text texting writing"
     " sending"
     " messaging send contacting contacter contactez contactiez recontacter recontactez solliciter sollicitez relancer"
     " relancez demarcher demarchez communiquer utiliser utilisez utilisation", ""),
    ("E", "annoy, as an order or the name of the act", "harceler harcelez embeter embetez emmerder emmerdez saouler"
     " saoulez souler soulez gonfler gonflez deranger derangez importuner importunez", ""),
    ("b", "written to: the same, as the state or the sound of it", "contacte contactee contact recontacte recontactee"
     " sollicite sollicitee derange derangee importune importunee relance relancee demarche demarchee harcele harcelee"
     " spamme spammed ecrive recrive", ""),
    ("w", "write, as one says it to a friend or of somebody", "envoie envoies ecris ecrit ecrivent envoient", ""),
    ("R", "receive, as the name of the act", "recevoir", ""),
    ("v", "have or see", "avoir voir lire", ""),
    ("C", "telephone", "appeler appelez appelle appelles appel rappeler rappelez rappelle rappel joignez fil call",
     "telephoner"),
    ("D", "take away: an order, or the name of the act", "supprimer supprimez supprimiez effacer effacez effaciez"
     " enlever enlevez enleviez retirer retirez retiriez rayer rayez virer virez oter otez sortir sortez bloquer"
     " bloquez"
     " desactiver desactivez coupez couper exclure excluez radier radiez remove delete jetez jeter detruire detruisez"
     " blacklister blacklistez degagez", ""),
    ("O", "forget, lose", "oubliez oublier perdez perdre", ""),
    ("d", "take away, as one says it to a friend, of oneself or of the past", "supprime supprimee efface effacee enleve"
     " enlevee retire retiree raye rayee vire bloque desactive", ""),
    ("g", "the taking away itself", "suppression effacement retrait", ""),
    ("I", "what we know of somebody, and where it stands", "numero coordonnees donnees nom telephone portable mobile"
     " fichier fichiers liste listes listing listings base bases repertoire repertoires diffusion 06 07 number list",
     ""),
    ("h", "somebody else's, or one's own as one says it to a friend", "son sa ses ton ta tes leur leurs toi te t lui",
     ""),
    ("U", "unsubscribe", "unsubscribe optout resilier resiliez resiliation resilie", "desins desabo"),
    ("L", "leave, let go", "laissez laisser foutez foutre fichez ficher lachez leave", ""),
    ("l", "leave, as one says it to a friend", "laisse lache fous fiche", ""),
    ("Q", "peace", "paix tranquille tranquilles respirer grappe baskets alone", ""),
    ("N", "negation", "pas plus jamais rien aucun aucune no not dont", ""),
    ("n", "the small word of negation", "ne n ni", ""),
    ("P", "me", "me m moi nous", ""),
    ("J", "I", "je j", ""),
    ("T", "somebody who is not asked", "tu il elle on ils elles personne ca cela qui pourquoi quand", ""),
    ("V", "you", "vous", ""),
    ("H", "wish or accept", "veux veut souhaite souhaiterais desire desirerais voudrais voudrai aimerais accepte"
     " tiens prefere prefererais voulais voulait exige compte autorise vouloir envie want", ""),
    ("j", "forbid or refuse", "interdis interdit interdiction defends refuse refuser oppose opposer opposition consens"
     " consentement", ""),
    ("u", "in vain", "inutile", ""),
    ("i", "need", "peine besoin interet", ""),
    ("e", "enough", "assez marre bol suffit", ""),
    ("p", "have or be, before what is done", "ai as a avez ont avait suis est etais ete sommes etes sera", ""),
    ("A", "courtesy", "merci plait veuillez priere prie faut devez doit soit faudrait gre demande cordialement", ""),
    ("G", "greeting", "bonjour madame monsieur bonne journee soiree desole pardon mme mr salutations comprehension",
    ""),
    ("X", "no", "non", ""),
    ("Y", "yes", "oui ok accord volontiers", ""),
    ("Z", "interested, found, in work", "interesse disponible trouve retrouve signe retraite retraitee emploi travail"
     " cdi chomage demandeur concerne concernee", ""),
    ("o", "what we offer", "offre offres annonce annonces poste postes proposition propositions metier metiers"
     " missions mission emplois", ""),
    ("z", "can", "pouvez pouvoir pourriez peux peut possible pourrait", ""),
    ("c", "if", "si sinon", ""),
)  # fmt: skip
# Words that say nothing here.
_SILENT = frozenset(
    [
        "de",
        "d",
        "le",
        "la",
        "les",
        "l",
        "un",
        "une",
        "des",
        "du",
        "a",
        "au",
        "aux",
        "et",
        "vos",
        "votre",
        "mon",
        "ma",
        "mes",
        "ces",
        "ce",
        "cet",
        "cette",
        "tous",
        "toutes",
        "tout",
        "toute",
        "par",
        "pour",
        "sur",
        "dans",
        "en",
        "y",
        "que",
        "qu",
        "se",
        "s",
        "surtout",
        "vraiment",
        "etre",
        "encore",
        "trop",
        "donc",
        "alors",
        "immediatement",
        "definitivement",
        "immediate",
        "definitif",
        "maintenant",
        "suite",
        "avance",
        "beaucoup",
        "autre",
        "autres",
        "ainsi",
        "avec",
        "genre",
        "type",
        "via",
        "the",
        "my",
        "from",
        "to",
        "more",
        "any",
        "your",
        "sincerement",
        "service",
        "services",
    ]
)

_WORDS: dict[str, str] = {}
_STEMS: list[tuple[str, str]] = []
for _letter, _, _words, _beginnings in _TABLE:
    for _word in _words.split():
        _WORDS.setdefault(_word, _letter)
    _STEMS += [(beginning, _letter) for beginning in _beginnings.split()]


@lru_cache(maxsize=50_000)
def kind(word: str) -> str:
    """The letter of a folded word; nothing for a silent one, a full stop for one of no kind."""
    if word in _SILENT:
        return ""
    known = _WORDS.get(word)
    if known is not None:
        return known
    return next((letter for beginning, letter in _STEMS if word.startswith(beginning)), ".")


def letters(sentence: str) -> str:
    """The kinds of the words of a folded sentence, one letter each."""
    return "".join(map(kind, sentence.split()))
