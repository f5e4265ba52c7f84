"""What a comparison says: never more than it knows, in French."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from ftcore.insight import comparison_wording as words
from ftcore.insight.comparison_counts import Pace
from ftcore.insight.comparison_results import ArmCount, Checks, Outcome
from ftcore.insight.comparison_statistics import by_people
from ftcore.insight.comparison_terms import Comparison, Definition, Metric, State, size_of
from ftcore.insight.metrics import rate
from ftcore.insight.wording import NARROW
from ftcore.outreach.arms import Arm, Compared, Unit

DEFINITION = Definition("Nom", "Question ?", Compared.WORDING, Arm("Longue", "…"), Arm("Courte", "…"), Unit.PERSON,
                        Metric.REPLY, 0.4, 0.15)  # fmt: skip
THEN = datetime(2026, 11, 24, 9, 0)


def outcome(a: tuple[int, int], b: tuple[int, int], state: State = State.DONE, **more: Any) -> Outcome:
    definition = replace(DEFINITION, metric=more.pop("metric", Metric.REPLY))
    comparison = Comparison(UUID(int=1), UUID(int=2), "Agence", definition, size_of(definition), state, 400, 400,
                            THEN, THEN, THEN, THEN, THEN, "motif", "seed")  # fmt: skip
    first, second = rate(*a), rate(*b)
    difference = by_people(first, second) if state is State.DONE and a[1] and b[1] else None
    checks = replace(Checks(1.0, 1.0, True, True), **more)
    arms = [
        ArmCount(label, one.base, one.base, rate(one.base, one.base), one)
        for label, one in (("Longue", first), ("Courte", second))
    ]
    return Outcome(comparison, *arms, difference, checks, (), THEN)


@pytest.mark.parametrize(
    ("told", "title", "sentence"),
    [
        pytest.param(outcome((60, 200), (100, 200)), "« Courte » fait répondre plus que « Longue »",
                     "Différence observée : +20,0 points (IC à 95 % : +10,4 à +29,1 points", id="the second is better"),
        pytest.param(outcome((100, 200), (60, 200)), "« Longue » fait répondre plus que « Courte »",
                     "−20,0 points", id="the first is better"),
        pytest.param(outcome((100, 200), (60, 200), metric=Metric.OPT_OUT),
                     "« Longue » fait dire STOP plus souvent que « Courte »", "ont répondu STOP", id="more STOP"),
        pytest.param(outcome((90, 200), (96, 200)), "Non concluant : pas de différence établie",
                     "non concluant : le hasard suffit à l'expliquer", id="chance is enough"),
        pytest.param(outcome((60, 200), (100, 200), State.STOPPED), "Non concluant : arrêtée avant l'effectif prévu",
                     "Aucun test n'est fait", id="stopped early"),
        pytest.param(outcome((60, 200), (100, 200), redrawn=False), "Résultat à ne pas utiliser",
                     "non concluant, car le tirage n'est pas en ordre", id="arms that the lot did not give"),
        pytest.param(outcome((60, 200), (100, 200), split=0.0001), "Résultat à ne pas utiliser", "non concluant",
                     id="a lopsided split"),
        pytest.param(outcome((0, 0), (100, 200)), "Non concluant : pas assez", "pas de quoi calculer",
                     id="an empty arm"),
        pytest.param(outcome((3, 8), (4, 9)), "Non concluant", "trop peu (n = 8)", id="too few to show a rate"),
    ],
)  # fmt: skip
def test_a_result_says_what_was_observed_and_no_more(told: Outcome, title: str, sentence: str) -> None:
    assert words.title(told).startswith(title)
    assert sentence in words.sentence(told)
    tested = told.comparison.state is State.DONE and told.difference is not None
    assert ("p\u00a0" in words.sentence(told)) == tested, "no p-value but of a test that was planned"
    assert told.conclusive == ("Le hasard seul l'explique mal" in words.sentence(told))


def test_each_check_that_fails_is_marked() -> None:
    fine = [state for state, _ in words.checks(outcome((60, 200), (100, 200)))]
    assert fine == [True] * 4
    broken = words.checks(outcome((60, 200), (100, 200), split=0.0, reached=0.0, redrawn=False, as_started=False))
    assert [state for state, _ in broken] == [False] * 4
    assert len(words.checks(outcome((60, 200), (100, 200), redrawn=None))) == 3, "what cannot be redrawn is not judged"


@pytest.mark.parametrize(
    ("pace", "said"),
    [
        pytest.param(Pace(85.0, 3.0, 3.0, 1.0, {}), "environ 4 semaines, puis quatre jours", id="some weeks"),
        pytest.param(Pace(5.0, 3.0, 3.0, 1.0, {}), "environ 16 mois", id="many months"),
        pytest.param(Pace(900.0, 3.0, 3.0, 1.0, {}), "environ moins d'une semaine", id="some days"),
        pytest.param(Pace(0.0, 0.0, 0.0, None, {}), "la durée ne peut pas être estimée", id="nothing sent lately"),
    ],
)
def test_a_plan_says_why_so_many_and_how_long(pace: Pace, said: str) -> None:
    planned = size_of(DEFINITION)
    text = words.plan(DEFINITION, planned, pace)
    assert f"40{NARROW}% à 55{NARROW}% (+15,0 points)" in text
    assert f"{planned.people} personnes" in text
    assert said in text


def test_an_arm_is_said_in_full() -> None:
    assert words.arm(Arm("Matin", hours=(9, 12)), Compared.HOURS).startswith("Le SMS part entre 9 h et 12 h")
    assert words.arm(Arm("Sans"), Compared.REMINDER) == "Aucune relance."
    assert words.points(-0.01) == "−1,0 point"
    assert words.points(0.0) == "0,0 point"
