"""Pilots against controls: estimates worked out by hand, the checks, and the file of outcomes."""

from __future__ import annotations

import itertools
import random
from contextlib import suppress
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.errors import FtError, NotAllowed, UnreadableFile
from ftcore.insight import pilot, pilot_file, pilot_wording
from ftcore.insight.pilot import Plan
from ftcore.model import Person, Role
from tests.insight.evaluation.conftest import AGENCIES, NOW, Town

MONTHS = [date(2026, month, 1) for month in range(1, 9)]
BEGIN = date(2026, 5, 1)


def outcomes(gain: float, pilots: int = 3, controls: int = 4, noise: float = 0.0, drift: float = 0.0) -> pd.DataFrame:
    """Rates of agencies: a level of each, a season of all, and what the pilots gain from May on."""
    rng = random.Random(7)
    rows = []
    for place in range(pilots + controls):
        is_pilot = place < pilots
        name = f"{'P' if is_pilot else 'T'}{place}"
        for number, month in enumerate(MONTHS):
            share = 0.3 + 0.01 * place + 0.02 * (number % 3) + rng.gauss(0, noise)
            share += is_pilot * (drift * number + (gain if month >= BEGIN else 0))
            rows.append({"agency": name, "month": month, "numerator": 1000 * share, "denominator": 1000.0})
    return pd.DataFrame(rows)


def plan_of(table: pd.DataFrame, start: date = BEGIN) -> Plan:
    names = sorted(set(table["agency"]))
    return Plan(start, "essai", tuple(n for n in names if n[0] == "P"), tuple(n for n in names if n[0] == "T"))


def by_hand(table: pd.DataFrame) -> float:
    """(pilots after − before) − (controls after − before), from the four means."""
    rates = table["numerator"] / table["denominator"]
    is_pilot, after = table["agency"].str.startswith("P"), table["month"] >= BEGIN
    means = {(p, a): rates[(is_pilot == p) & (after == a)].mean() for p in (True, False) for a in (True, False)}
    return (means[True, True] - means[True, False]) - (means[False, True] - means[False, False])


@pytest.mark.parametrize("gain", [0.0, 0.04, -0.03])
def test_the_difference_in_differences_is_that_of_the_four_means(gain: float) -> None:
    table = outcomes(gain, noise=0.01)
    found = pilot.compare(table, plan_of(table))
    assert found.did is not None
    assert found.did.value == pytest.approx(by_hand(table))
    after = table[table["month"] >= BEGIN].assign(rate=lambda t: t["numerator"] / t["denominator"])
    is_pilot = after["agency"].str.startswith("P")
    assert found.after is not None
    assert found.after.value == pytest.approx(after["rate"][is_pilot].mean() - after["rate"][~is_pilot].mean())
    assert (found.pilots, found.controls, found.before_months, found.after_months) == (3, 4, 4, 4)


def test_the_permutation_counts_every_choice_of_as_many_pilots() -> None:
    table = outcomes(0.04, noise=0.02)
    found = pilot.compare(table, plan_of(table))
    rates = table.assign(rate=table["numerator"] / table["denominator"], after=table["month"] >= BEGIN)
    means = rates.groupby(["agency", "after"])["rate"].mean().unstack()
    change = means[True] - means[False]
    differences = []
    for chosen in itertools.combinations(change.index, 3):
        others = [name for name in change.index if name not in chosen]
        differences.append(abs(change[list(chosen)].mean() - change[others].mean()))
    real = abs(
        change[[n for n in change.index if n[0] == "P"]].mean()
        - change[[n for n in change.index if n[0] == "T"]].mean()
    )
    assert found.permutations == 35
    assert found.permutation == pytest.approx(sum(each >= real - 1e-12 for each in differences) / 35)


def test_a_gap_that_grew_before_the_start_is_said() -> None:
    table = outcomes(0.0, noise=0.002, drift=0.02)
    found = pilot.compare(table, plan_of(table))
    assert found.trend is not None
    assert found.trend.value == pytest.approx(0.02, abs=0.004)
    assert any("s'écartaient déjà" in each for each in pilot_wording.warnings(found))


def test_the_event_study_is_zero_in_the_month_before_and_shows_the_gain_after() -> None:
    table = outcomes(0.05, noise=0.001)
    months = pilot.compare(table, plan_of(table)).months.set_index("month")
    assert len(months) == len(MONTHS)
    assert months.loc[date(2026, 4, 1)].tolist() == [0, 0, 0]
    assert months.loc[months.index >= BEGIN, "effect"].to_numpy() == pytest.approx(0.05, abs=0.01)
    assert abs(months.loc[months.index < BEGIN, "effect"].to_numpy()).max() < 0.01


def test_few_agencies_are_said_to_be_few_and_no_effect_is_claimed_without_the_permutation() -> None:
    table = outcomes(0.05, pilots=1, controls=2, noise=0.005)
    found = pilot.compare(table, plan_of(table))
    assert found.few
    assert found.permutations == 3
    said = " ".join(pilot_wording.warnings(found))
    assert "Trop peu d'agences" in said
    assert "ne peut pas descendre sous 5 %" in said
    assert pilot_wording.finding(found).startswith("Aucun effet établi")


@pytest.mark.parametrize(
    ("start", "agencies"),
    [
        pytest.param(date(2026, 1, 1), "PT", id="nothing before the start"),
        pytest.param(date(2027, 1, 1), "PT", id="nothing after it"),
        pytest.param(BEGIN, "P", id="no control"),
        pytest.param(BEGIN, "T", id="no pilot"),
        pytest.param(BEGIN, "", id="nothing at all"),
    ],
)
def test_where_there_is_nothing_to_compare_nothing_is_compared(start: date, agencies: str) -> None:
    table = outcomes(0.05, noise=0.01)
    part = table[table["agency"].str[0].isin(list(agencies))]
    found = pilot.compare(part, plan_of(table, start))
    assert found.did is None
    assert found.permutation is None
    assert pilot_wording.finding(found) == "Pas encore de quoi comparer les pilotes et les témoins"


def test_a_month_without_people_and_an_agency_without_data_are_left_out_and_said() -> None:
    table = outcomes(0.05, noise=0.01)
    empty = pd.DataFrame([{"agency": "P9", "month": BEGIN, "numerator": 0.0, "denominator": 0.0}])
    chosen = plan_of(pd.concat([table, empty]))
    found = pilot.compare(pd.concat([table, empty]), chosen)
    assert found.unknown == ("P9",)
    assert found.pilots == 3


def test_the_plan_is_kept_in_versions_and_journaled(town: Town) -> None:
    town.write([])
    assert pilot.plan(town.database, town.evaluator) is None
    for names in (["A"], ["A", "C"]):
        pilot.designate(town.database, town.evaluator, date(2026, 5, 12), "retour à l'emploi", names, ["B"], NOW)
    used = pilot.plan(town.database, town.evaluator)
    assert used is not None
    assert (used.version, used.pilots, used.controls, used.start_month) == (2, ("A", "C"), ("B",), BEGIN)
    assert town.database.value("SELECT count(*) FROM journal WHERE act = 'pilot designated'") == 2
    with pytest.raises(FtError, match="à la fois"):
        pilot.designate(town.database, town.evaluator, BEGIN, "retour", ["A"], ["A"], NOW)
    with pytest.raises(FtError, match="au moins une"):
        pilot.designate(town.database, town.evaluator, BEGIN, "retour", ["A"], [], NOW)
    counselor = Person("c", "Claire", Role.COUNSELOR, AGENCIES[0])
    with pytest.raises(NotAllowed):
        pilot.designate(town.database, counselor, BEGIN, "retour", ["A"], ["B"], NOW)


GOOD = "agence;mois;numerateur;denominateur\nCrest;2026-04;12;40\nDie;2026-04;10,5;50\n"


def test_a_file_replaces_what_was_imported_before(town: Town) -> None:
    town.write([])
    for _ in range(2):
        assert pilot_file.import_outcomes(town.database, town.evaluator, GOOD.encode("utf-8-sig"), NOW) == 2
    kept = pilot.imported(town.database, town.evaluator)
    assert kept.to_dict("list") == {
        "agency": ["Crest", "Die"],
        "month": [date(2026, 4, 1)] * 2,
        "numerator": [12, 10.5],
        "denominator": [40, 50],
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "colonnes", id="empty"),
        pytest.param("agence;mois\nA;2026-01\n", "colonnes", id="columns are missing"),
        pytest.param(GOOD.splitlines()[0] + "\n", "aucune ligne", id="no row"),
        pytest.param(GOOD + "Nyons;avril;1;2\n", "ligne 4 : le mois « avril »", id="a month in words"),
        pytest.param(GOOD + "Nyons;2026-13;1;2\n", "ligne 4 : le mois", id="a thirteenth month"),
        pytest.param(GOOD + "Nyons;2026-04;3;2\n", "ligne 4 : le numérateur dépasse", id="more than all"),
        pytest.param(GOOD + "Nyons;2026-04;0;0\n", "ligne 4 .*nul", id="of nobody"),
        pytest.param(GOOD + "Nyons;2026-04;-1;2\n", "ligne 4 : « -1 »", id="negative"),
        pytest.param(GOOD + "Nyons;2026-04;1e3;2000\n", "ligne 4 : « 1e3 »", id="scientific"),
        pytest.param(GOOD + "Nyons;2026-04;nan;2\n", "ligne 4 : « nan »", id="no number"),
        pytest.param(GOOD + "Nyons;2026-04;1\n", "ligne 4 : 3 colonnes", id="a cell is missing"),
        pytest.param(GOOD + "Crest;2026-04;1;2\n", "ligne 4 : cette agence a déjà", id="twice the same month"),
        pytest.param(GOOD + ";2026-04;1;2\n", "ligne 4 : le nom", id="no name"),
        pytest.param(GOOD + '"Nyons;2026-04;1;2\n', "CSV lisible", id="an open quote"),
    ],
)
def test_a_fault_is_said_with_its_line_and_nothing_is_imported(town: Town, text: str, said: str) -> None:
    town.write([])
    with pytest.raises(UnreadableFile, match=said):
        pilot_file.import_outcomes(town.database, town.evaluator, text.encode(), NOW)
    assert town.database.value("SELECT count(*) FROM pilot_outcome WHERE agency = 'Nyons'") == 0


@settings(max_examples=150)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: (GOOD + text).encode("utf-8", "ignore")))
def test_no_file_does_more_than_be_refused(content: bytes) -> None:
    with suppress(UnreadableFile):
        assert all(0 <= row.numerator <= row.denominator for row in pilot_file.read(content))
