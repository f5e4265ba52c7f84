"""Offers written to each format and read back: nothing that a format carries is lost, the rest is said."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.database import Database
from ftcore.drafting import exports, formats
from ftcore.drafting.exports import CANNOT, INTERNAL, Format
from ftcore.drafting.exports.sheet import LABELS
from ftcore.errors import UnreadableFile
from ftcore.model import Demand, Occupation, Offer, OfferSource, Pay, PayUnit, Person, Place, Prerequisite

NOW = datetime(2026, 11, 24, 9, 0)
AGENCY = UUID(int=1)
READABLE = [Format.WORD, Format.TEXT, Format.JOB_POSTING]
OFFER = Offer(
    AGENCY, UUID(int=2), "Serveur / Serveuse (H/F)", "Servir en salle.\n\n- Salaire : 3 repas\nMissions\n  fin",
    Occupation("G1803", "Serveur / Serveuse (salle)"), Place("Annonay (centre)", "07", "07010", 45.24, 4.67),
    OfferSource.FORM, NOW, external_id="192ABC", skills_required=("Servir à table", "Encaisser"),
    skills_desired=("Conseiller un vin",), contract="CDD de 6 mois", weekly_hours=37.5,
    pay=Pay(12.5, PayUnit.HOUR, 14.0), pay_text="de 12,50 à 14 €", experience_years=0.5, licences=("B",),
    languages=("anglais",),
    start=date(2027, 1, 4),
    openings=2, employer="L'Auberge « du Rhône »", tasks=("Accueillir", "- Encaisser : midi"),
    prerequisites=(Prerequisite("Permis B (voiture)", Demand.BLOCKING), Prerequisite("Anglais", Demand.FLEXIBLE)),
    contract_end=date(2027, 7, 3), schedule="du mardi au samedi, 10 h–15 h", diplomas=("CAP Cuisine",),
)  # fmt: skip
EMPTY = Offer(AGENCY, UUID(int=2), "Serveur (H/F)", "", None, None, OfferSource.FORM, NOW)

words = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
line = st.lists(words, min_size=1, max_size=4).map(" ".join)
free = st.lists(
    st.one_of(line, st.sampled_from(["Description", "Missions", "Titre : x", "- à préciser", ""])), max_size=4
)
amount = st.floats(1, 90_000).map(lambda value: round(value, 2))
day = st.dates(date(2000, 1, 1), date(2099, 12, 31))
lists = st.lists(line, max_size=3).map(tuple)
offers = st.builds(
    Offer,
    agency_id=st.just(AGENCY), offer_id=st.just(UUID(int=2)), title=line,
    description=free.map("\n".join).map(str.strip),
    occupation=st.none() | st.builds(Occupation, st.just("G1803"), line),
    place=st.none() | st.builds(
        Place, line, st.sampled_from(["07", "2A", "974"]), st.none() | st.just("07010"), st.floats(-90, 90),
        st.floats(-180, 180),
    ),
    source=st.just(OfferSource.FILE), created_utc=st.just(NOW), external_id=st.none() | line, skills_required=lists,
    skills_desired=lists, contract=st.none() | line,
    weekly_hours=st.none() | st.floats(1, 48).map(lambda hours: round(hours, 2)),
    pay=st.none() | st.builds(Pay, amount, st.sampled_from(PayUnit), st.none() | amount), pay_text=st.none() | line,
    experience_years=st.none() | st.sampled_from([0.0, 0.5, 1.0, 2.0, 10.0]), licences=lists, languages=lists,
    start=st.none() | day, openings=st.integers(1, 99), employer=st.none() | line, tasks=lists,
    prerequisites=st.lists(st.builds(Prerequisite, line, st.sampled_from(Demand)), max_size=2).map(tuple),
    contract_end=st.none() | day, schedule=st.none() | line, diplomas=lists,
)  # fmt: skip


def carried(offer: Offer, form: Format) -> dict[str, object]:
    """The fields that a format carries, as a file that is read back gives them."""
    left_out = set(INTERNAL) | set(exports._NOT_CARRIED[form])
    return {name: getattr(offer, name) for name in Offer.__slots__ if name not in left_out}


@pytest.mark.parametrize("form", READABLE)
@pytest.mark.parametrize("offer", [pytest.param(OFFER, id="everything"), pytest.param(EMPTY, id="a title alone")])
def test_what_is_written_is_read_back(offer: Offer, form: Format) -> None:
    data, _ = exports.write(offer, form)
    assert carried(exports.read(data, form, AGENCY, NOW), form) == carried(offer, form)


@given(offer=offers)
def test_any_offer_survives_text_and_json(offer: Offer) -> None:
    for form in (Format.TEXT, Format.JOB_POSTING):
        data, _ = exports.write(offer, form)
        assert carried(exports.read(data, form, AGENCY, NOW), form) == carried(offer, form)


@settings(max_examples=40)  # a document takes a tenth of a second
@given(offer=offers)
def test_any_offer_survives_a_word_document(offer: Offer) -> None:
    data, _ = exports.write(offer, Format.WORD)
    assert carried(exports.read(data, Format.WORD, AGENCY, NOW), Format.WORD) == carried(offer, Format.WORD)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        pytest.param(Format.WORD, [], id="Word carries all"),
        pytest.param(Format.TEXT, [], id="text carries all"),
        pytest.param(
            Format.JOB_POSTING,
            ["contract_end", "languages", "skills_desired", "prerequisites"],
            id="schema.org has no word for these",
        ),
        pytest.param(
            Format.FRANCE_TRAVAIL,
            ["contract_end", "schedule", "start", "tasks", "prerequisites", "diplomas"],
            id="the API has no field that we read back for these",
        ),
    ],
)
def test_what_a_format_cannot_carry_is_said(form: Format, said: list[str]) -> None:
    _, notes = exports.write(OFFER, form)
    assert [(note.field, note.reason) for note in notes] == [(LABELS[name], CANNOT) for name in said]
    assert exports.write(EMPTY, form)[1] == []


def test_an_offer_survives_the_france_travail_file(database: Database, person: Person) -> None:
    offer = replace(OFFER, place=Place("Annonay", "07", "07010", 45.24, 4.67), licences=("B",))
    data, _ = exports.write(offer, Format.FRANCE_TRAVAIL)
    [read], _ = formats.read_france_travail(data, database, person.agency_id, NOW)
    same = ("title", "description", "occupation", "contract", "weekly_hours", "pay", "experience_years", "licences",
            "languages", "openings", "employer", "external_id", "place")  # fmt: skip
    assert {name: getattr(read, name) for name in same} == {name: getattr(offer, name) for name in same}
    assert len(read.skills_required) == 2


REAL = Path(__file__).parents[2].parent / "shared" / "offers" / "offers_sample.json"


@pytest.mark.skipif(not REAL.exists(), reason="real offers lie beside the project only")
def test_the_real_offers_survive_each_format(database: Database, person: Person) -> None:
    found, _ = formats.read_france_travail(REAL.read_bytes(), database, person.agency_id, NOW)
    assert len(found) == 20
    for offer in found:
        for form in READABLE:
            data, _ = exports.write(offer, form)
            assert carried(exports.read(data, form, person.agency_id, NOW), form) == carried(offer, form)
        data, _ = exports.write(offer, Format.FRANCE_TRAVAIL)
        [again], _ = formats.read_france_travail(data, database, person.agency_id, NOW)
        for name in ("title", "description", "contract", "weekly_hours", "pay", "experience_years", "skills_required"):
            assert getattr(again, name) == getattr(offer, name)


def test_the_json_ld_is_that_of_schema_org() -> None:
    posting = json.loads(exports.write(OFFER, Format.JOB_POSTING)[0])
    assert (posting["@context"], posting["@type"]) == ("https://schema.org", "JobPosting")
    assert posting["baseSalary"] == {
        "@type": "MonetaryAmount",
        "currency": "EUR",
        "value": {"@type": "QuantitativeValue", "unitText": "HOUR", "minValue": 12.5, "maxValue": 14.0},
    }
    assert posting["jobLocation"]["address"]["addressCountry"] == "FR"
    assert posting["jobStartDate"] == "2027-01-04"


@given(data=st.binary(max_size=200))
def test_any_other_file_gets_a_sentence(data: bytes) -> None:
    for form in READABLE:
        for content in (data, b"PK\x03\x04" + data, b'{"@type": "JobPosting", "title": ' + data):
            with pytest.raises(UnreadableFile):
                exports.read(content, form, AGENCY, NOW)
