"""What a comparison is: what is said beforehand, where it stands, and the row that holds it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ftcore.database import Row
from ftcore.insight.power import Size, size
from ftcore.outreach.arms import Arm, Compared, Unit, arm_of


class Metric(StrEnum):
    """The one thing that is counted, of the people whom the first message reached."""

    REPLY = "reply"
    REPLY_DAY = "reply_day"
    INTEREST = "interest"
    OPT_OUT = "opt_out"


class State(StrEnum):
    """Where a comparison stands. `AWAITED`: everybody is drawn, and the time to answer runs."""

    DRAFT = "draft"
    RUNNING = "running"
    AWAITED = "awaited"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Definition:
    """What is said beforehand. Rates and shares are 0..1, `effect` is signed: what the second arm would add."""

    name: str
    question: str
    compared: Compared
    a: Arm
    b: Arm
    unit: Unit
    metric: Metric
    baseline: float
    effect: float
    power: float = 0.8
    alpha: float = 0.05
    reached: float = 1.0
    cluster_size: float | None = None
    intra_class: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison as anybody may know it while it runs: how many are drawn, of how many."""

    agency_id: UUID
    comparison_id: UUID
    agency_name: str
    definition: Definition
    planned: Size
    state: State
    people: int
    units: int
    defined_utc: datetime
    started_utc: datetime | None
    full_utc: datetime | None
    result_utc: datetime | None
    stopped_utc: datetime | None
    stop_reason: str | None
    # Kept from screens until nothing more is drawn by it: who knows it knows the next arm.
    seed: str | None = field(default=None, repr=False)

    @property
    def done(self) -> float:
        """The share of what is planned that has been drawn, 0..1."""
        return min(1.0, self.people / self.planned.people, self.units / self.planned.units)


def size_of(definition: Definition) -> Size:
    """How many people and units the definition needs. Raises FtError."""
    in_groups = definition.unit is not Unit.PERSON
    return size(
        definition.baseline,
        definition.effect,
        power=definition.power,
        alpha=definition.alpha,
        reached=definition.reached,
        cluster_size=(definition.cluster_size or 0) if in_groups else None,
        intra_class=definition.intra_class if in_groups else None,
    )


def row_of(definition: Definition, planned: Size) -> Row:
    """The columns that hold a definition, with the numbers that it plans (see `size_of`)."""
    row: Row = {
        "name": definition.name.strip(),
        "question": definition.question.strip(),
        "compared": definition.compared.value,
        "unit": definition.unit.value,
        "metric": definition.metric.value,
        "baseline": definition.baseline,
        "effect": definition.effect,
        "power": definition.power,
        "alpha": definition.alpha,
        "reached": definition.reached,
        "cluster_size": definition.cluster_size,
        "intra_class": definition.intra_class,
        "planned_people": planned.people,
        "planned_units": planned.units,
    }
    for name, arm in (("a", definition.a), ("b", definition.b)):
        first, last = arm.hours or (None, None)
        row |= {
            f"label_{name}": arm.label.strip(),
            f"body_{name}": None if arm.body is None else tidy(arm.body),
            f"first_hour_{name}": first,
            f"last_hour_{name}": last,
        }
    return row


def tidy(body: str) -> str:
    """A wording as it is kept: no blanks at the ends of lines, none doubled."""
    return "\n".join(" ".join(line.split()) for line in body.strip().splitlines())


def definition_of(row: Row) -> Definition:
    """The definition in a row."""
    return Definition(
        row["name"],
        row["question"],
        Compared(row["compared"]),
        arm_of(row, "a"),
        arm_of(row, "b"),
        Unit(row["unit"]),
        Metric(row["metric"]),
        row["baseline"],
        row["effect"],
        row["power"],
        row["alpha"],
        row["reached"],
        row["cluster_size"],
        row["intra_class"],
    )


_FIXED = ("name", "question", "compared", "unit", "metric", "baseline", "effect", "power", "alpha", "reached",
          "cluster_size", "intra_class", "planned_people", "planned_units", "label_a", "label_b", "body_a", "body_b",
          "first_hour_a", "last_hour_a", "first_hour_b", "last_hour_b", "seed")  # fmt: skip


def digest(row: Row) -> str:
    """The fingerprint of a definition with its seed."""
    told = json.dumps([row[name] for name in _FIXED], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def is_as_started(row: Row) -> bool:
    """Whether a row still says what it said when the comparison started."""
    return bool(row["fingerprint"] == digest(row))
