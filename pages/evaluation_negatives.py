"""Ce qui n'a pas marché: told as plainly as what did."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ftcore.database import utc_now
from ftcore.insight import negatives, palette, wording
from ftcore.insight.metrics import rate
from ftcore.insight.negatives import END_WORDS, Complaints, NotReached
from ftcore.insight.scope import Scope
from ftcore.services import Services
from pages import charts
from pages.evaluation_parts import answer, count_figure, rate_figure

COLOURS = {
    "answered": palette.REPLIED,
    "silent": palette.DELIVERED,
    "underway": palette.WAITING,
    "unknown": palette.UNKNOWN,
    "failed": palette.FAILED,
    "cancelled": palette.CONSIDERED,
}


def show(services: Services, scope: Scope) -> None:
    database, person = services.database, services.person
    reached = negatives.not_reached(database, person, scope, utc_now())
    if not reached.people:
        st.info(
            "Personne n'a été contacté dans cette période : rien n'a donc pu échouer.", icon=":material/search_off:"
        )
        return
    held = negatives.complaints(database, person, scope)
    show_figures(reached, held)
    show_ends(reached)
    if len(reached.reasons):
        show_reasons(reached)
    show_wrong(negatives.wrong_readings(database, person, scope))
    show_halts(negatives.halts(database, person, scope))


def show_figures(reached: NotReached, held: Complaints) -> None:
    boxes = st.columns(5)
    rate_figure(boxes[0], "Non jointes", reached.unreached,
                "Personnes qu'aucun SMS n'a jointes à coup sûr ÷ personnes approchées.")  # fmt: skip
    rate_figure(boxes[1], "Sans réponse", reached.unanswered,
                "Personnes jointes restées silencieuses après 72 h ÷ personnes jointes. Un silence n'est pas un "
                "refus.")  # fmt: skip
    rate_figure(boxes[2], "STOP aussitôt", held.stopped_at_once,
                f"STOP dans les {negatives.AT_ONCE_MINUTES} min après la remise ÷ échanges remis.")  # fmt: skip
    rate_figure(boxes[3], "Autre personne", held.wrong_persons,
                "Échanges où le numéro était celui de quelqu'un d'autre ÷ échanges remis.")  # fmt: skip
    count_figure(boxes[4], "Plaintes notées", wording.number(held.recorded.count),
                 f"et {wording.counted(held.furious.count, 'réponse en colère', 'réponses en colère')}",
                 "Plaintes qu'un conseiller a notées dans l'échange. Réponses en colère : repérées par quelques mots, "
                 "donc comptées à peu près.")  # fmt: skip


def show_ends(reached: NotReached) -> None:
    ends = reached.ends[reached.ends["people"] > 0]
    words = {label: name for name, label in END_WORDS.items()}
    figure = go.Figure(
        go.Bar(
            orientation="h",
            y=list(ends["end"])[::-1],
            x=list(ends["people"])[::-1],
            marker_color=[charts.ink(COLOURS[words[end]]) for end in ends["end"]][::-1],
            text=[f"{wording.number(n)} · {wording.percent(n / reached.people)}" for n in ends["people"]][::-1],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y} : %{x}<extra></extra>",
        )
    )
    figure.update_xaxes(range=[0, 1.25 * ends["people"].max()])
    figure.update_yaxes(showgrid=False)
    figure.update_layout(height=90 + 38 * len(ends), showlegend=False)
    unanswered = reached.people - by(reached, "answered")
    silent = reached.ends.set_index("end")["people"].get(END_WORDS["silent"], 0)
    charts.chart(
        "evaluation.fins",
        wording.counted(unanswered, "personne approchée n'a", "personnes approchées n'ont") + " pas répondu",
        f"Sur {wording.counted(reached.people, 'personne approchée', 'personnes approchées')}, "
        + wording.counted(int(silent), "a été jointe et n'a", "ont été jointes et n'ont")
        + " rien écrit ; "
        f"{wording.rate(reached.unreached)} n'ont pas été jointes à coup sûr.",
        figure,
        pd.DataFrame(
            {
                "Issue": reached.ends["end"],
                "Personnes": reached.ends["people"],
                "Part": reached.ends["people"] / reached.people,
            }
        ),
        note="Chaque personne compte une fois, par la meilleure de ses issues. Un silence n'est jamais un refus.",
    )


def by(reached: NotReached, end: str) -> int:
    return int(reached.ends.set_index("end")["people"][END_WORDS[end]])


def show_reasons(reached: NotReached) -> None:
    reasons = reached.reasons
    total = int(reasons["messages"].sum())
    first = reasons.iloc[0]
    figure = go.Figure(
        go.Bar(
            orientation="h",
            y=list(reasons["reason"])[::-1],
            x=list(reasons["messages"])[::-1],
            marker_color=charts.ink(palette.FAILED),
            width=0.55,
            text=[wording.number(n) for n in reasons["messages"]][::-1],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y} : %{x} SMS<extra></extra>",
        )
    )
    figure.update_yaxes(showgrid=False)
    figure.update_xaxes(range=[0, 1.2 * reasons["messages"].max()])
    figure.update_layout(height=90 + 38 * len(reasons), showlegend=False)
    charts.chart(
        "evaluation.motifs",
        f"Premier motif de non-remise : {str(first['reason'])[0].lower()}{str(first['reason'])[1:]}",
        f"{wording.counted(int(first['messages']), 'premier SMS', 'premiers SMS')} sur "
        f"{wording.number(total)} non remis.",
        figure,
        reasons.rename(columns={"reason": "Motif", "messages": "SMS"}),
    )


def show_wrong(wrong: pd.DataFrame) -> None:
    with st.container(border=True):
        total, acted = int(wrong["answers"].sum()), int(wrong["acted"].sum())
        st.subheader(wording.counted(total, "lecture fausse corrigée", "lectures fausses corrigées"), anchor=False)
        if not total:
            st.text("Aucune lecture corrigée dans cette période. Ce n'est pas une preuve que toutes sont justes.")
            return
        st.text(
            f"{wording.counted(acted, 'fois', 'fois').capitalize()}, l'automate avait déjà répondu avant la correction."
            if acted
            else "L'automate n'avait encore rien répondu à aucune d'elles."
        )
        st.dataframe(
            pd.DataFrame(
                {
                    "Lu": [answer(each) for each in wrong["reading"]],
                    "C'était": [answer(each) for each in wrong["meant"]],
                    "Réponses": wrong["answers"],
                    "Déjà suivies d'un SMS": wrong["acted"],
                }
            ),
            hide_index=True,
        )


def show_halts(found: negatives.Halts) -> None:
    with st.container(border=True):
        st.subheader("Campagnes arrêtées", anchor=False)
        halted = rate(found.paused.count + found.stopped.count, found.campaigns)
        st.text(
            f"{wording.counted(found.paused.count, 'campagne en pause', 'campagnes en pause')}, "
            f"{wording.counted(found.stopped.count, 'arrêtée avant sa fin', 'arrêtées avant leur fin')} : "
            f"{wording.rate(halted)}. "
            f"{wording.counted(found.agency_halts, 'arrêt', 'arrêts')} de tous les envois d'une agence."
        )
