"""How much the agency may send, when, and the switch that stops everything."""

from decimal import Decimal

import streamlit as st

from ftcore.database import utc_now
from ftcore.errors import FtError
from ftcore.insight import wording
from ftcore.outreach import hours as sending_hours
from ftcore.outreach import sending_rules
from ftcore.outreach.caps import Caps
from ftcore.outreach.sending_rules import Rules
from ftcore.services import current
from ftcore.trust import access
from pages.halt import halt_button
from pages.marked import as_sentence


def show_sending_desk() -> None:
    services = current()
    rules = sending_rules.rules(services.database, services.person)
    if done := st.session_state.pop("sending.done", None):
        st.success(as_sentence(done), icon=":material/check_circle:")
    if wrong := st.session_state.pop("sending.wrong", None):
        st.error(as_sentence(wrong), icon=":material/error:")
    allowed = access.may(services.person, "change sending rules")
    if not allowed:
        st.info("Un responsable d'équipe ou un administrateur peut changer ces réglages.", icon=":material/lock:")
    caps, hours, switch = st.columns([5, 4, 4], gap="large")
    with caps:
        show_caps(rules, allowed)
    with hours:
        show_hours(rules, allowed)
    with switch:
        show_question(rules, allowed)
        st.subheader("Arrêt")
        st.text("Arrête d'un coup tous les SMS de l'agence. Tout conseiller peut arrêter.")
        if rules.halt is None:
            halt_button()
        else:
            st.badge("Envois arrêtés", icon=":material/front_hand:", color="red")


def show_question(rules: Rules, allowed: bool) -> None:
    st.subheader("Satisfaction")
    st.session_state.setdefault("sending.satisfaction", rules.satisfaction)
    st.toggle("Question après l'échange", key="sending.satisfaction", disabled=not allowed,
              on_change=save_question,
              help="Un SMS, une seule fois par personne, un jour après le passage au conseiller ou la décision : une "
              "note de 1 à 5. Il compte parmi les six messages automatiques et ne change rien à "
              "l'échange.")  # fmt: skip


def save_question() -> None:
    services, state = current(), st.session_state
    asked = state["sending.satisfaction"]
    try:
        sending_rules.change_satisfaction(services.database, services.person, asked, utc_now())
    except FtError as error:
        state["sending.wrong"] = str(error)
        return
    state["sending.done"] = f"La question de satisfaction est {'posée' if asked else 'retirée'}."


def show_caps(rules: Rules, allowed: bool) -> None:
    st.subheader("Plafonds")
    st.caption("Pour les messages que personne n'a demandés. Répondre à quelqu'un n'est jamais bloqué.")
    with st.form("sending.caps", border=False):
        left, right = st.columns(2)
        left.number_input("SMS par jour", 1, sending_rules.MOST_MESSAGES, rules.caps.daily_messages,
                          key="sending.daily_messages", disabled=not allowed)  # fmt: skip
        right.number_input("Euros par jour", 1, int(sending_rules.MOST_COST), int(rules.caps.daily_cost), 5,
                           key="sending.daily_cost", disabled=not allowed)  # fmt: skip
        left.number_input("SMS par campagne", 1, sending_rules.MOST_MESSAGES, rules.caps.campaign_messages,
                          key="sending.campaign_messages", disabled=not allowed)  # fmt: skip
        right.number_input("Euros par campagne", 1, int(sending_rules.MOST_COST), int(rules.caps.campaign_cost), 5,
                           key="sending.campaign_cost", disabled=not allowed)  # fmt: skip
        st.form_submit_button("Enregistrer les plafonds", key="sending.save_caps", disabled=not allowed,
                              on_click=save_caps)  # fmt: skip
    st.caption(
        f"Un SMS est compté {wording.euros(current().settings.part_price)} la partie : une estimation, que "
        "l'administrateur règle avec FT_SMS_PART_PRICE."
    )


def save_caps() -> None:
    services, state = current(), st.session_state
    caps = Caps(
        state["sending.daily_messages"],
        Decimal(state["sending.daily_cost"]),
        state["sending.campaign_messages"],
        Decimal(state["sending.campaign_cost"]),
    )
    try:
        sending_rules.change_caps(services.database, services.person, caps, utc_now())
    except FtError as error:
        state["sending.wrong"] = str(error)
        return
    state["sending.done"] = "Les plafonds sont enregistrés : ils valent dès le prochain envoi."


def show_hours(rules: Rules, allowed: bool) -> None:
    st.subheader("Horaires")
    st.caption("Du lundi au vendredi, sauf jours fériés, à l'heure de la personne qui reçoit.")
    first, last = rules.hours or current().settings.sending_hours or sending_hours.USUAL
    choices = list(range(sending_hours.EARLIEST, sending_hours.LATEST + 1))
    with st.form("sending.hours", border=False):
        left, right = st.columns(2)
        left.selectbox("De", choices, choices.index(first), format_func=hour, key="sending.first", disabled=not allowed)
        right.selectbox("À", choices, choices.index(last), format_func=hour, key="sending.last", disabled=not allowed)
        st.form_submit_button("Enregistrer les horaires", key="sending.save_hours", disabled=not allowed,
                              on_click=save_hours)  # fmt: skip
    st.caption("Ce qui attend part au prochain moment permis ; rien n'est perdu.")
    if current().settings.sending_hours is None:
        st.caption(":material/science: Démonstration : les téléphones sont fictifs, les SMS partent à toute heure.")


def hour(value: int) -> str:
    return f"{value} h"


def save_hours() -> None:
    services, state = current(), st.session_state
    try:
        sending_rules.change_hours(
            services.database, services.person, state["sending.first"], state["sending.last"], utc_now()
        )
    except FtError as error:
        state["sending.wrong"] = str(error)
        return
    state["sending.done"] = f"Les SMS partent maintenant de {state['sending.first']} h à {state['sending.last']} h."
