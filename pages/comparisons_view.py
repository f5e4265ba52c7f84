"""Comparaisons: two ways of writing, drawn by lot. A section of Évaluation: what runs, what came out, a new one."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import plotly.graph_objects as go
import streamlit as st

from ftcore.database import utc_now
from ftcore.errors import FtError
from ftcore.insight import comparison_results, comparison_wording, comparisons, palette, wording
from ftcore.insight.comparison_results import NotYet, Outcome
from ftcore.insight.comparison_terms import Comparison, State
from ftcore.model import Person, Role
from ftcore.outreach.arms import Arm, Compared
from ftcore.services import Services
from ftcore.trust import access
from pages import charts, comparison_form
from pages.marked import as_sentence, escaped

COLORS: dict[State, Literal["gray", "blue", "orange", "green", "red"]] = {
    State.DRAFT: "gray",
    State.RUNNING: "blue",
    State.AWAITED: "orange",
    State.DONE: "green",
    State.STOPPED: "red",
}


def show(services: Services) -> None:
    """Draw the section: a button for a new one, those under way, and one result in full."""
    person, now = services.person, utc_now()
    known = comparisons.comparisons(services.database, person, now)
    if done := st.session_state.pop("comparison.done", None):
        st.success(as_sentence(done), icon=":material/check_circle:")
    if wrong := st.session_state.pop("comparison.wrong", None):
        st.error(as_sentence(wrong), icon=":material/error:")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            "Deux façons de faire, décrites avant de commencer, tirées au sort à chaque envoi. Le résultat reste "
            "masqué pour tout le monde jusqu'à l'effectif prévu."
        )
        if access.may(person, "define comparisons"):
            st.space("stretch")
            st.toggle("Définir une comparaison", key="comparison.define")
    if person != services.person:
        st.caption(
            f":material/science: Démonstration : dans cette section, vous êtes « {person.name} », responsable d'équipe."
        )
    if st.session_state.get("comparison.define") and access.may(person, "define comparisons"):
        comparison_form.show(services, person)
    under_way = [each for each in known if each.state in (State.DRAFT, State.RUNNING, State.AWAITED)]
    over = [each for each in known if each.state in (State.DONE, State.STOPPED)]
    for each in under_way:
        card(services, person, each)
    if over:
        result(services, person, over, now)
    if not known:
        st.info(
            "Aucune comparaison pour l'instant. Une question qui se prête à un tirage au sort : « Un premier message "
            "qui nomme l'employeur fait-il répondre plus ? » Un responsable d'équipe la définit ici, le calcul "
            "dit combien de personnes il faut, et le reste se fait tout seul.",
            icon=":material/balance:",
        )


def card(services: Services, person: Person, each: Comparison) -> None:
    """One that is to be started or under way: who is drawn so far, and nothing about what it does to them."""
    with st.container(border=True):
        heading(each, person)
        if each.state is State.DRAFT:
            st.caption(comparison_wording.standing(each))
        else:
            st.progress(each.done, text=comparison_wording.standing(each))
        st.caption(what(each))
        if each.state is not State.DRAFT:
            st.caption(f":material/visibility_off: {comparison_wording.hidden(each.definition.compared)}")
        arms(each)
        if access.may(person, "define comparisons"):
            buttons(services, person, each)


def heading(each: Comparison, person: Person) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{escaped(each.definition.name)}**")
        st.badge(comparison_wording.STATES[each.state], color=COLORS[each.state])
        if person.role is Role.EVALUATOR:
            st.caption(escaped(each.agency_name))
    st.text(each.definition.question)


def what(each: Comparison) -> str:
    """What is compared, of whom, and the one thing that counts."""
    definition = each.definition
    return " · ".join(
        (
            comparison_wording.COMPARED[definition.compared],
            f"tirage : {comparison_wording.UNITS[definition.unit].lower()}",
            f"mesure : {comparison_wording.METRICS[definition.metric].lower()}",
            f"effet à trouver : {wording.points(definition.effect)}",
            f"{wording.number(each.planned.people)} personnes prévues",
        )
    )


def arms(each: Comparison) -> None:
    """Both ways in full, side by side."""
    for column, one in zip(st.columns(2), (each.definition.a, each.definition.b), strict=True):
        with column.container(border=True, height="stretch"):
            arm(one, each.definition.compared)


def arm(one: Arm, compared: Compared) -> None:
    st.markdown(f"**{escaped(one.label)}**")
    st.text(comparison_wording.arm(one, compared))


def buttons(services: Services, person: Person, each: Comparison) -> None:
    key = each.comparison_id.hex
    with st.container(horizontal=True):
        if each.state is State.DRAFT:
            st.button("Démarrer", key=f"comparison.start.{key}", type="primary", icon=":material/play_arrow:",
                      on_click=start, args=(services, person, each.comparison_id),
                      help="Dès le prochain envoi. La définition ne pourra plus changer.")  # fmt: skip
            st.button("Retirer", key=f"comparison.discard.{key}", on_click=discard,
                      args=(services, person, each.comparison_id))  # fmt: skip
        elif each.state is State.RUNNING:
            with st.popover("Arrêter avant la fin", icon=":material/stop_circle:"):
                st.text("Pour de bon : elle restera marquée « non concluant », sans test. Dites pourquoi.")
                st.text_input("Motif", key=f"comparison.reason.{key}", max_chars=300)
                st.button("Arrêter la comparaison", key=f"comparison.stop.{key}", on_click=stop,
                          args=(services, person, each.comparison_id))  # fmt: skip


def start(services: Services, person: Person, comparison_id: UUID) -> None:
    try:
        comparisons.start(services.database, person, comparison_id, services.settings.sending_hours, utc_now())
        st.session_state["comparison.done"] = (
            "La comparaison a commencé : le prochain envoi tire au sort. Sa définition ne change plus."
        )
    except FtError as error:
        st.session_state["comparison.wrong"] = str(error)


def discard(services: Services, person: Person, comparison_id: UUID) -> None:
    try:
        comparisons.discard(services.database, person, comparison_id, utc_now())
    except FtError as error:
        st.session_state["comparison.wrong"] = str(error)


def stop(services: Services, person: Person, comparison_id: UUID) -> None:
    reason = st.session_state.get(f"comparison.reason.{comparison_id.hex}", "")
    try:
        comparisons.stop(services.database, person, comparison_id, reason, utc_now())
        st.session_state["comparison.done"] = "La comparaison est arrêtée : les envois reprennent la façon habituelle."
    except FtError as error:
        st.session_state["comparison.wrong"] = str(error)


def result(services: Services, person: Person, over: list[Comparison], now: datetime) -> None:
    """One of those that are over, in full."""
    st.subheader("Résultats", anchor=False)
    by_id = {str(each.comparison_id): each for each in over}
    picked = st.selectbox("Comparaison terminée", list(by_id), format_func=lambda key: label(by_id[key]),
                          key="comparaison", bind="query-params")  # fmt: skip
    each = by_id[picked]
    if not access.may(person, "see evaluation"):
        st.info("Les résultats sont réservés aux évaluateurs et aux responsables d'équipe.", icon=":material/lock:")
        return
    with st.container(border=True):
        heading(each, person)
        st.caption(f"{comparison_wording.standing(each)}")
        st.caption(what(each))
        if each.stop_reason:
            st.text(f"Motif de l'arrêt : {each.stop_reason}")
        arms(each)
    try:
        told = comparison_results.result(services.database, person, each.comparison_id, now)
    except NotYet as wait:
        st.info(as_sentence(wait), icon=":material/visibility_off:")
        return
    charts.chart(
        "comparaison.resultat",
        comparison_wording.title(told),
        comparison_wording.sentence(told),
        figure(told),
        comparison_wording.table(told),
        note=comparison_wording.method(told),
    )
    in_order(told)


def label(each: Comparison) -> str:
    ended = each.result_utc or each.stopped_utc or each.defined_utc
    return f"{each.definition.name} · {wording.day(wording.paris(ended).date())} · {each.agency_name}"


def figure(told: Outcome) -> go.Figure:
    """Two bars of rates with their intervals."""
    drawn = charts.rate_bars([told.a.label, told.b.label], [told.a.rate, told.b.rate], palette.GROUPS[0])
    colours = [
        charts.ink(colour)
        for colour, each in zip(palette.GROUPS, (told.a, told.b), strict=True)
        if not each.rate.too_few
    ]
    drawn.update_traces(marker_color=colours)
    return drawn


def in_order(told: Outcome) -> None:
    """The checks of the draw, each with its sign and word, and what is needed to do it again."""
    with st.container(border=True):
        st.markdown("**Le tirage au sort est-il en ordre ?**")
        for fine, line in comparison_wording.checks(told):
            st.markdown(f"{':green[:material/check: Oui]' if fine else ':red[:material/close: Non]'} — {escaped(line)}")
        st.caption(
            f"Graine du tirage : {told.comparison.seed}. Compté le {wording.instant(told.drawn_utc)}, une seule fois : "
            "ce qui est corrigé ou effacé depuis n'y change rien."
        )
