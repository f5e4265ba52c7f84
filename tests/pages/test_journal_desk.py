"""Administration, Journal: what a team lead sees of it, and who sees nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.database import utc_now
from ftcore.model import Offer, Role
from ftcore.outreach import campaigns
from ftcore.services import Services
from ftcore.trust import journal

Open = Callable[[str], AppTest]


def opened(open_page: Open, role: Role, house: Services) -> AppTest:
    house.person = replace(house.person, role=role)
    app = open_page("administration.py")
    app.segmented_control(key="administration.section").set_value("Journal").run()
    assert not app.exception
    return app


def record(house: Services, act: str, *, person: UUID | None = None, times: int = 1, subject: str = "x") -> None:
    agency_id = house.person.agency_id
    house.database.transact(
        lambda tx: [journal.record(tx, agency_id, "c1", act, subject, utc_now(), person=person) for _ in range(times)]
    )


def test_a_counselor_is_not_offered_it(open_page: Open, house: Services) -> None:
    house.person = replace(house.person, role=Role.COUNSELOR)
    assert "Journal" not in open_page("administration.py").segmented_control(key="administration.section").options


def test_an_empty_journal_says_so(open_page: Open, house: Services) -> None:
    app = opened(open_page, Role.TEAM_LEAD, house)
    assert any("Aucune écriture" in info.value for info in app.info)


def test_acts_are_shown_in_french_and_filtered(open_page: Open, house: Services) -> None:
    whom = uuid4()
    record(house, "verdict", person=whom)
    record(house, "sending stopped", subject="=1+1<script>")
    app = opened(open_page, Role.TEAM_LEAD, house)
    shown = app.dataframe[0].value
    assert set(shown["Acte"]) == {"Décision d'un conseiller", "Envois de l'agence arrêtés"}
    app.selectbox(key="journal.act").set_value("verdict").run()
    assert list(app.dataframe[0].value["Acte"]) == ["Décision d'un conseiller"]
    assert list(app.dataframe[0].value["Sur qui"]) == [str(whom)]


def test_only_one_page_of_many_entries_is_loaded(open_page: Open, house: Services) -> None:
    record(house, "verdict", times=120)
    app = opened(open_page, Role.TEAM_LEAD, house)
    assert len(app.dataframe[0].value) == 50
    app.number_input(key="journal.page").set_value(3).run()
    assert len(app.dataframe[0].value) == 20
    app.selectbox(key="journal.actor").set_value("c1").run()
    assert not app.exception
    assert app.number_input(key="journal.page").value == 1, "another filter begins at the first page"


@pytest.mark.parametrize("is_broken", [False, True])
def test_the_chain_is_verified_at_a_click(open_page: Open, house: Services, is_broken: bool) -> None:
    house.person = replace(house.person, agency_id=uuid4())
    record(house, "verdict", times=3)
    if is_broken:
        house.database.transact(
            lambda tx: (tx.execute("SELECT allow_forgetting()"),
                        tx.execute("DELETE FROM journal WHERE sequence = 2"))
        )  # fmt: skip
    app = opened(open_page, Role.TEAM_LEAD, house)
    app.button(key="journal.verify").click().run()
    waited_until = time.monotonic() + 60
    while not (app.success or app.error) and time.monotonic() < waited_until:
        app.run()
    told = (app.error or app.success)[0].value
    assert ("numéro 3" in told) if is_broken else ("Journal intact" in told and "3 écritures" in told)


def test_of_one_person_it_explains_why_they_were_contacted(open_page: Open, house: Services, offer: Offer) -> None:
    whom = house.database.value("SELECT candidate_id FROM candidate ORDER BY external_id LIMIT 1")
    campaigns.launch(house.database, house.person, offer, uuid4(), [whom], 8, None, utc_now())
    app = opened(open_page, Role.TEAM_LEAD, house)
    app.text_input(key="journal.about").set_value(str(whom)).run()
    app.button(key="journal.explain").click().run()
    assert not app.exception
    told = [text.value for text in app.text]
    assert "Contactée pour 1 offre." in told
    assert any(text.startswith("Ne servent jamais au classement") for text in told)
