"""Rules that read what the person will do, from a section of tasks or from the sentences of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ftcore.drafting.sections import Line, Section, lines_of
from ftcore.drafting.terms import Said
from ftcore.text import fold

_NO_TASK = re.compile(
    r"permis|caces|dipl[oô]me|\bcap\b|\bbep\b|\bbac\b|titulaire|exp[ée]rience|ma[iî]tris|connaissance|anglais"
    r"|espagnol|autonom"
    r"|rigou|s[ée]rieu|motiv|sens d|capacit[ée]|ponctu|dynami|esprit|qualit[ée]s\b|savoir-|aisance|horaire|\d\s?h"
    r"|week[- ]?end|salaire"
    r"|r[ée]mun[ée]ration|prime|mutuelle|ticket|panier|avantage|\bCD[ID]\b|int[ée]rim\b|temps (?:plein|partiel"
    r"|complet)|€|euros?\b"
    r"|d[ée]butant|à pr[ée]ciser|candidature|envoy|postul|\bCV\b|contact|courriel|t[ée]l[ée]phone|lieu\b"
    r"|contrat\b|poste bas[ée]"
    r"|prise de poste|d[èe]s que possible|urgent\b|recherch(?:e|ons|ez)\b|recrut\w+|\b[hf]\s?/\s?[hf]\b",
    re.IGNORECASE,
)
_INFINITIVE = re.compile(r"(?:s['’]|se |l['’]|en )?[a-zà-ÿ]{2,}(?:er|ir|re|oir)\b(?!\s*:)", re.IGNORECASE)
_NO_VERBS = """
notre votre atelier chantier cuisinier plombier boulanger infirmier ouvrier quatre entre papier premier
dernier particulier hier cher super janvier février octobre septembre loisir soir espoir pouvoir devoir avoir
être cadre titre offre centre maître autre jardinier pâtissier charpentier menuisier conseiller chauffeur-
livreur cariste lettre hôtelier sur encadre nombre ordre registre theatre envoyer postuler venir contre métier
quartier couvreur poste saisonnier horaire secrétaire salaire auxiliaire mer hiver ingénieur laser rejoindre
bénéficier intégrer merci faire noir fer vestiaire terre annuaire contacter
"""
_NOT_VERBS = frozenset(_NO_VERBS.split())
_YOU_DO = re.compile(
    r"^(?:au sein [^,]{3,60}, )?vous (?:aurez pour mission (?:de |d['’])|serez (?:amené\S* à|chargé\S* (?:de "
    r"|d['’]))|devrez |aurez à )?"
    r"(?P<verb>[a-zà-ÿ]+(?:ez|er|ir|re))\b",
    re.IGNORECASE,
)
_STATES = re.compile(
    r"êtes|avez|aurez|serez|possédez|disposez|maîtrisez|aimez|recherchez|souhaitez|savez|travaill\w+|bénéfici\w+"
    r"|justifiez|faites"
    r"|cherchez|pouvez|percev\w+|connaissez|devez|voulez|intégr\w+|rejoi\w+|appréciez|occup\w+|contact\w+|envoyez"
    r"|présentez",
    re.IGNORECASE,
)
_MISSION = re.compile(
    r"\b(?:(?:pour|a|avoir) mission(?:s)?(?: principale)?|mission principale sera|missions? consist\w+ à|chargé\S*)\s*"
    r"(?:de |d['’]|est |sera |à )*(?:de |d['’])?(?P<what>[^.\n]{6,})",
    re.IGNORECASE,
)
# "Pose de volets", "aide à la fabrication": a noun of action and what it acts on.
_ACTION_NOUNS = (
    r"(?:pose|réalisation|fabrication|nettoyage|entretien|préparation|accueil|gestion|aide|service|conduite|livraison"
    r"|réception|manutention|suivi|montage|assemblage|vente|encaissement|mise en (?:rayon|place)|plonge|dressage"
    r"|organisation|rangement|contrôle|maintenance|réparation|installation|accompagnement|surveillance|ménage|repassage"
    r"|cuisson|taille|tonte|récolte|saisie|étiquetage|chargement|déchargement|soins?|toilettes?|débroussaillage)"
)
_ACTION_ALONE = re.compile(_ACTION_NOUNS, re.IGNORECASE)
_ACTION = re.compile(
    _ACTION_NOUNS + r"\s+(?:d[eu]s?\b|d['’]|[àa]\b|aux?\b|en\b|sur\b|la\b|le\b|les\b|et\b)",
    re.IGNORECASE,
)
_NOT_LISTED = re.compile(
    r"\bnous recherch|\bnous recrut|\b(?:salaire|rémunération)\s*:|^(?:CDI|CDD)\b|\bpermis [A-E]\b", re.I
)
LONGEST_TASK = 240
MOST_TASKS = 40


def read_tasks(text: str, facts: Iterable[tuple[int, int]] = ()) -> list[Said[str]]:
    """What the person will do: the lines under "Missions", else the bullets, else the sentences of action.

    `facts` are the spans of other facts (pay, licences…): a clause that holds one is no task.
    """
    lines = lines_of(text)
    spans = list(facts)
    under = [line for line in lines if line.section is Section.TASKS]
    if under:
        tasks = [task for line in under for task in _in_section(line)]
    else:
        tasks = [task for line in lines if line.section is Section.OPENING for task in _outside_sections(line, spans)]
    cleaned = [_cleaned(task) for task in tasks]
    return list({fold(task.value): task for task in reversed(cleaned) if task.value}.values())[::-1][:MOST_TASKS]


def _in_section(line: Line) -> Iterator[Said[str]]:
    if fold(line.text).startswith("a preciser") or _NOT_LISTED.search(line.text):
        return
    if line.bullet or "(" in line.text or len(line.text) > 160:
        yield Said(line.text, line.text, line.start)
        return
    at = 0
    for part in re.split(_LIST if line.inline else _SENTENCES, line.text):
        at = line.text.index(part, at)
        if part.strip():
            yield Said(part, part, line.start + at)
        at += len(part)


_LIST = re.compile(r"(?<=[a-zà-ÿ]{2})\.\s+|;|,\s+")
_SENTENCES = re.compile(r"(?<=[a-zà-ÿ]{2})\.\s+|;|,\s+(?=[a-zà-ÿ]+(?:er|ir|re)\b)")


def _outside_sections(line: Line, facts: list[tuple[int, int]]) -> Iterator[Said[str]]:
    if line.bullet:
        if _is_task(line.text):
            yield Said(line.text, line.text, line.start)
    else:
        yield from _sentences_of_action(line, facts)


def _is_task(line: str) -> bool:
    return len(line) >= 4 and not _NO_TASK.search(line) and bool(re.search(r"[a-zà-ÿ]{4}", line, re.I))


def _sentences_of_action(line: Line, facts: list[tuple[int, int]]) -> Iterator[Said[str]]:
    for sentence in re.finditer(r"[^.!?;\n]+(?:\.(?=\S)[^.!?;\n]*)*", line.text):
        words = sentence.group(0).strip()
        start = line.start + sentence.start() + sentence.group(0).index(words)
        mission = _MISSION.search(words)
        you = _YOU_DO.match(words)
        if mission:
            yield Said(mission["what"], mission["what"], start + mission.start("what"))
        elif you and not _STATES.fullmatch(you["verb"]) and not _NO_TASK.search(words):
            yield Said(words, words, start)
        elif len(words) > 120 or "(" in words:
            if _is_action(words):
                yield Said(words, words, start)
        else:
            yield from _clauses_of_action(words, start, facts)


def _clauses_of_action(words: str, start: int, facts: list[tuple[int, int]]) -> Iterator[Said[str]]:
    """Notes: "Servir en salle, encaisser les clients, permis B souhaité"."""
    clauses = list(re.finditer(r"[^,]+", words))
    for clause in clauses:
        part = clause.group(0).strip()
        at = start + clause.start() + clause.group(0).index(part)
        listed = len(clauses) > 1 and _ACTION_ALONE.fullmatch(part)
        if (listed or _is_action(part)) and not any(first < at + len(part) and at < last for first, last in facts):
            yield Said(part, part, at)


def _is_action(clause: str) -> bool:
    if " " not in clause or _NO_TASK.search(clause) or (clause.isupper() and len(clause) < 60):
        return False
    if _ACTION.match(clause):
        return True
    found = _INFINITIVE.match(clause)
    return bool(found and found.group(0).lower() not in _NOT_VERBS)


def _cleaned(task: Said[str]) -> Said[str]:
    """The task without its final punctuation, one line, cut at a word when it is very long."""
    words = task.words.rstrip(" ;,.:*\t").rstrip()
    lead = len(words) - len(words.lstrip(" -–•*\t"))
    words = words[lead:]
    if len(words) > LONGEST_TASK:
        words = words[:LONGEST_TASK].rsplit(" ", 1)[0]
    value = " ".join(words.split())
    return Said(value[:1].upper() + value[1:], words, task.start + lead)
