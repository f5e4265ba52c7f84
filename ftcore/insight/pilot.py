"""Pilot against control agencies: the simple difference, the difference-in-differences, and what they rest on.

Outcomes are rates of an agency and month. The estimates are ordinary least squares (statsmodels) in which each
agency-month counts the same, with errors clustered by agency; where agencies are few, these errors are too small,
and a permutation of the agencies is the check.
"""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from ftcore.database import Database, Transaction
from ftcore.errors import FtError
from ftcore.insight.wording import paris
from ftcore.model import Person
from ftcore.trust import access, journal

# With fewer clusters than that, errors clustered by agency are too small (Cameron, Gelbach and Miller 2008).
ENOUGH_AGENCIES = 20
MOST_PERMUTATIONS = 5_000
SEED = 20_261_127
OWN_MEASURE = "Mises en relation parmi les personnes jointes"


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is compared with whom, since the first day of which month, by which outcome (a sentence)."""

    start_month: date
    measure: str
    pilots: tuple[str, ...]
    controls: tuple[str, ...]
    version: int = 0
    changed_by: str | None = None
    changed_utc: datetime | None = None


def plan(database: Database, person: Person) -> Plan | None:
    """The plan in use, or None."""
    access.require(person, "see all agencies")
    row = database.one("SELECT * FROM pilot_plan ORDER BY version DESC LIMIT 1")
    if row is None:
        return None
    return Plan(**row | {name: tuple(json.loads(row[name])) for name in ("pilots", "controls")})


def designate(
    database: Database,
    person: Person,
    start_month: date,
    measure: str,
    pilots: list[str],
    controls: list[str],
    now: datetime,
) -> None:
    """Keep a new version of the plan. Raises FtError with a sentence when it makes no comparison."""
    access.require(person, "change baselines")
    both = sorted(set(pilots) & set(controls))
    if both:
        raise FtError(f"« {both[0]} » ne peut pas être à la fois pilote et témoin.")
    if not pilots or not controls:
        raise FtError("Désignez au moins une agence pilote et une agence témoin.")
    told = " ".join(measure.split())
    if not 3 <= len(told) <= 200:
        raise FtError("Nommez le résultat comparé en quelques mots, par exemple « retour à l'emploi à 3 mois ».")

    def write(tx: Transaction) -> None:
        tx.take_turn()
        version = int(tx.value("SELECT coalesce(max(version), 0) FROM pilot_plan")) + 1
        tx.insert(
            "pilot_plan",
            [
                {
                    "version": version,
                    "start_month": start_month.replace(day=1),
                    "measure": told,
                    "pilots": json.dumps(sorted(set(pilots)), ensure_ascii=False),
                    "controls": json.dumps(sorted(set(controls)), ensure_ascii=False),
                    "changed_by": person.person_id,
                    "changed_utc": now,
                }
            ],
        )
        detail = f"{len(set(pilots))} pilots, {len(set(controls))} controls since {start_month:%Y-%m}"
        journal.record(tx, person.agency_id, person.person_id, "pilot designated", f"plan {version}", now, detail)

    database.transact(write)


def imported(database: Database, person: Person) -> pd.DataFrame:
    """The imported outcomes: `agency`, `month` (date), `numerator`, `denominator`."""
    access.require(person, "see all agencies")
    columns = ["agency", "month", "numerator", "denominator"]
    rows = database.rows(f"SELECT {', '.join(columns)} FROM pilot_outcome ORDER BY agency, month")
    return pd.DataFrame(rows, columns=columns)


def own(database: Database, person: Person) -> pd.DataFrame:
    """The same from the program's own data: people introduced ÷ people reached, by month of the first SMS in Paris."""
    access.require(person, "see all agencies")
    rows = database.rows(
        """
        SELECT a.name AS agency, date_trunc('hour', v.opened_utc) AS hour, count(*) AS denominator,
               count(*) FILTER (WHERE v.verdict = 'introduced') AS numerator
        FROM conversation v
        JOIN agency a ON a.agency_id = v.agency_id
        JOIN message m ON m.agency_id = v.agency_id AND m.conversation_id = v.conversation_id AND m.opening
        WHERE m.state = 'delivered' GROUP BY a.name, date_trunc('hour', v.opened_utc)
        """
    )
    for row in rows:
        row["month"] = paris(row["hour"]).date().replace(day=1)
    table = pd.DataFrame(rows, columns=["agency", "month", "numerator", "denominator"])
    return table.groupby(["agency", "month"], as_index=False).sum()


@dataclass(frozen=True, slots=True)
class Effect:
    """A difference in shares (0..1), with its 95 % interval and p-value by errors clustered by agency."""

    value: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the data say. None where they do not allow it.

    `after` compares pilots and controls once it had begun; `did` what changed for the pilots beyond what changed
    for the controls. `permutation` is the share of other choices of the pilots that give a difference at least
    as large, over `permutations` choices. `trend` is how the two drifted apart, a month, before the start.
    `months` has the event study: `month`, `effect`, `low`, `high`, relative to the month before the start.
    `series` has the mean rates: `month`, `group` ("pilot", "control"), `rate`.
    """

    pilots: int
    controls: int
    before_months: int
    after_months: int
    after: Effect | None
    did: Effect | None
    permutation: float | None
    permutations: int
    trend: Effect | None
    months: pd.DataFrame
    series: pd.DataFrame
    unknown: tuple[str, ...]

    @property
    def few(self) -> bool:
        return self.pilots + self.controls < ENOUGH_AGENCIES


def compare(outcomes: pd.DataFrame, chosen: Plan) -> Comparison:
    """Estimate everything on outcomes (`agency`, `month`, `numerator`, `denominator`); other agencies are left out."""
    data = _panel(outcomes, chosen)
    known = set(data["agency"])
    pilots = data.loc[data["treated"] == 1, "agency"].nunique()
    controls = data.loc[data["treated"] == 0, "agency"].nunique()
    before, after = (data[data["after"] == side] for side in (0, 1))
    both = pilots > 0 and controls > 0
    may_did = both and _has_both_arms(before) and _has_both_arms(after) and pilots + controls > 2
    share, count = _permuted(data) if may_did else (None, 0)
    return Comparison(
        int(pilots),
        int(controls),
        before["month"].nunique(),
        after["month"].nunique(),
        _effect("rate ~ treated", after, "treated")
        if _has_both_arms(after) and after["agency"].nunique() > 2
        else None,
        _effect("rate ~ C(agency) + C(month) + did", data, "did") if may_did else None,
        share,
        count,
        _trend(before) if may_did else None,
        _events(data, chosen) if may_did else pd.DataFrame(columns=["month", "effect", "low", "high"]),
        _series(data),
        tuple(name for name in (*chosen.pilots, *chosen.controls) if name not in known),
    )


def _panel(outcomes: pd.DataFrame, chosen: Plan) -> pd.DataFrame:
    wanted = outcomes["agency"].isin([*chosen.pilots, *chosen.controls]) & (outcomes["denominator"] > 0)
    data = outcomes[wanted].copy()
    data["rate"] = data["numerator"] / data["denominator"]
    data["treated"] = data["agency"].isin(chosen.pilots).astype(int)
    data["after"] = (data["month"] >= chosen.start_month).astype(int)
    data["did"] = data["treated"] * data["after"]
    return data.sort_values(["agency", "month"]).reset_index(drop=True)


def _has_both_arms(data: pd.DataFrame) -> bool:
    return data["treated"].nunique() == 2


def _fit(formula: str, data: pd.DataFrame) -> Any:
    """The least squares with errors clustered by agency and Student's law, as for few clusters."""
    import statsmodels.formula.api as smf

    groups = pd.factorize(data["agency"])[0]
    return smf.ols(formula, data=data).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)


def _effect(formula: str, data: pd.DataFrame, name: str) -> Effect | None:
    fit = _fit(formula, data)
    low, high = fit.conf_int().loc[name]
    values = (fit.params[name], low, high, fit.pvalues[name])
    return Effect(*(float(each) for each in values)) if all(math.isfinite(each) for each in values) else None


def _trend(before: pd.DataFrame) -> Effect | None:
    """The slope, a month, of the gap between pilots and controls before the start."""
    if before["month"].nunique() < 3:
        return None
    data = before.assign(slope=before["treated"] * _month_number(before["month"]))
    return _effect("rate ~ C(agency) + C(month) + slope", data, "slope")


def _month_number(months: pd.Series) -> pd.Series:
    return months.map(lambda month: 12 * month.year + month.month)


def _events(data: pd.DataFrame, chosen: Plan) -> pd.DataFrame:
    """The gap between pilots and controls in each month, less that of the month before the start."""
    months = sorted(data["month"].unique())
    earlier = [month for month in months if month < chosen.start_month]
    told = [month for month in months if month != earlier[-1] and _has_both_arms(data[data["month"] == month])]
    if not _has_both_arms(data[data["month"] == earlier[-1]]):
        return pd.DataFrame(columns=["month", "effect", "low", "high"])
    names = {month: f"m{place}" for place, month in enumerate(told)}
    columns = {name: data["treated"] * (data["month"] == month) for month, name in names.items()}
    fit = _fit(" + ".join(["rate ~ C(agency) + C(month)", *names.values()]), data.assign(**columns))
    bounds = fit.conf_int()
    rows = [(earlier[-1], 0.0, 0.0, 0.0)] + [
        (month, float(fit.params[name]), float(bounds.loc[name, 0]), float(bounds.loc[name, 1]))
        for month, name in names.items()
    ]
    return pd.DataFrame(sorted(rows), columns=["month", "effect", "low", "high"])


def _permuted(data: pd.DataFrame) -> tuple[float | None, int]:
    """The share of all choices of as many pilots that give a change at least as large as the real one.

    Of each agency the change of its mean rate; all choices where they are few, else a seeded sample of them.
    """
    means = data.groupby(["agency", "after"])["rate"].mean().unstack().dropna()
    changes = (means[1] - means[0]).to_numpy()
    treated = means.index.isin(data.loc[data["treated"] == 1, "agency"])
    size = int(treated.sum())
    if size == 0 or size == len(changes):
        return None, 0
    real = abs(changes[treated].mean() - changes[~treated].mean())
    if math.comb(len(changes), size) <= MOST_PERMUTATIONS:
        choices = np.array(list(itertools.combinations(range(len(changes)), size)))
    else:
        rng = np.random.default_rng(SEED)
        drawn = [rng.permutation(len(changes))[:size] for _ in range(MOST_PERMUTATIONS - 1)]
        choices = np.array([np.flatnonzero(treated), *drawn])
    sums = changes[choices].sum(axis=1)
    others = abs(sums / size - (changes.sum() - sums) / (len(changes) - size))
    return float((others >= real - 1e-12).mean()), len(choices)


def _series(data: pd.DataFrame) -> pd.DataFrame:
    means = data.groupby(["month", "treated"])["rate"].mean().reset_index()
    means["group"] = means["treated"].map({1: "pilot", 0: "control"})
    return means.loc[:, ["month", "group", "rate"]]
