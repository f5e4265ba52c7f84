"""The first-reply curve: against a fixture counted by hand, and against the product written out."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.insight import survival


def waits(*rows: tuple[int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["minutes", "answered", "silent"])


# Ten SMS: four answered, one still silent after 20 minutes, five silent to the end.
TEN = waits((5, 2, 0), (20, 0, 1), (30, 1, 0), (90, 1, 0), (4320, 0, 5))


@pytest.mark.parametrize(
    ("minutes", "share"),
    [
        pytest.param(5, 0.0, id="nobody within the minute before"),
        pytest.param(6, 0.2, id="two of ten"),
        pytest.param(60, 1 - 0.8 * 6 / 7, id="one of the seven still looked at"),
        pytest.param(300, 1 - 0.8 * 6 / 7 * 5 / 6, id="one of six"),
        pytest.param(1440, 1 - 0.8 * 6 / 7 * 5 / 6, id="nothing since"),
    ],
)
def test_the_shares_are_those_counted_by_hand(minutes: int, share: float) -> None:
    found = survival.first_replies(TEN).within(minutes)
    assert found.value == pytest.approx(share)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_silence_is_no_refusal_yet() -> None:
    """Forty SMS of a minute ago change nothing to the share that answers within the hour."""
    fresh = pd.concat([TEN, waits((1, 0, 40))])
    assert survival.first_replies(fresh).within(60).value == pytest.approx(survival.first_replies(TEN).within(60).value)


def test_the_hour_ends_with_its_last_second() -> None:
    curve = survival.first_replies(waits((59, 10, 0), (60, 10, 0)))
    assert curve.within(60).value == pytest.approx(0.5)
    assert curve.within(61).value == pytest.approx(1)


@pytest.mark.parametrize(
    ("rows", "median"),
    [
        pytest.param([(5, 2, 0), (30, 1, 0)], 5, id="odd"),
        pytest.param([(5, 1, 9), (30, 1, 0)], 17.5, id="even, and silence does not count"),
        pytest.param([(5, 0, 9)], None, id="nobody answered"),
    ],
)
def test_the_median_is_of_those_answered(rows: list[tuple[int, int, int]], median: float | None) -> None:
    assert survival.first_replies(waits(*rows)).median_minutes == median


@pytest.mark.parametrize("table", [waits(), waits((3, 0, 4))], ids=["nothing", "only silence"])
def test_without_a_reply_every_share_is_nought(table: pd.DataFrame) -> None:
    curve = survival.first_replies(table.astype(int))
    assert curve.too_few
    assert curve.within(1440).value == 0
    assert curve.shares == ()


rows = st.tuples(st.integers(0, 4319), st.integers(0, 30), st.integers(0, 30))


@given(st.lists(rows, min_size=1, max_size=25, unique_by=lambda row: row[0]))
def test_it_is_the_product_written_out(table: list[tuple[int, int, int]]) -> None:
    """One SMS a row, and the share of survivors minute by minute."""
    curve = survival.first_replies(waits(*table))
    people = [(minute, answered) for minute, yes, no in table for answered in [True] * yes + [False] * no]
    assert curve.base == len(people)
    silent = 1.0
    for minute in sorted({minute for minute, _ in people}):
        at_risk = sum(other >= minute for other, _ in people)
        silent *= 1 - sum(other == minute and answered for other, answered in people) / at_risk
        assert curve.within(minute + 1).value == pytest.approx(1 - silent)
