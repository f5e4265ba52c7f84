"""A wish to get no more messages: never missed, never invented.

Two ways to be sure: the message is nothing but a keyword and courtesy ("STOP svp"), or a sentence says
it to whom writes ("ne m'écrivez plus"). What only may be one is `DOUBT`: a person reads it, and nothing
more leaves by itself. "stop" and "arrêt" as ordinary words ("arrêt maladie", "je n'arrête pas de
chercher", "stop la galère") are neither.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from ftcore.outreach.replies.folding import Folded, has


class Wish(Enum):
    NONE = 0
    DOUBT = 1
    SURE = 2


@dataclass(frozen=True, slots=True)
class Found:
    wish: Wish
    evidence: str = ""


_NONE = Found(Wish.NONE)

# Nothing below can match a text that has none of these; most answers are done with here.
_STRONG = (
    "stop", "arret", "cess", "halte", "desins", "desabo", "desactiv", "supprim", "suppres", "effac", "unsub",
    "remove", "cancel", "quit", "resili", "optout", "opt out", "oppos", "consent", "blacklist", "liste rouge",
    "texting", "tranquille", "en paix", "la paix", "laissez", "lache", "harcel", "spam", "rgpd", "cnil", "basta",
    "leave me", "marre", "mettez fin", "retir", "enlev", "raye", "virez", "virer", "otez", "oter", "sortez",
    "oublie", "perd", "bloqu", "fin des", "fin de", "droit d", "droit a", "texter", "finissez", "evite", "exclu",
    "radie", "respirer", "suffit", "liste", "fichier",
)  # fmt: skip
_NEGATION = (
    "interdi",
    "defend",
    "plus",
    "pas",
    "jamais",
    "rien",
    "aucun",
    "refuse",
    "inutile",
    "assez",
    "no",
    "not",
    "dont",
    "don t",
)
_CONTACT = (
    "contact", "ecri", "ecrv", "envo", "sollicit", "derang", "embet", "importun", "relanc", "sms", "message",
    "mail", "recevoir", "appel", "joindre", "adress", "text", "pub", "notif", "demarch", "emmerd", "saoul", "soul",
    "communiq", "votre part", "de vous", "telephon",
)  # fmt: skip


def _may_concern(text: str) -> bool:
    if has(text, _STRONG) or text == "end":
        return True
    return has(text, _NEGATION) and has(text, _CONTACT)


# French keywords and those that the operators honour in English.
_KEYWORD = (
    r"(?:stop|stopper|stoppez|arret|arrete|arreter|arretez|unsubscribe|end|quit|cancel|stopall|desinscription"
    r"|desinscrire|desinscrivez|desabonnement|desabonner|desabonnez|desabonne|resiliation|resilier|basta"
    r"|optout|opt out)"
)
_MESSAGES = (
    r"(?:(?:vos|les|ces|tes|tous|toutes|tout|des|de|aux?|a|la|le|l|mes|ce|cet|cette|avec|vos|d|ca|votre"
    r"|genre|type|envoi|"
    r"envois|reception) )*(?:sms|messages?|pubs?|publicites?|spams?|mails?|envois?|notifs?|notifications?|contacts?|"
    r"sollicitations?|relances?|harcelement|demarchage|campagnes?|alertes?|newsletters?|mms|offres? par sms)"
)
_COURTESY = re.compile(
    r"\b(?:bonjour|madame|monsieur|mme|mr|merci(?: (?:beaucoup|d avance|bien|a vous|de votre comprehension))?|d avance"
    r"|s il (?:vous|te) plait|cordialement|bonne (?:journee|soiree|continuation)|desole|pardon|sincerement|salutations"
    r"|bien a vous|maintenant|immediatement|tout de suite|de suite|now|definitivement|definitif)\b"
)
_ALONE = re.compile(
    rf"(?:{_KEYWORD}|36\d{{3}}|(?:demande|je demande|je veux|je souhaite|je voudrais) (?:de |un |une |l |la |ma |me )?"
    rf"(?:arret|desinscription|desinscrire|desabonnement|desabonner))(?: {_KEYWORD}| tout| ca| it| me"
    rf"| france travail| pole emploi)*"
    rf"(?: (?:de |a |au |pour |d )?{_MESSAGES})*"
)

# Verbs of writing to somebody, in the forms that order or name an act (folding loses "é", "er" and "ez").
_WRITE = (
    r"(?:re)?(?:contact(?:e|er|ez|iez|es)|ecri(?:re|vez|viez|s|ve|ver)|envo(?:yer|yez|yiez|ie|ies|i|ye)"
    r"|sollicit(?:e|er|ez|iez)"
    r"|derang(?:er|ez|iez)|embet(?:er|ez)|importun(?:e|er|ez)|harcel(?:e|er|ez)|spam(?:me|mer|mez|er|ez)?"
    r"|relanc(?:e|er|ez|iez)|text(?:o|er|oter)|adress(?:e|er|ez)|joindre|demarch(?:e|er|ez)|emmerd(?:e|er|ez)"
    r"|saoul(?:er|ez)|soul(?:er|ez)|notifi(?:e|er|ez)|communiqu(?:er|ez))"
)
_CALL = r"(?:r?appel(?:er|ez|iez|le|les)|telephoner|importuner)"
_WISH = (
    r"(?:veux|souhaite|desire|voudrais|aimerais|accepte|demande|tiens|prefere|prefererais|voulais|exige"
    r"|compte|autorise)"
)
_TO_ME = r"(?:me |m |nous |moi )"
_START = (
    r"(?:^|(?:merci|bonjour|et|donc|alors|mais|ok|non|desole|plait|pour|prie|veuillez|priere|interesse"
    r"|travail|numero) )"
)

_SURE = re.compile(
    "|".join(
        (
            # "ne m'écrivez plus", "merci de ne plus me contacter", "m'envoyez plus rien"
            rf"\bne (?:surtout )?{_TO_ME}{_WRITE} (?:plus|jamais|pas(?! (?:de reponse|d adresse|l adresse|le lien"
            rf"|la)))\b",
            rf"\bne (?:surtout )?(?:plus|jamais|pas) (?:jamais |du tout )?{_TO_ME}?(?:etre |vouloir )?{_WRITE}\b",
            r"\bne (?:plus|pas) (?:me |m )?(?:faire )?(?:recevoir|etre (?:contact|sollicit|recontact|derang|relanc"
            r"|importun)\w*)",
            rf"\bne {_TO_ME}{_CALL} (?:plus|jamais)\b|\bne plus {_TO_ME}{_CALL}\b",
            rf"{_START}{_TO_ME}{_WRITE} (?:plus|jamais)(?! (?:tard|tot|d info|de detail|de precision|souvent|vite))\b",
            rf"{_START}(?:re)?(?:contact|envoy|ecri|derang|relanc|sollicit)(?:ez|vez|er|e|ver) (?:moi "
            rf"|nous )?(?:plus|jamais)"
            r"(?! (?:tard|tot|d info|de detail|de precision|souvent|vite|d elements|de renseignement))\b",
            rf"{_START}(?:ne )?(?:plus|pas|jamais) (?:me |m ){_WRITE}\b",
            r"\b(?:ne )?(?:faut|faudrait|devez|voulez) (?:vous )?(?:plus|pas) (?:me |m )" + _WRITE,
            r"\bne (?:me |m )?(?:re)?contact\w+ (?:plus|pas)\b",
            # "je ne veux plus recevoir de sms", "je souhaite ne plus être contactée", "j'veux plus de vos messages"
            rf"\b{_WISH} (?:vraiment |surtout )?(?:plus|pas|aucun|jamais) (?:jamais |du tout |de )?(?:que vous "
            rf"|qu on |que l on )?"
            rf"(?:ne )?(?:me |m )?(?:etre )?(?:{_WRITE}|contact\w*|sollicit\w*|derang\w*|recontact\w*|relanc\w*|spam\w*"
            rf"|(?:recevoir|avoir|voir|lire)? ?(?:de |d |vos |ces |tous ces |aucun |aucune |plus |autres? "
            rf"|vos foutus )*"
            r"(?:sms|messages?|pubs?|mails?|spams?|notifications?|notifs?|sollicitations?|offres? par (?:sms"
            r"|message)))",
            rf"\b{_WISH} (?:plus|pas) (?:recevoir|etre (?:sur|dans) (?:la|votre|vos|cette|une) (?:liste|fichier|base))",
            rf"\b{_WISH} (?:plus|pas) (?:rien )?recevoir",
            rf"\b{_WISH} (?:que vous |qu on )(?:ne )?(?:me |m )?(?:arret\w*|cess\w*|laiss\w*)",
            rf"\b{_WISH} (?:que vous |qu on )(?:ne )?(?:me |m ){_WRITE} (?:plus|pas|jamais)",
            rf"\b{_WISH} plus (?:rien )?(?:de|entendre parler de) (?:vous|votre part|vos nouvelles|pole emploi"
            rf"|france travail)\b",
            rf"\b{_WISH} (?:me |m |etre )(?:desins|desabo|retir|enlev|supprim|efface|ray)\w*"
            r"(?! (?:de )?(?:la |l |ma |mon )?(?:formation|pole|france|cours))",
            rf"\b{_WISH} (?:que )?(?:vous |l |la |le |un |une )?arret\w* (?:de |des |d )?{_MESSAGES}",
            # "arrêtez de m'envoyer des messages", "stop les sms", "cessez vos envois", "arrêt des sms"
            rf"(?<!\bj )(?<!\bn )(?<!\bje )(?<!\bpas )(?<!\bai )(?<!\bavez )(?<!\bil )(?<!\bon )(?<!\bva )"
            rf"(?<!\bsi vous )(?<!\bvais )(?<!\btu )"
            rf"\b(?:stop|stopper|stoppez|arretez|arreter|arret|cessez|cesser|halte|fin|finissez|evitez|eviter"
            rf"|mettez fin|mettre fin)"
            rf" (?:moi |tout(?:es?)? |tous |de suite |immediatement |definitivement )*(?:de |d |a |avec |le |la |l )*"
            rf"(?:(?:me |m |nous ){_WRITE}(?! (?:pas|comme|n importe|les? (?:lien|adresse)))"
            rf"|{_MESSAGES}(?! ?\w* vocal))\b",
            rf"\b(?:stop|arretez|arreter|cessez|cesser) (?:de |d )?(?:me |m )(?:{_CALL})(?! (?:comme|par|cheri|bebe"
            rf"|mon))\b",
            r"\bstop (?:au spam|a tout)\b",
            # As one says it to a friend: only with nothing after, or the messages themselves.
            r"(?:^|(?:stop|et|merci|plait|bonjour) )arretes? (?:de )?(?:me |m )(?:envoyer|ecrire|contacter"
            r"|harceler|spammer|texter)"
            r"(?: (?:(?:des|de|tes|vos|ces|les|tous|plein|d) )*(?:sms|messages?|pubs?|offres?"
            r"|mails?))?(?: (?:s il (?:te|vous) plait|merci|stop))*$",
            r"(?:^|(?:stop|et|merci|plait|bonjour) )arretes? (?:(?:les|vos|ces|avec|de) )+(?:sms"
            r"|messages?)(?: (?:s il (?:te|vous) plait|merci|stop))*$",
            r"\b(?:refuse|plus envie|marre|pas envie|assez|interdis|defends) (?:de |d )(?:me (?:re)?contacter"
            r"|m ecrire|m envoyer|recevoir|etre (?:contact|sollicit|derang"
            r"|relanc))",
            # "supprimez mon numéro", "enlevez-moi de votre liste", "désinscrivez-moi"
            r"(?<!\bai )(?<!\bj )(?<!\bavez )(?<!\ba )(?<!\bet )(?<!\bete )(?<!\bm )\b(?:supprim|effac|retir|enlev"
            r"|ray|ot|vir|sort|oubli|perd|bloqu|exclu|radi)"
            r"(?:er|ez|e|es|s|re|ure|rez|iez|yez|sez)? (?:moi |nous |definitivement |immediatement "
            r"|s il vous plait |merci de )*"
            r"(?:(?:mon|mes|le|ce|ma|toutes|tous|tout) )+(?:numero|coordonnees|contact|donnees|telephone|nom"
            r"|portable|06|07|mobile"
            r"|inscription aux|fiche de (?:votre|vos)|infos? (?:perso|de votre))\w*",
            r"(?<!\bai )(?<!\bavez )\b(?:supprim|effac|retir|enlev|ray|ot|vir|sort|bloqu|exclu|radi)(?:er|ez|e|es"
            r"|yez|ure)? "
            r"(?:moi |nous |me |mon numero |mon nom |mes coordonnees )?(?:s il vous plait |immediatement "
            r"|tout de suite |vite )?"
            r"(?:de |des |du )(?:la |votre |vos |cette |ces |toutes |vos |tes |l |ce |d )*"
            r"(?:listes?|listings?|fichiers?|bases?|repertoires?|contacts?|envois?|diffusion|mailings?|sms"
            r"|messages?|campagnes?)",
            r"\b(?:me|m) (?:supprimer|effacer|retirer|enlever|rayer|oter|virer|sortir|radier) (?:de |des "
            r"|du )(?:la |votre |vos |cette |ces |toutes |l |ce )*"
            r"(?:listes?|listings?|fichiers?|bases?|repertoires?|contacts?|envois?|diffusion|mailings?|sms|messages?)",
            r"\b(?:retirez|enlevez|supprimez|effacez|rayez|virez|sortez|otez) moi(?: de la| de la liste"
            r"| s il vous plait| de votre liste)?$",
            r"(?<!\bsuis )(?<!\bete )(?<!\bais )(?<!\betais )(?<!\bai )(?<!\bje )\b(?:desinscri(?:re|vez|s|ver|t)?"
            r"|desabonn(?:er|ez|e|es)|desactiv(?:er|ez|e))"
            r" (?:moi|nous|mon numero|mon abonnement|mes notifications|de (?:la|cette|votre) liste|(?:de |des "
            r"|aux? |a |d )*"
            rf"{_MESSAGES})",
            r"(?:^|(?:me|m|se|veuillez|merci de|comment|faut|faire|pouvez vous|pour|puis je|peux|souhaite|veux"
            r"|voudrais|aimerais) )(?:me |m )?"
            r"(?:desinscrire|desabonner|desinscrivez|desabonnez|desinscris|desabonne)"
            r"(?! (?:de )?(?:la |l |ma |mon |une )?(?:formation|pole|france|cours|salle|site))\b",
            rf"\b(?:desinscription|desabonnement|resiliation) (?:s il|merci|immediate|de (?:mon numero|la liste"
            rf"|votre liste|cette liste|ce service)"
            rf"|(?:de |des |aux? |a |d |totale )*{_MESSAGES})",
            r"\b(?:demande|souhaite|veux|voudrais) (?:ma |la |une |l |mon |le )(?:desinscription|desabonnement"
            r"|suppression|effacement)"
            r"(?: (?:de|des) (?:mes donnees|mon numero|mes coordonnees|cette liste|la liste|votre liste|vos listes"
            r"|votre fichier))?(?! de (?:la |ma )?(?:formation|candidature))",
            r"\b(?:suppression|effacement|retrait) (?:de |du |des )(?:mon |mes |ma )?(?:numero|coordonnees|donnees"
            r"|contact)",
            # "laissez-moi tranquille", "lâchez-moi"
            r"\b(?:laissez|laisser) (?:moi|nous) (?:donc |enfin |un peu )?(?:tranquille|en paix|respirer)"
            r"|\b(?:foutez|fichez|fous|foutre) (?:moi |nous )(?:donc )?la paix"
            r"|\blachez moi(?: la| les|$| un peu| maintenant| s il)|\b(?:laisse|lache) moi (?:tranquille$|en paix)",
            # "plus de sms svp", "plus aucun message"
            rf"{_START}plus (?:de |d |aucun |aucune |jamais (?:de |d )?|un seul |un |besoin de )(?:vos |ces |tes "
            rf"|autres? )*(?:sms|messages?|pubs?|mails?|envois?|notifs?|notifications?|spams?|sollicitations?"
            rf"|contacts?)\b",
            r"^(?:bonjour |merci |non )*(?:pas|aucun|aucune) (?:de |d )?(?:sms|messages?|pubs?|spams?"
            r"|sollicitations?|demarchage)(?: s il vous plait| merci)*$",
            # the law's words, and English
            r"\b(?:droit (?:d opposition|a l effacement|a l oubli|de retrait)|m oppose (?:a|au|aux)"
            r"|oppose (?:a (?:tout|recevoir)|au traitement)"
            r"|(?:retire|revoque|retirer) mon (?:consentement|accord))\b",
            r"\b(?:unsubscribe|remove) me\b|\bstop (?:texting|messaging|contacting|writing|sending|spamming)\b"
            r"|\b(?:dont|don t|do not) (?:text|contact|message|write|send|sms)\b|\bnon? more (?:sms|messages?"
            r"|texts?)\b|\bleave me alone\b",
            r"\b(?:blacklistez?|blacklister) (?:moi|mon numero)\b|\bliste rouge\b",
        )
    )
)

# The same words where they say something else.
_COMPLAINS = re.compile(
    r"\b(?:pourquoi|personne|qui|pourquoi est ce que|depuis que|quand) (?:est ce que )?(?:vous |tu "
    r"|on )?(?:ne |n )?(?:me |m |nous )"
    r"|\b(?:hesit\w*|oubli\w*|manqu\w*|tard\w*|empech\w*) pas (?:a|de) |\bsi vous (?:ne |n |arret)"
    r"|\bvous (?:ne |n )?(?:me |m |avez )"
    r"|\bn arretez pas\b|\barretez pas\b|\bque (?:si|en cas)\b|\bsauf (?:si|en|pour|le|la)\b"
    r"|\btant que\b|\bavant d\w* |\bjusqu\w* "
)
_LAWFUL_COMPLAINT = re.compile(
    rf"\b(?:{_WISH}|merci|plait|prie) (?:plus |pas )?(?:que |qu )?(?:vous )?(?:ne|arret|cess|m |me |de )"
)
# For a time or a way only: a person reads it.
_FOR_A_TIME = re.compile(
    r"\b(?:plus|pas|jamais) (?:avant|apres|entre|le (?:matin|soir|midi|week|lundi|mardi|mercredi|jeudi"
    r"|vendredi|samedi|dimanche)"
    r"|la (?:nuit|journee)|maintenant|aujourd hui|ce (?:matin|soir|midi)|cette semaine|demain|pendant|si"
    r"|trop|ici|sur ce|a cette"
    r"|a (?:partir|cause)|pour (?:ca|ce (?:genre|poste|type)|des (?:postes|offres)|cette offre|l interim"
    r"|du|de la|les postes))"
    r"|\b(?:pour ce genre|ce genre d offre|cette semaine|pour l instant|pour le moment|en ce moment)\b"
)

# Perhaps a wish to be left alone, perhaps not.
_DOUBT = re.compile(
    r"\bstop\b|\bstoppez\b|\barretez\b|\bdesinscri|\bdesabonn|\bharcel|\bspam|\bplus recevoir\b"
    r"|\bplus etre (?:contact|sollicit|derang)"
    r"|\b(?:marre|assez|ras le bol) (?:de |d |que )(?:vos|ces|vous|recevoir|tous|m|me)|\btranquille\b"
    r"|\bcnil\b|\brgpd\b|\bfoutez\b|\bfichez\b"
    r"|\bfoutre la paix\b|\bblacklist|\bsignale\w* (?:ce|votre|le) (?:numero|message)"
    r"|\bne m appelez (?:pas|plus)\b(?! (?:maintenant|avant|apres|le|la|ce|cet|demain|aujourd|entre"
    r"|pendant|tout|trop))|\bm appelez (?:plus|pas)\b(?! (?:maintenant|avant|apres|le|la|ce|cet|demain"
    r"|aujourd|entre|pendant|tout|trop))"
    r"|\b(?:inutile|pas la peine|plus la peine|pas besoin|plus besoin) (?:de |d )(?:me "
    r"|m )?(?:re)?(?:contact|ecri|envoy|appel|rappel|sollicit|relanc)"
    r"|\b(?:supprim|effac|retir|enlev)\w* (?:moi|mon (?:numero|nom)|mes (?:coordonnees|donnees))\b|\bplus jamais\b"
    r"|\b(?:contact|ecri|envoy|derang|sollicit|relanc)\w* (?:moi )?plus(?! (?:tard|tot|d info|de detail))"
    r"|\b(?:marre|assez)$|\bca suffit\b"
)

# "Je n'ai pas demandé vos messages, stop": the order at the end, the messages before it.
_AT_THE_END = re.compile(r"\b(?:stop|arretez|cessez)(?: (?:s il vous plait|merci|maintenant|tout|ca|tout ca))*$")
_ABOUT_MESSAGES = re.compile(
    r"\b(?:sms|messages?|(?:m|me) (?:envoyez|ecrivez|contactez|envoyer|ecrire|contacter|sollicit\w+|harcel\w+))\b"
)

# "stop" and "arrêt" as ordinary words, taken out before doubt is looked for.
_ORDINARY = re.compile(
    r"\b(?:auto stop|autostop|non stop|nonstop|stop ou encore|start ?(?:and|et|&)? ?stop|stop start"
    r"|one stop|pit stop|full stop|stop motion"
    r"|(?:le|un|au|du|panneau|feu|grille|griller|ce|des|les|bus) stop(?! (?:s il|merci|sms"
    r"|messages?))(?: (?:de |du |a )(?:bus|tram|metro|car|la|l|rue))?"
    r"|stop (?:au|aux|a la|a l)(?! (?:sms|messages?|spam|pubs?|envois?|sollicit\w+|harcel\w+|mails?"
    r"|relances?))|stop (?:bus|tram|and go|ou pas|covid|a la galere|la galere|galere|au chomage|le chomage"
    r"|chomage"
    r"|au chomdu|les galeres|a la precarite|"
    r"aux? (?:galeres?|petits?|contrats?|interims?|cdd|fausses?|arnaques?|blagues?|violences?|recherches?|mensonges?)"
    r"|les (?:cdd|contrats|petits|blagues|conneries|betises|recherches|entretiens|interims|missions|gars"
    r"|filles|amis|amies|parents|enfants|clopes|cigarettes|patrons)"
    r"|la (?:recherche|cigarette|clope|clopes|precarite|restauration|vente|misere|glande|procrastination"
    r"|route|voiture|pression|machine|chaine|blague|folie|pluie)"
    r"|le (?:travail de nuit|tabac|sucre|chomage|stress|bus|sport|boulot|travail|projet|match)"
    r"|l interim|l alcool|l ennui|le rsa|je (?:rigole|plaisante|deconne|blague|suis|vais|prends|veux bien"
    r"|me|dis|reviens|commence)|tu |t es|on |mdr|lol)"
    r"|(?:j|je|on|il|elle|ils|elles|nous|tu|qui|bus|train|tram|voiture|me|s|se|m) (?:ai |suis |ont |a "
    r"|est |ne |n |m |me |s |se |y |l )*(?:stop|stoppe)\b(?! (?:s il|merci))"
    r")"
)


def look(said: Folded) -> Found:
    """Whether the message asks for no more messages."""
    text = said.text
    if not _may_concern(text):
        return _NONE
    if is_alone(said):
        return Found(Wish.SURE, text[:60])
    for sentence in said.sentences:
        if found := _SURE.search(sentence):
            return _weighed(sentence, found)
    if (last := _AT_THE_END.search(text)) and _ABOUT_MESSAGES.search(text):
        return Found(Wish.SURE, last[0])
    if any(_ALONE.fullmatch(" ".join(_COURTESY.sub(" ", one).split())) for one in said.sentences):
        return Found(Wish.DOUBT, "stop")
    return Found(Wish.DOUBT, doubt[0]) if (doubt := _DOUBT.search(_ORDINARY.sub(" ", text))) else _NONE


def is_alone(said: Folded) -> bool:
    """Whether the message is nothing but a keyword and courtesy."""
    return bool(_ALONE.fullmatch(" ".join(_COURTESY.sub(" ", said.text).split())))


def _weighed(sentence: str, found: re.Match[str]) -> Found:
    """A clear sentence, unless something around it says otherwise."""
    words = found[0].strip()
    complains = _COMPLAINS.search(sentence) and not _LAWFUL_COMPLAINT.search(sentence)
    if complains or _FOR_A_TIME.search(sentence[found.start() :]):
        return Found(Wish.DOUBT, words)
    return Found(Wish.SURE, words)


def leading(body: str, said: Folded) -> bool:
    """Whether a sentence of the message is the keyword alone: "STOP. J'ai trouvé", "Non merci, STOP"."""
    if "stop" not in said.text and "arret" not in said.text:
        return False
    if any(_ALONE.fullmatch(" ".join(_COURTESY.sub(" ", one).split())) for one in said.sentences):
        return True
    return bool(_SHOUTED.search(body)) and body.upper() != body
    # In capitals among small letters it is the operators' keyword.


_SHOUTED = re.compile(r"(?:^\W*STOP\b(?!\s+(?:AU|À|A|LA|LE|LES|AUX)\b)|\bSTOP\W*$)")
