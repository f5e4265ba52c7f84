"""Agences pilotes et témoins: the two differences, what they rest on, and where they do not hold."""

from datetime import date

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ftcore.database import utc_now
from ftcore.errors import FtError
from ftcore.insight import palette, pilot, pilot_file, pilot_wording, wording
from ftcore.insight.pilot import Comparison, Plan
from ftcore.services import Services, current
from ftcore.trust import access
from pages import charts
from pages.evaluation_parts import count_figure, flash
from pages.marked import escaped

SOURCES = {"import": "Fichier importé", "programme": "Données du programme"}


def show(services: Services) -> None:
    database, person = services.database, services.person
    flash("evaluation.pilot")
    source = st.segmented_control("Résultats", list(SOURCES), default="import", required=True, key="resultats",
                                  format_func=lambda name: SOURCES[name], bind="query-params")  # fmt: skip
    outcomes = pilot.own(database, person) if source == "programme" else pilot.imported(database, person)
    chosen = pilot.plan(database, person)
    if chosen is None or outcomes.empty:
        st.info(
            "Pour comparer, il faut des résultats par agence et par mois (un fichier à importer plus bas) et des "
            "agences désignées, pilotes et témoins, avec le mois du début.",
            icon=":material/compare_arrows:",
        )
    else:
        show_comparison(pilot.compare(outcomes, chosen), chosen, source == "programme")
    if access.may(person, "change baselines"):
        left, right = st.columns(2, gap="large")
        with left:
            show_plan(chosen, sorted(set(outcomes["agency"])))
        with right:
            show_import()


def show_comparison(found: Comparison, chosen: Plan, is_own: bool) -> None:
    measure = pilot.OWN_MEASURE if is_own else chosen.measure
    st.subheader(pilot_wording.finding(found), anchor=False)
    st.caption(
        f"Résultat comparé : {escaped(measure)}. Depuis {pilot_wording.month(chosen.start_month)} : "
        f"{wording.counted(found.pilots, 'agence pilote', 'agences pilotes')}, "
        f"{wording.counted(found.controls, 'témoin')}."
    )
    boxes = st.columns(3)
    for place, label, effect, formula in (
        (boxes[0], "Écart après le début", found.after,
         "Moyenne des pilotes − moyenne des témoins, après le début. Contient ce qui les séparait déjà."),
        (boxes[1], "Différence de différences", found.did,
         "Évolution des pilotes − évolution des témoins, avant et après (effets fixes d'agence et de mois)."),
    ):  # fmt: skip
        count_figure(place, label, pilot_wording.points(effect), pilot_wording.interval(effect), formula)
    count_figure(boxes[2], "Permutation des agences", pilot_wording.share(found.permutation),
                 f"de {wording.counted(found.permutations, 'autre choix', 'choix')} donnent un écart aussi grand",
                 "Si l'outil ne faisait rien, désigner d'autres pilotes donnerait souvent un tel écart. Sous 5 %, "
                 "c'est rare.")  # fmt: skip
    for warning in pilot_wording.warnings(found):
        st.warning(warning, icon=":material/warning:")
    show_series(found, chosen)
    if len(found.months):
        show_events(found, chosen)
    with st.expander("Ce que cette comparaison suppose", expanded=False):
        for each in pilot_wording.ASSUMPTIONS:
            st.markdown(f"- {each}")


def show_series(found: Comparison, chosen: Plan) -> None:
    figure = go.Figure()
    for group, name, colour in (("pilot", "Pilotes", palette.GROUPS[0]), ("control", "Témoins", palette.GROUPS[1])):
        line = found.series[found.series["group"] == group]
        figure.add_scatter(
            x=line["month"],
            y=100 * line["rate"],
            mode="lines+markers",
            name=name,
            line={"color": charts.ink(colour), "width": 2.5, "dash": "solid" if group == "pilot" else "dot"},
            hovertemplate="%{x|%m/%Y} : %{y:.1f} %<extra>" + name + "</extra>",
        )
    begin(figure, chosen)
    figure.update_yaxes(ticksuffix=charts.PERCENT)
    wide = found.series.pivot(index="month", columns="group", values="rate").reindex(columns=["pilot", "control"])
    table = pd.DataFrame({"Mois": [f"{month:%m/%Y}" for month in wide.index],
                          "Pilotes": wide["pilot"].to_numpy(), "Témoins": wide["control"].to_numpy()})  # fmt: skip
    charts.chart("evaluation.series", pilot_wording.series_title(found), pilot_wording.series(found), figure, table)


def show_events(found: Comparison, chosen: Plan) -> None:
    months = found.months
    figure = go.Figure()
    figure.add_hline(y=0, line={"color": charts.ink(palette.QUIET), "width": 1})
    figure.add_scatter(
        x=months["month"],
        y=100 * months["effect"],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": 100 * (months["high"] - months["effect"]),
            "arrayminus": 100 * (months["effect"] - months["low"]),
            "color": charts.ink(palette.INK),
            "thickness": 1.4,
        },
        mode="markers",
        marker={"size": 9, "color": charts.ink(palette.GROUPS[0])},
        hovertemplate="%{x|%m/%Y} : %{y:+.1f} points<extra></extra>",
    )
    begin(figure, chosen)
    figure.update_yaxes(ticksuffix=" pts")
    figure.update_layout(showlegend=False)
    table = pd.DataFrame(
        {
            "Mois": [f"{month:%m/%Y}" for month in months["month"]],
            "Écart (part)": months["effect"],
            "IC bas": months["low"],
            "IC haut": months["high"],
        }
    )
    charts.chart(
        "evaluation.mois",
        pilot_wording.trend_title(found),
        pilot_wording.trend(found),
        figure,
        table,
        note="Écart entre pilotes et témoins, relatif au mois d'avant le début ; barres : intervalles à 95 %.",
    )


def begin(figure: go.Figure, chosen: Plan) -> None:
    figure.add_vline(x=chosen.start_month.isoformat(), line={"color": charts.ink(palette.REFERENCE), "dash": "dash"})
    figure.add_annotation(
        x=chosen.start_month.isoformat(),
        y=1,
        yref="paper",
        yanchor="top",
        xanchor="left",
        text=" début",
        showarrow=False,
        font={"color": charts.ink(palette.REFERENCE)},
    )
    figure.update_xaxes(tickformat="%m/%Y", showgrid=False)


def show_plan(chosen: Plan | None, agencies: list[str]) -> None:
    st.subheader("Qui est comparé à qui", anchor=False)
    known = sorted({*agencies, *(chosen.pilots if chosen else ()), *(chosen.controls if chosen else ())})
    today = wording.paris(utc_now()).date()
    with st.form("evaluation.plan"):
        st.multiselect("Agences pilotes", known, list(chosen.pilots) if chosen else [], key="evaluation.pilots",
                       placeholder="Choisir…")  # fmt: skip
        st.multiselect("Agences témoins", known, list(chosen.controls) if chosen else [], key="evaluation.controls",
                       placeholder="Choisir…")  # fmt: skip
        st.date_input("Début (le mois compte)", chosen.start_month if chosen else today.replace(day=1),
                      date(2020, 1, 1), today, format="DD/MM/YYYY", key="evaluation.start")  # fmt: skip
        st.text_input("Résultat comparé", chosen.measure if chosen else "", max_chars=200, key="evaluation.measure")
        st.form_submit_button("Enregistrer", on_click=save_plan)
    if chosen is not None and chosen.changed_utc is not None:
        st.caption(
            f"Version {chosen.version}, {wording.instant(chosen.changed_utc)}. Fixez ce choix avant de regarder."
        )


def save_plan() -> None:
    services, state = current(), st.session_state
    try:
        pilot.designate(
            services.database,
            services.person,
            state["evaluation.start"],
            state["evaluation.measure"],
            state["evaluation.pilots"],
            state["evaluation.controls"],
            utc_now(),
        )
    except FtError as error:
        state["evaluation.pilot.wrong"] = str(error)
        return
    state["evaluation.pilot.done"] = "Le choix est enregistré, avec sa date ; les versions d'avant restent."


def show_import() -> None:
    st.subheader("Résultats des agences", anchor=False)
    st.caption(pilot_file.ACCEPTED)
    with st.form("evaluation.outcomes"):
        st.file_uploader("Fichier CSV", "csv", key="evaluation.file", max_upload_size=2)
        st.form_submit_button("Importer, et remplacer", on_click=import_file)


def import_file() -> None:
    services, state = current(), st.session_state
    file = state["evaluation.file"]
    if file is None:
        state["evaluation.pilot.wrong"] = "Choisissez d'abord un fichier."
        return
    try:
        rows = pilot_file.import_outcomes(services.database, services.person, file.getvalue(), utc_now())
    except FtError as error:
        state["evaluation.pilot.wrong"] = str(error)
        return
    state["evaluation.pilot.done"] = f"{wording.counted(rows, 'ligne importée', 'lignes importées')}."
