"""Occupations are found by titles as people write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.database import Database
from ftcore.matching import occupations
from ftcore.matching.occupations import OccupationIndex


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("serveuse", "G1803", id="feminine"),
        pytest.param("SERVEUR (H/F)", "G1803", id="capitals and H/F"),
        pytest.param("serveur/serveuse h/f de restaurant", "G1803", id="both genders"),
        pytest.param("servuese de restaurent", "G1803", id="typos"),
        pytest.param("cuisinière", "G1609", id="accent"),
        pytest.param("cuisiniere", "G1609", id="accent left out"),
        pytest.param("Chauffeuse poids lourds", "N4101", id="plural"),
        pytest.param("conductrice de poids-lourd", "N4101", id="hyphen"),
        pytest.param("aide a domicile", "K1304", id="filler words"),
        pytest.param(" g1609 ", "G1609", id="the code itself"),
    ],
)
def test_an_occupation_is_found_as_people_write_it(database: Database, text: str, code: str) -> None:
    assert occupations.build_index(database).search(text)[0].code == code


def test_a_title_as_it_stands_scores_one(database: Database) -> None:
    best = occupations.build_index(database).search("Serveuse de restaurant (F/H)")[0]
    assert best == occupations.Match("G1803", "Serveur / Serveuse en restauration", 1.0)


def test_equal_scores_come_in_the_order_of_the_codes(database: Database) -> None:
    found = occupations.build_index(database).search("employée de restaurant")
    assert [match.code for match in found[:2]] == ["G1609", "G1803"]
    assert found[0].score == found[1].score == 1.0


def test_an_exact_title_is_told_from_a_likely_one(database: Database) -> None:
    index = occupations.build_index(database)
    assert [match.code for match in index.find("SERVEUSE EN RESTAURATION")] == ["G1803"]
    assert [match.code for match in index.find("employé de restaurant")] == ["G1609", "G1803"]
    assert index.find("servuese") == []
    assert index.find("") == []


@given(text=st.text(max_size=80), titles=st.lists(st.text(max_size=30), max_size=8))
@settings(max_examples=150, deadline=None)
def test_any_text_gives_ordered_scores_between_0_and_1(text: str, titles: list[str]) -> None:
    index = OccupationIndex((f"C{rank}", title) for rank, title in enumerate(titles))
    found = index.search(text)
    assert all(0.0 < match.score <= 1.0 for match in found)
    assert found == sorted(found, key=lambda match: (-match.score, match.code))
    assert found == index.search(text)


def test_neighbours_labels_and_skills_come_from_the_referential(database: Database) -> None:
    assert [(o.code, degree) for o, degree in occupations.near(database, "G1803")] == [("G1609", 0.6)]
    assert occupations.label(database, "K1304") == "Aide à domicile"
    assert occupations.label(database, "Z9999") is None
    skills = occupations.skills_of(database, "G1803")
    assert skills == ["Prendre une commande", "Servir à table", "Dresser les tables", "Encaisser un client"]
    assert occupations.skills_of(database, "Z9999") == []


def test_skills_are_compared_in_the_referentials_wording(database: Database) -> None:
    wording = occupations.SkillWords(database)
    assert wording.same(["SERVIR  A TABLE", "servir à table", " ", "piloter un drone", "Piloter un drone"]) == (
        "Servir à table",
        "Piloter un drone",
    )
