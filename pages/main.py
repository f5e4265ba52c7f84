"""The frame: which pages there are, who acts, and in which mode."""

from pathlib import Path

import streamlit as st

from ftcore.model import Role
from ftcore.services import ask_who_acts, current
from ftcore.trust import access
from ftcore.trust.sessions import Session
from pages import acting
from pages.accounts_desk import ROLES
from pages.frame import show_error
from pages.halt import halt_banner
from pages.sign_in import show_sign_in

# The icon is a file of ours: an icon by name is fetched from another server by each browser.
st.set_page_config(
    page_title="Entremise",
    page_icon=str(Path(__file__).with_name("icon.png")),
    layout="wide",
    initial_sidebar_state=230,
)

KEY = "frame.role"


def change_role() -> None:
    acting.choose_role(st.session_state[KEY])


def show_who() -> None:
    """Who acts, where, in which role, and the way out."""
    mine = services.acting
    st.caption(f":material/person: {mine.person.name}  \n:material/apartment: {mine.agency_name}")
    if len(mine.roles) > 1:
        st.session_state[KEY] = mine.person.role
        st.selectbox("Rôle", mine.roles, key=KEY, format_func=ROLES.__getitem__, on_change=change_role)
    else:
        st.caption(ROLES[mine.person.role])
    if services.settings.sign_in is not None:
        st.button("Se déconnecter", icon=":material/logout:", type="tertiary", on_click=acting.sign_out)


def show_mode() -> None:
    with st.container(horizontal=True, gap="small"):
        if services.sandbox is None:
            st.badge("Envois réels", icon=":material/sms:", color="orange")
        elif services.settings.sign_in is None:
            st.badge("Démonstration", icon=":material/science:", color="blue")
        else:
            st.badge("Envois simulés", icon=":material/science:", color="blue")
        if not services.model.is_ai:
            st.badge("Sans IA", icon=":material/edit:", color="gray")


def pages_of(role: Role) -> dict[str, list[st.Page]]:
    groups = {
        "Travailler": [
            ("chat.py", "Rédaction", ":material/edit_note:", "redaction", "write with the assistant"),
            ("preselection.py", "Présélection", ":material/group_search:", "preselection", "see candidates"),
            ("conversations.py", "Échanges", ":material/forum:", "echanges", "read conversations"),
        ],
        "Comprendre": [
            ("metrics.py", "Mesures", ":material/monitoring:", "mesures", "see figures"),
            ("evaluation.py", "Évaluation", ":material/balance:", "evaluation", "see evaluation"),
        ],
        "Gérer": [
            ("administration.py", "Administration", ":material/settings:", "administration", "import"),
        ],
        "Démo": [("phones.py", "Téléphones", ":material/smartphone:", "telephones", "read conversations")],
    }
    # The phones are everybody's, whatever their agency: for a demo only.
    if services.sandbox is None or services.settings.sign_in is not None:
        del groups["Démo"]
    allowed = {
        group: [page for page in pages if role in access.PERMISSIONS[page[4]]] for group, pages in groups.items()
    }
    return {
        group: [st.Page(file, title=title, icon=icon, url_path=path) for file, title, icon, path, _ in pages]
        for group, pages in allowed.items()
        if pages
    }


ask_who_acts(acting.who_acts)
services = current()
found = services.local if services.settings.sign_in is None else acting.session(services)
if not isinstance(found, Session):
    refusal = found
    door = st.Page(lambda: show_sign_in(refusal), title="Connexion", url_path="connexion")
    st.navigation([door], position="hidden").run()
    st.stop()

page = st.navigation(pages_of(services.person.role), expanded=True)

with st.sidebar:
    show_who()
    show_mode()

try:
    halt_banner()
    page.run()
except Exception as error:  # noqa: BLE001 - the frame stays, whatever a page does
    show_error(error)
