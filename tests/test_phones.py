"""Phone numbers: what is one, how people read it, and that none is left in a masked text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.phones import covered_in, display, is_fictional, mask, normalise


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param("0639980001", "+33639980001", id="national"),
        pytest.param("06 39 98 00 01", "+33639980001", id="with spaces"),
        pytest.param("06.39.98.00.01", "+33639980001", id="with dots"),
        pytest.param("+33 6 39 98 00 01", "+33639980001", id="international"),
        pytest.param("+33 (0)6 39 98 00 01", "+33639980001", id="the zero in brackets"),
        pytest.param("0033639980001", "+33639980001", id="with 00"),
        pytest.param(" 33639980001", "+33639980001", id="a plus that a form made a space"),
        pytest.param("+33639980001\n", "+33639980001", id="a trailing newline"),
        pytest.param("0612345678", "+33612345678", id="a mobile"),
        pytest.param("+262692123456", "+262692123456", id="Réunion"),
        pytest.param("0145678901", None, id="a landline gets no SMS"),
        pytest.param("0800123456", None, id="a free number"),
        pytest.param("17", None, id="the police"),
        pytest.param("+3363998000", None, id="one digit short"),
        pytest.param("+336399800011", None, id="one digit more"),
        pytest.param("٠٦٣٩٩٨٠٠٠١", None, id="Arabic digits"),
        pytest.param("+" + "3" * 40, None, id="forty digits"),
        pytest.param("AFRICASTKNG", None, id="a sender's name"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_number_is_written_one_way_or_refused(text: str, number: str | None) -> None:
    assert normalise(text) == number


@given(st.text(max_size=30))
@settings(deadline=None, max_examples=100)
def test_any_text_gives_a_number_or_none_and_a_number_stays_itself(text: str) -> None:
    number = normalise(text)
    if number is not None:
        assert normalise(number) == number


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        pytest.param("+33639980001", "06 39 98 00 01", id="as in France"),
        pytest.param("+262692123456", "+262 692 12 34 56", id="international elsewhere"),
        pytest.param("inconnu", "inconnu", id="no number"),
    ],
)
def test_a_number_is_shown_as_people_read_it(phone: str, shown: str) -> None:
    assert display(phone) == shown


def test_only_the_reserved_range_is_fictional() -> None:
    assert is_fictional("+33639980000")
    assert is_fictional("+33639989999")
    assert not is_fictional("+33639990000")
    assert not is_fictional("+33639980001\n")


@pytest.mark.parametrize(
    "number",
    [
        "+33639980001",
        "0033639980001",
        "33639980001",
        "%2B33639980001",
        "0639980001",
        "06 39 98 00 01",
        "06.39.98.00.01",
        "06-39-98-00-01",
        "06\u00a039\u00a098\u00a000\u00a001",
        "06\u202f39\u202f98\u202f00\u202f01",
        "+33 6 39 98 00 01",
        "+33 (0)6 39 98 00 01",
        "+33(0)639980001",
        "+254711123456",
        "+1 212 555 0100",
    ],
)
@pytest.mark.parametrize("around", ["{}", "à {} merci", "to={}&message=x", "({})", '"{}",', "{}.", "tel:{}", "{} {}"])
def test_a_masked_text_holds_no_number(number: str, around: str) -> None:
    masked = mask(around.replace("{}", number))
    assert masked == around.replace("{}", "[numéro]")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2026-11-24 09:00:00,123", id="a time"),
        pytest.param("3f2a9b1c-0123-4567-89ab-0123456789ab", id="a UUID"),
        pytest.param("ATXid_0612345678", id="a gateway's id"),
        pytest.param("G1803, 35 h, 12,50 €", id="an offer"),
        pytest.param("10.0.0.1:8501", id="an address"),
        pytest.param("1763974800", id="an instant"),
    ],
)
def test_what_is_no_number_stays_readable(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("Mon 06.39.98.00.05, merci", "Mon 06.••.••.••.05, merci", id="points"),
        pytest.param("0639980005", "06••••••05", id="in one piece"),
        pytest.param("+33 6 39 98 00 05", "+33 • •• •• •• 05", id="with the country"),
        pytest.param("6 39 98 00 05", "6 3• •• •• 05", id="without its zero"),
        pytest.param("06/39/98/00/05", "06/••/••/••/05", id="strokes"),
        pytest.param("0 6 3 9 9 8 0 0 0 5", "0 6 • • • • • • 0 5", id="digit by digit"),
        pytest.param(
            "06\u00a039\u202f98\n00 05", "06\u00a0••\u202f••\n•• 05", id="spaces of any kind stay as they are"
        ),
        pytest.param("au 04 75 00 00 01 ou 06 39 98 00 05", "au 04 •• •• •• 01 ou 06 •• •• •• 05", id="two"),
        pytest.param("06 39 98 00 05/06 39 98 00 06", "06 •• •• •• 05/06 •• •• •• 06", id="two with a stroke"),
        pytest.param("+44 20 7946 0958", "+44 •• •••• ••58", id="another country"),
    ],
)
def test_a_number_that_somebody_wrote_is_covered_as_it_is_written(text: str, shown: str) -> None:
    assert covered_in(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("du 01/12/2026 au 05/12/2026", id="dates"),
        pytest.param("le 01.12.2026 14 30", id="a date and an hour"),
        pytest.param("de 0830 à 1230 et 1400 à 1800", id="hours"),
        pytest.param("12 480 euros, 1 500 à 2 000 par mois", id="sums"),
        pytest.param("SIRET 123 456 789 00012", id="the number of a firm"),
        pytest.param("06 39 98 00", id="too short"),
    ],
)
def test_what_is_no_number_is_left_in_what_somebody_wrote(text: str) -> None:
    assert covered_in(text) == text


@given(st.text(st.characters(categories=("N", "Z", "P")), max_size=60) | st.text(max_size=60))
def test_covering_changes_digits_only_and_is_done_once(text: str) -> None:
    shown = covered_in(text)
    assert len(shown) == len(text)
    assert all(now == was or (now == "•" and was.isdigit()) for now, was in zip(shown, text, strict=True))
