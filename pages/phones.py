"""Téléphones: the phones of the built-in sandbox. Type an answer, let personas answer, break the gateway."""

import streamlit as st

from ftcore.adapters.sandbox import Sandbox, Weather
from ftcore.insight import wording
from ftcore.phones import display
from ftcore.services import current
from pages.frame import show_error

WEATHERS = {
    Weather.FAIR: "Tout va bien",
    Weather.SLOW: "Réseau lent",
    Weather.DOWN: "Passerelle en panne",
    Weather.NO_CREDIT: "Crédit épuisé",
}
SPEEDS = {1.0: "en temps réel", 60.0: "1 minute = 1 seconde", 600.0: "10 minutes = 1 seconde"}
QUICK_ANSWERS = ("Oui", "Non merci", "C'est payé combien ?", "Peut-être", "STOP")

services = current()
state = st.session_state


def switch_personas(sandbox: Sandbox) -> None:
    sandbox.personas = state["phones.personas"]


def switch_weather(sandbox: Sandbox) -> None:
    sandbox.weather = state["phones.weather"]


def switch_speed(sandbox: Sandbox) -> None:
    sandbox.people_speed = state["phones.speed"]


def pick(phone: str) -> None:
    state["phones.open"] = phone


def answer(sandbox: Sandbox, phone: str, text: str | None = None) -> None:
    typed = text if text is not None else state[f"phones.type.{phone}"]
    if typed and typed.strip():
        sandbox.write(phone, typed.strip())


def controls(sandbox: Sandbox) -> None:
    with st.container(border=True):
        people, pace, gateway = st.columns([3, 3, 5], vertical_alignment="bottom")
        people.toggle(
            "Réponses automatiques",
            value=sandbox.personas,
            key="phones.personas",
            on_change=switch_personas,
            args=(sandbox,),
            help="Environ six sur dix répondent, après 19 minutes en médiane. Valable pour les SMS à venir.",
        )
        pace.selectbox(
            "Leur temps",
            list(SPEEDS),
            index=list(SPEEDS).index(sandbox.people_speed) if sandbox.people_speed in SPEEDS else 1,
            format_func=SPEEDS.__getitem__,
            key="phones.speed",
            on_change=switch_speed,
            args=(sandbox,),
        )
        gateway.selectbox(
            "La passerelle",
            list(Weather),
            index=list(Weather).index(sandbox.weather),
            format_func=WEATHERS.__getitem__,
            key="phones.weather",
            on_change=switch_weather,
            args=(sandbox,),
        )


@st.fragment(run_every=1.0)
def row_of_phones(sandbox: Sandbox) -> None:
    try:
        show_phones(sandbox)
    except Exception as error:  # noqa: BLE001 - a failed refresh must not take the page away
        show_error(error)


def show_phones(sandbox: Sandbox) -> None:
    phones = sandbox.threads()
    if not phones:
        st.info(
            "Les téléphones sont silencieux : aucun SMS n'est encore arrivé. Lancez une présélection, "
            "les messages sonneront ici.",
            icon=":material/notifications_off:",
        )
        st.page_link("preselection.py", label="Lancer une présélection", icon=":material/group_search:")
        return
    left, right = st.columns([1, 2], gap="large")
    numbers = [phone.number for phone in phones]
    opened = state.get("phones.open")
    if opened not in numbers:
        # Kept from now on: a phone that rings must not take the place of the one being typed on.
        opened = state["phones.open"] = numbers[0]
    with left, st.container(height=560, border=False):
        for phone in phones:
            bell = ":material/notifications_active:" if phone.unread else ":material/smartphone:"
            st.button(
                display(phone.number),
                icon=bell,
                key=f"phones.pick.{phone.number}",
                type="primary" if phone.number == opened else "secondary",
                width="stretch",
                on_click=pick,
                args=(phone.number,),
            )
    with right:
        show_phone(sandbox, opened)


def show_phone(sandbox: Sandbox, number: str) -> None:
    with st.container(border=True):
        st.markdown(f":material/smartphone: **{display(number)}**")
        with st.container(height=330, border=False, autoscroll=True):
            for sms in sandbox.thread(number):
                mine = sms["outgoing"]
                with st.chat_message(
                    "user" if mine else "assistant",
                    avatar=":material/person:" if mine else ":material/apartment:",
                ):
                    st.text(sms["body"])
                    st.caption(wording.instant(sms["happened_utc"]))
        with st.container(horizontal=True, gap="small"):
            for text in QUICK_ANSWERS:
                st.button(text, key=f"phones.quick.{number}.{text}", on_click=answer, args=(sandbox, number, text))
        st.chat_input(
            "Répondre comme si c'était votre téléphone…",
            key=f"phones.type.{number}",
            on_submit=answer,
            args=(sandbox, number),
            max_chars=480,
        )


st.title("Téléphones")
st.caption("Les téléphones fictifs de la démonstration : répondez à la place des personnes, rien ne quitte la machine.")
if services.sandbox is None:
    st.warning("Les envois sont réels : il n'y a pas de téléphones fictifs.")
else:
    controls(services.sandbox)
    row_of_phones(services.sandbox)
