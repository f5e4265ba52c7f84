"""What questions cost: a hint only where the figures carry it."""

import pandas as pd
import pytest

from ftcore.insight import knockouts
from ftcore.insight.counts import CHECK_COLUMNS
from ftcore.insight.knockouts import Hint

# text, demand, asked, met, not_met, unsettled, left, verdicts_met, retained_met, verdicts_not_met, retained_not_met
Row = tuple[str, str, int, int, int, int, int, int, int, int, int]


def checks(*rows: Row) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=CHECK_COLUMNS)


@pytest.mark.parametrize(
    ("row", "hint"),
    [
        pytest.param((100, 60, 40, 0, 0, 40, 30, 20, 2), None, id="it sorts, and counselors agree"),
        pytest.param((100, 60, 40, 0, 0, 40, 30, 20, 15), Hint.SORTS_IN_VAIN, id="the others are retained as often"),
        pytest.param((100, 60, 40, 0, 0, 5, 4, 5, 4), None, id="too few decisions to say so"),
        pytest.param((100, 80, 0, 20, 20, 30, 20, 0, 0), Hint.LOSES_FOR_NOTHING, id="silence, and nobody fails it"),
        pytest.param((100, 50, 30, 20, 20, 40, 30, 20, 15), Hint.LOSES_FOR_NOTHING, id="silence, and it sorts in vain"),
        pytest.param((100, 50, 30, 20, 20, 40, 35, 20, 2), Hint.LOSES_MANY, id="silence, but it serves"),
        pytest.param((9, 3, 3, 3, 3, 0, 0, 0, 0), None, id="too few asked"),
        pytest.param((12, 9, 0, 3, 3, 0, 0, 0, 0), Hint.LOSES_MANY, id="nobody of nine failed: chance could hide one"),
        pytest.param((0, 0, 0, 0, 0, 0, 0, 0, 0), None, id="never asked"),
    ],
)
def test_a_hint_says_what_the_figures_carry(row: tuple[int, ...], hint: Hint | None) -> None:
    (found,) = knockouts.questions(checks(("Permis B", "blocking", *row)))
    assert found.hint is hint
    advice = knockouts.advice(found)
    assert (advice is None) == (hint is None)
    assert advice is None or advice.startswith("« Permis B »")


def test_the_question_that_sets_most_aside_comes_first_and_is_the_title() -> None:
    found = knockouts.questions(
        checks(
            ("Travail le samedi", "flexible", 80, 70, 8, 2, 0, 0, 0, 0, 0),
            ("Permis B", "blocking", 80, 40, 32, 8, 0, 0, 0, 0, 0),
            ("Anglais", "blocking", 4, 0, 4, 0, 0, 0, 0, 0, 0),
        )
    )
    assert [one.text for one in found] == ["Permis B", "Travail le samedi", "Anglais"]
    assert knockouts.title(found) == "« Permis B » écarte 40\u202f% des personnes"
    said = knockouts.sentence(found)
    assert "(n = 80, IC 30–51\u202f%)" in said
    assert "Ensuite : « Travail le samedi », 10\u202f%." in said
    assert "1 question à moins de 10 personnes : trop peu." in said


def test_an_order_that_chance_could_turn_is_told() -> None:
    found = knockouts.questions(
        checks(
            ("Permis B", "blocking", 40, 20, 16, 4, 0, 0, 0, 0, 0),
            ("Travail de nuit", "blocking", 40, 24, 12, 4, 0, 0, 0, 0, 0),
        )
    )
    assert "l'ordre peut être dû au hasard" in knockouts.sentence(found)


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        pytest.param([], "trop peu de réponses", id="nothing asked"),
        pytest.param([("Anglais", "blocking", 4, 0, 4, 0, 0, 0, 0, 0, 0)], "trop peu de réponses", id="few asked"),
        pytest.param([("Anglais", "blocking", 40, 40, 0, 0, 0, 0, 0, 0, 0)], "n'écarte personne", id="all meet it"),
    ],
)
def test_without_a_finding_the_title_says_so(rows: list[Row], title: str) -> None:
    assert title in knockouts.title(knockouts.questions(checks(*rows)))


def test_the_table_names_the_demand_in_french_and_hides_few() -> None:
    table = knockouts.table_of(
        knockouts.questions(
            checks(
                ("Permis B", "blocking", 80, 40, 32, 8, 0, 30, 20, 3, 1),
                ("Anglais", "flexible", 4, 0, 4, 0, 0, 0, 0, 0, 0),
            )
        )
    )
    assert list(table["Exigence"]) == ["Indispensable", "Souhaité"]
    assert table["Écarte"][0] == pytest.approx(0.4)
    assert pd.isna(table["Écarte"][1])
    assert table["Retenus si remplie"][0] == pytest.approx(20 / 30)
    assert pd.isna(table["Retenus si non remplie"][0])
