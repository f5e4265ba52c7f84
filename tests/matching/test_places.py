"""Places are found as people write them; what could be two places is none."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.database import Database
from ftcore.matching import places
from ftcore.model import Place


@pytest.mark.parametrize(
    ("text", "insee"),
    [
        pytest.param("Annonay", "07010", id="as in the list"),
        pytest.param("  ANNONAY ", "07010", id="capitals"),
        pytest.param("07 - Annonay", "07010", id="department before"),
        pytest.param("Annonay (07)", "07010", id="department in brackets"),
        pytest.param("07100 Annonay", "07010", id="postcode decides between neighbours"),
        pytest.param("Annonay 07104 CEDEX 1", "07010", id="business postcode"),
        pytest.param("07010", "07010", id="INSEE code"),
        pytest.param("st peray", "07281", id="abbreviated, without hyphen or accent"),
        pytest.param("SAINT PERAY", "07281", id="capitals without accent"),
        pytest.param("Valence (82)", "82186", id="homonym told by its department"),
        pytest.param("26000 Valence", "26362", id="homonym told by its postcode"),
        pytest.param("Lyon 3e", "69123", id="district"),
        pytest.param("69003 Lyon", "69123", id="postcode of a district"),
        pytest.param("69383", "69123", id="INSEE code of a district"),
        pytest.param("Valence", None, id="homonyms"),
        pytest.param("07100", None, id="a postcode of two communes"),
        pytest.param("07200", None, id="postcode of one commune and INSEE code of another"),
        pytest.param("Valence (07)", None, id="no such commune in that department"),
        pytest.param("26000 Annonay", None, id="name and postcode disagree"),
        pytest.param("Nulle-Part", None, id="unknown"),
        pytest.param("", None, id="nothing"),
        pytest.param("(07)", None, id="a department only"),
    ],
)
def test_a_commune_is_found_as_people_write_it(database: Database, text: str, insee: str | None) -> None:
    found = places.find_place(database, text)
    assert (found.insee if found else None) == insee


def test_the_agencys_department_decides_between_homonyms(database: Database) -> None:
    found = places.find_place(database, "Valence", near="26")
    assert found is not None
    assert found.insee == "26362"


@pytest.mark.parametrize("text", ["07", "Ardèche", "ardeche", " ARDÈCHE "])
def test_a_department_is_a_rough_place(database: Database, text: str) -> None:
    found = places.department_place(database, text)
    assert found == Place("Ardèche", "07", None, 44.75, 4.42)


def test_an_unknown_department_is_no_place(database: Database) -> None:
    assert places.department_place(database, "99") is None


def test_overseas_departments_have_their_own_time(database: Database) -> None:
    assert places.zone_of(database, "974") == "Indian/Reunion"
    assert places.zone_of(database, "07") == places.zone_of(database, "??") == "Europe/Paris"
    assert places.zone_of(database, None) == "Europe/Paris"


def test_all_communes_are_listed_by_name(database: Database) -> None:
    assert [place.name for place in places.communes(database)][:3] == ["Annonay", "Aubenas", "Boulieu-lès-Annonay"]


@given(text=st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_text_makes_the_search_fail(database: Database, text: str) -> None:
    places.find_place(database, text)
    places.department_place(database, text)
