"""Which kinds of words a message has: the cues on which rules decide and which the statistical model weighs."""

from __future__ import annotations

from ftcore.outreach.replies import wordings
from ftcore.outreach.replies.folding import Folded, has
from ftcore.outreach.replies.possible import Possible

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


_PATTERNS = {
    "double": wordings.DOUBLE, "easy": wordings.EASY, "negated": wordings.NEGATED, "wrong": wordings.WRONG,
    "call": wordings.CALL_ME, "may call": wordings.MAY_CALL, "no call": wordings.NO_CALL, "question": wordings.ASKS,
    "no question": wordings.NO_QUESTION, "yes": wordings.YES, "no": wordings.NO, "unsure": wordings.UNSURE,
    "reserve": wordings.RESERVE, "busy": wordings.BUSY, "turn": wordings.TURN, "chat": wordings.CHAT,
    "have": wordings.HAVE, "have not": wordings.HAVE_NOT, "no robot": wordings.NO_ROBOT, "at first": wordings.AT_FIRST,
    "schedule": wordings.SCHEDULE,
}  # fmt: skip
_POSSIBLE = Possible({name: pattern.pattern for name, pattern in _PATTERNS.items()})


class _Words:
    """A text, and which wordings it may have."""

    __slots__ = ("_possible", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._possible = _POSSIBLE.within(text)

    def first(self, name: str) -> str | None:
        """The first words of this kind."""
        if name not in self._possible:
            return None
        roots = _ROOTS.get(name)
        if roots is not None and not has(self.text, roots):
            return None
        match = _PATTERNS[name].search(self.text)
        return match[0].strip() if match is not None else None

    def without(self, name: str, instead: str = " ") -> _Words:
        """The text with other words instead of these."""
        if name not in self._possible:
            return self
        text = _PATTERNS[name].sub(instead, self.text)
        return self if text == self.text else _Words(text)


def cues(body: str, said: Folded) -> dict[str, str]:
    """Which kinds of words a text has, with the first of each."""
    found: dict[str, str] = {}
    words = _Words(said.text)

    def note(name: str, where: _Words = words) -> None:
        if (first := where.first(name)) is not None:
            found[name] = first

    note("double")
    note("easy")
    eased = words.without("double", " volontiers ")
    eased = (eased.without("easy") if "easy" in found else eased).without("no robot")
    if "appel" in eased.text or "telephon" in eased.text:
        eased = eased.without("no call")
    note("negated", eased)
    affirmed = eased.without("negated")
    note("wrong")
    by_name = "wrong" not in found and " pas " in said.text and has(body, _ROOTS["wrong"])
    if by_name and (named := wordings.NAMED.search(body)) is not None:
        found["wrong"] = named[0].strip()
    note("call", eased)
    if "call" in found:
        note("may call")
    note("question", words.without("no question"))
    if said.asks:
        found.setdefault("question", "?")
    note("yes", affirmed)
    note("no", eased)
    if "no" not in found and "negated" in found:
        found["no"] = found["negated"]
    note("unsure", eased)
    for name in ("reserve", "busy", "turn", "chat", "have", "at first", "schedule"):
        note(name)
    note("have not", eased)
    for name, there, sign in (
        ("up", said.up, "👍"), ("down", said.down, "👎"), ("shrug", said.shrugs, "🤔"), ("phone", said.phones, "📞"),
    ):  # fmt: skip
        if there:
            found |= {name: sign}
    return found


def asks(text: str) -> bool:
    """Whether words ask, without a question mark: "oui c ou"."""
    if _ASKING.isdisjoint(text.split()):
        return False
    return _Words(text).without("no question").first("question") is not None


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
