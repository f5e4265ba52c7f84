"""The statistics of two arms: a difference of proportions, its interval and test, and whether the draw went well."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ftcore.database import Row
from ftcore.insight.metrics import Rate

# What is left of rounding where groups do not differ at all.
NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """The second arm less the first (-1..1), its 95 % interval, and the p-value of no difference."""

    value: float
    low: float
    high: float
    p_value: float

    def found(self, alpha: float) -> bool:
        """Whether chance is an unlikely explanation, by the test and by the interval."""
        return self.p_value < alpha and not self.low <= 0 <= self.high


def by_people(a: Rate, b: Rate) -> Difference:
    """People drawn one by one: Newcombe's interval (1998, method 10) and the score test of two proportions."""
    from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

    low, high = confint_proportions_2indep(b.count, b.base, a.count, a.base, method="newcomb", compare="diff")
    nobody_differs = a.count + b.count in (0, a.base + b.base)
    p_value = 1.0 if nobody_differs else float(proportions_ztest([b.count, a.count], [b.base, a.base])[1])
    assert a.value is not None
    assert b.value is not None
    return Difference(b.value - a.value, float(low), float(high), p_value)


def by_groups(counts: Sequence[Row]) -> Difference | None:
    """Groups drawn whole: estimating equations over the people (Liang and Zeger 1986) with the groups' resemblance.

    The link is the identity, so that the estimate is a difference of proportions; the variance is corrected for few
    groups (Mancl and DeRouen 2001) and read on Student's t with two degrees fewer than groups. None where an arm has
    less than two groups, all people are alike, or no two groups of an arm differ.
    """
    import numpy as np
    import statsmodels.api as sm
    from scipy.stats import t as student

    groups = [row for row in counts if row["delivered"]]
    sizes = [int(row["delivered"]) for row in groups]
    total, people = sum(int(row["counted"]) for row in groups), sum(sizes)
    if min(sum(row["arm"] == arm for row in groups) for arm in ("a", "b")) < 2 or total in (0, people):
        return None
    outcome = np.concatenate([np.arange(size) < row["counted"] for size, row in zip(sizes, groups, strict=True)])
    second = np.repeat([float(row["arm"] == "b") for row in groups], sizes)
    fitted = sm.GEE(
        outcome.astype(float),
        np.column_stack([np.ones(people), second]),
        groups=np.repeat(np.arange(len(groups)), sizes),
        family=sm.families.Gaussian(),
        cov_struct=sm.cov_struct.Exchangeable(),
    ).fit(cov_type="bias_reduced")
    value, error = float(fitted.params[1]), float(fitted.bse[1])
    if not math.isfinite(error) or error < NOTHING:
        return None
    degrees = len(groups) - 2
    reach = float(student.ppf(0.975, degrees)) * error
    p_value = float(2 * student.sf(abs(value / error), degrees))
    return Difference(value, max(-1.0, value - reach), min(1.0, value + reach), p_value)


def evenly(a: int, b: int) -> float:
    """The p-value that units fell evenly on both arms (Pearson's chi-squared): the sample-ratio check."""
    from scipy.stats import chisquare

    return float(chisquare([a, b]).pvalue) if a + b else 1.0


def alike(a: Rate, b: Rate) -> float:
    """The p-value that two rates are one (Fisher's exact test)."""
    from scipy.stats import fisher_exact

    return float(fisher_exact([[each.count, each.base - each.count] for each in (a, b)]).pvalue)
