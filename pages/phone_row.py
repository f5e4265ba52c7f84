"""The phones in a row, refreshed by themselves; each keeps its place while one types on it."""

import streamlit as st

from ftcore.adapters.sandbox import Sandbox
from ftcore.insight import wording
from ftcore.services import current
from pages.frame import show_error
from pages.phone_view import Seen, show_phone

# Four rows of three at 1280 px.
SHOWN = 12
KNOWN = 120

state = st.session_state


@st.fragment(run_every=1.0)
def row_of_phones(sandbox: Sandbox) -> None:
    try:
        show_phones(sandbox)
    except Exception as error:  # noqa: BLE001 - a failed refresh must not take the page away
        show_error(error)


def show_phones(sandbox: Sandbox) -> None:
    phones = {phone.number: phone for phone in sandbox.threads(KNOWN)}
    if not phones:
        st.info(
            "Les téléphones sont silencieux : aucun SMS n'est encore arrivé. Activez « Répondent tout seuls », "
            "puis lancez une présélection : ils sonneront ici.",
            icon=":material/notifications_off:",
        )
        st.page_link("preselection.py", label="Lancer une présélection", icon=":material/group_search:")
        return
    order = state["phones.order"] = in_place(state["phones.order"], list(phones))
    first = min(state.setdefault("phones.first", 0), (len(order) - 1) // SHOWN * SHOWN)
    here = order[first : first + SHOWN]
    show_summary(sandbox, [phones[number].unread for number in order], first)
    threads = sandbox.thread_of_each(here)
    owners = sandbox.owners(current().person.agency_id, here)
    typing = sandbox.typing()
    with st.container(horizontal=True, gap="small"):
        for number in here:
            show_phone(sandbox, Seen(phones[number], owners.get(number), threads[number], number in typing))


def in_place(order: list[str], numbers: list[str]) -> list[str]:
    """A phone keeps its place while one looks: those that ring for the first time come after the others."""
    kept = [number for number in order if number in numbers]
    return kept + [number for number in numbers if number not in kept]


def show_summary(sandbox: Sandbox, unread: list[bool], first: int) -> None:
    """How many phones there are, and the way to those that do not fit."""
    phones = wording.counted(len(unread), "téléphone")
    read = unread.count(False)
    answered = wording.counted(read, "a répondu", "ont répondu") if read else "personne n'a encore répondu"
    writing = len(sandbox.typing())
    busy = f" · {wording.counted(writing, 'personne écrit', 'personnes écrivent')} en ce moment" if writing else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f":material/smartphone: {phones} · {answered}{busy}", width="content")
        if len(unread) <= SHOWN:
            return
        st.space("stretch")
        last = min(first + SHOWN, len(unread))
        st.caption(f"{first + 1} à {last}", width="content")
        turn("Précédents", ":material/chevron_left:", first - SHOWN, first == 0)
        turn("Suivants", ":material/chevron_right:", first + SHOWN, last == len(unread))


def turn(label: str, icon: str, first: int, disabled: bool) -> None:
    st.button(label, icon=icon, key=f"phones.turn.{label}", disabled=disabled, on_click=go_to, args=(first,))


def go_to(first: int) -> None:
    state["phones.first"] = first
