"""French figures and instants."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from ftcore.insight import wording
from ftcore.insight.metrics import Rate


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(7, "7", id="small"),
        pytest.param(12480, "12\u202f480", id="narrow space by thousands"),
        pytest.param(2.5, "2,5", id="decimal comma"),
        pytest.param(3.0, "3", id="whole"),
    ],
)
def test_a_number(value: float, words: str) -> None:
    assert wording.number(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(Decimal("3.70"), "3,70\u202f€", id="cents"),
        pytest.param(0, "0,00\u202f€", id="nothing"),
        pytest.param(1200.5, "1\u202f200,50\u202f€", id="narrow space by thousands"),
    ],
)
def test_an_amount(value: Decimal | float, words: str) -> None:
    assert wording.euros(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(0.4, "0 min", id="seconds"),
        pytest.param(18.6, "19 min", id="minutes"),
        pytest.param(59.6, "1 h", id="rounds up to the hour"),
        pytest.param(130, "2 h 10", id="hours"),
        pytest.param(60 * 24 * 3, "3 j", id="days"),
    ],
)
def test_a_duration(value: float, words: str) -> None:
    assert wording.minutes(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(datetime(2026, 11, 23, 13, 5), "lun. 23 nov., 14:05", id="winter"),
        pytest.param(datetime(2026, 7, 14, 22, 30), "mer. 15 juil., 00:30", id="summer, past midnight in Paris"),
    ],
)
def test_an_instant_is_told_in_paris(value: datetime, words: str) -> None:
    assert wording.instant(value) == words


def test_a_day() -> None:
    assert wording.day(date(2026, 2, 1)) == "dim. 1 févr."


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(Rate(143, 310, 0.4066, 0.5168), "46\u202f% (n = 310, IC 41–52\u202f%)", id="with its interval"),
        pytest.param(Rate(2, 9, 0.06, 0.55), "trop peu (n = 9)", id="too few people"),
        pytest.param(Rate(0, 0, 0.0, 1.0), "aucune donnée", id="nobody"),
    ],
)
def test_a_rate_never_stands_alone(value: Rate, words: str) -> None:
    assert wording.rate(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(0, "0 réponse", id="none is singular"),
        pytest.param(1, "1 réponse", id="one"),
        pytest.param(2, "2 réponses", id="two"),
        pytest.param(12480, "12\u202f480 réponses", id="many"),
    ],
)
def test_a_number_agrees_with_its_noun(value: int, words: str) -> None:
    assert wording.counted(value, "réponse") == words


def test_a_plural_that_is_no_added_s_is_given() -> None:
    assert wording.counted(3, "a répondu", "ont répondu") == "3 ont répondu"


def test_a_difference_has_its_sign() -> None:
    assert [wording.signed(n) for n in (12, 0, -3)] == ["+12", "0", "−3"]
