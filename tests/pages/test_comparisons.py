"""Comparaisons on screen: defined, started, hidden, told; and what the check before a launch says of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from ftcore import demo
from ftcore.database import utc_now
from ftcore.insight import comparisons
from ftcore.insight.comparison_terms import Definition, Metric, State
from ftcore.model import Offer, Role
from ftcore.outreach.arms import Arm, Compared, Unit
from ftcore.outreach.templates import DEFAULTS, Kind
from ftcore.services import Services

OTHER = DEFAULTS[Kind.OPENING].replace("ce poste pourrait vous convenir :", "on recrute près de chez vous :")


def section() -> None:
    from ftcore.services import current
    from pages import comparisons_view

    comparisons_view.show(current())


def shown() -> AppTest:
    return AppTest.from_function(section, default_timeout=60).run()


@pytest.fixture
def lead(house: Services) -> Services:
    house.person = replace(house.person, person_id="lead", role=Role.TEAM_LEAD)
    return house


def said(app: AppTest) -> str:
    parts = [*app.caption, *app.text, *app.markdown, *app.subheader, *app.info]
    return " ".join(each.value for each in parts).replace("\\", "")


def test_a_lead_defines_starts_and_stops_a_comparison_on_the_page(lead: Services) -> None:
    app = shown()
    assert "Aucune comparaison" in app.info[0].value
    app.toggle(key="comparison.define").set_value(True).run()
    people = int(app.metric[0].value.replace("\u202f", ""))
    app.number_input(key="comparison.effect.reply").set_value(10.0).run()
    assert int(app.metric[0].value.replace("\u202f", "")) < people, "a larger effect takes fewer people"
    app.text_input(key="comparison.name").set_value("Près de chez vous")
    app.text_input(key="comparison.question").set_value("Le dire fait-il répondre plus ?").run()
    assert "Les deux bras sont les mêmes" in app.error[0].value
    app.text_area(key="comparison.body.b").set_value(OTHER).run()
    assert not app.error
    app.button(key="comparison.save").click().run()
    (defined,) = comparisons.comparisons(lead.database, lead.person, utc_now())
    key = defined.comparison_id.hex
    app.button(key=f"comparison.start.{key}").click().run()
    assert "Résultat masqué" in said(app)
    app.button(key=f"comparison.stop.{key}").click().run()
    assert "Dites pourquoi" in app.error[0].value
    app.text_input(key=f"comparison.reason.{key}").set_value("L'offre a changé")
    app.button(key=f"comparison.stop.{key}").click().run()
    assert [each.state for each in comparisons.comparisons(lead.database, lead.person, utc_now())] == [State.STOPPED]
    assert not app.exception


def test_the_demo_shows_a_result_and_hides_the_other(demo_house: Services) -> None:
    demo_house.person = demo.member(Role.TEAM_LEAD)
    app = shown()
    assert not app.exception
    words = said(app)
    assert "« Le poste d'abord » fait répondre plus que « France Travail d'abord »" in words
    assert "Différence observée" in words
    assert "Résultat masqué" in words
    assert words.count("Oui") >= 4, "the draw is in order"


def test_an_evaluator_reads_and_defines_nothing(demo_house: Services) -> None:
    demo_house.person = replace(demo_house.person, person_id="eva", role=Role.EVALUATOR)
    app = shown()
    assert "Différence observée" in said(app)
    assert not app.toggle
    assert not any(button.key.startswith("comparison.") for button in app.button if button.key)


def test_the_check_shows_both_messages_and_not_which_of_them(
    open_page: Callable[[str], AppTest], lead: Services, offer: Offer
) -> None:
    definition = Definition(
        "Près de chez vous", "Répond-on plus ?", Compared.WORDING, Arm("Actuelle", DEFAULTS[Kind.OPENING]),
        Arm("Proche", OTHER), Unit.PERSON, Metric.REPLY, 0.4, 0.1,
    )  # fmt: skip
    comparison_id = comparisons.define(lead.database, lead.person, definition, None, utc_now())
    comparisons.start(lead.database, lead.person, comparison_id, None, utc_now())
    app = open_page("preselection.py")
    app.selectbox(key="preselection.offer").select(str(offer.offer_id)).run()
    app.button(key="preselection.check").click().run()
    assert not app.exception
    table = app.dataframe[0].value
    assert all("pourrait vous convenir" in body for body in table["Actuelle"])
    assert all("on recrute près de chez vous" in body for body in table["Proche"])
    assert table["Longueur"].nunique() == 1, "nothing in a row tells the arm"
    assert "tiré au sort à l'envoi, pour chaque personne, entre « Actuelle » et « Proche »" in " ".join(
        each.value for each in app.info
    )
    app.button(key="preselection.send").click().run()
    bodies = [row["body"] for row in lead.database.rows("SELECT body FROM message WHERE opening")]
    assert len(bodies) == len(table)
    assert sum("on recrute" in body for body in bodies) in range(len(bodies) // 2 - 2, len(bodies) // 2 + 3)
    assert lead.database.value("SELECT count(*) FROM comparison_assignment") == len(bodies)
