"""Under the thread of Échanges: an SMS by the counselor's own hand, never sent as it was proposed without a look."""

from uuid import UUID

import streamlit as st

from ftcore.database import utc_now
from ftcore.drafting import offers as offer_book
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.matching import pool
from ftcore.model import Candidate
from ftcore.outreach import canned, drafted, takeover
from ftcore.outreach.sms import measure
from ftcore.outreach.threads import Details
from ftcore.services import current
from pages.frame import escaped
from pages.thumbs import thumb


def by_hand(found: Details) -> None:
    """An SMS of one's own, from a ready text or a proposal of ChatFT, edited before it leaves."""
    services, state = current(), st.session_state
    conversation_id = found.thread.conversation_id
    if found.opted_out:
        return
    who = pool.candidate(services.database, services.person, found.candidate_id)
    key = f"conversations.write.{conversation_id}"
    if (text := state.pop("conversations.fill", None)) is not None:
        state[key] = text
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown("**Écrire vous-même**")
            st.space("stretch")
            ready(found, who, key)
            proposal(conversation_id)
        body = st.text_area(
            "Votre SMS",
            key=key,
            max_chars=takeover.LONGEST_SMS,
            placeholder="Votre SMS. L'automate se tait dès que vous écrivez.",
            label_visibility="collapsed",
            height=120,
        )
        if body:
            length = measure(body)
            st.caption(f"{wording.counted(length.parts, 'partie')} de SMS"
                       + (" : un caractère spécial double le prix" if length.unicode else ""))  # fmt: skip
        st.button("Envoyer le SMS", key="conversations.send", width="stretch", on_click=send, args=(conversation_id,))
        if state.get(f"conversations.proposed.{conversation_id}"):
            thumb("answer", "Le texte proposé vous a-t-il servi ?", f"conversations.thumb.{conversation_id}")


def ready(found: Details, who: Candidate, key: str) -> None:
    services = current()
    offer = offer_book.offer(services.database, services.person, found.thread.offer_id)
    with st.popover("Textes prêts", icon=":material/article:"):
        for label, text in canned.answers(found, offer, who.first_name).items():
            st.button(
                label, key=f"{key}.{label}", help=escaped(text, 200), width="stretch", on_click=fill, args=(key, text)
            )


def fill(key: str, text: str) -> None:
    st.session_state[key] = text


def send(conversation_id: UUID) -> None:
    services, state = current(), st.session_state
    key = f"conversations.write.{conversation_id}"
    try:
        takeover.write_by_hand(
            services.database,
            services.person,
            conversation_id,
            state.get(key, ""),
            services.settings.sending_hours,
            utc_now(),
        )
    except FtError as error:
        state["conversations.refused"] = str(error)
        return
    state[key] = ""
    services.wake()


def proposal(conversation_id: UUID) -> None:
    """Ask ChatFT for an answer. Without a language model there is nothing to ask."""
    services = current()
    if not services.model.is_ai:
        return
    if conversation_id in services.generations:
        awaited(conversation_id)
        return
    st.button("Proposer avec ChatFT", icon=":material/auto_awesome:", key="conversations.propose",
              on_click=propose, args=(conversation_id,))  # fmt: skip


def propose(conversation_id: UUID) -> None:
    services = current()
    try:
        services.generations[conversation_id] = drafted.begin(
            services.database, services.person, services.model, conversation_id, services.daily_tokens, utc_now
        )
    except FtError as error:
        st.session_state["conversations.refused"] = str(error)


@st.fragment(run_every=0.5)
def awaited(conversation_id: UUID) -> None:
    """The proposal on its way: it fills the field when it is whole."""
    services, state = current(), st.session_state
    generation = services.generations.get(conversation_id)
    if generation is None:
        st.rerun()
        return
    if not generation.ended:
        st.caption("ChatFT écrit…")
        return
    services.generations.pop(conversation_id, None)
    if generation.failure:
        state["conversations.refused"] = generation.failure
    else:
        state[f"conversations.proposed.{conversation_id}"] = True
        state["conversations.fill"] = drafted.proposal(generation)[: takeover.LONGEST_SMS]
    st.rerun()
