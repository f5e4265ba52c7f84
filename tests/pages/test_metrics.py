"""Mesures: figures with their base, charts with their sentence, table and data."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from streamlit.proto.Metric_pb2 import Metric as MetricProto
from streamlit.testing.v1 import AppTest

from ftcore.database import Transaction, utc_now
from ftcore.insight import figures, metrics, outcomes, wording
from ftcore.model import Role
from ftcore.services import Services

Open = Callable[[str], AppTest]


def shown(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_without_a_campaign_the_page_says_what_to_do(open_page: Open) -> None:
    app = open_page("metrics.py")
    assert "Aucune personne contactée" in app.info[0].value
    assert not app.metric


def as_evaluator(house: Services) -> None:
    """Evaluators look at all agencies, others at their own."""
    house.person = replace(house.person, role=Role.EVALUATOR)


def test_who_does_not_evaluate_sees_the_own_agency_only(open_page: Open, demo_house: Services) -> None:
    app = open_page("metrics.py")
    ours = demo_house.database.value(
        "SELECT count(DISTINCT candidate_id) FROM conversation WHERE agency_id = $1", demo_house.person.agency_id
    )
    assert shown(app)["Contactées"] == wording.number(ours)
    assert app.selectbox(key="agence").options == ["Agence démo d'Annonay"]


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"], indirect=True)
def test_the_demo_figures_are_marked_and_what_the_database_holds(open_page: Open, demo_house: Services) -> None:
    as_evaluator(demo_house)
    app = open_page("metrics.py")
    assert any("données de démonstration" in caption.value for caption in app.caption)
    figures = shown(app)
    delivered = demo_house.database.value("SELECT count(*) FROM message WHERE opening AND state = 'delivered'")
    assert figures["Remis"] == wording.number(delivered)
    people = demo_house.database.value("SELECT count(DISTINCT candidate_id) FROM conversation")
    assert figures["Contactées"] == wording.number(people)
    assert figures["Taux de réponse"].endswith("%")
    assert any("IC" in caption.value and "n = " in caption.value for caption in app.caption)
    titles = [chart.value for chart in app.subheader]
    assert len(titles) == 9
    assert titles[0].startswith(f"De {wording.number(people)} personnes contactées à")
    assert titles[1].startswith("Les réponses arrivent vite")
    assert "Première réponse" in titles[6]
    assert titles[8].endswith("depuis plus de 24 h")


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"], indirect=True)
def test_a_filter_changes_the_figures_and_the_table_stands_behind_the_chart(
    open_page: Open, demo_house: Services
) -> None:
    as_evaluator(demo_house)
    app = open_page("metrics.py")
    all_agencies = int(shown(app)["Contactées"].replace("\u202f", ""))
    box = app.selectbox(key="agence")
    box.set_value(str(demo_house.person.agency_id)).run()
    one_agency = int(shown(app)["Contactées"].replace("\u202f", ""))
    assert 0 < one_agency < all_agencies
    app.segmented_control(key="mesures.entonnoir.view").set_value("Tableau").run()
    table = app.dataframe[0].value
    assert list(table["Étape"])[1:3] == ["Contactées", "Jointes"]
    assert table["Nombre"][1] == one_agency
    assert not app.exception


def test_the_screen_says_the_window_and_the_published_reference(open_page: Open, demo_house: Services) -> None:
    app = open_page("metrics.py")
    said = " ".join(caption.value for caption in app.caption)
    assert f"{metrics.WINDOW_HOURS} h après la remise" in said
    assert "Aucun taux de réponse n'a été publié" in said
    assert any("19 min publiées pour MatchFT" in title.value for title in app.subheader)


def test_chosen_dates_are_those_of_the_figures_in_any_order(open_page: Open, demo_house: Services) -> None:
    app = open_page("metrics.py")
    app.selectbox(key="periode").set_value("Dates choisies").run()
    last = app.date_input(key="au").value
    app.date_input(key="du").set_value(last - timedelta(days=7))
    app.date_input(key="au").set_value(last - timedelta(days=20)).run()
    period = figures.Filters(last - timedelta(days=20), last - timedelta(days=7))
    expected = figures.view(demo_house.database, demo_house.person, period).now
    assert shown(app)["Contactées"] == wording.number(expected.contacted)
    assert expected.contacted > 0
    assert not app.exception


def test_a_change_is_coloured_only_beyond_chance(open_page: Open, demo_house: Services) -> None:
    app = open_page("metrics.py")
    app.selectbox(key="periode").set_value("Dates choisies").run()
    last = app.date_input(key="au").value
    app.date_input(key="du").set_value(last - timedelta(days=27)).run()
    period = figures.Filters(last - timedelta(days=27), last)
    found = figures.view(demo_house.database, demo_house.person, period)
    now, before = found.now, found.before
    boxes = {metric.label: metric for metric in app.metric}
    for label, of in {"Taux de remise": "delivery", "Taux de réponse": "reply", "Intérêt": "interest"}.items():
        apart = metrics.differ(getattr(now, of), getattr(before, of))
        assert boxes[label].delta.endswith(("pt", "pts"))
        assert apart or boxes[label].color == MetricProto.MetricColor.GRAY, label


def test_two_chosen_periods_are_compared(open_page: Open, demo_house: Services) -> None:
    app = open_page("metrics.py")
    app.selectbox(key="periode").set_value("7 jours")
    app.selectbox(key="comparee").set_value("Dates choisies").run()
    last = app.date_input(key="avant_au").value
    app.date_input(key="avant_du").set_value(last - timedelta(days=20)).run()
    today = wording.paris(utc_now()).date()
    period = figures.Filters(today - timedelta(days=7), today, compared=(last - timedelta(days=20), last))
    found = figures.view(demo_house.database, demo_house.person, period)
    assert last == today - timedelta(days=8)
    assert found.before.contacted > 0
    assert any(f"Avant : {wording.number(found.before.contacted)}" in caption.value for caption in app.caption)
    assert not app.exception


def test_the_comparison_by_agency_names_both_for_who_evaluates(open_page: Open, demo_house: Services) -> None:
    as_evaluator(demo_house)
    app = open_page("metrics.py")
    app.segmented_control(key="par").set_value("agences").run()
    app.segmented_control(key="selon").set_value("interet").run()
    app.segmented_control(key="mesures.par-agences.view").set_value("Tableau").run()
    table = next(table.value for table in app.dataframe if "Agence" in table.value)
    assert {"Agence démo d'Annonay", "Agence démo de Valence"} == set(table["Agence"])
    assert "Ont répondu" in table
    assert not app.exception


def test_a_page_run_asks_for_its_figures_once(
    open_page: Open, demo_house: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    view = figures.view
    monkeypatch.setattr(figures, "view", lambda *of: asked.append(of) or view(*of))
    open_page("metrics.py")
    assert len(asked) == 1


def test_an_evaluator_sees_figures_and_no_way_to_the_people(open_page: Open, demo_house: Services) -> None:
    links = "page_link"
    assert len(open_page("metrics.py").get(links)) == 5
    as_evaluator(demo_house)
    app = open_page("metrics.py")
    app.segmented_control(key="par").set_value("offres").run()
    assert shown(app)["Contactées"]
    assert not app.get(links)
    assert not any("ouvrir ses échanges" in caption.value for caption in app.caption)


def test_every_chart_gives_its_data_and_the_page_a_report(open_page: Open, demo_house: Services) -> None:
    labels = [button.proto.label for button in open_page("metrics.py").get("download_button")]
    assert labels.count("CSV") == labels.count("Parquet") == 9
    assert labels.count("Rapport PDF") == 1


def test_an_answer_is_counted_at_the_next_look(open_page: Open, demo_house: Services) -> None:
    app = open_page("metrics.py")
    before = int(shown(app)["Réponses"].replace("\u202f", ""))
    silent = demo_house.database.one(
        """
        SELECT v.agency_id, v.conversation_id, m.settled_utc
        FROM conversation v
        JOIN message m ON m.agency_id = v.agency_id AND m.conversation_id = v.conversation_id
        WHERE m.opening AND m.state = 'delivered'
          AND NOT EXISTS (SELECT 1 FROM reply r WHERE r.conversation_id = v.conversation_id)
        LIMIT 1
        """
    )
    assert silent is not None
    received: datetime = silent.pop("settled_utc") + timedelta(minutes=5)
    reply = {
        "reply_id": silent["conversation_id"],
        "received_utc": received,
        "body": "Oui",
        "reading": "yes",
        "rule": "x",
    }

    def answer(tx: Transaction) -> None:
        tx.insert("reply", [silent | reply])
        outcomes.due(tx, [(silent["agency_id"], silent["conversation_id"])])

    demo_house.database.transact(answer)
    app.run()
    assert int(shown(app)["Réponses"].replace("\u202f", "")) == before + 1


def test_who_may_not_see_figures_reads_why(open_page: Open, demo_house: Services) -> None:
    demo_house.person = replace(demo_house.person, role=Role.ADMINISTRATOR)
    app = open_page("metrics.py")
    assert not app.metric
    assert "Votre rôle ne permet pas" in app.error[0].value
