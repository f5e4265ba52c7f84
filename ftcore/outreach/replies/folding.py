"""From French as people text it to plain words: no accents, phonetic spelling, elisions, typing mistakes.

`Folded.text` is what every rule and the statistical model read: folded words with single spaces, no
punctuation ("jsuis pa dispo dsl" gives "je suis pas disponible desole").
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from ftcore.text import fold

# Beyond this nobody answers an SMS: ten parts. What follows is not read.
LONGEST = 1_600

_SAME = {
    "oui": "oue ouai ouais ouii ui wi ouep ouaip yes yep yeah yup woui vi ouiii oiu oyi ouis oi",
    "non": "nan nn nope no nop noon nein nonn naan nnon noin",
    "ok": "okay okey oki okk okai okidoki okok ock dac dacc dak okais okeh",
    "ca": "sa",
    "je suis": "jsuis jsui chui chuis jss jsuit jesuis shui shuis jsuus",
    "veux": "veu ve vx",
    "qu on": "kon",
    "moi": "mwa moa mwoi",
    "vos": "vo",
    "fichier": "fichie fichiers",
    "je sais": "jsais jsai jse jesais",
    "je sais pas": "jsp jspas",
    "je peux": "jpeu jpeux jepeux",
    "je veux": "jveu jveux jve jeveux",
    "j ai": "g jai ge gai jaie",
    "c est": "c cest",
    "c etait": "ct",
    "pour": "pr poir",
    "pourquoi": "pk pq pkoi prkoi pourkoi pourqoi",
    "pas": "pa ps aps ap",
    "desole": "dsl desoler dsle desolee desoles dslee desolais",
    "toujours": "tjs tjrs tjr toujour tjours",
    "tout": "tt tou",
    "tous": "ts",
    "beaucoup": "bcp bcq boucoup bocoup",
    "s il vous plait": "svp stp sivouplai sivouple silvouplait svpp sivouplait pls plz please",
    "rendez vous": "rdv rv rdvs rendezvous",
    "telephone": "tel phone telefone teleph telephon fone",
    "telephoner": "telephonez telefoner telefonez",
    "message": "msg mess messag mesage msge msj",
    "messages": "msgs mesages texto textos msgss messagess",
    "sms": "smss",
    "dans": "ds",
    "que": "ke k qe",
    "qui": "ki",
    "quoi": "koi kwa qoi coi",
    "quand": "kan kand qd qan qand kant",
    "quel": "kel qel",
    "quelle": "kelle",
    "combien": "combi1 kombien cb combiens combein kombi1",
    "comment": "cmt coment koman koment commen cmment",
    "est ce": "esk esq esce",
    "est ce que": "eske esque esske esceque estceque",
    "qu est ce que": "keske kesk queske kesske qesque",
    "demain": "dem1 2m1 demin dmain dmn",
    "maintenant": "mtn mnt mtnt maintenan mtnan",
    "aujourd hui": "ajd auj aujourdui aujourdhui ojd ojourdui aujordui",
    "vous": "vs vou",
    "nous": "ns nou",
    "votre": "vtr vot",
    "avec": "av avc avek",
    "suis": "sui",
    "peut etre": "ptet ptetre petetre peutetre ptete",
    "deja": "dja dejas",
    "bonjour": "bjr bonjours bjour bonj slt salut hello coucou cc bsr bonsoir hi salam",
    "merci": "mrc mci merki mercie thx thanks remercie mersi merc",
    "travail": "taf taff boulot boulo bouleau job travaille travaill travaile tafff",
    "interesse": "interessee interesser interressee interresse interessait interese interesee interesses interessez "
    "interece interessai enteresse intersse interressez intresse itneresse interssee interresser",
    "disponible": "dispo disponibles disponibl dispos disponnible disponble dsponible dispooo libre",
    "disponibilite": "disponibilites dispaunibilite",
    "trouve": "trouver trouvee trouvez touve trouvais trouvai",
    "numero": "num numeros numeraux nimero numeo",
    "conseiller": "conseillere conseilliere conseiler consiller conseillers",
    "d accord": "daccord dacord daccor dakor dacor",
    "parce que": "pcq paske pask psk parceque pasque",
    "quelqu un": "qqn qqun quelquun kelkun",
    "quelque chose": "qqch qqchose kkchose",
    "vraiment": "vrm vrmt vraimen",
    "gratuit": "gratos",
    "voiture": "bagnole caisse voitur vehicule auto",
    "permis": "permi permit",
    "loin": "lointain loing",
    "aussi": "oci ossi",
    "rien": "ri1 rein",
    "bien": "bi1 bi1n",
    "bien sur": "biensur biensure bi1sur",
    "beau": "bo",
    "arrete": "aret arete arretee arette arrette",
    "arreter": "areter arretter aretter",
    "arretez": "aretez arrettez arettez",
    "arret": "arrets",
    "pas de": "pad",
    "a la": "ala",
    "il y a": "ya yas ilya",
    "lachez": "lacher",
    "heure": "h heures heur",
    "semaine": "sem semaines smaine semeine",
    "appeler": "apeler apler appeller",
    "appelez": "apelez appellez aplez applez apeller",
    "rappeler": "rapeler rappeller rapeller",
    "rappelez": "rapelez rappellez raplez rapplez",
    "appelle": "apel apelle appele",
    "rappelle": "rapel rapelle rappele",
    "envoyer": "envoye envoiyer anvoyer envoyee envoiller",
    "envoyez": "envoiyez anvoyez envoiez",
    "recevoir": "resevoir recevoire receuvoir",
    "ecrire": "ecrir",
    "supprimer": "suprimer supprime suprime",
    "supprimez": "suprimez",
    "volontiers": "volontier volentier",
    "reflechir": "reflechire reflechi",
    "horaires": "horaire oraires oraire horraire horraires",
    "salaire": "salair sallaire paye paie payer",
    "jamais": "jms jamai jammais",
    "plus": "plu pluss",
    "personne": "perso personnes pers persone",
    "tromper": "trompe trompez trompee",
    "tard": "tar",
    "souhaite": "souhaites souhaiterais souhaiterai souaite",
    "voudrais": "voudrai vouderai vourais",
    "aimerais": "aimerai",
    "voir": "voire",
    "la": "laa",
    "info": "infos information informations",
    "lol": "mdr ptdr xd haha hahaha mdrr",
}
_PLAIN = {form: word for word, forms in _SAME.items() for form in forms.split()}

# "menvoyez", "jaimerais", "cest", "quil": an apostrophe that was not typed, before a word that is known.
_ELIDED = re.compile(
    r"(?P<before>qu|[mtlndscj])(?P<word>(?:re?)?(?:envo|ecri|appel|interes|est$|etes$|etai|ai$|aime|avai"
    r"|arret|accept|attend"
    r"|embauch|embet|abonn|habit|abit|importun|inscri|oppos|accord|ador|hesit|arriv|ignor|il$|elle$|un$|une$"
    r"|y$|en$|avez|autre|adress|agenc|offre|emploi|horair|heure|etre$|etais|apprec|annonc|entreprise|exerc).*)"
)
# No French word begins with j and a consonant: "jconnais", "jte", "jcherche".
_JE = re.compile(r"j(?P<word>[bcdfgklmnpqrtvwz]\w+|sui\w*|s[aeo]\w+)")
_REPEATED = re.compile(r"(.)\1{2,}")
_STOP = re.compile(r"s+t+o+p+e?")
_TOKENS = re.compile(r"[a-z0-9]+(?:/[0-9]+|'[a-z0-9]*)*")

# Words that must not be missed by one wrong letter; only what is no word of the table is compared.
_KEYS = (
    "interesse", "disponible", "desinscrire", "desinscrivez", "desinscription", "desabonner", "desabonnez",
    "desabonnement", "supprimer", "supprimez", "supprime", "recevoir", "contacter", "contactez", "recontacter",
    "recontactez", "messages", "message", "volontiers", "numero", "rappelez", "rappeler", "telephone", "conseiller",
    "envoyez", "envoyer", "salaire", "horaires", "possible", "renseignements", "solliciter", "retirez", "arretez",
    "personne", "candidature", "ininteresse", "formation", "transport", "vehicule", "rendez",
)  # fmt: skip
_WORDS = frozenset(_KEYS) | {
    "contacte", "contactee", "contactes", "recontacte", "recontactee", "enverrez", "envoyes", "arretes", "arrete",
    "arreter", "rappelle", "appelez", "appeler", "personnel", "personnes", "permettez", "retirer", "retire", "retour",
    "disponibilite", "interessant", "interessante", "supprimes", "supprimee", "sollicite", "sollicitee", "numerique",
    "passible", "impossible", "rendre", "rentrez", "cendres", "tendez", "formations", "transports", "desinscrit",
    "desabonne", "abonner", "transporte", "transporter", "salaires", "arriver", "arrivez", "conseille",
    "informations", "renseignement", "message", "desinteresse", "personnels", "candidatures", "perdez", "vendez",
    "prendrez", "rendent", "vendeuse", "rentrer", "renvoyez", "renvoyer", "recontactez", "recontacter", "convoyer",
    "massages", "massage", "menage", "menages", "messageries", "inscription", "inscrire", "inscrivez",
}  # fmt: skip

_UP = frozenset("👍👌🆗✅🙋💪☑✔🤝💯🙌")
_DOWN = frozenset("👎❌🚫🙅⛔✖")
_SHRUG = frozenset("🤔🤷😕🫤😬🧐")
_ASKS = frozenset("❓❔⁉؟")
_PHONE = frozenset("📞☎📱🤙")


class Folded(NamedTuple):
    """A message in plain words. `sentences` are the same words, cut at commas, full stops, marks and line ends."""

    text: str
    sentences: tuple[str, ...]
    asks: bool
    up: bool = False
    down: bool = False
    shrugs: bool = False
    phones: bool = False
    foreign: bool = False


def has(text: str, roots: tuple[str, ...]) -> bool:
    """Whether a text has one of these roots: a twentieth of the time of a pattern."""
    for root in roots:  # noqa: SIM110 - a generator takes twice as long, on every message
        if root in text:
            return True
    return False


def plain(low: str) -> Folded:
    """The plain words of a text that `fold_lines` has folded."""
    sentences = tuple([said for piece in _ENDS.split(low) if (said := " ".join(map(_expand, _TOKENS.findall(piece))))])
    text = " ".join(sentences)
    if low.isascii():
        return Folded(text, sentences, "?" in low)
    return Folded(
        text,
        sentences,
        "?" in low or not _ASKS.isdisjoint(low),
        not _UP.isdisjoint(low),
        not _DOWN.isdisjoint(low),
        not _SHRUG.isdisjoint(low),
        not _PHONE.isdisjoint(low),
        any(c.isalpha() and not c.isascii() for c in low),
    )


_ENDS = re.compile(r"[.!?;:,]+")


# The letters and marks of French at once: the general way takes each character by itself.
_FRENCH = str.maketrans(
    {
        letter: plain
        for plain, letters in {
            "a": "àâäÀÂÄ", "e": "éèêëÉÈÊË", "i": "îïÎÏ", "o": "ôöÔÖ", "u": "ùûüÙÛÜ", "c": "çÇ", "oe": "œŒ", "ae": "æÆ",
            "'": "’‘", " ": "\u00a0\u202f", "...": "…",
        }.items()
        for letter in letters
    }
)  # fmt: skip


def fold_lines(body: str) -> str:
    """`fold`, with the ends of lines kept as full stops: people end a sentence by a new line."""
    text = body[:LONGEST].translate(_FRENCH) if not body.isascii() else body[:LONGEST]
    return fold(text.replace("\n", " . ")) if "\n" in text else fold(text)


@lru_cache(maxsize=50_000)
def _expand(token: str) -> str:
    """One token as plain words."""
    known = _PLAIN.get(token)
    if known is not None:
        return known
    if token[0].isdigit() and (token.isdigit() or "/" in token):
        return token
    if "'" in token:
        # What stands before a typed apostrophe is what it seems: the c of "c'est" is no "c est".
        first, _, rest = token.partition("'")
        return f"{first} {_expand(rest)}" if rest.strip("'") else _expand(first) if len(first) > 2 else first
    if _STOP.fullmatch(token):
        return "stop"
    short = _REPEATED.sub(r"\1", token)
    if short != token:
        return _expand(short)
    if token in _WORDS or token in _SAME or token.startswith(("travai", "detai")):
        return token
    elided = _ELIDED.fullmatch(token)
    if elided and token not in _NOT_ELIDED:
        return f"{elided['before']} {_expand(elided['word'])}"
    spoken = _JE.fullmatch(token)
    if spoken and token not in {"jr", "jrs", "js"}:
        return f"je {_expand(spoken['word'])}"
    return _mended(token)


_NOT_ELIDED = frozenset({
    "quelle", "quelles", "celle", "telle", "selle", "melle", "nouvelle", "test", "lest", "dest", "rest", "latter",
    "site", "mai", "dune", "lune", "mil", "cil", "nil", "ten", "sen", "len", "men", "my", "ly", "sy", "decrire",
    "decrit",
    "decrivez", "secrire", "decris", "cet", "cette", "nun", "cun", "tun", "mun",
})  # fmt: skip


# People double letters that are single, and the other way round: "interrese".
_DOUBLED = re.compile(r"(.)\1+")
_UNDOUBLED = {_DOUBLED.sub(r"\1", key): key for key in _KEYS}


def _mended(token: str) -> str:
    """A key word with one wrong letter (two in a long one), or the token as it is."""
    if len(token) < 6:
        return token
    if (same := _UNDOUBLED.get(_DOUBLED.sub(r"\1", token))) is not None:
        return same
    allowed = 2 if len(token) >= 11 else 1
    for key in _KEYS:
        if key[0] == token[0] and abs(len(key) - len(token)) <= allowed and key[:-1] != token[:-1]:
            near = OSA.distance(token, key, score_cutoff=allowed)
            if near <= allowed:
                return key
    return token
