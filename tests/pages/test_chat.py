"""The page Rédaction as a counselor uses it: what is on the screen, and what the database holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.drafting import offers
from ftcore.drafting.assistant import Turn
from ftcore.errors import ModelError
from ftcore.model import Offer, OfferSource
from ftcore.services import Services

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
    return AppTest.from_file(tmp_path / "main.py", default_timeout=30)


class CutModel:
    """A model that breaks off, as a network does."""

    name = "coupé"
    is_ai = True

    def stream(self, system: str, turns: Sequence[Turn]) -> Iterator[str]:
        yield "Titre : Serveur (H/F)\n"
        yield "![image](https://example.org/espion.png)\n"
        raise ModelError("La réponse a été coupée.")


def texts(at: AppTest) -> list[str]:
    return [text.value for text in at.text]


def draft(at: AppTest, notes: str = NOTES) -> AppTest:
    at.run()
    at.text_area(key="chat.notes").set_value(notes)
    at.button(key="chat.write").click().run()
    assert not at.exception
    return at


def saved(house: Services) -> list[Offer]:
    return offers.offers(house.database, house.person)


def test_an_empty_page_says_what_to_do_and_that_there_is_no_ai(at: AppTest) -> None:
    at.run()
    assert not at.exception
    assert at.title[0].value == "Rédaction"
    assert "Sans IA : rédaction par modèle de texte." in [caption.value for caption in at.caption]
    assert len([button for button in at.button if str(button.key).startswith("chat.example.")]) == 3
    assert any("Aucune pour l'instant" in caption.value for caption in at.caption)


def test_an_example_fills_the_notes(at: AppTest) -> None:
    at.run()
    at.button(key="chat.example.Service en salle").click().run()
    assert "restaurant à Rennes" in str(at.text_area(key="chat.notes").value)


def test_notes_become_a_document_and_what_is_understood(at: AppTest) -> None:
    draft(at)
    assert str(at.text_area(key="chat.document").value).startswith("Titre : Serveur (H/F)")
    assert {"Titre : Serveur (H/F)", "Contrat : CDI", "Horaires : 35 h par semaine"} <= set(texts(at))
    assert "Salaire : 12,50 € brut de l'heure" in texts(at)
    assert "Expérience : débutant accepté" in texts(at)


def test_what_is_missing_is_listed_and_mended_in_the_document(at: AppTest) -> None:
    draft(at, "Cherche serveur à Annonay")
    assert "Contrat : ni CDI, ni CDD, ni intérim, ni alternance n'est indiqué" in texts(at)
    document = str(at.text_area(key="chat.document").value)
    at.text_area(key="chat.document").set_value(document.replace("Contrat : à préciser", "Contrat : CDI")).run()
    assert "Contrat : CDI" in texts(at)


def test_a_validated_offer_is_saved_and_opened_in_preselection(at: AppTest, house: Services) -> None:
    draft(at)
    at.button(key="chat.validate").click().run()
    assert not at.exception
    [offer] = saved(house)
    assert (offer.title, offer.source, offer.contract) == ("Serveur (H/F)", OfferSource.NOTES, "CDI")
    assert at.session_state["preselection.offer"] == str(offer.offer_id)
    assert at.title[0].value == "Présélection"


def test_a_document_without_title_is_not_saved(at: AppTest, house: Services) -> None:
    draft(at)
    at.text_area(key="chat.document").set_value("CDI 35h").run()
    at.button(key="chat.validate").click().run()
    assert "titre" in at.error[0].value
    assert saved(house) == []


def test_empty_notes_get_a_sentence(at: AppTest) -> None:
    draft(at, "  ")
    assert at.error[0].value.startswith("Écrivez d'abord")


def test_a_broken_draft_is_kept_explained_and_never_rendered_as_markdown(at: AppTest, house: Services) -> None:
    house.model = CutModel()
    draft(at)
    assert at.error[0].value == "La réponse a été coupée."
    assert "![image]" in str(at.text_area(key="chat.document").value)
    assert not any("espion" in markdown.value for markdown in at.markdown)
    assert not any("Sans IA" in caption.value for caption in at.caption)


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
    at.session_state["chat.way"] = "Formulaire"
    at.run()
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


def test_a_form_without_title_gets_a_sentence(at: AppTest, house: Services) -> None:
    at.session_state["chat.way"] = "Formulaire"
    at.run()
    at.button(key="chat.form.validate").click().run()
    assert at.error[0].value == "Donnez un titre à l'offre."
    assert saved(house) == []


def test_a_file_is_read_shown_and_imported_once(at: AppTest, house: Services) -> None:
    at.session_state["chat.way"] = "Fichier"
    at.run()
    at.file_uploader(key="chat.file").upload("offres.json", SAMPLE.read_bytes(), "application/json").run()
    assert not at.exception
    assert "4 offres lues" in [header.value for header in at.subheader]
    assert "permis.libelle" in list(at.dataframe[0].value["Champ"])
    at.button(key="chat.file.import").click().run()
    assert at.success[0].value == "4 offres ajoutées, 0 mise à jour, 0 déjà là."
    assert len(saved(house)) == 4
    at.button(key="chat.file.go").click().run()
    assert at.session_state["preselection.offer"] in {str(offer.offer_id) for offer in saved(house)}


def test_another_file_is_refused_with_a_sentence(at: AppTest, house: Services) -> None:
    at.session_state["chat.way"] = "Fichier"
    at.run()
    at.file_uploader(key="chat.file").upload("autre.json", b"{}", "application/json").run()
    assert "la liste « resultats » manque" in at.error[0].value
    assert saved(house) == []


def test_an_evaluator_is_told_that_the_role_does_not_allow_it(at: AppTest, house: Services) -> None:
    from ftcore.model import Role

    house.person = replace(house.person, role=Role.EVALUATOR)
    draft(at)
    at.button(key="chat.validate").click().run()
    assert at.error[0].value == "Votre rôle ne permet pas cette action."
    assert saved(house) == []
