"""Administration: how long data is kept, and what a person may ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.database import utc_now
from ftcore.model import Offer, Role
from ftcore.outreach import campaigns
from ftcore.services import Services

Open = Callable[[str], AppTest]


@pytest.fixture
def administrator(house: Services) -> Services:
    house.person = replace(house.person, role=Role.ADMINISTRATOR)
    house.database.number_key = b"a key of this test run, long enough"
    return house


def section(open_page: Open, name: str) -> AppTest:
    app = open_page("administration.py")
    return app.segmented_control(key="administration.section").set_value(name).run()


@pytest.fixture
def written_to(house: Services, offer: Offer) -> str:
    """The identifier of somebody who got an SMS long ago."""
    row = house.database.one("SELECT * FROM candidate ORDER BY external_id LIMIT 1")
    assert row is not None
    then = utc_now() - timedelta(days=500)
    campaigns.launch(house.database, house.person, offer, uuid4(), [row["candidate_id"]], 1, None, then)
    house.database.transact(
        lambda tx: tx.execute("UPDATE message SET state = 'delivered', settled_utc = queued_utc, gateway_id = 'AT-1'")
    )
    return str(row["external_id"])


def test_a_counselor_is_offered_neither(open_page: Open, house: Services) -> None:
    offered = open_page("administration.py").segmented_control(key="administration.section").options
    assert not {"Conservation", "Droits d'une personne"} & set(offered)


def test_the_rules_stand_with_what_would_go_and_a_purge_takes_it(
    open_page: Open, written_to: str, administrator: Services
) -> None:
    app = section(open_page, "Conservation")
    assert not app.exception
    rules = app.table[0].value
    assert rules.loc["Texte des SMS envoyés", "Après"] == "12 mois"
    assert rules.loc["Texte des SMS envoyés", "À faire partir"] == 1
    assert all(rules["Pourquoi"])
    assert any("pas encore passée" in text.value for text in app.text)
    app.button(key="retention.purge").click().run()
    assert not app.exception
    assert "Purge faite" in app.success[0].value
    assert any("texte des sms envoyés : 1" in text.value for text in app.text)
    assert administrator.database.value("SELECT body FROM message") == ""


def test_a_length_is_changed_within_its_bounds(open_page: Open, administrator: Services) -> None:
    app = section(open_page, "Conservation")
    app.selectbox(key="retention.kind").set_value("chat").run()
    app.number_input(key="retention.amount.chat").set_value(3)
    next(button for button in app.button if button.label == "Enregistrer la durée").click().run()
    assert "3 mois" in app.success[0].value
    assert administrator.database.value("SELECT amount FROM retention_rule") == 3


def find(app: AppTest, text: str) -> AppTest:
    app.text_input(key="person.text").set_value(text)
    return next(button for button in app.button if button.label == "Chercher").click().run()


def test_a_person_is_found_by_number_and_no_message_nor_number_is_shown(
    open_page: Open, written_to: str, administrator: Services
) -> None:
    row = administrator.database.one("SELECT * FROM candidate WHERE external_id = $1", written_to)
    assert row is not None
    app = find(section(open_page, "Droits d'une personne"), "0" + row["phone"][3:])
    assert not app.exception
    shown = str(app.selectbox(key="person.chosen").options)
    assert written_to in shown
    assert row["last_name"] in shown
    everything = str(list(app.main))
    assert row["phone"][3:9] not in everything
    assert administrator.database.value("SELECT body FROM message") not in everything
    assert administrator.database.value("SELECT detail FROM journal WHERE act = 'person searched'") == "by number"


def test_a_correction_is_written_and_the_number_is_checked(
    open_page: Open, written_to: str, administrator: Services
) -> None:
    app = find(section(open_page, "Droits d'une personne"), written_to)
    app.segmented_control(key="person.way").set_value("Corriger").run()
    who = administrator.database.value("SELECT candidate_id FROM candidate WHERE external_id = $1", written_to)
    app.text_input(key=f"person.correct.{who}.phone").set_value("06 39 98 99")
    next(button for button in app.button if "correction" in button.label).click().run()
    assert "pas un numéro de mobile" in app.error[0].value
    app.text_input(key=f"person.correct.{who}.phone").set_value("06.39.98.99.01")
    app.text_input(key=f"person.correct.{who}.last").set_value("Corrigé")
    next(button for button in app.button if "correction" in button.label).click().run()
    assert "corrigée" in app.success[0].value
    row = administrator.database.one("SELECT phone, last_name FROM candidate WHERE candidate_id = $1", who)
    assert row == {"phone": "+33639989901", "last_name": "Corrigé"}
    assert administrator.database.value("SELECT detail FROM journal WHERE act = 'person corrected'") == (
        "last_name, phone"
    )


def test_an_erasure_asks_for_the_identifier_and_says_what_goes(
    open_page: Open, written_to: str, administrator: Services
) -> None:
    app = find(section(open_page, "Droits d'une personne"), written_to)
    app.segmented_control(key="person.way").set_value("Effacer").run()
    counts = app.dataframe[0].value.set_index("Ce qui part")["Nombre"]
    assert counts["Fiches"] == 1
    assert app.button(key="person.erase").disabled
    app.text_input(key="person.typed").set_value(written_to).run()
    app.button(key="person.erase").click().run()
    assert not app.exception
    assert "est effacée" in app.success[0].value
    assert administrator.database.value("SELECT count(*) FROM candidate WHERE external_id = $1", written_to) == 0
    assert "person.found" not in app.session_state
