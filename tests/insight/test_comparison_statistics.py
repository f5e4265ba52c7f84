"""Sizes and results of comparisons against hand-computed values, closed forms and simulations of our own."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm, ttest_ind

from ftcore.errors import FtError
from ftcore.insight.comparison_statistics import Difference, alike, by_groups, by_people, evenly
from ftcore.insight.metrics import rate
from ftcore.insight.power import FEWEST_GROUPS, size


def groups(arm_a: list[tuple[int, int]], arm_b: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """Rows as they are kept: (counted, delivered) of each group."""
    return [
        {"arm": arm, "counted": counted, "delivered": delivered}
        for arm, found in (("a", arm_a), ("b", arm_b))
        for counted, delivered in found
    ]


# How many people


@pytest.mark.parametrize(
    ("baseline", "effect", "each"),
    [
        pytest.param(0.50, 0.05, 1565, id="five points around a half"),
        pytest.param(0.45, 0.10, 392, id="ten points"),
        pytest.param(0.45, -0.10, 376, id="ten points down"),
        pytest.param(0.03, -0.015, 1492, id="half of the STOPs"),
    ],
)
def test_the_number_of_people_is_that_of_the_formula(baseline: float, effect: float, each: int) -> None:
    # n = 2 ((z(1 - alpha/2) + z(power)) / h)^2 with Cohen's h, worked out apart.
    h = 2 * math.asin(math.sqrt(baseline)) - 2 * math.asin(math.sqrt(baseline + effect))
    assert math.ceil(2 * ((1.959964 + 0.841621) / h) ** 2) == each
    planned = size(baseline, effect)
    assert (planned.people, planned.units, planned.design_effect) == (2 * each, 2 * each, 1.0)


def test_the_planned_number_finds_the_effect_in_four_of_five_simulated_comparisons() -> None:
    rng = np.random.default_rng(1)
    each = size(0.45, 0.10).people // 2
    a, b = rng.binomial(each, 0.45, 20_000) / each, rng.binomial(each, 0.55, 20_000) / each
    pooled = (a + b) / 2
    z = (b - a) / np.sqrt(2 * pooled * (1 - pooled) / each)
    assert np.mean(np.abs(z) > 1.96) == pytest.approx(0.80, abs=0.015)


def test_groups_cost_people_and_losses_do_too() -> None:
    alone, in_groups = size(0.45, 0.1), size(0.45, 0.1, cluster_size=21, intra_class=0.05)
    assert in_groups.design_effect == 1 + 20 * 0.05
    assert in_groups.people == 2 * alone.people
    assert in_groups.units == 2 * (math.ceil(2 * 392 / 21) + 1)
    assert size(0.45, 0.1, cluster_size=1, intra_class=0.9).people == alone.people, "groups of one are people"
    assert size(0.45, 0.1, reached=0.8).people == 2 * math.ceil(392 / 0.8)
    assert size(0.2, 0.7, cluster_size=500, intra_class=0.01).units == 2 * FEWEST_GROUPS


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"baseline": 0.0, "effect": 0.1}, id="nothing to begin with"),
        pytest.param({"baseline": 0.1, "effect": -0.1}, id="nothing left"),
        pytest.param({"baseline": 0.5, "effect": 0.0}, id="no effect"),
        pytest.param({"baseline": 0.5, "effect": 0.1, "reached": 0.0}, id="nobody reached"),
        pytest.param({"baseline": 0.5, "effect": 0.1, "cluster_size": 0, "intra_class": 0.1}, id="empty groups"),
        pytest.param({"baseline": 0.5, "effect": 0.1, "cluster_size": 9, "intra_class": 1.1}, id="more than alike"),
        pytest.param({"baseline": 0.5, "effect": 0.1, "cluster_size": 9}, id="groups of unknown likeness"),
    ],
)
def test_what_cannot_be_found_is_said_in_french(asked: dict[str, float]) -> None:
    with pytest.raises(FtError, match=r"\."):
        size(**asked)


# People drawn one by one


def test_the_difference_of_a_hand_computed_comparison() -> None:
    # 30 of 100 against 45 of 100. Wilson: 0.2189..0.3958 and 0.3561..0.5476; Newcombe's square-and-add from them.
    found = by_people(rate(30, 100), rate(45, 100))
    assert found.value == pytest.approx(0.15)
    assert found.low == pytest.approx(0.15 - math.hypot(0.45 - 0.3561, 0.3958 - 0.30), abs=2e-4)
    assert found.high == pytest.approx(0.15 + math.hypot(0.5476 - 0.45, 0.30 - 0.2189), abs=2e-4)
    z = 0.15 / math.sqrt(0.375 * 0.625 * 2 / 100)
    assert found.p_value == pytest.approx(2 * norm.sf(z))
    assert found.found(0.05)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param((30, 100), (45, 100), id="told apart"),
        pytest.param((118, 240), (131, 238), id="not told apart"),
        pytest.param((9, 300), (3, 310), id="rare"),
    ],
)
def test_the_test_agrees_with_a_permutation_of_the_arms(a: tuple[int, int], b: tuple[int, int]) -> None:
    found = by_people(rate(*a), rate(*b))
    rng = np.random.default_rng(2)
    yes, people = a[0] + b[0], a[1] + b[1]
    in_a = rng.hypergeometric(yes, people - yes, a[1], 200_000)
    shuffled = np.abs((yes - in_a) / b[1] - in_a / a[1])
    # The test has no correction for steps, so that the permutation's p is taken in the middle of its step.
    beyond, exactly = np.mean(shuffled > abs(found.value) + 1e-12), np.mean(np.isclose(shuffled, abs(found.value)))
    assert found.p_value == pytest.approx(beyond + exactly / 2, abs=0.02)


@given(st.integers(1, 400), st.integers(1, 400), st.floats(0, 1), st.floats(0, 1))
def test_a_difference_is_inside_its_interval_and_turns_with_the_arms(n: int, m: int, p: float, q: float) -> None:
    a, b = rate(round(p * n), n), rate(round(q * m), m)
    found, turned = by_people(a, b), by_people(b, a)
    assert -1 - 2e-9 <= found.low - 1e-9 <= found.value <= found.high + 1e-9 <= 1 + 2e-9
    assert 0 <= found.p_value <= 1
    assert (turned.value, turned.low, turned.high) == pytest.approx((-found.value, -found.high, -found.low))
    assert turned.p_value == pytest.approx(found.p_value)
    if found.found(0.05):
        assert found.low > 0 or found.high < 0


@pytest.mark.parametrize("count", [pytest.param(0, id="nobody answers"), pytest.param(50, id="everybody answers")])
def test_where_all_are_alike_nothing_is_found(count: int) -> None:
    found = by_people(rate(count, 50), rate(count, 50))
    assert (found.value, found.p_value) == (0.0, 1.0)
    assert found.low < 0 < found.high


# Groups drawn whole


def test_groups_of_one_size_agree_with_the_comparison_of_their_means() -> None:
    rng = np.random.default_rng(3)
    a, b = rng.binomial(20, 0.4, 8), rng.binomial(20, 0.6, 8)
    found = by_groups(groups([(int(n), 20) for n in a], [(int(n), 20) for n in b]))
    assert found is not None
    assert found.value == pytest.approx(b.mean() / 20 - a.mean() / 20)
    # With k groups an arm, the correction for few groups makes the error of the t-test larger by sqrt(k / (k - 1)).
    told = ttest_ind(b / 20, a / 20)
    error = abs(found.value / told.statistic) * math.sqrt(8 / 7)
    assert (found.high - found.low) / 2 == pytest.approx(2.144787 * error, rel=1e-5)


def test_groups_that_are_alike_inside_are_not_taken_for_people() -> None:
    # All of a group answer, or nobody: sixteen groups are sixteen observations, and not three hundred.
    rows = groups([(20, 20)] * 3 + [(0, 20)] * 5, [(20, 20)] * 5 + [(0, 20)] * 3)
    in_groups, alone = by_groups(rows), by_people(rate(60, 160), rate(100, 160))
    assert alone.found(0.05)
    assert in_groups is not None
    assert not in_groups.found(0.05)


def test_without_an_effect_one_comparison_of_groups_in_twenty_is_found_at_most() -> None:
    rng = np.random.default_rng(4)
    found = 0
    for _ in range(60):
        rates = rng.beta(8, 8, 16)  # groups differ much: an intra-class correlation of 1/17
        sizes = rng.integers(8, 30, 16)
        rows = [(int(rng.binomial(n, p)), int(n)) for n, p in zip(sizes, rates, strict=True)]
        told = by_groups(groups(rows[:8], rows[8:]))
        found += told is not None and told.found(0.05)
    assert found <= 8  # 5 % of 60, and what chance adds to it in 99 of 100 cases


def test_the_groups_test_agrees_with_a_permutation_of_the_groups() -> None:
    rng = np.random.default_rng(5)
    rows = [(int(rng.binomial(20, p)), 20) for p in rng.beta(12, 12, 20)]
    rows[10:] = [(min(20, n + 3), 20) for n, _ in rows[10:]]
    told = by_groups(groups(rows[:10], rows[10:]))
    assert told is not None
    counts = np.array([n for n, _ in rows])
    shuffled = np.array([abs((p := rng.permutation(counts))[10:].mean() - p[:10].mean()) for _ in range(20_000)]) / 20
    assert told.p_value == pytest.approx(np.mean(shuffled >= abs(told.value) - 1e-12), abs=0.03)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(groups([(3, 10)], [(4, 10), (5, 10)]), id="one group in an arm"),
        pytest.param(groups([(0, 10)] * 4, [(0, 10)] * 4), id="nobody answered"),
        pytest.param(groups([(0, 0)] * 4, [(1, 10)] * 4), id="an arm that nobody reached"),
        pytest.param(groups([(5, 10)] * 4, [(6, 10)] * 4), id="groups without any difference inside an arm"),
    ],
)
def test_groups_that_allow_no_test_get_none(rows: list[dict[str, Any]]) -> None:
    assert by_groups(rows) is None


# The draw


def test_a_lopsided_split_is_seen_and_an_even_one_is_not() -> None:
    assert evenly(500, 500) == 1.0
    assert evenly(0, 0) == 1.0
    assert evenly(500, 560) > 0.001, "one in sixteen"
    assert evenly(500, 620) < 0.001
    # Pearson by hand: (600 - 550)^2 / 550 twice, on one degree of freedom.
    assert evenly(500, 600) == pytest.approx(2 * norm.sf(math.sqrt(2 * 50**2 / 550)))


def test_arms_that_lost_people_unevenly_are_seen() -> None:
    assert alike(rate(97, 100), rate(97, 100)) == 1.0
    assert alike(rate(97, 100), rate(70, 100)) < 0.001


def test_a_finding_needs_both_the_test_and_the_interval() -> None:
    assert Difference(0.1, 0.01, 0.2, 0.03).found(0.05)
    assert not Difference(0.1, -0.01, 0.2, 0.03).found(0.05)
    assert not Difference(0.1, 0.01, 0.2, 0.06).found(0.05)
