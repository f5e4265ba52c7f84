"""What Mesures says of its figures: findings only where the intervals carry them, and in French."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from ftcore.insight import published, sections
from ftcore.insight.comparing import MEASURES
from ftcore.insight.figures import Figures

Make = Callable[..., Figures]
SPACE = "\u202f"


def days(first: tuple[int, int], second: tuple[int, int], length: int = 28) -> pd.DataFrame:
    """Days with so many (delivered, replied) in the first half, then in the second."""
    since = date(2026, 10, 5)
    counts = [first] * (length // 2) + [second] * (length - length // 2)
    return pd.DataFrame(
        {
            "day": [since + timedelta(days=n) for n in range(length)],
            "sent": [delivered for delivered, _ in counts],
            "delivered": [delivered for delivered, _ in counts],
            "replied": [replied for _, replied in counts],
            "interested": 0,
            "opted_out": 0,
        }
    )


def test_the_funnel_goes_from_the_files_looked_at_to_the_people_introduced(make: Make) -> None:
    found = sections.funnel(make().now)
    assert list(found.table["Nombre"]) == [4000, 100, 90, 45, 20, 12]
    assert found.table["Part de l'étape précédente"][3] == pytest.approx(0.5)
    assert found.title == "De 100 personnes contactées à 12 mises en relation"
    assert "45 ont répondu, 20 sont intéressées, 12 ont été mises en relation" in found.sentence


def test_each_rate_has_both_its_bases(make: Make) -> None:
    boxes = {box.label: box for box in sections.boxes(make())}
    pairs = {label: (box.now.base, box.other.base) for label, box in boxes.items()}
    assert pairs == {
        "Taux de remise": (98, 100),
        "Taux de réponse": (90, 98),
        "Intérêt": (45, 90),
        "STOP": (90, 98),
    }
    assert all("÷" in box.formula for box in boxes.values())
    assert [box.label for box in boxes.values() if box.less_is_better] == ["STOP"]


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        pytest.param([(5, 40, 0), (200, 5, 0), (4320, 0, 55)], f"vite : 40{SPACE}% dans l'heure", id="fast"),
        pytest.param([(5, 10, 0), (200, 30, 0), (4000, 10, 50)], f"moins de 5 h : 40{SPACE}%", id="in the day"),
        pytest.param([(5, 5, 0), (1000, 30, 0), (4000, 10, 55)], f"prennent du temps : 35{SPACE}% en 24 h", id="slow"),
        pytest.param([(4320, 0, 55)], "Aucune réponse pour l'instant", id="silence"),
        pytest.param([(5, 3, 4)], "trop peu de SMS remis", id="too few"),
    ],
)
def test_the_pace_is_the_title(make: Make, rows: list[tuple[int, int, int]], title: str) -> None:
    found, _ = sections.first_replies(make(waits=pd.DataFrame(rows, columns=["minutes", "answered", "silent"])))
    assert title in found.title


def test_the_shares_at_one_five_and_twenty_four_hours_have_their_intervals(make: Make) -> None:
    found, curve = sections.first_replies(make())
    assert found.printed is not None
    assert list(found.printed["Ont répondu"]) == pytest.approx([35 / 90, 35 / 90, 0.5])
    assert f"39{SPACE}% en moins de 1 h (IC 30–50{SPACE}%)" in found.sentence
    assert "la moitié l'ont eue en 30 min ou moins" in found.sentence
    assert len(found.table) == len(curve.shares) == 3


@pytest.mark.parametrize(
    ("table", "title", "said"),
    [
        pytest.param(days((20, 5), (20, 12)), f"monte : 25{SPACE}%, puis 54{SPACE}%", "seconde : ", id="rises"),
        pytest.param(days((20, 12), (20, 5)), "baisse", "seconde : ", id="falls"),
        pytest.param(days((20, 8), (20, 9)), "ne bouge pas nettement", "se recouvrent", id="chance"),
        pytest.param(days((1, 1), (0, 0)), "14 SMS ont reçu une réponse", "lun. 5 oct. : 1 sur 1 remis", id="few"),
        pytest.param(days((9, 0), (9, 0)), "Aucune réponse", "Rien à lire", id="silence"),
        pytest.param(days((9, 3), (9, 3), 2), "6 SMS ont reçu une réponse", "3 sur 9", id="two days"),
    ],
)
def test_a_movement_is_told_only_beyond_chance(make: Make, table: pd.DataFrame, title: str, said: str) -> None:
    found = sections.over_time(make(days=table))
    assert title in found.title
    assert said in found.sentence
    assert found.printed is not None
    assert found.printed["Avec réponse"].sum() == table["replied"].sum()


def test_the_last_days_may_still_get_replies_and_make_no_fall(make: Make) -> None:
    table = days((20, 10), (20, 10))
    table.loc[24:, "replied"] = 0
    assert sections.over_time(make(days=table)).title == "Le taux de réponse ne bouge pas nettement"


@pytest.mark.parametrize("by", sections.DIMENSIONS)
@pytest.mark.parametrize("measure", MEASURES)
def test_every_comparison_has_a_finding_and_a_table(make: Make, by: str, measure: str) -> None:
    found, groups = sections.comparison(make(), by, MEASURES[measure])
    assert len(found.table) == len(groups)
    assert found.title
    assert found.sentence.endswith(".")


def test_two_occupations_apart_are_named(make: Make) -> None:
    found, _ = sections.comparison(make(), "metiers")
    assert found.title == "« Serveur » répond plus que « Maçon »"
    assert "1 groupe de moins de 10 personnes : trop peu." in found.sentence


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        pytest.param([(0, 9, 60, 45), (3, 16, 60, 10)], "lundi matin, on répond plus que le jeudi", id="far"),
        pytest.param([(0, 9, 60, 30), (3, 16, 60, 29)], "Aucun moment ne se détache nettement", id="close"),
        pytest.param([(0, 9, 60, 30)], "trop peu de SMS", id="one half-day"),
        pytest.param([], "trop peu de SMS", id="nothing"),
    ],
)  # fmt: skip
def test_a_moment_is_named_only_beyond_chance(make: Make, rows: list[tuple[int, ...]], title: str) -> None:
    table = pd.DataFrame(rows, columns=["weekday", "hour", "delivered", "replied"], dtype="int64")
    found = sections.hours(make(hours=table))
    assert title in found.title
    assert len(found.table) == len(rows)


def test_an_hour_of_few_has_no_rate(make: Make) -> None:
    table = sections.hours(make()).table
    assert table["Taux"].notna().tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("counts", "title", "said"),
    [
        pytest.param({}, f"Une personne intéressée demande 8 SMS et 0,80{SPACE}€", f"16,00{SPACE}€.", id="priced"),
        pytest.param({"cost": None, "priced": 0}, "demande 8 SMS", "aucun prix", id="no price"),
        pytest.param({"priced": 90}, f"0,80{SPACE}€", "connu pour 90 SMS seulement", id="half priced"),
        pytest.param({"interested": 9}, "trop peu", "Trop peu de personnes intéressées (n = 9)", id="few"),
        pytest.param({"interested": 0, "cost": Decimal(0)}, "trop peu", "n = 0", id="nobody"),
    ],
)
def test_what_an_interested_person_costs(make: Make, counts: dict[str, Any], title: str, said: str) -> None:
    found = sections.cost(make(now=counts))
    assert title in found.title
    assert said in found.sentence
    assert len(found.table) == 4


@pytest.mark.parametrize(
    ("work", "title"),
    [
        pytest.param({"call": 3, "human": 2, "read": 1, "late": 2}, "6 échanges attendent un conseiller, dont 2 depuis",
                     id="some late"),
        pytest.param({"call": 1}, "1 échange attend un conseiller", id="one"),
        pytest.param({"ongoing": 5}, "Aucun échange n'attend", id="none"),
    ],
)  # fmt: skip
def test_the_work_that_waits(make: Make, work: dict[str, int], title: str) -> None:
    assert sections.work(make(work=work)).title.startswith(title)


def test_the_published_figures_stand_beside_ours_with_the_base_of_ours(make: Make) -> None:
    found = make()
    table = sections.landmarks(found).table.set_index("Repère")
    assert list(table["MatchFT"]) == ["19 min", f"90{SPACE}%", f"50{SPACE}%", "près d'un tiers"]
    assert list(table["Ici"]) == ["14 min", f"80{SPACE}%", f"50{SPACE}%", "trop peu"]
    assert list(table["n"]) == [46, 15, 12, 1]
    assert published.title(found) == "Première réponse : 14 min ici, 19 min publiées pour MatchFT"
    said = published.sentence(found)
    assert "n = 15" in said
    assert "n = 22" in said  # ÷ those who started
    assert "ne sont pas mesurés comme les nôtres" in published.NOTE


def test_without_an_introduction_the_published_figures_stand_alone(make: Make) -> None:
    nothing = {"introduced": 0, "introduced_in_24h": 0, "finished": 0, "finished_in_5h": 0, "started": 0, "timed": 0,
               "median_minutes": None}  # fmt: skip
    found = sections.landmarks(make(now=nothing))
    assert list(found.table["Ici"]) == ["—", "—", "—", "trop peu"]
    assert "aucune donnée" in found.sentence


def test_a_look_says_something_new_only_when_something_happened(make: Make) -> None:
    older = pd.DataFrame({"minutes": [5, 4000], "answered": [20, 0], "silent": [0, 45]})
    assert sections.says_the_same(make(), make(waits=older))
    assert not sections.says_the_same(make(), make(now={"replied": 46}))
    assert not sections.says_the_same(make(), make(work={"call": 4}))
