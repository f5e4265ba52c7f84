"""Satisfaction: thumbs of counselors, and one question to job seekers. Nobody is told apart."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ftcore.insight import palette, satisfaction, wording
from ftcore.insight.metrics import rate
from ftcore.insight.satisfaction import ABOUT, Seekers
from ftcore.insight.scope import Scope
from ftcore.services import Services
from pages import charts
from pages.evaluation_parts import count_figure, rate_figure, told


def show(services: Services, scope: Scope) -> None:
    database, person = services.database, services.person
    show_seekers(satisfaction.seekers(database, person, scope))
    show_thumbs(satisfaction.thumbs(database, person, scope))


def show_seekers(found: Seekers) -> None:
    st.subheader("Les demandeurs d'emploi", anchor=False)
    if not found.asked:
        st.info(
            "La question n'a été posée à personne dans cette période. Un responsable d'équipe peut l'activer dans "
            "Administration, « Plafonds et horaires » : un SMS, une seule fois par personne, après l'échange.",
            icon=":material/sentiment_satisfied:",
        )
        return
    boxes = st.columns(3)
    rate_figure(
        boxes[0], "Ont répondu", found.answered, "Personnes qui ont donné une note ÷ personnes à qui on l'a demandée."
    )
    mean = "trop peu" if found.mean is None else f"{found.mean:.1f} / 5".replace(".", ",")
    count_figure(boxes[1], "Note moyenne", mean,
                 f"n = {wording.number(found.answered.count)}")  # fmt: skip
    rate_figure(boxes[2], "Notes 4 et 5", found.content, "Notes de 4 ou 5 ÷ notes données.")
    if found.content.too_few:
        return
    figure = go.Figure(
        go.Bar(
            x=[str(score) for score in found.scores],
            y=list(found.scores.values()),
            marker_color=charts.ink(palette.INTERESTED),
            text=[wording.number(n) for n in found.scores.values()],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="Note %{x} : %{y}<extra></extra>",
        )
    )
    figure.update_xaxes(title_text="Note, de 1 (pas du tout) à 5 (tout à fait)", type="category", showgrid=False)
    charts.chart(
        "evaluation.notes",
        f"{wording.percent(found.content.value or 0)} des notes sont de 4 ou 5",
        f"{wording.rate(found.content)}. Qui ne répond pas n'est pas compté, et se tait peut-être par dépit.",
        figure,
        pd.DataFrame({"Note": [str(score) for score in found.scores], "Personnes": list(found.scores.values())}),
    )


def show_thumbs(thumbs: pd.DataFrame) -> None:
    st.subheader("Les conseillers", anchor=False)
    if thumbs.empty:
        st.info("Aucun pouce donné dans cette période.", icon=":material/thumbs_up_down:")
        return
    labels = [ABOUT.get(name, "Autre texte rédigé") for name in thumbs["about"]]
    rates = [rate(int(up), int(given)) for up, given in zip(thumbs["up"], thumbs["given"], strict=True)]
    enough = [(one.value or 0, label, one) for label, one in zip(labels, rates, strict=True) if not one.too_few]
    least = min(enough, default=None, key=lambda each: each[0])
    charts.chart(
        "evaluation.pouces",
        "Pouces levés, par sujet" if least is None else f"Le moins apprécié : {least[1].lower()}",
        "Trop peu de pouces pour en tirer une part." if least is None else f"Pouces levés : {wording.rate(least[2])}.",
        charts.rate_bars(labels, rates, palette.INTERESTED),
        pd.DataFrame(
            {
                "Sujet": labels,
                "Pouces": [one.base for one in rates],
                "Levés": [one.count for one in rates],
                "Part": pd.Series([told(one) for one in rates], dtype="float64"),
            }
        ),
        note="Donnés sans nom : aucun conseiller n'est distingué.",
    )
