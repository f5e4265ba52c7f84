"""The writer without a language model: it lays out what the notes say, and adds nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ftcore.drafting.assistant import Turn
from ftcore.drafting.notes import TO_SPECIFY, Facts, read_facts
from ftcore.text import words

# Only quoted words reach the draft, never a computed date: any day will do as "today".
ANY_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class OfflineWriter:
    """A ChatModel without a model: a template filled by the same rules that read offers."""

    name: str = "sans IA"
    is_ai: bool = False

    def stream(self, system: str, turns: Sequence[Turn]) -> Iterator[str]:
        """Yield the draft word by word; the prompt is for models and is not read."""
        notes = next((turn.text for turn in reversed(turns) if turn.role == "user"), "")
        yield from re.findall(r"\s*\S+|\s+$", write_offer(notes))


def write_offer(notes: str) -> str:
    """The draft of an offer in four sections; what the notes do not say is "à préciser"."""
    facts = read_facts(notes, ANY_DAY)
    missions, profile, conditions = _sort_clauses(notes, facts)
    return "\n\n".join(
        [
            f"Titre : {for_everyone(facts.title) if facts.title else TO_SPECIFY}",
            _section("Missions", missions or [TO_SPECIFY]),
            _section("Profil", profile or [TO_SPECIFY]),
            _section("Conditions", _terms(facts) + conditions),
        ]
    )


def for_everyone(title: str) -> str:
    """The title for women and men: a feminine noun gets its masculine, and (H/F) is added."""
    title = " ".join(re.sub(r"\(?\b[HF]\s?/\s?[HF]\b\)?", "", title).split()).rstrip(" -,")
    noun, space, rest = title.partition(" ")
    for feminine, masculine in _FEMININE:
        if noun.lower().endswith(feminine) and "/" not in rest:
            noun = f"{noun[: -len(feminine)]}{masculine} / {noun}"
            break
    return f"{noun}{space}{rest} (H/F)"


_FEMININE = (
    ("euse", "eur"),
    ("trice", "teur"),
    ("ière", "ier"),
    ("ienne", "ien"),
    ("onne", "on"),
    ("ante", "ant"),
    ("ée", "é"),
)


def _section(title: str, lines: list[str]) -> str:
    return "\n".join([title, *(f"- {line}" for line in lines)])


def _terms(facts: Facts) -> list[str]:
    hours = ", ".join(
        part for part in (facts.working_time, facts.weekly_hours.words if facts.weekly_hours else None) if part
    )
    terms = {
        "Contrat": facts.contract.value if facts.contract else None,
        "Lieu": facts.place,
        "Horaires": hours,
        "Salaire": facts.pay.words if facts.pay else facts.net_pay,
        "Expérience": facts.experience_years.words if facts.experience_years else None,
        "Début": facts.start.words if facts.start else None,
    }
    lines = [f"{label} : {value or TO_SPECIFY}" for label, value in terms.items()]
    if facts.openings:
        lines.append(f"Nombre de postes : {facts.openings.value}")
    if facts.occupation:
        lines.append(f"Métier : {facts.occupation}")
    if facts.employer:
        lines.append(f"Employeur : {facts.employer}")
    return lines


_PROFILE = re.compile(
    r"permis|caces|fimo|dipl[oô]me|\bcap\b|\bbep\b|\bbac\b|titulaire|expérience|ma[iî]tris|connaissance|anglais|espagnol"
    r"|allemand|langue|autonom|rigou|sérieu|motiv|sens d|capacité|ponctu|dynami|esprit|qualité|savoir|aisance",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"horaire|\d\s?h|week-?end|samedi|dimanche|de nuit|roulement|coupure|planning|prime|mutuelle|ticket|panier"
    r"|repas (?:offert|fourni|pris)|avantage|logement|télétravail|renouvel|prolong|13e|jours? (?:par|de repos)",
    re.IGNORECASE,
)
_HIRING = re.compile(
    r"^(?:nous |on |je )?(?:re)?(?:cherch\w+|crut\w+)\s+|^besoin\s+(?:de |d['’])|^(?:un|une|des)\s+|^\d+\s+", re.I
)
_LINKS = r"(?:et|ou|à|de|en|avec|pour|dès|le|la|les|un|une|par|au|du|salaire|contrat|temps|poste)"
_LABEL = re.compile(
    r"^(?:titre|poste|intitulé|lieu|lieu de travail|contrat|type de contrat|horaires|durée du travail|salaire"
    r"|rémunération|expérience|début|date de début|prise de poste|nombre de postes|postes|employeur|entreprise"
    r"|missions?|profil|conditions|métier)\s*(?::\s*|$)",
    re.IGNORECASE,
)


def _sort_clauses(notes: str, facts: Facts) -> tuple[list[str], list[str], list[str]]:
    """What remains of the notes once the stated facts are taken out, in the words of the notes."""
    missions: list[str] = []
    profile: list[str] = []
    conditions: list[str] = []
    for clause in _clauses(notes, facts):
        kind = profile if _PROFILE.search(clause) else conditions if _CONDITION.search(clause) else missions
        kind.append(clause[0].upper() + clause[1:])
    return missions, profile, conditions


def _clauses(notes: str, facts: Facts) -> Iterator[str]:
    said = [facts.contract, facts.weekly_hours, facts.pay, facts.experience_years, facts.start]
    quotes = [fact.words for fact in said if fact]
    rest = re.sub(re.escape(TO_SPECIFY), "", notes, flags=re.IGNORECASE)
    for quote in (*quotes, facts.net_pay, facts.working_time, facts.employer, facts.occupation):
        if quote:
            rest = re.sub(re.escape(quote), "\n", rest, count=1, flags=re.IGNORECASE)
    for part in re.split(r"\n|;|(?<!\d),(?=\s)|(?<=\d),(?=\s+\D)|(?<=[a-zà-ÿ)])[.!](?:\s|$)", rest):
        clause = _LABEL.sub("", part.strip(" -–•*\t.,:"))
        clause = _beside_title(clause, facts.title) if facts.title else clause
        clause = re.sub(rf"^(?:{_LINKS}\s+)+$|\s+{_LINKS}$", "", clause.strip() + " ").strip()
        told = set(words(facts.place or "")) | set(re.findall(r"[a-z]+", _LINKS))
        if any(len(word) > 2 and word not in told for word in words(clause)):
            yield clause


def _beside_title(clause: str, title: str) -> str:
    """ "Cherche serveur pour restaurant" beside the title "Serveur": "Poste pour restaurant"."""
    # The notes may have the title's words in the plural: "2 agents d'entretien".
    title_words = r"s?\s+".join(re.escape(word) for word in title.split())
    found = re.search(rf"{title_words}s?(?:\s*\(?\b[HF]\s?/\s?[HF]\b\)?)?", clause, re.IGNORECASE)
    if found is None:
        return clause
    before = _HIRING.sub("", _HIRING.sub("", clause[: found.start()]))
    after = clause[found.end() :]
    return f"{before}Poste{after}" if after.strip() else before
