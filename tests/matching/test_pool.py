"""Importing people: what is read, what is refused and why, and that twice is once."""

import io
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.database import Database
from ftcore.errors import FtError, NotAllowed, NotFound, UnreadableFile
from ftcore.insight import traits
from ftcore.matching import people_check, people_file, pool
from ftcore.matching.people_import import import_candidates, rejected_csv
from ftcore.model import BadRow, ImportReport, Person, Role

from .conftest import AGENCY, NOW

HEADER = "Identifiant;Prénom;Nom;Téléphone;Métier;Compétences;Expérience;Commune;Mobilité;Disponibilité;Permis\n"
LEA = "A1;Léa;Martel;06 39 98 00 01;G1803;servir a table|Chanter;2,5;Annonay;30 km;01/12/2026;Permis B, C\n"
PAUL = "A2;Paul;Orval;+33639980002;cuisinière;;;;;;\n"


def bring(database: Database, person: Person, text: str, **mapping: str) -> ImportReport:
    frame = people_file.read_table("gens.csv", text.encode())
    return import_candidates(database, person, frame, people_file.guess_mapping(frame.columns) | mapping, NOW)


def reasons(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(bad.line, bad.column, bad.reason) for bad in report.rejected]


# --- Reading files --------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_with_its_separator_and_encoding(encoding: str, delimiter: str) -> None:
    data = f'Prénom{delimiter}Nom\nZoé{delimiter}"D{delimiter}Ormo"\n'.encode(encoding)
    frame = people_file.read_table("gens.csv", data)
    assert frame.to_dict("records") == [{"Prénom": "Zoé", "Nom": f"D{delimiter}Ormo"}]


def test_the_index_is_the_line_in_the_file_also_after_blank_lines_and_line_breaks_in_cells() -> None:
    frame = people_file.read_table("gens.csv", b'a,b\n1,"x\ny"\n\n2,z\n')
    assert list(frame.index) == [2, 5]


def test_csv_cells_stay_text() -> None:
    frame = people_file.read_table("gens.csv", "id,téléphone,code\n007,0639980001,NA\n".encode())
    assert frame.iloc[0].tolist() == ["007", "0639980001", "NA"]


def test_parquet_is_read_with_its_types(database: Database, person: Person) -> None:
    data = io.BytesIO()
    pd.DataFrame(
        {
            "external_id": [7],
            "first_name": ["Léa"],
            "last_name": ["Martel"],
            "phone": [33639980001],
            "occupation": ["G1803"],
            "skills": [["Servir à table", "Chanter"]],
            "experience_years": [3.0],
            "available_from": [pd.Timestamp("2026-12-01")],
            "mobility_km": [None],
        }
    ).to_parquet(data)
    frame = people_file.read_table("gens.parquet", data.getvalue())
    report = import_candidates(database, person, frame, people_file.guess_mapping(frame.columns), NOW)
    assert report == ImportReport(1, 0, 0)
    who = pool.candidate(database, person, people_check.candidate_id(AGENCY, "7"))
    assert (who.phone, who.skills, who.experience_years) == ("+33639980001", ("Servir à table", "Chanter"), 3.0)
    assert (who.available_from, who.mobility_km) == (date(2026, 12, 1), None)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        pytest.param("a.csv", b"", "vide", id="empty"),
        pytest.param("a.csv", b"  \n\n", "vide", id="blank"),
        pytest.param("a.csv", b";;;\n", "noms des colonnes", id="separators only"),
        pytest.param("a.csv", b"a;b\n\x00\x01", "illisibles", id="binary"),
        pytest.param("a.csv", b'a;b\n1;"never closed\n2;x\n', "ligne 2", id="open quote"),
        pytest.param("a.xlsx", b"PK\x03\x04....", "classeur", id="spreadsheet"),
        pytest.param("a.parquet", b"PAR1 not really", "Parquet", id="broken Parquet"),
    ],
)
def test_an_unreadable_file_says_why_and_what_would_be_accepted(name: str, data: bytes, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says) as refused:
        people_file.read_table(name, data)
    assert "Fichiers acceptés" in str(refused.value)


@given(name=st.sampled_from(["a.csv", "a.parquet", "a"]), data=st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused_in_words(name: str, data: bytes) -> None:
    with suppress(UnreadableFile):
        assert isinstance(people_file.read_table(name, data), pd.DataFrame)


# --- Columns --------------------------------------------------------------------------------------


def test_french_and_english_headers_are_recognised() -> None:
    french = HEADER.strip().split(";")
    assert list(people_file.guess_mapping(french)) == [
        name for name in people_file.FIELDS if name not in ("contracts", "working_time", *traits.DECLARED)
    ]
    assert people_file.guess_mapping(list(people_file.FIELDS)) == {name: name for name in people_file.FIELDS}
    assert people_file.guess_mapping(["N° de dossier", "Nom de famille", "Nom"])["last_name"] == "Nom"
    assert "external_id" not in people_file.guess_mapping(["Couleur"])


def test_a_required_field_without_a_column_is_asked_for(database: Database, person: Person) -> None:
    frame = people_file.read_table("a.csv", b"Nom;Ville\nMartel;Annonay\n")
    with pytest.raises(FtError, match="Identifiant, Prénom, Téléphone mobile, Métier recherché"):
        import_candidates(database, person, frame, people_file.guess_mapping(frame.columns), NOW)


def test_a_column_that_the_file_does_not_have_is_refused(database: Database, person: Person) -> None:
    with pytest.raises(FtError, match="Surnom"):
        bring(database, person, HEADER + LEA, last_name="Surnom")


# --- Importing ------------------------------------------------------------------------------------


def test_a_row_becomes_a_candidate(database: Database, person: Person) -> None:
    assert bring(database, person, HEADER + LEA + PAUL) == ImportReport(2, 0, 0)
    lea = pool.candidate(database, person, people_check.candidate_id(AGENCY, "A1"))
    assert (lea.first_name, lea.phone, lea.occupation) == ("Léa", "+33639980001", "G1803")
    assert lea.skills == ("Servir à table", "Chanter")
    assert (lea.experience_years, lea.mobility_km, lea.available_from) == (2.5, 30.0, date(2026, 12, 1))
    assert (lea.commune, lea.department, lea.lat, lea.licences) == ("Annonay", "07", 45.24, ("B", "C"))


def test_an_empty_cell_is_unknown_not_no(database: Database, person: Person) -> None:
    bring(database, person, HEADER + PAUL)
    paul = pool.candidate(database, person, people_check.candidate_id(AGENCY, "A2"))
    assert (paul.experience_years, paul.mobility_km, paul.available_from, paul.licences) == (None, None, None, None)
    assert (paul.commune, paul.lat, paul.skills) == (None, None, ())


def test_an_explicit_none_is_known(database: Database, person: Person) -> None:
    bring(database, person, HEADER + "A1;Léa;Martel;0639980001;G1803;;0;;;;aucun\n")
    lea = pool.candidate(database, person, people_check.candidate_id(AGENCY, "A1"))
    assert (lea.experience_years, lea.licences) == (0.0, ())


def test_importing_twice_changes_nothing(database: Database, person: Person) -> None:
    bring(database, person, HEADER + LEA + PAUL)
    before = database.rows("SELECT * FROM candidate ORDER BY external_id")
    assert bring(database, person, HEADER + LEA + PAUL) == ImportReport(0, 0, 2)
    assert database.rows("SELECT * FROM candidate ORDER BY external_id") == before


def test_changed_rows_are_updated_in_place_again_and_again(database: Database, person: Person) -> None:
    bring(database, person, HEADER + LEA + PAUL)
    for town in ("Aubenas", "Saint-Péray", "Annonay", "Aubenas"):
        changed = LEA.replace("Annonay", town).replace("00 01", "00 03")
        report = bring(database, person, HEADER + changed + PAUL + "A3;Awa;Delval;0639980004;G1803;;;;;;\n")
        assert report.updated == 1
    assert database.value("SELECT count(*) FROM candidate") == 3
    lea = pool.candidate(database, person, people_check.candidate_id(AGENCY, "A1"))
    assert (lea.commune, lea.phone) == ("Aubenas", "+33639980003")
    assert lea.skills == ("Servir à table", "Chanter")


def test_what_the_file_has_no_column_for_stays_as_it_is(database: Database, person: Person) -> None:
    bring(database, person, HEADER + LEA)
    report = bring(database, person, "id,prénom,nom,tel,rome\nA1,Léa,Martel-Orval,0639980001,G1803\n")
    assert report == ImportReport(0, 1, 0)
    lea = pool.candidate(database, person, people_check.candidate_id(AGENCY, "A1"))
    assert (lea.last_name, lea.commune, lea.licences) == ("Martel-Orval", "Annonay", ("B", "C"))


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        pytest.param(";Léa;M;0639980009;G1803;;;;;;", "Identifiant", "obligatoire", id="no identifier"),
        pytest.param("B1;;M;0639980009;G1803;;;;;;", "Prénom", "obligatoire", id="no first name"),
        pytest.param("B1;Léa;M;04 75 00 00 00;G1803;;;;;;", "Téléphone", "mobile valide", id="landline"),
        pytest.param("B1;Léa;M;0639980009;Z9999;;;;;;", "Métier", "inconnu", id="unknown occupation"),
        pytest.param("B1;Léa;M;0639980009;employée de restaurant;;;;;;", "Métier", "Plusieurs", id="two occupations"),
        pytest.param("B1;Léa;M;0639980009;G1803;;beaucoup;;;;", "Expérience", "nombre", id="experience in words"),
        pytest.param("B1;Léa;M;0639980009;G1803;;99;;;;", "Expérience", "0 et 60", id="too much experience"),
        pytest.param("B1;Léa;M;0639980009;G1803;;;Atlantis;;;", "Commune", "inconnue", id="unknown commune"),
        pytest.param("B1;Léa;M;0639980009;G1803;;;Valence;;;", "Commune", "Plusieurs", id="homonym"),
        pytest.param("B1;Léa;M;0639980009;G1803;;;;-5;;", "Mobilité", "nombre", id="negative mobility"),
        pytest.param("B1;Léa;M;0639980009;G1803;;;;;31/02/2026;", "Disponibilité", "date", id="no such day"),
        pytest.param("B1;Léa;M;0639980009;G1803;;;;;12/31/2026;", "Disponibilité", "date", id="American date"),
        pytest.param(
            "B1;Léa;M;0639980009;G1803;;;;;;B;trop", people_file.BEYOND, "Plus de cellules", id="too many cells"
        ),
        pytest.param(f"{'x' * 65};Léa;M;0639980009;G1803;;;;;;", "Identifiant", "Trop long", id="endless"),
    ],
)
def test_a_bad_cell_rejects_its_row_with_a_reason(
    database: Database, person: Person, cells: str, column: str, says: str
) -> None:
    report = bring(database, person, HEADER + LEA + cells + "\n")
    assert report.added == 1
    assert [(bad.line, bad.column) for bad in report.rejected] == [(3, column)]
    assert says in report.rejected[0].reason


def test_all_problems_of_a_row_are_reported(database: Database, person: Person) -> None:
    report = bring(database, person, HEADER + "B1;;M;nope;Z9999;;;Atlantis;;;\n")
    assert [bad.column for bad in report.rejected] == ["Prénom", "Téléphone", "Métier", "Commune"]


def test_no_phone_number_stands_in_a_report(database: Database, person: Person) -> None:
    report = bring(
        database, person, HEADER + "B1;Léa;M;06 39 98 00 0;G1803;;04 75 11 22 33;;;;\nB2;A;M;12345678;G1803\n"
    )
    shown = " ".join(bad.value for bad in report.rejected)
    assert not any(digit in shown for digit in "123456789")


def test_repeated_rows_name_the_line_of_the_first(database: Database, person: Person) -> None:
    text = HEADER + LEA + PAUL.replace("A2", "A1") + PAUL.replace("+33639980002", "0639980001")
    report = bring(database, person, text)
    assert report.added == 1
    assert reasons(report) == [
        (3, "Identifiant", "Identifiant déjà présent à la ligne 2"),
        (4, "Téléphone", "Numéro déjà présent à la ligne 2"),
    ]


def test_a_number_that_somebody_else_of_the_agency_holds_is_refused(database: Database, person: Person) -> None:
    bring(database, person, HEADER + LEA)
    report = bring(database, person, HEADER + LEA.replace("A1", "A9"))
    assert (report.added, report.rejected[0].value) == (0, "[numéro]")
    assert "autre personne" in report.rejected[0].reason


def test_another_agency_may_hold_the_same_people(database: Database, person: Person) -> None:
    bring(database, person, HEADER + LEA)
    elsewhere = Person("p2", "Dominique", Role.COUNSELOR, uuid4())
    assert bring(database, elsewhere, HEADER + LEA) == ImportReport(1, 0, 0)
    assert people_check.candidate_id(AGENCY, "A1") != people_check.candidate_id(elsewhere.agency_id, "A1")
    with pytest.raises(NotFound):
        pool.candidate(database, elsewhere, people_check.candidate_id(AGENCY, "A1"))


def test_a_shared_postcode_is_kept_with_the_middle_of_its_communes(database: Database, person: Person) -> None:
    bring(database, person, HEADER + LEA.replace("Annonay", "07100"))
    lea = pool.candidate(database, person, people_check.candidate_id(AGENCY, "A1"))
    assert (lea.commune, lea.department) == ("07100", "07")
    assert lea.lat == pytest.approx(45.255)


def test_an_import_is_journalled_once(database: Database, person: Person) -> None:
    bring(database, person, HEADER + LEA + PAUL.replace("G1803", "Z").replace("+33639980002", "x"))
    entry = database.one("SELECT actor, act, detail FROM journal")
    assert entry == {
        "actor": "p1",
        "act": "candidates imported",
        "detail": "1 added, 0 updated, 0 unchanged, 1 rejected, 0 left",
    }


def test_an_evaluator_may_not_import(database: Database) -> None:
    with pytest.raises(NotAllowed):
        bring(database, Person("e", "E", Role.EVALUATOR, AGENCY), HEADER + LEA)


def test_progress_goes_from_0_to_1(database: Database, person: Person) -> None:
    heard: list[float] = []
    frame = people_file.read_table("a.csv", (HEADER + LEA + PAUL).encode())
    import_candidates(database, person, frame, people_file.guess_mapping(frame.columns), NOW, heard.append)
    assert heard == sorted(heard)
    assert (heard[0], heard[-1]) == (0.0, 1.0)


_CELL = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["A1", "0639980001", "G1803", "07100", "Annonay", "1e5", "nan", "-1", "٣", "=1+1", "2026-13-45"]),
    st.none(),
    st.integers(),
    st.floats(),
    st.lists(st.text(max_size=5), max_size=3),
)


@given(rows=st.lists(st.tuples(*[_CELL] * len(people_file.FIELDS)), max_size=4))
@settings(max_examples=30, deadline=None)
def test_no_cell_makes_an_import_fail(database: Database, person: Person, rows: list[tuple[Any, ...]]) -> None:
    frame = pd.DataFrame(rows, columns=list(people_file.FIELDS), index=range(2, len(rows) + 2), dtype="object")
    report = import_candidates(database, person, frame, {name: name for name in people_file.FIELDS}, NOW)
    bad_lines = {bad.line for bad in report.rejected}
    assert report.added + report.updated + report.unchanged + len(bad_lines) == len(rows)
    rejected_csv(report)


# --- The rejected rows ----------------------------------------------------------------------------


def test_rejected_rows_open_in_a_spreadsheet_and_no_cell_is_a_formula() -> None:
    cells = ["=1+1", "+33", "-2", "@x", "\t=1", 'bien ; "cité"']
    report = ImportReport(0, 0, 0, tuple(BadRow(2, "Nom", cell, "Trop étrange") for cell in cells))
    data = rejected_csv(report)
    assert data.startswith(b"\xef\xbb\xbfLigne;Colonne;Valeur;Motif\r\n")
    frame = people_file.read_table("rejets.csv", data)
    assert [value[0] for value in frame["Valeur"]] == ["'"] * 5 + ["b"]
    assert frame["Valeur"].iloc[5] == cells[5]


def test_a_person_who_is_not_there_is_not_found(database: Database, person: Person) -> None:
    with pytest.raises(NotFound):
        pool.candidate(database, person, UUID(int=0))


@pytest.mark.parametrize(
    ("contracts", "time", "kept"),
    [
        pytest.param("CDI, intérim", "Temps plein", (["CDI", "MIS"], "full"), id="as people write"),
        pytest.param("cdd|CDD", "mi-temps", (["CDD"], "part"), id="twice, and half time"),
        pytest.param("", "", (None, None), id="unknown"),
        pytest.param("CDI", "indifférent", (["CDI"], "any"), id="no preference"),
    ],
)
def test_wishes_are_read_from_a_file(
    database: Database, person: Person, contracts: str, time: str, kept: tuple[object, object]
) -> None:
    text = (
        "id;prénom;nom;téléphone;métier;contrats souhaités;temps de travail\n"
        f"1;Léa;Essai;0639980001;G1803;{contracts};{time}\n"
    )
    frame = people_file.read_table("p.csv", text.encode())
    report = import_candidates(database, person, frame, people_file.guess_mapping(list(frame.columns)), NOW)
    assert report.added == 1
    row = database.one("SELECT contracts, working_time FROM candidate")
    assert row == {"contracts": kept[0], "working_time": kept[1]}


def test_a_wish_that_nobody_understands_is_reported(database: Database, person: Person) -> None:
    text = "id;prénom;nom;téléphone;métier;temps de travail\n1;Léa;Essai;0639980001;G1803;parfois\n"
    frame = people_file.read_table("p.csv", text.encode())
    report = import_candidates(database, person, frame, people_file.guess_mapping(list(frame.columns)), NOW)
    assert [bad.reason for bad in report.rejected] == ["Écrivez temps plein, temps partiel ou indifférent"]


def complete(database: Database, person: Person, *lines: str, whole: bool = True) -> ImportReport:
    frame = people_file.read_table("p.csv", (HEADER + "".join(lines)).encode())
    mapping = people_file.guess_mapping(list(frame.columns))
    return import_candidates(database, person, frame, mapping, NOW, whole=whole)


def test_who_is_not_in_a_complete_file_leaves_and_may_come_back(database: Database, person: Person) -> None:
    third = PAUL.replace("A2", "A3").replace("02", "03")
    complete(database, person, LEA, PAUL, third)
    complete(database, person, LEA, third)
    gone = database.rows("SELECT external_id FROM candidate WHERE left_utc IS NOT NULL")
    assert gone == [{"external_id": "A2"}]
    complete(database, person, LEA, PAUL)
    gone = database.rows("SELECT external_id FROM candidate WHERE left_utc IS NOT NULL")
    assert gone == [{"external_id": "A3"}]


def test_a_rejected_row_does_not_make_its_person_leave(database: Database, person: Person) -> None:
    complete(database, person, LEA, PAUL)
    report = complete(database, person, LEA, PAUL.replace("cuisinière", "astronaute de salon"))
    assert len(report.rejected) == 1
    assert database.value("SELECT count(*) FROM candidate WHERE left_utc IS NULL") == 2


def test_a_file_cut_short_makes_nobody_leave_and_changes_nothing(database: Database, person: Person) -> None:
    third = PAUL.replace("A2", "A3").replace("02", "03")
    complete(database, person, LEA, PAUL, third)
    with pytest.raises(FtError, match="sans doute incomplet"):
        complete(database, person, LEA.replace("Martel", "Autre"))
    assert database.value("SELECT count(*) FROM candidate WHERE left_utc IS NULL") == 3
    assert database.value("SELECT last_name FROM candidate WHERE external_id = 'A1'") == "Martel"
