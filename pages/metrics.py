"""Mesures: do people reply? Figures with their base and interval, and the data behind each chart."""

from datetime import UTC, date, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ftcore.database import utc_now
from ftcore.insight import metrics, wording
from ftcore.insight.metrics import Filters, Rate, Summary
from ftcore.services import current

services = current()
database, person = services.database, services.person

BLUE, LIGHT, GREEN, GREY = "#1f4e9e", "#9db7e0", "#2f8f6b", "#5b6678"
PERIODS = {"7 jours": 7, "4 semaines": 28, "8 semaines": 56}
# The median of the first reply that was published for the original tool in June 2025.
PUBLISHED_MINUTES = 19


def today() -> date:
    return utc_now().replace(tzinfo=UTC).astimezone(ZoneInfo("Europe/Paris")).date()


def chosen_filters() -> Filters:
    """The filters in one row; they live in the address, so that a view can be shared and survives a reload."""
    agencies, occupations = metrics.choices(database, person)
    names = {str(row["agency_id"]): row["name"] for row in agencies}
    labels = {row["code"]: row["label"] for row in occupations}
    period, agency, occupation = st.columns([3, 3, 4], vertical_alignment="bottom")
    with period:
        length = st.selectbox("Période", list(PERIODS), index=2, key="periode", bind="query-params")
    with agency:
        agency_key = st.selectbox(
            "Agence",
            list(names),
            index=None,
            key="agence",
            placeholder="Toutes les agences",
            format_func=lambda key: names[key],
            bind="query-params",
        )
    with occupation:
        code = st.selectbox(
            "Métier",
            list(labels),
            index=None,
            key="metier",
            placeholder="Tous les métiers",
            format_func=lambda key: labels[key],
            bind="query-params",
        )
    until = today()
    return Filters(
        # Whole days of the past, and today on top: it is not over.
        since=until - timedelta(days=PERIODS[length]),
        until=until,
        agency_ids=(UUID(agency_key),) if agency_key else None,
        occupation=code,
    )


def change(now: Rate, before: Rate) -> str | None:
    """The change of a rate against the period before, in points; nothing where either base is too small."""
    if now.value is None or before.value is None or now.too_few or before.too_few:
        return None
    points = round(100 * (now.value - before.value))
    return f"{points:+d} pt{'s' if abs(points) > 1 else ''}"


@st.fragment(run_every=5.0)
def figures(filters: Filters) -> None:
    """The row of figures, refreshed by itself: an answer shows here within seconds."""
    now = metrics.summary(database, person, filters)
    before = metrics.summary(database, person, metrics.previous(filters))
    row = st.columns(5)
    row[0].metric("Contactées", wording.number(now.contacted), border=True,
                  delta=wording.signed(now.contacted - before.contacted) if before.contacted else None)  # fmt: skip
    rate_box(row[1], "Taux de remise", now.delivery, before.delivery,
             "Personnes jointes ÷ personnes à qui un SMS a été envoyé.")  # fmt: skip
    rate_box(row[2], "Taux de réponse", now.reply, before.reply,
             "Personnes ayant répondu autre chose que STOP dans les 72 h ÷ personnes jointes. "
             f"Rapporté aux SMS envoyés : {wording.rate(now.reply_of_sent)}.")  # fmt: skip
    rate_box(row[3], "Intérêt", now.interest, before.interest,
             "Personnes dont la dernière réponse claire est oui ÷ personnes ayant répondu.")  # fmt: skip
    rate_box(row[4], "STOP", now.opt_out, before.opt_out, "Personnes ayant répondu STOP ÷ personnes jointes.",
             inverse=True)  # fmt: skip
    second = st.columns(5)
    second[0].metric("Envois", wording.number(now.sent), border=True)
    second[1].metric("Remis", wording.number(now.delivered), border=True)
    second[2].metric("Réponses", wording.number(now.replied), border=True)
    second[3].metric("Intéressées", wording.number(now.interested), border=True)
    second[4].metric(
        "Première réponse",
        wording.minutes(now.median_minutes) if now.median_minutes is not None else "—",
        border=True,
        help=f"Médiane du temps entre la remise et la première réponse, parmi les {wording.number(now.replied)} "
        f"personnes qui ont répondu. Repère publié pour MatchFT en juin 2025 : {PUBLISHED_MINUTES} minutes.",
    )


def rate_box(place: object, label: str, now: Rate, before: Rate, formula: str, *, inverse: bool = False) -> None:
    with place:  # type: ignore[attr-defined]
        st.metric(
            label,
            "—" if now.value is None else "trop peu" if now.too_few else wording.percent(now.value),
            delta=change(now, before),
            delta_color="inverse" if inverse else "normal",
            delta_description="avant" if change(now, before) else None,
            border=True,
            help=formula,
        )
        st.caption(f"n = {wording.number(now.base)}" + ("" if now.too_few else f", IC {wording.interval(now)}"))


def chart(title: str, sentence: str, figure: go.Figure, table: pd.DataFrame, key: str) -> None:
    """A chart with its title, one sentence that reads it, the table behind it and a CSV."""
    with st.container(border=True):
        st.subheader(title)
        st.text(sentence)
        view = st.segmented_control("Affichage", ["Graphique", "Tableau"], default="Graphique", required=True,
                                    key=f"metrics.view.{key}", label_visibility="collapsed")  # fmt: skip
        if view == "Tableau":
            st.dataframe(table, hide_index=True)
        else:
            st.plotly_chart(calm(figure), key=f"metrics.chart.{key}", config={"displayModeBar": False, "locale": "fr"})
        st.download_button(
            "CSV",
            table.to_csv(index=False, sep=";", decimal=",").encode("utf-8-sig"),
            # Large downloads get an address made of a partial hash: the name must be nobody else's.
            file_name=f"{key}-{uuid4()}.csv",
            mime="text/csv",
            icon=":material/download:",
            key=f"metrics.csv.{key}",
            on_click="ignore",
        )


def calm(figure: go.Figure) -> go.Figure:
    figure.update_layout(
        height=320,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        font={"size": 13, "color": "#1c2333"},
        plot_bgcolor="white",
        paper_bgcolor="white",
        legend={"orientation": "h", "y": 1.12, "x": 0},
        hoverlabel={"bgcolor": "white"},
        separators=", ",
    )
    figure.update_xaxes(gridcolor="#e8ecf3", zeroline=False)
    figure.update_yaxes(gridcolor="#e8ecf3", zeroline=False)
    return figure


def show_funnel(now: Summary) -> None:
    steps = metrics.funnel(now)
    drawn = steps.iloc[1:]
    figure = go.Figure(
        go.Funnel(
            y=drawn["step"],
            x=drawn["people"],
            marker={"color": [BLUE, "#3f69b0", "#6288c3", GREEN, "#57a98a"]},
            text=[
                f"{wording.number(people)} · {wording.percent(people / now.contacted)}" for people in drawn["people"]
            ],
            textinfo="text",
            connector={"fillcolor": "#eef2f8"},
            textfont={"size": 13},
            hovertemplate="%{y} : %{x}<extra></extra>",
        )
    )
    sentence = (
        f"Sur {wording.number(now.contacted)} personnes contactées, {wording.number(now.replied)} ont répondu, "
        f"{wording.number(now.interested)} sont intéressées et {wording.number(now.introduced)} ont été mises en "
        f"relation. {wording.number(now.considered)} fiches avaient été étudiées pour ces offres."
    )
    table = steps.rename(columns={"step": "Étape", "people": "Personnes", "share": "Part de l'étape précédente"})
    chart("De la personne contactée à la mise en relation", sentence, figure, table, "entonnoir")


def show_days(filters: Filters) -> None:
    days = metrics.replies_over_time(database, person, filters)
    figure = go.Figure()
    figure.add_bar(x=days["day"], y=days["delivered"], name="Jointes", marker_color=LIGHT)
    figure.add_bar(x=days["day"], y=days["replied"], name="Ont répondu", marker_color=BLUE)
    figure.add_bar(x=days["day"], y=days["interested"], name="Intéressées", marker_color=GREEN)
    figure.update_layout(barmode="overlay")
    figure.update_traces(hovertemplate="%{x|%d/%m/%Y} : %{y}<extra>%{fullData.name}</extra>")
    figure.update_xaxes(tickformat="%d/%m")
    best = days.iloc[int(days["replied"].argmax())]
    sentence = (
        f"Le jour le plus fourni est {wording.day(best['day'])} : {wording.number(best['replied'])} réponses pour "
        f"{wording.number(best['delivered'])} personnes jointes ce jour-là."
    )
    table = days.rename(
        columns={"day": "Jour", "delivered": "Jointes", "replied": "Ont répondu", "interested": "Intéressées"}
    )
    chart("Personnes jointes et réponses, selon le jour de l'envoi", sentence, figure, table, "jours")


def show_groups(filters: Filters) -> None:
    labels = {"Métier": "occupation", "Agence": "agency"}
    by = st.segmented_control("Comparer par", list(labels), default="Métier", required=True, key="metrics.by")
    groups = metrics.by_group(database, person, filters, labels[by])
    table = metrics.table_of(groups)
    shown = [g for g in groups if not g.reply.too_few][:12][::-1]
    rates = [100 * (g.reply.value or 0) for g in shown]
    figure = go.Figure(
        go.Scatter(
            x=rates,
            y=[g.label for g in shown],
            mode="markers",
            marker={"color": BLUE, "size": 10},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [100 * g.reply.high - rate for g, rate in zip(shown, rates, strict=True)],
                "arrayminus": [rate - 100 * g.reply.low for g, rate in zip(shown, rates, strict=True)],
                "color": GREY,
                "thickness": 1.5,
            },
            hovertext=[f"{g.label} : {wording.rate(g.reply)}" for g in shown],
            hoverinfo="text",
        )
    )
    figure.update_xaxes(range=[0, 100], ticksuffix=" %")
    few = len(groups) - len([g for g in groups if not g.reply.too_few])
    sentence = spread(shown)
    if few:
        sentence += f" {few} groupe{'s' if few > 1 else ''} de moins de {metrics.FEW} personnes : trop peu."
    table = table.rename(
        columns={"label": by, "delivered": "Jointes", "replied": "Ont répondu", "rate": "Taux", "low": "IC bas",
                 "high": "IC haut"}
    )  # fmt: skip
    chart(f"Taux de réponse par {by.lower()}, avec l'intervalle à 95 %", sentence, figure, table, "groupes")


def spread(shown: list[metrics.Group]) -> str:
    """What the comparison allows to say: differences within the intervals are none."""
    if len(shown) < 2:
        return "Il faut au moins deux groupes assez grands pour comparer."
    lowest = min(shown, key=lambda g: g.reply.value or 0)
    highest = max(shown, key=lambda g: g.reply.value or 0)
    if lowest.reply.high >= highest.reply.low:
        return "Les intervalles se recouvrent : les écarts entre groupes peuvent être dus au hasard."
    return (
        f"« {highest.label} » répond plus ({wording.rate(highest.reply)}) que « {lowest.label} » "
        f"({wording.rate(lowest.reply)})."
    )


st.title("Mesures")
st.caption("Est-ce que les gens répondent ?")
filters = chosen_filters()
now = metrics.summary(database, person, filters)
if now.has_demo:
    st.caption(":material/science: Ces chiffres comprennent des données de démonstration, inventées.")
if now.contacted == 0:
    st.info(
        "Aucune personne contactée dans cette période. Élargissez la période ou les filtres, "
        "ou lancez une première campagne depuis Présélection.",
        icon=":material/monitoring:",
    )
    st.page_link("preselection.py", label="Aller à Présélection", icon=":material/group_search:")
else:
    figures(filters)
    show_funnel(now)
    show_days(filters)
    show_groups(filters)
