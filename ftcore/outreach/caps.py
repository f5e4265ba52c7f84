"""The most that an agency may launch, and what is left of it.

Caps are checked inside the launch, under the turn that launches take: two launches at once cannot both
use what is left of a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from ftcore.database import Transaction
from ftcore.insight.wording import euros, number
from ftcore.outreach.hours import local_day


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that may be launched: SMS and euros, a day for the agency and for one campaign.

    They bound what is sent to people who asked for nothing. An answer to what somebody wrote is counted
    in the day, but never held back by a cap.
    """

    daily_messages: int = 500
    daily_cost: Decimal = Decimal(100)
    campaign_messages: int = 200
    campaign_cost: Decimal = Decimal(40)


USUAL = Caps()


# What left on a day, and what is to leave on it. What should have left before and still waits, as the program was
# down, leaves today; unless its campaign is held, which may be for ever.
_PLANNED = """
    SELECT count(*) AS messages, coalesce(sum(m.parts), 0) AS parts FROM message m
    WHERE m.agency_id = $1 AND m.state <> 'cancelled'
      AND ((m.claimed_utc >= $2 AND m.claimed_utc < $3)
           OR (m.claimed_utc IS NULL AND m.not_before_utc >= $2 AND m.not_before_utc < $3)
           OR ($4 AND m.claimed_utc IS NULL AND m.not_before_utc < $2
               AND NOT EXISTS (SELECT 1 FROM campaign c WHERE c.agency_id = m.agency_id
                               AND c.campaign_id = m.campaign_id AND c.state <> 'running')))
"""


class Allowance:
    """What the caps still allow one launch, taken message by message in the order of the selection.

    A message counts on the day of the agency on which it leaves. Once a cap is reached, nobody further down
    gets in for want of length: the order of the selection is kept.
    """

    def __init__(self, tx: Transaction, agency_id: UUID, caps: Caps, part_price: Decimal, now: datetime) -> None:
        self.caps = caps
        self._tx = tx
        self._agency_id = agency_id
        self._price = part_price
        self._now = now
        self._department = tx.value("SELECT department FROM agency WHERE agency_id = $1", agency_id)
        self._days: dict[datetime, list[int]] = {}
        self._campaign = [0, 0]
        self._reached: dict[datetime | None, str] = {}

    def left(self, leaves_utc: datetime) -> tuple[int, Decimal]:
        """How many SMS, and euros, the agency may still plan for the day of that instant."""
        messages, parts = self._day(local_day(leaves_utc, self._department)[0], leaves_utc)
        return max(0, self.caps.daily_messages - messages), max(Decimal(0), self.caps.daily_cost - parts * self._price)

    def refusal(self, leaves_utc: datetime, parts: int) -> str | None:
        """Take one message off what is left, or say in French which cap it would pass."""
        key = local_day(leaves_utc, self._department)[0]
        day = self._day(key, leaves_utc)
        for scope, (messages, sum_parts), most, cost, words in (
            (None, self._campaign, self.caps.campaign_messages, self.caps.campaign_cost, "par campagne"),
            (key, day, self.caps.daily_messages, self.caps.daily_cost, "par jour pour l'agence"),
        ):
            if scope not in self._reached:
                if messages + 1 > most:
                    self._reached[scope] = f"Au-delà du plafond de {number(most)} SMS {words}"
                elif (sum_parts + parts) * self._price > cost:
                    self._reached[scope] = f"Au-delà du plafond de {euros(cost)} {words}"
            if scope in self._reached:
                return self._reached[scope]
        for taken in (self._campaign, day):
            taken[0] += 1
            taken[1] += parts
        return None

    def _day(self, key: datetime, leaves_utc: datetime) -> list[int]:
        if key not in self._days:
            start, end = local_day(leaves_utc, self._department)
            today = start <= self._now < end
            row = self._tx.one(_PLANNED, self._agency_id, start, end, today)
            assert row is not None
            self._days[key] = [int(row["messages"]), int(row["parts"])]
        return self._days[key]
