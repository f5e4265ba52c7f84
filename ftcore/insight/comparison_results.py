"""What came out of a comparison: hidden until its day, counted once, then the same for everybody.

The counts are drawn at the first look after the announced instant and kept; they hold no person, and everything
that is said follows from them. The statistics are statsmodels' and scipy's. A comparison that was stopped early is told
without a test: whoever stops when it looks good would find something in nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from ftcore.database import Database, Row, Transaction
from ftcore.errors import FtError
from ftcore.insight import comparisons
from ftcore.insight.comparison_counts import count
from ftcore.insight.comparison_statistics import Difference, alike, by_groups, by_people, evenly
from ftcore.insight.comparison_terms import Comparison, State, is_as_started
from ftcore.insight.metrics import Rate, rate
from ftcore.insight.wording import instant, number
from ftcore.model import Person
from ftcore.outreach.arms import ANSWERED_WITHIN, DELIVERED_WITHIN, Drawn, Unit, deal
from ftcore.trust import access, journal
from ftcore.trust.retention import FORGOTTEN

if TYPE_CHECKING:
    import pandas as pd

# A split that chance gives less than once in a thousand is a fault of the draw until shown otherwise.
MISMATCH = 0.001


class NotYet(FtError):
    """The result is not to be seen yet."""


@dataclass(frozen=True, slots=True)
class ArmCount:
    """One arm: units and people drawn, and the rate of the metric among the people reached."""

    label: str
    units: int
    people: int
    reached: Rate
    rate: Rate


@dataclass(frozen=True, slots=True)
class Checks:
    """Whether the draw went as it should.

    `split` and `reached` are p-values: that units fell evenly, and that the SMS reached both arms alike.
    `redrawn` says that the seed gives each kept arm again (None where conversations were erased since); `as_started`
    that the definition is what it was.
    """

    split: float
    reached: float
    redrawn: bool | None
    as_started: bool

    @property
    def sound(self) -> bool:
        return self.split >= MISMATCH and self.redrawn is not False and self.as_started


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result. `difference` is None where nothing is tested: stopped early, or nobody to compare."""

    comparison: Comparison
    a: ArmCount
    b: ArmCount
    difference: Difference | None
    checks: Checks
    counts: tuple[Row, ...]
    drawn_utc: datetime

    @property
    def conclusive(self) -> bool:
        alpha = self.comparison.definition.alpha
        return self.checks.sound and self.difference is not None and self.difference.found(alpha)


def result(database: Database, person: Person, comparison_id: UUID, now: datetime) -> Outcome:
    """The result of a comparison, once its day has come. Raises NotYet before, NotAllowed, NotFound."""
    access.require(person, "see evaluation")
    return database.transact(lambda tx: _result(tx, person, comparison_id, now))


def _result(tx: Transaction, person: Person, comparison_id: UUID, now: datetime) -> Outcome:
    comparison, row = comparisons.found(tx, person, comparison_id, now)
    _refuse_to_peek(comparison, now)
    counts = _kept(tx, comparison) or _drawn(tx, comparison, now)
    a, b = (_arm(counts, comparison, arm) for arm in ("a", "b"))
    difference = None
    if comparison.state is State.DONE and a.rate.base and b.rate.base:
        grouped = comparison.definition.unit is not Unit.PERSON
        difference = by_groups(counts) if grouped else by_people(a.rate, b.rate)
    # Arms that lost people unevenly on the way are not alike any more.
    checks = Checks(evenly(a.units, b.units), alike(a.reached, b.reached), _redrawn(tx, comparison), is_as_started(row))
    return Outcome(comparison, a, b, difference, checks, tuple(counts), counts[0]["drawn_utc"] if counts else now)


def _refuse_to_peek(comparison: Comparison, now: datetime) -> None:
    """Nobody, whatever their role, sees anything by arm before the announced instant."""
    if comparison.state is State.DONE:
        return
    if comparison.state is State.DRAFT:
        raise NotYet("Cette comparaison n'a pas commencé.")
    if comparison.state is State.RUNNING:
        people, planned = number(comparison.people), number(comparison.planned.people)
        raise NotYet(
            f"Résultat masqué : {people} personnes tirées au sort sur {planned} prévues. Il paraîtra quand l'effectif "
            "sera atteint et le temps de répondre passé."
        )
    if comparison.state is State.AWAITED:
        assert comparison.result_utc is not None
        raise NotYet(f"Résultat masqué : l'effectif est atteint, il paraît le {instant(comparison.result_utc)}.")
    opens = _stopped_ready(comparison)
    if now < opens:
        raise NotYet(f"Comparaison arrêtée : ce qui a été observé paraît le {instant(opens)}.")


def _stopped_ready(comparison: Comparison) -> datetime:
    assert comparison.stopped_utc is not None
    return comparison.stopped_utc + DELIVERED_WITHIN + ANSWERED_WITHIN


def _kept(tx: Transaction, comparison: Comparison) -> list[Row]:
    return tx.rows(
        "SELECT place, arm, units, people, delivered, counted, drawn_utc FROM comparison_count "
        "WHERE agency_id = $1 AND comparison_id = $2 ORDER BY place",
        comparison.agency_id,
        comparison.comparison_id,
    )


def _drawn(tx: Transaction, comparison: Comparison, now: datetime) -> list[Row]:
    """Count, once and for all: what is erased or corrected later changes nothing that was told."""
    ends = comparison.result_utc if comparison.state is State.DONE else _stopped_ready(comparison)
    assert ends is not None
    key = {"agency_id": comparison.agency_id, "comparison_id": comparison.comparison_id}
    definition = comparison.definition
    by = ends - ANSWERED_WITHIN
    rows = count(tx, comparison.agency_id, comparison.comparison_id, definition.metric, definition.unit, by)
    counts = [row | {"drawn_utc": now} for row in rows]
    tx.insert("comparison_count", [key | row for row in counts])
    journal.record(tx, comparison.agency_id, "automate", "comparison counted", comparison.comparison_id, now)
    return counts


def _arm(counts: list[Row], comparison: Comparison, arm: str) -> ArmCount:
    ours = [row for row in counts if row["arm"] == arm]
    units, people, delivered, counted = (
        sum(int(row[name]) for row in ours) for name in ("units", "people", "delivered", "counted")
    )
    label = comparison.definition.a.label if arm == "a" else comparison.definition.b.label
    return ArmCount(label, units, people, rate(delivered, people), rate(counted, delivered))


def _redrawn(tx: Transaction, comparison: Comparison) -> bool | None:
    """Draw again, launch by launch, with the seed: whether every arm that was kept is what the lot says."""
    rows = tx.rows(
        "SELECT v.campaign_id, x.unit, x.place, x.arm FROM comparison_assignment x LEFT JOIN conversation v "
        "ON v.agency_id = x.agency_id AND v.conversation_id = x.conversation_id "
        "WHERE x.agency_id = $1 AND x.comparison_id = $2 ORDER BY x.place, x.assigned_utc",
        comparison.agency_id,
        comparison.comparison_id,
    )
    if not rows or comparison.seed is None:
        return None
    known: dict[str, Drawn] = {}
    latest: tuple[UUID | None, str] | None = None
    for row in rows:
        if row["unit"].startswith(FORGOTTEN):
            continue  # the lot that an erased person drew cannot be drawn again
        if row["unit"] in known:
            if known[row["unit"]].arm != row["arm"]:
                return False
            continue
        # Places that were drawn but not sent (a cap was reached) are gaps: each unit is dealt at its own place.
        again = deal(comparison.seed, [row["unit"]], known, row["place"])[row["unit"]]
        if (again.place, again.arm) != (row["place"], row["arm"]):
            return False
        # Within a launch the hashes rise with the places: nobody chose who stands where.
        if latest and latest[0] and latest[0] == row["campaign_id"] and latest[1] >= row["unit"]:
            return False
        known[row["unit"]], latest = again, (row["campaign_id"], row["unit"])
    return len({drawn.place for drawn in known.values()}) == len(known)


def export(database: Database, person: Person, comparison_id: UUID, now: datetime) -> pd.DataFrame:
    """The counts behind a result, from which all of it can be computed again; no person. Raises NotYet as `result`."""
    import pandas as pd

    told = result(database, person, comparison_id, now)
    labels = {"a": told.a.label, "b": told.b.label}
    return pd.DataFrame(
        {
            "Bras": [labels[row["arm"]] for row in told.counts],
            "Tirages": [row["units"] for row in told.counts],
            "Personnes": [row["people"] for row in told.counts],
            "Jointes": [row["delivered"] for row in told.counts],
            "Comptées": [row["counted"] for row in told.counts],
        }
    )
