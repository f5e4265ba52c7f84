"""One phone of the sandbox: whose it is, who they are, their thread, and a box to type in their place."""

from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from ftcore.adapters.sandbox import Ask, Character, Phone, Sandbox, asked
from ftcore.database import Row, utc_now
from ftcore.insight import wording
from ftcore.phones import display
from pages.frame import escaped

# Wide enough for a text message, narrow enough for three in a row at 1280 px.
WIDTH = 288
THREAD_HEIGHT = 260
BUBBLE = 232
RINGS = timedelta(seconds=6)

# What is said of a character, and the sign beside what they type.
CHARACTERS = {
    Character.EAGER: ("Bonne humeur, dit oui aussitôt", ":material/sentiment_very_satisfied:"),
    Character.BRIEF: ("Droit au but, en deux mots", ":material/bolt:"),
    Character.TALKATIVE: ("Aime bavarder, et raconte tout", ":material/record_voice_over:"),
    Character.HESITANT: ("Prend son temps : « faut voir »", ":material/psychology_alt:"),
    Character.ASKS_PAY: ("Parle d'abord du salaire", ":material/euro:"),
    Character.BUSY: ("Déjà en route ailleurs, décline", ":material/directions_run:"),
    Character.FURIOUS: ("À bout de patience, veut la paix", ":material/sentiment_extremely_dissatisfied:"),
    Character.WRONG_NUMBER: ("A hérité du numéro d'autrui", ":material/wrong_location:"),
    Character.SILENT: ("Téléphone au fond du sac", ":material/backpack:"),
}
# What a button says, and what is typed.
QUICK_ANSWERS = {
    Ask.INTEREST: {"Oui": "Oui", "Non": "Non merci", "Paie ?": "C'est payé combien ?", "STOP": "STOP"},
    Ask.AVAILABILITY: {"Lundi": "Dès lundi", "De suite": "Tout de suite", "Plus tard": "Le mois prochain"},
    Ask.CLOSED: {"Oui": "Oui", "Non": "Non", "Je ne sais pas": "Je ne sais pas"},
    Ask.OPEN: {"Appelez-moi": "Appelez-moi", "Je ne sais pas": "Je ne sais pas"},
    Ask.NOTHING: {"Merci": "Merci", "STOP": "STOP"},
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
            show_thread(seen, CHARACTERS[sandbox.character(number)][1] if sandbox.personas else ":material/person:")
        with st.container(horizontal=True, gap="xsmall"):
            for label, text in QUICK_ANSWERS[ask].items():
                st.button(label, key=f"phones.quick.{number}.{label}", on_click=answer, args=(sandbox, number, text))
        st.chat_input(
            "Répondre à sa place…",
            key=f"phones.type.{number}",
            on_submit=answer,
            args=(sandbox, number),
            max_chars=480,
        )


def show_head(seen: Seen, ask: Ask) -> None:
    phone = seen.phone
    name = escaped(seen.owner, 20) if seen.owner else display(phone.number)
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.markdown(f"**{name}**", width="stretch")
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
        words, sign = CHARACTERS[sandbox.character(number)]
        st.badge(words, icon=sign, color="violet")
    else:
        st.caption(f":material/smartphone: {display(number)}")


def show_thread(seen: Seen, sign: str) -> None:
    """Ours on the left, theirs on the right with their sign."""
    day: str | None = None
    for sms in seen.thread:
        at = wording.paris(sms["happened_utc"])
        if wording.day(at.date()) != day:
            day = wording.day(at.date())
            st.caption(day, width="stretch", text_alignment="center")
        if sms["outgoing"]:
            with st.container(horizontal=True, horizontal_alignment="right"):
                show_theirs(sms["body"], f"{at:%H:%M}", sign)
        else:
            with st.container(border=True, width=BUBBLE, gap=None):
                st.text(sms["body"])
                st.caption(f"France Travail · {at:%H:%M}")
    if seen.typing:
        st.caption(f"{sign} écrit…", width="stretch", text_alignment="right")


def show_theirs(body: str, time: str, sign: str) -> None:
    with st.chat_message("user", avatar=sign, width=BUBBLE), st.container(gap=None):
        st.text(body)
        st.caption(time)
