"""Administration: what the assistant serves for and takes."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from ftcore.database import utc_now
from ftcore.drafting import budget, chats
from ftcore.drafting.assistant import Ask, Usage
from ftcore.drafting.chats import Outcome
from ftcore.services import Services


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
