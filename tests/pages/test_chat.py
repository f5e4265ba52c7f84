"""The page Rédaction as a counselor uses it: what is on the screen, and what the database holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextArea

from ftcore.drafting import chats, exports, offers
from ftcore.drafting.assistant import Ask, Schema, Stop, Usage
from ftcore.errors import ModelError
from ftcore.model import Offer, OfferSource, Role
from ftcore.services import Services
from pages import doors

PROJECT = Path(__file__).parents[2]
SAMPLE = PROJECT / "data" / "sample_offers.json"
NOTES = "Cherche serveur à Annonay, CDI 35h, 12,50 €/h, débutant accepté, dès que possible. Servir en salle."


@pytest.fixture
def at(house: Services, tmp_path: Path) -> AppTest:
    """The page in a frame of two pages, the second of which only exists to be gone to."""
    (tmp_path / "preselection.py").write_text("import streamlit as st\nst.title('Présélection')\n", encoding="utf-8")
    (tmp_path / "main.py").write_text(
        "import streamlit as st\n"
        f"st.navigation([st.Page({str(PROJECT / 'pages' / 'chat.py')!r}), st.Page('preselection.py')]).run()\n",
        encoding="utf-8",
    )
    return AppTest.from_file(tmp_path / "main.py", default_timeout=120)


class Model:
    """A model that answers with a set text, and may break off, as a network does."""

    name = "essai"
    is_ai = True

    def __init__(self, *answers: str, error: ModelError | None = None) -> None:
        self.answers = list(answers)
        self.error = error
        self.asks: list[Ask] = []

    def stream(self, ask: Ask, stop: Stop | None = None, told: Callable[[Usage], None] | None = None) -> Iterator[str]:
        self.asks.append(ask)
        yield self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if self.error:
            raise self.error

    def parse(
        self, ask: Ask, schema: type[Schema], stop: Stop | None = None, told: Callable[[Usage], None] | None = None
    ) -> Schema:
        raise ModelError("Illisible.")


def texts(at: AppTest) -> list[str]:
    return [text.value for text in at.text]


def draft(at: AppTest, notes: str = NOTES) -> AppTest:
    at.run()
    at.text_area(key="chat.input.offer.notes").set_value(notes)
    at.button(key="chat.write").click().run()
    assert not at.exception
    return at


def open_task(at: AppTest, name: str) -> AppTest:
    at.run()
    at.button(key=f"chat.task.{name}").click().run()
    assert not at.exception
    return at


def document(at: AppTest) -> TextArea:
    [found] = [area for area in at.text_area if str(area.key).startswith("chat.document.")]
    return found


def saved(house: Services) -> list[Offer]:
    return offers.offers(house.database, house.person)


def test_an_empty_page_says_what_to_do_and_lists_the_tasks(at: AppTest) -> None:
    at.run()
    assert not at.exception
    assert at.title[0].value == "Rédaction"
    tasks = [button.label for button in at.button if str(button.key).startswith("chat.task.")]
    assert len(tasks) == 10
    assert "SMS à un candidat" in tasks
    assert "Consignes de l'agence" not in tasks
    assert len([button for button in at.button if str(button.key).startswith("chat.example.")]) == 3
    assert any("Aucune pour l'instant" in caption.value for caption in at.caption)


def test_an_example_fills_the_notes(at: AppTest) -> None:
    at.run()
    at.button(key="chat.example.Service en salle").click().run()
    assert "restaurant à Rennes" in str(at.text_area(key="chat.input.offer.notes").value)


def test_notes_become_a_document_and_what_is_understood(at: AppTest) -> None:
    draft(at)
    assert str(document(at).value).startswith("Titre : Serveur (H/F)")
    assert {"Titre : Serveur (H/F)", "Contrat : CDI", "Durée : 35 h par semaine"} <= set(texts(at))
    assert "Salaire : 12,50 € brut de l'heure" in texts(at)
    assert "Expérience : débutant accepté" in texts(at)
    assert "Contrat : « CDI »" in texts(at)
    assert any("rien ne quitte" in caption.value for caption in at.caption)


def test_what_is_missing_is_listed_and_mended_in_the_document(at: AppTest) -> None:
    draft(at, "Cherche serveur à Annonay")
    assert "Contrat : ni CDI, ni CDD, ni intérim, ni alternance n'est indiqué" in texts(at)
    mended = str(document(at).value).replace("Contrat : à préciser", "Contrat : CDI")
    document(at).set_value(mended).run()
    assert "Contrat : CDI" in texts(at)


def test_what_the_draft_adds_to_the_notes_is_to_be_verified(at: AppTest) -> None:
    draft(at)
    assert not any("à vérifier" in badge.value for badge in at.markdown)
    document(at).set_value(f"{document(at).value}\n- Prime de 300 € par mois").run()
    assert any("300" in text and "«" in text for text in texts(at))


def test_a_validated_offer_is_saved_accepted_and_opened_in_preselection(at: AppTest, house: Services) -> None:
    draft(at)
    document(at).set_value(f"{document(at).value} !").run()
    at.button(key="chat.validate").click().run()
    assert not at.exception
    [offer] = saved(house)
    assert (offer.title, offer.source, offer.contract) == ("Serveur (H/F)", OfferSource.NOTES, "CDI")
    assert at.session_state["preselection.offer"] == str(offer.offer_id)
    assert at.title[0].value == "Présélection"
    [kept] = house.database.rows("SELECT task, distance FROM chat_acceptance")
    assert kept == {"task": "offer", "distance": 2}


def test_a_document_without_title_is_not_saved(at: AppTest, house: Services) -> None:
    draft(at)
    document(at).set_value("CDI 35h").run()
    at.button(key="chat.validate").click().run()
    assert "titre" in at.error[0].value
    assert saved(house) == []


def test_a_forbidden_criterion_blocks_until_it_is_mended_with_one_click(at: AppTest, house: Services) -> None:
    draft(at)
    document(at).set_value(f"{document(at).value}\n- Moins de 30 ans").run()
    assert not at.exception
    assert at.button(key="chat.validate").disabled
    assert any("L5331-2" in caption.value.replace("\\", "") for caption in at.caption)
    at.button(key="chat.mend.0").click().run()
    assert "30 ans" not in str(document(at).value)
    assert not at.button(key="chat.validate").disabled


def test_a_team_lead_may_override_with_a_reason_that_is_journalled(at: AppTest, house: Services) -> None:
    house.person = replace(house.person, role=Role.TEAM_LEAD)
    draft(at)
    document(at).set_value(f"{document(at).value}\n- Moins de 30 ans").run()
    at.text_input(key="chat.override").set_value("Contrat aidé réservé par la loi").run()
    at.button(key="chat.validate").click().run()
    assert not at.exception
    assert len(saved(house)) == 1
    [entry] = house.database.rows("SELECT * FROM journal WHERE act = 'findings overridden'")
    assert "age_limit" in entry["detail"]
    assert "Contrat aidé" not in str(entry)
    kept = house.database.value("SELECT body FROM journal_reason WHERE entry_id = $1", entry["entry_id"])
    assert kept == "Contrat aidé réservé par la loi"


def test_the_fields_can_be_read_by_the_model_and_stay_those_of_the_rules_when_it_fails(
    at: AppTest, house: Services
) -> None:
    house.model = Model("Titre : Serveur (H/F)\nCDI à Annonay")
    draft(at)
    at.button(key="chat.read.ask").click().run()
    assert at.error[0].value == "Illisible. Les champs lus par règles restent affichés."
    assert "Contrat : CDI" in texts(at)


def test_empty_notes_get_a_sentence(at: AppTest) -> None:
    draft(at, "  ")
    assert at.error[0].value == "Remplissez d'abord « Vos notes »."


def test_a_broken_draft_is_kept_explained_and_can_be_written_without_ai(at: AppTest, house: Services) -> None:
    house.model = Model("Titre : Serveur (H/F)\n![image](https://example.org/espion.png)\n", error=ModelError("Coupé."))
    draft(at)
    assert at.error[0].value == "Coupé."
    assert str(document(at).value).startswith("Titre : Serveur (H/F)")
    assert not any("example.org" in markdown.value for markdown in at.markdown)
    at.button(key="chat.offline").click().run()
    assert "- Contrat : CDI" in str(document(at).value)
    assert not at.error


def test_another_message_goes_to_the_model_with_what_was_said(at: AppTest, house: Services) -> None:
    model = house.model = Model("Titre : Serveur (H/F)", "Titre : Serveur / Serveuse (H/F)")
    draft(at)
    at.chat_input(key="chat.more").set_value("Mets les deux genres").run()
    assert not at.exception
    assert document(at).value == "Titre : Serveur / Serveuse (H/F)"
    assert [turn.role for turn in model.asks[1].turns] == ["user", "assistant", "user"]
    assert "Mets les deux genres" in texts(at)


def test_an_answer_can_be_regenerated_and_the_former_is_set_aside(at: AppTest, house: Services) -> None:
    house.model = Model("Premier", "Second")
    draft(at)
    at.button(key="chat.again").click().run()
    assert document(at).value == "Second"
    assert house.database.value("SELECT count(*) FROM chat_turn WHERE superseded") == 1


def test_an_email_is_written_compared_kept_and_rated(at: AppTest, house: Services) -> None:
    open_task(at, "email_candidate")
    at.text_area(key="chat.input.email_candidate.purpose").set_value("proposer un atelier jeudi.")
    at.button(key="chat.write").click().run()
    assert "Je vous propose un atelier jeudi." in str(document(at).value)
    document(at).set_value(str(document(at).value).replace("jeudi", "vendredi")).run()
    at.toggle(key="chat.changes").set_value(True).run()
    assert any("green-background" in markdown.value for markdown in at.markdown)
    at.button(key="chat.accept").click().run()
    assert "Texte gardé" in at.success[0].value
    assert house.database.value("SELECT distance FROM chat_acceptance") > 0


def test_a_conversation_is_found_renamed_resumed_and_deleted(at: AppTest, house: Services) -> None:
    draft(at)
    [chat] = chats.chats(house.database, house.person)
    at.text_input(key=f"chat.title.{chat.chat_id}").set_value("Serveur pour l'auberge").run()
    at.button(key="chat.rename").click().run()
    at.button(key="chat.task.sms").click().run()
    at.text_input(key="chat.search").set_value("AUBERGE").run()
    at.button(key=f"chat.resume.{chat.chat_id}").click().run()
    assert str(document(at).value).startswith("Titre : Serveur")
    at.button(key="chat.delete").click().run()
    assert not at.exception
    assert chats.chats(house.database, house.person) == []


def test_a_document_is_read_into_the_task(at: AppTest) -> None:
    open_task(at, "summary")
    upload = at.file_uploader(key="chat.input.summary.notes.file")
    upload.upload("notes.txt", b"Dix ans de caisse. Permis B.", "text/plain")
    at.button(key="chat.write").click().run()
    assert "- Dix ans de caisse" in str(document(at).value)


def test_a_team_lead_publishes_a_prompt_that_becomes_a_task(at: AppTest, house: Services) -> None:
    house.person = replace(house.person, role=Role.TEAM_LEAD)
    open_task(at, "consignes")
    at.text_input(key="chat.desk.title").set_value("Relance")
    at.text_input(key="chat.desk.name").set_value("relance")
    at.text_area(key="chat.desk.body").set_value("Écris une relance.")
    at.button(key="chat.desk.publish").click().run()
    assert "version 1" in at.success[0].value
    assert at.button(key="chat.task.relance").label == "Relance"


def test_saved_offers_are_listed_as_plain_text_and_can_be_opened(at: AppTest, house: Services) -> None:
    offer = Offer(
        house.person.agency_id, UUID(int=5), "![x](https://example.org/x.png)", "", None, None, OfferSource.FORM,
        datetime(2026, 11, 23, 23, 30),
    )  # fmt: skip
    offers.save_all(house.database, house.person, [offer], offer.created_utc)
    at.run()
    assert offer.title in texts(at)
    assert not any("example.org" in markdown.value for markdown in at.markdown)
    assert "24/11/2026, 00:30" in [caption.value for caption in at.caption]
    at.button(key=f"chat.open.{offer.offer_id}").click().run()
    assert at.session_state["preselection.offer"] == str(offer.offer_id)


def test_a_filled_form_is_saved(at: AppTest, house: Services) -> None:
    open_task(at, "formulaire")
    assert not at.exception
    at.selectbox(key="chat.form.occupation").select_index(0).run()
    at.text_input(key="chat.form.title").set_value("Serveur / Serveuse (H/F)")
    at.selectbox(key="chat.form.place").select_index(0)
    at.selectbox(key="chat.form.contract").set_value("CDI")
    at.number_input(key="chat.form.hours").set_value(35.0)
    at.number_input(key="chat.form.pay_low").set_value(12.5)
    at.button(key="chat.form.validate").click().run()
    assert not at.exception
    [offer] = saved(house)
    assert offer.source == OfferSource.FORM
    assert offer.occupation is not None
    assert offer.place is not None
    assert offer.place.department == "07"
    assert (offer.contract, offer.weekly_hours) == ("CDI", 35.0)
    assert at.session_state["preselection.offer"] == str(offer.offer_id)


def test_a_form_with_a_forbidden_criterion_gets_a_sentence(at: AppTest, house: Services) -> None:
    open_task(at, "formulaire")
    at.text_input(key="chat.form.title").set_value("Serveur / Serveuse (H/F)")
    at.text_area(key="chat.form.description").set_value("Moins de 30 ans.")
    at.button(key="chat.form.validate").click().run()
    assert "L5331-2" in at.error[0].value
    assert saved(house) == []


def test_a_form_without_title_gets_a_sentence(at: AppTest, house: Services) -> None:
    open_task(at, "formulaire")
    at.button(key="chat.form.validate").click().run()
    assert at.error[0].value == "Donnez un titre à l'offre."
    assert saved(house) == []


def test_a_file_is_read_shown_and_imported_once(at: AppTest, house: Services) -> None:
    open_task(at, "fichier")
    at.file_uploader(key="chat.file").upload("offres.json", SAMPLE.read_bytes(), "application/json").run()
    assert not at.exception
    assert "4 offres lues" in [header.value for header in at.subheader]
    assert "permis.libelle" in list(at.dataframe[0].value["Champ"])
    at.button(key="chat.file.import").click().run()
    assert at.success[0].value == "4 offres ajoutées, 0 mise à jour, 0 déjà là."
    assert len(saved(house)) == 4
    at.button(key="chat.file.go").click().run()
    assert at.session_state["preselection.offer"] in {str(offer.offer_id) for offer in saved(house)}


@pytest.mark.parametrize("form", [exports.Format.WORD, exports.Format.TEXT, exports.Format.JOB_POSTING])
def test_an_exported_offer_is_imported_once(at: AppTest, house: Services, form: exports.Format) -> None:
    offer = Offer(
        house.person.agency_id, UUID(int=5), "Serveur (H/F)", "Servir.", None, None, OfferSource.FORM,
        datetime(2026, 11, 23, 23, 30), contract="CDI",
    )  # fmt: skip
    data, _ = exports.write(offer, form)
    open_task(at, "fichier")
    for _ in range(2):
        at.file_uploader(key="chat.file").upload(f"offre.{exports.NAMES[form][1]}", data, exports.NAMES[form][2]).run()
        assert not at.exception
        if [button for button in at.button if button.key == "chat.file.import"]:
            at.button(key="chat.file.import").click().run()
    [read] = saved(house)
    assert (read.title, read.contract, read.source) == ("Serveur (H/F)", "CDI", OfferSource.FILE)


def test_another_file_is_refused_with_a_sentence(at: AppTest, house: Services) -> None:
    open_task(at, "fichier")
    at.file_uploader(key="chat.file").upload("autre.json", b"{}", "application/json").run()
    assert "la liste « resultats » manque" in at.error[0].value
    assert saved(house) == []


def test_an_evaluator_is_told_that_the_role_does_not_allow_it(at: AppTest, house: Services) -> None:
    house.person = replace(house.person, role=Role.EVALUATOR)
    at.run()
    assert [error.value for error in at.error] == [doors.CLOSED]
    assert chats.chats(house.database, replace(house.person, role=Role.COUNSELOR)) == []
