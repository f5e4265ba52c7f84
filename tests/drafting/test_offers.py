"""Offers: what is understood of a text, what is stored, who may do it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ftcore.database import Database
from ftcore.drafting import offers
from ftcore.drafting.form import offer_from_form
from ftcore.drafting.structure import traced_to
from ftcore.errors import FtError, NotAllowed, NotFound
from ftcore.matching.occupations import OccupationIndex
from ftcore.model import Occupation, Offer, OfferSource, Pay, PayUnit, Person, Place, Role

NOW = datetime(2026, 11, 23, 10, 0)
NOTES = (
    "Cherche serveur H/F à Annonay, CDI 35h, 12,50 €/h, débutant accepté, à partir du 1er décembre. "
    "Servir en salle, permis B souhaité."
)


def whole_offer(person: Person) -> Offer:
    """An offer with every field filled."""
    return Offer(
        agency_id=person.agency_id,
        offer_id=uuid4(),
        title="Serveur / Serveuse (H/F)",
        description="Vous servez en salle.\nL'équipe est petite : « trois » personnes.",
        occupation=Occupation("G1803", "Serveur / Serveuse en restauration"),
        place=Place("Annonay", "07", "07010", 45.24, 4.67),
        source=OfferSource.FORM,
        created_utc=NOW,
        external_id="X1",
        skills_required=("Servir", "Encaisser"),
        skills_desired=("Anglais",),
        contract="CDI",
        weekly_hours=37.5,
        pay=Pay(12.5, PayUnit.HOUR, 13.0),
        pay_text="12,50 à 13 €/h",
        experience_years=0.5,
        licences=("B",),
        languages=("anglais",),
        start=date(2026, 12, 1),
        openings=3,
        employer="Auberge",
    )


def bare_offer(person: Person) -> Offer:
    return Offer(person.agency_id, uuid4(), "Maçon (H/F)", "", None, None, OfferSource.NOTES, NOW)


def journal_of(database: Database, offer: Offer) -> list[str]:
    rows = database.rows("SELECT act FROM journal WHERE subject = $1 ORDER BY happened_utc", str(offer.offer_id))
    return [row["act"] for row in rows]


def test_notes_become_an_offer(database: Database, person: Person, index: OccupationIndex) -> None:
    offer, notes = offers.structure(NOTES, index, database, person.agency_id, NOW)
    assert offer.title == "Serveur H/F"
    assert offer.occupation is not None
    assert offer.occupation.code == "G1803"
    assert offer.place is not None
    assert offer.place.insee == "07010"
    assert (offer.contract, offer.weekly_hours, offer.experience_years) == ("CDI", 35.0, 0.0)
    assert offer.pay == Pay(12.5, PayUnit.HOUR)
    assert offer.start == date(2026, 12, 1)
    assert offer.licences == ()
    assert offer.source == OfferSource.NOTES
    assert [(note.record, note.field, note.value) for note in notes] == [("offre", "souhaits", "B")]


def test_what_is_not_said_is_noted_and_never_guessed(
    database: Database, person: Person, index: OccupationIndex
) -> None:
    offer, notes = offers.structure("temps plein, 1500 € net", index, database, person.agency_id, NOW)
    assert offer.weekly_hours is None
    assert offer.pay is None
    assert {note.field for note in notes} == {
        "titre", "métier", "lieu", "contrat", "horaires", "salaire", "expérience", "début",
    }  # fmt: skip
    assert all(note.record == "offre" and note.reason for note in notes)


def test_the_counselor_names_the_occupation_when_the_title_does_not(
    database: Database, person: Person, index: OccupationIndex
) -> None:
    text = "Titre : Personne motivée (H/F)\nMétier : G1803\nContrat : CDI"
    offer, notes = offers.structure(text, index, database, person.agency_id, NOW)
    assert offer.occupation is not None
    assert offer.occupation.code == "G1803"
    assert "métier" not in {note.field for note in notes}


def test_an_unknown_place_is_noted_with_its_words(database: Database, person: Person, index: OccupationIndex) -> None:
    _, notes = offers.structure("Cherche serveur à Zzyzxville", index, database, person.agency_id, NOW)
    [note] = [note for note in notes if note.field == "lieu"]
    assert note.value == "Zzyzxville"


def test_an_offer_is_found_again_as_it_was_saved(database: Database, person: Person) -> None:
    for offer in (whole_offer(person), bare_offer(person)):
        assert offers.save(database, person, offer, NOW).added == 1
        assert offers.offer(database, person, offer.offer_id) == offer


def test_saving_again_changes_or_leaves_and_keeps_the_first_instant(database: Database, person: Person) -> None:
    offer = whole_offer(person)
    later = NOW + timedelta(days=1)
    offers.save(database, person, offer, NOW)
    assert offers.save(database, person, replace(offer, created_utc=later), later).unchanged == 1
    changed = replace(offer, title="Chef de rang (H/F)", licences=(), place=None, created_utc=later)
    assert offers.save(database, person, changed, later).updated == 1
    assert offers.offer(database, person, offer.offer_id) == replace(changed, created_utc=NOW)
    assert journal_of(database, offer) == ["offer saved", "offer changed"]


def test_many_are_saved_at_once_or_not_at_all(database: Database, person: Person) -> None:
    good, nameless = bare_offer(person), replace(bare_offer(person), title="  ")
    with pytest.raises(FtError, match="titre"):
        offers.save_all(database, person, [good, nameless], NOW)
    assert offers.offers(database, person) == []
    report = offers.save_all(database, person, [good, whole_offer(person), good], NOW)
    assert (report.added, report.updated, report.unchanged) == (2, 0, 0)


def test_the_newest_come_first_and_no_more_than_the_limit(database: Database, person: Person) -> None:
    several = [replace(bare_offer(person), created_utc=NOW + timedelta(hours=hour)) for hour in range(4)]
    offers.save_all(database, person, several, NOW)
    assert offers.offers(database, person, limit=2) == [several[3], several[2]]


def test_another_agency_sees_and_changes_nothing(database: Database, person: Person) -> None:
    offer = whole_offer(person)
    offers.save(database, person, offer, NOW)
    stranger = replace(person, agency_id=uuid4())
    assert offers.offers(database, stranger) == []
    with pytest.raises(NotFound):
        offers.offer(database, stranger, offer.offer_id)
    with pytest.raises(NotAllowed):
        offers.save(database, stranger, replace(offer, title="Autre"), NOW)


def test_an_evaluator_writes_no_offer(database: Database, person: Person) -> None:
    with pytest.raises(NotAllowed):
        offers.save(database, replace(person, role=Role.EVALUATOR), bare_offer(person), NOW)


def test_a_filled_form_is_an_offer_and_contradictions_are_refused(person: Person) -> None:
    fields: dict[str, Any] = {
        "title": " Serveur  (H/F) ",
        "description": "",
        "occupation": None,
        "place": None,
        "contract": "CDD",
        "until": date(2027, 3, 31),
        "weekly_hours": 35.0,
        "pay_low": 12.5,
        "pay_high": None,
        "pay_unit": PayUnit.HOUR,
        "experience_years": None,
        "skills_required": ["Servir"],
        "licences": ["B"],
        "start": date(2026, 12, 1),
        "openings": 1,
        "employer": " ",
    }
    offer = offer_from_form(person.agency_id, uuid4(), NOW, **fields)
    assert (offer.title, offer.contract, offer.employer) == ("Serveur (H/F)", "CDD jusqu'au 31/03/2027", None)
    assert offer.pay_text == "12,50 € brut de l'heure"
    for wrong, said in (
        ({"title": " "}, "titre"),
        ({"contract": "CDI"}, "CDI"),
        ({"until": date(2026, 11, 1)}, "fin"),
        ({"pay_low": None, "pay_high": 3.0}, "salaire"),
        ({"pay_low": 14.0, "pay_high": 13.0}, "salaire"),
        ({"pay_low": 5000.0}, "plausible"),
    ):
        with pytest.raises(FtError, match=said):
            offer_from_form(person.agency_id, uuid4(), NOW, **(fields | wrong))


def test_a_draft_s_fields_are_traced_to_the_notes_and_what_it_adds_to_nowhere(
    database: Database, person: Person, index: OccupationIndex
) -> None:
    notes = "Cherche serveur à Annonay, CDI, permis B"
    draft = "Titre : Serveur (H/F)\nConditions\n- Contrat : CDI\n- Permis B\n- Salaire : 13 € brut de l'heure"
    told, _ = offers.structure(notes, index, database, person.agency_id, NOW)
    offer, _ = offers.structure(draft, index, database, person.agency_id, NOW)
    traced = traced_to(offer, told)
    assert traced.pay is not None
    words = {trace.field: trace.words for trace in traced.traces}
    assert words["contract"] == "CDI"
    assert "pay" not in words
    assert "licences" in words
    assert all(notes[trace.start : trace.end] == trace.words for trace in traced.traces)
