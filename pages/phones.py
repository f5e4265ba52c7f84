"""Téléphones: the phones of the built-in sandbox. Type an answer, let personas answer, break the gateway."""

import streamlit as st

from ftcore.services import current
from pages import doors
from pages.phone_controls import controls
from pages.phone_row import row_of_phones

doors.keep("phones.py", current().person)
st.title("Téléphones")
st.caption(
    "Les téléphones fictifs de la démonstration : répondez à la place des gens, ou regardez-les répondre. "
    "Rien ne quitte la machine."
)
sandbox = current().sandbox
if sandbox is None:
    st.warning("Les envois sont réels : il n'y a pas de téléphones fictifs.")
else:
    # A whole run is a visit: the liveliest phones come first again.
    st.session_state["phones.order"] = []
    controls(sandbox)
    row_of_phones(sandbox)
