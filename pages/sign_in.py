"""The door: sign in with the institution's provider, or learn why one's session opens nothing."""

import streamlit as st

from ftcore.trust.sessions import Refusal
from pages import acting
from pages.acting import WHY

_NOT_THE_PERSONS = (Refusal.NO_ROLE, Refusal.NO_AGENCY)


def show_sign_in(refusal: Refusal | None) -> None:
    """One sentence and one button, in the middle of the page."""
    _, middle, _ = st.columns([1, 2, 1])
    with middle:
        st.title("Entremise")
        st.caption("Rédiger des offres, trouver et contacter des personnes, mesurer les réponses.")
        if refusal in _NOT_THE_PERSONS:
            st.warning(WHY[refusal], icon=":material/person_off:")
            st.button("Changer de compte", icon=":material/logout:", type="primary", on_click=acting.sign_out)
            return
        if refusal is None:
            st.text(WHY[refusal])
        else:
            st.info(WHY[refusal], icon=":material/timer:")
        st.button("Se connecter", icon=":material/login:", type="primary", on_click=st.login)
