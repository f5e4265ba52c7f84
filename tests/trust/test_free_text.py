"""A person named in what others typed: found however it is written, and nobody else with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.rights.free_text import GONE, GONE_NUMBER, traces

FILE = {"first_name": "Zoé", "last_name": "d'Ûrsel-Petit", "phone": "+33639980001", "external_id": "DE-12"}
KNOWN = traces([FILE], ["+33639980002"])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param("Zoé d'Ûrsel-Petit a dit oui", f"{GONE} a dit oui", id="as in the file"),
        pytest.param("vu ZOE D URSEL PETIT hier", f"vu {GONE} hier", id="without accents and signs"),
        pytest.param("d’Ursel-Petit Zoé", GONE, id="surname first, typographic apostrophe"),
        pytest.param("Mme D'ursel petit rappelle", f"{GONE} rappelle", id="with a title"),
        pytest.param("z. d'ursel-petit", GONE, id="with an initial"),
        pytest.param("Ursel est une ville", "Ursel est une ville", id="a part of the name alone is nobody"),
        pytest.param("Zoé Martin", "Zoé Martin", id="another Zoé"),
        pytest.param("Zoé Martin, DE-12", f"{GONE} Martin, {GONE}", id="where the file is named, the first name goes"),
        pytest.param("DE-123 et DE-1", "DE-123 et DE-1", id="other identifiers"),
        pytest.param("au 06.39.98.00.01.", f"au {GONE_NUMBER}.", id="a number with points"),
        pytest.param("+33 (0)6 39 98 00 01", GONE_NUMBER, id="a number with both prefixes"),
        pytest.param("0033639980002 ou 33639980001", f"{GONE_NUMBER} ou {GONE_NUMBER}", id="an earlier number"),
        pytest.param("06 39 98 00 03", "06 39 98 00 03", id="another number"),
        pytest.param("1063998000123", "1063998000123", id="digits of something else"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_the_person_goes_and_the_rest_stays(text: str, left: str) -> None:
    assert KNOWN.without(text) == left


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_stands_around_a_number_it_goes(before: str, after: str) -> None:
    text = f"{before} 06 39 98 00 01 {after}"
    assert "06 39 98 00 01" not in KNOWN.without(text) or text.count("06 39 98 00 01") > 1


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30), st.text(max_size=80))
def test_no_name_and_no_text_breaks_it(first: str, last: str, text: str) -> None:
    known = traces([{"first_name": first, "last_name": last, "phone": "+33639980001", "external_id": "1"}], [])
    assert isinstance(known.without(text), str)
