"""Mesures: do people reply? Figures with their base and interval, and the data behind each chart."""

from datetime import date, timedelta
from html import escape
from typing import Any, Literal
from uuid import UUID, uuid4

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ftcore.database import utc_now
from ftcore.insight import metrics, wording
from ftcore.insight.metrics import Filters, Rate, Summary
from ftcore.services import current

services = current()
database, person = services.database, services.person

# One blue in three strengths, and the ink of the text.
BLUE, MIDDLE, LIGHT, INK = "#1f4e9e", "#6f93cc", "#c9d8ef", "#1c2333"
PERIODS = {"7 jours": 7, "4 semaines": 28, "8 semaines": 56}
DEFAULT_PERIOD = "8 semaines"
CHOSEN_DATES = "Dates choisies"
OLDEST = timedelta(days=5 * 365)
MOST_BARS = 12
# The median of the first reply that was published for the original tool in June 2025.
PUBLISHED_MINUTES = 19


def today() -> date:
    return wording.paris(utc_now()).date()


def chosen_filters() -> Filters:
    """The filters in one row; they live in the address, so that a view can be shared and survives a reload."""
    agencies, occupations = metrics.choices(database, person)
    names = {str(row["agency_id"]): row["name"] for row in agencies}
    labels = {row["code"]: row["label"] for row in occupations}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        period = st.selectbox(
            "Période",
            [*PERIODS, CHOSEN_DATES],
            index=list(PERIODS).index(DEFAULT_PERIOD),
            key="periode",
            bind="query-params",
        )
        since, until = chosen_days(period)
        agency_key = st.selectbox(
            "Agence",
            list(names),
            index=None,
            key="agence",
            placeholder="Toutes les agences",
            format_func=lambda key: names[key],
            bind="query-params",
        )
        code = st.selectbox(
            "Métier",
            list(labels),
            index=None,
            key="metier",
            placeholder="Tous les métiers",
            format_func=lambda key: labels[key],
            bind="query-params",
        )
    return Filters(since, until, (UUID(agency_key),) if agency_key else None, code)


def chosen_days(period: str) -> tuple[date, date]:
    """The first and the last day of a preset, or of the two dates shown for it."""
    last = today()
    if period in PERIODS:
        # Whole days of the past, and today on top: it is not over.
        return last - timedelta(days=PERIODS[period]), last
    oldest = last - OLDEST
    begin = last - timedelta(days=PERIODS[DEFAULT_PERIOD])
    since = st.date_input("Du", begin, oldest, last, key="du", format="DD/MM/YYYY", width=140, bind="query-params")
    until = st.date_input("Au", last, oldest, last, key="au", format="DD/MM/YYYY", width=140, bind="query-params")
    return min(since, until), max(since, until)


@st.fragment(run_every=10.0)
def figures(filters: Filters) -> None:
    """The rows of figures, refreshed by themselves: an answer shows here within seconds."""
    now = metrics.summary(database, person, filters)
    before = metrics.summary(database, person, metrics.previous(filters))
    rates = st.columns(5)
    with rates[0], box():
        st.metric("Contactées", wording.number(now.contacted), help=people_help(now))
        st.caption("personnes" + (f"  \nAvant : {wording.number(before.contacted)}" if before.contacted else ""))
    rate_box(rates[1], "Taux de remise", now.delivery, before.delivery,
             "Personnes jointes ÷ personnes à qui un SMS a été envoyé.")  # fmt: skip
    rate_box(rates[2], "Taux de réponse", now.reply, before.reply,
             f"Personnes ayant répondu autre chose que STOP dans les {metrics.WINDOW_HOURS} h ÷ personnes jointes. "
             f"Rapporté aux personnes à qui un SMS a été envoyé : {wording.rate(now.reply_of_sent)}.")  # fmt: skip
    rate_box(rates[3], "Intérêt", now.interest, before.interest,
             "Personnes dont la dernière réponse claire est oui ÷ personnes ayant répondu.")  # fmt: skip
    rate_box(rates[4], "STOP", now.opt_out, before.opt_out, "Personnes ayant répondu STOP ÷ personnes jointes.",
             less_is_better=True)  # fmt: skip
    texts = st.columns([1, 1, 1, 2])
    texts[0].metric("Envoyés", wording.number(now.texts.sent), border=True, height="stretch",
                    help="SMS d'ouverture remis à l'opérateur.")  # fmt: skip
    texts[1].metric("Remis", wording.number(now.texts.delivered), border=True, height="stretch",
                    help="SMS d'ouverture arrivés sur le téléphone, selon l'opérateur.")  # fmt: skip
    texts[2].metric("Réponses", wording.number(now.texts.answered), border=True, height="stretch",
                    help="SMS d'ouverture suivis d'une réponse autre que STOP. Une personne approchée pour deux "
                    "offres peut répondre deux fois.")  # fmt: skip
    with texts[3], box():
        st.metric(
            "Première réponse, médiane",
            wording.minutes(now.median_minutes) if now.median_minutes is not None else "—",
            help="Temps entre la remise du SMS d'ouverture et la première réponse autre que STOP, parmi les SMS "
            "qui en ont reçu une. Le repère est la médiane publiée pour MatchFT en juin 2025.",
        )
        st.caption(f"n = {wording.number(now.timed)} · repère publié (MatchFT) : {PUBLISHED_MINUTES} min")


def box() -> Any:
    return st.container(border=True, height="stretch", gap="xsmall")


def people_help(now: Summary) -> str:
    """Where those stand whose SMS has not arrived."""
    return (
        "Personnes distinctes, même approchées pour plusieurs offres. "
        f"Envoi en attente : {wording.number(now.waiting)} · non remis : {wording.number(now.failed)} · "
        f"incertain : {wording.number(now.unknown)}."
    )


def rate_box(place: Any, label: str, now: Rate, before: Rate, formula: str, *, less_is_better: bool = False) -> None:
    """One rate with its base, its interval and its change against the period before.

    The change is coloured only where the two intervals are apart: the rest may be chance.
    """
    delta: str | None = None
    arrow: Literal["up", "down", "off"] = "off"
    color: Literal["gray", "green", "red"] = "gray"
    if now.value is not None and before.value is not None and not (now.too_few or before.too_few):
        points = round(100 * now.value) - round(100 * before.value)
        delta = f"{wording.signed(points)} pt{'s' if abs(points) > 1 else ''}"
        arrow = "up" if points > 0 else "down" if points < 0 else "off"
        if points and metrics.differ(now, before):
            color = "green" if (points < 0) == less_is_better else "red"
    with place, box():
        st.metric(
            label,
            "—" if now.value is None else "trop peu" if now.too_few else wording.percent(now.value),
            delta=delta,
            delta_color=color,
            delta_arrow=arrow,
            help=formula,
        )
        lines = [f"n = {wording.number(now.base)}"]
        if not now.too_few:
            lines.append(f"IC {wording.interval(now)}")
        if before.value is not None:
            lines.append(f"Avant : {'trop peu' if before.too_few else wording.percent(before.value)}")
        st.caption("  \n".join(lines))


def chart(title: str, sentence: str, figure: go.Figure, table: pd.DataFrame, key: str) -> None:
    """A chart with its title, one sentence that reads it, the table behind it and a CSV."""
    with st.container(border=True):
        st.subheader(title)
        st.text(sentence)
        view = st.segmented_control("Affichage", ["Graphique", "Tableau"], default="Graphique", required=True,
                                    key=f"metrics.view.{key}", label_visibility="collapsed")  # fmt: skip
        if view == "Tableau":
            show_table(table)
        else:
            st.plotly_chart(
                calm(figure),
                key=f"metrics.chart.{key}",
                config={"displayModeBar": False},
                alt=f"{title}. {sentence}",
            )
        st.download_button(
            "CSV",
            metrics.spreadsheet(table),
            # Large downloads get an address made of a partial hash: the name must be nobody else's.
            file_name=f"{key}-{uuid4()}.csv",
            mime="text/csv",
            icon=":material/download:",
            key=f"metrics.csv.{key}",
            on_click="ignore",
        )


def show_table(table: pd.DataFrame) -> None:
    """The table behind a chart: shares as whole percentages, counts with spaces."""
    columns: dict[str, Any] = {"Jour": st.column_config.DateColumn(format="DD/MM/YYYY")}
    shown = table.copy()
    for name in table.select_dtypes("number"):
        if table[name].dtype == "float64":
            shown[name] = 100 * table[name]
            columns[str(name)] = st.column_config.NumberColumn(format=f"%.0f{wording.NARROW}%%")
        else:
            columns[str(name)] = st.column_config.NumberColumn(format="localized")
    st.dataframe(shown, hide_index=True, placeholder="—", column_config=columns)


def calm(figure: go.Figure) -> go.Figure:
    """The look of every chart: no junk, ink that can be read, French separators."""
    figure.update_layout(
        height=figure.layout.height or 320,
        margin={"l": 8, "r": 24, "t": 8, "b": 8},
        font={"size": 13, "color": INK},
        plot_bgcolor="white",
        paper_bgcolor="white",
        legend={"orientation": "h", "y": 1.12, "x": 0, "font": {"color": INK, "size": 13}},
        hoverlabel={"bgcolor": "white", "font": {"color": INK}},
        separators=f",{wording.NARROW}",
    )
    axis = {"gridcolor": "#e8ecf3", "zeroline": False, "tickfont": {"color": INK, "size": 13}, "fixedrange": True}
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis, automargin=True)
    return figure


def show_funnel(now: Summary) -> None:
    steps = metrics.funnel(now)
    drawn = steps.iloc[1:]
    figure = go.Figure(
        go.Funnel(
            y=drawn["step"],
            x=drawn["people"],
            marker={"color": BLUE},
            text=[
                f"{wording.number(people)} · {wording.percent(people / now.contacted)}" for people in drawn["people"]
            ],
            textinfo="text",
            connector={"fillcolor": "#eef2f8"},
            textfont={"size": 13},
            hovertemplate="%{y} : %{x}<extra></extra>",
        )
    )
    figure.update_yaxes(showgrid=False)
    sentence = (
        f"Sur {wording.counted(now.contacted, 'personne contactée', 'personnes contactées')} : "
        f"{wording.counted(now.replied, 'a répondu', 'ont répondu')}, "
        f"{wording.counted(now.interested, 'est intéressée', 'sont intéressées')}, "
        f"{wording.counted(now.introduced, 'a été mise', 'ont été mises')} en relation. "
        f"Au départ, {wording.counted(now.considered, 'fiche étudiée', 'fiches étudiées')}."
    )
    table = steps.rename(columns={"step": "Étape", "people": "Nombre", "share": "Part de l'étape précédente"})
    chart("De la personne contactée à la mise en relation", sentence, figure, table, "entonnoir")


def show_days(filters: Filters) -> None:
    days = metrics.replies_over_time(database, person, filters)
    figure = go.Figure()
    figure.add_bar(x=days["day"], y=days["delivered"], name="Jointes", marker_color=LIGHT)
    figure.add_bar(x=days["day"], y=days["replied"], name="Ont répondu", marker_color=MIDDLE)
    figure.add_bar(x=days["day"], y=days["interested"], name="Intéressées", marker_color=BLUE)
    figure.update_layout(barmode="overlay")
    figure.update_traces(hovertemplate="%{x|%d/%m/%Y} : %{y}<extra>%{fullData.name}</extra>")
    figure.update_xaxes(tickformat="%d/%m", showgrid=False)
    if len(days) <= 14:
        figure.update_xaxes(tickmode="array", tickvals=days["day"])
    table = days.rename(
        columns={"day": "Jour", "delivered": "Jointes", "replied": "Ont répondu", "interested": "Intéressées"}
    )
    chart("Personnes jointes et réponses, selon le jour de l'envoi", best_day(days), figure, table, "jours")


def best_day(days: pd.DataFrame) -> str:
    if not days["replied"].sum():
        return "Aucune réponse pour l'instant aux SMS de cette période."
    best = days.iloc[int(days["replied"].argmax())]
    return (
        f"Le plus de réponses va aux SMS du {wording.day(best['day'])} : "
        f"{wording.counted(int(best['replied']), 'personne a répondu', 'personnes ont répondu')} "
        f"sur {wording.counted(int(best['delivered']), 'jointe')}."
    )


def show_groups(filters: Filters) -> None:
    labels = {"Métier": "occupation", "Agence": "agency"}
    by = st.segmented_control("Comparer par", list(labels), default="Métier", required=True, key="metrics.by")
    groups = metrics.by_group(database, person, filters, labels[by])
    told = [g for g in groups if not g.reply.too_few]
    shown = told[:MOST_BARS][::-1]
    rates = [100 * (g.reply.value or 0) for g in shown]
    places = list(range(len(shown)))
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=rates,
            y=places,
            width=0.6,
            marker_color=LIGHT,
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [100 * g.reply.high - rate for g, rate in zip(shown, rates, strict=True)],
                "arrayminus": [rate - 100 * g.reply.low for g, rate in zip(shown, rates, strict=True)],
                "color": BLUE,
                "thickness": 1.5,
            },
            hovertext=[f"{escape(g.label, quote=False)} : {wording.rate(g.reply)}" for g in shown],
            hoverinfo="text",
            textposition="none",
        )
    )
    highest = max((100 * g.reply.high for g in shown), default=100)
    figure.update_xaxes(range=[0, min(100.5, highest + 5)], ticksuffix=f"{wording.NARROW}%")
    # By place, not by label: two agencies of one name are two bars.
    figure.update_yaxes(tickmode="array", tickvals=places, ticktext=[short(g.label) for g in shown], showgrid=False)
    figure.update_layout(height=max(160, 60 + 30 * len(shown)))
    table = metrics.table_of(groups).rename(
        columns={"label": by, "delivered": "Jointes", "replied": "Ont répondu", "rate": "Taux", "low": "IC bas",
                 "high": "IC haut"}
    )  # fmt: skip
    title = f"Taux de réponse par {by.lower()}, avec l'intervalle à 95{wording.NARROW}%"
    chart(title, " ".join([spread(shown), *left_out(len(groups), len(told))]), figure, table, "groupes")


def left_out(groups: int, told: int) -> list[str]:
    """Sentences on the groups that have no bar; all of them stand in the table."""
    said = []
    if groups > told:
        said.append(f"{wording.counted(groups - told, 'groupe')} de moins de {metrics.FEW} personnes : trop peu.")
    if told > MOST_BARS:
        said.append(f"Les {MOST_BARS} plus grands sont dessinés, les autres sont dans le tableau.")
    return said


def short(label: str) -> str:
    """A label for an axis: not too long, and never read as mark-up."""
    return escape(label if len(label) <= 44 else label[:43].rstrip() + "…", quote=False)


def spread(shown: list[metrics.Group]) -> str:
    """What the comparison allows to say: differences within the intervals are none."""
    if len(shown) < 2:
        return "Il faut au moins deux groupes assez grands pour comparer."
    lowest = min(shown, key=lambda g: g.reply.value or 0)
    highest = max(shown, key=lambda g: g.reply.value or 0)
    if not metrics.differ(lowest.reply, highest.reply):
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
    before = metrics.previous(filters)
    st.caption(
        f"Une réponse compte dans les {metrics.WINDOW_HOURS} h après la remise du SMS d'ouverture ; les envois récents "
        f"peuvent encore en recevoir. « Avant » : les {(before.until - before.since).days + 1} jours précédents. "
        f"Un écart est en couleur quand les intervalles à 95{wording.NARROW}% ne se recouvrent pas ; sinon, il peut "
        "être dû au hasard."
    )
    show_funnel(now)
    show_days(filters)
    show_groups(filters)
