"""Décisions humaines: does a person decide, or only click? By agency, never by counselor."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ftcore.insight import oversight, palette, wording
from ftcore.insight.oversight import BANDS, KINDS, Pace
from ftcore.insight.scope import Scope
from ftcore.services import Services
from pages import charts
from pages.evaluation_parts import told
from pages.marked import escaped


def show(services: Services, scope: Scope) -> None:
    database, person = services.database, services.person
    kinds = oversight.by_kind(database, person, scope)
    pace = oversight.pace(database, person, scope)
    show_alarms(pace)
    if not any(kind.changed.base for kind in kinds):
        st.info("Aucune décision dans cette période.", icon=":material/gavel:")
        return
    show_kinds(kinds)
    if pace.bands["decisions"].sum():
        show_pace(pace)


def show_alarms(pace: Pace) -> None:
    for alarm in pace.alarms:
        st.error(
            f"{escaped(alarm.agency)} : « {KINDS[alarm.kind].lower()} », presque tout est accepté en quelques "
            f"secondes. Décisions autres que proposées : {wording.rate(alarm.changed)} ; prises en moins de "
            f"{oversight.FAST_SECONDS:.0f} s : {wording.rate(alarm.fast)}. Personne ne peut avoir regardé : "
            "parlez-en en équipe.",
            icon=":material/notification_important:",
        )
    if not pace.alarms:
        st.caption(
            f":material/check: Pas d'alarme. Elle sonne, par agence, quand sur {oversight.ALARM_DECISIONS} décisions "
            f"ou plus, {wording.percent(oversight.ALARM_FAST)} tombent en moins de {oversight.FAST_SECONDS:.0f} s et "
            f"{wording.percent(oversight.ALARM_CHANGED)} au plus diffèrent de la proposition."
        )


def show_kinds(kinds: list[oversight.Kind]) -> None:
    labels = [KINDS[kind.name] for kind in kinds]
    rates = [kind.changed for kind in kinds]
    enough = [kind for kind in kinds if not kind.changed.too_few]
    most = max(enough, key=lambda kind: kind.changed.value or 0, default=None)
    charts.chart(
        "evaluation.decisions",
        "Part des décisions qui diffèrent de la proposition"
        if most is None
        else f"On s'écarte le plus souvent de la machine pour : {KINDS[most.name].lower()}",
        "Trop peu de décisions pour en tirer une part."
        if most is None
        else f"{wording.rate(most.changed)} de décisions autres que proposées. Zéro partout serait un mauvais signe.",
        charts.rate_bars([KINDS[kind.name] for kind in enough], [kind.changed for kind in enough], palette.REPLIED),
        pd.DataFrame(
            {
                "Décision": labels,
                "Décisions": [each.base for each in rates],
                "Autres que proposées": [each.count for each in rates],
                "Part": pd.Series([told(each) for each in rates], dtype="float64"),
                "Ce qui est compté": [oversight.EXPLAINED[kind.name] for kind in kinds],
            }
        ),
    )


def show_pace(pace: Pace) -> None:
    figure = go.Figure()
    shown = [name for name in KINDS if name in set(pace.bands["kind"])]
    order = [word for _, word in BANDS]
    colours = dict(zip(shown, (palette.REPLIED, palette.INTERESTED, palette.OPTED_OUT, palette.SENT), strict=False))
    for name in shown:
        rows = pace.bands[pace.bands["kind"] == name].set_index("band")["decisions"].reindex(order, fill_value=0)
        total = rows.sum()
        figure.add_bar(
            x=order,
            y=[100 * value / total for value in rows],
            name=KINDS[name],
            marker_color=charts.ink(colours.get(name, palette.CONSIDERED)),
            customdata=list(rows),
            hovertemplate="%{x} : %{y:.0f} % (%{customdata})<extra>" + KINDS[name] + "</extra>",
        )
    figure.update_yaxes(ticksuffix=charts.PERCENT)
    figure.update_xaxes(showgrid=False)
    medians = " ; ".join(
        f"{KINDS[name].lower()} : {duration(pace.medians[name])}" for name in shown if name in pace.medians
    )
    fastest = min(pace.medians, key=lambda name: pace.medians[name])
    table = pace.bands.assign(kind=pace.bands["kind"].map(KINDS), band=pace.bands["band"].astype(str))
    charts.chart(
        "evaluation.rythme",
        f"La décision la plus rapide ({KINDS[fastest].lower()}) prend {duration(pace.medians[fastest])} en médiane",
        f"Médianes : {medians}.",
        figure,
        table.rename(columns={"kind": "Décision", "band": "Temps", "decisions": "Décisions"}),
        note="Personne transmise : depuis la première ouverture de l'échange. Liste : depuis son affichage.",
    )


def duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else wording.minutes(seconds / 60)
