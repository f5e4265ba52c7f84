"""Two comparisons of the demo: one that has said its result, and one that goes on. Drawn as real ones are."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from ftcore.database import Row
from ftcore.demo.agencies import AGENCIES, HISTORY, DemoAgency
from ftcore.insight.comparison_terms import Definition, Metric, digest, row_of
from ftcore.insight.power import Size
from ftcore.model import Person, Role
from ftcore.outreach.arms import (
    ANSWERED_WITHIN,
    DELIVERED_WITHIN,
    Arm,
    Compared,
    Drawn,
    Unit,
    deal,
    template_name,
    unit_key,
)
from ftcore.outreach.hours import next_slot
from ftcore.outreach.templates import DEFAULTS, Kind, Template

_FIRST = DEFAULTS[Kind.OPENING]
_SECOND = (
    "((prénom)), un poste près de chez vous : ((offre)) ((lieu)) ((contrat)). Intéressé(e) ? Répondez OUI, NON ou "
    "votre question. France Travail, ((agence)). Message automatique, réf. ((code)). STOP pour ne plus en recevoir."
)
_WORDINGS = Definition(
    "Commencer par le poste",
    "Un premier message qui commence par le prénom et le poste, plutôt que par France Travail, fait-il répondre plus ?",
    Compared.WORDING,
    Arm("France Travail d'abord", _FIRST),
    Arm("Le poste d'abord", _SECOND),
    Unit.PERSON,
    Metric.REPLY,
    baseline=0.45,
    effect=0.13,
    reached=0.97,
)
_REMINDERS = Definition(
    "Relancer ou non",
    "Une relance le lendemain change-t-elle le nombre de personnes qui répondent en trois jours ?",
    Compared.REMINDER,
    Arm("Relance le lendemain", DEFAULTS[Kind.REMINDER]),
    Arm("Sans relance"),
    Unit.PERSON,
    Metric.REPLY,
    baseline=0.47,
    effect=-0.08,
    reached=0.97,
)
# As `size_of` gives them; the statistics behind it take seconds to load at the first start of all.
PLANNED = {_WORDINGS: Size(478, 478, 1.0), _REMINDERS: Size(1_238, 1_238, 1.0)}
# What the invented people answer to either wording: the second really does better, and the draw has to find it.
_REPLY_SHARES = {"a": 0.42, "b": 0.57}
_BEGAN = {_WORDINGS.name: timedelta(days=5), _REMINDERS.name: HISTORY - timedelta(days=20)}


def lead(agency_id: UUID = AGENCIES[0].agency_id) -> Person:
    """The team lead of the demo: who decides on comparisons there."""
    return Person("demo-lea", "Léa Démo", Role.TEAM_LEAD, agency_id)


@dataclass
class _One:
    row: Row
    drawn: dict[str, Drawn] = field(default_factory=dict)
    latest: datetime | None = None

    @property
    def compared(self) -> str:
        return str(self.row["compared"])

    def takes_in(self, launched: datetime) -> bool:
        return bool(self.row["started_utc"] <= launched and self.row["full_utc"] is None)


@dataclass
class DemoComparisons:
    """What the history asks of the comparisons of an agency, launch by launch; only the main agency has any."""

    agency: DemoAgency
    now: datetime
    seed: int
    tables: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._rng = random.Random(f"comparisons {self.seed} {self.agency.agency_id}")
        self._arms: dict[tuple[str, UUID], str] = {}
        self._ones = [self._begun(each) for each in PLANNED if self.agency.is_main]

    def _begun(self, definition: Definition) -> _One:
        began = next_slot((self.now - HISTORY).replace(second=0, microsecond=0) + _BEGAN[definition.name], None)
        row = row_of(definition, PLANNED[definition]) | {
            "agency_id": self.agency.agency_id,
            "comparison_id": self._id(),
            "seed": f"{self._rng.getrandbits(128):032x}",
            "defined_by": lead().person_id,
            "defined_utc": began - timedelta(hours=18),
            "started_by": lead().person_id,
            "started_utc": began,
            "full_utc": None,
            "result_utc": None,
        }
        row["fingerprint"] = digest(row)
        self.tables["comparison"].append(row)
        self._journal(row, "comparison defined", row["defined_utc"], lead().person_id, row["fingerprint"])
        self._journal(row, "comparison started", began, lead().person_id, row["fingerprint"])
        return _One(row)

    def launch(self, launched: datetime, conversations: Sequence[tuple[UUID, UUID, datetime]]) -> None:
        """Draw for the people of a launch: `conversations` pairs people, conversations, and when each SMS leaves."""
        for one in self._ones:
            if not one.takes_in(launched):
                continue
            units = {person: unit_key(one.row["seed"], person) for person, _, _ in conversations}
            dealt = deal(one.row["seed"], list(units.values()), one.drawn, len(one.drawn))
            one.drawn |= dealt
            for person, conversation_id, leaves in conversations:
                drawn = dealt[units[person]]
                self._arms[one.compared, conversation_id] = drawn.arm
                one.latest = max(one.latest or leaves, leaves)
                self.tables["comparison_assignment"].append(
                    {
                        "agency_id": self.agency.agency_id,
                        "conversation_id": conversation_id,
                        "comparison_id": one.row["comparison_id"],
                        "unit": drawn.unit,
                        "place": drawn.place,
                        "arm": drawn.arm,
                        "assigned_utc": launched,
                    }
                )
            if one.latest and len(one.drawn) >= one.row["planned_people"]:
                one.row["full_utc"] = launched
                one.row["result_utc"] = one.latest + DELIVERED_WITHIN + ANSWERED_WITHIN
                self._journal(one.row, "comparison full", launched, "automate", f"{len(one.drawn)} people")

    def opening(self, conversation_id: UUID, usual: Template) -> tuple[Template, str]:
        """The first message of a conversation, and the name kept with it."""
        arm = self._arms.get((Compared.WORDING.value, conversation_id))
        if arm is None:
            return usual, usual.name
        one = self._of(Compared.WORDING)
        name = template_name(Kind.OPENING, one.row["comparison_id"])
        return Template(Kind.OPENING, 0, one.row[f"body_{arm}"]), name

    def reply_share(self, conversation_id: UUID, usual: float) -> float:
        """How often whoever got that message answers."""
        return _REPLY_SHARES.get(self._arms.get((Compared.WORDING.value, conversation_id), ""), usual)

    def reminder(self, conversation_id: UUID, usual: Template) -> tuple[Template, str] | None:
        """The reminder of a conversation; None where its arm gets none."""
        arm = self._arms.get((Compared.REMINDER.value, conversation_id))
        if arm is None:
            return usual, usual.name
        one = self._of(Compared.REMINDER)
        body = one.row[f"body_{arm}"]
        name = template_name(Kind.REMINDER, one.row["comparison_id"])
        return None if body is None else (Template(Kind.REMINDER, 0, body), name)

    def rows(self) -> Iterable[tuple[str, list[Row]]]:
        """Everything to be written, by table."""
        return self.tables.items()

    def _of(self, compared: Compared) -> _One:
        return next(one for one in self._ones if one.compared == compared)

    def _journal(self, row: Row, act: str, happened: datetime, actor: str, detail: str) -> None:
        self.tables["journal"].append(
            {
                "agency_id": row["agency_id"],
                "now": happened,
                "actor": actor,
                "act": act,
                "subject": row["comparison_id"],
                "detail": detail,
            }
        )

    def _id(self) -> UUID:
        return UUID(int=self._rng.getrandbits(128), version=4)
