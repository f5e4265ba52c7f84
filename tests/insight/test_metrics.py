"""Figures: what counts, what does not, and in which period."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

import pandas as pd
import pytest

from ftcore.database import Database
from ftcore.insight import figures, metrics
from ftcore.insight.metrics import Filters
from ftcore.model import Person, Role
from tests.insight.conftest import Write

WEEK = Filters(date(2026, 11, 9), date(2026, 11, 15))


MINUTES_19 = timedelta(minutes=19)


@pytest.mark.parametrize(
    ("replies", "more", "expected"),
    [
        pytest.param([], {}, {"delivered": 1, "replied": 0}, id="silence"),
        pytest.param([("yes", MINUTES_19)], {}, {"replied": 1, "interested": 1, "median_minutes": 19.0}, id="yes"),
        pytest.param([("stop", MINUTES_19)], {}, {"replied": 0, "opted_out": 1}, id="a STOP is no reply"),
        pytest.param(
            [("question", MINUTES_19), ("yes", timedelta(hours=2))],
            {},
            {"replied": 1, "interested": 1, "median_minutes": 19.0},
            id="two replies of one person count once, by the first",
        ),
        pytest.param(
            [("yes", MINUTES_19), ("no", timedelta(hours=1))],
            {},
            {"replied": 1, "interested": 0},
            id="a later no ends the interest",
        ),
        pytest.param(
            [("yes", MINUTES_19), ("stop", timedelta(hours=1))],
            {},
            {"replied": 1, "interested": 0, "opted_out": 1},
            id="a later STOP ends the interest",
        ),
        pytest.param([("yes", timedelta(hours=71, minutes=59))], {}, {"replied": 1}, id="just inside 72 h"),
        pytest.param([("yes", timedelta(hours=72))], {}, {"replied": 0, "interested": 0}, id="at 72 h it is too late"),
        pytest.param(
            [("unclear", MINUTES_19)],
            {"corrected": "yes"},
            {"replied": 1, "interested": 1},
            id="the counselor's reading counts",
        ),
        pytest.param(
            [("yes", MINUTES_19)],
            {"corrected": "stop"},
            {"replied": 0, "opted_out": 1},
            id="corrected to STOP, it is no reply",
        ),
        pytest.param(
            [], {"state": "failed"}, {"sent": 1, "delivered": 0, "failed": 1}, id="failed is sent, not delivered"
        ),
        pytest.param(
            [],
            {"state": "failed", "sent": False},
            {"sent": 0, "failed": 1},
            id="refused by the gateway was never sent",
        ),
        pytest.param(
            [],
            {"state": "unknown", "sent": False},
            {"sent": 0, "delivered": 0, "unknown": 1},
            id="unknown is neither",
        ),
        pytest.param([], {"state": "buffered"}, {"sent": 1, "delivered": 0}, id="a phone that is off: sent"),
        pytest.param([], {"state": "cancelled", "sent": False}, {"sent": 0, "waiting": 0}, id="taken back in time"),
        pytest.param(
            [("yes", MINUTES_19)], {"state": "sent"}, {"replied": 0, "interested": 0}, id="no report, not in the base"
        ),
        pytest.param(
            [("yes", MINUTES_19)],
            {"settled_after": timedelta(hours=1)},
            {"replied": 1, "timed": 0, "median_minutes": None},
            id="a reply that overtook the report counts, its time is not known",
        ),
        pytest.param(
            [("stop", MINUTES_19), ("no", timedelta(minutes=40))],
            {},
            {"replied": 1, "timed": 1, "median_minutes": 40.0},
            id="the time is that of the first reply that is no STOP",
        ),
        pytest.param([], {"state": "queued", "sent": False}, {"sent": 0, "waiting": 1}, id="queued has not left"),
        pytest.param([("yes", MINUTES_19)], {"verdict": "introduced"}, {"introduced": 1}, id="introduced"),
    ],
)
def test_what_counts(
    database: Database, person: Person, write: Write, replies: list, more: dict, expected: dict[str, float]
) -> None:
    write(*replies, **more)
    found = figures.view(database, person, WEEK).now
    assert {name: getattr(found, name) for name in expected} == pytest.approx(expected)
    assert found.contacted == 1
    assert found.considered == 40


@pytest.mark.parametrize(
    ("opened", "counted"),
    [
        pytest.param(datetime(2026, 11, 8, 22, 59), 0, id="23:59 in Paris on the Sunday before"),
        pytest.param(datetime(2026, 11, 8, 23, 0), 1, id="midnight in Paris on the first day"),
        pytest.param(datetime(2026, 11, 15, 22, 59), 1, id="23:59 in Paris on the last day"),
        pytest.param(datetime(2026, 11, 15, 23, 0), 0, id="midnight in Paris on the day after"),
    ],
)
def test_a_period_is_of_days_in_paris_in_winter(
    database: Database, person: Person, write: Write, opened: datetime, counted: int
) -> None:
    write(opened=opened)
    assert figures.view(database, person, WEEK).now.contacted == counted
    assert figures.view(database, person, WEEK).days["delivered"].sum() == counted


@pytest.mark.parametrize(
    ("opened", "counted"),
    [
        pytest.param(datetime(2026, 7, 5, 21, 59), 0, id="23:59 in Paris on the Sunday before"),
        pytest.param(datetime(2026, 7, 5, 22, 0), 1, id="midnight in Paris, two hours ahead in summer"),
    ],
)
def test_a_period_is_of_days_in_paris_in_summer(
    database: Database, person: Person, write: Write, opened: datetime, counted: int
) -> None:
    write(opened=opened)
    week = Filters(date(2026, 7, 6), date(2026, 7, 12))
    assert figures.view(database, person, week).now.contacted == counted


def test_a_person_approached_for_two_offers_is_one_person(database: Database, person: Person, write: Write) -> None:
    somebody = uuid4()
    write(("yes", MINUTES_19), candidate=somebody)
    write(("no", timedelta(hours=1)), candidate=somebody, second=True)
    write()
    found = figures.view(database, person, WEEK).now
    assert (found.contacted, found.sent, found.delivered, found.replied, found.interested) == (2, 2, 2, 1, 1)
    assert (found.reply.count, found.reply.base) == (1, 2)
    assert found.texts == metrics.Texts(sent=3, delivered=3, answered=2)
    assert (found.median_minutes, found.timed) == (39.5, 2)
    assert found.considered == 45
    (group,) = figures.view(database, person, WEEK).occupations.itertuples()
    assert (group.delivered, group.replied) == (2, 1)


def test_a_demo_campaign_marks_the_figures_that_hold_it(database: Database, person: Person, write: Write) -> None:
    write()
    assert not figures.view(database, person, WEEK).now.has_demo
    write(second=True)
    assert figures.view(database, person, WEEK).now.has_demo
    assert not figures.view(database, person, figures.compared(WEEK)).has_demo


def test_each_filter_narrows_and_an_empty_choice_is_not_all(database: Database, person: Person, write: Write) -> None:
    write()
    evaluator = replace(person, role=Role.EVALUATOR)

    def contacted(**more: object) -> int:
        return figures.view(database, evaluator, Filters(WEEK.since, WEEK.until, **more)).now.contacted  # type: ignore[arg-type]

    assert contacted(agency_ids=(person.agency_id,)) == 1
    assert contacted(agency_ids=(uuid4(),)) == 0
    assert contacted(agency_ids=()) == 0
    assert contacted(occupation="G1803") == 1
    assert contacted(occupation="D1106") == 0


def test_the_days_without_a_message_stand_in_the_chart_too(database: Database, person: Person, write: Write) -> None:
    write(("yes", MINUTES_19))
    days = figures.view(database, person, WEEK).days
    assert list(days["day"]) == [date(2026, 11, 9) + timedelta(days=n) for n in range(7)]
    assert list(days["replied"]) == [0, 1, 0, 0, 0, 0, 0]


def test_groups_are_rates_of_the_people_reached(database: Database, person: Person, write: Write) -> None:
    for _ in range(6):
        write(("no", MINUTES_19))
        write()
    write(state="failed")
    found = figures.view(database, person, WEEK)
    (group,) = found.occupations.itertuples()
    assert (group.label, group.delivered, group.replied) == ("Métier G1803", 12, 6)
    assert list(found.agencies["label"]) == ["Agence d'essai"]


@pytest.mark.parametrize(
    ("count", "base", "low", "high"),
    [
        # Reference values of Wilson's interval: Newcombe (1998), table I, method 3.
        pytest.param(81, 263, 0.2553, 0.3662, id="81 of 263"),
        pytest.param(15, 148, 0.0624, 0.1605, id="15 of 148"),
        pytest.param(0, 20, 0.0000, 0.1611, id="0 of 20"),
        pytest.param(1, 29, 0.0061, 0.1718, id="1 of 29"),
    ],
)
def test_the_interval_is_wilsons(count: int, base: int, low: float, high: float) -> None:
    found = metrics.rate(count, base)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_the_period_before_is_as_long_and_ends_the_day_before() -> None:
    before = figures.compared(WEEK)
    assert (before.since, before.until) == (date(2026, 11, 2), date(2026, 11, 8))


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        pytest.param((100, 1000), (200, 1000), True, id="far apart"),
        pytest.param((45, 100), (50, 100), False, id="the intervals overlap"),
        pytest.param((9, 9), (0, 1000), False, id="too few to say"),
        pytest.param((0, 0), (50, 100), False, id="nobody"),
    ],
)
def test_two_rates_differ_only_where_their_intervals_are_apart(
    one: tuple[int, int], other: tuple[int, int], apart: bool
) -> None:
    assert metrics.differ(metrics.rate(*one), metrics.rate(*other)) is apart
    assert metrics.differ(metrics.rate(*other), metrics.rate(*one)) is apart


def test_the_downloaded_data_is_french_and_runs_nothing() -> None:
    table = pd.DataFrame({"label": ["=HYPERLINK(1)", "Été"], "replied": [20, 1], "rate": [0.5, None]})
    lines = metrics.spreadsheet(table).decode("utf-8-sig").split()
    assert lines == ["label;replied;rate", "'=HYPERLINK(1);20;0,5000", "Été;1;"]
