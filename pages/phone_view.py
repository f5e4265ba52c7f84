"""One phone of the sandbox: whose it is, who they are, their thread, and a box to type in their place."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import streamlit as st

from ftcore.adapters.sandbox import Ask, Character, Phone, Sandbox, asked
from ftcore.database import Row, utc_now
from ftcore.insight import wording
from ftcore.phones import display
from pages.frame import escaped

# Wide enough for a text message, narrow enough for three in a row at 1280 px.
WIDTH = 302
THREAD_HEIGHT = 290
RINGS = timedelta(seconds=6)

CHARACTERS = {
    Character.EAGER: ("De bonne humeur, dit oui tout de suite", ":material/sunny:"),
    Character.BRIEF: ("Va à l'essentiel, répond en deux mots", ":material/bolt:"),
    Character.TALKATIVE: ("Aime bavarder, trois phrases pour une", ":material/local_cafe:"),
    Character.HESITANT: ("Prend son temps : « faut voir »", ":material/balance:"),
    Character.ASKS_PAY: ("Pieds sur terre, parle d'abord de paie", ":material/euro:"),
    Character.BUSY: ("Déjà en route ailleurs, décline", ":material/directions_run:"),
    Character.FURIOUS: ("À bout de patience, veut la paix", ":material/thunderstorm:"),
    Character.WRONG_NUMBER: ("A hérité du numéro de quelqu'un", ":material/alt_route:"),
    Character.SILENT: ("Téléphone au fond du sac", ":material/backpack:"),
}
QUICK_ANSWERS = {
    Ask.INTEREST: ("Oui", "Non merci", "C'est payé combien ?", "STOP"),
    Ask.AVAILABILITY: ("Dès lundi", "Tout de suite", "Je ne sais pas encore"),
    Ask.CLOSED: ("Oui", "Non", "Je ne sais pas"),
    Ask.OPEN: ("Appelez-moi", "Je ne sais pas"),
    Ask.NOTHING: ("Merci", "STOP"),
}


@dataclass(frozen=True)
class Seen:
    """What is known of a phone when it is drawn."""

    phone: Phone
    owner: str | None
    thread: list[Row]
    typing: bool


def answer(sandbox: Sandbox, number: str, text: str | None = None) -> None:
    typed = text if text is not None else st.session_state[f"phones.type.{number}"]
    if typed and typed.strip():
        sandbox.write(number, typed.strip())


def show_phone(sandbox: Sandbox, seen: Seen) -> None:
    number = seen.phone.number
    received = [sms["body"] for sms in seen.thread if not sms["outgoing"]]
    ask = asked(received[-1]) if received else Ask.NOTHING
    with st.container(border=True, width=WIDTH, gap="small", key=f"phones.phone.{number}"):
        show_head(seen, ask)
        show_character(sandbox, number)
        with st.container(height=THREAD_HEIGHT, border=False, autoscroll=True, gap="small"):
            show_thread(seen)
        with st.container(horizontal=True, gap="xsmall"):
            for text in QUICK_ANSWERS[ask]:
                st.button(text, key=f"phones.quick.{number}.{text}", on_click=answer, args=(sandbox, number, text))
        st.chat_input(
            "Répondre à sa place…",
            key=f"phones.type.{number}",
            on_submit=answer,
            args=(sandbox, number),
            max_chars=480,
        )


def show_head(seen: Seen, ask: Ask) -> None:
    phone = seen.phone
    name = escaped(seen.owner, 24) if seen.owner else display(phone.number)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{name}**", width="content")
        st.space("stretch")
        if phone.unread and utc_now() - phone.latest_utc < RINGS:
            st.badge("Sonne", icon=":material/vibration:", color="green")
        elif phone.unread and ask is not Ask.NOTHING:
            st.badge("Non lu", icon=":material/mark_chat_unread:", color="orange")
        elif phone.unread:
            st.badge("Reçu", icon=":material/chat:", color="gray")
        else:
            st.badge("Répondu", icon=":material/done_all:", color="blue")


def show_character(sandbox: Sandbox, number: str) -> None:
    """Who answers: the persona, or the visitor who has typed on this phone."""
    if sandbox.is_held(number):
        st.button(
            "Entre vos mains : reposer",
            icon=":material/back_hand:",
            key=f"phones.give_back.{number}",
            type="tertiary",
            on_click=sandbox.give_back,
            args=(number,),
            help="Vous avez écrit sur ce téléphone : son propriétaire ne répond plus tout seul. "
            "Reposez-le pour le lui rendre.",
        )
    elif sandbox.personas:
        words, icon = CHARACTERS[sandbox.character(number)]
        st.badge(words, icon=icon, color="violet")
    else:
        st.caption(f":material/smartphone: {display(number)}")


def show_thread(seen: Seen) -> None:
    day: str | None = None
    for sms in seen.thread:
        this = wording.day(wording.paris(sms["happened_utc"]).date())
        if this != day:
            day = this
            st.caption(this, width="stretch", text_alignment="center")
        show_bubble(sms["body"], sms["happened_utc"], mine=sms["outgoing"])
    if seen.typing:
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.caption(":material/more_horiz: écrit…", width="content")


def show_bubble(body: str, happened_utc: datetime, *, mine: bool) -> None:
    """Their own SMS stand on the right, ours on the left."""
    side = "right" if mine else "left"
    time = f"{wording.paris(happened_utc):%H:%M}"
    with (
        st.container(horizontal=True, horizontal_alignment=side),
        st.container(border=True, width=220, gap=None),
    ):
        st.text(body)
        st.caption(f"{time} · lui ou elle" if mine else f"{time} · France Travail", text_alignment=side)
