"""Messages, summaries and rewritings without a language model: rules that arrange words, and add none."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ftcore.outreach.sms import gsm_safe
from ftcore.text import fold, words

# What a counselor types as an order to the assistant, and how the text says it to its reader.
_VERBS = {
    "proposer": "propose",
    "rappeler": "rappelle",
    "inviter": "invite",
    "demander": "demande",
    "confirmer": "confirme",
    "informer": "informe",
    "prévenir": "préviens",
    "remercier": "remercie",
    "transmettre": "transmets",
    "envoyer": "envoie",
    "présenter": "présente",
    "annoncer": "annonce",
    "préciser": "précise",
    "conseiller": "conseille",
    "relancer": "relance",
}
_ORDER = re.compile(
    r"^(?:(?:lui|leur|le|la|les|l['’])\s*)?(" + "|".join(_VERBS) + r")\s+(?:(?:au|à la|aux?)\s+candidate?s?\s+)?", re.I
)


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text, without their bullets and final dots."""
    parts = re.split(r"\n+|(?<=[a-zà-ÿA-Z0-9)»][.!?…])\s+(?=[A-ZÀ-Ý«])", text)
    return [part for part in (part.strip(" \t-–•*").rstrip(" .;") for part in parts) if part]


def _said(sentence: str) -> str:
    """ "proposer un rendez-vous" becomes "je vous propose un rendez-vous"; anything else stays as it is."""
    order = _ORDER.match(sentence)
    if order is None:
        return sentence
    verb = _VERBS[order.group(1).lower()]
    return f"je vous {verb} {sentence[order.end() :]}"


def write_sms(purpose: str, recipient: str = "") -> str:
    """One SMS in characters of the cheap alphabet: who writes, and what was typed."""
    said = ". ".join(_capital(_said(sentence)) for sentence in sentences(purpose))
    hello = f"Bonjour {recipient.split()[0]}, " if recipient.split() else "Bonjour, "
    text = f"{hello}votre conseiller France Travail. {said}"
    return gsm_safe(text if text.endswith(("?", "!")) else f"{text}.")


def write_email(purpose: str, recipient: str = "") -> str:
    """An e-mail with its subject: the first sentence names it, each sentence is one paragraph."""
    said = sentences(purpose)
    subject = _ORDER.sub("", said[0]) if said else ""
    subject = subject if len(subject) <= 70 else subject[:69].rsplit(" ", 1)[0] + "…"
    hello = f"Bonjour {recipient.strip()}," if recipient.strip() else "Bonjour,"
    body = [_ended(_capital(_said(sentence))) for sentence in said]
    return "\n\n".join(
        [f"Objet : {_capital(subject)}", hello, *body, "Bien cordialement,\nVotre conseiller France Travail"]
    )


_SENSITIVE = re.compile(
    r"sant[ée]\b|maladie|malade|médecin|médical|handicap|rqth|\baah\b|dépress|enceinte|grossesse|divorc|célibataire"
    r"|mari[ée]e?\b|enfants?\b|religio|musulman|catholi|juif|juive|syndicat|nationalité|origine|addict|alcool",
    re.IGNORECASE,
)
_HEADINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "Actions convenues",
        re.compile(
            r"\brendez-vous|\brdv\b|\bdoit\b|\bva (?!bien)|\bà faire\b|\benvo(?:yer|ie)|\brelance|\binscri|\bs'engage"
            r"|\bconvenu|\bprochain|\btransmet|\bpostul|\bavant le\b|\bje (?:lui )?(?:propose|transmets|recontacte)",
            re.IGNORECASE,
        ),
    ),
    (
        "Disponibilité et mobilité",
        re.compile(
            r"disponib|dispo\b|mobil|permis|véhicule|voiture|vélo|\bbus\b|transport|\bkm\b|horaire"
            r"|temps (?:plein|partiel)|week-?end|\bnuit\b|déplacement",
            re.IGNORECASE,
        ),
    ),
    (
        "Projet",
        re.compile(
            r"projet|souhait|voudrait|aimerait|cherche|reconver|formation|objectif|intéress|envisage|vise",
            re.IGNORECASE,
        ),
    ),
)
_PARCOURS = "Parcours et compétences"
LEFT_OUT = "Éléments non repris : données sensibles (santé, famille, opinions ou origine)."


def write_summary(notes: str) -> str:
    """The notes of an interview under four headings; sensitive sentences are left out, and that is said."""
    found: dict[str, list[str]] = {
        _PARCOURS: [],
        "Projet": [],
        "Disponibilité et mobilité": [],
        "Actions convenues": [],
    }
    left_out = False
    for sentence in sentences(notes):
        if _SENSITIVE.search(sentence):
            left_out = True
            continue
        heading = next((name for name, rule in _HEADINGS if rule.search(sentence)), _PARCOURS)
        found[heading].append(_capital(sentence))
    parts = ["\n".join([name, *(f"- {line}" for line in lines or ["à préciser"])]) for name, lines in found.items()]
    return "\n\n".join(parts + ([LEFT_OUT] if left_out else []))


_SHORTER = (
    (r"nous sommes (?:actuellement )?à la recherche d(?:e\s+|['’])", "nous cherchons "),
    (r"\bdans le cadre du\b", "pour le"),
    (r"\bdans le cadre des\b", "pour les"),
    (r"\bdans le cadre d(?:e\s+|['’])", "pour "),
    (r"\bafin d(?:e\s+|['’])", "pour "),
    (r"\bau sein du\b", "dans le"),
    (r"\bau sein des\b", "dans les"),
    (r"\bau sein d(?:e\s+|['’])", "dans "),
    (r"\bmerci de bien vouloir\b", "merci de"),
    (r"\bn['’]hésitez pas à\s+", ""),
    (r"\bnous avons le plaisir de vous informer que\s*", ""),
    (r"\bnous vous informons que\s*", ""),
    (r"\ben ce qui concerne\b", "pour"),
    (r"\bà l['’]heure actuelle\b", "aujourd'hui"),
    (r"\bd['’]ores et déjà\s*", ""),
    (r"\bdans les meilleurs délais\b", "vite"),
    (r"\bprocéder à\b", "faire"),
    (r"\bêtre en mesure de\b", "pouvoir"),
    (r"\bla mise en place de\b", "le lancement de"),
    (r"\s*\b(?:notamment|effectivement|par ailleurs|de plus|en outre|bien évidemment|également)\b,?", ""),
)
_SIMPLER = (
    *_SHORTER,
    (r"\brémunération\b", "salaire"),
    (r"\beffectuer\b", "faire"),
    (r"\bréaliser\b", "faire"),
    (r"\bassurer\b", "faire"),
    (r"\bdébuter\b", "commencer"),
    (r"\bsolliciter\b", "demander"),
    (r"\bultérieurement\b", "plus tard"),
    (r"\bpréalablement\b", "avant"),
    (r"\bsusceptibles? d(?:e\s+|['’])", "peut-être "),
    (r"\bjustificatifs?\b", "papier qui prouve"),
    (r"\bhebdomadaires?\b", "par semaine"),
    (r"\bmensuels?\b|\bmensuelles?\b", "par mois"),
    (r"\bbénévolement\b", "sans être payé"),
    (r"\bmodalités\b", "règles"),
    (r"\bconvocation\b", "invitation à un rendez-vous"),
    (r"\bCV\b", "CV (page qui présente votre parcours)"),
)


def _replaced(text: str, table: Iterable[tuple[str, str]]) -> str:
    for pattern, simple in table:
        text = re.sub(pattern, simple, text, flags=re.IGNORECASE)
    lines = (re.sub(r"[ \t]{2,}", " ", line).strip() for line in text.split("\n"))
    return "\n".join(re.sub(r"^[a-zà-ÿ]", lambda first: first.group(0).upper(), line) for line in lines)


def shorter(text: str) -> str:
    """The text with its long turns of phrase replaced and its repeated sentences left out."""
    seen: set[str] = set()
    kept = []
    for line in text.split("\n"):
        key = fold(line)
        if not key or key not in seen:
            kept.append(line)
        seen.add(key)
    return _replaced("\n".join(kept), _SHORTER).strip()


def simpler(text: str) -> str:
    """Everyday words, and one sentence a line, in the manner of easy-to-read French (FALC)."""
    split = sentences(re.sub(r"\s*;\s*", ".\n", text))
    return "\n".join(_ended(_capital(_replaced(sentence, _SIMPLER))) for sentence in split)


def compare(first: str, second: str) -> str:
    """What only one of two documents says, sentence by sentence."""
    left, right = sentences(first), sentences(second)
    in_left, in_right = {fold(each) for each in left}, {fold(each) for each in right}
    only_left = [each for each in left if fold(each) not in in_right]
    only_right = [each for each in right if fold(each) not in in_left]
    differently = [(one, other) for one in only_left if (other := _told_otherwise(one, only_right))]
    for one, other in differently:
        only_left.remove(one)
        if other in only_right:
            only_right.remove(other)
    parts = [
        ("Seulement dans le premier", only_left),
        ("Seulement dans le second", only_right),
        ("Dit différemment", [f"« {one} » et « {other} »" for one, other in differently]),
    ]
    return "\n\n".join("\n".join([name, *(f"- {line}" for line in lines or ["rien"])]) for name, lines in parts)


def merge(first: str, second: str) -> str:
    """The first document, then what only the second says; two versions of one thing are marked to be checked."""
    known = {fold(each) for each in sentences(first)}
    lines = first.strip().split("\n")
    added = []
    for sentence in sentences(second):
        if fold(sentence) in known:
            continue
        twin = _told_otherwise(sentence, [line.strip(" -•*") for line in lines])
        added.append(f"À vérifier : « {twin} » ou « {sentence} »" if twin else sentence)
    return "\n".join([*lines, *(f"- {line}" for line in added)]) if added else first.strip()


def _told_otherwise(sentence: str, others: list[str]) -> str | None:
    """The sentence with the same label ("Salaire : …") or nearly the same words, if there is one."""
    label = fold(sentence.partition(":")[0]) if ":" in sentence else ""
    mine = set(words(sentence))
    for other in others:
        if fold(other) == fold(sentence):
            continue
        if label and ":" in other and fold(other.partition(":")[0]) == label:
            return other
        theirs = set(words(other))
        if len(mine) >= 4 and len(mine & theirs) >= 0.7 * max(len(mine), len(theirs)):
            return other
    return None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…", ":")) else f"{text}."
