"""When an SMS may leave: the recipient's day, zone and public holidays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.easter import easter
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.model import Place
from ftcore.outreach.hours import department_of, local_day, next_slot


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


# What tells where a person lives


@pytest.mark.parametrize(
    ("phone", "department"),
    [
        pytest.param("+262692000001", "974", id="La Réunion"),
        pytest.param("+262639000001", "976", id="Mayotte, by its own range of +262"),
        pytest.param("+590690123456", "971", id="Guadeloupe"),
        pytest.param("+590691123456", "971", id="a range of +590 that the library does not know"),
        pytest.param("+594694123456", "973", id="Guyane"),
        pytest.param("+596696123456", "972", id="Martinique"),
        pytest.param("+508551234", "975", id="Saint-Pierre-et-Miquelon"),
        pytest.param("+681821234", "986", id="Wallis-et-Futuna"),
        pytest.param("+687751234", "988", id="Nouvelle-Calédonie"),
        pytest.param("+68987123456", "987", id="Polynésie"),
        pytest.param("+33639980001", None, id="mainland France says nothing more"),
        pytest.param("+3247012345", None, id="Belgium"),
        pytest.param("+", None, id="no number"),
    ],
)
def test_an_overseas_number_tells_the_department(phone: str, department: str | None) -> None:
    assert department_of(phone) == department
    noon = datetime(2026, 11, 24, 12, 0)
    assert next_slot(noon, phone, (9, 19)) == next_slot(noon, department, (9, 19))


@pytest.mark.parametrize(
    ("where", "slot"),
    [
        pytest.param("+262692000001", "2026-11-25 06:00", id="a number of La Réunion, at 21:30 there"),
        pytest.param("974", "2026-11-25 06:00", id="its department"),
        pytest.param(Place("Saint-Denis", "974", "97411"), "2026-11-25 06:00", id="a place there"),
        pytest.param(Place("Réunion", "974"), "2026-11-25 06:00", id="a place known by its department"),
        pytest.param("+596696123456", "2026-11-24 18:30", id="a number of Martinique, at 13:30 there"),
        pytest.param("+33639980001", "2026-11-24 18:30", id="a number of mainland France"),
        pytest.param("", "2026-11-24 18:30", id="nothing"),
    ],
)
def test_a_number_a_department_or_a_place_tells_when_a_message_may_leave(where: str | Place, slot: str) -> None:
    assert next_slot(at("2026-11-24 18:30"), where) == at(slot)


@pytest.mark.parametrize(
    ("now", "where", "first", "last"),
    [
        pytest.param("2026-03-29 12:00", "07", "2026-03-28 23:00", "2026-03-29 22:00", id="23 hours in March"),
        pytest.param("2026-10-25 12:00", "07", "2026-10-24 22:00", "2026-10-25 23:00", id="25 hours in October"),
        pytest.param("2026-11-24 21:00", "974", "2026-11-24 20:00", "2026-11-25 20:00", id="tomorrow in La Réunion"),
    ],
)
def test_a_day_begins_and_ends_at_local_midnight(now: str, where: str, first: str, last: str) -> None:
    found = local_day(datetime.fromisoformat(now), where)
    assert found == (datetime.fromisoformat(first), datetime.fromisoformat(last))


# An independent calendar: its own Easter, its own dates, a quarter of an hour after the other.

ZONES = {
    "07": "Europe/Paris", "67": "Europe/Paris", "57": "Europe/Paris", "971": "America/Guadeloupe",
    "972": "America/Martinique", "973": "America/Cayenne", "974": "Indian/Reunion", "975": "America/Miquelon",
    "976": "Indian/Mayotte", "??": "Europe/Paris",
}  # fmt: skip
# Abolition of slavery, where it is a day off (loi n° 83-550 and decrees).
ABOLITION = {"971": {(5, 27)}, "972": {(5, 22)}, "973": {(6, 10)}, "974": {(12, 20)}, "976": {(4, 27)}}
# Held as holidays by the library of holidays, by local custom: the oracle says nothing of these days.
CUSTOM = {"971": {(7, 21)}, "972": {(7, 21)}}


def may_leave(instant: datetime, department: str, hours: tuple[int, int]) -> bool:
    local = instant.replace(tzinfo=UTC).astimezone(ZoneInfo(ZONES[department]))
    day, sunday = local.date(), easter(local.year)
    off = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)} | ABOLITION.get(department, set())
    movable = {sunday + timedelta(days=days) for days in (1, 39, 50)}
    if department in ("57", "67"):
        off |= {(12, 26)}
    if department in ("57", "67", "971"):
        movable.add(sunday - timedelta(days=2))
    free = (day.month, day.day) in off | CUSTOM.get(department, set()) or day in movable
    if department == "971" and day == sunday - timedelta(days=24):
        free = True  # Mi-Carême
    return day.weekday() < 5 and not free and hours[0] <= local.hour < hours[1]


NEAR_CHANGES = st.sampled_from(
    [datetime(2026, 3, 27), datetime(2026, 10, 23), datetime(2027, 3, 25), datetime(2027, 10, 29), datetime(2028, 3, 9)]
).flatmap(lambda day: st.datetimes(day, day + timedelta(days=5)))


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31)) | NEAR_CHANGES,
    st.sampled_from(sorted(ZONES)),
    st.integers(8, 19).flatmap(lambda first: st.tuples(st.just(first), st.integers(first + 1, 20))),
)
@settings(max_examples=300)
def test_the_next_slot_is_the_first_that_a_calendar_of_another_make_allows(
    now: datetime, department: str, hours: tuple[int, int]
) -> None:
    if may_leave(now, department, hours):
        expected = now
    else:
        expected = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) + timedelta(minutes=15)
        while not may_leave(expected, department, hours):
            expected += timedelta(minutes=15)
    assert next_slot(now, department, hours) == expected
