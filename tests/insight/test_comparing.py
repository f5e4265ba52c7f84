"""Groups beside each other: no difference is told that chance could have made."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.insight import comparing
from ftcore.insight.comparing import MEASURES, Group
from ftcore.insight.metrics import rate

REPLY = MEASURES["reponse"]


def made(*rows: tuple[str, int, int]) -> list[Group]:
    return [Group(label, label, rate(count, base)) for label, count, base in rows]


@given(st.lists(st.integers(0, 400).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base))), max_size=8))
def test_all_at_once_they_are_the_same_rates(pairs: list[tuple[int, int]]) -> None:
    at_once = comparing.rates([count for count, _ in pairs], [base for _, base in pairs])
    for one, (count, base) in zip(at_once, pairs, strict=True):
        alone = rate(count, base)
        assert (one.count, one.base) == (alone.count, alone.base)
        assert (one.low, one.high) == pytest.approx((alone.low, alone.high), abs=1e-9)


@pytest.mark.parametrize(
    ("groups", "title", "said"),
    [
        pytest.param([("A", 60, 80), ("B", 20, 80)], "« A » répond plus que « B »", "ne se recouvrent pas", id="apart"),
        pytest.param([("A", 45, 80), ("B", 40, 80)], "pas d'écart net", "dus au hasard", id="overlapping"),
        pytest.param([("A", 9, 9), ("B", 0, 9)], "trop peu de personnes", "au moins deux groupes de 10", id="too few"),
        pytest.param([("A", 9, 90), ("B", 0, 3)], "trop peu de personnes", "1 groupe de moins de 10", id="one left"),
        pytest.param([], "trop peu de personnes", "au moins deux groupes", id="nothing"),
        pytest.param([("A", 0, 90), ("B", 0, 80)], "pas d'écart net", "dus au hasard", id="nobody replied"),
        pytest.param(
            [(f"G{n}", 10 + n, 40) for n in range(13)], "pas d'écart net", "Les 12 plus grands", id="many, close"
        ),
    ],
)  # fmt: skip
def test_what_a_comparison_says(groups: list[tuple[str, int, int]], title: str, said: str) -> None:
    found = made(*groups)
    assert title in comparing.title(found, REPLY, "métiers")
    assert said in comparing.sentence(found, REPLY)


def test_the_extremes_of_many_groups_are_told_apart_only_if_all_together_differ() -> None:
    """Of thirty groups with one true rate, the ends look far apart: 16 of 20 beside 6 of 20, by chance."""
    even = [("high", 17, 20), ("low", 6, 20), *((f"G{n}", 110, 200) for n in range(28))]
    found = made(*even)
    assert comparing.extremes(found[:2]) is not None
    assert comparing.extremes(found) is None


def test_the_table_hides_the_rate_of_a_few_and_keeps_their_number() -> None:
    table = comparing.table_of(made(("A", 60, 80), ("B", 2, 3)), REPLY, "Métier")
    assert list(table["Métier"]) == ["A", "B"]
    assert list(table["Jointes"]) == [80, 3]
    assert table["Taux"][0] == pytest.approx(0.75)
    assert pd.isna(table["Taux"][1])
    assert pd.isna(table["IC haut"][1])


def test_every_measure_counts_columns_of_a_group() -> None:
    columns = {"sent", "delivered", "replied", "interested", "opted_out", "introduced"}
    for measure in MEASURES.values():
        assert {measure.count, measure.base} <= columns
        assert measure.count != measure.base
