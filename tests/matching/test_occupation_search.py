"""Titles as people write them, on the starter referential; whole offers; the command."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from ftcore.__main__ import main
from ftcore.matching import occupations
from ftcore.matching.occupations import OccupationIndex
from ftcore.matching.titles import title_stems
from ftcore.model import Offer

ENTRIES = [
    ("N1110", "Magasinier / Magasinière"),
    ("K1201", "Assistant social / Assistante sociale"),
    ("D1301", "Responsable de magasin"),
    ("D1301", "Responsable de magasin de sport"),
    ("J1502", "Cadre de santé"),
    ("K2205", "Agent / Agente de propreté de locaux"),
    ("K1303", "Garde d'enfant"),
    ("J1301", "Agent / Agente de service hospitalier (ASH)"),
    ("M1502", "Chargé / Chargée de recrutement"),
    ("N4101", "Conducteur / Conductrice de poids lourd"),
]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("magasinier PlaceVernoux (H/F)", "N1110", id="a firm's name"),
        pytest.param("ASSISTANT SOCIAL", "K1201", id="capitals"),
        pytest.param("resp. mag. sport", "D1301", id="abbreviations"),
        pytest.param("Cadre de santé Secteur Pédopsychiatrie Aubenas CDI 100% (H/F)", "J1502", id="service and town"),
        pytest.param("Nous recrutons un(e) magasinier(ère) - 35h - Valence", "N1110", id="an advertisement's words"),
        pytest.param("technicien de surface", "K2205", id="a title of every day"),
        pytest.param("nounou", "K1303", id="a colloquial title"),
        pytest.param("ASH de nuit", "J1301", id="initials"),
        pytest.param("Chargée de recrutement", "M1502", id="a trade whose word is also noise"),
        pytest.param("chaufeur poid lourd", "N4101", id="typos and another word"),
    ],
)
def test_the_right_occupation_comes_first(text: str, code: str) -> None:
    assert OccupationIndex(ENTRIES).search(text)[0].code == code


def test_many_texts_are_answered_in_their_order() -> None:
    index = OccupationIndex(ENTRIES)
    texts = ["magasinier", "", "assistante sociale"]
    assert index.search_many(texts, 2) == [index.search(text, 2) for text in texts]


def test_only_a_title_as_it_stands_is_certain() -> None:
    index = OccupationIndex(ENTRIES)
    assert index.search("Assistante sociale")[0].score == 1.0
    assert all(match.score < 1.0 for match in index.search("assistante sociale de secteur rural"))


def test_noise_leaves_the_words_that_tell() -> None:
    assert title_stems("Recherche un serveur (H/F) CDI 35h") == title_stems("Serveuse")
    assert "recherche" in title_stems("Ingénieur de recherche")


def test_the_whole_offer_decides_where_the_title_does_not(offer: Offer) -> None:
    index = OccupationIndex(
        [("G1803", "Employé polyvalent de salle"), ("N1103", "Employé polyvalent d'entrepôt")],
        [("G1803", "Servir les clients à table"), ("N1103", "Préparer les commandes au chariot")],
    )
    vague = replace(offer, title="Employé polyvalent (H/F)", description="", skills_required=())
    table = replace(vague, description="Vous servez nos clients à table, midi et soir.")
    depot = replace(vague, skills_required=("Préparer les commandes au chariot",))
    assert occupations.suggest(table, index=index)[0].code == "G1803"
    assert occupations.suggest(depot, index=index)[0].code == "N1103"
    assert all(0 < match.score <= 1 for match in index.suggest(depot))


def test_without_an_index_the_starter_referential_serves(offer: Offer) -> None:
    assert occupations.suggest(offer, 3)[0].code == "G1803"


def test_the_command_prints_the_best_ten(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FT_DATABASE", str(tmp_path / "starter.duckdb"))
    said = CliRunner().invoke(main, ["occupation", "serveuse"])
    assert said.output.splitlines()[0].startswith("1,00  G1803  Serveur / Serveuse en restauration")
    found = json.loads(CliRunner().invoke(main, ["occupation", "--json", "serveuse"]).output)
    assert found[0] == {"code": "G1803", "label": "Serveur / Serveuse en restauration", "score": 1.0}
