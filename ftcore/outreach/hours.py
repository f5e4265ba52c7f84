"""When an SMS may leave: Monday to Friday, within hours, in the recipient's zone, never on a public holiday."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

import holidays

from ftcore.database import Transaction

# Overseas departments and territories: time zone, and the calendar of their own public holidays.
_OVERSEAS = {
    "971": ("America/Guadeloupe", "971"),
    "972": ("America/Martinique", "972"),
    "973": ("America/Cayenne", "973"),
    "974": ("Indian/Reunion", "974"),
    "975": ("America/Miquelon", "PM"),
    "976": ("Indian/Mayotte", "976"),
    "977": ("America/St_Barthelemy", "BL"),
    "978": ("America/Marigot", "MF"),
    "986": ("Pacific/Wallis", "WF"),
    "987": ("Pacific/Tahiti", "PF"),
    "988": ("Pacific/Noumea", "NC"),
}
# Good Friday and 26 December are holidays in Alsace and Moselle (local law kept since 1918).
_ALSACE = {"67": "6AE", "68": "6AE", "57": "57"}


@lru_cache(maxsize=32)
def _calendar(subdivision: str | None, year: int) -> frozenset[object]:
    return frozenset(holidays.country_holidays("FR", subdiv=subdivision, years=year))


def _zone_and_calendar(department: str | None) -> tuple[ZoneInfo, str | None]:
    if department in _OVERSEAS:
        zone, subdivision = _OVERSEAS[department]
        return ZoneInfo(zone), subdivision
    return ZoneInfo("Europe/Paris"), _ALSACE.get(department or "")


def of_agency(tx: Transaction, agency_id: UUID, hours: tuple[int, int] | None) -> tuple[int, int] | None:
    """The sending hours of an agency: its own where it has set them, else `hours`; None stays None (the sandbox)."""
    if hours is None:
        return None
    row = tx.one("SELECT first_hour, last_hour FROM sending_rule WHERE agency_id = $1", agency_id)
    if row is None or row["first_hour"] is None or row["last_hour"] is None:
        return hours
    return row["first_hour"], row["last_hour"]


def next_slot(now: datetime, department: str | None, hours: tuple[int, int] | None) -> datetime:
    """The first instant from `now` (naive UTC) at which a person of that department may be written to.

    `hours` are whole hours of the recipient's day, (9, 19) meaning 9:00 to 18:59; None means at any
    time, which is for the sandbox alone: its phones belong to nobody.
    """
    if hours is None:
        return now
    first, last = hours
    zone, subdivision = _zone_and_calendar(department)
    local = now.replace(tzinfo=UTC).astimezone(zone)
    day = local.date()
    while True:
        if day.weekday() < 5 and day not in _calendar(subdivision, day.year):
            opening = datetime.combine(day, time(first), zone)
            closing = datetime.combine(day, time(last), zone)
            if local < closing:
                return max(local, opening).astimezone(UTC).replace(tzinfo=None)
        day += timedelta(days=1)
