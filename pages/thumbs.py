"""A thumb on what the program proposed: up or down, without saying whose."""

import streamlit as st

from ftcore.database import utc_now
from ftcore.insight import satisfaction
from ftcore.services import current


def thumb(about: str, question: str, key: str) -> None:
    """Ask once; the first answer counts and is not asked again in this session."""
    given = f"{key}.given"
    if st.session_state.get(given):
        st.caption(":material/check: Merci, c'est noté, sans votre nom.")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(question)
        st.feedback("thumbs", key=key, on_change=give, args=(about, key))


def give(about: str, key: str) -> None:
    services, state = current(), st.session_state
    if state[key] is None:
        return
    satisfaction.give_thumb(services.database, services.person, about, bool(state[key]), utc_now())
    state[f"{key}.given"] = True
