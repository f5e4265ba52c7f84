"""The demo agencies, who works there, and the clock on their wall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from ftcore.model import (
    Person,
    Role,
)

PARIS = ZoneInfo("Europe/Paris")
HOURS = (9, 19)
HISTORY = timedelta(weeks=8)

_IDENTITY = UUID("c2f3d8de-6e0b-4f0c-9a55-7b8f5c0f2026")


@dataclass(frozen=True, slots=True)
class DemoAgency:
    """A demo agency: where it is, how many people it follows, how many of them one campaign writes to."""

    agency_id: UUID
    name: str
    department: str
    people: int
    campaign_people: int

    @property
    def is_main(self) -> bool:
        """Whether it is the one in which the demo's people work, of whatever size."""
        return self.agency_id == AGENCIES[0].agency_id


AGENCIES = (
    DemoAgency(uuid5(_IDENTITY, "annonay"), "Agence démo d'Annonay", "07", 5_000, 28),
    DemoAgency(uuid5(_IDENTITY, "valence"), "Agence démo de Valence", "26", 800, 18),
)


def counselor(agency_id: UUID = AGENCIES[0].agency_id) -> Person:
    """The counselor who works in the demo, in the main agency unless told otherwise."""
    return member(Role.COUNSELOR, agency_id)


_NAMES = {
    Role.COUNSELOR: ("demo-camille", "Camille Démo"),
    Role.TEAM_LEAD: ("demo-dominique", "Dominique Démo"),
    Role.EVALUATOR: ("demo-evaluation", "Évaluation Démo"),
    Role.ADMINISTRATOR: ("demo-alix", "Alix Démo"),
}


def member(role: Role, agency_id: UUID = AGENCIES[0].agency_id) -> Person:
    """Who has this role in the demo, where nobody signs in."""
    person_id, name = _NAMES[role]
    return Person(person_id, name, role, agency_id)


def paris(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC).astimezone(PARIS)


def utc(day: date, at: time) -> datetime:
    return datetime.combine(day, at, PARIS).astimezone(UTC).replace(tzinfo=None)
