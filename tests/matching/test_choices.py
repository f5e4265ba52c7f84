"""The shortlist as files, and people found by name."""

import io
from collections.abc import Callable
from datetime import date
from uuid import UUID

import pandas as pd
import pytest

from ftcore.database import Database
from ftcore.errors import FtError, NotAllowed
from ftcore.matching import choices, ranking
from ftcore.matching.ranking import Conditions, Weights
from ftcore.model import Offer, Person, Ranked, Role

TODAY = date(2026, 11, 23)
Enter = Callable[..., UUID]


def ranked(database: Database, person: Person, offer: Offer) -> list[Ranked]:
    return ranking.rank(database, person, offer, Weights(), Conditions(), TODAY).people


def test_no_cell_of_the_shortlist_runs_as_a_formula(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    enter(last_name="=1+1", first_name="@SUM(A1)")
    text = choices.shortlist_csv(choices.shortlist(ranked(database, person, offer), masked=False)).decode("utf-8-sig")
    assert ";'@SUM(A1);'=1+1;" in text.splitlines()[1]


def test_the_shortlist_for_programs_reads_back(database: Database, person: Person, offer: Offer, enter: Enter) -> None:
    enter()
    table = choices.shortlist(ranked(database, person, offer), masked=False)
    back = pd.read_parquet(io.BytesIO(choices.shortlist_parquet(table)))
    assert back.to_dict("records") == table.to_dict("records")


def test_a_masked_shortlist_says_neither_name_nor_town(
    database: Database, person: Person, offer: Offer, enter: Enter
) -> None:
    enter(last_name="Reconnaissable", external_id="DE-77")
    text = choices.shortlist_csv(choices.shortlist(ranked(database, person, offer), masked=True)).decode("utf-8-sig")
    assert "Personne 1" in text
    for told in ("Reconnaissable", "Annonay", "DE-77", "Léa"):
        assert told not in text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("lea ess", id="first name first, no accent"),
        pytest.param("essai1", id="last name"),
        pytest.param("Essai1 Léa", id="last name first"),
        pytest.param("DE-77", id="identifier"),
    ],
)
def test_people_are_found_by_name_or_identifier(database: Database, person: Person, enter: Enter, text: str) -> None:
    enter(external_id="DE-77")
    assert [found.last_name for found in choices.search(database, person, text)] == ["Essai1"]


def test_a_search_sees_the_own_agency_only_and_signs_of_the_query_are_letters(
    database: Database, person: Person, enter: Enter
) -> None:
    enter(agency_id=UUID(int=5))
    enter(agency_id=person.agency_id, last_name="Autre")
    assert choices.search(database, person, "%%%%") == []
    assert choices.search(database, person, "essai") == []
    with pytest.raises(FtError, match="trois lettres"):
        choices.search(database, person, "au")
    with pytest.raises(NotAllowed):
        choices.search(database, Person("e", "E", Role.EVALUATOR, person.agency_id), "essai")
