"""What the tool saves and what it costs: counted where it can be, assumed where it must be, never mixed.

minutes saved = minutes of a contact without the tool × contacts − minutes that the tool still takes.
Nothing here measures how long anybody works: minutes are assumptions, with a source and a range, and the
result is told as a median with a 90 % interval by simulation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ftcore.database import Database
from ftcore.insight.baselines import Baseline
from ftcore.insight.scope import Scope, allowed, within
from ftcore.insight.wording import paris
from ftcore.model import Person

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 20_000
SEED = 20_261_127
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measured:
    """What the database counted in a period. A contact is one person written to for one offer.

    `priced` parts are those for which the gateway told a price in euros, `told_cost` in all; the price of
    the `unpriced` ones is an assumption. `by_hand` are conversations that a counselor took over or wrote in,
    `decided` those with a counselor's decision. `qualified` people said yes, went through to the handover and
    were not turned down since; `introduced` ones have that verdict. Both are distinct people. `months` begin with the
    first conversation: nobody pays for the time before.
    """

    campaigns: int
    contacts: int
    people: int
    messages: int
    by_automaton: int
    by_people: int
    priced: int
    unpriced: int
    told_cost: float
    by_hand: int
    decided: int
    qualified: int
    introduced: int
    months: float

    @property
    def parts(self) -> int:
        return self.priced + self.unpriced


# An SMS was sent once the gateway had it, as in the figures.
_SENT = (
    "(m.state IN ('accepted', 'sent', 'submitted', 'buffered', 'delivered') "
    "OR (m.state = 'failed' AND m.gateway_id IS NOT NULL))"
)


def measured(database: Database, person: Person, scope: Scope) -> Measured:
    """What the conversations opened in the period came to, until now."""
    scope = allowed(person, scope)
    threads = f"""
        WITH opened AS (
            SELECT v.agency_id, v.conversation_id, v.campaign_id, v.candidate_id, v.state, v.interest, v.verdict,
                   v.taken_over_utc, v.opened_utc
            FROM conversation v WHERE {within("v.opened_utc", "v.agency_id")}
        ), sms AS (
            SELECT m.agency_id, m.conversation_id, m.automatic, m.opening, m.template, m.cost, m.parts
            FROM message m JOIN opened o ON o.agency_id = m.agency_id AND o.conversation_id = m.conversation_id
            WHERE {_SENT}
        )
    """
    with database.read() as reader:
        people = reader.one(
            f"""
            {threads}, one AS (
                SELECT agency_id, conversation_id, bool_or(opening) AS was_sent,
                       bool_or(NOT automatic AND template IS NULL) AS written
                FROM sms GROUP BY agency_id, conversation_id
            )
            SELECT count(DISTINCT o.campaign_id) AS campaigns,
                   count(*) FILTER (WHERE one.was_sent) AS contacts,
                   count(DISTINCT o.candidate_id) FILTER (WHERE one.was_sent) AS people,
                   count(*) FILTER (WHERE o.taken_over_utc IS NOT NULL OR one.written) AS by_hand,
                   count(*) FILTER (WHERE o.verdict IS NOT NULL) AS decided,
                   count(DISTINCT o.candidate_id) FILTER (
                       WHERE o.state = 'interested' AND o.interest = 'yes'
                         AND (o.verdict IS NULL OR o.verdict <> 'not_retained')) AS qualified,
                   count(DISTINCT o.candidate_id) FILTER (WHERE o.verdict = 'introduced') AS introduced,
                   min(o.opened_utc) AS first_utc
            FROM opened o
            LEFT JOIN one ON one.agency_id = o.agency_id AND one.conversation_id = o.conversation_id
            """,
            *scope.values,
        )
        prices = reader.rows(
            f"""
            {threads}
            SELECT cost, count(*) AS messages, sum(parts) AS parts,
                   count(*) FILTER (WHERE automatic) AS by_automaton,
                   count(*) FILTER (WHERE NOT automatic AND template IS NULL) AS by_people
            FROM sms GROUP BY cost
            """,
            *scope.values,
        )
    assert people is not None
    first = people.pop("first_utc")
    told = [(row, price) for row in prices if (price := in_euros(row["cost"])) is not None]
    priced = sum(int(row["parts"]) for row, _ in told)
    return Measured(
        **people,
        messages=sum(row["messages"] for row in prices),
        by_automaton=sum(row["by_automaton"] for row in prices),
        by_people=sum(row["by_people"] for row in prices),
        priced=priced,
        unpriced=sum(int(row["parts"]) for row in prices) - priced,
        told_cost=sum(row["messages"] * price for row, price in told),
        months=scope.months if first is None else replace(scope, since=paris(first).date()).months,
    )


def in_euros(cost: str | None) -> float | None:
    """The gateway's "EUR 0.0500" as a number; None where it told nothing, or told it in another currency."""
    currency, _, amount = (cost or "").partition(" ")
    try:
        return float(amount) if currency == "EUR" else None
    except ValueError:
        return None


def outcome(counted: Measured, assumed: Mapping[str, Any]) -> dict[str, Any]:
    """The model itself, on numbers or on arrays of draws: `assumed` holds one value (or array) a baseline.

    `minutes_without`, `minutes_with`, `minutes_saved`; `cost_without`, `cost_with` and `saved` in euros; and
    `each_with`, `each_without`, the cost of one qualified candidate, absent where there is none.
    """
    without = assumed["contact_minutes"] * counted.contacts
    still = (
        assumed["campaign_minutes"] * counted.campaigns
        + assumed["thread_minutes"] * counted.by_hand
        + assumed["decision_minutes"] * counted.decided
    )
    hour = assumed["hour_cost"] / 60
    sms = counted.told_cost + assumed["part_price"] * counted.unpriced
    spent = still * hour + sms + assumed["fixed_cost"] * counted.months
    found = {
        "minutes_without": without,
        "minutes_with": still,
        "minutes_saved": without - still,
        "cost_without": without * hour,
        "cost_with": spent,
        "saved": without * hour - spent,
    }
    if counted.qualified:
        found |= {"each_with": spent / counted.qualified, "each_without": without * hour / counted.qualified}
    return found


@dataclass(frozen=True, slots=True)
class Spread:
    """One result under uncertainty: with the assumed values as they stand, its median, and its 90 % interval."""

    stated: float
    median: float
    low: float
    high: float


def draws(assumed: Mapping[str, Baseline], count: int = DRAWS, seed: int = SEED) -> dict[str, Values]:
    """Random values of each assumption by the PERT law (a beta between low and high whose mode is the value)."""
    rng = np.random.default_rng(seed)
    return {name: _pert(rng, each, count) for name, each in assumed.items()}


def _pert(rng: np.random.Generator, each: Baseline, count: int) -> Values:
    width = each.high - each.low
    if width <= 0:
        return np.full(count, each.value)
    place = (each.value - each.low) / width
    return each.low + width * rng.beta(1 + 4 * place, 5 - 4 * place, count)


def simulate(
    counted: Measured, assumed: Mapping[str, Baseline], count: int = DRAWS, seed: int = SEED
) -> dict[str, Spread]:
    """Every result of `outcome` with its uncertainty: the same seed gives the same figures everywhere."""
    stated = outcome(counted, {name: each.value for name, each in assumed.items()})
    drawn = outcome(counted, draws(assumed, count, seed))
    spreads = {}
    for name, values in drawn.items():
        low, median, high = np.quantile(np.broadcast_to(values, count), (0.05, 0.5, 0.95))
        spreads[name] = Spread(float(stated[name]), float(median), float(low), float(high))
    return spreads


def weights(
    counted: Measured, assumed: Mapping[str, Baseline], result: str, count: int = DRAWS, seed: int = SEED
) -> pd.DataFrame:
    """Which assumption weighs most on a result, the heaviest first.

    Columns `name`, `at_low` and `at_high` (the result with that one at its bounds, the others as stated),
    `correlation` (Spearman's, of the draws) and `part` (its square among all squares, 0..1).
    """
    import pandas as pd
    from scipy.stats import spearmanr

    stated = {name: each.value for name, each in assumed.items()}
    drawn = draws(assumed, count, seed)
    results = np.broadcast_to(outcome(counted, drawn)[result], count)
    rows = []
    for name, each in assumed.items():
        at = [float(outcome(counted, stated | {name: bound})[result]) for bound in (each.low, each.high)]
        varies = np.ptp(drawn[name]) > 0 and np.ptp(results) > 0 and at[0] != at[1]
        correlation = float(spearmanr(drawn[name], results).statistic) if varies else 0.0
        rows.append({"name": name, "at_low": at[0], "at_high": at[1], "correlation": correlation})
    table = pd.DataFrame(rows, columns=["name", "at_low", "at_high", "correlation"])
    squares = table["correlation"] ** 2
    table["part"] = squares / squares.sum() if squares.sum() else 0.0
    table["width"] = (table["at_high"] - table["at_low"]).abs()
    return table.sort_values(["width", "name"], ascending=[False, True]).drop(columns="width").reset_index(drop=True)
