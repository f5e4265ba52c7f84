"""Reply statistics: what was sent, what came back, how fast. Counts and rates only, never a name or a number.

Every rate has its base and a 95 % Wilson interval. Periods are days in Paris, of the opening SMS: a person
belongs to the day on which they were first written to. The unit is the person: whoever was approached for two
offers counts once, and has replied when they replied to either. What is counted in SMS is in `Texts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID

import pandas as pd

from ftcore.database import Database, Row
from ftcore.insight.wording import PARIS, paris
from ftcore.model import Person
from ftcore.spreadsheet import harmless
from ftcore.trust import access

# A reply counts when it comes within this time of the delivery of the opening SMS.
WINDOW_HOURS = 72
# Under this base a rate says nothing, and could point at somebody.
FEW = 10


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked at: days are inclusive, in Paris, of the opening SMS; None means all.

    `template` is the wording of the opening SMS, as "opening 3"; "opening 0" is the program's own.
    `compared` is the period compared with; None is the equal period just before.
    """

    since: date
    until: date
    agency_ids: tuple[UUID, ...] | None = None
    occupation: str | None = None
    offer_id: UUID | None = None
    template: str | None = None
    compared: tuple[date, date] | None = None


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
class Texts:
    """The opening SMS of a period, counted one by one. `answered`: by something else than STOP, in the window."""

    sent: int
    delivered: int
    answered: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a period, in distinct people; only `texts` counts SMS and `considered` files looked at.

    `median_minutes` is from the delivery of an opening SMS to the first reply that is not a STOP, over the
    `timed` SMS so answered. A reply that overtook the delivery report has no known time and is not in it.
    """

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
    texts: Texts
    median_minutes: float | None
    timed: int
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
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(count, base, alpha=0.05, method="wilson")
    return Rate(count, base, float(low), float(high))


def differ(one: Rate, other: Rate) -> bool:
    """Whether two rates are told apart: both have a large enough base, and their intervals do not overlap."""
    if one.too_few or other.too_few:
        return False
    return one.high < other.low or other.high < one.low


def previous(filters: Filters) -> Filters:
    """The period of equal length just before."""
    days = filters.until - filters.since + timedelta(days=1)
    return replace(filters, since=filters.since - days, until=filters.since - timedelta(days=1))


# One row a conversation. The meaning of a reply is the counselor's correction before the rule's reading;
# a STOP is no reply, and a no to one prerequisite is no refusal of the offer. An SMS was sent once the gateway
# had it: `unknown` is not sent, and of those that failed only the ones that had got the gateway's id.
_ONE = f"""
    WITH opened AS (
        SELECT v.agency_id, v.conversation_id, v.campaign_id, v.candidate_id, v.opened_utc, v.verdict,
               a.name AS agency_name, o.occupation_code,
               coalesce(o.occupation_label, 'Métier non précisé') AS occupation_label,
               m.state AS message_state,
               m.state IN ('accepted', 'sent', 'submitted', 'buffered', 'delivered')
                   OR (m.state = 'failed' AND m.gateway_id IS NOT NULL) AS was_sent,
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
        SELECT w.agency_id, w.conversation_id,
               min(r.received_utc) FILTER (
                   WHERE coalesce(r.corrected, r.reading) <> 'stop'
                     AND r.received_utc < w.delivered_utc + INTERVAL '{WINDOW_HOURS} hours'
               ) AS replied_utc,
               bool_or(coalesce(r.corrected, r.reading) = 'stop') AS stopped,
               max(r.received_utc) FILTER (
                   WHERE coalesce(r.corrected, r.reading) IN ('yes', 'callback')
                     AND r.expecting IS DISTINCT FROM 'prerequisite') AS latest_yes_utc,
               max(r.received_utc) FILTER (
                   WHERE coalesce(r.corrected, r.reading) = 'no'
                     AND r.expecting IS DISTINCT FROM 'prerequisite') AS latest_no_utc
        FROM opened w
        JOIN reply r ON r.agency_id = w.agency_id AND r.conversation_id = w.conversation_id
        GROUP BY w.agency_id, w.conversation_id
    ), one AS (
        SELECT w.*, r.replied_utc, coalesce(r.stopped, false) AS stopped,
               w.was_delivered AND r.replied_utc IS NOT NULL AS replied,
               w.was_delivered AND r.replied_utc IS NOT NULL AND NOT r.stopped AND r.latest_yes_utc IS NOT NULL
                   AND (r.latest_no_utc IS NULL OR r.latest_yes_utc >= r.latest_no_utc) AS interested,
               CASE WHEN w.was_delivered AND r.replied_utc >= w.delivered_utc
                   THEN extract(epoch FROM (r.replied_utc - w.delivered_utc)) / 60 END AS minutes
        FROM opened w
        LEFT JOIN answer r ON r.agency_id = w.agency_id AND r.conversation_id = w.conversation_id
    )
"""

_PEOPLE = """
    count(DISTINCT candidate_id) AS contacted,
    count(DISTINCT candidate_id) FILTER (WHERE was_sent) AS sent,
    count(DISTINCT candidate_id) FILTER (WHERE was_delivered) AS delivered,
    count(DISTINCT candidate_id) FILTER (WHERE message_state = 'failed') AS failed,
    count(DISTINCT candidate_id) FILTER (WHERE message_state = 'unknown') AS unknown,
    count(DISTINCT candidate_id) FILTER (WHERE message_state IN ('queued', 'claimed')) AS waiting,
    count(DISTINCT candidate_id) FILTER (WHERE replied) AS replied,
    count(DISTINCT candidate_id) FILTER (WHERE interested) AS interested,
    count(DISTINCT candidate_id) FILTER (WHERE was_delivered AND stopped) AS opted_out,
    count(DISTINCT candidate_id) FILTER (WHERE verdict = 'introduced') AS introduced
"""

_TEXTS = """
    count(*) FILTER (WHERE was_sent) AS texts_sent,
    count(*) FILTER (WHERE was_delivered) AS texts_delivered,
    count(*) FILTER (WHERE replied) AS texts_answered
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
            f"""{_ONE} SELECT {_PEOPLE}, {_TEXTS}, coalesce(bool_or(demo), false) AS has_demo,
                percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) AS median_minutes, count(minutes) AS timed
                FROM one""",
            *values,
        )
        considered = reader.value(
            f"""{_ONE} SELECT coalesce(sum(considered), 0) FROM campaign
                WHERE campaign_id IN (SELECT campaign_id FROM one)""",
            *values,
        )
    assert row is not None
    texts = Texts(row.pop("texts_sent"), row.pop("texts_delivered"), row.pop("texts_answered"))
    sent, delivered, replied = row["sent"], row["delivered"], row["replied"]
    return Summary(
        **row,
        texts=texts,
        considered=int(considered),
        delivery=rate(delivered, sent),
        reply=rate(replied, delivered),
        reply_of_sent=rate(replied, sent),
        interest=rate(row["interested"], replied),
        opt_out=rate(row["opted_out"], delivered),
    )


def funnel(found: Summary) -> pd.DataFrame:
    """From the files looked at to the people introduced: `step` (French), `people`, `share` of the step before.

    The first step counts files, one for each time that a person was looked at for an offer.
    """
    steps = [
        ("Fiches étudiées", found.considered),
        ("Contactées", found.contacted),
        ("Jointes", found.delivered),
        ("Ont répondu", found.replied),
        ("Intéressées", found.interested),
        ("Mises en relation", found.introduced),
    ]
    counts = [count for _, count in steps]
    shares = [None] + [after / before if before else None for before, after in pairwise(counts)]
    share = pd.Series(shares, dtype="float64")
    return pd.DataFrame({"step": [name for name, _ in steps], "people": counts, "share": share})


def replies_over_time(database: Database, person: Person, filters: Filters) -> pd.DataFrame:
    """By Paris day of the opening SMS: columns `day` (date), `delivered`, `replied`, `interested`; no gaps.

    Nobody gets two opening SMS within a day, so that these are people; over several days some come back.
    """
    access.require(person, "see figures")
    rows = database.rows(f"{_ONE} SELECT opened_utc, was_delivered, replied, interested FROM one", *_values(filters))
    names = ["delivered", "replied", "interested"]
    day_of = [paris(row["opened_utc"]).date() for row in rows]
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
    # Two agencies may have one name, and one occupation two labels in the files it came from.
    key, label = {
        "occupation": ("coalesce(occupation_code, occupation_label)", "occupation_label"),
        "agency": ("agency_id", "agency_name"),
    }[by]
    rows = database.rows(
        f"""{_ONE} SELECT min({label}) AS label, {_PEOPLE} FROM one GROUP BY {key} ORDER BY delivered DESC, label""",
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
    """The groups as a table: columns `label`, `delivered`, `replied`, and `rate`, `low`, `high` (0..1).

    The rate and its bounds are empty where the base is too small.
    """
    told = [None if g.reply.too_few else g.reply for g in groups]
    return pd.DataFrame(
        {
            "label": [g.label for g in groups],
            "delivered": [g.delivered for g in groups],
            "replied": [g.reply.count for g in groups],
            "rate": pd.Series([r and r.value for r in told], dtype="float64"),
            "low": pd.Series([r and r.low for r in told], dtype="float64"),
            "high": pd.Series([r and r.high for r in told], dtype="float64"),
        }
    )


def spreadsheet(table: pd.DataFrame) -> bytes:
    """A table as French spreadsheets read it: UTF-8 with BOM, semicolons, decimal commas, no cell that is a formula."""
    return table.map(harmless).to_csv(index=False, sep=";", decimal=",", float_format="%.4f").encode("utf-8-sig")
