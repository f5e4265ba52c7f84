"""Gains: what was counted, what is assumed, and what both say of time and money."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ftcore.database import utc_now
from ftcore.errors import FtError
from ftcore.insight import baselines, gains, gains_wording, palette, wording
from ftcore.insight.baselines import KINDS, Baseline
from ftcore.insight.gains import Measured, Spread
from ftcore.insight.scope import Scope
from ftcore.services import Services, current
from ftcore.trust import access
from pages import charts
from pages.evaluation_parts import count_figure, flash
from pages.marked import escaped


def show(services: Services, scope: Scope) -> None:
    person = services.person
    flash("evaluation.baselines")
    counted = gains.measured(services.database, person, scope)
    assumed = baselines.current(services.database, person)
    if not counted.contacts:
        st.info(
            "Aucune personne contactée dans cette période : il n'y a pas encore de gain à mesurer. Élargissez la "
            "période, ou lancez une campagne depuis Présélection.",
            icon=":material/savings:",
        )
    else:
        found = gains.simulate(counted, assumed)
        show_results(found, counted)
        show_weights(counted, assumed)
    show_measured(counted)
    show_assumed(assumed, services)


def show_results(found: dict[str, Spread], counted: Measured) -> None:
    st.subheader(gains_wording.finding(found["minutes_saved"]), anchor=False)
    boxes = st.columns(4)
    count_figure(boxes[0], "Temps gagné", gains_wording.hours(found["minutes_saved"].median),
                 f"90 % : {gains_wording.hours_range(found['minutes_saved'])}",
                 "Minutes d'un contact sans l'outil × contacts − minutes que l'outil demande encore.")  # fmt: skip
    count_figure(boxes[1], "Économie nette", gains_wording.money(found["saved"].median),
                 f"90 % : {gains_wording.money_range(found['saved'])}",
                 "Coût du temps sans l'outil − coût du temps restant, des SMS et des frais fixes.")  # fmt: skip
    each = found.get("each_with")
    count_figure(
        boxes[2],
        "Par personne qualifiée",
        gains_wording.money(each.median) if each else "—",
        f"90 % : {gains_wording.money_range(each)}" if each else "aucune personne qualifiée",
        "Coût : SMS, frais fixes et temps restant ÷ personnes qui ont dit oui et sont passées au conseiller, non "
        "écartées depuis.",
    )
    without = found.get("each_without")
    count_figure(
        boxes[3],
        "Le même, sans l'outil",
        gains_wording.money(without.median) if without else "—",
        f"90 % : {gains_wording.money_range(without)}" if without else "aucune personne qualifiée",
        "Si chaque contact avait été fait à la main et avait qualifié autant de personnes : c'est une hypothèse.",
    )
    st.text(gains_wording.sentence(found, counted))
    st.caption(
        f"Médiane et intervalle à 90 % de {wording.number(gains.DRAWS)} tirages (loi PERT entre le bas et le haut de "
        "chaque hypothèse, tirages fixes : les mêmes chiffres partout). Les comptages, eux, sont exacts."
    )


def show_weights(counted: Measured, assumed: dict[str, Baseline]) -> None:
    table = gains.weights(counted, assumed, "minutes_saved")
    table = table[table["part"] > 0]
    base = gains.outcome(counted, {name: each.value for name, each in assumed.items()})["minutes_saved"] / 60
    figure = go.Figure()
    labels = [KINDS[name].label for name in table["name"]][::-1]
    for column, name, colour in (("at_low", "Hypothèse au plus bas", palette.GROUPS[0]),
                                 ("at_high", "Hypothèse au plus haut", palette.GROUPS[1])):  # fmt: skip
        hours = table[column][::-1] / 60
        figure.add_bar(
            orientation="h",
            y=labels,
            x=hours - base,
            base=base,
            name=name,
            marker_color=charts.ink(colour),
            customdata=hours,
            hovertemplate="%{y} : %{customdata:.0f} h gagnées<extra>" + name + "</extra>",
        )
    figure.add_vline(x=base, line={"color": charts.ink(palette.QUIET), "width": 1.5})
    figure.update_layout(barmode="overlay", height=max(170, 90 + 42 * len(table)))
    figure.update_xaxes(title_text="Heures gagnées", ticksuffix=" h")
    shown = pd.DataFrame(
        {
            "Hypothèse": [KINDS[name].label for name in table["name"]],
            "Heures gagnées, au plus bas": table["at_low"] / 60,
            "Heures gagnées, au plus haut": table["at_high"] / 60,
            "Corrélation de rang": table["correlation"],
            "Part de l'incertitude": table["part"],
        }
    )
    hours_format = st.column_config.NumberColumn(format="%.0f h")
    charts.chart(
        "evaluation.poids",
        gains_wording.heaviest_title(table),
        gains_wording.heaviest(table),
        figure,
        shown,
        columns={
            "Heures gagnées, au plus bas": hours_format,
            "Heures gagnées, au plus haut": hours_format,
            "Corrélation de rang": st.column_config.NumberColumn(format="%.2f"),
        },
    )


def show_measured(counted: Measured) -> None:
    st.subheader("Compté dans la base", anchor=False)
    st.caption(":material/database: Exact, pour les échanges ouverts dans la période, jusqu'à maintenant.")
    lines = gains_wording.measured_lines(counted)
    for place, first in zip(st.columns(3), range(0, len(lines), 4), strict=True):
        part = pd.DataFrame(lines[first : first + 4], columns=["Ce qui est compté", "Nombre"])
        columns = {
            "Ce qui est compté": st.column_config.TextColumn(width=170),
            "Nombre": st.column_config.TextColumn(alignment="right", width=70),
        }
        place.dataframe(part, hide_index=True, column_config=columns)


def show_assumed(assumed: dict[str, Baseline], services: Services) -> None:
    st.subheader("Supposé, et par qui", anchor=False)
    st.caption(":material/help: Personne ne chronomètre personne : ces valeurs sont des hypothèses, avec leur source.")
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Hypothèse": f"{KINDS[name].label} ({KINDS[name].unit})",
                    "Bas": gains_wording.amount(each.low),
                    "Valeur": gains_wording.amount(each.value),
                    "Haut": gains_wording.amount(each.high),
                    "Source": each.source,
                    "Version": gains_wording.version(each),
                }
                for name, each in assumed.items()
            ]
        ),
        hide_index=True,
        column_config={"Source": st.column_config.TextColumn(width="large")}
        | {name: st.column_config.TextColumn(alignment="right") for name in ("Bas", "Valeur", "Haut")},
    )
    if not access.may(services.person, "change baselines"):
        return
    name = st.selectbox("Changer une hypothèse", list(KINDS), index=None, format_func=lambda key: KINDS[key].label,
                        key="evaluation.baseline", placeholder="Choisir…")  # fmt: skip
    if name is not None:
        change_form(name, assumed[name], services)


def change_form(name: str, used: Baseline, services: Services) -> None:
    kind = KINDS[name]
    st.caption(kind.explained)
    with st.form(f"evaluation.baseline.{name}"):
        low, value, high = st.columns(3)
        step = 0.01 if kind.most <= 5 else 1.0
        for place, label, field, given in (
            (low, "Bas", "low", used.low),
            (value, "Valeur la plus probable", "value", used.value),
            (high, "Haut", "high", used.high),
        ):
            place.number_input(f"{label} ({kind.unit})", 0.0, float(kind.most), float(given), step,
                               key=f"evaluation.{name}.{field}")  # fmt: skip
        st.text_input("Source", value="", max_chars=baselines.LONGEST_SOURCE, key=f"evaluation.{name}.source",
                      placeholder="Relevé de temps à Annonay, octobre 2026, 40 appels")  # fmt: skip
        st.form_submit_button("Enregistrer l'hypothèse", on_click=save, args=(name,))
    history = baselines.versions(services.database, services.person, name)
    for each in history:
        st.caption(escaped(gains_wording.history(each, kind)))


def save(name: str) -> None:
    services, state = current(), st.session_state
    low, value, high = (state[f"evaluation.{name}.{field}"] for field in ("low", "value", "high"))
    source = state[f"evaluation.{name}.source"]
    try:
        saved = baselines.change(services.database, services.person, name, value, low, high, source, utc_now())
    except FtError as error:
        state["evaluation.baselines.wrong"] = str(error)
        return
    state["evaluation.baselines.done"] = (
        f"« {KINDS[name].label} » est enregistré, version {saved.version}. Les versions d'avant restent."
    )
