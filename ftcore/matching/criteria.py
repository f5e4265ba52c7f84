"""What counts for a selection: weights within bounds, hard conditions, and the profiles that keep them by name."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from ftcore.database import Database, Transaction
from ftcore.errors import FtError
from ftcore.model import Person
from ftcore.trust import access, journal

LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each criterion counts, 0 to 1, against the sum of those that the offer lets us judge."""

    occupation: float = 0.35
    skills: float = 0.25
    experience: float = 0.10
    distance: float = 0.20
    availability: float = 0.10
    prerequisites: float = 0.10
    wishes: float = 0.05

    def __post_init__(self) -> None:
        if not all(0.0 <= weight < float("inf") for weight in asdict(self).values()):
            raise ValueError("weights are finite and not negative")


# Each weight as it is shown, in the order of the sliders.
WEIGHT_LABELS = {
    "occupation": "Métier",
    "skills": "Compétences",
    "distance": "Distance",
    "experience": "Expérience",
    "availability": "Disponibilité",
    "prerequisites": "Prérequis",
    "wishes": "Contrat et horaires souhaités",
}
# The bounds of the sliders, in points: no criterion may silence all others.
LEAST_POINTS, MOST_POINTS, STEP = 0, 50, 5


@dataclass(frozen=True, slots=True)
class Conditions:
    """What excludes a person of whom it is known not to hold; each can be switched off.

    `rotation` excludes nobody: among people within five points of each other, those who were written
    to least in the last 30 days come first.
    """

    within_mobility: bool = True
    licences: bool = True
    available_by_start: bool = False
    min_experience: bool = False
    near_occupations: bool = True
    rotation: bool = False


CONDITION_LABELS = {
    "near_occupations": "Même métier ou métier proche",
    "within_mobility": "Dans sa zone de mobilité",
    "licences": "Permis et titres indispensables",
    "available_by_start": "Disponible au début",
    "min_experience": "Expérience demandée",
    "rotation": "D'abord les personnes rarement sollicitées",
}


def written(weights: Weights, conditions: Conditions) -> str:
    """Both as JSON, as they are kept with a profile or a campaign."""
    return json.dumps({"weights": asdict(weights), "conditions": asdict(conditions)}, sort_keys=True)


def read(text: str) -> tuple[Weights, Conditions]:
    """What `written` wrote; what an older version did not know keeps its default."""
    said = json.loads(text)
    return (
        Weights(**{name: said["weights"][name] for name in asdict(Weights()) if name in said["weights"]}),
        Conditions(**{name: said["conditions"][name] for name in asdict(Conditions()) if name in said["conditions"]}),
    )


def save_profile(
    database: Database, person: Person, name: str, weights: Weights, conditions: Conditions, now: datetime
) -> None:
    """Keep weights and conditions for the agency under a name; one of that name is replaced."""
    access.require(person, "see candidates")
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise FtError(f"Donnez au profil un nom de {LONGEST_NAME} caractères au plus.")
    kept = written(weights, conditions)
    row = {
        "agency_id": person.agency_id, "name": name, "criteria": kept,
        "saved_by": person.person_id, "saved_utc": now,
    }  # fmt: skip

    def write(tx: Transaction) -> None:
        tx.execute("DELETE FROM weight_profile WHERE agency_id = $1 AND name = $2", person.agency_id, name)
        tx.insert("weight_profile", [row])
        # Its name is somebody's typing: the journal knows the profile by the name's hash.
        mark = hashlib.sha256(name.encode()).hexdigest()[:12]
        journal.record(tx, person.agency_id, person.person_id, "weights saved", f"profile {mark}", now, kept)

    database.transact(write)


def profiles(database: Database, person: Person) -> dict[str, tuple[Weights, Conditions]]:
    """The agency's profiles by name, in the order of the alphabet."""
    access.require(person, "see candidates")
    rows = database.rows(
        "SELECT name, criteria FROM weight_profile WHERE agency_id = $1 ORDER BY name", person.agency_id
    )
    return {row["name"]: read(row["criteria"]) for row in rows}


def forget_profile(database: Database, person: Person, name: str) -> None:
    """Remove a profile; the campaigns that used it keep what it said."""
    access.require(person, "see candidates")
    database.transact(
        lambda tx: tx.execute("DELETE FROM weight_profile WHERE agency_id = $1 AND name = $2", person.agency_id, name)
    )
