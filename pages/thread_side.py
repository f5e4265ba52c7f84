"""The right of Échanges: who it is, what was learned with the SMS that says it, the verdict, an answer by hand."""

from uuid import UUID

import streamlit as st

from ftcore.database import utc_now
from ftcore.drafting import offers as offer_book
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.matching import pool
from ftcore.model import Answer, Candidate, Demand, Met, Verdict
from ftcore.outreach import canned, drafted, takeover, threads
from ftcore.outreach.sms import measure
from ftcore.outreach.threads import Details, Prerequisite
from ftcore.phones import display
from ftcore.services import current
from pages.frame import CONVERSATIONS, VERDICTS, escaped, show_error
from pages.thread_view import act

MET = {
    Met.MET: (":material/check_circle:", "rempli"),
    Met.NOT_MET: (":material/cancel:", "non rempli"),
    Met.UNKNOWN: (":material/help:", "inconnu"),
}
INTEREST = {Answer.YES: "intéressé·e", Answer.NO: "ne souhaite pas", Answer.UNSURE: "hésite", None: "pas encore dit"}
# The usual verdicts first; what was one of the earlier words is still shown where it stands.
OFFERED = (Verdict.RETAINED, Verdict.TO_SEE, Verdict.NOT_RETAINED, Verdict.INTRODUCED, Verdict.CLOSED)


def side_panel(conversation_id: UUID) -> None:
    """Everything beside a thread. What is typed here is never redrawn by what arrives."""
    services = current()
    found = threads.details(services.database, services.person, conversation_id)
    who = pool.candidate(services.database, services.person.agency_id, found.candidate_id)
    learned(conversation_id)
    verdict(found)
    if not found.opted_out:
        by_hand(found, who)
    note(conversation_id)


@st.fragment(run_every=3.0)
def learned(conversation_id: UUID) -> None:
    """Who it is and what is known, refreshed by itself."""
    services = current()
    try:
        found = threads.details(services.database, services.person, conversation_id)
        show_learned(found, pool.candidate(services.database, services.person.agency_id, found.candidate_id))
    except Exception as error:  # noqa: BLE001 - a failed refresh must not take the page away
        show_error(error)


def show_learned(found: Details, who: Candidate) -> None:
    with st.container(border=True):
        st.text(found.thread.name)
        st.text(f"☎ {display(found.phone)}")
        st.badge(CONVERSATIONS[found.thread.state], icon=":material/flag:")
        st.caption(f"Offre : {escaped(found.thread.offer_title, 90)}")
        facts = [
            f"{wording.number(who.experience_years)} ans d'expérience" if who.experience_years is not None else None,
            who.commune,
            f"mobilité {wording.number(who.mobility_km)} km" if who.mobility_km is not None else None,
            f"permis {', '.join(who.licences)}" if who.licences else None,
        ]
        st.caption(" · ".join(escaped(fact, 60) for fact in facts if fact))
    with st.container(border=True):
        said("Intérêt", INTEREST.get(found.interest, "pas encore dit"), found.interest_quote)
        day = f"dès le {wording.day(found.available_from)}" if found.available_from else "pas encore dite"
        said("Disponibilité", "à lire" if found.available_quote and not found.available_from else day,
             found.available_quote)  # fmt: skip
        for each in found.prerequisites:
            show_prerequisite(found.thread.conversation_id, each)


def said(label: str, value: str, quote: str | None) -> None:
    st.markdown(f"**{label}** : {value}")
    if quote:
        st.caption(f"« {escaped(quote, 140)} »")


def show_prerequisite(conversation_id: UUID, each: Prerequisite) -> None:
    icon, word = MET[each.met]
    blocking = " (indispensable)" if each.demand is Demand.BLOCKING else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{icon} **{escaped(each.text, 60)}**{blocking} : {word}")
        st.space("stretch")
        with st.popover("", icon=":material/edit:", help="Noter ce que la personne vous a dit"):
            for met, (_, label) in MET.items():
                st.button(
                    label.capitalize(),
                    key=f"conversations.met.{conversation_id}.{each.position}.{met.value}",
                    disabled=met is each.met,
                    width="stretch",
                    on_click=act,
                    args=("settle", conversation_id, each.position, met),
                )
    if each.quote:
        st.caption(f"« {escaped(each.quote, 140)} »")
    elif each.decided_by:
        st.caption("Noté par un conseiller")


def verdict(found: Details) -> None:
    conversation_id = found.thread.conversation_id
    with st.container(border=True):
        st.markdown("**Votre décision**")
        if found.thread.verdict is not None:
            st.text(VERDICTS[found.thread.verdict])
            if found.verdict_reason:
                st.caption(escaped(found.verdict_reason, 200))
            st.button("Revenir sur la décision", key="conversations.reopen", on_click=act,
                      args=("reopen", conversation_id))  # fmt: skip
            return
        with st.form(f"conversations.decide.{conversation_id}", border=False):
            chosen = st.selectbox(
                "Votre décision", OFFERED, format_func=VERDICTS.__getitem__, label_visibility="collapsed"
            )
            reason = st.text_input("Motif (obligatoire si non retenu·e)", max_chars=200)
            if st.form_submit_button("Enregistrer la décision", width="stretch"):
                act("decide", conversation_id, chosen, reason)
                st.rerun()


def by_hand(found: Details, who: Candidate) -> None:
    """An SMS of one's own, from a ready text or a proposal of ChatFT, edited before it leaves."""
    conversation_id, state = found.thread.conversation_id, st.session_state
    key = f"conversations.write.{conversation_id}"
    if (text := state.pop("conversations.fill", None)) is not None:
        state[key] = text
    with st.container(border=True):
        st.markdown("**Écrire vous-même**")
        with st.container(horizontal=True, gap="small"):
            ready(found, who, key)
            proposal(conversation_id)
        body = st.text_area(
            "Votre SMS",
            key=key,
            max_chars=takeover.LONGEST_SMS,
            placeholder="Votre SMS. L'automate se tait dès que vous écrivez.",
            label_visibility="collapsed",
            height=120,
        )
        if body:
            length = measure(body)
            st.caption(f"{wording.counted(length.parts, 'partie')} de SMS"
                       + (" : un caractère spécial double le prix" if length.unicode else ""))  # fmt: skip
        st.button("Envoyer le SMS", key="conversations.send", width="stretch", on_click=send, args=(conversation_id,))


def ready(found: Details, who: Candidate, key: str) -> None:
    services = current()
    offer = offer_book.offer(services.database, services.person, found.thread.offer_id)
    with st.popover("Textes prêts", icon=":material/article:"):
        for label, text in canned.answers(found, offer, who.first_name).items():
            st.button(
                label, key=f"{key}.{label}", help=escaped(text, 200), width="stretch", on_click=fill, args=(key, text)
            )


def fill(key: str, text: str) -> None:
    st.session_state[key] = text


def send(conversation_id: UUID) -> None:
    services, state = current(), st.session_state
    key = f"conversations.write.{conversation_id}"
    try:
        takeover.write_by_hand(
            services.database,
            services.person,
            conversation_id,
            state.get(key, ""),
            services.settings.sending_hours,
            utc_now(),
        )
    except FtError as error:
        state["conversations.refused"] = str(error)
        return
    state[key] = ""
    services.wake()


def proposal(conversation_id: UUID) -> None:
    """Ask ChatFT for an answer. Without a language model there is nothing to ask."""
    services = current()
    if not services.model.is_ai:
        return
    if conversation_id in services.generations:
        awaited(conversation_id)
        return
    st.button("Proposer avec ChatFT", icon=":material/auto_awesome:", key="conversations.propose",
              on_click=propose, args=(conversation_id,))  # fmt: skip


def propose(conversation_id: UUID) -> None:
    services = current()
    try:
        services.generations[conversation_id] = drafted.begin(
            services.database, services.person, services.model, conversation_id, services.daily_tokens, utc_now
        )
    except FtError as error:
        st.session_state["conversations.refused"] = str(error)


@st.fragment(run_every=0.5)
def awaited(conversation_id: UUID) -> None:
    """The proposal on its way: it fills the field when it is whole."""
    services, state = current(), st.session_state
    generation = services.generations.get(conversation_id)
    if generation is None:
        st.rerun()
        return
    if not generation.ended:
        st.caption("ChatFT écrit…")
        return
    services.generations.pop(conversation_id, None)
    if generation.failure:
        state["conversations.refused"] = generation.failure
    else:
        state["conversations.fill"] = drafted.proposal(generation)[: takeover.LONGEST_SMS]
    st.rerun()


def note(conversation_id: UUID) -> None:
    with st.form(f"conversations.note.{conversation_id}", clear_on_submit=True):
        text = st.text_area("Note interne, jamais envoyée", max_chars=takeover.LONGEST_NOTE, height=80)
        if st.form_submit_button("Ajouter la note", width="stretch"):
            act("note", conversation_id, text)
            st.rerun()
