"""The middle of Échanges: the thread as on a phone, each answer with its reading, each SMS with its fate."""

from uuid import UUID

import streamlit as st

from ftcore.database import utc_now
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.model import Answer, MessageState
from ftcore.outreach import settling, takeover, threads
from ftcore.outreach.replies import ACTED_ON, ANSWER_WORDS
from ftcore.outreach.threads import Details, Event, Happening, Line
from ftcore.services import current
from pages import numbers_shown
from pages.frame import MESSAGES, READING_COLORS, escaped, show_error

HAPPENED = {
    Happening.TAKEN_OVER: (":material/support_agent:", "{who} a pris la main : l'automate se tait."),
    Happening.GIVEN_BACK: (":material/smart_toy:", "{who} a rendu la main : l'automate répondra au prochain message."),
    Happening.REMINDED: (":material/notifications:", "Rappel envoyé, une seule fois, faute de réponse."),
    Happening.SILENT: (":material/hourglass_bottom:", "Sans réponse après le rappel : plus rien n'est attendu."),
    Happening.LEFT_OPEN: (":material/hourglass_bottom:", "Questions restées sans réponse : à reprendre au téléphone."),
    Happening.OFFER_CLOSED: (":material/event_busy:", "Offre close."),
    Happening.COMPLAINT: (":material/report:", "{who} a noté une plainte de la personne."),
    Happening.NOTE: (":material/sticky_note_2:", "Note de {who}"),
}

SETTLED = {
    settling.Verdict.ARRIVED: "Oui, la personne l'a reçu",
    settling.Verdict.LOST: "Non, elle ne l'a pas reçu",
    settling.Verdict.SEND_AGAIN: "Je ne sais pas : renvoyer, au risque d'un doublon",
}


def act(what: str, *arguments: object) -> None:
    """Run one act of the counselor in a callback, before anything is drawn, and keep its refusal."""
    services = current()
    acts = {
        "correct": threads.correct,
        "decide": threads.decide,
        "reopen": threads.reopen,
        "settle": threads.settle_prerequisite,
        "take over": takeover.take_over,
        "give back": takeover.give_back,
        "note": takeover.note,
        "complain": takeover.complain,
        "settle unknown": settling.settle_unknown,
    }
    try:
        acts[what](services.database, services.person, *arguments, utc_now())  # type: ignore[operator]
    except FtError as error:
        st.session_state["conversations.refused"] = str(error)


@st.fragment(run_every=2.0)
def conversation(conversation_id: UUID) -> None:
    """One thread, refreshed by itself."""
    services = current()
    try:
        found = threads.details(services.database, services.person, conversation_id)
        if found.thread.unread:
            threads.seen(services.database, services.person, conversation_id, utc_now())
        show_conversation(numbers_shown.as_asked(found))
    except Exception as error:  # noqa: BLE001 - a failed refresh must not take the page away
        show_error(error)


def show_conversation(found: Details) -> None:
    show_who_speaks(found)
    with st.container(height=470, border=True, autoscroll=True):
        entries: list[Line | Event] = [*found.lines, *found.events]
        for entry in sorted(entries, key=lambda one: one.happened_utc):
            if isinstance(entry, Event):
                show_event(entry)
            else:
                show_line(entry)


def show_who_speaks(found: Details) -> None:
    """Who answers this person now, and the button that changes it."""
    conversation_id = found.thread.conversation_id
    if found.opted_out:
        st.warning("Cette personne a répondu STOP : plus aucun SMS ne peut lui être envoyé.", icon=":material/block:")
        return
    if found.offer_closed:
        st.info("L'offre est close : l'automate ne répond plus.", icon=":material/event_busy:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if found.taken_over_by:
            who = "Vous avez" if found.taken_over_by == current().person.person_id else "Un collègue a"
            st.badge(f"{who} la main : l'automate se tait", icon=":material/support_agent:", color="blue")
            st.space("stretch")
            st.button(
                "Rendre à l'automate",
                icon=":material/smart_toy:",
                key="conversations.give_back",
                on_click=act,
                args=("give back", conversation_id),
            )
        else:
            st.badge("L'automate répond", icon=":material/smart_toy:", color="gray")
            st.space("stretch")
            st.button(
                "Prendre la main",
                icon=":material/support_agent:",
                type="primary",
                key="conversations.take_over",
                on_click=act,
                args=("take over", conversation_id),
            )


def show_event(event: Event) -> None:
    icon, sentence = HAPPENED[event.kind]
    who = "Vous" if event.actor == current().person.person_id else "Un collègue"
    text = sentence.replace("{who}", who if event.kind is not Happening.NOTE else who.lower())
    text = text.replace("Vous a ", "Vous avez ")
    st.caption(f"{icon} {text} · {wording.instant(event.happened_utc)}")
    if event.body and event.kind is Happening.NOTE:
        with st.container(border=True):
            st.text(event.body)


def show_line(line: Line) -> None:
    who = "user" if line.incoming else "assistant"
    avatar = ":material/person:" if line.incoming else ":material/smart_toy:"
    if line.author:
        avatar = ":material/support_agent:"
    with st.chat_message(who, avatar=avatar):
        st.text(line.body or "(texte effacé : sa durée de conservation est passée)")
        if line.incoming:
            show_reading(line)
        else:
            show_fate(line)


def show_fate(line: Line) -> None:
    writer = "conseiller" if line.author else "automate"
    words = MESSAGES[line.state] if line.state else ""
    why = f" ({escaped(line.failure, 80)})" if line.failure and line.state is MessageState.FAILED else ""
    st.caption(f"{wording.instant(line.happened_utc)} · {writer} · {words}{why}")
    if line.state is MessageState.UNKNOWN:
        with st.popover("Est-il arrivé ?", icon=":material/help:"):
            st.caption(settling.RISK)
            for verdict, label in SETTLED.items():
                st.button(
                    label,
                    key=f"conversations.settle.{line.message_id}.{verdict.value}",
                    width="stretch",
                    on_click=act,
                    args=("settle unknown", line.message_id, verdict),
                )


def show_reading(line: Line) -> None:
    """How the answer was read, and one click to read it otherwise."""
    meaning = line.corrected or line.reading
    assert meaning is not None
    assert line.reading is not None
    sure = line.confidence is not None and line.confidence >= ACTED_ON and line.corrected is None
    share = f" · {wording.percent(line.confidence or 0)}" if sure else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.popover(f"Lu : {ANSWER_WORDS[meaning]}{share}", help="Cliquer pour corriger la lecture"):
            st.caption(f"Lecture automatique : {ANSWER_WORDS[line.reading]} ({escaped(line.rule or '', 120)})")
            for reading in Answer:
                st.button(
                    ANSWER_WORDS[reading],
                    key=f"conversations.read.{line.reply_id}.{reading.value}",
                    disabled=reading is meaning,
                    width="stretch",
                    on_click=act,
                    args=("correct", line.reply_id, reading),
                )
        st.badge(ANSWER_WORDS[meaning], color=READING_COLORS[meaning])
        if line.has_question and meaning is not Answer.QUESTION:
            st.badge("Question posée", color="blue", icon=":material/help:")
        if line.available_from is not None:
            st.badge(f"Dès le {wording.day(line.available_from)}", color="gray", icon=":material/event:")
    corrected = " · corrigé par un conseiller" if line.corrected else ""
    st.caption(f"{wording.instant(line.happened_utc)}{corrected}")
