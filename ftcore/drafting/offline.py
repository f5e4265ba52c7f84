"""The writer without a language model: it lays out what the notes say, and adds nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from ftcore.drafting import plain_texts
from ftcore.drafting.assistant import Ask, Schema, Stop, Usage
from ftcore.drafting.notes import TO_SPECIFY, Facts, read_facts
from ftcore.errors import ModelError
from ftcore.text import words

# Only quoted words reach the draft, never a computed date: any day will do as "today".
ANY_DAY = date(2000, 1, 1)


NO_FREE_TALK = (
    "Sans IA, l'échange libre n'est pas possible. Choisissez une tâche : offre, SMS, e-mail, synthèse, réécriture "
    "plus courte ou plus simple, comparaison."
)
NO_SUCH_MANNER = "Sans IA, cette réécriture n'est pas possible. « Plus court » et « Mots plus simples » le sont."
NO_CHANGES = "Sans IA, ce texte ne se reprend pas par message : corrigez-le à la main dans le document."


@dataclass(frozen=True, slots=True)
class OfflineWriter:
    """A ChatModel without a model: templates filled by rules. What only a model can do, it says it cannot."""

    name: str = "sans IA"
    is_ai: bool = False

    def stream(self, ask: Ask, stop: Stop | None = None, told: Callable[[Usage], None] | None = None) -> Iterator[str]:
        """Yield the text word by word; the prompt is for models and is not read."""
        begun = time.perf_counter()
        for piece in re.findall(r"\s*\S+|\s+$", _written(ask)):
            if stop is not None and stop.asked:
                break
            yield piece
        if told is not None:
            told(Usage(0, 0, 0, round(1000 * (time.perf_counter() - begun))))

    def parse(
        self, ask: Ask, schema: type[Schema], stop: Stop | None = None, told: Callable[[Usage], None] | None = None
    ) -> Schema:
        """Always raises ModelError: rules read texts (`offers.structure`), they answer no schema."""
        raise ModelError("Sans IA, la lecture du texte se fait par règles.")


def _written(ask: Ask) -> str:
    given = [text for _, text in ask.materials]
    said = [turn.text for turn in ask.turns if turn.role == "user"]
    match ask.task:
        case "offer":
            # Later messages are more notes: "ajoute : salaire 13 € de l'heure".
            return write_offer("\n".join([*given, *said[1:]]) if given else "\n".join(said))
        case "sms" | "email_candidate" | "email_employer" | "summary" | "rewrite" | "compare" if len(said) > 1:
            raise ModelError(NO_CHANGES)
        case "sms":
            return plain_texts.write_sms(given[0], *given[1:2])
        case "email_candidate" | "email_employer":
            return plain_texts.write_email(given[0], *given[1:2])
        case "summary":
            return plain_texts.write_summary("\n".join(given))
        case "rewrite":
            return _rewritten(given[0], "\n".join(given[1:]))
        case "compare":
            work = plain_texts.merge if given[0] == "Fusionner" else plain_texts.compare
            return work(given[1] if len(given) > 1 else "", "\n".join(given[2:]))
    raise ModelError(NO_FREE_TALK)


def _rewritten(manner: str, text: str) -> str:
    if manner == "Plus court":
        return plain_texts.shorter(text)
    if manner.startswith("Mots plus simples"):
        return plain_texts.simpler(text)
    raise ModelError(NO_SUCH_MANNER)


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
