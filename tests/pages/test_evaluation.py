"""Évaluation: every section opens, says what it counts, and never names anybody."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ftcore import demo
from ftcore.insight import reading_quality
from ftcore.model import Answer, Role
from ftcore.outreach.replies import training
from ftcore.services import Services
from pages import doors

Open = Callable[[str], AppTest]
SECTIONS = (
    ("gains", "temps"),
    ("gains", "satisfaction"),
    ("comparaisons", "pilotes"),
    ("qualite", "lectures"),
    ("qualite", "decisions"),
    ("negatifs", None),
    ("export", None),
)


@pytest.fixture(autouse=True)
def evaluating(house: Services) -> None:
    """Whoever opens the page here is the demo's evaluator."""
    house.person = demo.member(Role.EVALUATOR)


def opened(app: AppTest, section: str, subject: str | None) -> AppTest:
    app.segmented_control(key="section").set_value(section).run()
    if subject is not None:
        app.segmented_control(key=f"sujet_{section}").set_value(subject).run()
    return app


def everything(app: AppTest) -> str:
    kinds = ("title", "subheader", "text", "caption", "info", "warning", "error", "success", "markdown", "metric")
    words = [f"{each.label} {each.value}" if kind == "metric" else str(each.value)
             for kind in kinds for each in app.get(kind)]  # fmt: skip
    return "\n".join([*words, *(each.value.to_csv() for each in app.dataframe)])


def test_every_section_of_an_empty_agency_says_what_to_do(open_page: Open) -> None:
    app = open_page("evaluation.py")
    for section, subject in SECTIONS:
        opened(app, section, subject)
        assert not app.exception, section
        assert not app.error, section


def test_no_section_of_the_demo_holds_a_name_a_number_or_a_text(open_page: Open, demo_house: Services) -> None:
    demo_house.person = demo.member(Role.EVALUATOR)
    people = demo_house.database.rows("SELECT DISTINCT last_name FROM candidate")
    bodies = {
        row["body"] for row in demo_house.database.rows("SELECT DISTINCT body FROM reply WHERE length(body) > 14")
    }
    app = open_page("evaluation.py")
    assert "Démonstration" in everything(app)
    for section, subject in SECTIONS:
        opened(app, section, subject)
        assert not app.exception, section
        assert not app.error, section
        shown = everything(app)
        assert not re.search(r"\+33|639 ?98", shown), section
        assert not any(re.search(rf"\b{re.escape(row['last_name'])}\b", shown) for row in people), section
        assert not any(body in shown for body in bodies), section


@pytest.mark.parametrize(
    ("role", "listed"),
    [
        pytest.param(Role.TEAM_LEAD, True, id="a team lead"),
        pytest.param(Role.EVALUATOR, True, id="an evaluator"),
        pytest.param(Role.ADMINISTRATOR, False, id="an administrator"),
        pytest.param(Role.COUNSELOR, False, id="a counselor who is not the demo's"),
    ],
)
def test_the_page_is_for_those_who_evaluate(house: Services, role: Role, listed: bool) -> None:
    house.person = replace(house.person, role=role)
    app = AppTest.from_file(Path(__file__).parents[2] / "pages" / "main.py", default_timeout=120).run()
    app = app.switch_page("evaluation.py").run()
    if listed:
        assert [title.value for title in app.title] == ["Évaluation"]
    else:
        assert [error.value for error in app.error] == [doors.CLOSED]
        assert not app.title


def test_an_assumption_is_changed_with_its_source_and_refused_without(open_page: Open, house: Services) -> None:
    app = open_page("evaluation.py")
    app.selectbox(key="evaluation.baseline").set_value("contact_minutes").run()
    app.number_input(key="evaluation.contact_minutes.value").set_value(8.0)
    save = next(button for button in app.button if button.label == "Enregistrer l'hypothèse")
    save.click().run()
    assert "dites d'où vient ce chiffre" in app.error[0].value
    app.number_input(key="evaluation.contact_minutes.value").set_value(8.0)
    app.text_input(key="evaluation.contact_minutes.source").set_value("Relevé de novembre, 30 appels")
    next(button for button in app.button if button.label == "Enregistrer l'hypothèse").click().run()
    assert "version 1" in app.success[0].value
    (row,) = house.database.rows("SELECT value, source, changed_by FROM baseline")
    assert row == {"value": 8.0, "source": "Relevé de novembre, 30 appels", "changed_by": "demo-evaluation"}


def test_an_export_is_prepared_told_and_journaled(open_page: Open, house: Services) -> None:
    app = opened(open_page("evaluation.py"), "export", None)
    app.button(key="evaluation.export").click().run()
    assert not app.exception
    assert not app.error
    assert any("0 ligne publiée" in text.value for text in app.text)
    assert house.database.value("SELECT count(*) FROM journal WHERE act = 'research export'") == 1


def test_the_labelled_set_is_read_in_the_background_and_its_result_shown(
    open_page: Open, house: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = [example for example in training.frozen() if example.answer is Answer.STOP][:12]
    monkeypatch.setattr(reading_quality, "labelled", lambda part: few)
    app = opened(open_page("evaluation.py"), "qualite", "lectures")
    app.button(key="evaluation.run").click().run()
    house.labelled_runs.join()
    app.run()
    assert not app.exception
    assert any("lus juste" in shown.value for shown in app.subheader)
