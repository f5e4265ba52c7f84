"""Présélection: from an offer to people contacted by SMS, in four steps on one page."""

from uuid import UUID, uuid4

import streamlit as st

from ftcore.database import utc_now
from ftcore.drafting import form
from ftcore.drafting import offers as offer_book
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.model import Offer
from ftcore.outreach import campaigns
from ftcore.services import current
from pages import doors
from pages.check_step import check_step, confirmation
from pages.halt import halt_button
from pages.launch_view import live
from pages.marked import as_sentence
from pages.people_choice import Selection, people_step
from pages.thumbs import thumb

services = current()
database = services.database
state = st.session_state
doors.keep("preselection.py", services.person)
STEPS = ("1 · Offre", "2 · Personnes", "3 · Vérification", "4 · Envoi")


def chosen_offer() -> Offer | None:
    """Step 1: the offer that is worked on."""
    listed = {str(offer.offer_id): offer for offer in offer_book.offers(database, services.person)}
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
    return listed[picked]


def show_facts(offer: Offer) -> None:
    """What counts for the search, on one line each."""
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
        found = campaigns.progress(database, services.person, UUID(running))
    except ValueError:
        found = None
    if found is None:
        st.query_params.pop("campagne", None)
        return
    state["preselection.campaign"] = running
    state["preselection.launched"] = True


def launch(offer: Offer, ids: list[UUID], considered: int, wording_seen: str) -> None:
    """The one confirmation. The campaign's id was chosen with the check: a second click changes nothing."""
    try:
        launched = campaigns.launch(
            database,
            services.person,
            offer,
            UUID(state["preselection.campaign"]),
            ids,
            considered,
            services.settings.sending_hours,
            utc_now(),
            state.get("preselection.choice"),
            part_price=services.settings.part_price,
            confirmed=wording_seen,
        )
    except FtError as error:
        state["preselection.refused"] = str(error)
        return
    state["preselection.launched"] = True
    if launched.people < len(ids):
        missing = len(ids) - launched.people
        state["preselection.fewer"] = (
            f"{missing} SMS de moins que prévu : entre la vérification et l'envoi, un STOP, un autre message ou le "
            "plafond du jour s'y est opposé."
        )
    services.wake()


with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Présélection")
    st.space("stretch")
    halt_button()
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
    show_facts(offer)
    selection = people_step(offer)
elif offer is not None and step == 2:
    plan = check_step(offer, [UUID(text) for text in checked or []])
elif offer is not None:
    st.query_params["campagne"] = state["preselection.campaign"]
    # The next list for this offer is looked at anew.
    state.pop(f"preselection.since.{offer.offer_id}", None)
    live(UUID(state["preselection.campaign"]))
    thumb("ranking", "Les personnes proposées convenaient-elles à l'offre ?",
          f"preselection.thumb.{state['preselection.campaign']}")  # fmt: skip

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
            confirmation(plan),
            type="primary",
            disabled=not plan.kept or plan.halt is not None,
            key="preselection.send",
            on_click=launch,
            args=(
                offer,
                [p.candidate_id for p in plan.kept],
                state["preselection.considered"],
                plan.seen,
            ),
        )
    elif step == 3:
        if st.button("Nouvelle sélection", key="preselection.again"):
            start_again()
            st.rerun()
        if st.button("Voir les échanges", type="primary", key="preselection.threads"):
            st.switch_page("conversations.py")
if refused := state.pop("preselection.refused", None):
    st.error(as_sentence(refused), icon=":material/error:")
if fewer := state.pop("preselection.fewer", None):
    st.warning(fewer, icon=":material/group_remove:")
