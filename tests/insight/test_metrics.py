"""Figures: what counts, what does not, and in which period."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from ftcore.database import Database
from ftcore.insight import metrics
from ftcore.insight.metrics import Filters
from ftcore.model import Person

NOON = datetime(2026, 11, 10, 11, 0)
WEEK = Filters(date(2026, 11, 9), date(2026, 11, 15))
Write = Callable[..., UUID]


@pytest.fixture
def write(database: Database, person: Person) -> Write:
    """Write one conversation of the agency with its opening SMS and its replies."""
    agency = person.agency_id
    offer, campaign = uuid4(), uuid4()

    def offer_row(offer_id: UUID, code: str) -> dict[str, object]:
        return {
            "agency_id": agency,
            "offer_id": offer_id,
            "source": "form",
            "title": "Serveur",
            "description": "",
            "occupation_code": code,
            "occupation_label": f"Métier {code}",
            "skills_required": [],
            "skills_desired": [],
            "licences": [],
            "languages": [],
            "openings": 1,
            "created_utc": NOON,
            "created_by": "x",
        }

    campaign_row = {
        "agency_id": agency,
        "campaign_id": campaign,
        "offer_id": offer,
        "state": "running",
        "launched_utc": NOON,
        "launched_by": "x",
        "considered": 40,
        "demo": False,
    }

    def start(tx) -> None:
        tx.insert("offer", [offer_row(offer, "G1803")])
        tx.insert("campaign", [campaign_row])

    database.transact(start)

    def conversation(
        *replies: tuple[str, timedelta],
        state: str = "delivered",
        opened: datetime = NOON,
        corrected: str | None = None,
        verdict: str | None = None,
        sent: bool = True,
    ) -> UUID:
        one = uuid4()
        rows = {
            "conversation": {
                "agency_id": agency,
                "conversation_id": one,
                "campaign_id": campaign,
                "offer_id": offer,
                "candidate_id": uuid4(),
                "phone": "+33639980001",
                "state": "waiting",
                "opened_utc": opened,
                "changed_utc": opened,
                "verdict": verdict,
            },
            "message": {
                "agency_id": agency,
                "message_id": uuid4(),
                "conversation_id": one,
                "campaign_id": campaign,
                "phone": "+33639980001",
                "body": "Bonjour",
                "parts": 1,
                "automatic": True,
                "opening": True,
                "state": state,
                "queued_utc": opened,
                "not_before_utc": opened,
                "settled_utc": opened if state in ("delivered", "failed") else None,
                "gateway_id": str(one) if sent else None,
                "contradicted": False,
            },
        }
        answers = [
            {
                "agency_id": agency,
                "reply_id": uuid4(),
                "conversation_id": one,
                "received_utc": opened + after,
                "body": reading,
                "reading": reading,
                "rule": "test",
                "corrected": corrected,
            }
            for reading, after in replies
        ]

        def insert(tx) -> None:
            for table, row in rows.items():
                tx.insert(table, [row])
            tx.insert("reply", answers)

        database.transact(insert)
        return one

    return conversation


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
            {"state": "unknown", "sent": False},
            {"sent": 0, "delivered": 0, "unknown": 1},
            id="unknown is neither",
        ),
        pytest.param([], {"state": "queued", "sent": False}, {"sent": 0, "waiting": 1}, id="queued has not left"),
        pytest.param([("yes", MINUTES_19)], {"verdict": "introduced"}, {"introduced": 1}, id="introduced"),
    ],
)
def test_what_counts(
    database: Database, person: Person, write: Write, replies: list, more: dict, expected: dict[str, float]
) -> None:
    write(*replies, **more)
    found = metrics.summary(database, person, WEEK)
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
def test_a_period_is_of_days_in_paris(
    database: Database, person: Person, write: Write, opened: datetime, counted: int
) -> None:
    write(opened=opened)
    assert metrics.summary(database, person, WEEK).contacted == counted
    assert metrics.replies_over_time(database, person, WEEK)["delivered"].sum() == counted


def test_nothing_sent_is_no_rate_and_no_error(database: Database, person: Person) -> None:
    found = metrics.summary(database, person, WEEK)
    assert found.reply.value is None
    assert found.median_minutes is None
    assert not found.has_demo
    assert list(metrics.funnel(found)["people"]) == [0] * 6


def test_each_filter_narrows_and_an_empty_choice_is_not_all(database: Database, person: Person, write: Write) -> None:
    write()

    def contacted(**more: object) -> int:
        return metrics.summary(database, person, Filters(WEEK.since, WEEK.until, **more)).contacted  # type: ignore[arg-type]

    assert contacted(agency_ids=(person.agency_id,)) == 1
    assert contacted(agency_ids=(uuid4(),)) == 0
    assert contacted(agency_ids=()) == 0
    assert contacted(occupation="G1803") == 1
    assert contacted(occupation="D1106") == 0


def test_the_days_without_a_message_stand_in_the_chart_too(database: Database, person: Person, write: Write) -> None:
    write(("yes", MINUTES_19))
    days = metrics.replies_over_time(database, person, WEEK)
    assert list(days["day"]) == [date(2026, 11, 9) + timedelta(days=n) for n in range(7)]
    assert list(days["replied"]) == [0, 1, 0, 0, 0, 0, 0]


def test_groups_are_rates_of_the_people_reached(database: Database, person: Person, write: Write) -> None:
    for _ in range(6):
        write(("no", MINUTES_19))
        write()
    write(state="failed")
    (group,) = metrics.by_group(database, person, WEEK, "occupation")
    assert (group.label, group.delivered, group.reply.count) == ("Métier G1803", 12, 6)
    (group,) = metrics.by_group(database, person, WEEK, "agency")
    assert group.label == "Agence d'essai"


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
    before = metrics.previous(WEEK)
    assert (before.since, before.until) == (date(2026, 11, 2), date(2026, 11, 8))
