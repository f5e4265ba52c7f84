"""Is the service well? What waits, what is uncertain, what came back to nobody. Counts only, no names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ftcore.database import Database
from ftcore.model import Person
from ftcore.trust import access


@dataclass(frozen=True, slots=True)
class ServiceState:
    """Counts of the person's agency; opt-outs and callbacks are of the whole service."""

    people: int
    offers: int
    queued: int
    unknown: int
    paused: int
    opted_out: int
    callbacks_waiting: int
    callbacks_unmatched: int


def service_state(database: Database, person: Person, now: datetime) -> ServiceState:
    """The state at this moment; callbacks count as waiting after a minute, before that they are on their way."""
    access.require(person, "see service state")
    row = database.one(
        """
        SELECT (SELECT count(*) FROM candidate WHERE agency_id = $1) AS people,
               (SELECT count(*) FROM offer WHERE agency_id = $1) AS offers,
               (SELECT count(*) FROM message WHERE agency_id = $1 AND state IN ('queued', 'claimed')) AS queued,
               (SELECT count(*) FROM message WHERE agency_id = $1 AND state = 'unknown') AS unknown,
               (SELECT count(*) FROM campaign WHERE agency_id = $1 AND state = 'paused') AS paused,
               (SELECT count(*) FROM opt_out) AS opted_out,
               (SELECT count(*) FROM callback WHERE handled_utc IS NULL AND received_utc < $2) AS callbacks_waiting,
               (SELECT count(*) FROM callback WHERE outcome IN ('unmatched', 'error')) AS callbacks_unmatched
        """,
        person.agency_id,
        now - timedelta(minutes=1),
    )
    assert row is not None
    return ServiceState(**row)
