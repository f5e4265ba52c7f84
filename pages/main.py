"""The frame: which pages there are, who acts, and in which mode."""

from pathlib import Path

import streamlit as st

from ftcore.model import Person
from ftcore.services import ask_who_acts, current
from ftcore.trust.sessions import Refusal, Session
from pages import acting, doors, drafts
from pages.accounts_desk import ROLES
from pages.frame import show_error
from pages.halt import halt_banner
from pages.marked import escaped
from pages.sign_in import show_sign_in, watch_session

# The icon is a file of ours: an icon by name is fetched from another server by each browser.
st.set_page_config(
    page_title="Entremise",
    page_icon=str(Path(__file__).with_name("icon.png")),
    layout="wide",
    initial_sidebar_state=230,
)

KEY, MOVED = "frame.role", "frame.moved"


def change_role() -> None:
    acting.choose_role(st.session_state[KEY])
    st.session_state[MOVED] = True


def show_who() -> None:
    """Who acts, where, in which role, and the way out."""
    mine = services.acting
    who, where = escaped(mine.person.name), escaped(mine.agency_name)
    st.caption(f":material/person: {who}  \n:material/apartment: {where}")
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


GROUPS = {
    "Travailler": (
        ("chat.py", "Rédaction", ":material/edit_note:", "redaction"),
        ("preselection.py", "Présélection", ":material/group_search:", "preselection"),
        ("conversations.py", "Échanges", ":material/forum:", "echanges"),
    ),
    "Comprendre": (
        ("metrics.py", "Mesures", ":material/monitoring:", "mesures"),
        ("evaluation.py", "Évaluation", ":material/balance:", "evaluation"),
    ),
    "Gérer": (("administration.py", "Administration", ":material/settings:", "administration"),),
    "Démo": (("phones.py", "Téléphones", ":material/smartphone:", "telephones"),),
}


def menu(person: Person) -> tuple[dict[str, list[st.Page]], list[st.Page]]:
    """The pages of this role by group, and those it may open, in order.

    The others have an address too, which says why they stay closed. The page at the root is none of them, as the one
    there has no address of its own.
    """
    groups: dict[str, list[st.Page]] = {}
    open_ones: list[st.Page] = []
    for group, pages in GROUPS.items():
        # The phones are everybody's, whatever their agency: for a demo only.
        if group == "Démo" and (services.sandbox is None or services.settings.sign_in is not None):
            continue
        for file, title, icon, path in pages:
            shown = doors.opens(person, file)
            page = st.Page(file, title=title, icon=icon, url_path=path, visibility="visible" if shown else "hidden")
            groups.setdefault(group, []).append(page)
            if shown:
                open_ones.append(page)

    def enter() -> None:
        st.switch_page(open_ones[0])

    root = st.Page(enter, title="Entremise", url_path="entree", default=True, visibility="hidden")
    return {"": [root], **groups}, open_ones


def sign_in_pages(refusal: Refusal | None) -> list[st.Page]:
    """Every address asks to sign in, and keeps what was being typed there."""
    paths = ["connexion", *(path for pages in GROUPS.values() for *_, path in pages)]
    left = acting.who_left(services, refusal)
    kept = left is not None and drafts.keep(left)

    def ask() -> None:
        show_sign_in(refusal, kept=kept)

    return [st.Page(ask, title="Connexion", url_path=path, default=path == "connexion") for path in paths]


ask_who_acts(acting.who_acts)
services = current()
found = services.local if services.settings.sign_in is None else acting.session(services)
if not isinstance(found, Session):
    # What stood in it belongs to who left: an empty bar would stay.
    st.set_page_config(initial_sidebar_state="collapsed")
    st.navigation(sign_in_pages(found), position="hidden").run()
    st.stop()

pages, open_ones = menu(services.person)
page = st.navigation(pages, expanded=True)
if st.session_state.pop(MOVED, False) and page not in open_ones:
    st.switch_page(open_ones[0])

with st.sidebar:
    show_who()
    show_mode()

subject = acting.subject(services)
if subject is not None:
    watch_session()
    if drafts.give_back(subject):
        st.info("Ce que vous écriviez avant la fin de votre session est de nouveau là.", icon=":material/edit_note:")
if services.settings.sign_in is None:
    st.markdown(
        ":blue-background[:material/science: Démonstration : personnes, offres et réponses inventées ; aucun SMS "
        "ne sort de ce poste.]"
    )
try:
    halt_banner()
    page.run()
except Exception as error:  # noqa: BLE001 - the frame stays, whatever a page does
    show_error(error)
