"""Above the phones: whether people answer by themselves, and how the gateway and the network behave."""

from dataclasses import replace

import streamlit as st

from ftcore.adapters.sandbox import Conduct, Sandbox, Weather

WEATHERS = {
    Weather.FAIR: ":material/sunny: Beau temps",
    Weather.SLOW: ":material/foggy: Lent",
    Weather.MOODY: ":material/thunderstorm: Capricieux",
    Weather.DOWN: ":material/power_off: En panne",
    Weather.NO_CREDIT: ":material/money_off: Crédit épuisé",
}
FORETOLD = {
    Weather.FAIR: "Tout passe ; trois téléphones sur cent restent injoignables, comme dans la vie.",
    Weather.SLOW: "La passerelle met 3 secondes à répondre, prend deux SMS par seconde, et prévient en retard.",
    Weather.MOODY: "Refus, pannes d'un instant, avis en retard ou en double : regardez Échanges tenir bon.",
    Weather.DOWN: "La passerelle ne répond plus : ce qui part est « envoi incertain », jamais renvoyé tout seul.",
    Weather.NO_CREDIT: "Plus de crédit : la campagne se met en pause, rien n'est perdu.",
    None: "Réglages à la main.",
}
SPEEDS = {1.0: "en temps réel", 60.0: "1 minute = 1 seconde", 600.0: "10 minutes = 1 seconde"}

# Field of the settings → label, what it means.
SHARES = {
    "unreachable": ("SMS qui n'arrivent pas", "Téléphone éteint, hors réseau : la remise échoue."),
    "refusals": ("Numéros refusés", "La passerelle ne prend pas ce numéro : invalide, sans route, ou STOP ancien."),
    "lost_answers": (
        "Réponses de la passerelle perdues",
        "On ne sait pas si le SMS est parti : il l'est une fois sur deux. À l'écran : « envoi incertain ».",
    ),
    "doubled_callbacks": (
        "Avis reçus en double",
        "Avis de remise et réponses arrivent deux fois, et ne comptent qu'une.",
    ),
}
SECONDS = {
    "latency": (
        "Temps de réponse de la passerelle",
        "Au-delà de 15 secondes, nous n'attendons plus : envoi incertain.",
    ),
    "late_callbacks": ("Retard des avis et des réponses", "En moyenne : ils se doublent en route."),
}
LONGEST_SECONDS = 20
MOST_PER_SECOND = 20

state = st.session_state


@st.fragment
def controls(sandbox: Sandbox) -> None:
    """In a fragment: a change here must not redraw a phone on which somebody types."""
    with st.container(border=True):
        people, gateway = st.columns([3, 7], gap="medium")
        with people:
            show_people(sandbox)
        with gateway:
            show_weather(sandbox)


def show_people(sandbox: Sandbox) -> None:
    st.selectbox(
        "Le temps des gens",
        list(SPEEDS),
        index=list(SPEEDS).index(sandbox.people_speed) if sandbox.people_speed in SPEEDS else 1,
        format_func=SPEEDS.__getitem__,
        key="phones.speed",
        on_change=switch_speed,
        args=(sandbox,),
    )
    st.toggle(
        "Répondent tout seuls",
        value=sandbox.personas,
        key="phones.personas",
        on_change=switch_personas,
        args=(sandbox,),
        help="Chaque numéro a son caractère, toujours le même. Environ six personnes sur dix répondent, "
        "après 19 minutes en médiane. Vaut pour les SMS à venir.",
    )


def show_weather(sandbox: Sandbox) -> None:
    # As it is now: it may have been changed below, or by somebody else.
    state["phones.weather"] = sandbox.weather
    st.segmented_control(
        "Le réseau SMS",
        list(Weather),
        format_func=WEATHERS.__getitem__,
        key="phones.weather",
        on_change=switch_weather,
        args=(sandbox,),
    )
    with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
        st.caption(FORETOLD[sandbox.weather])
        with st.popover("Régler", icon=":material/tune:"):
            show_settings(sandbox)


def show_settings(sandbox: Sandbox) -> None:
    now = sandbox.conduct
    for name, (label, meaning) in SECONDS.items():
        setting(sandbox, name, label, round(getattr(now, name)), LONGEST_SECONDS, "%d s", meaning)
    setting(sandbox, "per_second", "SMS pris par seconde (0 : sans limite)", now.per_second, MOST_PER_SECOND, "%d",
            "Au-delà, la passerelle demande de ralentir, et le SMS repart un peu plus tard.")  # fmt: skip
    for name, (label, meaning) in SHARES.items():
        setting(sandbox, name, label, round(100 * getattr(now, name)), 100, "%d %%", meaning)
    st.button("Retour au beau temps", icon=":material/sunny:", key="phones.fair", on_click=clear_up, args=(sandbox,))


def setting(sandbox: Sandbox, name: str, label: str, value: int, most: int, shown: str, meaning: str) -> None:
    key = f"phones.{name}"
    state[key] = min(value, most)
    st.slider(label, 0, most, format=shown, key=key, on_change=switch_setting, args=(sandbox, name), help=meaning)


def switch_personas(sandbox: Sandbox) -> None:
    sandbox.personas = state["phones.personas"]


def switch_speed(sandbox: Sandbox) -> None:
    sandbox.people_speed = state["phones.speed"]


def switch_weather(sandbox: Sandbox) -> None:
    # A click on the present weather takes it away: then it stays.
    if state["phones.weather"] is not None:
        sandbox.weather = state["phones.weather"]


def switch_setting(sandbox: Sandbox, name: str) -> None:
    value = state[f"phones.{name}"]
    settings = replace(sandbox.conduct, down=False, no_credit=False)
    sandbox.conduct = replace(settings, **{name: value / 100 if name in SHARES else value})


def clear_up(sandbox: Sandbox) -> None:
    sandbox.conduct = Conduct()
