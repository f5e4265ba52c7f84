"""When an SMS may leave: Monday to Friday, within hours, in the recipient's zone, never on a public holiday."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

import holidays
import phonenumbers

from ftcore.database import Transaction
from ftcore.model import Place

# An agency may set its own hours, but not earlier or later than these.
EARLIEST, LATEST = 8, 20
USUAL = (9, 19)

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
# The regions that a phone number can tell. Saint-Barthélemy and Saint-Martin share the +590 of Guadeloupe.
_REGIONS = {
    "GP": "971", "MQ": "972", "GF": "973", "RE": "974", "PM": "975", "YT": "976",
    "BL": "977", "MF": "978", "WF": "986", "PF": "987", "NC": "988",
}  # fmt: skip


@lru_cache(maxsize=64)
def _calendar(subdivision: str | None, year: int) -> frozenset[object]:
    return frozenset(holidays.country_holidays("FR", subdiv=subdivision, years=year))


@lru_cache(maxsize=4096)
def department_of(phone: str) -> str | None:
    """The overseas department or territory of an E.164 number; None for mainland France and for abroad.

    A mobile number of mainland France says nothing about where its owner lives.
    """
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(number)
    return _REGIONS.get(region or phonenumbers.region_code_for_country_code(number.country_code or 0))


def _department(where: str | Place | None) -> str | None:
    if isinstance(where, Place):
        return where.department
    if where is not None and where.startswith("+"):
        return department_of(where)
    return where


def zone_of(where: str | Place | None) -> ZoneInfo:
    """The time zone of a department code, a place or an E.164 number; Paris where it is not known."""
    return _zone_and_calendar(_department(where))[0]


def _zone_and_calendar(department: str | None) -> tuple[ZoneInfo, str | None]:
    if department in _OVERSEAS:
        zone, subdivision = _OVERSEAS[department]
        return ZoneInfo(zone), subdivision
    return ZoneInfo("Europe/Paris"), _ALSACE.get(department or "")


def local_day(now: datetime, where: str | Place | None) -> tuple[datetime, datetime]:
    """The day that it is there at `now`: its first instant and that of the next day, naive UTC."""
    zone = zone_of(where)
    today = now.replace(tzinfo=UTC).astimezone(zone).date()
    return _midnight(today, zone), _midnight(today + timedelta(days=1), zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC).replace(tzinfo=None)


def of_agency(tx: Transaction, agency_id: UUID, hours: tuple[int, int] | None) -> tuple[int, int] | None:
    """The sending hours of an agency: its own where it has set them, else `hours`; None stays None (the sandbox)."""
    if hours is None:
        return None
    row = tx.one("SELECT first_hour, last_hour FROM sending_rule WHERE agency_id = $1", agency_id)
    if row is None or row["first_hour"] is None or row["last_hour"] is None:
        return hours
    return row["first_hour"], row["last_hour"]


def next_slot(now: datetime, where: str | Place | None, hours: tuple[int, int] | None = USUAL) -> datetime:
    """The first instant from `now` (naive UTC) at which a person who lives there may be written to.

    `where` is a department code, a place, or, where nothing better is known, the person's E.164 number;
    None and what is not known count as mainland France. `hours` are whole hours of the recipient's day,
    (9, 19) meaning 9:00 to 18:59; None means at any time, which is for the sandbox alone: its phones
    belong to nobody.
    """
    if hours is None:
        return now
    first, last = hours
    zone, subdivision = _zone_and_calendar(_department(where))
    local = now.replace(tzinfo=UTC).astimezone(zone)
    day = local.date()
    while True:
        if day.weekday() < 5 and day not in _calendar(subdivision, day.year):
            opening = datetime.combine(day, time(first), zone)
            closing = datetime.combine(day, time(last), zone)
            if local < closing:
                return max(local, opening).astimezone(UTC).replace(tzinfo=None)
        day += timedelta(days=1)
