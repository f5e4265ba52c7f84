"""What an evaluation looks at: a period in whole Paris days, and one agency or all.

Who may look at which agency, in Mesures and in Évaluation alike: evaluators look at every agency, one by one or
together; everybody else at their own and no other, not even within a sum. A country of few agencies less one's own is
another's, and a rare occupation, an offer or a day narrows any sum to one of them, so that no threshold on counts would
hold. What others achieve is told by the published reference lines and by whoever evaluates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from ftcore.database import Database
from ftcore.errors import NotAllowed
from ftcore.insight.wording import PARIS
from ftcore.model import Person
from ftcore.trust import access


@dataclass(frozen=True, slots=True)
class Scope:
    """Days are inclusive; `agency_id` None means every agency."""

    since: date
    until: date
    agency_id: UUID | None = None

    @property
    def values(self) -> tuple[datetime, datetime, bool, UUID | None]:
        """For `$1` to `$4` of a query with the condition `within`."""
        return midnight(self.since), midnight(self.until + timedelta(days=1)), self.agency_id is None, self.agency_id

    @property
    def months(self) -> float:
        """The length of the period in months, for costs that come by the month."""
        return ((self.until - self.since).days + 1) / 30.4375


def agencies_for(person: Person, asked: Sequence[UUID] | None) -> tuple[UUID, ...] | None:
    """The agencies that this person looks at when they ask for these; None means all.

    Who may not look at others asks for their own, whether they name it or ask for all. Raises NotAllowed for another.
    """
    every = access.may(person, "see all agencies")
    if asked is None:
        return None if every else (person.agency_id,)
    if not every and any(one != person.agency_id for one in asked):
        raise NotAllowed("Les chiffres des autres agences sont réservés aux évaluateurs.")
    return tuple(asked)


def allowed(person: Person, scope: Scope) -> Scope:
    """The scope as this person may evaluate it. Raises NotAllowed."""
    access.require(person, "see evaluation")
    agencies = agencies_for(person, None if scope.agency_id is None else (scope.agency_id,))
    return scope if agencies is None else replace(scope, agency_id=agencies[0])


def agencies_of(database: Database, person: Person) -> dict[UUID, str]:
    """The agencies that can be evaluated by this person: of those with a campaign, by name."""
    access.require(person, "see evaluation")
    agencies = agencies_for(person, None)
    rows = database.rows(
        "SELECT agency_id, name FROM agency WHERE agency_id IN (SELECT agency_id FROM campaign) "
        "AND ($1 OR agency_id = ANY($2::UUID[])) ORDER BY name, agency_id",
        agencies is None,
        list(agencies or ()),
    )
    return {row["agency_id"]: row["name"] for row in rows}


def within(instant: str, agency: str = "agency_id") -> str:
    """The SQL condition that a column of instants lies in the scope, and that of the agency."""
    return f"{instant} >= $1 AND {instant} < $2 AND ($3 OR {agency} = $4::UUID)"


def midnight(day: date) -> datetime:
    """The instant (naive UTC) at which a day begins in Paris."""
    return datetime.combine(day, time(0), PARIS).astimezone(UTC).replace(tzinfo=None)
