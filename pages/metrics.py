"""Mesures: do people reply? Figures with their base and interval, charts that say what they found, and a report."""

from typing import Any, Literal
from uuid import uuid4

import streamlit as st

from ftcore.insight import figures, knockouts, report, sections, wording
from ftcore.insight.comparing import MEASURES
from ftcore.insight.figures import Choices, Figures, Filters
from ftcore.insight.metrics import WINDOW_HOURS, Rate, differ, rate
from ftcore.insight.sections import Box, Section
from ftcore.services import current
from ftcore.trust import access
from pages import charts, doors, marked, metrics_charts, metrics_filters
from pages.frame import show_error

services = current()
database = services.database
state = st.session_state

doors.keep("metrics.py", services.person)
MOST_HINTS = 4


@st.fragment(run_every=10.0)
def watch(found: Figures) -> None:
    """Look again every few seconds, and draw anew only what says something new: nothing flickers meanwhile."""
    if state.pop("mesures.just_drawn", False):
        return
    try:
        told = sections.says_the_same(figures.view(database, services.person, found.filters), found)
    except Exception as error:  # noqa: BLE001 - a failed refresh must not take the page away
        show_error(error)
        return
    if not told:
        st.rerun()


@st.fragment
def measures(found: Figures, known: Choices) -> None:
    """Everything that is measured; a switch to a table asks the database for nothing."""
    if found.now.contacted == 0:
        st.info(
            "Aucune personne contactée dans cette période. Élargissez la période ou les filtres, "
            "ou lancez une première campagne depuis Présélection.",
            icon=":material/monitoring:",
        )
        if access.may(services.person, "see candidates"):
            st.page_link("preselection.py", label="Aller à Présélection", icon=":material/group_search:")
        show_work(found)
        return
    head(found, known)
    show_boxes(found)
    st.caption(reading(found))
    left, right = st.columns(2)
    with left:
        draw(sections.funnel(found.now), metrics_charts.funnel(found))
    with right:
        section, curve = sections.first_replies(found)
        draw(section, metrics_charts.first_replies(curve))
    draw(sections.over_time(found), metrics_charts.over_time(found))
    show_comparison(found, known)
    section = sections.hours(found)
    draw(section, metrics_charts.hours(section))
    show_questions(found)
    draw(sections.landmarks(found), metrics_charts.landmarks(found))
    left, right = st.columns(2)
    with left:
        show_cost(found)
    with right:
        show_work(found)


def head(found: Figures, known: Choices) -> None:
    """What the figures are of, and the report on them."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(
            f"{sections.period(found.filters.since, found.filters.until).capitalize()}."
            + ("  \n:material/science: Ces chiffres comprennent des données de démonstration, inventées."
               if found.has_demo else ""),
            width="stretch",
        )  # fmt: skip
        st.download_button(
            "Rapport PDF",
            # Written when the button is pressed, beside the pages: it takes some seconds.
            lambda: report.pdf(found, report.scope(found.filters, known)),
            file_name=f"mesures-{uuid4()}.pdf",
            mime="application/pdf",
            icon=":material/picture_as_pdf:",
            type="primary",
            key="mesures.pdf",
            on_click="ignore",
        )


def compared(filters: Filters) -> tuple[Any, Any]:
    other = figures.compared(filters)
    return other.since, other.until


def show_boxes(found: Figures) -> None:
    """Five figures, each with its base, interval and change; then what is counted in SMS."""
    now, before = found.now, found.before
    places = st.columns(5)
    with places[0], frame():
        st.metric("Contactées", wording.number(now.contacted), help=people_help(found))
        st.caption("personnes" + (f"  \nAvant : {wording.number(before.contacted)}" if before.contacted else ""))
    for place, box in zip(places[1:], sections.boxes(found), strict=True):
        with place, frame():
            rate_box(box)
    places = st.columns(5)
    texts = (
        ("SMS partis", now.texts.sent, "SMS d'ouverture pris en charge par l'opérateur."),
        ("Remis", now.texts.delivered, "SMS d'ouverture arrivés sur le téléphone, selon l'opérateur."),
        ("Réponses", now.texts.answered, "SMS d'ouverture suivis d'une réponse autre que STOP. Une personne "
         "approchée pour deux offres peut répondre deux fois."),
    )  # fmt: skip
    for place, (label, count, formula) in zip(places, texts, strict=False):
        place.metric(label, wording.number(count), border=True, height="stretch", help=formula)
    with places[3], frame():
        median = "—" if now.median_minutes is None else wording.minutes(now.median_minutes)
        st.metric("Première réponse", median, help=MEDIAN_HELP)
        st.caption(f"médiane, n = {wording.number(now.timed)}")
    with places[4], frame():
        human = rate(now.needs_human, now.replies)
        st.metric("À reprendre", said(human), help=HUMAN_HELP)
        st.caption(f"n = {wording.number(human.base)} réponses")


MEDIAN_HELP = (
    "Temps entre la remise du SMS d'ouverture et la première réponse autre que STOP, parmi les SMS qui en ont reçu une."
)
HUMAN_HELP = "Réponses que l'automate n'a pas su suivre ÷ réponses reçues, STOP non compris."


def frame() -> Any:
    return st.container(border=True, height="stretch", gap="xsmall")


def said(value: Rate) -> str:
    return "—" if value.value is None else "trop peu" if value.too_few else wording.percent(value.value)


def people_help(found: Figures) -> str:
    """Where those stand whose SMS has not arrived."""
    now = found.now
    return (
        "Personnes distinctes, même approchées pour plusieurs offres. "
        f"Envoi en attente : {wording.number(now.waiting)} · non remis : {wording.number(now.failed)} · "
        f"incertain : {wording.number(now.unknown)}."
    )


def rate_box(box: Box) -> None:
    """One rate over both bases, and its change: coloured only where the two intervals are apart."""
    now, before = box.now, box.before
    delta: str | None = None
    arrow: Literal["up", "down", "off"] = "off"
    color: Literal["gray", "green", "red"] = "gray"
    if now.value is not None and before.value is not None and not (now.too_few or before.too_few):
        points = round(100 * now.value) - round(100 * before.value)
        delta = f"{wording.signed(points)} pt{'s' if abs(points) > 1 else ''}"
        arrow = "up" if points > 0 else "down" if points < 0 else "off"
        if points and differ(now, before):
            color = "green" if (points < 0) == box.less_is_better else "red"
    st.metric(box.label, said(now), delta=delta, delta_color=color, delta_arrow=arrow, help=box.formula)
    lines = [f"n = {wording.number(now.base)} {box.base}"]
    if not now.too_few:
        lines.append(f"IC {wording.interval(now)}")
    lines.append(f"{said(box.other)} des {wording.number(box.other.base)} {box.other_base}")
    if before.value is not None:
        lines.append(f"Avant : {said(before)}")
    st.caption("  \n".join(lines))


def reading(found: Figures) -> str:
    """How the row of figures is to be read."""
    return (
        f"Une réponse compte dans les {WINDOW_HOURS} h après la remise du SMS d'ouverture ; les envois récents "
        f"peuvent encore en recevoir. « Avant » : la période {sections.period(*compared(found.filters))}. "
        f"Un écart est en couleur quand les intervalles à 95{wording.NARROW}% ne se recouvrent pas ; sinon, il peut "
        "être dû au hasard."
    )


def draw(section: Section, figure: Any, *, selectable: bool = False) -> list[Any]:
    return charts.chart(
        f"mesures.{section.key}",
        section.title,
        section.sentence,
        figure,
        section.table,
        note=section.note,
        selectable=selectable,
    )


def show_comparison(found: Figures, known: Choices) -> None:
    """A rate by agency, occupation, offer or wording; a bar of one's own offers opens its exchanges."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.segmented_control(
            "Comparer par",
            list(sections.DIMENSIONS),
            default="metiers",
            required=True,
            format_func=lambda key: sections.DIMENSIONS[key][0],
            key="par",
            bind="query-params",
        )
        what = st.segmented_control(
            "Selon",
            list(MEASURES),
            default="reponse",
            required=True,
            format_func=lambda key: MEASURES[key].label,
            key="selon",
            bind="query-params",
        )
    section, groups = sections.comparison(found, by, MEASURES[what])
    own = by == "offres" and access.may(services.person, "read conversations") and is_own(found.filters)
    for place in draw(section, metrics_charts.groups(groups, MEASURES[what]), selectable=own):
        offer = metrics_charts.bar(groups, place).key
        if offer in known.offers:
            st.switch_page("conversations.py", query_params={"pour": offer})
    if own:
        st.caption("Choisissez la barre d'une offre de votre agence pour ouvrir ses échanges.")


def is_own(filters: Filters) -> bool:
    """Whether the offers known here are of the person's own agency, whose exchanges they may read."""
    return filters.agency_ids is None or filters.agency_ids == (services.person.agency_id,)


def show_questions(found: Figures) -> None:
    section, asked = sections.questions(found)
    if not asked:
        return
    draw(section, metrics_charts.questions(asked))
    if advice := list(filter(None, map(knockouts.advice, asked))):
        st.warning("  \n".join(map(marked.escaped, advice[:MOST_HINTS])), icon=":material/lightbulb:")


def show_cost(found: Figures) -> None:
    say(sections.cost(found))


def show_work(found: Figures) -> None:
    """What waits for a counselor, with a way to it for who may read exchanges."""
    section = sections.work(found)
    links = {}
    if access.may(services.person, "read conversations") and is_own(found.filters):
        links = {one.value: label for one, label in sections.WAITING.items()}
    say(section, links)


def say(section: Section, links: dict[str, str] | None = None) -> None:
    """A part that is a table by itself."""
    with st.container(border=True):
        st.subheader(marked.escaped(section.title), anchor=False)
        st.text(section.sentence)
        if section.note:
            st.caption(section.note)
        charts.show_table(section.table)
        if links:
            with st.container(horizontal=True, gap="small"):
                for which, label in links.items():
                    st.page_link("conversations.py", label=label, query_params={"liste": which})
        charts.downloads(f"mesures.{section.key}", section.table)


st.title("Mesures")
st.caption("Est-ce que les gens répondent ?")
filters, known = metrics_filters.chosen(services)
found = figures.view(database, services.person, filters)
state["mesures.just_drawn"] = True
watch(found)
measures(found, known)
