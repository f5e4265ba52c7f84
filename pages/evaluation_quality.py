"""Qualité des lectures: machine against counselors, week by week, and on the shipped labelled set."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ftcore.database import utc_now
from ftcore.insight import palette, reading_quality, reading_wording, wording
from ftcore.insight.metrics import rate
from ftcore.insight.reading_quality import PARTS, Reviewed, Run
from ftcore.insight.scope import Scope
from ftcore.services import Services, current
from pages import charts
from pages.evaluation_parts import answer, rate_figure, told
from pages.marked import as_sentence


def show(services: Services, scope: Scope) -> None:
    person = services.person
    found = reading_quality.reviewed(services.database, person, scope)
    if not found.answers:
        st.info(
            "Aucune réponse reçue dans cette période. Élargissez la période, ou attendez les premières réponses.",
            icon=":material/sms:",
        )
    else:
        show_reviewed(found)
        show_drift(reading_quality.drift(services.database, person, scope))
    show_labelled(services)


def show_reviewed(found: Reviewed) -> None:
    boxes = st.columns(3)
    rate_figure(boxes[0], "Ouvertes par une personne", rate(found.opened, found.answers),
                "Réponses dont l'échange a été ouvert depuis ÷ réponses reçues.")  # fmt: skip
    rate_figure(boxes[1], "Lectures corrigées", found.corrected,
                "Lectures changées par un conseiller ÷ réponses qu'une personne a ouvertes.")  # fmt: skip
    rate_figure(
        boxes[2], "Laissées à une personne", found.unclear, "Réponses que la machine n'a pas tranchées ÷ reçues."
    )
    st.caption(
        ":material/warning: Ce que personne n'a corrigé n'est **pas** une preuve de lecture juste : certaines réponses "
        "ouvertes n'ont été que parcourues. Le jeu étiqueté, plus bas, ne dépend de personne."
    )
    if not found.confusion:
        st.info("Aucune lecture corrigée ou confirmée par un conseiller dans cette période.", icon=":material/edit:")
        return
    table = reading_quality.matrix(found.confusion)
    charts.chart(
        "evaluation.confusion",
        reading_wording.confusion_title(found),
        reading_wording.confusion(found),
        heat(table, "Lu par la machine", "Selon le conseiller"),
        table_of(table, "Lu par la machine"),
        note="Seules les réponses qu'un conseiller a relues et notées. La diagonale : lectures confirmées.",
    )


def heat(table: pd.DataFrame, rows: str, columns: str) -> go.Figure:
    """A square of counts; empty cells stay blank."""
    names = [answer(each) for each in table.index]
    values = table.to_numpy(dtype=float)
    figure = go.Figure(
        go.Heatmap(
            z=values[::-1] ** 0.5,
            x=names,
            y=names[::-1],
            colorscale=list(palette.SEQUENCE[charts.theme()]),
            showscale=False,
            customdata=values[::-1],
            hovertemplate=f"{rows} : %{{y}}<br>{columns} : %{{x}}<br>%{{customdata:.0f}}<extra></extra>",
            xgap=2,
            ygap=2,
        )
    )
    most = values.max() if values.size else 0
    for row, name in enumerate(table.index):
        for column, other in enumerate(table.columns):
            count = values[row, column]
            if count:
                strong = count**0.5 > 0.55 * most**0.5
                figure.add_annotation(
                    x=answer(other),
                    y=answer(name),
                    text=wording.number(count),
                    showarrow=False,
                    font={"color": charts.ink(palette.PAPER if strong else palette.INK), "size": 13},
                )
    wrapped = [name.replace(" ", "<br>") for name in names]
    figure.update_xaxes(side="top", title_text=columns, showgrid=False, tickvals=names, ticktext=wrapped)
    figure.update_yaxes(title_text=rows, showgrid=False)
    figure.update_layout(height=420)
    return figure


def table_of(table: pd.DataFrame, rows: str) -> pd.DataFrame:
    shown = table.copy().astype(int)
    shown.columns = [answer(each) for each in shown.columns]
    shown.insert(0, rows, [answer(each) for each in table.index])
    return shown.reset_index(drop=True)


def show_drift(weeks: pd.DataFrame) -> None:
    corrected, unclear = (
        [rate(int(count), int(base)) for count, base in zip(weeks[one], weeks[other], strict=True)]
        for one, other in (("corrected", "opened"), ("unclear", "answers"))
    )
    figure = go.Figure()
    for rates, name, colour in ((unclear, "Laissées à une personne", palette.UNKNOWN),
                                (corrected, "Corrigées, parmi les ouvertes", palette.OPTED_OUT)):  # fmt: skip
        kept = [(week, one) for week, one in zip(weeks["week"], rates, strict=True) if not one.too_few]
        figure.add_scatter(
            x=[week for week, _ in kept],
            y=[100 * (one.value or 0) for _, one in kept],
            error_y=charts.interval([one for _, one in kept]) | {"color": charts.ink(colour), "thickness": 1.2},
            mode="lines+markers",
            name=name,
            line={"color": charts.ink(colour), "width": 2},
            hovertemplate="Semaine du %{x|%d/%m} : %{y:.0f} %<extra>" + name + "</extra>",
        )
    figure.update_yaxes(ticksuffix=charts.PERCENT, rangemode="tozero")
    figure.update_xaxes(
        tickformat="%d/%m", showgrid=False, tickmode="array", tickvals=list(weeks["week"])[:: max(1, len(weeks) // 12)]
    )
    table = pd.DataFrame(
        {
            "Jour (lundi)": weeks["week"],
            "Réponses": weeks["answers"],
            "Ouvertes": weeks["opened"],
            "Corrigées": weeks["corrected"],
            "Part corrigée": pd.Series([told(one) for one in corrected], dtype="float64"),
            "Part laissée à une personne": pd.Series([told(one) for one in unclear], dtype="float64"),
            "Confiance moyenne": weeks["confidence"],
        }
    )
    charts.chart(
        "evaluation.derive",
        reading_wording.drift_title(weeks),
        reading_wording.drift(weeks),
        figure,
        table,
        note="Barres : intervalles à 95 %. Les semaines de moins de 10 réponses ne sont pas dessinées.",
    )


def show_labelled(services: Services) -> None:
    st.subheader("Sur le jeu étiqueté livré avec le programme", anchor=False)
    st.caption(
        "Des messages inventés, chacun avec la lecture attendue : ceux qui n'ont servi ni à régler ni à entraîner la "
        "lecture, et des tournures mises de côté. Ils disent si la lecture a changé, pas comment écrivent vos usagers."
    )
    run_again()
    for part, label in PARTS.items():
        kept = reading_quality.runs(services.database, services.person, part)
        if kept:
            show_run(part, label, kept)


@st.fragment(run_every=1.0)
def run_again() -> None:
    """The button, and how far the run is; the page is drawn anew when it has ended."""
    services = current()
    runs = services.labelled_runs
    if runs.under_way:
        st.session_state["evaluation.running"] = True
        st.progress(runs.part, f"Relecture du jeu étiqueté… {runs.part:.0%}".replace("%", " %"))
        return
    if st.session_state.pop("evaluation.running", False):
        st.rerun()
    if runs.wrong:
        st.error(as_sentence(runs.wrong), icon=":material/error:")
    st.button("Relire le jeu étiqueté", icon=":material/replay:", key="evaluation.run", on_click=start_run)


def start_run() -> None:
    services = current()
    services.labelled_runs.start(services.database, services.person, utc_now)
    st.session_state["evaluation.running"] = True


def show_run(part: str, label: str, kept: list[Run]) -> None:
    run = kept[0]
    by_class = run.by_class
    names = [answer(each) for each in by_class]
    table = pd.DataFrame(
        {
            "Réponse attendue": names,
            "Messages": [one.base for one in by_class.values()],
            "Lus juste": [one.count for one in by_class.values()],
            "Part": pd.Series([told(one) for one in by_class.values()], dtype="float64"),
            "IC bas": pd.Series([one.low for one in by_class.values()]),
            "IC haut": pd.Series([one.high for one in by_class.values()]),
        }
    )
    charts.chart(
        f"evaluation.jeu.{part}",
        reading_wording.run_title(label, run),
        reading_wording.run(run, kept[1] if len(kept) > 1 else None),
        charts.rate_bars(names, list(by_class.values()), palette.REPLIED),
        table,
        note=f"Relu {wording.instant(run.ended_utc)} · version de la lecture {run.weights} · part de chaque réponse "
        "attendue qui est lue ainsi.",
    )
