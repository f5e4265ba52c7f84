"""The figures of Mesures against a week counted by hand, and what counts in each row they are made of."""

from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from ftcore.database import Database
from ftcore.errors import NotAllowed
from ftcore.insight import figures, outcomes
from ftcore.insight.figures import Filters
from ftcore.insight.metrics import Texts
from ftcore.model import Person, Role
from tests.insight.conftest import NOON, Write

WEEK = Filters(date(2026, 11, 9), date(2026, 11, 15))
MINUTES_19 = timedelta(minutes=19)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("replies", "more", "expected"),
    [
        pytest.param([], {}, {"delivered": True, "replied": False}, id="silence"),
        pytest.param([("yes", MINUTES_19)], {}, {"replied": True, "interested": True, "reply_minutes": 19}, id="yes"),
        pytest.param([("stop", MINUTES_19)], {}, {"replied": False, "opted_out": True}, id="a STOP is no reply"),
        pytest.param([("yes", MINUTES_19), ("no", HOUR)], {}, {"replied": True, "interested": False},
                     id="a later no ends the interest"),
        pytest.param([("no", MINUTES_19), ("yes", HOUR)], {}, {"interested": True}, id="a later yes brings it"),
        pytest.param([("yes", MINUTES_19), ("stop", HOUR)], {},
                     {"replied": True, "interested": False, "opted_out": True}, id="a later STOP ends the interest"),
        pytest.param([("stop", MINUTES_19), ("yes", HOUR)], {},
                     {"replied": True, "interested": False, "opted_out": True, "reply_minutes": 60},
                     id="STOP, then START and yes: the STOP still counts"),
        pytest.param([("yes", timedelta(hours=71, minutes=59))], {}, {"replied": True}, id="just inside 72 h"),
        pytest.param([("yes", timedelta(hours=72))], {}, {"replied": False, "interested": False, "replies": 1},
                     id="at 72 h it is too late, and is still an SMS received"),
        pytest.param([("unclear", MINUTES_19)], {"corrected": "yes"}, {"interested": True, "needs_human": 1},
                     id="the counselor's reading counts, and the machine had needed one"),
        pytest.param([("yes", MINUTES_19)], {"corrected": "no"}, {"replied": True, "interested": False},
                     id="moved back by the counselor"),
        pytest.param([("yes", MINUTES_19)], {"corrected": "stop"}, {"replied": False, "opted_out": True, "replies": 0},
                     id="corrected to STOP, it is no reply"),
        pytest.param([], {"state": "failed"}, {"sent": True, "delivered": False, "failed": True}, id="failed was sent"),
        pytest.param([], {"state": "failed", "sent": False}, {"sent": False, "failed": True, "automatic_messages": 0},
                     id="refused by the gateway was never sent"),
        pytest.param([], {"state": "unknown", "sent": False}, {"sent": False, "delivered": False, "unknown": True},
                     id="unknown is neither"),
        pytest.param([], {"state": "buffered"}, {"sent": True, "delivered": False}, id="a phone that is off: sent"),
        pytest.param([("yes", MINUTES_19)], {"settled_after": HOUR}, {"replied": True, "reply_minutes": None},
                     id="a reply that overtook the report counts, its time is not known"),
        pytest.param([], {"verdict": "introduced"}, {"introduced": True, "introduced_in_24h": False}, id="introduced"),
        pytest.param([], {"verdict": "introduced", "decided_after": HOUR}, {"introduced_in_24h": True}, id="at once"),
        pytest.param([("yes", MINUTES_19)], {"finished_after": timedelta(hours=4)},
                     {"finished": True, "finished_in_5h": True, "qualified": True}, id="prequalified in 4 h"),
        pytest.param([("yes", MINUTES_19)], {"finished_after": timedelta(hours=5)},
                     {"finished": True, "finished_in_5h": False}, id="5 h is not under 5 h"),
        pytest.param([("yes", MINUTES_19)], {"finished_after": HOUR, "checks": [("permis B", "blocking", "not_met")]},
                     {"finished": True, "qualified": False, "interested": True}, id="a blocking prerequisite not met"),
        pytest.param([("yes", MINUTES_19)], {"finished_after": HOUR, "checks": [("permis B", "blocking", "unknown")]},
                     {"qualified": True}, id="unknown is not no"),
        pytest.param([], {"cost": "EUR 0.0512"}, {"priced": 1, "cost": 512}, id="a price in euros"),
        pytest.param([], {"cost": "KES 0.8000"}, {"priced": 0, "cost": 0}, id="another currency is no known price"),
        pytest.param([], {"cost": "EUR 99999999999999999"}, {"priced": 0}, id="nor is what no SMS costs"),
    ],
)  # fmt: skip
def test_what_a_conversation_counts_for(
    database: Database, write: Write, replies: list, more: dict, expected: dict[str, object]
) -> None:
    write(*replies, **more)
    outcomes.refresh(database)
    (row,) = database.rows("SELECT * FROM outcome")
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("opened", "day", "weekday", "hour"),
    [
        pytest.param(datetime(2026, 11, 8, 22, 59), date(2026, 11, 8), 6, 23, id="a winter Sunday, 23:59 in Paris"),
        pytest.param(datetime(2026, 11, 8, 23, 0), date(2026, 11, 9), 0, 0, id="a winter Monday, midnight in Paris"),
        pytest.param(datetime(2026, 7, 5, 21, 59), date(2026, 7, 5), 6, 23, id="a summer Sunday, 23:59 in Paris"),
        pytest.param(datetime(2026, 7, 5, 22, 0), date(2026, 7, 6), 0, 0, id="two hours ahead in summer"),
        pytest.param(datetime(2026, 10, 25, 0, 30), date(2026, 10, 25), 6, 2, id="2:30 for the first time"),
        pytest.param(datetime(2026, 10, 25, 1, 30), date(2026, 10, 25), 6, 2, id="2:30 for the second time"),
        pytest.param(datetime(2026, 3, 29, 1, 0), date(2026, 3, 29), 6, 3, id="there is no 2:00 that day"),
    ],
)
def test_days_and_hours_are_those_of_paris(
    database: Database, write: Write, opened: datetime, day: date, weekday: int, hour: int
) -> None:
    write(opened=opened)
    outcomes.refresh(database)
    (row,) = database.rows("SELECT day, weekday, hour FROM outcome")
    assert row == {"day": day, "weekday": weekday, "hour": hour}


def test_a_week_counted_by_hand(database: Database, person: Person, write: Write) -> None:
    awa = uuid4()
    # Awa is approached for two offers: she says yes to one, and no to the other, a day later.
    write(("yes", MINUTES_19), candidate=awa, finished_after=HOUR, cost="EUR 0.0500", verdict="introduced",
          checks=[("permis B", "blocking", "met")], decided_after=timedelta(hours=5))  # fmt: skip
    write(("no", HOUR), candidate=awa, second=True, opened=NOON + timedelta(days=1), template="opening 2")
    write(("stop", timedelta(minutes=2)))
    write(("unclear", timedelta(hours=80)), checks=[("permis B", "blocking", "not_met")], verdict="not_retained")
    write(state="failed", sent=False)
    write(opened=NOON - timedelta(days=7))  # the week before
    seen = figures.view(database, person, WEEK)
    now = seen.now
    assert (now.contacted, now.sent, now.delivered, now.failed, now.replied, now.interested) == (4, 3, 3, 1, 1, 1)
    assert (now.opted_out, now.started, now.finished, now.finished_in_5h, now.qualified) == (1, 1, 1, 1, 1)
    assert (now.introduced, now.introduced_in_24h, now.considered, now.has_demo) == (1, 1, 45, True)
    assert now.texts == Texts(sent=4, delivered=4, answered=2)
    assert (now.automatic_messages, now.human_messages, now.parts, now.priced, now.cost) == (
        4,
        0,
        4,
        1,
        Decimal("0.05"),
    )
    # The answers to two prerequisites are SMS as well; one of them was read as unclear.
    assert (now.replies, now.needs_human) == (5, 2)
    assert (now.median_minutes, now.timed) == (39.5, 2)
    assert (now.reply.count, now.reply.base, now.opt_out.count) == (1, 3, 1)
    assert seen.before.contacted == 1
    assert list(seen.days["sent"]) == [0, 3, 1, 0, 0, 0, 0]
    assert seen.hours.to_dict("records") == [
        {"weekday": 1, "hour": 12, "delivered": 3, "replied": 1},
        {"weekday": 2, "hour": 12, "delivered": 1, "replied": 1},
    ]
    assert seen.agencies.drop(columns="key").to_dict("records") == [
        {"label": "Agence d'essai", "sent": 3, "delivered": 3, "replied": 1, "interested": 1, "opted_out": 1,
         "introduced": 1}
    ]  # fmt: skip
    # One occupation under two labels, and Awa counts once in it.
    assert seen.occupations[["key", "label", "delivered"]].values.tolist() == [["G1803", "Métier G1803", 3]]
    assert seen.offers[["label", "delivered", "replied"]].values.tolist() == [["Serveur", 3, 1], ["Serveur", 1, 1]]
    assert seen.templates[["key", "label", "delivered"]].values.tolist() == [
        ["opening 0", "Texte d'origine", 3],
        ["opening 2", "Version 2", 1],
    ]
    assert seen.waits.values.tolist() == [[19, 1, 0], [60, 1, 0], [72 * 60, 0, 2]]
    assert seen.checks.to_dict("records") == [
        {"text": "permis B", "demand": "blocking", "asked": 2, "met": 1, "not_met": 1, "unsettled": 0, "left": 0,
         "verdicts_met": 1, "retained_met": 1, "verdicts_not_met": 1, "retained_not_met": 0}
    ]  # fmt: skip


def test_who_is_silent_since_a_while_is_so_until_now(
    database: Database, person: Person, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write()
    write(("yes", MINUTES_19))
    monkeypatch.setattr(figures, "utc_now", lambda: NOON + timedelta(minutes=90, seconds=59))
    seen = figures.view(database, person, WEEK)
    assert seen.waits.values.tolist() == [[19, 1, 0], [90, 0, 1]]


def test_a_period_can_be_compared_with_any_other(database: Database, person: Person, write: Write) -> None:
    write(opened=NOON - timedelta(days=365))
    write()
    last_year = replace(WEEK, compared=(date(2025, 11, 9), date(2025, 11, 15)))
    seen = figures.view(database, person, last_year)
    assert (seen.now.contacted, seen.before.contacted) == (1, 1)


@pytest.mark.parametrize(
    ("more", "contacted"),
    [
        pytest.param({"agency_ids": (uuid4(),)}, 0, id="another agency"),
        pytest.param({"agency_ids": ()}, 0, id="no agency is not all"),
        pytest.param({"occupation": "G1803"}, 1, id="the occupation"),
        pytest.param({"occupation": "D1106"}, 0, id="another occupation"),
        pytest.param({"template": "opening 0"}, 1, id="the program's own wording"),
        pytest.param({"template": "opening 1"}, 0, id="another wording"),
        pytest.param({"offer_id": uuid4()}, 0, id="another offer"),
    ],
)
def test_each_filter_narrows(
    database: Database, person: Person, write: Write, more: dict[str, object], contacted: int
) -> None:
    write()
    who = replace(person, role=Role.EVALUATOR)
    seen = figures.view(database, who, replace(WEEK, **more))  # type: ignore[arg-type]
    assert (seen.now.contacted, seen.days["sent"].sum()) == (contacted, contacted)


@pytest.mark.parametrize("role", [Role.COUNSELOR, Role.TEAM_LEAD, Role.EVALUATOR])
def test_who_may_see_figures_never_sees_whom_they_are_of(
    database: Database, person: Person, write: Write, role: Role
) -> None:
    write(("yes", MINUTES_19))
    who = replace(person, role=role)
    assert "+336" not in repr(asdict(figures.view(database, who, WEEK)))
    choices = figures.choices(database, who)
    assert choices.occupations == {"G1803": "Métier G1803"}
    assert choices.agencies == {str(person.agency_id): "Agence d'essai"}
    assert len(choices.offers) == 2
    assert choices.templates == {"opening 0": "Texte d'origine"}


def test_the_administrator_sees_no_figures(database: Database, person: Person) -> None:
    who = replace(person, role=Role.ADMINISTRATOR)
    with pytest.raises(NotAllowed):
        figures.view(database, who, WEEK)
    with pytest.raises(NotAllowed):
        figures.choices(database, who)


def test_nothing_sent_is_no_rate_and_no_error(database: Database, person: Person) -> None:
    seen = figures.view(database, person, WEEK)
    assert (seen.now.contacted, seen.now.reply.value, seen.now.median_minutes, seen.now.cost) == (0, None, None, None)
    assert len(seen.days) == 7
    for table in (seen.hours, seen.agencies, seen.occupations, seen.offers, seen.templates, seen.waits, seen.checks):
        assert table.empty


def test_an_erased_conversation_still_counts_and_leads_to_nobody(
    database: Database, person: Person, write: Write
) -> None:
    awa = uuid4()
    ids = [write(("yes", MINUTES_19), candidate=awa), write(candidate=awa, second=True)]

    def erase(tx) -> None:
        outcomes.unlink(tx, ids)
        for table in ("message", "reply", "conversation"):
            tx.execute(f"DELETE FROM {table} WHERE conversation_id = ANY($1::UUID[])", ids)
        outcomes.due_for(tx, person.agency_id, ids)

    database.transact(erase)
    now = figures.view(database, person, WEEK).now
    assert (now.contacted, now.replied, now.texts.sent) == (1, 1, 2)
    assert database.value("SELECT count(*) FROM outcome WHERE person = $1", awa) == 0
    assert database.value("SELECT count(*) FROM outcome_due") == 0
