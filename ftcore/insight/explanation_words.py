"""What an explanation says of one launch, of one step and of one person's data, in words."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from ftcore.database import Row
from ftcore.insight.wording import number, paris
from ftcore.matching import criteria
from ftcore.matching.criteria import CONDITION_LABELS, WEIGHT_LABELS, Conditions, Weights
from ftcore.model import Candidate
from ftcore.trust import acts, journal


def moment(instant: datetime) -> str:
    """A naive UTC instant in Paris, with its year: "23/11/2026 à 14:05"."""
    return f"{paris(instant):%d/%m/%Y à %H:%M}"


def has_trace(row: Row, said: list[Row]) -> bool:
    """Whether a launch says anything of the person; `said` are its own entries of the journal."""
    return row["conversation_id"] is not None or row["place"] is not None or bool(said)


def title(row: Row) -> str:
    """Which launch it is."""
    return f"Offre « {row['title'] or 'qui n’est plus conservée'} », envoi du {moment(row['launched_utc'])}"


def result(row: Row, said: list[Row]) -> str:
    """What came of a launch for the person, and why."""
    told = {entry["act"]: entry["reason"] or "" for entry in said}
    if row["conversation_id"] is not None:
        return f"Contactée par SMS le {moment(row['opened_utc'])}."
    if row["removal"] or "person set aside" in told:
        return f"Non contactée : retirée de la sélection par un conseiller, motif « {row['removal'] or told['person set aside']} »."  # noqa: E501
    if "person left out" in told:
        return f"Choisie par un conseiller, mais non contactée : {lower(told['person left out'])}."
    if row["place"]:
        return f"Proposée au conseiller en place {number(row['place'])}, et non contactée : le conseiller ne l'a pas retenue dans sa sélection, ou l'envoi l'a écartée."  # noqa: E501
    return "Non contactée."


def who_decided(row: Row) -> str:
    """Who chose, how, and who confirmed."""
    how = "dans une liste classée par le calcul" if row["criteria"] else "à la main"
    return (
        f"Le compte {row['launched_by']}, un membre de l'agence, a choisi les personnes {how} et confirmé l'envoi le "
        f"{moment(row['launched_utc'])}."
    )


def criteria_of(row: Row) -> tuple[Weights, Conditions] | None:
    """The criteria recorded with a launch, if there are any."""
    try:
        return criteria.read(row["criteria"]) if row["criteria"] else None
    except (KeyError, TypeError, ValueError):
        return None


def narrows(row: Row) -> bool:
    """Whether only the offer's occupation and its neighbours were looked at."""
    weighed = criteria_of(row)
    return weighed is None or weighed[1].near_occupations


def criteria_facts(row: Row) -> list[tuple[str, str]]:
    """With which criteria, and what the offer asked, as recorded at the launch."""
    weighed = criteria_of(row)
    if weighed is None:
        return [("Critères", "non enregistrés : la sélection n'est pas passée par le classement")]
    weights, conditions = asdict(weighed[0]), asdict(weighed[1])
    counts = sorted(((weights[name], label) for name, label in WEIGHT_LABELS.items() if weights[name]), reverse=True)
    hard = [lower(label) for name, label in CONDITION_LABELS.items() if conditions[name]]
    facts = [
        ("Ce qui comptait, et combien", ", ".join(f"{lower(label)} {points(weight)}" for weight, label in counts)),
        ("Conditions indispensables", ", ".join(hard) or "aucune"),
    ]
    basis = json_of(row["basis"])
    if basis.get("asked"):
        facts.append(("Ce que l'offre demandait", _asked(basis["asked"])))
    if basis.get("considered"):
        left_out = ", ".join(f"{number(count)} : {lower(label)}" for label, count in basis["excluded"].items())
        facts.append(
            (
                "Personnes examinées",
                f"{number(basis['considered'])}" + (f", dont écartées {left_out}" if left_out else ""),
            )
        )
    return facts


def _asked(asked: dict[str, Any]) -> str:
    skills = asked.get("skills") or []
    told = [
        asked.get("occupation"),
        asked.get("place"),
        f"{number(asked['experience'])} an(s) d'expérience" if asked.get("experience") else None,
        f"permis {', '.join(asked['licences'])}" if asked.get("licences") else None,
        asked.get("contract"),
        f"{number(asked['weekly_hours'])} h par semaine" if asked.get("weekly_hours") else None,
        f"compétences : {', '.join(skills)}" if skills else None,
    ]
    return " ; ".join(filter(None, told)) or "rien de particulier"


def recorded_place(row: Row) -> list[tuple[str, str]]:
    """The place and the score as they were recorded at the launch."""
    if not row["place"]:
        return []
    basis = json_of(row["basis"])
    among = f" sur {number(basis['shown'])} montrées" if basis.get("shown") else ""
    facts = [("Place enregistrée", f"{number(row['place'])}{among}, le {moment(row['shown_utc'])}")]
    if row["score"] is not None:
        parts = json_of(row["points"])
        told = ", ".join(f"{lower(WEIGHT_LABELS.get(name, name))} {points(part)}" for name, part in parts.items())
        facts.append(("Note enregistrée", f"{points(row['score'])} sur 100 ({told})"))
    return facts


def step(entry: Row) -> str:
    """One entry of the journal as a sentence."""
    machine = " ".join(filter(None, (entry["automaton"], entry["model"], entry["prompt"])))
    if entry["actor"] == journal.AUTOMATON:
        who = f"par l'automate « {acts.in_french(machine)} »" if machine else "par l'automate"
    else:
        who = f"par le compte {entry['actor']}"
    said = ", ".join(filter(None, (acts.in_french(entry["detail"]), acts.in_french(entry["reason"] or ""))))
    return f"{moment(entry['happened_utc'])} : {lower(acts.label(entry['act']))}{f' ({said})' if said else ''}, {who}."


def data(candidate: Candidate) -> tuple[tuple[str, str], ...]:
    """The fields that the ranking reads, and no other."""
    return (
        ("Métier recherché", candidate.occupation or "inconnu"),
        ("Compétences", ", ".join(candidate.skills) or "inconnues"),
        (
            "Expérience",
            "inconnue" if candidate.experience_years is None else f"{number(candidate.experience_years)} an(s)",
        ),
        ("Commune, pour la distance", candidate.commune or "inconnue"),
        ("Mobilité", "inconnue" if candidate.mobility_km is None else f"{number(candidate.mobility_km)} km"),
        ("Disponible le", "inconnu" if candidate.available_from is None else f"{candidate.available_from:%d/%m/%Y}"),
        ("Permis et titres", "inconnus" if candidate.licences is None else ", ".join(candidate.licences) or "aucun"),
        ("Contrats souhaités", "inconnus" if candidate.contracts is None else ", ".join(candidate.contracts)),
        ("Temps de travail souhaité", _TIMES.get(candidate.working_time or "", "inconnu")),
    )


_TIMES = {"full": "temps plein", "part": "temps partiel", "any": "temps plein ou partiel"}


def json_of(text: str | None) -> dict[str, Any]:
    """The object of a column of JSON; an empty one where there is none."""
    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {}


def as_id(text: str) -> UUID | None:
    """The id that a text is, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def points(share: float) -> str:
    """A share (0..1) in points of a hundred."""
    return number(round(100 * share))


def lower(label: str) -> str:
    """A label within a sentence; a proper acronym keeps its capitals."""
    return label if label[:2].isalpha() and label[:2].isupper() else label[:1].lower() + label[1:]
