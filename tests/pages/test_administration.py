"""Administration: importing people, and what the assistant serves for and takes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.database import utc_now
from ftcore.database.backup import back_up
from ftcore.drafting import budget, chats
from ftcore.drafting.assistant import Ask, Usage
from ftcore.drafting.chats import Outcome
from ftcore.model import ImportReport, Role
from ftcore.services import Services
from pages import doors


def test_an_agency_that_has_written_nothing_is_told_so(open_page: Callable[[str], AppTest]) -> None:
    app = open_page("administration.py")
    app.segmented_control(key="administration.section").set_value("Assistant").run()
    assert not app.exception
    assert "Aucun texte gardé ni noté pour l'instant." in [caption.value for caption in app.caption]


def test_what_was_kept_and_what_it_took_are_shown_by_task(house: Services, open_page: Callable[[str], AppTest]) -> None:
    database, person, now = house.database, house.person, utc_now()
    chat_id = chats.start(database, person, "offer", [("Vos notes", "Cherche serveur")], "", now)
    turn_id = chats.answered(database, person, chat_id, "abcd", Outcome.COMPLETE, "offer/2", "essai", now)
    assert turn_id is not None
    chats.accept(database, person, chat_id, turn_id, "abed", now)
    ask = Ask("offer", "offer/2", "", ())
    budget.settle(database, person.agency_id, 0, ask, "essai", Usage(100, 400, 200, 900), "complete", now)
    app = open_page("administration.py")
    app.segmented_control(key="administration.section").set_value("Assistant").run()
    useful, taken = (frame.value.iloc[0].to_dict() for frame in app.dataframe)
    assert (useful["Tâche"], useful["Textes gardés"], useful["Part modifiée (médiane)"]) == (
        "Offre d'emploi",
        1,
        "25\u202f%",
    )
    assert (taken["Jetons lus"], taken["Jetons écrits"], taken["Durée médiane (ms)"]) == (100, 400, 900)
    assert person.name not in str(useful) + str(taken)


PEOPLE = "Identifiant;Prénom;Nom;Téléphone;Métier;Commune\n" + "".join(
    f"A{number};Léa;Essai;06399800{number:02d};G1803;Annonay\n" for number in range(1, 6)
)


def upload(app: AppTest, text: str) -> AppTest:
    return app.file_uploader(key="administration.file").upload("gens.csv", text.encode(), "text/csv").run()


def after_import(house: Services, app: AppTest) -> AppTest:
    running = house.imports.of(house.person)
    assert running is not None
    running.join(60)
    return app.run()


def figures(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"], indirect=True)
def test_a_file_is_imported_beside_the_page_and_reported(house: Services, open_page: Callable[[str], AppTest]) -> None:
    app = upload(open_page("administration.py"), PEOPLE + "B1;Léa;Essai;12;G1803;\n")
    assert app.selectbox(key="administration.map.phone").value == "Téléphone"
    app.button(key="administration.import").click().run()
    after_import(house, app)
    assert not app.exception
    assert figures(app) == {
        "Personnes ajoutées": "5",
        "Mises à jour": "0",
        "Inchangées": "0",
        "Sorties de la liste": "0",
        "Lignes rejetées": "1",
    }
    assert app.dataframe[0].value["Ligne"].tolist() == [7]
    assert house.database.value("SELECT count(*) FROM candidate") == 5
    app.button(key="administration.again").click().run()
    assert app.file_uploader(key="administration.file") is not None
    assert house.imports.of(house.person) is None


def test_a_file_cut_short_is_refused_as_a_complete_list(house: Services, open_page: Callable[[str], AppTest]) -> None:
    app = upload(open_page("administration.py"), PEOPLE)
    app.button(key="administration.import").click().run()
    after_import(house, app).button(key="administration.again").click().run()
    upload(app, "".join(PEOPLE.splitlines(keepends=True)[:2]))
    app.checkbox(key="administration.whole").check()
    app.button(key="administration.import").click().run()
    after_import(house, app)
    assert "sans doute incomplet" in app.error[0].value
    assert house.database.value("SELECT count(*) FROM candidate WHERE left_utc IS NULL") == 5


def test_an_import_under_way_is_found_again_and_can_be_stopped(
    house: Services, open_page: Callable[[str], AppTest]
) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def work(said: Callable[[float], None]) -> ImportReport:
        said(0.42)
        reached.set()
        assert go_on.wait(60)
        said(0.43)
        return ImportReport(1, 0, 0)

    house.imports.start(house.person, "nuit.csv", work)
    assert reached.wait(60)
    app = open_page("administration.py")
    assert not app.file_uploader
    assert "nuit.csv, importé par" in app.text[0].value
    app.button(key="administration.stop").click().run()
    assert app.button(key="administration.stop").disabled
    go_on.set()
    after_import(house, app)
    assert [error.value for error in app.error] == ["Import arrêté : rien n'a changé."]


def test_a_role_that_may_not_import_sees_no_import(house: Services, open_page: Callable[[str], AppTest]) -> None:
    running = house.imports.start(house.person, "nuit.csv", lambda said: ImportReport(1, 0, 0))
    running.join(60)
    house.person = replace(house.person, role=Role.EVALUATOR)
    app = open_page("administration.py")
    assert [error.value for error in app.error] == [doors.CLOSED]
    assert "nuit.csv" not in str(app.main)
    assert not app.file_uploader


def test_the_state_of_the_service_says_what_waits_when_it_was_last_backed_up_and_what_runs(
    house: Services, open_page: Callable[[str], AppTest], tmp_path: Path
) -> None:
    house.settings = replace(house.settings, backup_folder=str(tmp_path))
    app = open_page("administration.py")
    app.segmented_control(key="administration.section").set_value("État du service").run()
    assert not app.exception
    shown = dict(app.dataframe[0].value.itertuples(index=False))
    assert "python -m ftcore backup" in shown["Dernière sauvegarde"]
    assert "Streamlit 1." in shown["Versions"]
    assert "L'envoi, la lecture" in app.warning[0].value  # nothing runs beside this test
    back_up(house.database, tmp_path, utc_now() - timedelta(days=3, hours=1), lambda done, total: None)
    app.run()
    shown = dict(app.dataframe[0].value.itertuples(index=False))
    assert shown["Dernière sauvegarde"].endswith("il y a 3 jours")
    assert str(tmp_path) not in str(shown)
