"""What every page shares: how a failure is shown, and the words for states."""

import logging
import secrets
from typing import Literal

import streamlit as st

from ftcore import meters
from ftcore.errors import FtError, NotSignedIn
from ftcore.model import Answer, ConversationState, MessageState, Verdict
from pages import marked

log = logging.getLogger("pages")

READING_COLORS: dict[Answer, Literal["green", "gray", "blue", "red", "orange", "violet"]] = {
    Answer.YES: "green",
    Answer.NO: "gray",
    Answer.UNSURE: "orange",
    Answer.QUESTION: "blue",
    Answer.CALLBACK: "green",
    Answer.STOP: "red",
    Answer.WRONG_PERSON: "violet",
    Answer.UNCLEAR: "orange",
}
CONVERSATIONS = {
    ConversationState.INTERESTED: "À rappeler",
    ConversationState.UNCLEAR: "À lire",
    ConversationState.NEEDS_HUMAN: "Besoin de vous",
    ConversationState.AVAILABILITY: "Disponibilité demandée",
    ConversationState.PREREQUISITE: "Questions en cours",
    ConversationState.WAITING: "Sans réponse",
    ConversationState.DECLINED: "Ne souhaite pas",
    ConversationState.STOPPED: "STOP",
    ConversationState.UNREACHED: "Non joint",
    ConversationState.WRONG_PERSON: "Mauvaise personne",
    ConversationState.CLOSED: "Clos",
}
MESSAGES = {
    MessageState.QUEUED: "en attente d'envoi",
    MessageState.CLAIMED: "envoi en cours",
    MessageState.UNKNOWN: "envoi incertain, jamais renvoyé",
    MessageState.ACCEPTED: "pris en charge",
    MessageState.SENT: "envoyé",
    MessageState.SUBMITTED: "envoyé",
    MessageState.BUFFERED: "téléphone éteint, en attente",
    MessageState.DELIVERED: "remis",
    MessageState.FAILED: "non remis",
    MessageState.CANCELLED: "annulé avant envoi",
}
VERDICTS = {
    Verdict.RETAINED: "Retenu·e",
    Verdict.TO_SEE: "À voir",
    Verdict.CALLED_BACK: "Rappelé·e",
    Verdict.INTRODUCED: "Mis·e en relation",
    Verdict.NOT_RETAINED: "Non retenu·e",
    Verdict.CLOSED: "Échange terminé",
}


def show_error(error: Exception) -> bool:
    """Show a failure as a sentence, log it under a reference, and say that it has been shown."""
    if isinstance(error, NotSignedIn):
        # The frame says it once, with the way back; each part of the page that refreshes itself only says so.
        st.caption(":material/timer: Votre session est terminée.")
        return True
    if isinstance(error, FtError):
        st.error(marked.as_sentence(error), icon=":material/error:")
        return True
    meters.page_errors.inc()
    reference = secrets.token_hex(3).upper()
    log.error("reference %s", reference, exc_info=error)
    st.error(
        f"Cette page n'a pas pu s'afficher. Rien n'a été envoyé ni perdu. Rechargez la page ; si cela se "
        f"reproduit, donnez la référence {reference} à votre administrateur.",
        icon=":material/error:",
    )
    return True


def escaped(text: str, limit: int) -> str:
    """The beginning of a text that people typed, on one line and harmless in a caption."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return marked.escaped(short.replace("\n", " "))
