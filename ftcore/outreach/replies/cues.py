"""Which kinds of words a message has: the cues on which rules decide and which the statistical model weighs."""

from __future__ import annotations

import re

from ftcore.outreach.replies import wordings
from ftcore.outreach.replies.folding import Folded, has

# Which roots a text must have for a pattern to be worth trying: most answers have few of them.
_ROOTS = {
    "wrong": (
        "numero", "tromp", "erreur", "pas moi", "a moi", "personne", "connais", "decede", "mort", "mere", "maman",
        "pere", "papa", "femme", "mari", "epou", "fille", "fils", "soeur", "frere", "conjoint", "compagn",
        "voisin", "coloc", "cousin", "belle", "beau", "inscrit", "demandeu", "chomeu", "chomage", "retraite",
        "recherche", "qui est", "wrong", "autre", "nouveau", "habite", "message", "destin", "confond", "homonyme",
        "concerne", "bonne ligne", "qui ce", "nom", "telephone", "monde", "lui", "elle", "monsieur", "madame",
        "joignable", "vit ", "ici", "mr", "mme", "sien",
    ),
    "call": (
        "appel", "telephon", "joign", "joindre", "contact", "parle", "discut", "echange", "vive voix",
        "rendez vous", "rencontr", "voir", "conseiller", "humain", "personne", "coup de", "entretien",
        "entretenir", "agence", "call", "creneau", "oral", "bip", "relation", "direct", "expliqu", "venir",
        "passe", "recevoir", "face", "quelqu un", "libre", "parlez", "causer", "se voir", "fixer", "physique",
        "phoner", "conseill", "dire ", "viens",
    ),
}  # fmt: skip


def cues(body: str, text: str, said: Folded) -> tuple[frozenset[str], dict[str, str]]:
    """Which kinds of words a text has, and the first of each."""
    found: dict[str, str] = {}

    def note(name: str, pattern: re.Pattern[str], where: str = text) -> None:
        roots = _ROOTS.get(name)
        if roots is not None and not has(where, roots):
            return
        if (match := pattern.search(where)) is not None:
            found[name] = match[0].strip()

    note("double", wordings.DOUBLE)
    note("easy", wordings.EASY)
    eased = wordings.DOUBLE.sub(" volontiers ", text) if "double" in found else text
    eased = wordings.NO_ROBOT.sub(" ", wordings.EASY.sub(" ", eased) if "easy" in found else eased)
    if "appel" in eased or "telephon" in eased:
        eased = wordings.NO_CALL.sub(" ", eased)
    note("negated", wordings.NEGATED, eased)
    affirmed = wordings.NEGATED.sub(" ", eased) if "negated" in found else eased
    note("wrong", wordings.WRONG)
    if "wrong" not in found and " pas " in text:
        note("wrong", wordings.NAMED, body)
    note("call", wordings.CALL_ME, eased)
    if "call" in found:
        note("may call", wordings.MAY_CALL)
    note("question", wordings.ASKS, wordings.NO_QUESTION.sub(" ", text))
    if said.asks:
        found.setdefault("question", "?")
    note("yes", wordings.YES, affirmed)
    note("no", wordings.NO, eased)
    if "no" not in found and "negated" in found:
        found["no"] = found["negated"]
    note("unsure", wordings.UNSURE, eased)
    note("reserve", wordings.RESERVE)
    note("busy", wordings.BUSY)
    note("turn", wordings.TURN)
    note("chat", wordings.CHAT)
    note("have", wordings.HAVE)
    note("have not", wordings.HAVE_NOT, eased)
    for name, there, sign in (
        ("up", said.up, "👍"), ("down", said.down, "👎"), ("shrug", said.shrugs, "🤔"), ("phone", said.phones, "📞"),
    ):  # fmt: skip
        if there:
            found |= {name: sign}
    return frozenset(found), found


def asks(text: str) -> bool:
    """Whether words ask, without a question mark: "oui c ou"."""
    if _ASKING.isdisjoint(text.split()):
        return False
    return wordings.ASKS.search(wordings.NO_QUESTION.sub(" ", text)) is not None


# Without one of these no words ask.
_ASKING = frozenset(
    [
        "combien",
        "quel",
        "quelle",
        "quels",
        "quelles",
        "comment",
        "est",
        "qui",
        "quoi",
        "quand",
        "ou",
        "trouve",
        "situe",
        "t",
        "il",
        "peut",
        "puis",
        "pourquoi",
        "qu",
        "faut",
        "ca",
        "savoir",
        "plus",
        "info",
        "infos",
        "details",
        "detail",
        "precisions",
        "precision",
        "renseignement",
        "renseignements",
        "connaitre",
        "indiquer",
        "preciser",
        "precisez",
        "expliquez",
        "dites",
        "dis",
        "lequel",
        "laquelle",
        "et",
        "salaire",
        "horaires",
        "adresse",
        "lieu",
        "contrat",
        "entreprise",
        "ville",
        "remuneration",
        "taux",
    ]
)
