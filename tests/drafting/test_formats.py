"""Files of offers: the invented sample, the twenty real ones where they lie at hand, and wild input."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.database import Database
from ftcore.drafting.formats import read_france_travail
from ftcore.drafting.offers import offers, save_all
from ftcore.drafting.records import notes_csv
from ftcore.errors import UnreadableFile
from ftcore.model import FieldNote, Offer, Pay, PayUnit, Person

PROJECT = Path(__file__).parents[2]
SAMPLE = PROJECT / "data" / "sample_offers.json"
REAL = PROJECT.parent / "shared" / "offers" / "offers_sample.json"
NOW = datetime(2026, 11, 23, 10, 0)


def read(database: Database, person: Person, content: Any) -> tuple[list[Offer], list[FieldNote]]:
    return read_france_travail(json.dumps(content).encode(), database, person.agency_id, NOW)


def one(database: Database, person: Person, **fields: Any) -> tuple[Offer, list[FieldNote]]:
    """One offer with these fields, and its notes."""
    [offer], notes = read(database, person, {"resultats": [{"id": "A1", "intitule": "Serveur (H/F)"} | fields]})
    return offer, notes


def noted(notes: list[FieldNote], field: str) -> list[FieldNote]:
    return [note for note in notes if note.field == field]


def test_the_sample_offers_are_read_whole(database: Database, person: Person) -> None:
    read_offers, notes = read_france_travail(SAMPLE.read_bytes(), database, person.agency_id, NOW)
    assert [offer.external_id for offer in read_offers] == ["EXEMPLE1", "EXEMPLE2", "EXEMPLE3", "EXEMPLE4"]
    waiter, cleaner, carer, driver = read_offers
    assert waiter.occupation is not None
    assert waiter.occupation.code == "G1803"
    assert waiter.pay == Pay(12.5, PayUnit.HOUR)
    assert waiter.place is not None
    assert waiter.place.insee == "07010"
    assert waiter.experience_years == 0
    assert cleaner.contract == "CDD de 6 mois"
    assert cleaner.weekly_hours == 24.5
    assert cleaner.openings == 2
    assert carer.pay == Pay(1850.0, PayUnit.MONTH, 2000.0)
    assert "13" in (carer.pay_text or "")
    assert carer.experience_years == 1
    assert driver.contract == "Intérim de 3 mois"
    assert driver.licences == ("C", "FIMO")
    assert driver.languages == ("anglais",)
    assert {note.record for note in notes} <= {offer.external_id for offer in read_offers}


@pytest.mark.skipif(not REAL.exists(), reason="the real offers of the shared folder are not here")
def test_every_real_offer_is_imported(database: Database, person: Person) -> None:
    read_offers, notes = read_france_travail(REAL.read_bytes(), database, person.agency_id, NOW)
    assert len(read_offers) == 20
    by_id = {offer.external_id: offer for offer in read_offers}
    assert all(offer.title and "  " not in offer.title for offer in read_offers)
    assert all(offer.occupation and offer.weekly_hours and offer.contract == "CDI" for offer in read_offers)
    assert all(offer.experience_years is not None for offer in read_offers)
    assert all(offer.place and offer.place.department == "07" for offer in read_offers)
    assert sum(offer.pay is not None for offer in read_offers) == 11
    assert by_id["192RGWX"].weekly_hours == 37.5
    assert by_id["192TQKQ"].pay == Pay(1805.0, PayUnit.MONTH, 2000.0)
    assert by_id["192LYMX"].pay == Pay(22000.0, PayUnit.YEAR, 25000.0)
    assert len(noted(notes, "lieuTravail.commune")) == 20
    assert {note.record for note in noted(notes, "salaire.commentaire")} >= {"192ZJSC", "192TQBX", "193BTVM"}
    report = save_all(database, person, read_offers, NOW)
    assert (report.added, report.updated, report.unchanged) == (20, 0, 0)


@pytest.mark.skipif(not REAL.exists(), reason="the real offers of the shared folder are not here")
def test_every_field_of_a_real_offer_is_carried_or_noted(database: Database, person: Person) -> None:
    """Nothing is lost in silence: each value that is no plain repetition stands in the offer or in a note."""
    content = json.loads(REAL.read_bytes())
    read_offers, notes = read_france_travail(REAL.read_bytes(), database, person.agency_id, NOW)
    carried = {
        "id", "intitule", "description", "romeCode", "romeLibelle", "appellationlibelle", "typeContrat",
        "typeContratLibelle", "experienceExige", "experienceLibelle", "competences", "dureeTravailLibelle",
        "dureeTravailLibelleConverti", "alternance", "nombrePostes", "lieuTravail", "salaire",
    }  # fmt: skip
    for item, offer in zip(content["resultats"], read_offers, strict=True):
        names = {note.field.partition(".")[0] for note in notes if note.record == offer.external_id}
        for name, value in item.items():
            demanded = name in ("permis", "langues") and all(each["exigence"] == "E" for each in value)
            assert name in carried | names or value is False or demanded, (offer.external_id, name)


def test_the_same_file_twice_changes_nothing(database: Database, person: Person) -> None:
    for moment, expected in ((NOW, (4, 0, 0)), (datetime(2026, 11, 24), (0, 0, 4))):
        found, _ = read_france_travail(SAMPLE.read_bytes(), database, person.agency_id, moment)
        report = save_all(database, person, found, moment)
        assert (report.added, report.updated, report.unchanged) == expected
    assert len(offers(database, person)) == 4


def test_a_department_alone_gives_a_rough_place_and_says_so(database: Database, person: Person) -> None:
    offer, notes = one(database, person, lieuTravail={"departement": "07"})
    assert offer.place is not None
    assert (offer.place.department, offer.place.insee) == ("07", None)
    assert offer.place.lat is not None
    [note] = noted(notes, "lieuTravail.commune")
    assert note.reason == "commune absente : les distances seront approximatives"


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(
            {"libelle": "07 - ANNONAY", "commune": "07010", "codePostal": "07100", "latitude": 45.2, "longitude": 4.6},
            id="everything",
        ),
        pytest.param({"libelle": "07 - ANNONAY", "commune": "07010"}, id="without coordinates"),
        pytest.param({"libelle": "07 - ANNONAY", "codePostal": "07100"}, id="postcode only"),
        pytest.param({"libelle": "07 - ANNONAY"}, id="name only"),
    ],
)
def test_a_commune_gives_an_exact_place(database: Database, person: Person, work: dict[str, Any]) -> None:
    offer, notes = one(database, person, lieuTravail=work)
    assert offer.place is not None
    assert (offer.place.insee, offer.place.department) == ("07010", "07")
    assert offer.place.name.lower() == "annonay"
    assert offer.place.lat == pytest.approx(45.2, abs=0.1)
    assert not [note for note in notes if note.field.startswith("lieuTravail")]


@pytest.mark.parametrize(
    ("label", "pay"),
    [
        pytest.param(
            "Mensuel de 1805.0 Euros à 2000.0 Euros sur 13.0 mois", Pay(1805, PayUnit.MONTH, 2000), id="range"
        ),
        pytest.param("Horaire de 12.17 Euros", Pay(12.17, PayUnit.HOUR), id="hourly"),
        pytest.param(
            "Annuel de 22000.00 Euros à 25000.00 Euros sur 12 mois", Pay(22000, PayUnit.YEAR, 25000), id="yearly"
        ),
        pytest.param("Mensuel de 2000 Euros à 2000 Euros", Pay(2000, PayUnit.MONTH), id="same amount twice"),
        pytest.param("Cachet de 100.0 Euros", None, id="another kind"),
        pytest.param("Horaire de 0.0 Euros", None, id="nothing"),
    ],
)
def test_pay_labels(database: Database, person: Person, label: str, pay: Pay | None) -> None:
    offer, notes = one(database, person, salaire={"libelle": label})
    assert offer.pay == pay
    assert offer.pay_text == label
    if pay is None:
        assert noted(notes, "salaire.libelle")


def test_a_comment_without_amount_is_kept_as_text_and_noted(database: Database, person: Person) -> None:
    offer, notes = one(database, person, salaire={"commentaire": "SELON GRILLE", "complement1": "Mutuelle"})
    assert offer.pay is None
    assert offer.pay_text == "SELON GRILLE · Mutuelle"
    assert noted(notes, "salaire.commentaire")[0].value == "SELON GRILLE"


@pytest.mark.parametrize(
    ("label", "hours"),
    [
        ("37H30 Autre", 37.5),
        ("temps partiel - 6H Autre", 6.0),
        ("35H Station assise prolongée", 35.0),
        ("24H30/semaine Travail le samedi", 24.5),
        ("Horaires variables", None),
        ("99H Autre", None),
    ],
)
def test_working_time_labels(database: Database, person: Person, label: str, hours: float | None) -> None:
    offer, notes = one(database, person, dureeTravailLibelle=label)
    assert offer.weekly_hours == hours
    if hours is None:
        assert noted(notes, "dureeTravailLibelle")[0].value == label


@pytest.mark.parametrize(
    ("label", "years"),
    [
        ("Débutant accepté - en cuisine", 0.0),
        ("2 An(s) - Expérience 2 ans exigée", 2.0),
        ("6 Mois", 0.5),
        ("Expérience exigée", None),
    ],
)
def test_experience_labels(database: Database, person: Person, label: str, years: float | None) -> None:
    assert one(database, person, experienceLibelle=label)[0].experience_years == years


def test_only_what_is_demanded_becomes_a_requirement(database: Database, person: Person) -> None:
    offer, notes = one(
        database,
        person,
        competences=[{"libelle": "Servir", "exigence": "E"}, {"libelle": "Encaisser", "exigence": "S"}],
        permis=[{"libelle": "B - Véhicule léger", "exigence": "S"}, {"libelle": "C - Poids lourd", "exigence": "E"}],
        langues=[{"libelle": "Anglais", "exigence": "S"}],
    )
    assert offer.skills_required == ("Servir",)
    assert offer.skills_desired == ("Encaisser",)
    assert offer.licences == ("C",)
    assert offer.languages == ()
    assert noted(notes, "permis.libelle")[0].value == "B - Véhicule léger"
    assert noted(notes, "langues.libelle")


def test_wrong_types_are_noted_and_the_offer_is_kept(database: Database, person: Person) -> None:
    offer, notes = one(
        database,
        person,
        description=12,
        nombrePostes=True,
        salaire="2000",
        competences={"a": 1},
        lieuTravail=[],
        permis=["B"],
    )
    assert offer.openings == 1
    assert {note.field for note in notes if note.reason.startswith("type inattendu")} == {
        "description", "nombrePostes", "salaire", "competences", "lieuTravail", "permis",
    }  # fmt: skip


def test_an_offer_without_identifier_or_title_is_left_out_with_a_note(database: Database, person: Person) -> None:
    found, notes = read(
        database,
        person,
        {
            "resultats": [
                {"intitule": "Sans identifiant"},
                {"id": "B"},
                "texte",
                {"id": "C", "intitule": " Bon  titre "},
            ]
        },
    )
    assert [offer.title for offer in found] == ["Bon titre"]
    assert {(note.record, note.field) for note in notes} >= {
        ("offre n° 1", "id"),
        ("B", "intitule"),
        ("offre n° 3", "resultats"),
    }


def test_contact_details_are_named_but_not_copied(database: Database, person: Person) -> None:
    _, notes = one(database, person, contact={"nom": "Mme Untel", "courriel": "untel@example.org"})
    assert noted(notes, "contact")[0].value == "(coordonnées)"
    assert "Untel" not in str(notes)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"  \n", id="blank"),
        pytest.param(b"id;intitule\n1;Serveur\n", id="CSV"),
        pytest.param(b"\xff\xfe{\x00}\x00", id="UTF-16"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"offres": []}', id="another key"),
        pytest.param(b'{"resultats": {}}', id="no list"),
        pytest.param(b'{"resultats": []}', id="no offer"),
        pytest.param(b'{"resultats": [NaN]}', id="no JSON number"),
        pytest.param(b"[" * 100_000, id="too deep"),
        pytest.param(b'{"resultats": [' + b"9" * 5000 + b"]}", id="number too long"),
    ],
)
def test_another_file_is_refused_with_what_would_be_accepted(database: Database, person: Person, data: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"Offres d'emploi v2"):
        read_france_travail(data, database, person.agency_id, NOW)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec=None), max_size=30)
    | st.sampled_from(["E", "S", "07", "07010", "35H", "\ud800", "\x00", "Mensuel de 9 Euros", "٣ ans", "B - x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_wild_offers_are_read_saved_or_refused(database: Database, person: Person, data: st.DataObject) -> None:
    content = json.loads(SAMPLE.read_bytes())
    for item in content["resultats"]:
        for name in data.draw(st.lists(st.sampled_from(sorted(item)), max_size=3, unique=True)):
            where = item[name]
            if isinstance(where, dict) and where and data.draw(st.booleans()):
                where[data.draw(st.sampled_from(sorted(where)))] = data.draw(VALUES)
            elif isinstance(where, list) and where and data.draw(st.booleans()):
                where[0] = data.draw(VALUES)
            else:
                item[name] = data.draw(VALUES)
    try:
        found, notes = read(database, person, content)
    except UnreadableFile:
        return
    save_all(database, person, found, NOW)
    assert notes_csv(notes)


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=300) | VALUES.map(lambda value: json.dumps({"resultats": value}).encode()))
def test_wild_files_are_read_or_refused(database: Database, person: Person, data: bytes) -> None:
    try:
        found, notes = read_france_travail(data, database, person.agency_id, NOW)
    except UnreadableFile:
        return
    assert found or notes


def test_the_notes_open_in_a_french_spreadsheet_and_run_no_formula() -> None:
    content = notes_csv([FieldNote("A1", "salaire", "=1+1; « é »", "raison")]).decode("utf-8-sig")
    assert list(csv.reader(content.splitlines(), delimiter=";")) == [
        ["offre", "champ", "valeur", "raison"],
        ["A1", "salaire", "'=1+1; « é »", "raison"],
    ]
