"""Mesures: figures with their base, charts with their sentence, table and data."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from ftcore.services import Services

Open = Callable[[str], AppTest]


def shown(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_without_a_campaign_the_page_says_what_to_do(open_page: Open) -> None:
    app = open_page("metrics.py")
    assert "Aucune personne contactée" in app.info[0].value
    assert not app.metric


def test_the_demo_figures_are_marked_and_what_the_database_holds(open_page: Open, demo_house: Services) -> None:
    app = open_page("metrics.py")
    assert any("données de démonstration" in caption.value for caption in app.caption)
    figures = shown(app)
    delivered = demo_house.database.value("SELECT count(*) FROM message WHERE opening AND state = 'delivered'")
    assert figures["Remis"].replace("\u202f", "") == str(delivered)
    assert figures["Taux de réponse"].endswith("%")
    assert any("IC" in caption.value and "n = " in caption.value for caption in app.caption)
    assert [chart.value for chart in app.subheader] == [
        "De la personne contactée à la mise en relation",
        "Personnes jointes et réponses, selon le jour de l'envoi",
        "Taux de réponse par métier, avec l'intervalle à 95 %",
    ]


def test_a_filter_changes_the_figures_and_the_table_stands_behind_the_chart(
    open_page: Open, demo_house: Services
) -> None:
    app = open_page("metrics.py")
    all_agencies = int(shown(app)["Contactées"].replace("\u202f", ""))
    box = app.selectbox(key="agence")
    box.set_value(str(demo_house.person.agency_id)).run()
    one_agency = int(shown(app)["Contactées"].replace("\u202f", ""))
    assert 0 < one_agency < all_agencies
    app.segmented_control(key="metrics.view.entonnoir").set_value("Tableau").run()
    table = app.dataframe[0].value
    assert list(table["Étape"])[1:3] == ["Contactées", "Jointes"]
    assert table["Personnes"][1] == one_agency
    assert not app.exception
