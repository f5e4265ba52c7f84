"""Step 3 of Présélection: who is kept, who is not and why, each SMS in full, its price, a test on one's own phone."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import pandas as pd
import streamlit as st

from ftcore.database import utc_now
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.model import Offer
from ftcore.outreach import campaigns, sms, trial
from ftcore.outreach.arms import Compared, Unit
from ftcore.outreach.campaigns import Planned, Preflight
from ftcore.phones import covered
from ftcore.services import current
from pages.marked import as_sentence, escaped

# A message wraps at about so many characters in its column, each line takes so many pixels.
WRAP, LINE = 60, 20
SHOWN_NAMES = 200


def check_step(offer: Offer, ids: list[UUID]) -> Preflight:
    """Draw the step; gives what a launch would do."""
    services = current()
    plan = campaigns.preflight(
        services.database,
        services.person,
        offer,
        ids,
        services.settings.sending_hours,
        utc_now(),
        services.settings.part_price,
        UUID(campaign) if (campaign := st.session_state.get("preselection.campaign")) else campaigns.NO_CAMPAIGN,
    )
    figures(plan)
    rules(plan)
    lots(plan)
    if plan.kept:
        rewritten(plan.kept)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{wording.counted(len(plan.kept), 'message')} en entier**")
            if plan.draws.of(Compared.WORDING) is None:
                st.caption(f"Modèle « premier message », {version(plan.template.version)}")
            st.space("stretch")
            try_it(offer)
        table(plan)
    else:
        st.warning(
            "Personne de cette sélection ne peut recevoir de SMS. Voyez les motifs ci-dessous, puis « Retour » pour "
            "choisir d'autres personnes.",
            icon=":material/person_off:",
        )
    excluded(plan)
    return plan


def confirmation(plan: Preflight) -> str:
    """What the one button says: how many SMS, to how many people, at what price."""
    count = len(plan.kept)
    if not count:
        return "Personne à contacter"
    people = wording.counted(count, "personne")
    return f"Envoyer {wording.number(count)} SMS à {people}, environ {wording.euros(plan.cost)}"


def version(number: int) -> str:
    return f"version {number} de l'agence" if number else "version du programme"


def figures(plan: Preflight) -> None:
    columns = st.columns(4)
    columns[0].metric("Personnes gardées", wording.number(len(plan.kept)), border=True)
    columns[1].metric("Parties facturées", wording.number(plan.parts), border=True,
                      help="Un SMS de plus de 160 caractères est facturé en plusieurs parties.")  # fmt: skip
    columns[2].metric("Coût estimé", wording.euros(plan.cost), border=True,
                      help=f"{wording.euros(current().settings.part_price)} la partie : une estimation, "
                           "la facture de la passerelle peut différer.")  # fmt: skip
    first = min((planned.leaves_utc for planned in plan.kept), default=None)
    columns[3].metric("Premier départ", "–" if first is None else departure(first), border=True)


def departure(leaves_utc: datetime) -> str:
    return "tout de suite" if leaves_utc <= utc_now() else wording.instant(leaves_utc)


def rules(plan: Preflight) -> None:
    messages, cost = plan.left
    caps = plan.rules.caps
    hours = (
        f"de {plan.hours[0]} h à {plan.hours[1]} h, du lundi au vendredi, sauf jours fériés, à l'heure de la personne"
        if plan.hours
        else "à toute heure (démonstration : les téléphones sont fictifs, aucun SMS ne quitte cette machine)"
    )
    st.caption(
        f"Avant cet envoi, il reste {wording.number(messages)} SMS et {wording.euros(cost)} à l'agence pour ce jour ; "
        f"une campagne compte au plus {wording.number(caps.campaign_messages)} SMS et "
        f"{wording.euros(caps.campaign_cost)}. Les SMS partent {hours}."
    )


def rewritten(kept: tuple[Planned, ...]) -> None:
    """What is sent otherwise than it was typed, and what could not be."""
    changed = [planned for planned in kept if planned.rewritten and not planned.dear]
    pairs = dict.fromkeys(pair for planned in changed for pair in planned.rewritten)
    if pairs:
        listed = ", ".join(f"« {shown(typed)} » écrit « {escaped(sent)} »" for typed, sent in pairs)
        st.info(
            f"{listed} dans {wording.counted(len(changed), 'message')} : un seul de ces caractères aurait fait passer "
            "le SMS de 160 à 70 caractères par partie, et doublé son prix.",
            icon=":material/translate:",
        )
    stuck = [planned for planned in kept if planned.dear]
    if stuck:
        characters = escaped(" ".join(dict.fromkeys("".join(planned.dear for planned in stuck))))
        st.warning(
            f"{wording.counted(len(stuck), 'message')} garde{'nt' if len(stuck) > 1 else ''} un caractère sans "
            f"équivalent ({characters}) : 70 caractères par partie au lieu de 160. Si c'est un nom mal saisi, corrigez "
            "la fiche de la personne.",
            icon=":material/euro:",
        )


def shown(character: str) -> str:
    return escaped(character) if character.isprintable() else "espace ou signe invisible"


def lots(plan: Preflight) -> None:
    """What a running comparison leaves to chance. The arm of a person is not shown: people are chosen without it."""
    for running in plan.draws.running:
        what = {
            Compared.WORDING: "le premier message est tiré au sort à l'envoi",
            Compared.HOURS: "l'heure de départ est tirée au sort à l'envoi",
            Compared.REMINDER: "la relance, pour qui ne répond pas, est tirée au sort à l'envoi",
        }[running.compared]
        whom = {
            Unit.PERSON: "pour chaque personne",
            Unit.CAMPAIGN: "pour toute la campagne à la fois",
            Unit.OFFER: "pour toute l'offre à la fois",
        }[running.unit]
        a, b = (escaped(running.arms[arm].label) for arm in ("a", "b"))
        said = f"Comparaison « {escaped(running.name)} » : {what}, {whom}, entre « {a} » et « {b} »."
        if running.compared is Compared.REMINDER:
            st.caption(f":material/casino: {said}")
        else:
            st.info(f"{said} Le coût et le premier départ peuvent donc changer un peu.", icon=":material/casino:")


def table(plan: Preflight) -> None:
    """Every message in full; where it is drawn by lot, both that the person may get."""
    kept, drawn = plan.kept, plan.draws.of(Compared.WORDING)
    bodies = {"Message": [planned.body for planned in kept]}
    width, wrap, narrow = 465, WRAP, 90
    if drawn is not None:
        both = zip(*(planned.bodies for planned in kept if planned.bodies), strict=True)
        bodies = {drawn.arms[arm].label: list(column) for arm, column in zip("ab", both, strict=True)}
        width, wrap, narrow = 225, WRAP * 225 // 465, 100
    either = [planned.bodies or (planned.body,) for planned in kept]
    # All rows have the height of the longest message: every one of them stands there in full.
    row_height = max(-(-len(body) // wrap) for column in bodies.values() for body in column) * LINE + 22
    lengths = [[sms.measure(body) for body in each] for each in either]
    price = current().settings.part_price
    st.dataframe(
        pd.DataFrame(
            {
                "Personne": [f"{planned.name} {unbroken(covered(planned.phone))}" for planned in kept],
                **bodies,
                "Longueur": [either_of(length(one) for one in each) for each in lengths],
                "Coût": [either_of(wording.euros(one.parts * price) for one in each) for each in lengths],
                "Départ": [
                    either_of(departure(slot) for slot in planned.slots or (planned.leaves_utc,)) for planned in kept
                ],
            }
        ),
        hide_index=True,
        height=min(560, 38 + row_height * len(kept)),
        row_height=row_height,
        column_config={
            "Personne": st.column_config.TextColumn(width=125),
            **{label: st.column_config.TextColumn(width=width) for label in bodies},
            "Longueur": st.column_config.TextColumn(width=narrow),
            "Coût": st.column_config.TextColumn(width=65),
            "Départ": st.column_config.TextColumn(width=110),
        },
    )


def length(one: sms.Length) -> str:
    units = unbroken(wording.counted(one.units, "signe"))
    return f"{units} {one.encoding} " + unbroken(wording.counted(one.parts, "partie"))


def either_of(said: Iterable[str]) -> str:
    """What is sure, or the two between which the lot decides."""
    return " ou ".join(dict.fromkeys(said))


def unbroken(text: str) -> str:
    """Kept on one line of its cell."""
    return text.replace(" ", "\u00a0")


def excluded(plan: Preflight) -> None:
    if not plan.excluded:
        st.caption("Personne n'est exclu de cette sélection.")
        return
    count = len(plan.excluded)
    st.markdown(f"**{wording.counted(count, 'personne exclue', 'personnes exclues')}, par motif**")
    for reason, group in plan.by_reason().items():
        with st.expander(f"{reason} : {wording.counted(len(group), 'personne')}"):
            named = [each.name for each in group[:SHOWN_NAMES]]
            more = len(group) - len(named)
            st.text(", ".join(named) + (f" et {wording.number(more)} autres" if more else ""))


def try_it(offer: Offer) -> None:
    """One SMS to the counselor's own phone; the number stays in the session and on that SMS."""
    with st.popover("M'envoyer un test", icon=":material/send_to_mobile:"):
        phone = st.text_input(
            "Votre numéro de mobile", key="preselection.trial_phone", placeholder="06 39 98 00 01", max_chars=20
        )
        st.caption(f"Le premier message, précédé de [Test]. {trial.A_DAY} tests par jour au plus.")
        if st.button("Envoyer le test", key="preselection.trial_send"):
            send_trial(offer, phone)


def send_trial(offer: Offer, phone: str) -> None:
    services = current()
    now = utc_now()
    try:
        leaves = trial.send_trial(
            services.database, services.person, offer, phone, services.settings.sending_hours, now
        )
    except FtError as error:
        st.error(as_sentence(error), icon=":material/error:")
        return
    services.wake()
    when = "part tout de suite" if leaves <= now else f"partira {wording.instant(leaves)}"
    st.success(f"Le test {when}.", icon=":material/check_circle:")
