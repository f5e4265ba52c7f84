"""Échanges: whose numbers are shown in the open thread. Covered until asked for; then shown for some minutes."""

from uuid import UUID

import streamlit as st

from ftcore.database import utc_now
from ftcore.errors import FtError
from ftcore.outreach import numbers
from ftcore.outreach.threads import Details
from ftcore.services import current

_SHOWN = "conversations.number"


def asked(found: Details) -> str | None:
    """The number of this thread's person where who looks at it has just asked for it."""
    shown = st.session_state.get(_SHOWN)
    if shown is None:
        return None
    whose, number, until = shown
    if whose == _mine(found.thread.conversation_id) and utc_now() < until:
        return str(number)
    del st.session_state[_SHOWN]
    return None


def as_asked(found: Details) -> Details:
    """The thread with the numbers that its person wrote: covered, or as they are where they were asked for."""
    return found if asked(found) else numbers.covered(found)


def ask(conversation_id: UUID) -> None:
    """Show the numbers of a thread, which the journal then knows; or keep the refusal for the page."""
    services, now = current(), utc_now()
    try:
        number = numbers.reveal(services.database, services.person, conversation_id, now)
    except FtError as error:
        st.session_state["conversations.refused"] = str(error)
        return
    st.session_state[_SHOWN] = (_mine(conversation_id), number, now + numbers.SHOWN_FOR)


def _mine(conversation_id: UUID) -> tuple[str, UUID, UUID]:
    person = current().person
    return person.person_id, person.agency_id, conversation_id
