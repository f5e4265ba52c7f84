"""Échanges: the work list, the thread as on a phone, and what the counselor decides."""

from uuid import UUID

import streamlit as st

from ftcore.database import utc_now
from ftcore.drafting import offers as offer_book
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.matching import pool
from ftcore.model import Answer, ConversationState, MessageState, Verdict
from ftcore.outreach import threads
from ftcore.outreach.sms import measure
from ftcore.phones import display
from ftcore.services import current
from pages.frame import CONVERSATIONS, MESSAGES, READING_COLORS, READING_WORDS, VERDICTS, show_error

services = current()
database, person = services.database, services.person
state = st.session_state

# The lists of the day's work, in the order in which they are worth a counselor's time.
LISTS: dict[str, tuple[ConversationState, ...] | None] = {
    "À rappeler": (ConversationState.INTERESTED,),
    "À lire": (ConversationState.UNCLEAR,),
    "Besoin de vous": (ConversationState.NEEDS_HUMAN,),
    "Sans réponse": (ConversationState.WAITING, ConversationState.UNREACHED),
    "Non et STOP": (ConversationState.DECLINED, ConversationState.STOPPED),
    "Terminés": None,
}


def act(what: str, *arguments: object) -> None:
    """Run one act of the counselor in a callback, before anything is drawn, and keep its refusal."""
    acts = {
        "correct": threads.correct,
        "decide": threads.decide,
        "reopen": threads.reopen,
    }
    try:
        acts[what](database, person, *arguments, utc_now())  # type: ignore[operator]
    except FtError as error:
        state["conversations.refused"] = str(error)


def send_by_hand(conversation_id: UUID) -> None:
    key = f"conversations.write.{conversation_id}"
    try:
        threads.write_by_hand(
            database, person, conversation_id, state.get(key, ""), services.settings.sending_hours, utc_now()
        )
    except FtError as error:
        state["conversations.refused"] = str(error)
        return
    state[key] = ""
    services.wake()


@st.fragment(run_every=3.0)
def worklist(offer_id: UUID | None) -> None:
    """The lists with their counts; refreshed by itself, without moving what is being read."""
    try:
        show_worklist(offer_id)
    except Exception as error:  # noqa: BLE001 - a failed refresh must not take the page away
        show_error(error)


def show_worklist(offer_id: UUID | None) -> None:
    by_state = threads.counts(database, person, offer_id)
    finished = threads.finished_count(database, person, offer_id)

    def label(name: str) -> str:
        states = LISTS[name]
        count = finished if states is None else sum(by_state.get(one, 0) for one in states)
        return f"{name} ({wording.number(count)})"

    chosen = st.selectbox("Liste", list(LISTS), key="conversations.list", format_func=label)
    listed = threads.worklist(database, person, LISTS[chosen], offer_id)
    if not listed:
        st.info("Rien ici pour l'instant.", icon=":material/task_alt:")
        return
    open_now = state.get("conversations.open")
    with st.container(height=520, border=False):
        for thread in listed:
            chosen_one = str(thread.conversation_id) == open_now
            if st.button(
                thread.name,
                key=f"conversations.pick.{thread.conversation_id}",
                type="primary" if chosen_one else "secondary",
                width="stretch",
            ):
                # The thread stands outside this fragment: the whole page has to be drawn again.
                state["conversations.open"] = str(thread.conversation_id)
                st.rerun()
            st.caption(
                f"{wording.instant(thread.changed_utc)} · {escaped(thread.latest_answer or thread.offer_title, 44)}"
            )
    if len(listed) == 100:
        st.caption("Les 100 plus récents sont affichés : filtrez par offre pour voir les autres.")


def escaped(text: str, limit: int) -> str:
    """Text that people typed, harmless in a caption: Markdown could load remote images."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+-.!|<>$:~" else c for c in short.replace("\n", " "))


@st.fragment(run_every=2.0)
def conversation(conversation_id: UUID) -> None:
    try:
        show_conversation(threads.details(database, person, conversation_id))
    except Exception as error:  # noqa: BLE001 - a failed refresh must not take the page away
        show_error(error)


def show_conversation(found: threads.Details) -> None:
    with st.container(height=430, border=True, autoscroll=True):
        for line in found.lines:
            show_line(line)
    if found.opted_out:
        st.warning("Cette personne a répondu STOP : plus aucun SMS ne peut lui être envoyé.", icon=":material/block:")


def show_line(line: threads.Line) -> None:
    who = "user" if line.incoming else "assistant"
    avatar = ":material/person:" if line.incoming else ":material/smart_toy:"
    if line.author:
        avatar = ":material/support_agent:"
    with st.chat_message(who, avatar=avatar):
        st.text(line.body)
        if not line.incoming:
            writer = "conseiller" if line.author else "automate"
            words = MESSAGES[line.state] if line.state else ""
            why = f" ({escaped(line.failure, 80)})" if line.failure and line.state is MessageState.FAILED else ""
            st.caption(f"{wording.instant(line.happened_utc)} · {writer} · {words}{why}")
            return
        meaning = line.corrected or line.reading
        assert meaning is not None
        assert line.reading is not None
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.popover(f"Lu : {READING_WORDS[meaning]}", help="Cliquer pour corriger la lecture"):
                st.caption(f"Lecture automatique : {READING_WORDS[line.reading]} ({line.rule})")
                for reading in Answer:
                    if st.button(
                        READING_WORDS[reading],
                        key=f"conversations.read.{line.reply_id}.{reading.value}",
                        disabled=reading is meaning,
                        width="stretch",
                    ):
                        act("correct", line.reply_id, reading)
                        st.rerun()
            st.badge(READING_WORDS[meaning], color=READING_COLORS[meaning])
            if line.has_question and meaning is not Answer.QUESTION:
                st.badge("Question posée", color="blue", icon=":material/help:")
            if line.available_from is not None:
                st.badge(f"Disponible le {wording.day(line.available_from)}", color="gray", icon=":material/event:")
            corrected = " · corrigé par un conseiller" if line.corrected else ""
            st.caption(f"{wording.instant(line.happened_utc)}{corrected}")


def about(found: threads.Details) -> None:
    """Who it is, and what was decided."""
    who = pool.candidate(database, person.agency_id, found.candidate_id)
    with st.container(border=True):
        st.text(found.thread.name)
        st.text(f"☎ {display(found.phone)}")
        st.caption(f"Offre : {escaped(found.thread.offer_title, 90)}")
        facts = [
            f"{wording.number(who.experience_years)} ans d'expérience" if who.experience_years is not None else None,
            who.commune,
            f"mobilité {wording.number(who.mobility_km)} km" if who.mobility_km is not None else None,
            f"permis {', '.join(who.licences)}" if who.licences else None,
        ]
        st.caption(" · ".join(fact for fact in facts if fact))
        st.badge(CONVERSATIONS[found.thread.state], icon=":material/flag:")
    conversation_id = found.thread.conversation_id
    with st.container(border=True):
        if found.thread.verdict is not None:
            st.markdown("**Votre décision**")
            st.text(VERDICTS[found.thread.verdict])
            if found.verdict_reason:
                st.text(found.verdict_reason)
            st.button("Rouvrir l'échange", key="conversations.reopen", on_click=act, args=("reopen", conversation_id))
        else:
            with st.form(f"conversations.decide.{conversation_id}", border=False):
                verdict = st.selectbox("Votre décision", list(Verdict), format_func=VERDICTS.__getitem__)
                reason = st.text_input("Motif (obligatoire si non retenu·e)", max_chars=200)
                if st.form_submit_button("Enregistrer la décision", type="primary", width="stretch"):
                    act("decide", conversation_id, verdict, reason)
                    st.rerun()
    if not found.opted_out:
        with st.container(border=True):
            body = st.text_area(
                "Écrire vous-même",
                key=f"conversations.write.{conversation_id}",
                max_chars=threads.LONGEST_SMS,
                placeholder="Votre SMS. L'automate se tait dès que vous écrivez.",
            )
            length = measure(body) if body else None
            if length:
                st.caption(f"{length.parts} partie{'s' if length.parts > 1 else ''} de SMS"
                           + (" (un caractère spécial double le prix)" if length.unicode else ""))  # fmt: skip
            st.button("Envoyer le SMS", key="conversations.send", on_click=send_by_hand, args=(conversation_id,))


st.title("Échanges")
st.caption("Répondre et décider.")
if refused := state.pop("conversations.refused", None):
    st.error(refused, icon=":material/error:")
offers = {str(offer.offer_id): offer for offer in offer_book.offers(database, person)}
left, middle, right = st.columns([3, 5, 3], gap="medium")
with left:
    offer_key = st.selectbox(
        "Offre",
        list(offers),
        index=None,
        key="conversations.offer",
        placeholder="Toutes les offres",
        format_func=lambda key: offers[key].title,
    )
    worklist(UUID(offer_key) if offer_key else None)
# In the address, so that a reload finds the exchange again.
opened = state.get("conversations.open") or st.query_params.get("echange")
if opened is not None:
    st.query_params["echange"] = state["conversations.open"] = opened
if opened is None:
    with middle:
        st.info(
            "Choisissez une personne à gauche. Les listes du haut sont les plus urgentes : « À rappeler » "
            "réunit celles et ceux qui ont répondu oui.",
            icon=":material/arrow_back:",
        )
        st.page_link("preselection.py", label="Lancer une présélection", icon=":material/group_search:")
else:
    with middle:
        conversation(UUID(opened))
    with right:
        about(threads.details(database, person, UUID(opened)))
