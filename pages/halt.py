"""The switch that stops every SMS of the agency: its button, and the banner while it is thrown."""

from collections.abc import Callable

import streamlit as st

from ftcore.database import utc_now
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.outreach import sending_rules
from ftcore.services import current
from ftcore.trust import access
from pages.marked import as_sentence, escaped

REASONS = ("Par précaution", "Message ou destinataires à revoir", "Problème avec la passerelle SMS", "Autre motif")


def halt_banner() -> None:
    """While the agency's sending is stopped, say so on every page, with the way back for who may take it."""
    services = current()
    person = services.person
    if refused := st.session_state.pop("halt.refused", None):
        st.error(as_sentence(refused), icon=":material/error:")
    if not access.may(person, "see sending rules"):
        return
    halt = sending_rules.rules(services.database, person).halt
    if halt is None:
        return
    by = "par vous, " if halt.by == person.person_id else ""
    said, way_back = st.columns([5, 1], vertical_alignment="center")
    said.error(
        f"**Tous les envois de l'agence sont arrêtés** {by}depuis {wording.instant(halt.since_utc)} "
        f"({escaped(halt.reason)}). Rien ne part ; ce qui attend reste en attente.",
        icon=":material/front_hand:",
    )
    if sending_rules.may_resume(person, halt):
        way_back.button("Reprendre", key="halt.resume", on_click=resume, width="stretch")
    else:
        way_back.caption("Un responsable d'équipe peut les reprendre.")


def halt_button() -> None:
    """Two clicks to stop everything: the first opens, so that nobody stops an agency by a slip."""
    services = current()
    person = services.person
    if not access.may(person, "stop sending") or sending_rules.rules(services.database, person).halt is not None:
        return
    with st.popover(":red[Arrêter tous les envois]", icon=":material/front_hand:"):
        st.text("Plus aucun SMS de l'agence ne part, automatique ou non. Ce qui attend reste en attente.")
        st.selectbox("Motif", REASONS, key="halt.reason")
        st.button(":red[**Arrêter maintenant**]", key="halt.stop", on_click=stop, width="stretch")


def stop() -> None:
    services = current()
    why = st.session_state.get("halt.reason", REASONS[0])
    attempt(lambda: sending_rules.stop_sending(services.database, services.person, why, utc_now()))


def resume() -> None:
    services = current()
    attempt(lambda: sending_rules.resume_sending(services.database, services.person, utc_now()))
    services.wake()


def attempt(work: Callable[[], None]) -> None:
    try:
        work()
    except FtError as error:
        st.session_state["halt.refused"] = str(error)
