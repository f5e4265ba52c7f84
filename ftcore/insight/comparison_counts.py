"""What came of each conversation within a fixed time, for comparisons; and the recent pace of an agency.

Everybody gets the same time: a message delivered later than `DELIVERED_WITHIN` after the last slot is not counted, so
that whoever is counted had their 72 hours. The meaning of a reply is a counselor's correction before the reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ftcore.database import Database, Row, Transaction
from ftcore.insight.comparison_terms import Metric
from ftcore.insight.power import Size
from ftcore.model import Person
from ftcore.outreach.arms import ANSWERED_WITHIN, Unit
from ftcore.trust import access

# The pace of an agency is that of its last weeks.
RECENT = timedelta(weeks=8)
_HOURS = ANSWERED_WITHIN // timedelta(hours=1)

# One row a conversation of `chosen`, which gives agency_id, conversation_id, and `by`, the last delivery that counts.
_ONE = f"""
    opened AS (
        SELECT s.*, v.candidate_id, m.settled_utc AS delivered_utc,
               m.state = 'delivered' AND m.settled_utc <= s.by_utc AS delivered
        FROM chosen s
        JOIN conversation v ON v.agency_id = s.agency_id AND v.conversation_id = s.conversation_id
        JOIN message m ON m.agency_id = s.agency_id AND m.conversation_id = s.conversation_id AND m.opening
    ), heard AS (
        SELECT w.agency_id, w.conversation_id, r.received_utc, coalesce(r.corrected, r.reading) AS meaning,
               r.expecting IS DISTINCT FROM 'prerequisite' AS of_offer,
               r.received_utc < w.delivered_utc + INTERVAL '24 hours' AS in_a_day
        FROM opened w
        JOIN reply r ON r.agency_id = w.agency_id AND r.conversation_id = w.conversation_id
        WHERE w.delivered AND r.received_utc < w.delivered_utc + INTERVAL '{_HOURS} hours'
          -- What somebody thought of the service is no answer to an offer.
          AND r.expecting IS DISTINCT FROM 'satisfaction'
    ), answer AS (
        SELECT agency_id, conversation_id,
               bool_or(meaning <> 'stop') AS reply,
               bool_or(meaning <> 'stop' AND in_a_day) AS reply_day,
               bool_or(meaning = 'stop') AS opt_out,
               max(received_utc) FILTER (WHERE meaning IN ('yes', 'callback') AND of_offer) AS yes_utc,
               max(received_utc) FILTER (WHERE meaning = 'no' AND of_offer) AS no_utc
        FROM heard GROUP BY agency_id, conversation_id
    ), one AS (
        SELECT w.*, coalesce(a.reply, false) AS reply, coalesce(a.reply_day, false) AS reply_day,
               coalesce(a.opt_out, false) AS opt_out,
               a.yes_utc IS NOT NULL AND NOT a.opt_out AND (a.no_utc IS NULL OR a.yes_utc >= a.no_utc) AS interest
        FROM opened w
        LEFT JOIN answer a ON a.agency_id = w.agency_id AND a.conversation_id = w.conversation_id
    )
"""


def count(tx: Transaction, agency_id: UUID, comparison_id: UUID, metric: Metric, unit: Unit, by: datetime) -> list[Row]:
    """Rows of `arm`, `units`, `people`, `delivered`, `counted`: one an arm, or one a group where groups were drawn.

    In distinct people: whoever was written to twice in one unit is reached, or has answered, when they were or have
    once. `by` is the last instant of a delivery that counts. Asked by nobody before a comparison has ended.
    """
    # A column of ours, never of anybody's typing.
    rows = tx.rows(
        f"""
        WITH chosen AS (
            SELECT agency_id, conversation_id, unit, place, arm, $3::TIMESTAMP AS by_utc
            FROM comparison_assignment WHERE agency_id = $1 AND comparison_id = $2
        ), {_ONE}, person AS (
            SELECT arm, unit, min(place) AS place, candidate_id, bool_or(delivered) AS delivered,
                   bool_or(delivered AND {Metric(metric).value}) AS counted
            FROM one GROUP BY arm, unit, candidate_id
        )
        SELECT min(place) AS place, arm, count(DISTINCT unit) AS units, count(*) AS people,
               count(*) FILTER (WHERE delivered) AS delivered, count(*) FILTER (WHERE counted) AS counted
        FROM person GROUP BY arm, CASE WHEN $4 THEN '' ELSE unit END ORDER BY arm, place
        """,
        agency_id,
        comparison_id,
        by,
        unit is Unit.PERSON,
    )
    return [row | {"place": place} for place, row in enumerate(rows)]


@dataclass(frozen=True, slots=True)
class Pace:
    """What an agency does in a week, and what came of it lately, the arms of anything together."""

    people: float
    campaigns: float
    offers: float
    reached: float | None
    rates: dict[Metric, float]

    def weeks(self, planned: Size, unit: Unit) -> float | None:
        """How many weeks until the planned numbers are drawn; None where nothing was sent lately."""
        units = {Unit.PERSON: self.people, Unit.CAMPAIGN: self.campaigns, Unit.OFFER: self.offers}[unit]
        return max(planned.people / self.people, planned.units / units) if self.people else None

    @property
    def group_sizes(self) -> dict[Unit, float]:
        """How many people a campaign, or an offer, writes to on average."""
        return {
            Unit.CAMPAIGN: self.people / self.campaigns if self.campaigns else 20.0,
            Unit.OFFER: self.people / self.offers if self.offers else 40.0,
        }


def pace(database: Database, person: Person, now: datetime) -> Pace:
    """The last eight weeks of the person's agency; the rates are of the weeks whose time to answer is over."""
    access.require(person, "define comparisons")
    rates = ", ".join(
        f"count(DISTINCT candidate_id) FILTER (WHERE delivered AND {m.value}) AS {m.value}" for m in Metric
    )
    with database.read() as reader:
        flow = reader.one(
            "SELECT count(DISTINCT candidate_id) AS people, count(DISTINCT campaign_id) AS campaigns, "
            "count(DISTINCT offer_id) AS offers FROM conversation WHERE agency_id = $1 AND opened_utc >= $2",
            person.agency_id,
            now - RECENT,
        )
        came = reader.one(
            f"""
            WITH chosen AS (
                SELECT agency_id, conversation_id, $3::TIMESTAMP AS by_utc FROM conversation
                WHERE agency_id = $1 AND opened_utc >= $2
            ), {_ONE}
            SELECT count(DISTINCT candidate_id) AS people,
                   count(DISTINCT candidate_id) FILTER (WHERE delivered) AS delivered, {rates}
            FROM one WHERE delivered_utc IS NULL OR delivered_utc <= $3
            """,
            person.agency_id,
            now - RECENT,
            now - ANSWERED_WITHIN,
        )
    assert flow is not None
    assert came is not None
    weeks = RECENT / timedelta(weeks=1)
    delivered = came["delivered"]
    return Pace(
        flow["people"] / weeks,
        flow["campaigns"] / weeks,
        flow["offers"] / weeks,
        delivered / came["people"] if came["people"] else None,
        {metric: came[metric.value] / delivered for metric in Metric} if delivered else {},
    )
