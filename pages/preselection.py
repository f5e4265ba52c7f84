"""Présélection: from an offer to people contacted by SMS, in four steps on one page."""

from uuid import UUID, uuid4

import pandas as pd
import streamlit as st

from ftcore.database import utc_now
from ftcore.drafting import form
from ftcore.drafting import offers as offer_book
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.matching import ranking
from ftcore.model import CampaignState, ConversationState, MessageState, Offer, Ranked, Reason
from ftcore.outreach import campaigns
from ftcore.phones import display
from ftcore.services import current
from pages.frame import show_error

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
    for key in ("preselection.checked", "preselection.campaign", "preselection.launched"):
        state.pop(key, None)
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


def criteria() -> tuple[ranking.Weights, ranking.Conditions]:
    """Weights and hard conditions, in a form so that a slider does not search at each move."""
    with st.form("preselection.criteria", border=True):
        st.markdown("**Ce qui compte**")
        weights = ranking.Weights(
            occupation=st.slider("Métier", 0, 100, 35, 5, key="preselection.w.occupation") / 100,
            skills=st.slider("Compétences", 0, 100, 25, 5, key="preselection.w.skills") / 100,
            distance=st.slider("Distance", 0, 100, 20, 5, key="preselection.w.distance") / 100,
            experience=st.slider("Expérience", 0, 100, 10, 5, key="preselection.w.experience") / 100,
            availability=st.slider("Disponibilité", 0, 100, 10, 5, key="preselection.w.availability") / 100,
        )
        st.markdown("**Conditions**")
        conditions = ranking.Conditions(
            within_mobility=st.checkbox("Dans sa zone de mobilité", True, key="preselection.c.mobility"),
            near_occupations=st.checkbox("Même métier ou métier proche", True, key="preselection.c.near"),
            licences=st.checkbox("Permis demandés", True, key="preselection.c.licences"),
            available_by_start=st.checkbox("Disponible au début", False, key="preselection.c.available"),
            min_experience=st.checkbox("Expérience demandée", False, key="preselection.c.experience"),
        )
        st.form_submit_button("Appliquer", width="stretch")
        st.caption("Une information inconnue n'écarte personne : elle est à demander.")
    return weights, conditions


def people_step(offer: Offer) -> tuple[list[UUID], int]:
    """Step 2: the ranked people; gives the ids of the selected ones, and how many were considered."""
    left, right = st.columns([2, 7], gap="medium")
    with left:
        weights, conditions = criteria()
    found = ranking.rank(database, person, offer, weights, conditions, utc_now().date(), limit=100)
    with left:
        for label, count in found.excluded.items():
            if count:
                st.caption(f"{label} : {wording.number(count)} personne{'s' if count > 1 else ''} écartée"
                           f"{'s' if count > 1 else ''}")  # fmt: skip
    with right:
        if not found.people:
            st.warning(
                "Personne ne remplit ces conditions. Décochez une condition à gauche, puis « Appliquer ».",
                icon=":material/person_off:",
            )
            return [], found.considered
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{wording.number(len(found.people))} personnes** sur {wording.number(found.considered)}, "
                "les plus proches de l'offre d'abord"
            )
            st.space("stretch")
            masked = st.toggle("Masquer l'identité", key="preselection.masked")
        return table_of(found.people, masked), found.considered


def short(reason: Reason) -> str:
    """A reason for a line of the table: the skills are counted there, and named in the detail."""
    return reason.sentence.split(" : ")[0] if reason.criterion == "skills" else reason.sentence


def table_of(people: list[Ranked], masked: bool) -> list[UUID]:
    frame = pd.DataFrame(
        {
            "Personne": [
                f"Personne {place}" if masked else f"{r.candidate.first_name} {r.candidate.last_name}"
                for place, r in enumerate(people, 1)
            ],
            "Score": [round(100 * r.score) for r in people],
            "Pourquoi": [" ; ".join(short(reason) for reason in r.reasons if reason.part > 0) for r in people],
            "À demander": [", ".join(r.to_ask) for r in people],
        }
    )
    # The key changes with the list, so that a selection by row can never point at somebody else.
    key = f"preselection.table.{hash(tuple(r.candidate.candidate_id for r in people))}"
    first = min(15, len(people))
    event = st.dataframe(
        frame,
        hide_index=True,
        height=560,
        row_height=76,
        key=key,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": list(range(first))}},
        column_config={
            "Personne": st.column_config.TextColumn(width=110),
            "Score": st.column_config.ProgressColumn(min_value=0, max_value=100, format="%d", width=95),
            "Pourquoi": st.column_config.TextColumn(width=330),
            "À demander": st.column_config.TextColumn(width=130),
        },
    )
    rows = [row for row in event.selection.rows if row < len(people)]
    if rows:
        detail(people[rows[-1]] if len(rows) != first else people[rows[0]], masked)
    return [people[row].candidate.candidate_id for row in rows]


def detail(ranked: Ranked, masked: bool) -> None:
    """Why this person, what is missing, what to ask: for the one that was ticked last."""
    with st.container(border=True):
        name = f"{ranked.candidate.first_name} {ranked.candidate.last_name}"
        st.text("Personne sélectionnée" if masked else name)
        why, lacks, ask = st.columns(3)
        why.caption("Pourquoi")
        for reason in ranked.reasons:
            why.text(f"{wording.percent(reason.part)} · {reason.sentence}")
        lacks.caption("Ce qui manque")
        lacks.text("\n".join(ranked.missing) or "Rien de ce que l'offre demande")
        ask.caption("À demander")
        ask.text("\n".join(ranked.to_ask) or "Rien : tout est connu")


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

selected: list[UUID] = []
considered = 0
plan = None
if offer is not None and step == 1:
    selected, considered = people_step(offer)
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
            f"Vérifier {len(selected)} message{'s' if len(selected) > 1 else ''}",
            type="primary",
            disabled=not selected,
            key="preselection.check",
        ):
            state["preselection.checked"] = [str(candidate_id) for candidate_id in selected]
            state["preselection.considered"] = considered
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
