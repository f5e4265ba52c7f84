"""The frame: which pages there are, who is signed in, and the mode badge."""

from pathlib import Path

import streamlit as st

from ftcore.services import current
from pages.frame import show_error
from pages.halt import halt_banner

# The icon is a file of ours: an icon by name is fetched from another server by each browser.
st.set_page_config(
    page_title="Entremise",
    page_icon=str(Path(__file__).with_name("icon.png")),
    layout="wide",
    initial_sidebar_state=230,
)

services = current()

groups = {
    "Travailler": [
        st.Page("chat.py", title="Rédaction", icon=":material/edit_note:", url_path="redaction", default=True),
        st.Page("preselection.py", title="Présélection", icon=":material/group_search:", url_path="preselection"),
        st.Page("conversations.py", title="Échanges", icon=":material/forum:", url_path="echanges"),
    ],
    "Comprendre": [
        st.Page("metrics.py", title="Mesures", icon=":material/monitoring:", url_path="mesures"),
    ],
    "Gérer": [
        st.Page("administration.py", title="Administration", icon=":material/settings:", url_path="administration"),
    ],
}
if services.evaluator is not None:
    groups["Comprendre"].append(
        st.Page("evaluation.py", title="Évaluation", icon=":material/balance:", url_path="evaluation")
    )
if services.sandbox is not None:
    groups["Démo"] = [
        st.Page("phones.py", title="Téléphones", icon=":material/smartphone:", url_path="telephones"),
    ]

page = st.navigation(groups, expanded=True)

with st.sidebar:
    st.caption(f":material/person: {services.person.name}  \n:material/apartment: {services.agency_name}")
    with st.container(horizontal=True, gap="small"):
        if services.sandbox is None:
            st.badge("Envois réels", icon=":material/sms:", color="orange")
        else:
            st.badge("Démonstration", icon=":material/science:", color="blue")
        if not services.model.is_ai:
            st.badge("Sans IA", icon=":material/edit:", color="gray")

try:
    halt_banner()
    page.run()
except Exception as error:  # noqa: BLE001 - the frame stays, whatever a page does
    show_error(error)
