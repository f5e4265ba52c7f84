"""What a person may ask for: to be found, to be told everything, to be corrected."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any

import pytest
from pypdf import PdfReader

from ftcore.database import Database
from ftcore.errors import FtError
from ftcore.matching import pool
from ftcore.model import Person
from ftcore.rights import people, person_report
from tests.outreach.conftest import Town
from tests.trust.conftest import NAME, NUMBER, TEXTS, plant


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("06 39 98 17 77", id="the number as people write it"),
        pytest.param("+33639981777", id="the number as it is stored"),
        pytest.param("0033 6 39 98 17 77", id="the number with another prefix"),
        pytest.param("QUEBRANTOU", id="the name without accents"),
        pytest.param("québrantou zén", id="the beginning of the name"),
        pytest.param("Zénobie Q", id="first name first"),
        pytest.param("DE-PLANTE-1", id="the identifier"),
    ],
)
def test_a_person_is_found_in_any_writing(town: Town, lead: Person, text: str) -> None:
    (who,) = town.people(first_name=NAME[0], last_name=NAME[1], phone=NUMBER, external_id="DE-PLANTE-1")
    town.people(2)
    assert [one.candidate_id for one in people.find(town.database, lead, text, town.now)] == [who]
    (entry,) = town.database.rows("SELECT subject, detail FROM journal")
    assert entry["subject"] == "candidates"
    assert "1777" not in entry["detail"]
    assert "brantou" not in entry["detail"]


def test_a_number_that_was_corrected_still_finds_its_exchanges(town: Town, lead: Person) -> None:
    (who,) = town.people(phone=NUMBER)
    town.launch([who])
    people.correct(town.database, lead, who, {"phone": "0639981778"}, town.now)
    assert [one.candidate_id for one in people.find(town.database, lead, NUMBER, town.now)] == [who]
    assert town.states() == ["cancelled"]  # it would have gone to somebody else


def test_everything_that_is_kept_is_exported(town: Town, lead: Person) -> None:
    who = plant(town)
    told = json.loads(people.as_json(people.export(town.database, lead, who, town.now)))
    written = json.dumps(told, ensure_ascii=False)
    for word in (*NAME, NUMBER, *TEXTS[:4]):
        assert word in written, word
    (talk,) = told["conversations"]
    assert talk["messages"][0]["state"] == "delivered"
    assert [reply["reading"] for reply in talk["replies"]][-1] == "stop"
    assert talk["replies"][0]["corrected"] == "yes"
    assert talk["verdict_reason"] == TEXTS[2]
    assert told["objections"][0]["objected"] is True
    assert told["declared_traits"][0]["birth_year"] == 1990
    assert {entry["act"] for entry in told["journal"]} >= {"opt-out"}
    assert told["texts_of_others_naming_the_person"] == {"chat": 1, "chat_turn": 2, "thread_event": 1, "reply": 1}
    # Who of the staff did what is not the person's data.
    assert town.counselor.name not in written
    assert {entry["actor"] for entry in told["journal"]} <= {"automate", "un agent"}
    assert town.database.value("SELECT count(*) FROM journal WHERE act = 'person exported'") == 1


def test_the_document_can_be_read(town: Town, lead: Person) -> None:
    who = plant(town)
    pages = PdfReader(io.BytesIO(person_report.pdf(people.export(town.database, lead, who, town.now)))).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    for word in (*NAME, "06 39 98 17 77", *TEXTS[:3], "vous ne recevez plus de SMS", "Année de naissance : 1990"):
        assert word in text, word


def test_a_correction_is_true_for_the_ranking_at_once(town: Town, lead: Person) -> None:
    (who,) = town.people(lat=44.7, lon=4.6, mobility_km=5.0, occupation_code="G1803")
    town.database.transact(lambda tx: pool.lay_out(tx, lead.agency_id))
    south = town.database.value("SELECT south FROM candidate")
    people.correct(town.database, lead, who, people.typed({"mobility_km": "80", "available_from": "2026-12-01"}),
                   town.now)  # fmt: skip
    row = town.database.one("SELECT mobility_km, available_from, south FROM candidate")
    assert row is not None
    assert (row["mobility_km"], row["available_from"]) == (80.0, date(2026, 12, 1))
    assert row["south"] < south


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"last_name": "  "}, "vide", id="an empty name"),
        pytest.param({"phone": "01 23 45 67 89"}, "mobile", id="a landline"),
        pytest.param({"external_id": "x"}, "ne se corrige pas", id="a field that is the file's"),
        pytest.param({"mobility_km": -1.0}, "pas possible", id="a negative distance"),
        pytest.param({"mobility_km": float("nan")}, "pas possible", id="no number"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    town: Town, lead: Person, changes: dict[str, Any], why: str
) -> None:
    (who,) = town.people()
    before = town.database.rows("SELECT * FROM candidate")
    with pytest.raises(FtError, match=why):
        people.correct(town.database, lead, who, changes, town.now)
    assert town.database.rows("SELECT * FROM candidate") == before


def test_an_export_of_nobody_contacted_is_short_and_whole(database: Database, town: Town, lead: Person) -> None:
    (who,) = town.people()
    told = people.export(town.database, lead, who, town.now)
    assert told["conversations"] == []
    assert person_report.pdf(told).startswith(b"%PDF")
