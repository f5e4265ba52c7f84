"""Échanges: the work list, the thread as on a phone, and what the counselor decides."""

from uuid import UUID

import streamlit as st

from ftcore.database import utc_now
from ftcore.drafting import offers as offer_book
from ftcore.errors import NotFound
from ftcore.insight import wording
from ftcore.outreach import threads, worklist
from ftcore.outreach.worklist import WorkList
from ftcore.services import current
from pages import doors
from pages.employer_file import employer_file
from pages.frame import escaped, show_error
from pages.marked import as_sentence
from pages.thread_answer import by_hand
from pages.thread_side import side_panel
from pages.thread_view import conversation

services = current()
database = services.database
state = st.session_state

doors.keep("conversations.py", services.person)
# In the order in which they are worth a counselor's time.
LISTS = {
    WorkList.CALL: "À rappeler",
    WorkList.HUMAN: "Besoin de vous",
    WorkList.READ: "À lire",
    WorkList.UNREAD: "Non lus",
    WorkList.LATE: "En attente depuis 24 h",
    WorkList.ONGOING: "Questions en cours",
    WorkList.SILENT: "Sans réponse",
    WorkList.NO: "Non et STOP",
    WorkList.DONE: "Terminés",
}
VIEWS = ("Échanges", "Dossier employeur")
SHOWN = 100


@st.fragment(run_every=3.0)
def work(offer_id: UUID | None) -> None:
    """The lists with their counts; refreshed by itself, without moving what is being read."""
    try:
        show_work(offer_id)
    except Exception as error:  # noqa: BLE001 - a failed refresh must not take the page away
        show_error(error)


def show_work(offer_id: UUID | None) -> None:
    now = utc_now()
    counts = worklist.counts(database, services.person, now, offer_id)
    chosen = state.setdefault("conversations.list", WorkList.CALL)
    # Buttons: a radio whose labels hold counts forgets in the browser what is chosen when a count changes.
    with st.container(gap=None):
        for one, label in LISTS.items():
            st.button(
                f"{label} ({wording.number(counts[one])})",
                key=f"conversations.list.{one.value}",
                icon=":material/radio_button_checked:" if one is chosen else ":material/radio_button_unchecked:",
                type="tertiary",
                on_click=choose,
                args=(one,),
            )
    listed = worklist.worklist(database, services.person, chosen, now, offer_id, SHOWN)
    if not listed:
        st.info("Rien ici pour l'instant.", icon=":material/task_alt:")
        return
    open_now = state.get("conversations.open")
    with st.container(height=430, border=False):
        for thread in listed:
            opened = str(thread.conversation_id) == open_now
            icon = ":material/mark_chat_unread:" if thread.unread else None
            if st.button(
                escaped(thread.name, 60),
                key=f"conversations.pick.{thread.conversation_id}",
                icon=icon or (":material/support_agent:" if thread.taken_over else None),
                type="primary" if opened else "secondary",
                width="stretch",
            ):
                # The thread stands outside this fragment: the whole page has to be drawn again.
                state["conversations.open"] = str(thread.conversation_id)
                st.rerun()
            st.caption(
                f"{wording.instant(thread.changed_utc)} · {escaped(thread.latest_answer or thread.offer_title, 44)}"
            )
    if len(listed) == SHOWN:
        st.caption(f"Les {SHOWN} premiers sont affichés : filtrez par offre pour voir les autres.")


def choose(which: WorkList) -> None:
    state["conversations.list"] = which


def threads_view(offer_id: UUID | None) -> None:
    left, middle, right = st.columns([3, 5, 3], gap="medium")
    with left:
        work(offer_id)
    # In the address, so that a reload finds the exchange again.
    opened = state.get("conversations.open") or st.query_params.get("echange")
    if opened is None:
        with middle:
            st.info(
                "Choisissez une personne à gauche. Les listes du haut sont les plus urgentes : « À rappeler » "
                "réunit celles et ceux qui ont répondu oui.",
                icon=":material/arrow_back:",
            )
            st.page_link("preselection.py", label="Lancer une présélection", icon=":material/group_search:")
        return
    st.query_params["echange"] = state["conversations.open"] = opened
    try:
        found = threads.details(database, services.person, UUID(opened))
    except (NotFound, ValueError):
        # An address of another agency, of a person erased since, or of nothing.
        del state["conversations.open"], st.query_params["echange"]
        with middle:
            st.info(threads.MISSING, icon=":material/info:")
        return
    with middle:
        conversation(UUID(opened))
        by_hand(found)
    with right:
        side_panel(found)


st.title("Échanges")
st.caption("Répondre et décider.")
for key, icon in (("conversations.refused", ":material/error:"), ("conversations.done", ":material/check:")):
    if told := state.pop(key, None):
        (st.error if key.endswith("refused") else st.success)(as_sentence(told), icon=icon)
offers = {str(offer.offer_id): offer for offer in offer_book.offers(database, services.person)}
# A link from Mesures opens a list, or the exchanges of an offer.
if (wanted := st.query_params.pop("liste", None)) in list(LISTS):
    state["conversations.list"] = WorkList(wanted)
if (wanted := st.query_params.pop("pour", None)) in offers:
    state["conversations.offer"] = wanted
with st.container(horizontal=True, vertical_alignment="bottom"):
    view = st.segmented_control("Vue", VIEWS, default=VIEWS[0], key="conversations.view", label_visibility="collapsed")
    offer_key = st.selectbox(
        "Offre",
        list(offers),
        index=None,
        key="conversations.offer",
        placeholder="Toutes les offres",
        format_func=lambda key: offers[key].title,
        width=420,
    )
if view == VIEWS[1]:
    employer_file(offers[offer_key] if offer_key else None)
else:
    threads_view(UUID(offer_key) if offer_key else None)
