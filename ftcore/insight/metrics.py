"""Reply statistics: what was sent, what came back, how fast. Counts and rates only, never a name or a number.

Every rate has its base and a 95 % Wilson interval. Periods are days in Paris, of the opening SMS: a person
belongs to the day on which they were first written to. One person approached for two offers counts twice,
as two conversations: the unit is the conversation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pandas as pd

from ftcore.database import Database, Row
from ftcore.model import Person
from ftcore.trust import access

PARIS = ZoneInfo("Europe/Paris")
# A reply counts when it comes within this time of the delivery.
WINDOW = timedelta(hours=72)
# Under this base a rate says nothing, and could point at somebody.
FEW = 10


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked at: days are inclusive; None means all."""

    since: date
    until: date
    agency_ids: tuple[UUID, ...] | None = None
    occupation: str | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `base`, with the bounds of the 95 % interval (0..1)."""

    count: int
    base: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        return self.count / self.base if self.base else None

    @property
    def too_few(self) -> bool:
        return self.base < FEW


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a period. `median_minutes` is from delivery to the first reply, among repliers."""

    contacted: int
    sent: int
    delivered: int
    failed: int
    unknown: int
    waiting: int
    replied: int
    interested: int
    opted_out: int
    introduced: int
    considered: int
    median_minutes: float | None
    has_demo: bool
    delivery: Rate
    reply: Rate
    reply_of_sent: Rate
    interest: Rate
    opt_out: Rate


def rate(count: int, base: int) -> Rate:
    """A rate with its Wilson interval (Wilson 1927), which stays right for small bases and at 0 or 1."""
    if base == 0:
        return Rate(0, 0, 0.0, 1.0)
    from scipy.stats import binomtest

    interval = binomtest(count, base).proportion_ci(confidence_level=0.95, method="wilson")
    return Rate(count, base, float(interval.low), float(interval.high))


def previous(filters: Filters) -> Filters:
    """The period of equal length just before."""
    days = filters.until - filters.since + timedelta(days=1)
    return replace(filters, since=filters.since - days, until=filters.since - timedelta(days=1))


# One row a conversation. The meaning of a reply is the counselor's correction before the rule's reading;
# a STOP is no reply. An SMS was sent once the gateway had given it an id.
_ONE = """
    WITH opened AS (
        SELECT v.agency_id, v.conversation_id, v.campaign_id, v.opened_utc, v.verdict,
               a.name AS agency_name, coalesce(o.occupation_label, 'Métier non précisé') AS occupation_label,
               m.state AS message_state, m.gateway_id IS NOT NULL AS was_sent,
               m.state = 'delivered' AS was_delivered, m.settled_utc AS delivered_utc, c.demo
        FROM conversation v
        JOIN campaign c ON c.agency_id = v.agency_id AND c.campaign_id = v.campaign_id
        JOIN offer o ON o.agency_id = v.agency_id AND o.offer_id = v.offer_id
        JOIN agency a ON a.agency_id = v.agency_id
        JOIN message m ON m.agency_id = v.agency_id AND m.conversation_id = v.conversation_id AND m.opening
        WHERE v.opened_utc >= $1 AND v.opened_utc < $2
          AND ($3 OR v.agency_id = ANY($4::UUID[]))
          AND ($5::TEXT IS NULL OR o.occupation_code = $5::TEXT)
    ), answer AS (
        SELECT r.agency_id, r.conversation_id, r.received_utc, coalesce(r.corrected, r.reading) AS meaning
        FROM reply r
    ), one AS (
        SELECT w.agency_id, w.conversation_id, w.campaign_id, w.opened_utc, w.verdict, w.agency_name,
               w.occupation_label, w.message_state, w.was_sent, w.was_delivered, w.delivered_utc, w.demo,
               min(r.received_utc) FILTER (
                   WHERE r.meaning <> 'stop' AND r.received_utc < w.delivered_utc + INTERVAL '72 hours'
               ) AS replied_utc,
               coalesce(bool_or(r.meaning = 'stop'), false) AS stopped,
               max(r.received_utc) FILTER (WHERE r.meaning <> 'stop') AS latest_utc,
               max(r.received_utc) FILTER (WHERE r.meaning = 'yes') AS latest_yes_utc,
               max(r.received_utc) FILTER (WHERE r.meaning = 'no') AS latest_no_utc
        FROM opened w
        LEFT JOIN answer r ON r.agency_id = w.agency_id AND r.conversation_id = w.conversation_id
        GROUP BY w.agency_id, w.conversation_id, w.campaign_id, w.opened_utc, w.verdict, w.agency_name,
                 w.occupation_label, w.message_state, w.was_sent, w.was_delivered, w.delivered_utc, w.demo
    ), person AS (
        SELECT one.*, was_delivered AND replied_utc IS NOT NULL AS replied,
               was_delivered AND replied_utc IS NOT NULL AND NOT stopped AND latest_yes_utc IS NOT NULL
                   AND (latest_no_utc IS NULL OR latest_yes_utc >= latest_no_utc) AS interested
        FROM one
    )
"""

_COUNTS = """
    count(*) AS contacted,
    count(*) FILTER (WHERE was_sent) AS sent,
    count(*) FILTER (WHERE was_delivered) AS delivered,
    count(*) FILTER (WHERE message_state = 'failed') AS failed,
    count(*) FILTER (WHERE message_state = 'unknown') AS unknown,
    count(*) FILTER (WHERE message_state IN ('queued', 'claimed')) AS waiting,
    count(*) FILTER (WHERE replied) AS replied,
    count(*) FILTER (WHERE interested) AS interested,
    count(*) FILTER (WHERE was_delivered AND stopped) AS opted_out,
    count(*) FILTER (WHERE verdict = 'introduced') AS introduced
"""


def _values(filters: Filters) -> list[object]:
    return [
        _midnight(filters.since),
        _midnight(filters.until + timedelta(days=1)),
        filters.agency_ids is None,
        list(filters.agency_ids or ()),
        filters.occupation,
    ]


def _midnight(day: date) -> datetime:
    """The instant (naive UTC) at which a day begins in Paris."""
    return datetime.combine(day, time(0), PARIS).astimezone(UTC).replace(tzinfo=None)


def summary(database: Database, person: Person, filters: Filters) -> Summary:
    """The figures of a period with their rates."""
    access.require(person, "see figures")
    values = _values(filters)
    with database.read() as reader:
        row = reader.one(
            f"""{_ONE} SELECT {_COUNTS}, coalesce(bool_or(demo), false) AS has_demo,
                percentile_cont(0.5) WITHIN GROUP (
                    ORDER BY CASE WHEN replied THEN extract(epoch FROM (replied_utc - delivered_utc)) / 60 END
                ) AS median_minutes
                FROM person""",
            *values,
        )
        considered = reader.value(
            f"""{_ONE} SELECT coalesce(sum(considered), 0) FROM campaign
                WHERE campaign_id IN (SELECT campaign_id FROM one)""",
            *values,
        )
    assert row is not None
    sent, delivered, replied = row["sent"], row["delivered"], row["replied"]
    return Summary(
        **row,
        considered=int(considered),
        delivery=rate(delivered, sent),
        reply=rate(replied, delivered),
        reply_of_sent=rate(replied, sent),
        interest=rate(row["interested"], replied),
        opt_out=rate(row["opted_out"], delivered),
    )


def funnel(found: Summary) -> pd.DataFrame:
    """From those looked at to those introduced: columns `step` (French), `people`, `share` of the step before."""
    steps = [
        ("Étudiées", found.considered),
        ("Contactées", found.contacted),
        ("Jointes", found.delivered),
        ("Ont répondu", found.replied),
        ("Intéressées", found.interested),
        ("Mises en relation", found.introduced),
    ]
    counts = [count for _, count in steps]
    shares = [None] + [after / before if before else None for before, after in pairwise(counts)]
    return pd.DataFrame({"step": [name for name, _ in steps], "people": counts, "share": shares})


def replies_over_time(database: Database, person: Person, filters: Filters) -> pd.DataFrame:
    """By Paris day of the opening SMS: columns `day` (date), `delivered`, `replied`, `interested`; no gaps."""
    access.require(person, "see figures")
    rows = database.rows(f"{_ONE} SELECT opened_utc, was_delivered, replied, interested FROM person", *_values(filters))
    names = ["delivered", "replied", "interested"]
    day_of = [row["opened_utc"].replace(tzinfo=UTC).astimezone(PARIS).date() for row in rows]
    counted = pd.DataFrame(
        {name: [int(row["was_delivered" if name == "delivered" else name]) for row in rows] for name in names},
        index=pd.Index(day_of, name="day"),
    )
    days = pd.Index([filters.since + timedelta(days=n) for n in range((filters.until - filters.since).days + 1)])
    return counted.groupby(level=0).sum().reindex(days, fill_value=0).rename_axis("day").reset_index()


@dataclass(frozen=True, slots=True)
class Group:
    """One bar of a comparison: the reply rate of an agency or an occupation."""

    label: str
    delivered: int
    reply: Rate


def by_group(database: Database, person: Person, filters: Filters, by: str) -> list[Group]:
    """The reply rate by "occupation" or "agency", the largest groups first."""
    access.require(person, "see figures")
    column = {"occupation": "occupation_label", "agency": "agency_name"}[by]
    rows = database.rows(
        f"""{_ONE} SELECT {column} AS label, count(*) FILTER (WHERE was_delivered) AS delivered,
            count(*) FILTER (WHERE replied) AS replied
            FROM person GROUP BY {column} ORDER BY delivered DESC, label""",
        *_values(filters),
    )
    return [Group(row["label"], row["delivered"], rate(row["replied"], row["delivered"])) for row in rows]


def choices(database: Database, person: Person) -> tuple[list[Row], list[Row]]:
    """What can be filtered by: agencies (`agency_id`, `name`) and occupations (`code`, `label`) with campaigns."""
    access.require(person, "see figures")
    agencies = database.rows(
        "SELECT agency_id, name FROM agency WHERE agency_id IN (SELECT agency_id FROM campaign) ORDER BY name"
    )
    occupations = database.rows(
        """
        SELECT o.occupation_code AS code, min(o.occupation_label) AS label
        FROM offer o JOIN campaign c ON c.agency_id = o.agency_id AND c.offer_id = o.offer_id
        WHERE o.occupation_code IS NOT NULL GROUP BY o.occupation_code ORDER BY label
        """
    )
    return agencies, occupations


def table_of(groups: Sequence[Group]) -> pd.DataFrame:
    """The groups as a table: columns `label`, `delivered`, `replied`, `rate`, `low`, `high` (0..1)."""
    return pd.DataFrame(
        {
            "label": [g.label for g in groups],
            "delivered": [g.delivered for g in groups],
            "replied": [g.reply.count for g in groups],
            "rate": [g.reply.value for g in groups],
            "low": [g.reply.low for g in groups],
            "high": [g.reply.high for g in groups],
        }
    )
