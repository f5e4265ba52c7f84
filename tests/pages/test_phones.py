"""Téléphones: who rings, who answers, and a gateway that a visitor can break."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.adapters.sandbox import Conduct, Sandbox, Weather
from ftcore.database import utc_now
from ftcore.services import Services
from pages import phone_controls, phone_row

Open = Callable[[str], AppTest]

OPENING = "Bonjour, êtes-vous intéressé(e) ? STOP pour ne plus en recevoir."
AVAILABILITY = "Merci. À partir de quand êtes-vous disponible ?"


def number(place: int) -> str:
    return f"+336399800{place:02d}"


def receive(house: Services, place: int, body: str, happened: datetime | None = None, outgoing: bool = False) -> None:
    row = {"sms_id": str(uuid4()), "phone": number(place), "outgoing": outgoing, "body": body,
           "happened_utc": happened or utc_now()}  # fmt: skip
    house.database.transact(lambda tx: tx.insert("sandbox_sms", [row]))


def sandbox_of(house: Services) -> Sandbox:
    assert house.sandbox is not None
    return house.sandbox


def shown(elements: Iterable[object]) -> list[str]:
    return [str(element.value) for element in elements]  # type: ignore[attr-defined]


def labels(app: AppTest, place: int) -> list[str]:
    return [one.label for one in app.button if str(one.key).startswith(f"phones.quick.{number(place)}.")]


def test_silent_phones_say_what_to_do(open_page: Open, house: Services) -> None:
    app = open_page("phones.py")
    (told,) = [info.value for info in app.info]
    assert "Lancez" in told or "lancez" in told


def test_each_phone_shows_its_thread_with_days_and_quick_answers_that_fit(open_page: Open, house: Services) -> None:
    now = utc_now()
    receive(house, 1, OPENING, now - timedelta(days=2))
    receive(house, 1, "oui **gras** ![x](http://exemple.fr/x.png)", now - timedelta(days=1), outgoing=True)
    receive(house, 1, AVAILABILITY, now)
    receive(house, 2, OPENING, now)
    app = open_page("phones.py")
    # As it was typed, never as Markdown.
    assert "oui **gras** ![x](http://exemple.fr/x.png)" in shown(app.text)
    assert not any("exemple.fr" in text for text in shown(app.markdown) + shown(app.caption))
    assert labels(app, 1) == ["Lundi", "De suite", "Plus tard"]
    assert labels(app, 2) == ["Oui", "Non", "Paie ?", "STOP"]
    days = {
        text for text in shown(app.caption) if text.startswith(("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."))
    }
    assert len(days) == 3


def test_a_phone_bears_the_name_that_the_agency_knows(open_page: Open, house: Services, offer: object) -> None:
    receive(house, 1, OPENING)
    receive(house, 88, OPENING)
    texts = shown(open_page("phones.py").markdown)
    assert "**Prénom1 Essai**" in texts
    assert "**06 39 98 00 88**" in texts


def test_typing_takes_the_phone_and_it_can_be_put_down_again(open_page: Open, house: Services) -> None:
    sandbox = sandbox_of(house)
    receive(house, 1, OPENING)
    app = open_page("phones.py")
    app.chat_input(key=f"phones.type.{number(1)}").set_value("  Oui, lundi  ").run()
    assert sandbox.is_held(number(1))
    assert sandbox.typing() == {number(1)}
    app.button(key=f"phones.give_back.{number(1)}").click().run()
    assert not sandbox.is_held(number(1))


def test_characters_are_told_when_people_answer_by_themselves(open_page: Open, house: Services) -> None:
    receive(house, 1, OPENING)
    app = open_page("phones.py")
    assert not sandbox_of(house).personas
    app.toggle(key="phones.personas").set_value(True).run()
    assert sandbox_of(house).personas
    app = open_page("phones.py")
    assert any("violet-badge" in text for text in shown(app.markdown))


def test_a_phone_that_rings_takes_nobodys_place(open_page: Open, house: Services) -> None:
    now = utc_now()
    for place in (1, 2, 3):
        receive(house, place, OPENING, now - timedelta(minutes=place))

    def places(app: AppTest) -> list[str]:
        return [str(one.key)[-12:] for one in app.chat_input]

    app = open_page("phones.py")
    assert places(app) == [number(1), number(2), number(3)]
    receive(house, 9, OPENING, now + timedelta(minutes=1))
    receive(house, 3, AVAILABILITY, now + timedelta(minutes=2))
    # The order of the next refresh; the whole page drawn again begins with the liveliest.
    kept = app.session_state["phones.order"]
    livelier = [phone.number for phone in sandbox_of(house).threads()]
    assert livelier[:2] == [number(3), number(9)]
    assert phone_row.in_place(kept, livelier) == [number(1), number(2), number(3), number(9)]
    assert places(app.run())[0] == number(3)


def test_what_does_not_fit_is_one_button_away(open_page: Open, house: Services) -> None:
    now = utc_now()
    for place in range(phone_row.SHOWN + 2):
        receive(house, place, OPENING, now - timedelta(minutes=place))
    app = open_page("phones.py")
    assert len(app.chat_input) == phone_row.SHOWN
    app.button(key="phones.turn.Suivants").click().run()
    assert len(app.chat_input) == 2
    app.button(key="phones.turn.Précédents").click().run()
    assert len(app.chat_input) == phone_row.SHOWN


@pytest.mark.parametrize("weather", list(Weather))
def test_each_weather_is_one_click(open_page: Open, house: Services, weather: Weather) -> None:
    app = open_page("phones.py")
    app.button_group(key="phones.weather").set_value(weather).run()
    assert sandbox_of(house).weather is weather
    assert phone_controls.FORETOLD[weather] in shown(app.caption)
    assert not app.exception


@pytest.mark.parametrize(
    ("name", "value", "conduct"),
    [
        ("latency", 18, Conduct(latency=18)),
        ("late_callbacks", 5, Conduct(late_callbacks=5)),
        ("per_second", 2, Conduct(per_second=2)),
        ("unreachable", 40, Conduct(unreachable=0.4)),
        ("refusals", 10, Conduct(refusals=0.1)),
        ("lost_answers", 50, Conduct(lost_answers=0.5)),
        ("doubled_callbacks", 100, Conduct(doubled_callbacks=1.0)),
    ],
)
def test_each_setting_changes_the_gateway(
    open_page: Open, house: Services, name: str, value: int, conduct: Conduct
) -> None:
    app = open_page("phones.py")
    app.slider(key=f"phones.{name}").set_value(value).run()
    assert sandbox_of(house).conduct == conduct
    assert phone_controls.FORETOLD[None] in shown(app.caption)
    app.button(key="phones.fair").click().run()
    assert sandbox_of(house).conduct == Conduct()
