"""Équité as an evaluator sees it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from ftcore import services
from ftcore.model import Role

SCRIPT = """
from ftcore.services import current
from pages import fairness_view
fairness_view.show(current())
"""


def shown(house: services.Services) -> AppTest:
    house.person = replace(house.person, role=Role.EVALUATOR)
    return AppTest.from_string(SCRIPT, default_timeout=60).run()


@pytest.mark.parametrize("engine", ["duckdb"], indirect=True)
def test_without_traits_the_section_says_what_to_do(house: services.Services) -> None:
    app = shown(house)
    assert not app.exception
    assert "Aucun groupe n'atteint 30 personnes" in app.info[0].value
    assert "Importer des personnes" in app.info[0].value


@pytest.mark.parametrize("engine", ["duckdb"], indirect=True)
def test_the_demo_shows_a_difference_and_opens_on_it(demo_house: services.Services) -> None:
    app = shown(demo_house)
    assert not app.exception
    titles = [title.value.replace("\\", "") for title in app.subheader]
    # The demo is of today: how many differences its figures show depends on the day, that one is among them does not.
    assert re.fullmatch(r"(?:1 écart observé|[2-9] écarts observés) sur 36 comparaisons", titles[0])
    assert any(title.startswith("Réponse : les personnes sans emploi depuis 2 ans et plus") for title in titles[1:])
    said = " ".join(text.value for text in app.text)
    assert "C'est une différence observée : elle ne dit pas à quoi elle est due." in said
    assert "Comment lire ces chiffres" in app.expander[0].label
    app.selectbox(key="equite-etape").select("retained")
    app.run()
    assert not app.exception
    assert app.subheader[1].value.replace("\\", "").startswith("Décision : ")
    app.selectbox(key="equite-agence").select_index(1)
    app.run()
    assert not app.exception
