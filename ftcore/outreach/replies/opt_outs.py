"""A wish to get no more messages: never missed, never invented.

Two ways to be sure: the message is nothing but a keyword and courtesy ("STOP svp"), or a sentence says it to
whom writes ("ne m'écrivez plus"). A sentence is read as the kinds of its words (`lexicon`): "stop envoyer sms" is
`KWM`, so that odd grammar and new wordings are found as well as the usual ones. What only may be a wish is
`DOUBT`: a person reads it, and nothing more leaves by itself. "stop" and "arrêt" as ordinary words ("arrêt
maladie", "je n'arrête pas de chercher", "stop la galère") are neither.

The convention: a clear wish that we write no more, or forget the number, is an opt-out, be it rude; an insult, a
complaint about silence, a wish for a time or for other offers is none.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from ftcore.outreach.replies.folding import Folded, has
from ftcore.outreach.replies.lexicon import letters
from ftcore.outreach.replies.possible import Possible


class Wish(Enum):
    NONE = 0
    DOUBT = 1
    SURE = 2


@dataclass(frozen=True, slots=True)
class Found:
    """`alone` says that the keyword is a sentence of its own, beside others."""

    wish: Wish
    evidence: str = ""
    alone: bool = False


_NONE = Found(Wish.NONE)

# Nothing below can match a text that has none of these; most answers are done with here.
_STRONG = (
    "stop", "arret", "cess", "halte", "desins", "desabo", "desactiv", "supprim", "suppres", "effac", "unsub", "remove",
    "cancel", "quit", "resili", "optout", "opt out", "oppos", "consent", "blacklist", "liste rouge", "texting",
    "tranquille", "en paix", "la paix", "lache", "harcel", "spam", "rgpd", "cnil", "basta", "leave me", "retir",
    "enlev", "raye", "virez", "virer", "otez", "oter", "sortez", "oubli", "perd", "bloqu", "finissez", "exclu",
    "radie", "respirer", "plainte", "s t o p", "st0p", "fin a", "fin des", "sotp", "stpo", "coupez", "take me",
)  # fmt: skip
_NEGATION = ("plus", "pu ", "pas", "jamais", "rien", "aucun", "refus", "inutile", "assez", "marre", "suffit", "bol ",
"no",
         "interdi", "defend", "don t", "dont")  # fmt: skip
_CONTACT = (
    "contact", "ecri", "envo", "sollicit", "derang", "embet", "importun", "relanc", "sms", "message", "mail",
    "recevoir",
    "joindre", "adress", "text", "pub", "notif", "demarch", "emmerd", "saoul", "soul", "communiq", "votre part",
    "de vous", "appel", "numero",
)  # fmt: skip

# What a sentence says, by the kinds of its words, with an example of each.
_END = r"[AGKPVMI]*$"
_GRAMMAR = tuple(
    (pattern, example)
    for pattern, example in (
        # Cease writing.
        (r"^(?!.*[Th].*K)(?:.*(?<![nNJpch]))?(?<!cV)K[KPAN]*(?:[WbE]|M|w)", "stop envoyer sms, arrêtez vos messages"),
        (r"^[AGXKk.]{0,3}k(?:[KP]*[Ww]?M+|P[Ww]|KM)o?[AGKP]*$", "arrête de m'envoyer des sms stp, arrêt des sms"),
        (r"[HV][VT]?(?:n?)P?K(?:P?[WbCE])", "je veux que vous arrêtiez de m'écrire"),
        (r"H(?:V|T)kP?[Wwb]", "je veux qu'on arrête de m'écrire"),
        (r"^[AGX]*TAK[AP]*(?:[WbE]|M)", "il faut arrêter de m'écrire"),
        (r"^(?!.*[Th].*K)(?:.*(?<![nNJTpc.]))?(?<!cV)K[KA]*PC$", "arrêtez de m'appeler"),
        # Write no more: the order.
        (r"(?<![JTV])n+P?[WE]P?N|IA?nA?N[WRb]", "ne m'écrivez plus"),
        (r"^[AGXKYZMIP]*n?P?[Wb]P?N", "contactez moi plus, m'écrivez pas"),
        (r"^[AGXKZ]*nP?[wb]N", "ne m'envoie plus de sms"),
        (r"^[AGXKZ]*P?wN+M", "envoie plus de message"),
        # Write no more: the name of the act, and being written to.
        (r"(?<!Jp)nN+(?:P?(?:[Wb]|R|v[MV])|PE)", "merci de ne plus m'envoyer de sms"),
        (r"(?:^|[AGXHPYZ])N+P?(?:[Wb]|R)(?![^N]*\?)", "plus recevoir sms, je veux plus être contacté"),
        (r"^[GXA]*PN*HN?(?:M|R)?[MDI]", "moi pas vouloir message, enlever numéro"),
        (r"HNN*[VT]*n?P?(?:[Wwb])", "je veux plus que vous m'écriviez"),
        (r"HN+(?:[vR]?M|P?M|v?V$)", "je ne veux plus de sms"),
        (r"NH(?:V?P?[WbR]|v?M)", "plus envie de recevoir vos messages"),
        (r"HnN[Rv]?P?[MWbR]", "je souhaite ne plus recevoir de messages"),
        (r"NYP?(?:[WbR]|M)", "pas d'accord pour recevoir vos sms"),
        (r"MJ?n?HN", "vos sms j'en veux pas"),
        (r"^[AGXYPKZ.]?[AGXK]*N+M+" + _END, "plus de sms svp"),
        # Forbid, refuse, in vain, enough.
        (r"jV?n?N*[AP]*(?:[WbR]|M|I)|[dD]P?j|[dD]YM?", "je refuse de recevoir vos sms, je retire mon consentement"),
        (r"^[JPn]*j[^T]?[MIWb]", "je m'oppose à l'utilisation de mon numéro"),
        (r"^[AG]*XM[AGK]*$", "no sms"),
        (r"(?:Ni|u)V?P?(?:P[WbCw]|RM?|M)", "inutile de me relancer, pas besoin de m'écrire"),
        (r"e+(?:RM|V?M)|M+T?e|eV?P[Ww]", "marre de recevoir vos sms, vos messages ça suffit"),
        # Forget the number.
        (r"(?<![pnJTh])D[PAV]*g?[IMb](?!.*[.h]{2})", "supprimez mon numéro, enlevez-moi de la liste"),
        (r"(?<![pnJTN])[O][PA]*I(?!.*[.h])", "oubliez mon numéro"),
        (r"^[AGX]*[DO]P[AGKI]*$", "effacez-moi"),
        (r"[AHzGJX]PD(?=[IMAGK]|$)", "merci de me retirer de vos fichiers"),
        (r"^[AGXK]*d[PA]*I[AGI]*$", "enlève mon numéro"),
        (r"H[Dd]+[AG]*[IM]|IA[Dd]", "je veux être retirée de votre liste, que mon numéro soit supprimé"),
        (r"g[PAV]*[IM]", "suppression de mon numéro"),
        # Unsubscribe.
        (r"(?<!p)(?<!pP)(?<!pN)U(?!\.|o)", "désabonnez-moi, comment se désinscrire"),
        # Leave me alone.
        (r"LP[.AG]{0,2}Q|LP.*M", "laissez-moi tranquille, lâchez-moi avec vos textos"),
        (r"^[GAXK.]?lPQ(?:[hAG]*M.*)?$", "laisse-moi tranquille avec tes sms"),
    )
)  # fmt: skip

_SAID = re.compile("|".join(f"(?:{pattern})" for pattern, _ in _GRAMMAR))

# What the kinds of words do not tell.
_WORDED = re.compile(
    r"\blachez moi(?: la| les|$| un peu| maintenant| plait)"
    r"|\b(?:foutez|fichez) (?:moi |nous )(?:donc )?la paix"
    r"|\b(?:droit (?:d opposition|a l effacement|a l oubli))\b"
    r"|\b(?:rgpd|cnil)\b.*\b(?:supprim|suppres|effac|cess|arret|oppos)|\b(?:supprim|effac|cess|arret)\w*\b.*\b(?:rgpd|cnil)"
    r"|\bplainte\b.*\b(?:ecri|envoy|contact|continu|sms|message)|\b(?:ecri|envoy|contact|continu|sms|messag)\w*\b.*\bplainte"
    r"|\b(?:je|j) (?:vous |t |te |l )?(?:ai )?(?:deja )?(?:dis|dit|redis|repete) (?:\w+ ){0,2}?stop$"
    r"|\bque je dis stop$|^stop (?:j ai|je vous ai|je vous|je) (?:deja )?(?:dit|dis|repete)$"
    r"|\b(?:j ai|je vous ai) (?:deja )?(?:envoyer?|repondu|ecrit) stop$"
    r"|\bharcel\w+.*\b(?:stop|arretez|cessez)$|\bmett(?:ez|re) fin a\b|\bfin des (?:sms|messages|envois)\b"
    r"|\bfinissez\b.*\b(?:sms|messages)"
    r"|\bqu on (?:ne |n )?(?:me |m )\w+ plus\b|\bliste rouge\b(?<!sur liste rouge)|\bmettez (?:\w+ ){1,3}liste"
    r" rouge|\bleave me alone\b"
    r"|\bstop (?:au spam|a tout|it)\b|\bsms s arretent\b|\btake me off|\bremove m[ey]\b|\b(?:dont|don t|do not)"
    r" (?:text|contact|message|write|send|sms)\b"
    r"|\b(?:vous pouvez|pouvez vous|merci d|veuillez|prie d) (?:arreter|cesser)$"
)

# The same words where they say something else.
_COMPLAINS = re.compile(
    r"\b(?:pourquoi|depuis que|depuis des|depuis (?:un|deux|trois|\d+)) "
    r"|\b(?:hesit\w*|oubli\w*|manqu\w*|tard\w*|empech\w*) pas (?:a|de) |\bsi vous (?:ne |n )?(?:arret|cess)"
    r"|\bn arretez pas\b|\barretez pas\b|\bsauf (?:si|en|pour|le|la)\b|\btant que\b|\bboite aux\b|\bmessages? vocal"
    r"|\bmessages? vocaux|\bfacebook\b|\bgroupe\b|\b(?:j ai|je n ai|nous avons) (?:pas |jamais |rien"
    r" )?(?:supprime|efface)"
    r"|\bpas (?:de )?message de toi|\bau lieu de\b|\ben panne\b|\bcandidature\b"
    r"|\b(?:formation|salle|sport|cantine|permis)\b"
)
# For a time, a way or some offers only: a person reads it.
_FOR_A_TIME = re.compile(
    r"\b(?:plus|pas|jamais|rien|sms|messages?|ecrire|ecrivez|appeler|contacter) (?:avant|apres|entre|le (?:matin|soir"
    r"|midi|week|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)|la (?:nuit|journee)|aujourd hui"
    r"|ce (?:matin|soir|midi)|cette semaine|demain|pendant|au travail|si (?!il)|trop|a (?:partir|cause)"
    r"|pour (?:ca|ce (?:genre|poste|type)|des (?:postes|offres)|cette offre|l interim|du|de la|les postes))"
    r"|\b(?:ce genre d offre|cette semaine|pour l instant|pour le moment|en ce moment|par mail plutot|pas de mail"
    r"|plutot des sms)\b"
)
_SOME_OFFERS = re.compile(
    r"\b(?:offres?|annonces?|postes?|propositions?|missions?|metiers?)\b(?: (?:d emploi|de travail))?+(?= \w)"
    r"(?! (?:plait|par sms|par message|merci|sms|desole|cordialement|bonne)\b)"
)
# "Plus tard", "plus d'infos" negate nothing.
_MORE = re.compile(
    r"\bplus (?=(?:tard|tot|souvent|vite|loin|pres|que (?!vous|l on|on)|precis\w*|simple|long|ample|grand|facile)\b"
    r"|(?:d |de |ample )?(?:info|detail|precision|renseignement|element|explication|chance|temps)s?\b)"
    r"(?:d |de )?\w+"
)
_PHONETIC = re.compile(r"(\b(?:veux|souhaite|voudrais|envoyez|ecrivez)|^(?:bonjour|merci)?) ?pu ")
# They write us off and ask to be called: that is no wish to be left alone.
_CALLS = re.compile(
    r"(?<!m )(?<!me )\b(?:r?appelez|r?appeler|telephonez|telephoner) (?:moi|nous)\b(?! (?:plus|pas))"
    r"|\bje vous r?appelle|\bon s appelle|\bun appel\b|\bpar telephone\b"
)
# Perhaps a wish to be left alone, perhaps not.
_DOUBT = re.compile(
    r"\bstop\b|\bstoppez\b|\barretez\b|\bdesinscri|\bdesabonn|\bharcel|\bspam|\bplus recevoir\b"
    r"|\bplus etre (?:contact|sollicit|derang)|\bcnil\b|\brgpd\b|\bfoutez\b|\bfichez\b|\bblacklist"
    r"|\bne m appelez (?:pas|plus)\b|\bm appelez (?:plus|pas)\b"
    r"|\b(?:supprim|effac|retir|enlev)\w* (?:moi|mon (?:numero|nom|compte|dossier)|mes (?:coordonnees|donnees))\b"
    r"|\bplus jamais\b|\b(?:marre|ras le bol) (?:de |d )(?:vos|vous)|\bpas demande\b.*\b(?:sms|messages?)\b"
)
# "stop" and "arrêt" as ordinary words, taken out before doubt is looked for.
_ORDINARY = re.compile(
    r"\b(?:auto stop|autostop|non stop|nonstop|stop ou encore|start ?(?:and|et|&)? ?stop|pit stop|stop motion|one stop"
    r"|(?:le|un|au|du|panneau|feu|grille|griller|ce|des|les|bus|en|de|e|mis|dis|dit|dire) stop(?! (?:plait|merci|sms"
    r"|messages?))"
    r"|stop (?:au|aux|a la|a l|la|le|les|l|de|bus|tram|and go|ou pas|covid|galere|bac|chomage|chomdu)\b"
    r"(?! (?:sms|messages?|spam|pubs?|envois?|sollicit\w+|harcel\w+|mails?|relances?))(?: \w+)?"
    r"|(?:j|je|on|il|elle|ils|elles|nous|tu|qui|bus|train|tram|voiture|me|s|se|m) (?:ai |suis |ont |a |est |ne |n"
    r" |m |me "
    r"|s |se |y |l )*(?:stop|stoppe)\b(?! (?:plait|merci))"
    r"|arretez (?:les|de me (?:proposer|faire)|de (?:vous|parler|rire)|vos betises))"
)
_SPELT = re.compile(r"\W*(?:s\W*t\W*[o0]\W*p|sotp|stpo|tsop|sto)\W*", re.IGNORECASE)
_KEYWORD = re.compile(r"[AGKkUM]*(?:k[AGKkUM]*|[KU][AGKkUMPV]*)|[AG]*(?:JV?)?[HWw]K[AG]*")
_NUMBERS = re.compile(
    r"\b(?:36\d{3}|france travail|pole emploi|(?<=stop )(?:tout )?ca|(?<=stop )all|(?<=arretez )(?:tout )?ca"
    r"|une fois|ok(?= stop)|bye|comme(?= demande)|(?<!\w )repondre(?= stop))\b"
)
# The keyword first or last, beside a refusal or courtesy: "J'ai trouvé, stop", "stop pas intéressé".
_EDGE = re.compile(r"^(?:bonjour |merci |non )*(?:stop|arretez)\b|(?<!non )\b(?:stop|arretez)(?: plait| merci)*$")
_LEAVING = re.compile(
    r"^(?:non|bonjour|merci| |stop|plait)+$"
    r"|\b(?:non merci|(?:pas|plus|jamais) (?:du tout |vraiment )?(?:interesse|disponible|concerne|inscrit\w*|au chomage"
    r"|demandeur|en recherche|pour moi|moi|besoin|demande)|(?:je|j) (?:n )?en veux (?:pas|plus)|(?:ai|avoir)"
    r" (?:deja |enfin )?(?:trouve"
    r"|signe|retrouve)|retraitee?|deja (?:en poste|un (?:travail|emploi|cdi))|un (?:travail|emploi|cdi)|decede\w*"
    r"|(?:faux|mauvais|erreur de) numero|trompe\w*|suffit|marre|cnil|rgpd|plainte|qui etes vous|non desole|deja dit"
    r"|fois|vos (?:sms|messages|offres)|ne cherche plus|cherche plus)\b"
)
_SHOUTED_LAST = re.compile(r"[.,;:!?\n-]\s*STOP\W*$")
# "Je n'ai pas demandé vos messages, stop": the order at the end, the messages before it.
_AT_THE_END = re.compile(r"\b(?:stop|arretez|cessez|ca suffit)(?: (?:plait|merci|maintenant|tout|ca|tout ca))*$")
_ABOUT_MESSAGES = re.compile(
    r"\b(?:sms|messages?|textos?|(?:m|me) (?:envoyez|ecrivez|contactez|envoyer|ecrire|contacter|sollicit\w+"
    r"|harcel\w+|spamm\w+"
    r"|saoul\w+))\b"
)
_SIGNED = re.compile(r"\W*(?:STOP|stop|Stop)\W+[A-ZÉ][a-zé]+(?: [A-ZÉ][a-zé]+)?\W*")


# Words of menus: of an appointment as well as of our messages.
_TO_END = frozenset({"annuler", "annulez", "quitter"})


_ROOTS = Possible(
    {
        name: "|".join(map(re.escape, roots))
        for name, roots in (("strong", _STRONG), ("negation", _NEGATION), ("contact", _CONTACT))
    }
)
_THE_NUMBER = re.compile(r"\b(?:supprimez|effacez|retirez|enlevez) (?:le|les)$")
_POSSIBLE = Possible(
    {
        "worded": _WORDED.pattern,
        "complains": _COMPLAINS.pattern,
        "for a time": _FOR_A_TIME.pattern,
        "at the end": _AT_THE_END.pattern,
        "the number": _THE_NUMBER.pattern,
        "ordinary": _ORDINARY.pattern,
        "edge": _EDGE.pattern,
        "doubt": _DOUBT.pattern,
    }
)


def _may_concern(text: str) -> bool:
    roots = _ROOTS.within(text)
    if "strong" in roots or text in ("end", "fin") or text in _TO_END:
        return True
    return "negation" in roots and "contact" in roots


def _plain(sentence: str) -> str:
    """Courtesy as one word, and no "plus" that means more."""
    said = sentence.replace("s il vous plait", "plait").replace("s il te plait", "plait")
    if "pu " in said:
        said = _PHONETIC.sub(r"\1 plus ", said).lstrip()
    return _MORE.sub(" ", said) if "plus " in said else said


def look(body: str, said: Folded) -> Found:
    """Whether the message asks for no more messages."""
    if not _may_concern(said.text) and not _SPELT.fullmatch(body):
        return _NONE
    text = _plain(said.text)
    if is_alone(text) or _SPELT.fullmatch(body) or _SIGNED.fullmatch(body):
        return Found(Wish.SURE, said.text[:60])
    possible = _POSSIBLE.within(text)
    wish = _worded(text, said, possible)
    if wish is not None:
        if _CALLS.search(text):
            return _NONE
        return wish
    alone = len(said.sentences) > 1 and any(is_alone(_plain(sentence)) for sentence in said.sentences)
    if text in _TO_END:
        return Found(Wish.DOUBT, text)
    rest = text
    if "ordinary" in possible and (rest := _ORDINARY.sub(" ", text)) != text:
        possible = _POSSIBLE.within(rest)
    if (alone or ("edge" in possible and _EDGE.search(rest))) and (_LEAVING.search(text) or _SHOUTED_LAST.search(body)):
        return Found(Wish.SURE, "stop")
    if alone:
        return Found(Wish.DOUBT, "stop", alone=True)
    doubt = _DOUBT.search(rest) if "doubt" in possible else None
    return Found(Wish.DOUBT, doubt[0]) if doubt else _NONE


def _worded(text: str, said: Folded, in_text: Collection[str]) -> Found | None:
    """A clear sentence, or None."""
    for sentence in said.sentences:
        plain, possible = text, in_text
        if len(said.sentences) > 1:
            plain = _plain(sentence)
            possible = _POSSIBLE.within(plain)
        kinds = letters(plain)
        if _SAID.search(kinds) or ("worded" in possible and _WORDED.search(plain)):
            limited = (
                ("complains" in possible and _COMPLAINS.search(plain))
                or ("for a time" in possible and _FOR_A_TIME.search(plain))
                or _SOME_OFFERS.search(plain)
            )
            return Found(Wish.DOUBT if limited else Wish.SURE, plain)
    if "at the end" in in_text and (last := _AT_THE_END.search(text)) and _ABOUT_MESSAGES.search(text):
        return Found(Wish.SURE, last[0])
    if "the number" in in_text and "numero" in text and _THE_NUMBER.search(text):
        return Found(Wish.SURE, text[:60])
    return None


def is_alone(text: str) -> bool:
    """Whether a text is nothing but a keyword and courtesy."""
    if has(text, ("stop", "arret", "cess", "desins", "desabo", "basta", "halte", "unsub", "resili", "optout")):
        if "arret demande" in text:
            return False
        return bool(_KEYWORD.fullmatch(letters(_NUMBERS.sub(" ", text))))
    return text.strip() in ("end", "quit", "cancel", "fin", "opt out", "stopall")
