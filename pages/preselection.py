"""Présélection: from an offer to people contacted by SMS, in four steps on one page."""

from uuid import UUID, uuid4

import pandas as pd
import streamlit as st

from ftcore.database import utc_now
from ftcore.drafting import form
from ftcore.drafting import offers as offer_book
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.model import CampaignState, ConversationState, MessageState, Offer
from ftcore.outreach import campaigns
from ftcore.phones import display
from ftcore.services import current
from pages.frame import show_error
from pages.people_choice import Selection, people_step

services = current()
database, person = services.database, services.person
state = st.session_state
STEPS = ("1 · Offre", "2 · Personnes", "3 · Vérification", "4 · Envoi")


def chosen_offer() -> Offer | None:
    """Step 1: the offer that is worked on, with what counts for the search on one line each."""
    listed = {str(offer.offer_id): offer for offer in offer_book.offers(database, person)}
    if not listed:
        st.info(
            "Aucune offre pour l'instant. Rédigez-en une, remplissez le formulaire ou importez un fichier "
            "d'offres sur la page Rédaction.",
            icon=":material/edit_note:",
        )
        st.page_link("chat.py", label="Aller à Rédaction", icon=":material/edit_note:")
        return None
    if "preselection.offer" not in state:
        state["preselection.offer"] = st.query_params.get("offre")
    if state["preselection.offer"] not in listed:
        state["preselection.offer"] = None
    picked = st.selectbox(
        "Offre",
        list(listed),
        key="preselection.offer",
        index=None,
        placeholder="Choisissez une offre…",
        format_func=lambda key: offer_line(listed[key]),
        on_change=start_again,
    )
    if picked is None:
        st.query_params.clear()
        st.info(
            "Choisissez une offre : les personnes correspondantes s'affichent aussitôt, avec les raisons.",
            icon=":material/arrow_upward:",
        )
        return None
    # In the address, so that a reload finds the offer again.
    st.query_params["offre"] = picked
    offer = listed[picked]
    facts = st.columns(4, border=True)
    facts[0].caption("Métier")
    facts[0].text(f"{offer.occupation.label} ({offer.occupation.code})" if offer.occupation else "À préciser")
    facts[1].caption("Lieu")
    facts[1].text(offer.place.name if offer.place else "À préciser")
    facts[2].caption("Contrat et salaire")
    facts[2].text(
        " · ".join(filter(None, [offer.contract, form.pay_in_words(offer.pay) if offer.pay else offer.pay_text]))
        or "À préciser"
    )
    facts[3].caption("Demandé")
    facts[3].text(needs_line(offer))
    return offer


def offer_line(offer: Offer) -> str:
    place = f" · {offer.place.name}" if offer.place else ""
    return f"{offer.title}{place} · {wording.day(offer.created_utc.date())}"


def needs_line(offer: Offer) -> str:
    needs = []
    if offer.experience_years is not None:
        needs.append(
            "débutants bienvenus"
            if offer.experience_years == 0
            else f"{wording.number(offer.experience_years)} an{'s' if offer.experience_years >= 2 else ''} d'expérience"
        )
    if offer.licences:
        needs.append("permis " + ", ".join(offer.licences))
    count = len(offer.skills_required) + len(offer.skills_desired)
    if count:
        needs.append(f"{count} compétence{'s' if count > 1 else ''}")
    return " · ".join(needs) or "Rien de particulier"


def start_again() -> None:
    """Another offer, or another selection: what was checked for the one before does not hold."""
    for key in ("checked", "campaign", "launched", "removed", "added", "choice"):
        state.pop(f"preselection.{key}", None)
    st.query_params.pop("campagne", None)


def pick_up_after_reload() -> None:
    """A reload during a launch comes back to the campaign that runs, not to a second one."""
    running = st.query_params.get("campagne")
    if running is None or "preselection.campaign" in state:
        return
    try:
        found = campaigns.progress(database, person, UUID(running))
    except ValueError:
        found = None
    if found is None:
        st.query_params.pop("campagne", None)
        return
    state["preselection.campaign"] = running
    state["preselection.launched"] = True


def check_step(offer: Offer, ids: list[UUID]) -> campaigns.Preflight:
    """Step 3: who is kept, who is not and why, and each SMS in full."""
    plan = campaigns.preflight(database, person, offer, ids, services.settings.sending_hours, utc_now())
    kept, parts = len(plan.kept), plan.parts
    st.markdown(f"**{kept} SMS prêts**, soit {parts} partie{'s' if parts > 1 else ''} facturée"
                f"{'s' if parts > 1 else ''}")  # fmt: skip
    if services.sandbox is not None:
        st.caption(
            ":material/science: Démonstration : les téléphones sont fictifs, aucun SMS ne quitte cette machine, "
            "et les horaires d'envoi ne s'appliquent pas."
        )
    if plan.kept:
        st.dataframe(
            pd.DataFrame(
                {
                    "Personne": [p.name for p in plan.kept],
                    "Numéro": [display(p.phone) for p in plan.kept],
                    "Message": [p.body for p in plan.kept],
                    "Parties": [p.length.parts for p in plan.kept],
                    "Départ": [
                        "tout de suite" if p.leaves_utc <= utc_now() else wording.instant(p.leaves_utc)
                        for p in plan.kept
                    ],
                }
            ),
            hide_index=True,
            height=min(480, 38 + 84 * kept),
            row_height=84,
            column_config={
                "Personne": st.column_config.TextColumn(width=120),
                "Numéro": st.column_config.TextColumn(width=125),
                "Message": st.column_config.TextColumn(width=480),
                "Parties": st.column_config.NumberColumn(width=60),
                "Départ": st.column_config.TextColumn(width=105),
            },
        )
    if plan.excluded:
        st.markdown(f"**{len(plan.excluded)} exclue{'s' if len(plan.excluded) > 1 else ''}**")
        st.dataframe(
            pd.DataFrame(
                {
                    "Personne": [e.name for e in plan.excluded],
                    "Motif": [e.reason for e in plan.excluded],
                }
            ),
            hide_index=True,
        )
    return plan


def launch(offer: Offer, ids: list[UUID], considered: int) -> None:
    """The one confirmation. The campaign's id was chosen with the check: a second click changes nothing."""
    try:
        campaigns.launch(
            database,
            person,
            offer,
            UUID(state["preselection.campaign"]),
            ids,
            considered,
            services.settings.sending_hours,
            utc_now(),
            state.get("preselection.choice"),
        )
    except FtError as error:
        state["preselection.refused"] = str(error)
        return
    state["preselection.launched"] = True
    services.wake()


@st.fragment(run_every=1.0)
def live(campaign_id: UUID) -> None:
    """Step 4: what the ledger says, every second."""
    try:
        now = campaigns.progress(database, person, campaign_id)
        if now is None:
            st.warning("Cette campagne n'existe pas ou plus.")
            return
        show_progress(now)
    except Exception as error:  # noqa: BLE001 - a failed refresh must not take the page away
        show_error(error)


def show_progress(now: campaigns.Progress) -> None:
    total = now.campaign.people
    waiting = now.count(MessageState.QUEUED, MessageState.CLAIMED)
    done = total - waiting
    st.progress(done / total if total else 1.0, text=f"{done} SMS sur {total} transmis")
    if now.campaign.state is CampaignState.PAUSED:
        st.error(f"Envois en pause : {now.pause_reason or 'arrêtés par un conseiller'}", icon=":material/pause:")
    elif waiting and now.next_leaves_utc and now.next_leaves_utc > utc_now():
        st.info(f"Prochain envoi {wording.instant(now.next_leaves_utc)}.", icon=":material/schedule:")
    figures = st.columns(6)
    figures[0].metric("En attente", waiting)
    figures[1].metric("Remis", now.count(MessageState.DELIVERED))
    figures[2].metric("Non remis", now.count(MessageState.FAILED, MessageState.UNKNOWN, MessageState.CANCELLED))
    figures[3].metric("À rappeler", now.by_answer.get(ConversationState.INTERESTED, 0))
    figures[4].metric(
        "À lire",
        now.by_answer.get(ConversationState.UNCLEAR, 0) + now.by_answer.get(ConversationState.NEEDS_HUMAN, 0),
    )
    figures[5].metric("Non et STOP", now.by_answer.get(ConversationState.DECLINED, 0)
                      + now.by_answer.get(ConversationState.STOPPED, 0))  # fmt: skip


st.title("Présélection")
st.caption("Trouver et contacter des personnes pour une offre.")
pick_up_after_reload()
checked: list[str] | None = state.get("preselection.checked")
launched = state.get("preselection.launched", False)
head = st.container(horizontal=True, vertical_alignment="center")
offer = chosen_offer()
step = 3 if launched else 2 if checked else 1 if offer else 0

selection = Selection([], 0, None)
plan = None
if offer is not None and step == 1:
    selection = people_step(offer)
elif offer is not None and step == 2:
    plan = check_step(offer, [UUID(text) for text in checked or []])
elif offer is not None:
    st.query_params["campagne"] = state["preselection.campaign"]
    live(UUID(state["preselection.campaign"]))

with head:
    for number, label in enumerate(STEPS):
        st.badge(label, color="blue" if number == step else "gray", icon=":material/check:" if number < step else None)
    st.space("stretch")
    if step == 1 and offer is not None:
        if st.button(
            f"Vérifier {len(selection.ids)} message{'s' if len(selection.ids) > 1 else ''}",
            type="primary",
            disabled=not selection.ids,
            key="preselection.check",
        ):
            state["preselection.checked"] = [str(candidate_id) for candidate_id in selection.ids]
            state["preselection.considered"] = selection.considered
            state["preselection.choice"] = selection.choice
            state["preselection.campaign"] = str(uuid4())
            st.rerun()
    elif step == 2 and offer is not None and plan is not None:
        if st.button("Retour", key="preselection.back"):
            start_again()
            st.rerun()
        st.button(
            f"Confirmer et envoyer {len(plan.kept)} SMS ({plan.parts} partie{'s' if plan.parts > 1 else ''})",
            type="primary",
            disabled=not plan.kept,
            key="preselection.send",
            on_click=launch,
            args=(offer, [p.candidate_id for p in plan.kept], state["preselection.considered"]),
        )
    elif step == 3:
        if st.button("Nouvelle sélection", key="preselection.again"):
            start_again()
            st.rerun()
        if st.button("Voir les échanges", type="primary", key="preselection.threads"):
            st.switch_page("conversations.py")
if refused := state.pop("preselection.refused", None):
    st.error(refused, icon=":material/error:")
