"""What an evaluation looks at: a period in whole Paris days, and one agency or all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from ftcore.database import Database
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


def agencies_of(database: Database, person: Person) -> dict[UUID, str]:
    """The agencies that can be looked at: those with a campaign, by name."""
    access.require(person, "see evaluation")
    rows = database.rows(
        "SELECT agency_id, name FROM agency WHERE agency_id IN (SELECT agency_id FROM campaign) "
        "ORDER BY name, agency_id"
    )
    return {row["agency_id"]: row["name"] for row in rows}


def within(instant: str, agency: str = "agency_id") -> str:
    """The SQL condition that a column of instants lies in the scope, and that of the agency."""
    return f"{instant} >= $1 AND {instant} < $2 AND ($3 OR {agency} = $4::UUID)"


def midnight(day: date) -> datetime:
    """The instant (naive UTC) at which a day begins in Paris."""
    return datetime.combine(day, time(0), PARIS).astimezone(UTC).replace(tzinfo=None)
