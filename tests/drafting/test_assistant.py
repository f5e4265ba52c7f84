"""The draft without a model: it says what the notes say, and the offer read from it is the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest

from ftcore.database import Database
from ftcore.drafting import offers
from ftcore.drafting.assistant import Ask, ChatModel, Turn
from ftcore.drafting.offline import OfflineWriter, for_everyone, write_offer
from ftcore.matching.occupations import OccupationIndex
from ftcore.model import Person

NOW = datetime(2026, 11, 23, 10, 0)
NOTES = [
    pytest.param(
        "Cherche serveur H/F à Annonay, CDI 35h, 12,50 €/h, débutant accepté, dès que possible. Servir en salle.",
        id="everything said",
    ),
    pytest.param(
        "Recrute 2 agents d'entretien, temps partiel 20 h, permis B, 1 900 € brut par mois à partir du 1er décembre",
        id="several openings",
    ),
    pytest.param(
        "Aide à domicile à Annonay, CDD de 6 mois, 37H30, entre 1805 et 2000 euros, 2 ans d'expérience, anglais B2",
        id="a range and a language",
    ),
    pytest.param("cariste CACES R489 1, 3 et 5 intérim jusqu'au 31/12/2026, 22 à 25 k€, permis B souhaité", id="CACES"),
    pytest.param("Cherche comptable, 1500 € net", id="little said"),
]


def test_the_offline_writer_is_a_model_that_says_it_is_none() -> None:
    writer: ChatModel = OfflineWriter()
    assert (writer.name, writer.is_ai) == ("sans IA", False)


def test_the_draft_comes_word_by_word() -> None:
    notes = "Cherche serveur à Annonay, CDI"
    ask = Ask("offer", "offer/2", "", (Turn("user", notes),), materials=(("Vos notes", notes),))
    pieces = list(OfflineWriter().stream(ask))
    assert len(pieces) > 20
    assert "".join(pieces) == write_offer(notes)


def test_the_draft_has_four_sections_and_says_what_is_missing() -> None:
    draft = write_offer("Cherche serveuse pour un restaurant à Rennes, CDI. Encaisser.")
    assert draft == (
        "Titre : Serveur / Serveuse (H/F)\n\n"
        "Missions\n- Poste pour un restaurant à Rennes\n- Encaisser\n\n"
        "Profil\n- à préciser\n\n"
        "Conditions\n- Contrat : CDI\n- Lieu : Rennes\n- Horaires : à préciser\n- Salaire : à préciser\n"
        "- Expérience : à préciser\n- Début : à préciser"
    )


@pytest.mark.parametrize(
    ("title", "neutral"),
    [
        ("Serveuse", "Serveur / Serveuse (H/F)"),
        ("Animatrice enfance", "Animateur / Animatrice enfance (H/F)"),
        ("Infirmière de nuit", "Infirmier / Infirmière de nuit (H/F)"),
        ("Serveur H/F", "Serveur (H/F)"),
        ("Boulanger / Boulangère (F/H)", "Boulanger / Boulangère (H/F)"),
        ("Comptable", "Comptable (H/F)"),
    ],
)
def test_titles_are_for_everyone(title: str, neutral: str) -> None:
    assert for_everyone(title) == neutral


@pytest.mark.parametrize("notes", NOTES)
def test_the_offer_read_from_the_draft_is_the_offer_read_from_the_notes(
    database: Database, person: Person, index: OccupationIndex, notes: str
) -> None:
    offers_read = [
        offers.structure(text, index, database, person.agency_id, NOW)[0] for text in (notes, write_offer(notes))
    ]
    same = [
        replace(offer, offer_id=UUID(int=0), title="", description="", pay_text=None, occupation=None, traces=())
        for offer in offers_read
    ]
    assert same[0] == same[1]


@pytest.mark.parametrize("notes", NOTES)
def test_a_draft_drafted_again_is_itself(notes: str) -> None:
    draft = write_offer(notes + "\nMétier : G1803\nEmployeur : Auberge")
    assert write_offer(draft) == draft


@pytest.mark.parametrize("notes", NOTES)
def test_every_number_of_the_draft_stands_in_the_notes(notes: str) -> None:
    digits = "".join(c if c.isdigit() else " " for c in write_offer(notes)).split()
    assert all(number in notes for number in digits)
