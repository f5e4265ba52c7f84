"""The words of reply statistics: filters, rates with their base and 95 % Wilson interval, tables as files.

Every rate has its base and a 95 % Wilson interval. Periods are days in Paris, of the opening SMS: a person
belongs to the day on which they were first written to. The unit is the person: whoever was approached for two
offers counts once, and has replied when they replied to either. What is counted in SMS is in `Texts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
import pandas as pd

from ftcore.spreadsheet import harmless

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


def rate(count: int, base: int) -> Rate:
    """A rate with its Wilson interval (Wilson 1927), which stays right for small bases and at 0 or 1."""
    return rates([(count, base)])[0]


def rates(counted: Sequence[tuple[int, int]]) -> list[Rate]:
    """Several at once, each from its count and its base."""
    from statsmodels.stats.proportion import proportion_confint

    counts, bases = np.array(counted).T
    # Of no base nothing is known, whatever the formula.
    low, high = proportion_confint(counts, np.maximum(bases, 1), alpha=0.05, method="wilson")
    return [
        Rate(count, base, float(low[place]), float(high[place])) if base else Rate(0, 0, 0.0, 1.0)
        for place, (count, base) in enumerate(counted)
    ]


def differ(one: Rate, other: Rate) -> bool:
    """Whether two rates are told apart: both have a large enough base, and their intervals do not overlap."""
    if one.too_few or other.too_few:
        return False
    return one.high < other.low or other.high < one.low


def spreadsheet(table: pd.DataFrame) -> bytes:
    """A table as French spreadsheets read it: UTF-8 with BOM, semicolons, decimal commas, no cell that is a formula."""
    safe = table.map(harmless).rename(columns=harmless)
    return safe.to_csv(index=False, sep=";", decimal=",", float_format="%.4f").encode("utf-8-sig")
