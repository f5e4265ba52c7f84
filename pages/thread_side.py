"""The right of Échanges: who it is, what was learned with the SMS that says it, and the counselor's verdict."""

from uuid import UUID

import streamlit as st

from ftcore.insight import wording
from ftcore.matching import pool
from ftcore.model import Answer, Candidate, Demand, Met, Verdict
from ftcore.outreach import takeover, threads
from ftcore.outreach.threads import Details, Prerequisite
from ftcore.services import current
from ftcore.trust import access
from pages import numbers_shown
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


def side_panel(found: Details) -> None:
    """Everything beside a thread. What is typed here is never redrawn by what arrives."""
    conversation_id = found.thread.conversation_id
    learned(conversation_id)
    verdict(found)
    note(conversation_id)
    st.button("Noter une plainte", icon=":material/report:", type="tertiary", key="conversations.complain",
              on_click=act, args=("complain", conversation_id),
              help="La personne se plaint de ces messages. La plainte est comptée dans Évaluation.")  # fmt: skip


@st.fragment(run_every=3.0)
def learned(conversation_id: UUID) -> None:
    """Who it is and what is known, refreshed by itself."""
    services = current()
    try:
        found = threads.details(services.database, services.person, conversation_id)
        show_learned(
            numbers_shown.as_asked(found), pool.candidate(services.database, services.person, found.candidate_id)
        )
    except Exception as error:  # noqa: BLE001 - a failed refresh must not take the page away
        show_error(error)


def show_learned(found: Details, who: Candidate) -> None:
    with st.container(border=True):
        st.text(found.thread.name)
        show_number(found)
        st.badge(CONVERSATIONS[found.thread.state], icon=":material/flag:")
        st.caption(f"Offre : {escaped(found.thread.offer_title, 90)}")
        facts = [
            f"{wording.number(who.experience_years)} ans d'expérience" if who.experience_years is not None else None,
            who.commune,
            f"mobilité {wording.number(who.mobility_km)}\u00a0km" if who.mobility_km is not None else None,
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


def show_number(found: Details) -> None:
    """The number, covered until it is asked for; shown to who asked for a few minutes, while the thread is open."""
    asked = numbers_shown.asked(found)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(f"☎ {asked or found.phone}")
        if asked is None and access.may(current().person, "reveal numbers"):
            st.button("Voir le numéro", icon=":material/visibility:", type="tertiary", key="conversations.reveal",
                      on_click=numbers_shown.ask, args=(found.thread.conversation_id,),
                      help="Pour rappeler cette personne : son numéro, et ceux qu'elle a écrits dans ses SMS. Le "
                      "journal de l'agence note que vous l'avez vu.")  # fmt: skip


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


def note(conversation_id: UUID) -> None:
    with st.form(f"conversations.note.{conversation_id}", clear_on_submit=True):
        text = st.text_area("Note interne, jamais envoyée", max_chars=takeover.LONGEST_NOTE, height=80,
                            key=f"conversations.note.{conversation_id}.text")  # fmt: skip
        if st.form_submit_button("Ajouter la note", width="stretch"):
            act("note", conversation_id, text)
            st.rerun()
