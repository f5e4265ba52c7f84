"""What every page shares: how a failure is shown, and the words for states."""

import logging
import secrets
from typing import Literal

import streamlit as st

from ftcore.errors import FtError
from ftcore.model import ConversationState, MessageState, Reading, Verdict

log = logging.getLogger("pages")

READING_WORDS = {
    Reading.YES: "Oui",
    Reading.NO: "Non",
    Reading.QUESTION: "Question",
    Reading.STOP: "STOP",
    Reading.UNCLEAR: "À lire",
}
READING_COLORS: dict[Reading, Literal["green", "gray", "blue", "red", "orange"]] = {
    Reading.YES: "green",
    Reading.NO: "gray",
    Reading.QUESTION: "blue",
    Reading.STOP: "red",
    Reading.UNCLEAR: "orange",
}
CONVERSATIONS = {
    ConversationState.INTERESTED: "À rappeler",
    ConversationState.UNCLEAR: "À lire",
    ConversationState.NEEDS_HUMAN: "Besoin de vous",
    ConversationState.WAITING: "Sans réponse",
    ConversationState.DECLINED: "Ne souhaite pas",
    ConversationState.STOPPED: "STOP",
    ConversationState.UNREACHED: "Non joint",
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
    Verdict.CALLED_BACK: "Rappelé·e",
    Verdict.INTRODUCED: "Mis·e en relation",
    Verdict.NOT_RETAINED: "Non retenu·e",
    Verdict.CLOSED: "Échange terminé",
}


def show_error(error: Exception) -> bool:
    """Show a failure as a sentence, log it under a reference, and say that it has been shown."""
    if isinstance(error, FtError):
        st.error(str(error), icon=":material/error:")
        return True
    reference = secrets.token_hex(3).upper()
    log.error("reference %s", reference, exc_info=error)
    st.error(
        f"Cette page n'a pas pu s'afficher. Rien n'a été envoyé ni perdu. Rechargez la page ; si cela se "
        f"reproduit, donnez la référence {reference} à votre administrateur.",
        icon=":material/error:",
    )
    return True
