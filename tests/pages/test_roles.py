"""Who acts: the demo's choice of role, the accounts, and the register that only some may see."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from streamlit.testing.v1 import AppTest

from ftcore import demo
from ftcore.database import utc_now
from ftcore.model import Role
from ftcore.rights import register
from ftcore.services import Services
from ftcore.settings import MistralSettings, Settings
from ftcore.trust import retention, sessions
from ftcore.trust.claims import Identity
from pages import doors

Open = Callable[[str], AppTest]
MAIN = Path(doors.__file__).with_name("main.py")


def opened() -> AppTest:
    return AppTest.from_file(MAIN, default_timeout=120).run()


def test_a_visitor_of_the_demo_is_told_so_and_takes_each_role(house: Services) -> None:
    app = opened()
    assert any("Démonstration : personnes, offres et réponses inventées" in text.value for text in app.markdown)
    assert [title.value for title in app.title] == ["Rédaction"]
    for role, title in (
        (Role.EVALUATOR, "Mesures"),
        (Role.ADMINISTRATOR, "Administration"),
        (Role.TEAM_LEAD, "Administration"),
    ):
        app.sidebar.selectbox(key="frame.role").select(role).run()
        assert not app.exception
        assert [shown.value for shown in app.title] == [title], (
            "a page that stays closed is left for the first open one"
        )
        assert house.person == demo.member(role, house.person.agency_id)
    # The next tab goes on as this one.
    assert opened().sidebar.selectbox(key="frame.role").value is Role.TEAM_LEAD


def test_an_administrator_takes_a_role_away_and_gives_it_back(house: Services, open_page: Open) -> None:
    now = utc_now()
    identity = Identity("k", "https://p#c", "Claire *Essai*", (Role.COUNSELOR, Role.TEAM_LEAD), "07001", now)
    house.database.transact(
        lambda tx: tx.execute("UPDATE agency SET code = '07001' WHERE agency_id = $1", house.person.agency_id)
    )
    found = sessions.resume(house.database, identity, now)
    assert isinstance(found, sessions.Session)
    house.person = replace(house.person, person_id="alix", role=Role.ADMINISTRATOR)
    app = open_page("administration.py")
    app.segmented_control(key="administration.section").set_value("Comptes et rôles").run()
    pills = app.get("button_group")[-1]
    assert pills.value == [Role.COUNSELOR, Role.TEAM_LEAD]
    pills.set_value([Role.COUNSELOR]).run()
    assert "Conseil" in app.success[0].value
    assert "Encadrement" not in app.success[0].value
    now_found = sessions.resume(house.database, identity, now)
    assert isinstance(now_found, sessions.Session)
    assert now_found.roles == (Role.COUNSELOR,)
    app.get("button_group")[-1].set_value([]).run()
    assert "plus aucun rôle" in app.success[0].value
    assert sessions.resume(house.database, identity, now) is sessions.Refusal.NO_ROLE


@pytest.mark.parametrize(
    ("settings", "said", "not_said"),
    [
        pytest.param(Settings(), ["Aucun modèle de langue", "banc d'essai intégré", "démonstration"], ["mistral-"],
                     id="the demo"),
        pytest.param(Settings(mistral=MistralSettings("key-of-no-use", None, "mistral-small-latest")),
                     ["mistral-small-latest", "serveurs européens"], ["Aucun modèle de langue", "key-of-no-use"],
                     id="a model of the vendor"),
        pytest.param(Settings(mistral=MistralSettings("key-of-no-use", "https://ia.exemple.fr/v1", "local-7b")),
                     ["local-7b", "ia.exemple.fr"], ["serveurs européens", "key-of-no-use"],
                     id="a model of the institution"),
    ],
)  # fmt: skip
def test_the_register_tells_of_this_program_and_no_other(
    house: Services, settings: Settings, said: list[str], not_said: list[str]
) -> None:
    lead = replace(house.person, role=Role.TEAM_LEAD)
    retention.set_amount(house.database, replace(lead, role=Role.ADMINISTRATOR), "chat", 5, utc_now())
    made = register.register(house.database, lead, settings, utc_now())
    document = docx.Document(io.BytesIO(register.to_word(made)))
    text = "\n".join(
        [paragraph.text for paragraph in document.paragraphs]
        + [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    )
    for sentence in said:
        assert sentence in text
    for sentence in not_said:
        assert sentence not in text
    for rule in retention.RULES:
        assert rule.label in text
        assert rule.reason in text
    assert "5 mois" in text, "as it was set, not as it comes"


def test_the_page_shows_the_register_and_offers_it(house: Services, open_page: Open) -> None:
    house.person = replace(house.person, role=Role.ADMINISTRATOR)
    app = open_page("administration.py")
    app.segmented_control(key="administration.section").set_value("Registre").run()
    assert not app.exception
    titles = [title.value for title in app.subheader]
    assert titles[0] == "Responsable et contacts"
    assert "Règlement européen sur l'IA" in titles
    assert len(app.get("download_button")) == 1
