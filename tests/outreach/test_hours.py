"""When an SMS may leave: the recipient's day, zone and public holidays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.outreach.hours import next_slot


def at(text: str, zone: str = "Europe/Paris") -> datetime:
    """Local time as naive UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("now", "department", "slot"),
    [
        pytest.param("2026-11-24 10:30", "07", "2026-11-24 10:30", id="a Tuesday within hours"),
        pytest.param("2026-11-24 09:00", "07", "2026-11-24 09:00", id="at the first minute"),
        pytest.param("2026-11-24 18:59:59.999999", "07", "2026-11-24 18:59:59.999999", id="at the last moment"),
        pytest.param("2026-11-24 19:00", "07", "2026-11-25 09:00", id="at closing"),
        pytest.param("2026-11-24 06:00", "07", "2026-11-24 09:00", id="before hours"),
        pytest.param("2026-11-24 23:30", "07", "2026-11-25 09:00", id="late in the evening"),
        pytest.param("2026-11-27 19:01", "07", "2026-11-30 09:00", id="Friday evening waits for Monday"),
        pytest.param("2026-11-28 12:00", "07", "2026-11-30 09:00", id="Saturday"),
        pytest.param("2026-11-29 23:59", "07", "2026-11-30 09:00", id="Sunday"),
        pytest.param("2026-11-11 10:00", "07", "2026-11-12 09:00", id="11 November"),
        pytest.param("2026-12-24 20:00", "07", "2026-12-28 09:00", id="Christmas on a Friday"),
        pytest.param("2026-12-31 20:00", "07", "2027-01-04 09:00", id="over New Year, another calendar"),
        pytest.param("2027-03-26 10:00", "07", "2027-03-26 10:00", id="Good Friday is a working day"),
        pytest.param("2027-03-26 10:00", "67", "2027-03-30 09:00", id="but not in Alsace"),
        pytest.param("2027-03-26 10:00", "68", "2027-03-30 09:00", id="nor in Haut-Rhin"),
        pytest.param("2027-03-26 10:00", "57", "2027-03-30 09:00", id="nor in Moselle"),
        pytest.param("2028-12-26 10:00", "67", "2028-12-27 09:00", id="26 December in Alsace"),
        pytest.param("2028-12-26 10:00", "75", "2028-12-26 10:00", id="26 December elsewhere"),
        pytest.param("2026-05-13 20:00", "2A", "2026-05-15 09:00", id="Ascension, in Corsica"),
        pytest.param("2026-11-24 10:30", None, "2026-11-24 10:30", id="unknown department: Paris"),
        pytest.param("2026-03-27 20:00", "07", "2026-03-30 09:00", id="over the change to summer time 2026"),
        pytest.param("2026-10-23 20:00", "07", "2026-10-26 09:00", id="over the change to winter time 2026"),
        pytest.param("2027-03-25 20:00", "68", "2027-03-30 09:00", id="summer time 2027 inside a long Easter"),
        pytest.param("2027-10-29 20:00", "07", "2027-11-02 09:00", id="winter time 2027, then All Saints"),
    ],
)
def test_a_message_waits_for_the_next_working_hour_in_paris(now: str, department: str | None, slot: str) -> None:
    assert next_slot(at(now), department, (9, 19)) == at(slot)


@pytest.mark.parametrize(
    ("now", "department", "zone", "slot"),
    [
        pytest.param("2026-11-24 04:59", "974", "Indian/Reunion", "2026-11-24 09:00", id="Réunion, four hours earlier"),
        pytest.param("2026-11-24 18:30", "974", "Indian/Reunion", "2026-11-24 18:30", id="Réunion within hours"),
        pytest.param("2026-11-24 19:30", "974", "Indian/Reunion", "2026-11-25 09:00", id="Réunion after hours"),
        pytest.param("2027-12-20 10:00", "974", "Indian/Reunion", "2027-12-21 09:00", id="abolition day in Réunion"),
        pytest.param("2026-11-24 05:00", "971", "America/Guadeloupe", "2026-11-24 09:00", id="Guadeloupe asleep"),
        pytest.param("2026-11-24 18:30", "971", "America/Guadeloupe", "2026-11-24 18:30", id="Guadeloupe at evening"),
        pytest.param("2026-05-27 10:00", "971", "America/Guadeloupe", "2026-05-28 09:00", id="abolition in Guadeloupe"),
        pytest.param("2026-05-22 10:00", "972", "America/Martinique", "2026-05-26 09:00", id="abolition in Martinique"),
        pytest.param("2026-06-10 10:00", "973", "America/Cayenne", "2026-06-11 09:00", id="abolition in Guyane"),
        pytest.param("2026-04-27 10:00", "976", "Indian/Mayotte", "2026-04-28 09:00", id="abolition in Mayotte"),
    ],
)
def test_overseas_has_its_own_clock_and_holidays(now: str, department: str, zone: str, slot: str) -> None:
    assert next_slot(at(now, zone), department, (9, 19)) == at(slot, zone)


def test_without_hours_it_leaves_at_once() -> None:
    night = datetime(2026, 11, 29, 3, 0)
    assert next_slot(night, "07", None) == night


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31)),
    st.sampled_from(["07", "67", "57", "971", "973", "974", "976", None, "??"]),
    st.tuples(st.integers(8, 19), st.integers(1, 12)).map(lambda pair: (pair[0], min(20, pair[0] + pair[1]))),
)
@settings(deadline=None, max_examples=80)
def test_every_slot_is_later_within_hours_and_settled(
    now: datetime, department: str | None, hours: tuple[int, int]
) -> None:
    zones = {"971": "America/Guadeloupe", "973": "America/Cayenne", "974": "Indian/Reunion", "976": "Indian/Mayotte"}
    slot = next_slot(now, department, hours)
    local = slot.replace(tzinfo=UTC).astimezone(ZoneInfo(zones.get(department or "", "Europe/Paris")))
    assert slot >= now
    assert slot - now < timedelta(days=6)
    assert local.weekday() < 5
    assert hours[0] <= local.hour < hours[1]
    assert (local.month, local.day) not in {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
    assert next_slot(slot, department, hours) == slot
