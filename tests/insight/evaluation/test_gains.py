"""The gains worked out by hand, their uncertainty, and the assumptions with their versions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.errors import FtError, NotAllowed
from ftcore.insight import baselines, gains, gains_wording
from ftcore.insight.baselines import DEFAULTS, Baseline
from ftcore.insight.gains import Measured, Spread
from ftcore.model import Person, Role
from tests.insight.evaluation.conftest import AGENCIES, NOW, Town

COUNTED = Measured(
    campaigns=2, contacts=100, people=90, messages=250, by_automaton=240, by_people=10, priced=400, unpriced=20,
    told_cost=20.0, by_hand=5, decided=10, qualified=8, introduced=4, months=1.0,
)  # fmt: skip
VALUES = {"contact_minutes": 6, "campaign_minutes": 15, "thread_minutes": 4, "decision_minutes": 8, "hour_cost": 30,
          "part_price": 0.05, "fixed_cost": 60}  # fmt: skip


def sure(**values: float) -> dict[str, Baseline]:
    return {name: Baseline(name, value, value, value, "essai") for name, value in (VALUES | values).items()}


def test_the_gains_are_those_worked_out_by_hand() -> None:
    found = gains.outcome(COUNTED, VALUES)
    assert found["minutes_without"] == 600
    assert found["minutes_with"] == 2 * 15 + 5 * 4 + 10 * 8  # 130
    assert found["minutes_saved"] == 470
    assert found["cost_without"] == 300
    assert found["cost_with"] == pytest.approx(130 / 60 * 30 + 20 + 20 * 0.05 + 60)  # 146
    assert found["saved"] == pytest.approx(154)
    assert found["each_with"] == pytest.approx(146 / 8)
    assert found["each_without"] == pytest.approx(300 / 8)


def test_without_a_qualified_person_there_is_no_cost_of_one() -> None:
    found = gains.simulate(replace(COUNTED, qualified=0), DEFAULTS, count=100)
    assert "each_with" not in found
    assert found["minutes_saved"].median > 0


def test_without_a_range_nothing_is_uncertain() -> None:
    found = gains.simulate(COUNTED, sure(), count=100)
    assert found["minutes_saved"] == Spread(470, 470, 470, 470)
    assert gains.weights(COUNTED, sure(), "minutes_saved", count=100)["part"].sum() == 0


def test_the_same_seed_gives_the_same_figures() -> None:
    assert gains.simulate(COUNTED, DEFAULTS) == gains.simulate(COUNTED, DEFAULTS)


@settings(max_examples=30)
@given(st.tuples(*(st.floats(0, 200) for _ in range(3))).map(sorted))
def test_draws_stay_in_their_range_and_have_the_mean_of_the_pert_law(bounds: list[float]) -> None:
    low, value, high = bounds
    (drawn,) = gains.draws({"contact_minutes": Baseline("contact_minutes", value, low, high, "x")}).values()
    assert drawn.min() >= low - 1e-9
    assert drawn.max() <= high + 1e-9
    assert np.isclose(drawn.mean(), (low + 4 * value + high) / 6, atol=0.02 * (high - low) + 1e-9)


def test_the_widest_assumption_of_most_contacts_weighs_most_and_what_costs_no_time_weighs_nothing() -> None:
    table = gains.weights(COUNTED, DEFAULTS, "minutes_saved")
    assert table["name"].iloc[0] == "contact_minutes"
    assert table["part"].sum() == pytest.approx(1)
    parts = dict(zip(table["name"], table["part"], strict=True))
    assert parts["hour_cost"] == parts["part_price"] == parts["fixed_cost"] == 0
    first = table.iloc[0]
    assert (first["at_low"], first["at_high"]) == (3 * 100 - 130, 12 * 100 - 130)


@pytest.mark.parametrize(
    ("spread", "said"),
    [
        pytest.param(Spread(1, 600, 60, 900), "fait gagner du temps : environ 10 h", id="all above zero"),
        pytest.param(Spread(1, -600, -900, -60), "coûte du temps : environ 10 h", id="all below zero"),
        pytest.param(Spread(1, 60, -60, 600), "ne peut pas dire", id="zero lies within"),
    ],
)
def test_the_title_claims_no_more_than_the_interval(spread: Spread, said: str) -> None:
    assert said in gains_wording.finding(spread)


def test_a_change_keeps_every_version_with_its_source_and_is_journaled(town: Town) -> None:
    town.write([])
    for value, source in ((7.0, "Relevé d'octobre"), (8.0, "Relevé de novembre"), (8.0, "Relevé de novembre")):
        baselines.change(town.database, town.evaluator, "contact_minutes", value, 4, 12, source, NOW)
    used = baselines.current(town.database, town.evaluator)
    assert (used["contact_minutes"].value, used["contact_minutes"].version) == (8.0, 2)
    assert used["hour_cost"] == DEFAULTS["hour_cost"]
    kept = baselines.versions(town.database, town.evaluator, "contact_minutes")
    assert [(each.version, each.source) for each in kept[:2]] == [(2, "Relevé de novembre"), (1, "Relevé d'octobre")]
    assert kept[-1] == DEFAULTS["contact_minutes"]
    entries = [row["subject"] for row in town.database.rows("SELECT subject FROM journal ORDER BY subject")]
    assert entries == ["contact_minutes 1", "contact_minutes 2"]


@pytest.mark.parametrize(
    ("value", "low", "high", "source", "said"),
    [
        pytest.param(2, 3, 12, "relevé", "entre le bas et le haut", id="below the low bound"),
        pytest.param(6, 3, 5, "relevé", "entre le bas et le haut", id="above the high bound"),
        pytest.param(6, -1, 12, "relevé", "négatif", id="negative"),
        pytest.param(float("nan"), 3, 12, "relevé", "entre le bas et le haut", id="no number"),
        pytest.param(6, 3, 1_000, "relevé", "dépasse", id="out of reason"),
        pytest.param(6, 3, 12, "  ", "d'où vient", id="no source"),
        pytest.param(6, 3, 12, "x" * 400, "400 caractères", id="a source as long as a novel"),
    ],
)
def test_an_assumption_that_makes_no_sense_is_refused_in_french(
    town: Town, value: float, low: float, high: float, source: str, said: str
) -> None:
    with pytest.raises(FtError, match=said):
        baselines.change(town.database, town.evaluator, "contact_minutes", value, low, high, source, NOW)


def test_a_counselor_changes_no_assumption(town: Town) -> None:
    counselor = Person("c", "Claire", Role.COUNSELOR, AGENCIES[0])
    with pytest.raises(NotAllowed):
        baselines.change(town.database, counselor, "contact_minutes", 6, 3, 12, "relevé", NOW)
