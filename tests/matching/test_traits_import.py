"""What fairness is measured by comes with the people's file, and stays apart from what ranks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ftcore.database import Database
from ftcore.database.base import Transaction
from ftcore.matching import people_cells as cells
from ftcore.matching import people_file, ranking
from ftcore.matching.people_cells import Refused
from ftcore.matching.people_check import candidate_id
from ftcore.matching.people_import import import_candidates
from ftcore.model import ImportReport, Offer, Person

from .conftest import AGENCY, NOW, TODAY

HEADER = "Identifiant;Prénom;Nom;Téléphone;Métier;Civilité;Date de naissance;QPV;Inscrit depuis\n"


def bring(database: Database, person: Person, text: str) -> ImportReport:
    table = people_file.open_table("gens.csv", text.encode())
    return import_candidates(database, person, table, people_file.guess_mapping(table.columns), NOW)


def line(number: int, traits: str, last_name: str = "Essai") -> str:
    return f"T{number};Léa;{last_name};06399800{number:02d};G1803;{traits}\n"


def declared(database: Database) -> dict[str, tuple[Any, ...]]:
    rows = database.rows(
        """
        SELECT c.external_id, t.sex, t.birth_year, t.priority_district, t.unemployed_since
        FROM candidate_trait t JOIN candidate c ON c.agency_id = t.agency_id AND c.candidate_id = t.candidate_id
        """
    )
    return {row.pop("external_id"): tuple(row.values()) for row in rows}


# --- Cells ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "cell", "said"),
    [
        pytest.param(cells.sex, "F", "f", id="a letter"),
        pytest.param(cells.sex, " MADAME ", "f", id="a form of address, declared"),
        pytest.param(cells.sex, "1", "m", id="as INSEE numbers it"),
        pytest.param(cells.sex, "Non renseigné", None, id="unknown is not guessed"),
        pytest.param(cells.sex, "autre", None, id="neither is no group of its own: too few to be shown"),
        pytest.param(cells.sex, "", None, id="empty sex"),
        pytest.param(cells.sex, "Camille", Refused, id="a first name says nothing"),
        pytest.param(cells.birth_year, "1987", 1987, id="a year"),
        pytest.param(cells.birth_year, "31/12/1943", 1943, id="of a date only the year is kept"),
        pytest.param(cells.birth_year, "2001-02-03T00:00:00", 2001, id="a date of a program"),
        pytest.param(cells.birth_year, "87", Refused, id="two digits may be a year or an age"),
        pytest.param(cells.birth_year, "2025", Refused, id="a child"),
        pytest.param(cells.birth_year, "1850", Refused, id="nobody is so old"),
        pytest.param(cells.birth_year, "٢٠٠١", Refused, id="digits of another script"),
        pytest.param(cells.birth_year, "31/02/1990", Refused, id="a day that never was"),
        pytest.param(cells.priority_district, "Oui", True, id="yes"),
        pytest.param(cells.priority_district, "hors QPV", False, id="outside"),
        pytest.param(cells.priority_district, "QN00701M", True, id="the code of a district"),
        pytest.param(cells.priority_district, "peut-être", Refused, id="neither yes nor no"),
        pytest.param(cells.unemployed_since, "17/03/2025", date(2025, 3, 1), id="of a day only the month is kept"),
        pytest.param(cells.unemployed_since, "inconnu", None, id="unknown since when"),
        pytest.param(cells.unemployed_since, "01/01/2099", Refused, id="in the future"),
        pytest.param(cells.unemployed_since, "18 mois", Refused, id="a length would be wrong tomorrow"),
    ],
)
def test_a_cell_says_a_group_or_nothing_or_is_refused(read: Callable[[str], Any], cell: str, said: Any) -> None:
    if said is Refused:
        with pytest.raises(Refused):
            read(cell)
    else:
        assert read(cell.strip()) == said


# --- Files ----------------------------------------------------------------------------------------


def test_traits_are_kept_beside_the_pool_as_coarse_as_they_are_needed(database: Database, person: Person) -> None:
    text = HEADER + line(1, "Mme;12/05/1990;oui;15/01/2025") + line(2, "M.;1970;;") + line(3, ";;;")
    report = bring(database, person, text)
    assert (report.added, report.rejected) == (3, ())
    assert declared(database) == {
        "T1": ("f", 1990, True, date(2025, 1, 1)),
        "T2": ("m", 1970, None, None),
    }
    names = {row["column_name"] for row in database.rows(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'candidate'")}  # fmt: skip
    assert names.isdisjoint({"sex", "birth_year", "priority_district", "unemployed_since"})


def test_a_file_without_these_columns_leaves_what_is_known_and_an_empty_cell_says_unknown(
    database: Database, person: Person
) -> None:
    bring(database, person, HEADER + line(1, "F;1990;oui;15/01/2025"))
    plain = "Identifiant;Prénom;Nom;Téléphone;Métier;Sexe\nT1;Léa;Essai;0639980001;G1803;\n"
    report = bring(database, person, plain)
    assert (report.updated, report.unchanged) == (1, 0)
    assert declared(database) == {"T1": (None, 1990, True, date(2025, 1, 1))}


def test_the_same_file_twice_changes_nothing_and_a_changed_trait_is_an_update(
    database: Database, person: Person
) -> None:
    text = HEADER + line(1, "F;1990;oui;15/01/2025") + line(2, "H;1991;non;")
    bring(database, person, text)
    assert bring(database, person, text).unchanged == 2
    report = bring(database, person, HEADER + line(1, "F;1990;non;15/01/2025") + line(2, "H;1991;non;", "Autre"))
    assert (report.added, report.updated, report.unchanged) == (0, 2, 0)
    assert declared(database)["T1"] == ("f", 1990, False, date(2025, 1, 1))


def test_a_wild_cell_rejects_its_row_with_a_reason_and_keeps_nothing_of_it(database: Database, person: Person) -> None:
    text = HEADER + line(1, "F;1990;oui;") + line(2, "X;1990;oui;") + line(3, "F;hier;oui;") + line(4, "F;1990;?!;")
    report = bring(database, person, text)
    assert [(bad.line, bad.column) for bad in report.rejected] == [
        (3, "Civilité"), (4, "Date de naissance"),
    ]  # fmt: skip
    assert set(declared(database)) == {"T1", "T4"}
    assert declared(database)["T4"][2] is None  # nothing but signs says nothing


def test_two_agencies_keep_their_own(database: Database, person: Person) -> None:
    other = Person("p2", "Autre", person.role, UUID(int=7))
    agency = {"agency_id": other.agency_id, "name": "Autre", "department": "07", "demo": False}
    database.transact(lambda tx: tx.insert("agency", [agency]))
    bring(database, person, HEADER + line(1, "F;1990;oui;"))
    bring(database, other, HEADER + line(1, "H;1960;non;"))
    rows = database.rows("SELECT agency_id, candidate_id, sex FROM candidate_trait ORDER BY sex")
    assert [(row["candidate_id"], row["sex"]) for row in rows] == [
        (candidate_id(AGENCY, "T1"), "f"), (candidate_id(other.agency_id, "T1"), "m"),
    ]  # fmt: skip


# --- What ranks does not read them -------------------------------------------------------------------


def test_no_sql_of_a_ranking_names_the_traits(
    database: Database, person: Person, offer: Offer, enter: Callable[..., UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    enter()
    enter(mobility_km=1.0, lat=45.3)
    asked: list[str] = []
    with database.read() as reader, database.snapshot() as frozen:
        kinds = {type(reader), type(frozen)}
    for kind in kinds:
        plain = kind._run

        def spied(self: Transaction, sql: str, values: Any, plain: Any = plain) -> Any:
            asked.append(sql)
            return plain(self, sql, values)

        monkeypatch.setattr(kind, "_run", spied)
    for conditions in (ranking.Conditions(), ranking.Conditions(rotation=True)):
        ranking.rank(database, person, offer, ranking.Weights(), conditions, TODAY)
        ranking.near_misses(database, person, offer, ranking.Weights(), conditions, TODAY)
    assert any("FROM candidate" in sql for sql in asked)
    assert not [sql for sql in asked if re.search(r"trait|\bsex\b|birth|priority_district|unemploy", sql)]


def test_no_module_that_finds_or_ranks_people_names_the_table() -> None:
    folder = Path(ranking.__file__).parent
    assert not [file.name for file in folder.glob("*.py") if "candidate_trait" in file.read_text(encoding="utf-8")]


def test_traits_move_nobody_in_a_ranking(
    database: Database, person: Person, offer: Offer, enter: Callable[..., UUID]
) -> None:
    people = [enter(experience_years=float(n % 3), mobility_km=20.0 + n) for n in range(8)]

    def order() -> list[tuple[UUID, float]]:
        found = ranking.rank(database, person, offer, ranking.Weights(), ranking.Conditions(), TODAY)
        return [(ranked.candidate.candidate_id, ranked.score) for ranked in found.people]

    before = order()
    rows = [
        {"agency_id": AGENCY, "candidate_id": one, "sex": "fm"[n % 2], "birth_year": 1950 + 5 * n,
         "priority_district": n % 3 == 0, "unemployed_since": date(2020 + n % 6, 1, 1)}
        for n, one in enumerate(people)
    ]  # fmt: skip
    database.transact(lambda tx: tx.insert("candidate_trait", rows))
    assert order() == before
