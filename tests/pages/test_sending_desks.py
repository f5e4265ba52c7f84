"""Administration: the wordings of the automaton, the caps, the hours and the switch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.database import utc_now
from ftcore.model import Role
from ftcore.outreach import sending_rules, template_versions
from ftcore.outreach.templates import DEFAULTS, Kind
from ftcore.services import Services
from pages import doors

Open = Callable[[str], AppTest]


@pytest.fixture
def lead(house: Services) -> Services:
    house.person = replace(house.person, role=Role.TEAM_LEAD)
    return house


def section(open_page: Open, name: str) -> AppTest:
    app = open_page("administration.py")
    return app.segmented_control(key="administration.section").set_value(name).run()


def test_a_team_lead_writes_a_wording_and_takes_the_old_one_again(open_page: Open, lead: Services) -> None:
    app = section(open_page, "Modèles de SMS")
    assert app.button(key="wordings.save").disabled
    mine = DEFAULTS[Kind.OPENING].replace("Cela vous intéresse ?", "Êtes-vous intéressé(e) ?")
    app.text_area(key="wordings.text").set_value(mine).run()
    assert any("Etes-vous intéressé(e) ?" in text.value for text in app.text)
    assert "« Ê » écrit « E »" in app.info[0].value
    app.button(key="wordings.save").click().run()
    assert "version 1" in app.success[0].value
    assert lead.database.value("SELECT body FROM sms_template") == mine
    app.button(key="wordings.back.0").click().run()
    assert app.text_area(key="wordings.text").value == DEFAULTS[Kind.OPENING]
    history = template_versions.versions(lead.database, lead.person, Kind.OPENING)
    assert [one.template.version for one in history] == [2, 1, 0]
    assert not app.exception


def test_a_wording_that_breaks_the_rules_is_explained_and_cannot_be_saved(open_page: Open, lead: Services) -> None:
    app = section(open_page, "Modèles de SMS")
    app.text_area(key="wordings.text").set_value("Bonjour ((prenom)), êtes-vous enceinte ?").run()
    for part in ("écrit", "Dites qui écrit", "grossesse", "Dites comment ne plus en recevoir"):
        assert part in app.error[0].value
    assert app.button(key="wordings.save").disabled
    assert lead.database.value("SELECT count(*) FROM sms_template") == 0


def test_another_message_shows_its_own_text_and_placeholders(open_page: Open, lead: Services) -> None:
    app = section(open_page, "Modèles de SMS")
    app.text_area(key="wordings.text").set_value("Essai").run()
    app.selectbox(key="wordings.kind").set_value(Kind.ASK_PREREQUISITE.value).run()
    assert app.text_area(key="wordings.text").value == DEFAULTS[Kind.ASK_PREREQUISITE]
    assert any("((question))" in caption.value for caption in app.caption)
    assert any("Avez-vous le permis B ?" in text.value for text in app.text)


def test_caps_and_hours_are_changed_by_a_team_lead(open_page: Open, lead: Services) -> None:
    app = section(open_page, "Plafonds et horaires")
    app.number_input(key="sending.daily_messages").set_value(50)
    app.number_input(key="sending.campaign_messages").set_value(60)
    app.button(key="sending.save_caps").click().run()
    assert "augmentez celui du jour" in app.error[0].value
    app.number_input(key="sending.campaign_messages").set_value(20)
    app.button(key="sending.save_caps").click().run()
    app.selectbox(key="sending.first").set_value(19)
    app.button(key="sending.save_hours").click().run()
    assert "« 19 h – 19 h » n'est pas permis" in app.error[0].value
    app.selectbox(key="sending.first").set_value(10)
    app.button(key="sending.save_hours").click().run()
    assert "de 10 h à 19 h" in app.success[0].value
    rules = sending_rules.rules(lead.database, lead.person)
    assert (rules.caps.daily_messages, rules.caps.campaign_messages, rules.hours) == (50, 20, (10, 19))


@pytest.mark.parametrize("name", ["Modèles de SMS", "Plafonds et horaires"])
def test_a_counselor_reads_the_rules_and_may_only_halt(open_page: Open, house: Services, name: str) -> None:
    app = section(open_page, name)
    assert any("Un responsable d'équipe ou un administrateur" in info.value for info in app.info)
    keys = [button.key for button in app.button if not button.disabled]
    assert not {"wordings.save", "sending.save_caps", "sending.save_hours"} & set(keys)
    if name == "Plafonds et horaires":
        app.button(key="halt.stop").click().run()
        assert "sont arrêtés" in app.error[0].value
        assert sending_rules.rules(house.database, house.person).halt is not None


def test_an_evaluator_sees_neither(open_page: Open, house: Services) -> None:
    sending_rules.stop_sending(house.database, house.person, "Motif", utc_now())
    house.person = replace(house.person, role=Role.EVALUATOR)
    app = open_page("administration.py")
    assert [error.value for error in app.error] == [doors.CLOSED]
    assert not app.button
