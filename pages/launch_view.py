"""Step 4 of Présélection: the launch as it goes on, and the buttons that pause or end it."""

from uuid import UUID

import streamlit as st

from ftcore.database import utc_now
from ftcore.insight import wording
from ftcore.model import CampaignState, ConversationState, MessageState
from ftcore.outreach import campaigns, sending_rules
from ftcore.services import current
from pages.frame import show_error
from pages.marked import as_sentence

ANSWERED = {
    "À rappeler": (ConversationState.INTERESTED,),
    "Questions en cours": (ConversationState.AVAILABILITY, ConversationState.PREREQUISITE),
    "À lire": (ConversationState.UNCLEAR, ConversationState.NEEDS_HUMAN, ConversationState.WRONG_PERSON),
    "Non et STOP": (ConversationState.DECLINED, ConversationState.STOPPED),
}


@st.fragment(run_every=1.0)
def live(campaign_id: UUID) -> None:
    """What the ledger says, every second."""
    services = current()
    try:
        now = campaigns.progress(services.database, services.person, campaign_id)
        if now is None:
            st.warning("Cette campagne n'existe pas ou plus.")
            return
        show_progress(now)
        switches(now.campaign.campaign_id, now.campaign.state)
    except Exception as error:  # noqa: BLE001 - a failed refresh must not take the page away
        show_error(error)


def show_progress(now: campaigns.Progress) -> None:
    total = now.campaign.people
    waiting = now.count(MessageState.QUEUED, MessageState.CLAIMED)
    cancelled = now.count(MessageState.CANCELLED)
    done = total - waiting - cancelled
    st.progress(done / total if total else 1.0, text=f"{done} SMS sur {total} transmis")
    say_what_holds_it(now, waiting, cancelled)
    figures = st.columns(3 + len(ANSWERED))
    figures[0].metric("En attente", waiting)
    figures[1].metric("Remis", now.count(MessageState.DELIVERED))
    figures[2].metric("Non remis", now.count(MessageState.FAILED, MessageState.UNKNOWN))
    for column, (label, states) in zip(figures[3:], ANSWERED.items(), strict=True):
        column.metric(label, sum(now.by_answer.get(state, 0) for state in states))


def say_what_holds_it(now: campaigns.Progress, waiting: int, cancelled: int) -> None:
    services = current()
    state = now.campaign.state
    if state is CampaignState.STOPPED:
        st.warning(
            f"Campagne arrêtée pour de bon : {wording.counted(cancelled, 'SMS annulé', 'SMS annulés')} avant envoi.",
            icon=":material/stop_circle:",
        )
    elif state is CampaignState.PAUSED:
        st.warning(
            f"Envois en pause : {as_sentence(now.pause_reason or 'mis en pause par un conseiller')}",
            icon=":material/pause:",
        )
    elif waiting and sending_rules.rules(services.database, services.person).halt is not None:
        st.error("Tous les envois de l'agence sont arrêtés : ces SMS attendent.", icon=":material/front_hand:")
    elif waiting and now.next_leaves_utc and now.next_leaves_utc > utc_now():
        st.info(f"Prochain envoi {wording.instant(now.next_leaves_utc)}.", icon=":material/schedule:")


def switches(campaign_id: UUID, state: CampaignState) -> None:
    """Pause and go on at one click; the end, which is for good, at two."""
    if state is CampaignState.STOPPED:
        return
    with st.container(horizontal=True):
        if state is CampaignState.RUNNING:
            st.button("Mettre en pause", key="launch.pause", icon=":material/pause:", on_click=switch,
                      args=(campaign_id, CampaignState.PAUSED))  # fmt: skip
        else:
            st.button("Reprendre", key="launch.resume", icon=":material/play_arrow:", on_click=switch,
                      args=(campaign_id, CampaignState.RUNNING))  # fmt: skip
        with st.popover("Arrêter cette campagne", icon=":material/stop_circle:"):
            st.text("Ce qui n'est pas parti est annulé, pour de bon. Les réponses déjà reçues restent.")
            st.button(":red[**Arrêter pour de bon**]", key="launch.stop", on_click=switch,
                      args=(campaign_id, CampaignState.STOPPED))  # fmt: skip


def switch(campaign_id: UUID, state: CampaignState) -> None:
    services = current()
    campaigns.set_state(services.database, services.person, campaign_id, state, utc_now())
    services.wake()
